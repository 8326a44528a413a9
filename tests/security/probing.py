"""Those who try to reach what belongs to somebody else: who, where, with which ids, and what has to be true of each attempt."""

from __future__ import annotations

import os
import tempfile
from collections.abc import AsyncIterator, Coroutine, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from bot.events import Author, Event, MessageRef, Place
from storage.sqlite.store import SqliteStore
from tests.core.virtual import VirtualLoop
from tests.security.attempts import Way
from tests.security.owned import Owned
from tests.security.scene import (
    ADMIN,
    ASKER,
    BOB,
    CARL,
    GROUP,
    MEMBER,
    OWNER,
    SECRET,
    SHARED,
    Attempt,
    Scene,
    masked,
    private,
)

T = TypeVar("T")
SHARED_SECRET = "saffron"
MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - each attempt waits for the disk otherwise
PLATFORMS = ("telegram", "discord")
HOSTILE = (
    "#%",
    "#____",
    "#' OR 1=1 --",
    "#" + "f" * 16,
    "#" + "f" * 15,
    "#0",
    "#-1",
    "9" * 30,
    "#*",
    "#\x00",
    "#٣٣٣٣",
    "#{id}",
    "#../../a",
)
NOBODYS = {16: "0123456789abcdef", 4: "0123"}
"""Of sessions, by length; no id in the scene begins so."""


def run(work: Coroutine[Any, Any, None]) -> None:
    loop = VirtualLoop()
    try:
        loop.run_until_complete(work)
    finally:
        loop.close()


async def _talk_of(scene: Scene, owner: Author, place: Place) -> None:
    """Versions, an answer cut for its length, a title, a list, sessions that ended and were deleted, and a question that is open."""
    await scene.says(owner, place, f"{SECRET} first")
    await scene.says(owner, place, f"{SECRET} second")
    await scene.command(owner, place, "retry")
    await scene.command(owner, place, "edit", f"1 {SECRET} anew")
    await scene.command(owner, place, "title", f"{SECRET} title")
    first = scene.looking.execute("SELECT id FROM sessions ORDER BY rowid DESC LIMIT 1").fetchone()[0]
    await scene.command(owner, place, "new", f"{SECRET} to end")
    await scene.says(owner, place, f"{SECRET} third")
    await scene.command(owner, place, "end")
    await scene.says(owner, place, f"{SECRET} fourth")
    await scene.command(owner, place, "delete")
    await scene.command(owner, place, "open", f"#{first}")
    scene.model.says(f"{SECRET} cut", finish="length")
    await scene.says(owner, place, f"{SECRET} fifth")
    await scene.command(owner, place, "history")
    await scene.command(owner, place, "sessions")
    await scene.command(owner, place, "edit")


@asynccontextmanager
async def scene_at(like: str, owner: Author = OWNER, store: type[SqliteStore] = SqliteStore) -> AsyncIterator[Scene]:
    """The owner has sessions in private and in a group; everybody else has one of their own."""
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        scene = Scene(Path(folder) / "parley.db", like, store)
        await scene.start()
        try:
            await _filled(scene, owner)
            yield scene
        finally:
            await scene.end()


async def _filled(scene: Scene, owner: Author) -> None:
    await _talk_of(scene, owner, private(owner))
    await scene.says(owner, GROUP, f"{SECRET} group")
    await scene.says(BOB, GROUP, "of Bob")
    await scene.says(CARL, private(CARL), "of Carl")
    await scene.says(ASKER, SHARED, f"{SHARED_SECRET} to be deleted")
    await scene.command(ADMIN, SHARED, "delete")
    await scene.says(ASKER, SHARED, f"{SHARED_SECRET} of Eve")
    await scene.says(ASKER, private(ASKER), "of Eve alone")
    await scene.says(ADMIN, private(ADMIN), "of Finn alone")
    await scene.says(MEMBER, private(MEMBER), "of Dora")
    await scene.keep()


@dataclass(frozen=True, slots=True)
class Stranger:
    author: Author
    place: Place


STRANGERS = {
    "in the same group": Stranger(BOB, GROUP),
    "elsewhere": Stranger(CARL, private(CARL)),
    "member of a shared place": Stranger(MEMBER, SHARED),
    "asker in a shared place": Stranger(ASKER, SHARED),
    "admin of a shared place": Stranger(ADMIN, SHARED),
}


class Probing:
    """One stranger in one scene, and what nobody's ids came to, by the way."""

    def __init__(self, scene: Scene, stranger: Stranger, theirs: Owned, secret: str = SECRET) -> None:
        self.scene, self.stranger, self.theirs, self.secret = scene, stranger, theirs, secret
        self.post = MessageRef(stranger.place, scene.adapter.chats[stranger.place][-1].id)
        self._nobodys: dict[tuple[Way, object], Attempt] = {}
        self.tried = 0

    async def tries(self, way: Way, word: str, subject: MessageRef | None = None) -> Attempt:
        event = way.event(self.scene, self.stranger.author, self.stranger.place, self.post, word, subject)
        return await self.does(event, f"{way} with {word or subject}")

    async def does(self, event: Event, what: str) -> Attempt:
        """Whatever it comes to, nothing of the owner's is changed, asked or shown by it."""
        attempt = await self.scene.tries(event)
        self.tried += 1
        assert self.theirs.touches(attempt.gone) + self.theirs.touches(attempt.come) == [], what
        assert self.secret not in str(attempt.seen), what
        if not self.scene.is_quiet(attempt):
            await self.scene.restore()
        return attempt

    async def nobodys(self, way: Way, word: str, subject: MessageRef | None = None) -> Attempt:
        key = (way, word if subject is None else subject.place)
        if key not in self._nobodys:
            self._nobodys[key] = await self.tries(way, word, subject)
        return self._nobodys[key]

    async def compares(self, way: Way, word: str, nobodys: str) -> None:
        seen, like = (await self.tries(way, word)).seen, (await self.nobodys(way, nobodys)).seen
        assert masked(seen, word) == masked(like, nobodys), f"{way}: {word} is told from {nobodys}"


def pairs_of(theirs: Owned) -> list[tuple[str, str]]:
    """An id of the owner's, and one like it that is nobody's."""
    pairs = [(word, ("#" if word.startswith("#") else "") + NOBODYS[len(word.lstrip("#"))]) for word in theirs.words]
    width = max(len(f"{number:x}") for number in theirs.numbers)
    return [*pairs, *((f"#{number:x}", "#" + "f" * max(4, width)) for number in theirs.numbers), ("6", "8888")]


WHOLE = os.environ.get("PARLEY_TEST_MATRIX") == "whole"
"""Every id for every way, person and platform: about an hour of one core. Else each way gets some of the ids, others for each person."""
MET = [(like, who) for like in PLATFORMS for who in STRANGERS]
ORDINARY = [pair for pair in MET if pair not in {("telegram", "asker in a shared place"), ("discord", "member of a shared place")}]
SOME, THIN = 1, 3


def cells(ways: Iterable[Way], at: int) -> Iterator[tuple[int, Way]]:
    """All ways, or every third, other ones for each person and platform: each command is met by every door many times."""
    return ((cell, way) for cell, way in enumerate(ways, start=at * 7) if WHOLE or cell % THIN == at % THIN)


def some(of: Sequence[T], at: int) -> Sequence[T]:
    """All, or a few that go on where the last cell of the matrix stopped."""
    return of if WHOLE else [of[(at * SOME + step) % len(of)] for step in range(SOME)]
