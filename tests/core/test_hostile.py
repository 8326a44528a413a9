"""What people write by mistake or on purpose: odd arguments, other people's ids, traps (U9 to U11, U14, U17, X3, X12, X16)."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from pathlib import Path

import pytest

from bot.commands.catalog import COMMANDS
from bot.events import Author, CommandInvoked, MessageRef, Place
from bot.policy import Policy
from bot.replies import texts
from tests.core.talk import BOB, POLICY, Talk, talking

THERE = Place("memory", "8")
ODD = [
    "", " ", "-1", "0", "9" * 30, str(2**63), "abc", "1 2 3", "#", "#zz", "#0", "#ffff", "#" + "f" * 40, "'; DROP TABLE messages; --",
    "x" * 4000, "\n", "#1 words", "1\nwords", "٣", "½", "@other_bot", "<b>&", "`", "history #1 1", "sessions x 0", "sessions 1 99999999999",
]  # fmt: skip


@pytest.fixture
def policy() -> Policy:
    return replace(POLICY, rate=10**6)


@pytest.mark.parametrize("pressed", [False, True])
@pytest.mark.parametrize("name", [command.name for command in COMMANDS])
async def test_u9_u10_every_string_gives_a_command_or_a_hint(talk: Talk, name: str, pressed: bool) -> None:
    for odd in ODD:
        await talk.says("one")
        before, asked = len(talk.adapter.calls), len(talk.model.requests)
        ref = MessageRef(talk.place, talk.last.id if pressed else "5000")
        line = await talk.core.accept(CommandInvoked(ref, talk.person, name, odd, talk.clock.now(), talk.key(), pressed=pressed))
        await talk.settle()
        assert line or len(talk.adapter.calls) > before or len(talk.model.requests) > asked, (name, odd)
    await talk.says("/help")
    assert "/new" in talk.last.text


@pytest.mark.parametrize("name", ["", "xyzzy", "new@other_bot", "NEW", "'; --", "_" * 500, "hélp", "<b>"])
async def test_u9_unknown_commands_get_a_hint(talk: Talk, name: str) -> None:
    await talk.core.accept(CommandInvoked(MessageRef(talk.place, "1"), talk.person, name, "", talk.clock.now(), "k"))
    await talk.settle()
    assert len(talk.texts()) == 1
    assert talk.model.requests == []


async def _ids_of_ann(talk: Talk) -> tuple[str, int, int]:
    await talk.says("a secret of Ann")
    session = (await talk.store.find(talk.place, "7")).session
    assert session is not None
    prompt, answer = await talk.store.branch(session.leaf, 2)
    return session.id, prompt.id, answer.id


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("open", "#{session}"), ("delete", "#{session}"), ("undelete", "#{session}"), ("fork", "#{session}"), ("back", "#{session}"),
        ("confirm", "#{session}"), ("page", "history #{session} 1"), ("version", "#{answer:x}"), ("retry", "#{answer:x}"),
        ("retry", "#{prompt:x}"), ("continue", "#{answer:x}"), ("edit", "#{prompt:x} words"), ("edit", "#{answer:x} words"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("pressed", [False, True])
async def test_x3_u17_somebody_elses_id_is_as_good_as_none(talk: Talk, name: str, args: str, pressed: bool) -> None:
    session, prompt, answer = await _ids_of_ann(talk)
    await talk.says("of Bob", place=THERE, author=BOB)
    await talk.says("/new", place=THERE, author=BOB)

    async def tries(session: str, prompt: int, answer: int) -> tuple[str | None, list[str]]:
        before = len(talk.chat(THERE))
        ref = MessageRef(THERE, talk.chat(THERE)[-1].id)
        event = CommandInvoked(
            ref, BOB, name, args.format(session=session, prompt=prompt, answer=answer), talk.clock.now(), talk.key(), pressed=pressed
        )
        line = await talk.core.accept(event)
        await talk.settle()
        return line, talk.texts(THERE)[before:]

    theirs = await tries(session, prompt, answer)
    nobodys = await tries("0123456789abcdef", 999_998, 999_999)
    assert theirs == nobodys
    assert theirs[0] or theirs[1]
    assert talk.texts() == ["Echo: a secret of Ann"]
    assert "secret" not in "".join(talk.texts(THERE))
    assert len(talk.model.requests) == 2
    await talk.says("more")
    assert talk.asked() == ["a secret of Ann", "Echo: a secret of Ann", "more"]


async def test_u11_names_and_titles_show_to_the_letter(talk: Talk) -> None:
    odd = "<b>*bold* _x_ [a](http://e) `c` # | ~"
    await talk.says("one")
    await talk.says(f"/title {odd}")
    await talk.says("/sessions")
    for text in (talk.texts()[-2], talk.texts()[-1]):
        assert texts.plain(odd) in text
        assert not re.search(r"(?<!\\)[<`\[]b?>?\*", text)
    await talk.says("/start", author=Author("7", "*Ann*"))
    assert r"\*Ann\*" in talk.last.text


async def test_u14_x16_nobodys_words_reach_anothers_context(talk: Talk) -> None:
    """A hundred people in one group, with a secret each; every request holds the asker's alone."""
    group = Place("memory", "-5", kind="group")
    people = [Author(str(100 + number), f"P{number}") for number in range(100)]
    for round_ in range(2):
        for person in people:
            await talk.hears(f"S{person.id}S {round_}", place=group, author=person)
        await talk.settle()
    assert len(talk.model.requests) == 200
    for request in talk.model.requests:
        assert len(set(re.findall(r"S\d+S", " ".join(message.text for message in request)))) == 1
    for seen in talk.chat(group):
        assert len(set(re.findall(r"S\d+S", seen.text))) == 1


async def test_x12_what_the_model_says_runs_nothing(talk: Talk) -> None:
    for said in ("/delete", "/end", "exit", "/open #ffff", '{"command": "delete"}', "@everyone", "[x](javascript:alert(1))"):
        talk.model.says(said)
        await talk.says("go on")
        assert talk.last.text == said
    assert len((await talk.store.find(talk.place, "7")).turns) == 0
    found = await talk.store.find(talk.place, "7")
    assert found.session is not None
    assert found.leaf is not None
    assert found.leaf.number == 14


async def test_u16_commands_during_the_answer(talk: Talk) -> None:
    """The answer belongs to the session that it was asked in, whatever is current when it comes."""
    gate = asyncio.Event()
    talk.model.says("some words of an answer", gate=gate, held=2)
    await talk.hears("one")
    await talk.shows("some words")
    await talk.hears("/new")
    await talk.hears("two")
    await talk.shows("Echo: two")
    gate.set()
    await talk.settle()
    assert talk.asked() == ["two"]
    await talk.presses("Go back")
    await talk.says("three")
    assert talk.asked() == ["one", "some words of an answer", "three"]


async def test_u16_end_during_the_answer_stops_it(talk: Talk) -> None:
    talk.model.says("some words of an answer", gate=asyncio.Event(), held=2)
    await talk.hears("one")
    await talk.shows("some words")
    await talk.says("/end")
    assert talk.texts()[0] == f"some words\n\n{texts.STOPPED_MARK}"
    assert talk.model.open == 0


async def test_u3_a_paste_in_pieces_is_one_turn(talk: Talk) -> None:
    for number in range(3):
        await talk.hears(f"part {number} " + "x" * 4000)
    await talk.settle()
    assert len(talk.model.requests) == 1
    assert [text[:6] for text in talk.asked()[0].split("\n\n")] == ["part 0", "part 1", "part 2"]


async def test_u1_u2_a_hint_at_most_once_a_minute(tmp_path: Path) -> None:
    async with talking(tmp_path / "parley.db", speed=5.0) as talk:  # the minute lasts twelve seconds
        for _ in range(5):
            await talk.says(" ")
        assert talk.texts() == [texts.BLANK]
        assert talk.model.requests == []


async def test_x27_a_forwarded_command_is_text(talk: Talk) -> None:
    await talk.says("one")
    await talk.says("one more", forwarded=True)
    assert talk.asked() == ["one", "Echo: one", "one more"]


async def test_posts_of_messages_made_anew_are_not_left_over(talk: Talk) -> None:
    talk.model.says("some words of an answer", gate=asyncio.Event(), held=2)
    ref = await talk.hears("one")
    await talk.shows("some words")
    await talk.hears("two")
    await talk.edits(ref, "uno")
    assert talk.texts() == ["Echo: uno\n\ntwo"]
    assert list(await talk.store.unfinished_replies()) == []


async def test_arrows_of_a_post_beside_the_branch_act_on_their_own_branch(talk: Talk) -> None:
    await talk.says("one")
    first = talk.last
    talk.model.says("two, first")
    await talk.says("two")
    talk.model.says("two, second")
    await talk.says("/retry")
    versions = talk.last
    await talk.replies(first, "three")
    await talk.presses("‹", versions)
    assert versions.text == "two, first"
    await talk.says("four")
    assert talk.asked() == ["one", "Echo: one", "two", "two, first", "four"]
