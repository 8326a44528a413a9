"""/forget: a person is forgotten as a whole and at once, whatever runs just then, and nobody else loses anything."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from bot.changes import KnowAccount
from bot.errors import RateLimited, SendUnknown
from bot.events import Author, CommandInvoked, MessageReceived, MessageRef, Place
from bot.found import Belongings
from bot.messages import Account
from bot.policy import Policy
from bot.replies import texts
from bot.rules.decision import Decision
from bot.sessions.dispatcher import Dispatcher
from tests.core.talk import BOB, GROUP, SHARING, Talk, talking
from tests.fakes.memory_adapter import Seen
from tests.fakes.scripted_model import Script

ALL = "/forget everything"


@pytest.fixture
def policy() -> Policy:
    return SHARING


async def is_stranger(talk: Talk, account: str = "7") -> bool:
    found = await talk.store.find(talk.place, account)
    return (found.account, found.session, found.ask) == (None, None, None)


async def begins(talk: Talk, words: str, place: Place | None = None) -> Script:
    """An answer of two words, the first of which is visible; where it stands is stored."""
    script = talk.model.says("first second", gate=asyncio.Event(), held=1)
    await talk.hears(words, place=place or talk.place)
    async with asyncio.timeout(5):
        while not any("first" in text for text in talk.texts(place)):
            await talk.adapter.changed.wait()
        while not await talk.store.is_post(MessageRef(place or talk.place, talk.chat(place)[-1].id)):
            await asyncio.sleep(0.001)
    return script


async def test_it_asks_first_and_then_the_person_is_a_stranger(talk: Talk) -> None:
    await talk.says("one")
    await talk.says("two", place=GROUP)
    await talk.says("/edit")
    await talk.says("/forget")
    assert "2 sessions, 4 messages and your name" in talk.last.text
    assert not await is_stranger(talk)
    shown = len(talk.chat())
    assert await talk.presses(texts.ERASE) is None
    assert talk.last.text.startswith("Erased for good: 2 sessions, 4 messages")
    assert (talk.last.buttons, len(talk.chat())) == ([], shown)
    assert await is_stranger(talk)
    await talk.says("three")
    assert talk.asked() == ["three"]
    await talk.says("/sessions")
    assert talk.last.text.count("messages") == 1


async def test_what_stands_in_the_chat_stays_and_does_nothing(talk: Talk) -> None:
    ref = await talk.says("one")
    answer = talk.last
    await talk.says(ALL)
    assert talk.texts()[0] == "Echo: one"
    await talk.edits(ref, "uno")
    await talk.deletes(ref)
    assert await talk.presses(texts.RETRY, answer) == texts.NOT_YOURS
    assert await is_stranger(talk)
    await talk.replies(answer, "and now?")
    assert talk.asked() == ["and now?"]


async def test_x3_the_button_erases_only_who_it_is_for(talk: Talk) -> None:
    await talk.says("one")
    await talk.says("uno", author=BOB, place=GROUP)
    await talk.says("/forget")
    assert await talk.presses(texts.ERASE, author=BOB) == texts.NOT_ERASED
    assert await talk.presses(texts.ERASE, author=Author("9", "Cy")) == texts.NOT_ERASED
    assert not await is_stranger(talk)
    assert not await is_stranger(talk, "8")
    assert await is_stranger(talk, "9")


@pytest.mark.parametrize("args", ["", "#", "#1", "#1 x", "#1 99999999999", f"#1 {'9' * 40}", "#1 -5", "#1 ²", "#zz 99999999999"])
async def test_x3_a_forged_button_erases_nobody(talk: Talk, args: str) -> None:
    """Ids of users are no secret, but each is good for its own person alone."""
    await talk.says("one", author=BOB, place=GROUP)
    forged = Seen(talk.chat(GROUP)[0].id, GROUP, "", [("Erase", f"erase {args}")])
    assert await talk.presses("Erase", forged) == texts.NOT_ERASED
    assert not await is_stranger(talk, "8")


async def test_the_button_is_good_for_a_while(talk: Talk) -> None:
    await talk.says("one")
    await talk.says("/forget")
    talk.clock.skipped += 601
    assert await talk.presses(texts.ERASE) == texts.NOT_ERASED
    assert not await is_stranger(talk)


async def test_a_second_press_finds_nobody(talk: Talk) -> None:
    await talk.says("one")
    await talk.says("/forget")
    asked = talk.last
    before = replace(asked, buttons=list(asked.buttons))
    await talk.presses(texts.ERASE, asked)
    told = talk.last.text
    assert await talk.presses(texts.ERASE, before) == texts.NOT_ERASED
    assert talk.last.text == told
    assert await is_stranger(talk)


async def test_a_stranger_stays_one(talk: Talk) -> None:
    await talk.says("/forget")
    assert talk.texts() == [texts.NOTHING_KEPT]
    await talk.says(ALL)
    assert await is_stranger(talk)
    await talk.says("/forget me please")
    assert talk.last.text == "Usage: `/forget everything`"


async def test_all_accounts_of_the_person_go(talk: Talk) -> None:
    await talk.says("one")
    account = (await talk.store.find(talk.place, "7")).account
    assert account is not None
    await talk.store.apply([KnowAccount(Account("memory", "70", account.user_id, "Ann elsewhere"))])
    await talk.says("two", author=Author("70", "Ann elsewhere"), place=GROUP)
    await talk.says("/forget")
    assert "2 sessions, 4 messages" in talk.last.text
    await talk.presses(texts.ERASE)
    assert await is_stranger(talk)
    assert await is_stranger(talk, "70")


async def test_an_answer_that_is_being_made_is_let_go_and_taken_away(talk: Talk) -> None:
    script = await begins(talk, "one")
    await talk.says(ALL)
    assert script.gate is not None
    script.gate.set()
    await talk.settle()
    assert [text.split(":")[0] for text in talk.texts()] == ["Erased for good"]
    assert (talk.model.open, await is_stranger(talk)) == (0, True)
    assert await talk.store.unfinished_replies() == ()


async def test_an_answer_that_could_not_be_shown_is_never_shown(talk: Talk) -> None:
    talk.adapter.fail_next("edit", RateLimited(100.0))
    await talk.hears("one")
    async with asyncio.timeout(5):
        while not await talk.store.unfinished_replies():
            await asyncio.sleep(0.001)
    await talk.says(ALL)
    assert [text.split(":")[0] for text in talk.texts()] == ["Erased for good"]


async def test_what_a_command_is_about_to_say_is_not_said(talk: Talk) -> None:
    await talk.says("one")
    talk.adapter.fail_next("send", RateLimited(100.0))
    await talk.hears("/history")
    await talk.says(ALL)
    assert [text.split(":")[0] for text in talk.texts()] == ["Echo", "Erased for good"]


async def test_after_a_crash_what_was_half_shown_is_taken_away(tmp_path: Path) -> None:
    """It dies as soon as it is stored, before anything is let go or taken away."""

    class Dying(Dispatcher):
        def _take_effect(self, decision: Decision) -> None:
            return

    async with talking(tmp_path / "parley.db", policy=SHARING) as talk:
        await begins(talk, "one")
        adapter = talk.adapter
        talk.core.__class__ = Dying
        await talk.hears(ALL)
        assert await talk.store.unfinished_replies() != ()
        talk.core._desk.running.clear()
    async with talking(tmp_path / "parley.db", policy=SHARING, adapter=adapter) as talk:
        await talk.settle()
        assert [text.split(":")[0] for text in talk.texts()] == ["Erased for good"]
        assert await is_stranger(talk)


async def test_what_was_accepted_before_is_not_answered_when_it_comes_again(talk: Talk) -> None:
    event = MessageReceived(MessageRef(talk.place, "50"), talk.person, "one", talk.clock.now(), "memory:one")
    press = CommandInvoked(MessageRef(talk.place, "51"), talk.person, "forget", "everything", talk.clock.now(), "memory:forget")
    for each in (event, press, event, press):
        await talk.core.accept(each)
        await talk.settle()
    assert len(talk.model.requests) == 1
    assert len(talk.texts()) == 2
    assert await is_stranger(talk)


async def test_nothing_is_kept_of_a_stranger_who_gets_a_line_alone(talk: Talk) -> None:
    await talk.says("one")
    assert await talk.presses(texts.RETRY, author=BOB) == texts.NOT_YOURS
    assert await is_stranger(talk, "8")
    account = (await talk.store.find(talk.place, "7")).account
    assert account is not None
    assert await talk.store.belongings(account.user_id + 100) == Belongings()


async def test_an_outage_does_not_bring_it_back(tmp_path: Path) -> None:
    """Sends without an answer, a restart, and what was planned for the person is nobody's any more."""
    async with talking(tmp_path / "parley.db", policy=SHARING) as talk:
        talk.adapter.fail_next("send", SendUnknown("no answer"), times=10_000)
        await talk.hears("one")
        await talk.hears("/history")
        await talk.hears(ALL)
        adapter = talk.adapter
    adapter._faults.clear()
    async with talking(tmp_path / "parley.db", policy=SHARING, adapter=adapter) as talk:
        await talk.settle()
        assert [text.split(":")[0] for text in talk.texts()] == ["Erased for good"]
        assert len(talk.model.requests) == 0


def test_x22_what_a_person_is_told_says_no_more_than_the_manual() -> None:
    """Ids of chats stay for good, and of events for 30 days (docs/operating.md)."""
    assert "for 30 days" in texts.FORGOTTEN
    assert "those of our chats" in texts.FORGOTTEN
    assert "nothing about you" not in texts.FORGOTTEN + texts.NOTHING_KEPT
