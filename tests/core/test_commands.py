"""Every command as a person types it or presses it, and what the chat shows afterwards."""

from __future__ import annotations

from pathlib import Path

from bot.events import Author
from bot.policy import Policy
from tests.core.talk import BOB, GROUP, Talk, talking


async def test_new_opens_a_fresh_session_and_goes_back(talk: Talk) -> None:
    await talk.says("one")
    await talk.says("/new Holiday *plans*")
    assert "Holiday" in talk.last.text
    await talk.says("two")
    assert talk.asked() == ["two"]
    await talk.presses("Go back")
    await talk.says("three")
    assert talk.asked() == ["one", "Echo: one", "three"]


async def test_new_brings_the_conversation_along(talk: Talk) -> None:
    await talk.says("one")
    await talk.says("/new")
    await talk.presses("Bring the last conversation along")
    assert talk.last.text == "Brought the last conversation along: 2 messages."
    await talk.says("two")
    assert talk.asked() == ["one", "Echo: one", "two"]
    await talk.presses("Bring the last conversation along")
    assert len(talk.texts()) == 4


async def test_history_is_numbered_and_paged(talk: Talk) -> None:
    for number in range(8):
        await talk.says(f"say {number}")
    await talk.says("/history")
    assert "page 2 of 2" in talk.last.text
    assert "**16. Parley**" in talk.last.text
    await talk.presses("‹")
    assert "page 1 of 2" in talk.last.text
    assert "**1. Ann**" in talk.last.text
    for wrong in ("/history 0", "/history 3", "/history 99999999999999999999", "/history -1", "/history abc"):
        await talk.says(wrong)
        assert "page" in talk.last.text or "not a number" in talk.last.text


async def test_edit_by_number_and_by_question(talk: Talk) -> None:
    await talk.says("one")
    await talk.says("two")
    await talk.says("/edit 3 zwei")
    assert talk.texts() == ["Echo: one", "Echo: zwei"]
    await talk.says("/edit 1")
    assert talk.last.ask
    await talk.says("eins")
    assert talk.texts()[0] == "Echo: eins"
    assert "later messages are on version 1" in talk.last.text
    assert talk.asked() == ["eins"]


async def test_edit_of_an_answer_changes_it_in_place(talk: Talk) -> None:
    await talk.says("one")
    await talk.says("two")
    await talk.says("/edit 2 my own words")
    assert talk.texts()[0] == "my own words"
    await talk.says("three")
    assert talk.asked() == ["one", "my own words", "two", "Echo: two", "three"]


async def test_cancel_closes_the_question(talk: Talk) -> None:
    await talk.says("one")
    await talk.says("/edit")
    await talk.says("/cancel")
    await talk.says("plain again")
    assert talk.asked() == ["one", "Echo: one", "plain again"]
    await talk.says("/cancel")
    assert talk.last.text == "There is no open question."


async def test_end_says_what_the_session_came_to(talk: Talk) -> None:
    await talk.says("one")
    await talk.says("/end")
    assert "2 messages" in talk.last.text
    assert "started: 21/11/2026" in talk.last.text
    await talk.says("two")
    assert talk.asked() == ["two"]
    await talk.says("/end")
    await talk.says("/end")
    assert "no session to end" in talk.last.text


async def test_sessions_lists_finds_and_opens(talk: Talk) -> None:
    await talk.says("about apples")
    await talk.says("/new")
    await talk.says("about pears")
    await talk.says("/sessions")
    assert "about apples" in talk.last.text
    assert "about pears" in talk.last.text
    await talk.says("/sessions apples")
    assert "pears" not in talk.last.text
    await talk.presses("about apples")
    await talk.says("more")
    assert talk.asked() == ["about apples", "Echo: about apples", "more"]


async def test_open_by_short_id_reopens_an_ended_session(talk: Talk) -> None:
    await talk.says("one")
    await talk.says("/end")
    short = talk.last.text.split("`")[1]
    assert len(short) == 5
    await talk.says(f"/open {short}")
    await talk.says("two")
    assert talk.asked() == ["one", "Echo: one", "two"]
    for wrong in ("/open", "/open #zz", "/open #0", "/open #ffff", "/open '; drop table sessions"):
        await talk.says(wrong)
        assert "Opened" not in talk.last.text


async def test_title_renames(talk: Talk) -> None:
    await talk.says("one")
    await talk.says("/title A *new* name")
    assert r"A \*new\* name" in talk.last.text
    await talk.says("/title")
    assert "Usage" in talk.last.text


async def test_delete_and_undo(talk: Talk) -> None:
    await talk.says("one")
    await talk.says("/delete")
    assert "Deleted" in talk.last.text
    await talk.presses("Undo")
    await talk.says("two")
    assert talk.asked() == ["one", "Echo: one", "two"]
    await talk.says("/delete")
    await talk.says("three")
    assert talk.asked() == ["three"]


async def test_the_purge_takes_everything_along(talk: Talk) -> None:
    await talk.says("a secret word")
    await talk.says("/delete")
    await talk.store.purge(talk.clock.now())
    await talk.presses("Undo")
    assert "no session of yours" in (await talk.presses("Undo") or "")
    await talk.says("/sessions secret")
    assert "None of your sessions" in talk.last.text


async def test_help_and_unknown_commands(talk: Talk) -> None:
    await talk.says("/help")
    for name in ("/new", "/history", "/edit", "/stop", "/delete"):
        assert name in talk.last.text
    await talk.says("/help edit")
    assert "number" in talk.last.text
    await talk.says("/histroy")
    assert talk.last.text.endswith("Did you mean /history?")
    await talk.says("/xyzzy'; --")
    assert "/help" in talk.last.text
    await talk.says("/version #1")
    assert "no command" in talk.last.text


async def test_nothing_to_do_is_said(talk: Talk) -> None:
    for command, words in (
        ("/retry", "nothing to answer"),
        ("/undo", "nothing to take back"),
        ("/stop", "No answer"),
        ("/edit", "no message of yours"),
        ("/edit 4 x", "no message of yours"),
        ("/history", "No session"),
        ("/title x", "No session"),
        ("/delete", "No session"),
        ("/sessions", "No sessions yet"),
    ):
        await talk.says(command)
        assert words in talk.last.text, command


async def test_a_session_from_elsewhere_opens_in_a_group_after_a_confirmation(talk: Talk) -> None:
    await talk.says("private things")
    await talk.says("/title Secret")
    session = (await talk.store.find(talk.place, "7")).session
    assert session is not None
    await talk.says(f"/open #{session.id}", place=GROUP)
    seen = talk.chat(GROUP)[-1]
    assert "began somewhere else" in seen.text
    assert await talk.presses("Open it here", seen, author=BOB) is not None
    await talk.presses("Open it here", seen)
    await talk.says("more", place=GROUP)
    assert talk.asked()[0] == "private things"


async def test_a_shared_place_has_one_session(tmp_path: Path) -> None:
    async with talking(tmp_path / "parley.db", policy=Policy(titles=False, shared=frozenset({"memory:-5"}))) as talk:
        await talk.says("from Ann", place=GROUP)
        await talk.says("from Bob", place=GROUP, author=BOB)
        assert talk.asked() == ["Ann: from Ann", "Echo: Ann: from Ann", "Bob: from Bob"]
        await talk.says("/end", place=GROUP)
        assert "admins" in talk.texts(GROUP)[-1]
        await talk.says("/end", place=GROUP, author=Author("9", "Chief", is_admin=True))
        assert "Session ended" in talk.texts(GROUP)[-1]
