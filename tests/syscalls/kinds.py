"""The kinds of turns that die, and the model that answers in them: always the same way, so that a turn makes the same calls each time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from tests.fakes.openai_script import Json, Raw, Reply, Step
from tests.fakes.openai_server import last_prompt
from tests.torture.crowd import Crowd, Talker
from tests.torture.words import LONG, WORDS, tags

# Every platform has talkers, rooms and messages of its own; what is done here is the same in all of them.
AnyCrowd = Crowd[Any, Any, Any]
AnyTalker = Talker[Any, Any, Any]
Deed = Callable[[AnyCrowd, AnyTalker], Awaitable[None]]

SHORT = 20
SPEED = 8
"""Words a second of an answer that grows before people's eyes."""
AT_LENGTH, SLOWLY = "at length", "slowly"


class Steady:
    """The model. What is asked while it `hangs` is answered by nobody until `let_go`."""

    def __init__(self) -> None:
        self.hangs = False
        self._gate = asyncio.Event()

    def let_go(self) -> None:
        self.hangs = False
        self._gate.set()
        self._gate = asyncio.Event()

    def __call__(self, body: Json) -> Step:
        asked = last_prompt(body)
        count = LONG if AT_LENGTH in asked else SHORT
        text = f"Answer to {' '.join(tags(asked))}: {' '.join(WORDS[number % len(WORDS)] for number in range(count))}."
        if self.hangs:
            return Raw((self._gate,), end="fin")
        return Reply(text, tokens_per_second=SPEED if SLOWLY in asked else 0)


@dataclass(frozen=True, slots=True)
class Kind:
    """A turn: the `deed` at whose calls the bot dies, after what was done in peace. With a `start` it dies in a start instead: on an empty
    folder; owing an answer; or on a database of the first version, owing one too."""

    name: str
    deed: Deed
    prepared: tuple[Deed, ...] = ()
    start: Literal["", "empty", "owing", "old"] = ""
    platform: Literal["telegram", "discord"] = "telegram"
    may_vanish: bool = False
    """Whether nobody keeps the deed for the bot, so that it may have reached nobody."""
    erases: bool = False
    """Whether nothing that was said is to be found in any file afterwards."""


async def _write(crowd: AnyCrowd, talker: AnyTalker, words: str) -> None:
    talker.messages.append(await crowd.write(talker, f"{crowd.names.new('m', talker)} {words}"))


async def says(crowd: AnyCrowd, talker: AnyTalker) -> None:
    await _write(crowd, talker, "some words")


async def asks_much(crowd: AnyCrowd, talker: AnyTalker) -> None:
    await _write(crowd, talker, AT_LENGTH)


async def asks_slowly(crowd: AnyCrowd, talker: AnyTalker) -> None:
    await _write(crowd, talker, SLOWLY)


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


_ALL = (
    Kind("answer", says),
    Kind("split", asks_much),
    Kind("growing", asks_slowly),
    Kind("new", gives("new"), (says,)),
    Kind("edit", edit_command, (says, says)),
    Kind("edited", edits_first, (says, says)),
    Kind("retry", gives("retry"), (says,)),
    Kind("press", presses_back, (says, gives("retry"))),
    Kind("end", gives("end"), (says,)),
    Kind("delete", gives("delete"), (says,)),
    Kind("forget", is_forgotten, (says,), erases=True),
    Kind("start", says, start="empty"),
    Kind("restart", says, start="owing"),
    Kind("migration", says, start="old"),
    Kind("discord-answer", says, (says,), platform="discord"),
    Kind("discord-split", asks_much, (says,), platform="discord"),
    Kind("discord-edited", edits_first, (says, says), platform="discord"),
    Kind("discord-new", gives("new"), (says,), platform="discord", may_vanish=True),
)
KINDS: Mapping[str, Kind] = {kind.name: kind for kind in _ALL}
