"""Interactions of the real client on the loopback Discord: what the core is given, and in which order people are answered."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import discord
import pytest

from adapters.discord.commands import payload
from adapters.discord.places import InteractionRef, interaction_of, place_of
from bot.commands.catalog import COMMANDS, visible
from bot.errors import AlreadySeen, DatabaseBroken, StorageError
from bot.events import MessageRef
from bot.posts import Ask, Choice
from bot.replies import texts
from tests.discord.interacting import Bench, FastClock, RecordingCore, bench
from tests.fakes.discord import Channel, FakeDiscord, Interaction, Message, Person

ASK = Ask("edit #1f", "New text for message 3", "old words")


def world() -> tuple[FakeDiscord, Person, Channel]:
    """A server with a channel, one member, and the catalogue's commands registered."""
    fake = FakeDiscord()
    ada = fake.person(101, "Ada", locale="de", installed=True)
    channel = fake.guild("Lab", ada, owner=fake.person(100, "Owner")).channel("general")
    fake.commands = [{**command, "id": str(index)} for index, command in enumerate(payload(), start=1)]
    return fake, ada, channel


def post(fake: FakeDiscord, channel: Channel, *buttons: str) -> Message:
    """A post of the bot with buttons of these ids, as one of an earlier life."""
    message = Message(fake.new_id(), channel, fake.bot, fake.now(), "an answer")
    message.components = [{"type": 1, "components": [{"type": 2, "style": 2, "label": it[:80], "custom_id": it} for it in buttons]}]
    return fake.add(message)


FILLED = {
    "number": 3,
    "message": 3,
    "text": "3 words of text",
    "session": "#7f3a",
    "command": "new",
    "words": "all of these",
}
WANTED = {
    "ask": "3 words of text",
    "new": "3 words of text",
    "history": "3",
    "edit": "3 3 words of text",
    "retry": "3",
    "undo": "",
    "stop": "",
    "end": "",
    "sessions": "all of these",
    "open": "#7f3a",
    "title": "3 words of text",
    "delete": "#7f3a",
    "forget": "3 words of text",
    "cancel": "",
    "help": "new",
}


def test_the_table_of_commands_is_complete():
    assert set(WANTED) == {command.name for command in visible()}


@pytest.mark.parametrize("command", visible(), ids=lambda command: command.name)
async def test_every_command_of_the_catalogue_comes_as_the_core_reads_it(command):
    fake, ada, channel = world()
    async with bench(fake=fake) as it:
        given = await ada.slash(channel, command.name, **{option.name: FILLED[option.kind] for option in command.options})
        await it.after()
        (event,) = it.core.events
        assert (event.name, event.args) == (command.name, WANTED[command.name])
        assert event.author.id == "101"
        assert event.author.locale == "de"
        assert (event.ref.place.chat_id, event.ref.place.kind) == (str(channel.id), "group")
        assert event.key == f"discord:i:{given.id}"
        assert event.ref == event.via
        assert not event.pressed
        assert abs(event.sent_at - datetime.now(UTC)) < timedelta(seconds=5)
        ref = interaction_of(event.via)
        assert ref == InteractionRef(given.id, given.token, "command", here=True, private=command.private)
        assert it.answers.said == [("opened", ref, None), ("defer", ref, None)]


@pytest.mark.parametrize("command", visible(), ids=lambda command: command.name)
async def test_every_command_may_be_given_bare_where_nothing_is_required(command):
    fake, ada, channel = world()
    required = {option.name: FILLED[option.kind] for option in command.options if option.required}
    async with bench(fake=fake) as it:
        await ada.slash(channel, command.name, **required)
        await it.after()
        (event,) = it.core.events
        assert (event.name, event.args) == (command.name, " ".join(map(str, required.values())))


async def test_a_text_for_the_newest_message_may_begin_with_a_number():
    fake, ada, channel = world()
    async with bench(RecordingCore(asks={"edit": ASK}), fake) as it:
        await ada.slash(channel, "edit", text="3 apples")
        await it.after()
        assert [event.args for event in it.core.events] == ["#1f 3 apples"]
        assert it.answers.kinds == ["defer"]


@pytest.mark.parametrize(("text", "args"), [("3 apples", ""), ("#1f", ""), ("+2", ""), ("three apples", "three apples"), ("3rd", "3rd")])
async def test_without_a_message_to_edit_no_number_is_taken_for_one(text: str, args: str):
    fake, ada, channel = world()
    async with bench(fake=fake) as it:
        await ada.slash(channel, "edit", text=text)
        await it.after()
        assert [event.args for event in it.core.events] == [args]


@pytest.mark.parametrize(("options", "question"), [({}, "edit"), ({"n": 3}, "edit 3"), ({"n": 3, "text": "  "}, "edit 3")])
async def test_a_command_that_wants_text_opens_its_form_first(options: dict[str, object], question: str):
    fake, ada, channel = world()
    async with bench(RecordingCore(asks={question: ASK}), fake) as it:
        await ada.slash(channel, "edit", **options)  # type: ignore[arg-type]
        await it.after()
        assert [(kind, said) for kind, _, said in it.answers.said] == [("modal", ASK)]
        assert it.core.asked == [("101", question, None)]
        assert it.core.events == []


async def test_p29_a_form_that_cannot_be_read_in_time_leaves_the_question_to_the_core():
    fake, ada, channel = world()
    async with bench(RecordingCore(asks={"ask": Ask("ask", "What?")}, slow={"prompt_for": 5.0}), fake) as it:
        await ada.slash(channel, "ask")
        await it.after()
        assert [(event.name, event.args) for event in it.core.events] == [("ask", "")]
        assert it.answers.kinds == ["defer"]


async def test_p29_a_slow_core_is_deferred_meanwhile_and_answers_then():
    fake, ada, channel = world()
    order: list[str] = []
    core = RecordingCore(slow={"accept": 0.3}, line="too late to be private")
    async with bench(core, fake) as it:
        core.on_accept = lambda: order.extend(["accepted", *it.answers.kinds])
        given = await ada.slash(channel, "undo")
        await it.after()
        assert order == ["accepted", "defer"]
        assert it.answers.kinds == ["defer", "line"]
        assert {ref.private for _, ref, _ in it.answers.said} == {False}
        assert {ref.id for _, ref, _ in it.answers.said} == {given.id}


async def test_p29_the_core_comes_first_where_it_is_quick():
    fake, ada, channel = world()
    core = RecordingCore()
    async with bench(core, fake) as it:
        before: list[list[str]] = []
        core.on_accept = lambda: before.append(it.answers.kinds)
        await ada.slash(channel, "undo")
        await it.after()
        assert before == [[]]
        assert it.answers.kinds == ["defer"]


async def test_p29_every_step_slow_is_still_deferred_within_three_seconds():
    fake, ada, channel = world()
    core = RecordingCore(slow={"prompt_for": 1.0, "is_private": 1.0, "accept": 1.0})
    started = asyncio.get_running_loop().time()
    async with bench(core, fake) as it:
        await ada.slash(channel, "ask")
        async with asyncio.timeout(3):
            while not it.answers.kinds:
                await asyncio.sleep(0.01)
        waited = asyncio.get_running_loop().time() - started
        assert it.core.events == []
        await it.after()
        assert len(it.core.events) == 1
    # The clock of these tests runs waits ten times as fast, so that 0.3 s are Discord's three; connecting takes its time, too.
    assert waited < 1.0


async def test_an_interaction_that_was_on_its_way_for_long_is_deferred_the_sooner():
    fake, ada, channel = world()
    late = FastClock()
    late.now = lambda: datetime.now(UTC) + timedelta(seconds=2.1)  # type: ignore[method-assign]
    async with bench(RecordingCore(slow={"accept": 0.06}), fake) as it:
        it.interactions._clock = late
        await ada.slash(channel, "undo")
        await it.after()
        late.now = lambda: datetime.now(UTC) + timedelta(days=2)  # type: ignore[method-assign]
        await ada.slash(channel, "undo")
        await it.after()
    assert it.answers.kinds == ["defer", "defer"]


async def test_whether_it_is_private_is_the_cores_to_say_and_the_catalogues_where_that_takes_too_long():
    fake, ada, channel = world()
    core = RecordingCore(slow={"is_private": 5.0})
    async with bench(core, fake) as it:
        await ada.slash(channel, "history")
        await it.after()
        core.slow.clear()
        core.is_private = _never  # type: ignore[method-assign]
        await ada.slash(channel, "history")
        await it.after()
        assert [ref.private for kind, ref, _ in it.answers.said if kind == "defer"] == [True, False]


async def _never(place: object, command: str) -> bool:
    return False


async def test_a_line_is_said_to_who_gave_the_command_alone():
    fake, ada, channel = world()
    async with bench(RecordingCore(line=texts.TOO_FAST), fake) as it:
        await ada.slash(channel, "undo")
        await it.after()
        assert it.answers.kinds == ["line"]  # as the first answer nobody else sees it
        assert it.answers.said[-1][2] == texts.TOO_FAST


async def test_a_storage_that_fails_is_said_in_plain_words():
    fake, ada, channel = world()
    async with bench(RecordingCore(storage=StorageError("disk full")), fake) as it:
        await ada.slash(channel, "history")
        await ada.slash(channel, "ask")
        await it.after(2)
        assert [said for kind, _, said in it.answers.said if kind == "line"] == [texts.WENT_WRONG] * 2
        assert it.failures == []


async def test_a_broken_database_goes_out():
    fake, ada, channel = world()
    async with bench(RecordingCore(storage=DatabaseBroken("gone")), fake) as it:
        await ada.slash(channel, "history")
        await ada.slash(channel, "ask")
        await it.after(2)
        assert [type(error) for error in it.failures] == [DatabaseBroken] * 2


async def test_what_was_accepted_before_is_no_trouble():
    fake, ada, channel = world()
    async with bench(RecordingCore(accepting=AlreadySeen("twice")), fake) as it:
        await ada.slash(channel, "undo")
        await it.after()
        assert it.answers.kinds == ["defer"]


async def test_the_same_interaction_twice_has_one_key():
    fake, ada, channel = world()
    async with bench(fake=fake) as it:
        given = await ada.slash(channel, "undo")
        fake.gateway.dispatch("INTERACTION_CREATE", given.payload)
        await it.after(2)
        assert {event.key for event in it.core.events} == {f"discord:i:{given.id}"}
        assert it.failures == []


# Menus of messages


@pytest.mark.parametrize("command", [command for command in COMMANDS if command.menu], ids=lambda command: command.name)
async def test_a_menu_gives_the_command_about_the_message(command):
    fake, ada, channel = world()
    target = await ada.says(channel, "my words")
    async with bench(fake=fake) as it:
        await ada.menu(channel, command.menu, target)
        await it.after()
        (event,) = it.core.events
        subject = MessageRef(place_of(channel.id), str(target.id))
        assert (event.name, event.args, event.reply_to, event.pressed) == (command.name, "", subject, False)
        assert it.core.asked == ([("101", command.name, subject)] if command.modal else [])
        assert [ref.private for kind, ref, _ in it.answers.said if kind == "defer"] == [command.private]


async def test_a_menu_that_wants_text_opens_its_form():
    fake, ada, channel = world()
    target = await ada.says(channel, "my words")
    async with bench(RecordingCore(asks={"edit": ASK}), fake) as it:
        await ada.menu(channel, "Edit and answer again", target)
        await it.after()
        assert it.answers.kinds == ["modal"]
        assert it.core.events == []


async def test_x3_a_menu_on_somebody_elses_message_asks_the_core_what_one_on_nothing_asks():
    fake, ada, channel = world()
    bob = fake.person(102, "Bob")
    theirs, nothing = await bob.says(channel, "his words"), await ada.says(channel, "never taken")
    async with bench(fake=fake) as it:
        for target in (theirs, nothing):
            await ada.menu(channel, "Edit and answer again", target)
        await it.after(2)
        assert [event.name for event in it.core.events] == ["edit", "edit"]
        assert [event.args for event in it.core.events] == ["", ""]
        assert it.answers.kinds == ["defer", "defer"]


# Presses and selects


async def test_a_press_of_an_earlier_lifes_button_is_its_command():
    fake, ada, channel = world()
    message = post(fake, channel, "retry #1f")
    async with bench(fake=fake) as it:
        given = await ada.presses(message, "retry #1f")
        await it.after()
        (event,) = it.core.events
        assert (event.name, event.args, event.pressed) == ("retry", "#1f", True)
        assert event.ref == MessageRef(place_of(channel.id), str(message.id))
        assert interaction_of(event.via) == InteractionRef(given.id, given.token, "press", here=True, message_id=message.id)
        assert it.answers.kinds == ["defer"]


async def test_u17_the_press_of_somebody_else_gets_a_private_line_at_once():
    fake, _, channel = world()
    bob = fake.person(102, "Bob")
    message = post(fake, channel, "retry #1f")
    async with bench(RecordingCore(line=texts.NOT_YOURS), fake) as it:
        await bob.presses(message, "retry #1f")
        await it.after()
        assert [event.author.id for event in it.core.events] == ["102"]
        assert [(kind, said) for kind, _, said in it.answers.said if kind != "opened"] == [("line", texts.NOT_YOURS)]


async def test_p29_a_slow_press_is_acknowledged_before_its_line():
    fake, ada, channel = world()
    message = post(fake, channel, "retry #1f")
    async with bench(RecordingCore(line=texts.NOT_YOURS, slow={"accept": 0.3}), fake) as it:
        await ada.presses(message, "retry #1f")
        await it.after()
        assert it.answers.kinds == ["defer", "line"]


async def test_a_button_that_asks_opens_the_form_of_its_command():
    fake, ada, channel = world()
    message = post(fake, channel, "ask:edit #1f")
    async with bench(RecordingCore(asks={"edit #1f": ASK}), fake) as it:
        await ada.presses(message, "ask:edit #1f")
        await it.after()
        assert [(kind, said) for kind, _, said in it.answers.said] == [("modal", ASK)]


async def test_u17_a_button_that_asks_for_somebody_elses_message_shows_nothing_of_it():
    fake, ada, channel = world()
    message = post(fake, channel, "ask:edit #1f")
    async with bench(RecordingCore(line=texts.NOT_YOURS), fake) as it:
        await ada.presses(message, "ask:edit #1f")
        await it.after()
        assert [(event.name, event.args, event.pressed) for event in it.core.events] == [("edit", "#1f", True)]
        assert it.answers.kinds == ["line"]


@pytest.mark.parametrize("custom_id", ["?", "ask:", "nonsense 1 2 3", " ", "ask:nonsense", "😀", "retry", "x" * 100])
async def test_u9_any_custom_id_is_a_command_that_the_core_knows_or_not(custom_id: str):
    fake, ada, channel = world()
    message = post(fake, channel, custom_id)
    async with bench(RecordingCore(line=texts.NO_LONGER_THERE), fake) as it:
        await ada.presses_id(message, custom_id)
        await it.after()
        assert [event.pressed for event in it.core.events] == [True]
        assert it.answers.kinds == ["line"]


async def test_what_is_chosen_in_a_select_is_the_command():
    fake, ada, channel = world()
    message = post(fake, channel, "stop")
    listed = [{"label": "One", "value": "open #7f3a"}, {"label": "Write", "value": "ask:edit #1f"}]
    message.components = [{"type": 1, "components": [{"type": 3, "custom_id": "select", "options": listed}]}]
    async with bench(RecordingCore(asks={"edit #1f": ASK}), fake) as it:
        await ada.chooses(message, "One")
        await it.after()
        assert [(event.name, event.args, event.pressed) for event in it.core.events] == [("open", "#7f3a", True)]
        await ada.chooses(message, "Write")
        await it.after()
        assert it.answers.kinds == ["defer", "modal"]


# Forms


async def sends(it: Bench, given: Interaction, custom_id: str, text: str) -> None:
    """Sends a form with any custom id; who and where are those of another interaction."""
    field = {"type": 18, "id": 2, "component": {"type": 4, "custom_id": "text", "value": text, "id": 3}}
    data = {"custom_id": custom_id, "components": [{"type": 10, "id": 1}, field]}
    it.fake.gateway.dispatch("INTERACTION_CREATE", {**given.payload, "id": str(it.fake.new_id()), "type": 5, "data": data})
    await it.after()


@pytest.mark.parametrize(
    ("custom_id", "text", "name", "args"),
    [
        ("edit #1f", "new words", "edit", "#1f new words"),
        ("edit #1f", "3 apples\nand more", "edit", "#1f 3 apples\nand more"),
        ("branch #1f", "another way", "branch", "#1f another way"),
        ("ask", "#1f is no id here", "ask", "#1f is no id here"),
        ("edit #1f", "", "edit", "#1f"),
        ("", "words", "", "words"),
        ("forged #ffffff" + "f" * 80, "words", "forged", "#ffffff" + "f" * 80 + " words"),
    ],
)
async def test_a_form_gives_its_command_with_the_text(custom_id: str, text: str, name: str, args: str):
    fake, ada, channel = world()
    async with bench(fake=fake) as it:
        given = await ada.slash(channel, "undo")
        await it.after()
        await sends(it, given, custom_id, text)
        _, event = it.core.events
        assert (event.name, event.args, event.pressed) == (name, args, False)
        ref = interaction_of(event.via)
        assert ref is not None
        assert (ref.kind, ref.private) == ("modal", False)
        assert it.answers.kinds == ["defer", "defer"]


# Autocomplete


async def typed(it: Bench, person: Person, place: Channel, name: str, option: str, text: str) -> object:
    """What is offered; the fake's own waiting is cut short, since these answers are only written down."""
    task = asyncio.create_task(person.types(place, name, option, text))
    await it.after()
    task.cancel()
    return it.answers.said[-1][2]


async def test_sessions_are_offered_as_texts_and_messages_as_numbers():
    fake, ada, channel = world()
    core = RecordingCore(suggested=(Choice("#7f3a Holiday", "#7f3a"),))
    async with bench(core, fake) as it:
        assert await typed(it, ada, channel, "open", "id", "hol") == [{"name": "#7f3a Holiday", "value": "#7f3a"}]
        core.suggested = (Choice("3. my words", "3"), Choice("junk", "three"))
        assert await typed(it, ada, channel, "edit", "n", "words") == [{"name": "3. my words", "value": 3}]
        assert await typed(it, ada, channel, "help", "command", "/n") == [
            {"name": "3. my words", "value": "3"},
            {"name": "junk", "value": "three"},
        ]
        assert core.prefixes == [("session", "hol"), ("message", "words"), ("command", "/n")]
        assert core.events == []


async def test_offers_are_within_discords_limits():
    fake, ada, channel = world()
    labels = [Choice("x" * 300, "#1"), Choice(" ", "#blank"), Choice("long", "v" * 101), Choice("none", "")]
    core = RecordingCore(suggested=(*labels, *(Choice(f"session {number}", f"#{number}") for number in range(40))))
    async with bench(core, fake) as it:
        found = await typed(it, ada, channel, "open", "id", "")
        assert isinstance(found, list)
        assert len(found) == 25
        assert len(found[0]["name"]) == 100
        assert {"#blank", "", "v" * 101}.isdisjoint(choice["value"] for choice in found)


@pytest.mark.parametrize(
    "core", [RecordingCore(slow={"suggest": 5.0}), RecordingCore(storage=StorageError("full"))], ids=["slow", "failing"]
)
async def test_p29_an_offer_that_takes_too_long_is_an_empty_one(core: RecordingCore):
    fake, ada, channel = world()
    async with bench(core, fake) as it:
        assert await typed(it, ada, channel, "open", "id", "hol") == []


# Places


async def test_a_private_chat_is_private_and_a_group_of_people_is_not():
    fake, ada, _ = world()
    bob = fake.person(102, "Bob")
    dm, group = fake.dm(ada), fake.group_dm(ada, bob)
    async with bench(fake=fake) as it:
        await ada.slash(dm, "undo")
        await it.after()
        await ada.slash(group, "undo")
        await it.after()
        places = [event.ref.place for event in it.core.events]
        assert [(place.chat_id, place.kind) for place in places] == [(str(dm.id), "private"), (str(group.id), "group")]
        assert [ref.here for kind, ref, _ in it.answers.said if kind == "defer"] == [True, False]


async def test_a_thread_is_a_place_of_its_own():
    fake, ada, channel = world()
    thread = channel.thread("talk", by=ada)
    async with bench(fake=fake) as it:
        await ada.slash(thread, "undo")
        await it.after()
        (event,) = it.core.events
        assert (event.ref.place.chat_id, event.ref.place.thread_id) == (str(channel.id), str(thread.id))


async def test_a_server_that_the_bot_is_not_in_is_answered_by_the_interaction_alone():
    fake, ada, _ = world()
    elsewhere = fake.guild("Elsewhere", ada, owner=fake.person(103, "Other"), bot_in=False)
    channel = elsewhere.channel("general")
    async with bench(fake=fake) as it:
        await ada.slash(channel, "undo")
        await it.after()
        (event,) = it.core.events
        ref = interaction_of(event.via)
        assert ref is not None
        assert not ref.here
        assert event.author.roles[0] == str(elsewhere.id)
        assert not event.author.is_admin
        assert it.answers.kinds == ["defer"]


async def test_roles_are_told_of_a_server_too_that_the_bot_is_not_in():
    fake, ada, _ = world()
    elsewhere = fake.guild("Elsewhere", admins=[ada], bot_in=False)
    async with bench(fake=fake) as it:
        await ada.slash(elsewhere.channel("general"), "undo")
        await it.after()
        assert it.core.events[0].author.roles == (str(elsewhere.id), str(elsewhere.id + 1))


@pytest.mark.parametrize("lacking", ["bot_may_see", "bot_may_write"])
async def test_where_the_bot_may_not_write_it_is_not_there(lacking: str):
    fake, ada, channel = world()
    setattr(channel, lacking, False)
    async with bench(fake=fake) as it:
        await ada.slash(channel, "undo")
        await it.after()
        assert [ref.here for kind, ref, _ in it.answers.said if kind == "defer"] == [False]


async def test_who_administrates_the_server_is_an_admin():
    fake = FakeDiscord()
    boss = fake.person(101, "Boss")
    channel = fake.guild("Lab", admins=[boss], owner=fake.person(100, "Owner")).channel("general")
    fake.commands = [{**command, "id": str(index)} for index, command in enumerate(payload(), start=1)]
    async with bench(fake=fake) as it:
        await boss.slash(channel, "undo")
        await it.after()
        assert [event.author.is_admin for event in it.core.events] == [True]


# Whatever comes


@pytest.mark.parametrize(
    "text", ["-1", "9" * 400, "\ud800", "\x00", "/new@other", "%s{}", "<@1>", "\u202e", "x" * 6000, "#", "--", "²", "٣ apples"]
)
async def test_u9_every_string_gives_a_command_and_nothing_raises(text: str):
    fake, ada, channel = world()
    async with bench(fake=fake) as it:
        given = await ada.slash(channel, "undo")
        await it.after()
        for name, option in (("edit", "text"), ("edit", "n"), ("open", "id"), ("history", "page"), ("ask", "text"), (text, text)):
            data = {"id": "1", "name": name, "type": 1, "options": [{"name": option, "type": 3, "value": text}]}
            await it.interactions.take(it.core, given_to(it, {**given.payload, "id": str(fake.new_id()), "data": data}))
        assert len(it.core.events) == 7
        assert it.answers.kinds == ["defer"] * 7


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"name": 3},
        {"name": "edit", "options": 3},
        {"name": "edit", "options": [None, {"name": "n"}, {"value": [1]}, {"name": "n", "value": True}]},
        {"type": 3, "name": "Versions", "target_id": None},
        {"type": 3, "name": "no such menu", "target_id": "1"},
    ],
)
async def test_u9_data_of_any_shape_raises_nothing(data: dict[str, object]):
    fake, ada, channel = world()
    async with bench(fake=fake) as it:
        given = await ada.slash(channel, "undo")
        await it.after()
        for kind in (2, 3, 4, 5):
            await it.interactions.take(it.core, given_to(it, {**given.payload, "id": str(fake.new_id()), "type": kind, "data": data}))
        kinds = it.answers.kinds[1:]
        assert kinds == ["defer", "choices", "defer"]


def given_to(it: Bench, told: dict[str, object]) -> discord.Interaction:
    """An interaction of the library from a payload, without the wire."""
    return discord.Interaction(data=told, state=it.client._connection)  # type: ignore[arg-type]


async def test_at_the_end_what_is_under_way_is_waited_for_and_then_given_up():
    fake, ada, channel = world()
    async with bench(RecordingCore(slow={"accept": 0.1}), fake) as it:
        await ada.slash(channel, "undo")
        async with asyncio.timeout(3):
            while not any(kind == "opened" for kind, _, _ in it.answers.said):
                await asyncio.sleep(0.005)
        await it.interactions.drain(1)
        assert len(it.core.events) == 1
        it.core.slow["accept"] = 60.0
        await ada.slash(channel, "undo")
        async with asyncio.timeout(3):
            while it.answers.kinds.count("defer") < 2:
                await asyncio.sleep(0.005)
        await it.interactions.drain(0.05)
        assert len(it.core.events) == 1
        assert it.interactions._flights._tasks == set()


async def test_an_interaction_outlives_the_task_it_came_in():
    fake, ada, channel = world()
    async with bench(RecordingCore(), fake) as it:
        given = await ada.slash(channel, "undo")
        await it.after()
        it.core.slow["accept"] = 0.05
        taking = asyncio.create_task(it.interactions.take(it.core, given_to(it, {**given.payload, "id": str(fake.new_id())})))
        await asyncio.sleep(0.01)
        taking.cancel()
        await it.interactions.drain(1)
        assert taking.cancelled()
        assert len(it.core.events) == 2
        assert it.answers.kinds == ["defer", "defer"]
