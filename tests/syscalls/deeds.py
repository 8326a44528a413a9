"""What guests do in turns that die, one deed each; the same on every platform."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from tests.torture.crowd import Crowd, Talker
from tests.torture.words import tags

# Every platform has talkers, rooms and messages of its own; what is done here is the same in all of them.
AnyCrowd = Crowd[Any, Any, Any]
AnyTalker = Talker[Any, Any, Any]
Deed = Callable[[AnyCrowd, AnyTalker], Awaitable[None]]
AT_LENGTH, SLOWLY, HALTING, HOW_MANY = "at length", "slowly", "halting", "how many"
HERE, NEXT_DOOR, THREAD = "here", "next door", "thread"
"""How the places in a room are called where there are several: both topics of a forum, and any thread."""
HEARD_OF = 1.0
"""Seconds within which the bot hears of what happens in a chat, unless it died of it."""


async def _write(crowd: AnyCrowd, talker: AnyTalker, words: str) -> None:
    talker.messages.append(await crowd.write(talker, f"{crowd.names.new('m', talker)} {words}"))


async def says(crowd: AnyCrowd, talker: AnyTalker) -> None:
    await _write(crowd, talker, "some words")


async def asks_much(crowd: AnyCrowd, talker: AnyTalker) -> None:
    await _write(crowd, talker, AT_LENGTH)


async def asks_slowly(crowd: AnyCrowd, talker: AnyTalker) -> None:
    await _write(crowd, talker, SLOWLY)


async def asks_haltingly(crowd: AnyCrowd, talker: AnyTalker) -> None:
    await _write(crowd, talker, HALTING)


async def asks_how_many(crowd: AnyCrowd, talker: AnyTalker) -> None:
    await _write(crowd, talker, HOW_MANY)


async def replies_to_first(crowd: AnyCrowd, talker: AnyTalker) -> None:
    """To the oldest answer, from which the conversation goes on as a branch."""
    words = f"{crowd.names.new('m', talker)} {HOW_MANY}"
    talker.messages.append(await crowd.write(talker, words, crowd.posts(talker)[0]))


async def asks_next_door(crowd: AnyCrowd, talker: AnyTalker) -> None:
    """The same person, in the forum's other topic. Counts as somebody else: nothing of it belongs into a prompt of this topic."""
    there = next(topic for topic in talker.chat.home.topics.values() if topic is not talker.chat)
    await says(crowd, _beside(crowd, talker, talker.person, there))


async def another_asks(crowd: AnyCrowd, talker: AnyTalker) -> None:
    """Somebody else of a group that shares its session. Counts as the same: their words belong into one prompt."""
    user = next(user for user in talker.chat.users.values() if user is not talker.person.user)
    other = _beside(crowd, talker, replace(talker.person, user=user), talker.chat)
    await asks_how_many(crowd, other)
    crowd.names.owners[tags(other.messages[-1].text)[0]] = talker


async def goes_on(crowd: AnyCrowd, talker: AnyTalker) -> None:
    """In the thread that the bot opened, where nobody has to mention it."""
    words = f"{crowd.names.new('m', talker)} {HOW_MANY}"
    talker.messages.append(await talker.person.says(talker.messages[0].thread, words))


def _beside(crowd: AnyCrowd, talker: AnyTalker, person: Any, room: Any) -> AnyTalker:
    other: AnyTalker = Talker(person, room, False)
    crowd.talkers.append(other)
    return other


async def edits_first(crowd: AnyCrowd, talker: AnyTalker) -> None:
    """The platform's own edit, of an old message."""
    message = talker.messages[0]
    talker.repeats += 1
    await crowd.rewrite(talker, message, f"{tags(message.text)[0]}v2 other words")


async def edit_command(crowd: AnyCrowd, talker: AnyTalker) -> None:
    """/edit of the first message."""
    tag = crowd.names.new("e", talker)
    crowd.edits.append(tag)
    talker.repeats += 1
    await crowd.command(talker, "edit", f"1 {tag} other words")


def gives(name: str, text: str = "") -> Deed:
    """A command."""

    async def deed(crowd: AnyCrowd, talker: AnyTalker) -> None:
        talker.repeats += 1
        await crowd.command(talker, name, text)

    return deed


async def opens_first(crowd: AnyCrowd, talker: AnyTalker) -> None:
    """/open of the session that the newest /new left: its id stands in a button there."""
    _, _, number = next(button for row in talker.chat.from_bot[-1].buttons for button in row).data.partition(" ")
    await gives("open", number)(crowd, talker)


async def is_forgotten(crowd: AnyCrowd, talker: AnyTalker) -> None:
    """Somebody clears the chat and asks to be forgotten. What they said is nobody's debt from then on."""
    talker.messages.clear()
    for message in talker.chat.from_bot:
        await talker.person.deletes(message)
    await crowd.command(talker, "forget", "everything")


async def presses_back(crowd: AnyCrowd, talker: AnyTalker) -> None:
    """The arrow to the version before."""
    crowd.pressed_near(talker)
    post = next(post for post in reversed(talker.chat.from_bot) if "‹" in post.labels())
    await talker.person.presses(post, "‹")


async def presses_back_there(crowd: AnyCrowd, talker: AnyTalker) -> None:
    """The same on Discord, where nobody keeps a press for the bot."""
    crowd.pressed_near(talker)
    post = next(post for post in reversed(talker.chat.from_bot) if "‹" in post.labels())
    crowd.given.append(await talker.person.presses(post, "‹"))


async def undoes(crowd: AnyCrowd, talker: AnyTalker) -> None:
    """/undo. What was said last is nobody's debt from then on."""
    talker.messages.pop()
    await crowd.command(talker, "undo")


async def deletes_newest(crowd: AnyCrowd, talker: AnyTalker) -> None:
    """Takes the newest message away in the chat. Nobody keeps that for the bot; people see that it knows when its answer goes as well."""
    answer = talker.chat.from_bot[-1]
    await talker.person.deletes(talker.messages[-1])
    deadline = time.monotonic() + HEARD_OF
    while not answer.deleted and time.monotonic() < deadline:
        await asyncio.sleep(0.005)


async def answers_question(crowd: AnyCrowd, talker: AnyTalker) -> None:
    """What /edit without words asked for, as a reply to the question."""
    tag = crowd.names.new("e", talker)
    crowd.edits.append(tag)
    talker.repeats += 1
    await crowd.write(talker, f"{tag} other words", talker.chat.from_bot[-1])
