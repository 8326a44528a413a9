"""Menus of messages, buttons, selects and forms on the loopback Discord: the command that each one is."""

from __future__ import annotations

import pytest

from adapters.discord.places import InteractionRef, interaction_of, place_of
from bot.commands.catalog import COMMANDS
from bot.events import MessageRef
from bot.replies import texts
from tests.discord.interacting import RecordingCore, bench
from tests.discord.lab import ASK, post, sends, world

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
