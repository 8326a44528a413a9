"""The kinds of turns that die, and the model that answers in them: always the same way, so that a turn makes the same calls each time."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from bot.replies import texts
from tests.fakes.openai_script import ROLE, Json, Raw, Reply, Step, chunk
from tests.fakes.openai_server import last_prompt, prompts
from tests.syscalls import deeds
from tests.syscalls.deeds import AT_LENGTH, HALTING, HERE, HOW_MANY, SLOWLY, THREAD, Deed, gives, says
from tests.torture.words import LONG, WORDS, tags

Seen = tuple[str, ...]
"""The bot's messages in a room."""

SHORT = 20
SPEED = 8
"""Words a second of an answer that grows before people's eyes."""
STOPPED = re.compile(rf"\n\n(?:{re.escape(texts.STOPPED_MARK)}|{re.escape(texts.STOPPED_MARK.strip('*'))})$")
"""As it is shown where marks are sent along, and where they are rendered."""
NUMBERS = ("nothing", "one message", "two messages", "three messages")


class Steady:
    """The model. What is asked while it `hangs` is answered by nobody until `let_go`. What is asked haltingly is begun and not ended; only
    who asks for the same again is answered. Who asks how many is told what the model was given to read before: so people see which
    conversation they are in, and on which branch."""

    def __init__(self) -> None:
        self.hangs = False
        self._gate = asyncio.Event()
        self._begun: set[str] = set()

    def let_go(self) -> None:
        self.hangs = False
        self._gate.set()
        self._gate = asyncio.Event()

    def __call__(self, body: Json) -> Step:
        asked = last_prompt(body)
        count = LONG if AT_LENGTH in asked else SHORT
        read = f" after {NUMBERS[_read_before(body)]}" if HOW_MANY in asked else ""
        text = f"Answer to {' '.join(tags(asked))}: {' '.join(WORDS[number % len(WORDS)] for number in range(count))}{read}."
        if self.hangs:
            return Raw((self._gate,), end="fin")
        if HALTING in asked and asked not in self._begun:
            self._begun.add(asked)
            return Raw((ROLE + chunk(text), self._gate), end="fin")
        return Reply(text, tokens_per_second=SPEED if SLOWLY in asked else 0)


def _read_before(body: Json) -> int:
    """How many messages of people stand before what is asked now."""
    return len({tag for text in prompts(body) for tag in tags(text)} - set(tags(last_prompt(body))))


Where = Literal["alone", "group", "topic", "shared", "threads"]
"""In private; in a group or in a server's channel, where the bot is mentioned; in one of two topics of a forum; in a group that shares one
session; in a channel where a mention opens a thread."""
OWN_PLACE: Mapping[Where, str] = {"topic": HERE, "threads": THREAD}
"""Where the bot speaks then, and nowhere else."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A turn: the `deed` at whose calls the bot dies, after what was done in peace. With a `start` it dies in a start instead: on an empty
    folder; owing an answer; or on a database of the first version, owing one too."""

    name: str
    deed: Deed
    prepared: tuple[Deed, ...] = ()
    meanwhile: Deed | None = None
    """What is asked before the deed, and is being answered when that comes: people can read words of the answer."""
    afterwards: Deed | None = None
    """What is done in peace in the end, and shows what became of the deed where that itself shows too little."""
    start: Literal["", "empty", "owing", "old"] = ""
    platform: Literal["telegram", "discord"] = "telegram"
    where: Where = "alone"
    newest: str = ""
    """A regular expression: how the newest of the bot's messages reads after an undisturbed turn, with its place before it."""
    may_vanish: bool = False
    """Whether nobody keeps the deed for the bot, so that it may have reached nobody."""
    erases: bool = False
    """Whether nothing that was said is to be found in any file afterwards."""
    may_cost: Callable[[Seen], Sequence[Seen]] = lambda seen: ()
    """What people may see as well, made of what they see undisturbed: what a death takes with it was stored nowhere yet."""


def words_in_hand(seen: Seen) -> Sequence[Seen]:
    """Of the answer that was stopped."""
    return (tuple(texts.STOPPED_EMPTY if STOPPED.search(shown) else shown for shown in seen),)


def nothing_stopped(seen: Seen) -> Sequence[Seen]:
    """The command reached nobody, so the answer is made anew, to its end."""
    return (*words_in_hand(seen), tuple(STOPPED.sub("", shown) for shown in seen if STOPPED.search(shown)))


def asked_twice(seen: Seen) -> Sequence[Seen]:
    """A question cannot be edited, so it is sent whole; who dies after it asks again."""
    return ((*seen, seen[-1]),)


def never_heard_of(seen: Seen) -> Sequence[Seen]:
    """It was taken away while nobody was there to hear of it, so its answer stays, and is read with all others."""
    return ((*seen[:-1], seen[-1].replace("one message", "two messages")),)


_ALL = (
    Kind("answer", says),
    Kind("split", deeds.asks_much),
    Kind("growing", deeds.asks_slowly),
    Kind("new", gives("new"), (says,)),
    Kind("open", deeds.opens_first, (says, gives("new")), afterwards=deeds.asks_how_many, newest="Answer to .* after one message."),
    Kind("edit", deeds.edit_command, (says, says)),
    Kind("edited", deeds.edits_first, (says, says)),
    Kind("retry", gives("retry"), (says,)),
    Kind("press", deeds.presses_back, (says, gives("retry"))),
    Kind("stop", gives("stop"), meanwhile=deeds.asks_haltingly, may_cost=words_in_hand),
    Kind("end", gives("end"), (says,)),
    Kind("delete", gives("delete"), (says,)),
    Kind("forget", deeds.is_forgotten, (says,), erases=True),
    Kind("group", says, where="group"),
    Kind("topic", deeds.asks_how_many, (deeds.asks_next_door,), where="topic", newest=f"{HERE}: Answer to .* after nothing."),
    Kind("shared", deeds.another_asks, (says,), where="shared", newest="Answer to .* after one message."),
    Kind("branch", deeds.replies_to_first, (says, says), newest="Answer to .* after one message."),
    Kind("undo", deeds.undoes, (says, says), afterwards=deeds.asks_how_many, newest="Answer to .* after one message."),
    Kind(
        "arrow",
        deeds.presses_back,
        (says, says, deeds.edits_first),
        afterwards=deeds.asks_how_many,
        newest="Answer to .* after two messages.",
    ),
    Kind("question", gives("edit"), (says,), newest="Send me the new text .*", may_cost=asked_twice),
    Kind("forced", deeds.answers_question, (says, gives("edit"))),
    Kind("start", says, start="empty"),
    Kind("restart", says, start="owing"),
    Kind("migration", says, start="old"),
    Kind("discord-answer", says, (says,), platform="discord"),
    Kind("discord-split", deeds.asks_much, (says,), platform="discord"),
    Kind("discord-edited", deeds.edits_first, (says, says), platform="discord"),
    Kind("discord-channel", says, (says,), platform="discord", where="group"),
    Kind(
        "discord-thread",
        deeds.asks_how_many,
        (says,),
        platform="discord",
        where="threads",
        newest=f"{THREAD}: Answer to .* after nothing.",
    ),
    Kind(
        "discord-follows", deeds.goes_on, (says,), platform="discord", where="threads", newest=f"{THREAD}: Answer to .* after one message."
    ),
    Kind("discord-branch", deeds.replies_to_first, (says, says), platform="discord", newest="Answer to .* after one message."),
    Kind("discord-stop", gives("stop"), platform="discord", meanwhile=deeds.asks_haltingly, may_cost=nothing_stopped),
    Kind("discord-new", gives("new"), (says,), platform="discord", may_vanish=True),
    Kind("discord-undo", deeds.undoes, (says, says), platform="discord", may_vanish=True),
    Kind("discord-press", deeds.presses_back_there, (says, gives("retry")), platform="discord", may_vanish=True),
    Kind(
        "discord-deleted",
        deeds.deletes_newest,
        (says, says),
        platform="discord",
        afterwards=deeds.asks_how_many,
        newest="Answer to .* after one message.",
        may_cost=never_heard_of,
    ),
)
KINDS: Mapping[str, Kind] = {kind.name: kind for kind in _ALL}
