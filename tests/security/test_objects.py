"""Nobody reaches what is somebody else's, whatever command, button, menu or option it is named to (X3, U14, U17).

Made from the catalogue. For each way to name something, an id of somebody else and one that does not exist must come to the very same:
the same words, the same requests to the model, the same rows written, none of them the owner's.
"""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from bot.commands.catalog import BY_NAME, COMMANDS, Command, Option
from bot.events import Author, MessageEdited, MessageReceived, MessageRef, Place
from bot.replies import texts
from tests.security.attempts import ARGUMENT_DOORS, DECLARE, NAMES_NOTHING, Door, Way, naming, pointing
from tests.security.owned import Owned, owned
from tests.security.probing import (
    HOSTILE,
    MET,
    ORDINARY,
    PLATFORMS,
    SHARED_SECRET,
    STRANGERS,
    WHOLE,
    Probing,
    Stranger,
    cells,
    pairs_of,
    run,
    scene_at,
    some,
)
from tests.security.scene import (
    ADMIN,
    ASKER,
    BOB,
    GROUP,
    MEMBER,
    OWNER,
    SECRET,
    SHARED,
    Scene,
    masked,
    private,
)


@pytest.mark.parametrize(("like", "who"), MET if WHOLE else ORDINARY)
def test_x3_u17_an_id_of_somebody_else_is_no_id_at_all(like: str, who: str) -> None:
    async def probe() -> None:
        async with scene_at(like) as scene:
            probing = Probing(scene, STRANGERS[who], owned(scene.path, (OWNER.id,)))
            pairs, at = pairs_of(probing.theirs), MET.index((like, who))
            for cell, way in cells(naming(), at):
                for word, nobodys in some(pairs, cell):
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
            for cell, way in cells(pointing(), at):
                for ref in some(hidden, cell):
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
                    for word, nobodys in pairs_of(theirs):
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
            for cell, way in cells(naming(), PLATFORMS.index(like)):
                for word, nobodys in some(pairs_of(theirs), cell):
                    await probing.compares(way, word, nobodys)

    run(probe())


@pytest.mark.parametrize(
    "who", [Stranger(ASKER, private(ASKER)), Stranger(ADMIN, private(ADMIN)), Stranger(BOB, GROUP)], ids=["asker", "admin", "stranger"]
)
def test_x3_a_shared_session_is_reached_in_its_place_alone(who: Stranger) -> None:
    """Not by those either who speak or rule there."""

    async def probe() -> None:
        async with scene_at("telegram") as scene:
            theirs = owned(scene.path, (), shared=True)
            probing = Probing(scene, who, theirs, SHARED_SECRET)
            for cell, way in cells(naming(), len(who.author.id)):
                for word, nobodys in some(pairs_of(theirs), cell):
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
    pairs = pairs_of(theirs)
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
