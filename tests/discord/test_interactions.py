"""Slash commands of the real client on the loopback Discord: what the core is given of each, and that no input of any shape raises."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from adapters.discord.places import InteractionRef, interaction_of
from bot.commands.catalog import visible
from tests.discord.interacting import RecordingCore, bench
from tests.discord.lab import ASK, FILLED, given_to, world

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
