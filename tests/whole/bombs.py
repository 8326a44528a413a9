"""Files that are small to send and large to open: an archive of zeros, and a picture of more pixels than memory has room for."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

MIB = 2**20


def _archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", bytes(16 * MIB))
    return out.getvalue()


def _picture(side: int = 60_000) -> bytes:
    """A PNG that says so of itself; nobody has to make its pixels for that."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", side, side, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(MIB))) + chunk(b"IEND", b"")


BOMB, PICTURE = _archive(), _picture()
