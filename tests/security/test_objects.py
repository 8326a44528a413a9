"""Nobody reaches what is somebody else's, whatever command, button, menu or option it is named to (X3, U14, U17).

Made from the catalogue. For each way to name something, an id of somebody else and one that does not exist must come to the very same:
the same words, the same requests to the model, the same rows written, none of them the owner's.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import AsyncIterator, Coroutine, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest

from bot.commands.catalog import BY_NAME, COMMANDS, Command, Option
from bot.events import Author, Event, MessageEdited, MessageReceived, MessageRef, Place
from bot.replies import texts
from tests.core.virtual import VirtualLoop
from tests.security.attempts import ARGUMENT_DOORS, DECLARE, NAMES_NOTHING, Door, Way, naming, pointing
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
    Owned,
    Scene,
    masked,
    owned,
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
async def scene_at(like: str, owner: Author = OWNER) -> AsyncIterator[Scene]:
    """The owner has sessions in private and in a group; everybody else has one of their own."""
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        scene = Scene(Path(folder) / "parley.db", like)
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
        key = (way, len(word) if subject is None else subject.place)
        if key not in self._nobodys:
            self._nobodys[key] = await self.tries(way, word, subject)
        return self._nobodys[key]

    async def compares(self, way: Way, word: str, nobodys: str) -> None:
        seen, like = (await self.tries(way, word)).seen, (await self.nobodys(way, nobodys)).seen
        assert masked(seen, word) == masked(like, nobodys), f"{way}: {word} is told from {nobodys}"


def _pairs(theirs: Owned) -> list[tuple[str, str]]:
    """An id of the owner's, and one like it that is nobody's."""
    pairs = [(word, ("#" if word.startswith("#") else "") + NOBODYS[len(word.lstrip("#"))]) for word in theirs.words]
    width = max(len(f"{number:x}") for number in theirs.numbers)
    return [*pairs, *((f"#{number:x}", "#" + "f" * max(4, width)) for number in theirs.numbers), ("6", "8888")]


WHOLE = os.environ.get("PARLEY_TEST_MATRIX") == "whole"
"""Every id for every way, person and platform: some minutes. Else each way gets some of the ids, others for each person."""
MET = [(like, who) for like in PLATFORMS for who in STRANGERS]
ORDINARY = [pair for pair in MET if pair not in {("telegram", "asker in a shared place"), ("discord", "member of a shared place")}]
SOME, THIN = 1, 3


def _cells(ways: Iterable[Way], at: int) -> Iterator[tuple[int, Way]]:
    """All ways, or every third, other ones for each person and platform: each command is met by every door many times."""
    return ((cell, way) for cell, way in enumerate(ways, start=at * 7) if WHOLE or cell % THIN == at % THIN)


def _some(of: Sequence[T], at: int) -> Sequence[T]:
    """All, or a few that go on where the last cell of the matrix stopped."""
    return of if WHOLE else [of[(at * SOME + step) % len(of)] for step in range(SOME)]


@pytest.mark.parametrize(("like", "who"), MET if WHOLE else ORDINARY)
def test_x3_u17_an_id_of_somebody_else_is_no_id_at_all(like: str, who: str) -> None:
    async def probe() -> None:
        async with scene_at(like) as scene:
            probing = Probing(scene, STRANGERS[who], owned(scene.path, (OWNER.id,)))
            pairs, at = _pairs(probing.theirs), MET.index((like, who))
            for cell, way in _cells(naming(), at):
                for word, nobodys in _some(pairs, cell):
                    await probing.compares(way, word, nobodys)
                for hostile in HOSTILE if WHOLE else HOSTILE[cell % len(HOSTILE) :][: cell % 2]:
                    await probing.tries(way, hostile)
            assert probing.tried > len(COMMANDS) * 2

    run(probe())


@pytest.mark.parametrize(("like", "who"), MET if WHOLE else ORDINARY[::2])
def test_x3_a_message_of_somebody_else_is_no_message_at_all(like: str, who: str) -> None:
    """By a reply, and from the menu of a message; what stands in the same group may be quoted, as everybody there can read it."""

    async def probe() -> None:
        async with scene_at(like) as scene:
            probing = Probing(scene, STRANGERS[who], owned(scene.path, (OWNER.id,)))
            at = MET.index((like, who))
            hidden = [ref for ref in probing.theirs.refs if ref.place != probing.stranger.place]
            for cell, way in _cells(pointing(), at):
                for ref in _some(hidden, cell):
                    seen, no = await probing.tries(way, "", ref), await probing.nobodys(way, "", MessageRef(ref.place, "999999"))
                    assert masked(seen.seen, "#") == masked(no.seen, "#"), f"{way} about {ref}"

    run(probe())


@pytest.mark.parametrize("like", PLATFORMS)
def test_x3_nobody_edits_what_somebody_else_wrote(like: str) -> None:
    """A native edit that names the message of another person does nothing at all."""

    async def probe() -> None:
        async with scene_at(like) as scene:
            for stranger in STRANGERS.values():
                probing = Probing(scene, stranger, owned(scene.path, (OWNER.id,)))
                for ref in probing.theirs.refs:
                    event = MessageEdited(ref, stranger.author, "other words", scene.clock.now(), scene.key())
                    attempt = await probing.does(event, f"an edit of {ref}")
                    assert attempt.seen.rows in ((("events", 0, 1),), ()), ref
                    assert (attempt.seen.line, attempt.seen.shown, attempt.seen.asked) == (None, (), ())

    run(probe())


@pytest.mark.parametrize("like", PLATFORMS)
def test_x3_a_reply_to_somebody_elses_post_goes_on_in_ones_own_session(like: str) -> None:
    async def probe() -> None:
        async with scene_at(like) as scene:
            for stranger in STRANGERS.values():
                probing = Probing(scene, stranger, owned(scene.path, (OWNER.id,)))
                for ref in [ref for ref in probing.theirs.refs if ref.place != stranger.place][::3]:
                    event = MessageReceived(
                        scene.ref(stranger.place), stranger.author, "words", scene.clock.now(), scene.key(), reply_to=ref
                    )
                    attempt = await probing.does(event, f"a reply to {ref}")
                    assert attempt.seen.asked[-1] == "words" or attempt.seen.asked[-1].endswith(": words")

    run(probe())


@pytest.mark.parametrize("like", PLATFORMS)
def test_x3_what_is_offered_and_what_forms_hold_is_ones_own(like: str) -> None:
    """Autocomplete and the questions of forms read without storing anything."""

    async def probe() -> None:
        async with scene_at(like) as scene:
            for stranger in STRANGERS.values():
                theirs, before = owned(scene.path, (OWNER.id,)), scene.rows()
                kinds = {option.kind for command in COMMANDS for option in command.options}
                for kind in kinds:
                    for typed in ("", SECRET, "#", *theirs.words):
                        choices = await scene.core.suggest(stranger.author, stranger.place, kind, typed)
                        offered = str([(choice.label, choice.value) for choice in choices])
                        assert SECRET not in offered
                        assert not any(session[:4] in offered for session in theirs.sessions), (kind, typed)
                for command in COMMANDS:
                    for word, nobodys in _pairs(theirs):
                        asked = await scene.core.prompt_for(stranger.author, stranger.place, f"{command.name} {word}")
                        assert asked == await scene.core.prompt_for(stranger.author, stranger.place, f"{command.name} {nobodys}"), word
                    for ref in theirs.refs:
                        asked = await scene.core.prompt_for(stranger.author, stranger.place, command.name, ref)
                        nobodys_ref = MessageRef(ref.place, "999999")
                        assert asked == await scene.core.prompt_for(stranger.author, stranger.place, command.name, nobodys_ref), ref
                assert scene.rows() == before
                assert not await scene.core.knows(MessageRef(stranger.place, "999999"))

    run(probe())


@pytest.mark.parametrize("like", PLATFORMS)
def test_x3_the_same_ids_in_another_bots_database_are_another_persons(like: str) -> None:
    """Two bots begin to count at the same number: whoever owns an id with the one is nobody with the other."""

    async def probe() -> None:
        async with scene_at(like) as own, scene_at(like, Author("zoe", "Zoe")) as other:
            theirs = owned(other.path, ("zoe",))
            mine = owned(own.path, (OWNER.id,))
            assert (mine.words, mine.numbers) == (theirs.words, theirs.numbers)
            await other.says(OWNER, private(OWNER), "of Ann, with the other bot")
            await other.keep()
            probing = Probing(other, Stranger(OWNER, private(OWNER)), theirs)
            for cell, way in _cells(naming(), PLATFORMS.index(like)):
                for word, nobodys in _some(_pairs(theirs), cell):
                    await probing.compares(way, word, nobodys)

    run(probe())


@pytest.mark.parametrize(
    "who", [Stranger(ASKER, private(ASKER)), Stranger(ADMIN, private(ADMIN)), Stranger(BOB, GROUP)], ids=["asker", "admin", "stranger"]
)
def test_x3_a_shared_session_is_reached_in_its_place_alone(who: Stranger) -> None:
    """Not by those either who speak or rule there (product.md, rule 1)."""

    async def probe() -> None:
        async with scene_at("telegram") as scene:
            theirs = owned(scene.path, (), shared=True)
            probing = Probing(scene, who, theirs, SHARED_SECRET)
            for cell, way in _cells(naming(), len(who.author.id)):
                for word, nobodys in _some(_pairs(theirs), cell):
                    await probing.compares(way, word, nobodys)

    run(probe())


@pytest.mark.parametrize("name", [command.name for command in COMMANDS if command.admin_in_shared])
def test_x3_what_belongs_to_the_admins_of_a_shared_place_is_refused_to_all_others(name: str) -> None:
    async def probe() -> None:
        async with scene_at("telegram") as scene:
            theirs = owned(scene.path, (), shared=True)
            words = (*theirs.words[:2], "words", "")
            doors: tuple[Door, ...] = ("pressed",) if BY_NAME[name].hidden else ARGUMENT_DOORS
            for who in (MEMBER, ASKER):
                probing = Probing(scene, Stranger(who, SHARED), theirs)
                for door in doors:
                    for word in words:
                        seen = (await probing.tries(Way(name, door, "{id}"), word)).seen
                        assert texts.ADMINS_ONLY in (seen.line, *(shown.partition(": ")[2].partition(" [")[0] for shown in seen.shown))
            assert await _reaches_as(scene, ADMIN, SHARED, Way(name, doors[0], "{id}"), words)

    run(probe())


async def _reaches_as(scene: Scene, who: Author, place: Place, way: Way, words: Sequence[str]) -> bool:
    """Whether one of the words comes to something else than a refusal."""
    for word in words:
        attempt = await scene.tries(way.event(scene, who, place, scene.ref(place), word, None))
        if not scene.is_quiet(attempt):
            return True
    return False


async def _reaches(scene: Scene, way: Way, word: str, nobodys: str, subject: MessageRef | None = None) -> bool:
    """Whether what is named to the command makes a difference to its owner."""
    probing = Probing(scene, Stranger(OWNER, private(OWNER)), Owned(frozenset(), (), frozenset(), (), ()))
    outcomes = []
    for named, about in ((word, subject), (nobodys, MessageRef(private(OWNER), "999999") if subject else None)):
        event = way.event(scene, OWNER, private(OWNER), probing.post, named, about)
        attempt = await scene.tries(event)
        outcomes.append(masked(attempt.seen, named))
        if not scene.is_quiet(attempt):
            await scene.restore()
    return outcomes[0] != outcomes[1]


async def _way_in(scene: Scene, command: Command) -> str | None:
    """A way by which the owner passes."""
    theirs = owned(scene.path, (OWNER.id,))
    pairs = _pairs(theirs)
    for way in sorted(naming((command,)), key=lambda way: way.door):
        for word, nobodys in [*pairs[:4], *pairs[7:10], *pairs[-8:]]:
            if await _reaches(scene, way, word, nobodys):
                return str(way)
    for way in pointing((command,)):
        for ref in theirs.refs[:3] + theirs.refs[-3:]:
            if await _reaches(scene, way, "", "", ref):
                return str(way)
    return None


def test_x3_the_owner_passes_and_every_command_is_tried_in_a_way_that_leads_somewhere() -> None:
    """Else the refusals above would prove nothing. A command that is new has to be declared, in one line."""

    async def probe() -> None:
        async with scene_at("telegram") as scene:
            unknown = [command.name for command in COMMANDS if command.name not in NAMES_NOTHING and not await _way_in(scene, command)]
            assert unknown == [], DECLARE.format(name=unknown[0])

    run(probe())


def test_x3_a_command_that_nobody_thought_of_is_found() -> None:
    async def probe() -> None:
        async with scene_at("telegram") as scene:
            assert await _way_in(scene, Command("stop", "has no way in", (Option("id", "text", "of something"),))) is None
            assert "another" not in NAMES_NOTHING

    run(probe())
