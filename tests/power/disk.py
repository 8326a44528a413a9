"""A disk that keeps for certain only what was synced: the files as they may be found when the power comes back."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from tests.power.recording import Cut, Make, Mark, Remove, Rename, Step, Sync, Write

SECTOR = 512

Kind = Literal["nothing", "everything", "prefix", "sectors"]
"""What of the unsynced is kept: nothing; all of it; the first writes, the last of them in part; a random half of the sectors."""


@dataclass(eq=False, slots=True)
class File:
    """What is on the disk for certain, and what was done since."""

    kept: bytearray = field(default_factory=bytearray)
    pending: list[Write | Cut] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Naming:
    """A file is found under the name from now on, or nothing is (None)."""

    name: str
    file: File | None


class Disk:
    """The folder of a database."""

    def __init__(self) -> None:
        self._names: dict[str, File] = {}
        self._kept_names: dict[str, File] = {}
        self._namings: list[list[Naming]] = []

    def take(self, step: Step) -> None:
        """What the program did."""
        match step:
            case Write(name) | Cut(name):
                self._names[name].pending.append(step)
            case Sync(""):
                self._kept_names = dict(self._names)
                self._namings = []
            case Sync(name):
                file = self._names[name]
                for each in file.pending:
                    _apply(file.kept, each)
                file.pending = []
            case Make(name):
                self._name([Naming(name, File())])
            case Rename(name, to):
                self._name([Naming(to, self._names[name]), Naming(name, None)])
            case Remove(name):
                self._name([Naming(name, None)])
            case Mark():
                pass

    def _name(self, namings: list[Naming]) -> None:
        """One act: a renaming is on the disk as a whole or not at all, as journals of file systems keep it."""
        self._namings.append(namings)
        _carry_out(self._names, namings)

    def is_synced(self) -> bool:
        """Whether no cut can take anything away."""
        return not self._namings and not any(file.pending for file in self._names.values())

    def after_cut(self, kind: Kind, chance: random.Random) -> Mapping[str, bytes]:
        """The files by name, as they may be found."""
        count = {"nothing": 0, "everything": len(self._namings)}.get(kind, chance.randint(0, len(self._namings)))
        names = dict(self._kept_names)
        for namings in self._namings[:count]:
            _carry_out(names, namings)
        return {name: bytes(_found(file, kind, chance)) for name, file in names.items()}


def _carry_out(names: dict[str, File], namings: list[Naming]) -> None:
    for naming in namings:
        if naming.file is None:
            names.pop(naming.name, None)
        else:
            names[naming.name] = naming.file


def _found(file: File, kind: Kind, chance: random.Random) -> bytearray:
    content = bytearray(file.kept)
    match kind:
        case "nothing":
            return content
        case "everything":
            for each in file.pending:
                _apply(content, each)
        case "prefix":
            _apply_prefix(content, file.pending, chance)
        case "sectors":
            _apply_sectors(content, file.pending, chance)
    return content


def _apply_prefix(content: bytearray, pending: list[Write | Cut], chance: random.Random) -> None:
    whole = chance.randint(0, len(pending))
    for each in pending[:whole]:
        _apply(content, each)
    if whole < len(pending) and isinstance(torn := pending[whole], Write):
        _apply(content, Write(torn.name, torn.offset, torn.data[: chance.randint(0, len(torn.data))]))


def _apply_sectors(content: bytearray, pending: list[Write | Cut], chance: random.Random) -> None:
    """Each sector of each write for itself, in any order as it were; and the file's new length is known to the folder, or not."""
    before, after = len(content), _length(len(content), pending)
    for each in pending:
        if isinstance(each, Cut):
            if chance.random() < 0.5:
                _apply(content, each)
            continue
        start = each.offset
        while start < each.offset + len(each.data):
            end = min(start // SECTOR * SECTOR + SECTOR, each.offset + len(each.data))
            if chance.random() < 0.5:
                _apply(content, Write(each.name, start, each.data[start - each.offset : end - each.offset]))
            start = end
    match chance.randrange(3):
        case 0:
            del content[before:]
        case 1:
            content.extend(bytes(max(0, after - len(content))))


def _length(length: int, pending: list[Write | Cut]) -> int:
    for each in pending:
        length = each.size if isinstance(each, Cut) else max(length, each.offset + len(each.data))
    return length


def _apply(content: bytearray, step: Write | Cut) -> None:
    match step:
        case Write(_, offset, data):
            content.extend(bytes(max(0, offset - len(content))))
            content[offset : offset + len(data)] = data
        case Cut(_, size):
            del content[size:]
            content.extend(bytes(size - len(content)))
