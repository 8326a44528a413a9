"""Bytes that the program has in use, by the allocators' own books: unlike resident memory, without what is kept for next time."""

from __future__ import annotations

import ctypes
import os
import re
import sys
import tempfile

_USED = re.compile(r"# bytes in allocated blocks\s*=\s*([\d,]+)")
_FIELDS = ("arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks", "uordblks", "fordblks", "keepcost")


class _Books(ctypes.Structure):
    """What glibc's mallinfo2 tells."""

    _fields_ = tuple((name, ctypes.c_size_t) for name in _FIELDS)


def in_use() -> int:
    """Python's small objects, and all that glibc gave to anybody, SQLite included; 0 where either keeps no such books."""
    small, books = _small(), getattr(ctypes.CDLL(None), "mallinfo2", None)
    if books is None or not small:
        return 0
    books.restype = _Books
    return small + int(books().uordblks)


def _small() -> int:
    """Python tells it on the standard error alone, so that leads into a file for the moment."""
    with tempfile.TemporaryFile() as file:
        sys.stderr.flush()
        kept = os.dup(2)
        try:
            os.dup2(file.fileno(), 2)
            sys._debugmallocstats()
        finally:
            os.dup2(kept, 2)
            os.close(kept)
        file.seek(0)
        found = _USED.search(file.read().decode("utf-8", "replace"))
    return int(found[1].replace(",", "")) if found else 0
