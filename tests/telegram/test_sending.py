"""Sending, editing, deleting and fetching against the loopback Bot API, and what becomes of each refusal."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.calls.flights import Flights
from adapters.telegram.adapter import TelegramAdapter
from adapters.telegram.entities import Entity
from adapters.telegram.gate import Gate
from adapters.telegram.limiter import Limits
from bot.errors import (
    BotError,
    ContentRefused,
    DeleteRefused,
    MessageGone,
    PlaceMoved,
    PlaceUnavailable,
    RateLimited,
    SendUnknown,
)
from bot.events import Attachment, MessageReceived, MessageRef, Place
from bot.posts import Ask, Button, Content, File, Part
from tests.fakes.telegram import Chat, FakeTelegram, Person
from tests.telegram.rig import PLENTY, FastClock, ListCore, options_for, plain, running, until


class Stage:
    """Ann's private chat, and an adapter that does not hold back."""

    def __init__(self, fake: FakeTelegram, folder: str, limits: Limits = PLENTY) -> None:
        self.fake = fake
        self.ann: Person = fake.person(1001, "Ann")
        self.chat: Chat = fake.private_chat(self.ann)
        self.home = Place("telegram", "1001")
        self.clock = FastClock()
        self.adapter = TelegramAdapter(options_for(fake, folder, call_timeout=0.3), self.clock, limits)

    async def send(self, text: str, place: Place | None = None, **fields: object) -> MessageRef:
        return await self.adapter.send(place or self.home, plain(text, **fields), key="k")


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with FakeTelegram() as fake:
        stage = Stage(fake, str(tmp_path))
        yield stage
        await stage.adapter.close()


def place_of(chat: Chat, thread: int = 0) -> Place:
    return Place("telegram", str(chat.id), str(thread) if thread else "", "private" if chat.type == "private" else "group")


async def test_a_post_replies_and_shows_no_link_preview(stage: Stage) -> None:
    asked = await stage.ann.says(stage.chat, "hi")
    ref = await stage.adapter.send(stage.home, plain("see https://a.example"), reply_to=MessageRef(stage.home, str(asked.id)), key="k")
    assert ref == MessageRef(stage.home, str(stage.chat.last.id))
    assert stage.chat.last.reply_to is asked
    (call,) = stage.fake.calls_of("sendMessage")
    assert call.params["link_preview_options"] == {"is_disabled": True}


async def test_a_reply_to_a_message_that_is_gone_is_sent_all_the_same(stage: Stage) -> None:
    await stage.adapter.send(stage.home, plain("hello"), reply_to=MessageRef(stage.home, "999"), key="k")
    assert stage.chat.texts == ["hello"]


async def test_a_reply_to_something_newer_than_the_library_is_sent_and_known(stage: Stage) -> None:
    poll = {"id": "1", "question": "?", "options": [], "total_voter_count": 0}
    asked = await stage.ann.sends(stage.chat, "poll", poll)
    ref = await stage.adapter.send(stage.home, plain("hello"), reply_to=MessageRef(stage.home, str(asked.id)), key="k")
    assert ref.message_id == str(stage.chat.last.id)


async def test_formatting_buttons_and_questions_arrive(stage: Stage) -> None:
    marks = (Entity("bold", 0, 2), Entity("text_link", 3, 1, url="https://a.example"))
    rows = ((Button("Retry", "retry #7f3a"), Button("Site", url="https://a.example")), ())
    await stage.send("Hi x", markup=marks, buttons=rows)
    post = stage.chat.last
    assert [entity["type"] for entity in post.entities] == ["bold", "text_link"]
    assert [(button.label, button.data, button.url) for button in post.buttons[0]] == [
        ("Retry", "retry #7f3a", ""),
        ("Site", "", "https://a.example"),
    ]
    await stage.send("The new text?", ask=Ask("edit 3", "The new text of message 3, which is a long label for a field in fact", "old"))
    assert stage.chat.last.force_reply
    markup = stage.fake.calls_of("sendMessage")[-1].params["reply_markup"]
    assert markup["selective"] is True
    assert 60 <= len(markup["input_field_placeholder"]) <= 64


async def test_a_post_goes_to_its_topic(stage: Stage) -> None:
    forum = stage.fake.group("Forum", stage.ann, forum=True)
    topic = stage.fake.topic(forum, "Rain")
    ref = await stage.send("in the topic", place_of(forum, topic.thread_id))
    await stage.adapter.edit(ref, plain("still there"))
    assert topic.texts == ["still there"]
    assert ref.place.thread_id == str(topic.thread_id)


async def test_a_file_is_a_document_and_an_edit_can_bring_one(stage: Stage) -> None:
    ref = await stage.send("the session", file=File("a.md", "text/markdown", b"# hi"), markup=(Entity("bold", 0, 3),))
    assert (stage.chat.last.file, stage.chat.last.file_name, stage.chat.last.text) == (b"# hi", "a.md", "the session")
    assert stage.chat.last.entities[0]["type"] == "bold"
    await stage.adapter.edit(ref, plain("another", file=File("b.md", "text/markdown", b"# ho")))
    assert (stage.chat.last.file, stage.chat.last.text) == (b"# ho", "another")


async def test_p15_a_file_beside_many_words_has_a_message_of_its_own(stage: Stage) -> None:
    rows = ((Button("Retry", "retry #7f3a"),),)
    parts = stage.adapter.render(Content("long words " * 200, rows, File("a.md", "text/markdown", b"# hi")))
    assert [bool(part.file) for part in parts] == [False, True]
    for part in parts:
        await stage.adapter.send(stage.home, part, key="k")
    assert [message.file_name for message in stage.chat.from_bot] == ["", "a.md"]
    assert (stage.chat.from_bot[0].buttons, stage.chat.last.labels()) == ((), ["Retry"])
    assert len(stage.adapter.render(Content("few words", (), File("a.md", "text/markdown", b"# hi")))) == 1
    with pytest.raises(ContentRefused):
        await stage.send("x" * 1025, file=File("a.md", "text/markdown", b"# hi"))


async def test_an_edit_without_buttons_takes_them_away(stage: Stage) -> None:
    ref = await stage.send("x", buttons=((Button("Stop", "stop"),),))
    await stage.adapter.edit(ref, plain("y"))
    assert (stage.chat.last.text, stage.chat.last.buttons) == ("y", ())


async def test_an_edit_asks_nothing_again(stage: Stage) -> None:
    """Telegram takes a forced reply with a new message only."""
    ref = await stage.send("x")
    await stage.adapter.edit(ref, plain("y", ask=Ask("edit 3", "The new text"), buttons=((Button("Cancel", "cancel"),),)))
    assert (stage.chat.last.text, stage.chat.last.labels()) == ("y", ["Cancel"])


async def test_p12_an_edit_of_a_deleted_message_says_so(stage: Stage) -> None:
    ref = await stage.send("x")
    await stage.ann.deletes(stage.chat.last)
    with pytest.raises(MessageGone):
        await stage.adapter.edit(ref, plain("y"))


async def test_p12_a_message_of_somebody_else_cannot_be_edited(stage: Stage) -> None:
    theirs = await stage.ann.says(stage.chat, "mine")
    with pytest.raises(MessageGone):
        await stage.adapter.edit(MessageRef(stage.home, str(theirs.id)), plain("y"))


async def test_p13_not_modified_is_success(stage: Stage) -> None:
    ref = await stage.send("x")
    await stage.adapter.edit(ref, plain("x"))
    assert "not modified" in stage.fake.calls[-1].refused


@pytest.mark.parametrize(
    "words", ["can't parse entities: unsupported start tag", "ENTITY_BOUNDS_INVALID", "entity URL 'x' is invalid", "ENTITIES_TOO_LONG"]
)
async def test_p14_refused_formatting_is_sent_plain(stage: Stage, words: str) -> None:
    marked = {"markup": (Entity("bold", 0, 1),)}
    stage.fake.faults.add("sendMessage", error=400, description=f"Bad Request: {words}", when=lambda call: "entities" in call.params)
    ref = await stage.send("x", **marked)
    stage.fake.faults.add("editMessageText", error=400, description=f"Bad Request: {words}", when=lambda call: "entities" in call.params)
    await stage.adapter.edit(ref, plain("y", **marked))
    assert stage.chat.texts == ["y"]
    assert stage.chat.last.entities == []


async def test_p14_an_entity_out_of_bounds_is_sent_plain(stage: Stage) -> None:
    await stage.send("short", markup=(Entity("bold", 0, 99),))
    assert stage.chat.texts == ["short"]


@pytest.mark.parametrize("text", ["x" * 4097, ""])
async def test_p15_what_does_not_fit_is_refused_for_good(stage: Stage, text: str) -> None:
    with pytest.raises(ContentRefused):
        await stage.send(text)
    ref = await stage.send("x")
    with pytest.raises(ContentRefused):
        await stage.adapter.edit(ref, plain(text))


async def test_p16_a_person_who_blocked_the_bot(stage: Stage) -> None:
    ref = await stage.send("x")
    await stage.ann.blocks(stage.chat)
    for act in (stage.send("y"), stage.adapter.edit(ref, plain("y"))):
        with pytest.raises(PlaceUnavailable):
            await act
    await stage.adapter.typing(stage.home)


async def test_p17_no_right_to_write(stage: Stage) -> None:
    group = stage.fake.group("Friends", stage.ann)
    group.bot_may_write = False
    with pytest.raises(PlaceUnavailable):
        await stage.send("x", place_of(group))


@pytest.mark.parametrize("fate", ["closed", "deleted"])
async def test_p18_a_topic_that_takes_no_more(stage: Stage, fate: str) -> None:
    forum = stage.fake.group("Forum", stage.ann, forum=True)
    topic = stage.fake.topic(forum, "Rain")
    setattr(topic, fate, True)
    with pytest.raises(PlaceUnavailable):
        await stage.send("x", place_of(forum, topic.thread_id))


async def test_p19_a_group_that_became_a_supergroup(stage: Stage) -> None:
    group = stage.fake.group("Friends", stage.ann, chat_type="group")
    ref = await stage.send("x", place_of(group))
    new = stage.fake.migrate(group, stage.ann)
    for act in (stage.send("y", place_of(group)), stage.adapter.edit(ref, plain("y"))):
        with pytest.raises(PlaceMoved) as moved:
            await act
        assert moved.value.place == place_of(new)
    await stage.send("y", moved.value.place)
    assert new.texts == ["y"]


async def test_p36_a_group_that_removed_the_bot(stage: Stage) -> None:
    group = stage.fake.group("Friends", stage.ann)
    await stage.ann.removes_bot(group)
    with pytest.raises(PlaceUnavailable):
        await stage.send("x", place_of(group))
    with pytest.raises(PlaceUnavailable):
        await stage.send("x", Place("telegram", "-100999", kind="group"))


@pytest.mark.parametrize(
    "fault",
    [{"error": 502, "html": True}, {"error": 500}, {"cut": True}, {"cut": True, "after": True}, {"error": 502, "after": True}],
)
async def test_p4_a_send_without_an_answer_is_unknown_and_not_repeated(stage: Stage, fault: dict[str, object]) -> None:
    stage.fake.faults.add("sendMessage", **fault)  # type: ignore[arg-type]
    with pytest.raises(SendUnknown):
        await stage.send("x")
    assert len(stage.fake.calls_of("sendMessage")) == 1
    assert len(stage.chat.texts) == (1 if fault.get("after") else 0)


async def test_p5_a_slow_send_is_unknown_though_it_was_stored(stage: Stage) -> None:
    stage.fake.faults.add("sendMessage", slow=5.0)
    with pytest.raises(SendUnknown):
        await stage.send("x")
    assert stage.chat.texts == ["x"]
    assert len(stage.fake.calls_of("sendMessage")) == 1


@pytest.mark.parametrize("fault", [{"error": 502, "html": True}, {"cut": True}, {"cut": True, "after": True}, {"slow": 5.0}])
async def test_p4_an_edit_without_an_answer_is_repeated(stage: Stage, fault: dict[str, object]) -> None:
    ref = await stage.send("x")
    stage.fake.faults.add("editMessageText", **fault)  # type: ignore[arg-type]
    await stage.adapter.edit(ref, plain("y"))
    assert stage.chat.texts == ["y"]


async def test_p4_an_edit_is_tried_twice_and_the_rest_is_left_to_the_poster(stage: Stage) -> None:
    ref = await stage.send("x")
    stage.fake.faults.add("editMessageText", cut=True, times=None)
    with pytest.raises(SendUnknown):
        await stage.adapter.edit(ref, plain("y"))
    assert len(stage.fake.calls_of("editMessageText")) == 2


async def test_a_preview_is_tried_once(stage: Stage) -> None:
    ref = await stage.send("x")
    stage.fake.faults.add("editMessageText", cut=True)
    with pytest.raises(SendUnknown):
        await stage.adapter.edit(ref, plain("y"), preview=True)
    assert len(stage.fake.calls_of("editMessageText")) == 1


async def test_p34_without_a_connection_nothing_was_sent(stage: Stage, tmp_path: Path) -> None:
    options = replace(options_for(stage.fake, str(tmp_path)), api_url="http://127.0.0.1:9")
    adapter = TelegramAdapter(options, stage.clock, PLENTY)
    with pytest.raises(RateLimited):
        await adapter.send(stage.home, plain("x"), key="k")
    await adapter.close()


async def test_p1_a_refused_send_names_the_time_and_closes_that_chat(stage: Stage) -> None:
    other = stage.fake.private_chat(stage.fake.person(1002, "Bob"))
    stage.fake.faults.add("sendMessage", retry_after=137)
    with pytest.raises(RateLimited) as refused:
        await stage.send("x")
    assert refused.value.retry_after == 137.0
    with pytest.raises(RateLimited):
        await stage.send("y")
    await stage.send("z", place_of(other))
    assert (stage.chat.texts, other.texts) == ([], ["z"])
    assert len(stage.fake.calls_of("sendMessage")) == 2


async def test_p2_after_a_flood_previews_are_refused_here(stage: Stage) -> None:
    ref = await stage.send("x")
    stage.fake.faults.add("editMessageText", retry_after=149)
    with pytest.raises(RateLimited):
        await stage.adapter.edit(ref, plain("y"), preview=True)
    for _ in range(5):
        with pytest.raises(RateLimited) as refused:
            await stage.adapter.edit(ref, plain("z"), preview=True)
    assert refused.value.retry_after > 100.0
    assert len(stage.fake.calls_of("editMessageText")) == 1


async def test_a_429_without_a_time_is_a_429(stage: Stage) -> None:
    stage.fake.faults.add("sendMessage", error=429, description="Too Many Requests")
    with pytest.raises(RateLimited):
        await stage.send("x")


async def test_a_preview_finds_no_room_and_a_final_does(tmp_path: Path) -> None:
    async with FakeTelegram() as fake:
        stage = Stage(fake, str(tmp_path), Limits())
        ref = await stage.send("x")
        await stage.adapter.edit(ref, plain("y"), preview=True)
        with pytest.raises(RateLimited):
            await stage.adapter.edit(ref, plain("z"), preview=True)
        await stage.adapter.edit(ref, plain("final"))
        assert stage.chat.texts == ["final"]
        await stage.adapter.close()


async def test_a_deletion_and_its_repetition(stage: Stage) -> None:
    ref = await stage.send("x")
    await stage.adapter.delete(ref)
    await stage.adapter.delete(ref)
    assert stage.chat.from_bot == []


async def test_a_post_older_than_two_days_stays(stage: Stage) -> None:
    ref = await stage.send("x")
    stage.fake.advance(hours=49)
    with pytest.raises(DeleteRefused):
        await stage.adapter.delete(ref)


async def test_a_deletion_without_an_answer_is_repeated(stage: Stage) -> None:
    ref = await stage.send("x")
    stage.fake.faults.add("deleteMessage", cut=True, after=True)
    await stage.adapter.delete(ref)
    assert stage.chat.from_bot == []


async def test_typing_shows_and_never_raises(stage: Stage) -> None:
    await stage.adapter.typing(stage.home)
    assert [action for _, action, _ in stage.chat.actions] == ["typing"]
    for fault in ({"error": 500}, {"cut": True}, {"retry_after": 3}, {"error": 403}):
        stage.fake.faults.add("sendChatAction", **fault)  # type: ignore[arg-type]
        await stage.adapter.typing(stage.home)


async def test_a_file_is_fetched(stage: Stage, tmp_path: Path) -> None:
    core = ListCore()
    async with running(stage.adapter, core):
        await stage.ann.sends_document(stage.chat, b"words in a file", "a.txt", caption="read it")
        await until(lambda: core.events)
        event = core.events[0]
        assert isinstance(event, MessageReceived)
        assert event.text == "read it"
        assert await stage.adapter.fetch(event.attachments[0], 1000) == b"words in a file"
        with pytest.raises(ContentRefused):
            await stage.adapter.fetch(event.attachments[0], 5)


async def test_u6_a_file_over_twenty_megabytes_is_not_asked_for(stage: Stage) -> None:
    big = Attachment("document", "text/plain", 21 * 2**20, "big.txt", "F1")
    with pytest.raises(ContentRefused):
        await stage.adapter.fetch(big, 10**9)
    assert stage.fake.calls == []


@pytest.mark.parametrize("fetch_id", ["no-such-file", ""])
async def test_a_file_that_is_not_there(stage: Stage, fetch_id: str) -> None:
    with pytest.raises(ContentRefused):
        await stage.adapter.fetch(Attachment("document", "", 0, "x", fetch_id), 1000)


async def test_p23_a_cancelled_call_still_arrives_and_close_waits_for_it(stage: Stage) -> None:
    ref = await stage.send("x")
    stage.fake.faults.add("editMessageText", slow=0.1)
    task = asyncio.create_task(stage.adapter.edit(ref, plain("y")))
    await until(lambda: stage.fake.calls_of("editMessageText"))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await stage.adapter.close()
    assert stage.chat.texts == ["y"]


async def test_p23_what_is_under_way_lands_without_who_asked() -> None:
    flights, landed = Flights(), list[str]()

    async def call() -> None:
        await asyncio.sleep(0.05)
        landed.append("here")

    asking = asyncio.create_task(flights.land(call()))
    await asyncio.sleep(0.01)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert landed == []
    await flights.drain(1.0)
    assert landed == ["here"]


async def test_r5_an_errand_that_fails_is_told_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    flights = Flights()

    async def call() -> None:
        raise KeyError("a bug")

    flights.errand(call())
    await flights.drain(1.0)
    (record,) = [record for record in caplog.records if "errand" in record.getMessage()]
    assert record.exc_info is not None
    assert isinstance(record.exc_info[1], KeyError)


async def test_close_does_not_wait_for_ever() -> None:
    flights = Flights()
    flights.errand(asyncio.sleep(60))
    begun = asyncio.get_running_loop().time()
    await flights.drain(0.05)
    assert asyncio.get_running_loop().time() - begun < 1.0


async def entered(gate: Gate) -> None:
    async with gate.passing("1", "final"):
        pass


async def test_who_gives_up_waiting_takes_no_turn() -> None:
    gate = Gate(FastClock(), Limits(private_burst=1.0, private_rate=0.01))
    await entered(gate)
    waiting = asyncio.create_task(entered(gate))
    await asyncio.sleep(0.01)
    assert gate._limiter.wake_in(0.0) is not None
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert gate._limiter.wake_in(0.0) is None
    await gate.close()


async def test_who_waits_for_the_limits_can_be_cancelled(tmp_path: Path) -> None:
    async with FakeTelegram() as fake:
        stage = Stage(fake, str(tmp_path), Limits(private_burst=1.0, private_rate=0.01))
        await stage.send("x")
        task = asyncio.create_task(stage.send("y"))
        await asyncio.sleep(0.02)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert stage.chat.texts == ["x"]
        await stage.adapter.close()


async def test_x7_errors_hold_no_token_and_no_words(stage: Stage) -> None:
    stage.fake.faults.add("sendMessage", error=400, description="Bad Request: strange thing in 'canary words'", times=1)
    seen: list[BotError] = []
    for fault in (None, {"cut": True}, {"error": 500, "html": True}, {"error": 401}):
        if fault is not None:
            stage.fake.faults.add("sendMessage", **fault)  # type: ignore[arg-type]
        with pytest.raises(BotError) as raised:
            await stage.send("canary words")
        seen.append(raised.value)
    for error in seen:
        assert "canary" not in str(error)
        assert "token-that-opens" not in f"{error!r} {error.__cause__!r} {error.args}"
        assert error.__suppress_context__


async def test_capabilities_are_data_of_the_place(stage: Stage) -> None:
    home, room = stage.home, Place("telegram", "-100500", kind="group")
    assert stage.adapter.capabilities(room).private_link == ""
    async with running(stage.adapter, core := ListCore()):
        await until(lambda: core.caught)
        private, group = stage.adapter.capabilities(home), stage.adapter.capabilities(room)
    assert (private.max_text, private.idempotent_send, private.native_edits, private.native_deletes) == (4096, False, True, False)
    assert (private.private, private.private_link, private.update_interval) == ("none", "", 1.05)
    assert (group.private, group.private_link, group.update_interval) == ("direct", "https://t.me/parley_bot?start=private", 3.1)
    assert stage.adapter.private_place("1001") == home
    assert stage.adapter.private_place("-100500") is None


async def test_check_says_what_would_work(stage: Stage, tmp_path: Path) -> None:
    lines = await stage.adapter.check()
    assert all(verdict == "ok" for verdict, _ in lines)
    assert "@parley_bot" in lines[0][1]
    assert "privacy mode is on" in lines[1][1]
    wrong = TelegramAdapter(options_for(stage.fake, str(tmp_path), token="1:wrong"), stage.clock)
    ((verdict, line),) = await wrong.check()
    assert verdict == "fail"
    assert "BotFather" in line
    await wrong.close()


async def test_what_is_rendered_is_taken(stage: Stage) -> None:
    content = Content("# Title\n\nSome **bold** words\n\n" + "and more words " * 600, ((Button("Retry", "retry #7f3a"),),))
    parts: tuple[Part, ...] = stage.adapter.render(content)
    for part in parts:
        await stage.adapter.send(stage.home, part, key="k")
    assert len(stage.chat.texts) == len(parts) >= 2
    assert stage.fake.violations == []
