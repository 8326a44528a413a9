"""The kinds of turns that die, and the model that answers in them: always the same way, so that a turn makes the same calls each time."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from bot.replies import texts
from tests.fakes.openai_script import ROLE, Json, Raw, Reply, Step, chunk
from tests.fakes.openai_server import last_prompt, prompts
from tests.torture.crowd import Crowd, Talker
from tests.torture.words import LONG, WORDS, tags

# Every platform has talkers, rooms and messages of its own; what is done here is the same in all of them.
AnyCrowd = Crowd[Any, Any, Any]
AnyTalker = Talker[Any, Any, Any]
Deed = Callable[[AnyCrowd, AnyTalker], Awaitable[None]]
Seen = tuple[str, ...]
"""The bot's messages in a room."""

SHORT = 20
SPEED = 8
"""Words a second of an answer that grows before people's eyes."""
STOPPED = re.compile(rf"\n\n(?:{re.escape(texts.STOPPED_MARK)}|{re.escape(texts.STOPPED_MARK.strip('*'))})$")
"""As it is shown where marks are sent along, and where they are rendered."""
AT_LENGTH, SLOWLY, HALTING, HOW_MANY = "at length", "slowly", "halting", "how many"
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
HERE, NEXT_DOOR, THREAD = "here", "next door", "thread"
"""How the places in a room are called where there are several: both topics of a forum, and any thread."""
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


def words_in_hand(seen: Seen) -> Sequence[Seen]:
    """Of the answer that was stopped."""
    return (tuple(texts.STOPPED_EMPTY if STOPPED.search(shown) else shown for shown in seen),)


def nothing_stopped(seen: Seen) -> Sequence[Seen]:
    """The command reached nobody, so the answer is made anew, to its end."""
    return (*words_in_hand(seen), tuple(STOPPED.sub("", shown) for shown in seen if STOPPED.search(shown)))


_ALL = (
    Kind("answer", says),
    Kind("split", asks_much),
    Kind("growing", asks_slowly),
    Kind("new", gives("new"), (says,)),
    Kind("open", opens_first, (says, gives("new")), afterwards=asks_how_many, newest="Answer to .* after one message."),
    Kind("edit", edit_command, (says, says)),
    Kind("edited", edits_first, (says, says)),
    Kind("retry", gives("retry"), (says,)),
    Kind("press", presses_back, (says, gives("retry"))),
    Kind("stop", gives("stop"), meanwhile=asks_haltingly, may_cost=words_in_hand),
    Kind("end", gives("end"), (says,)),
    Kind("delete", gives("delete"), (says,)),
    Kind("forget", is_forgotten, (says,), erases=True),
    Kind("group", says, where="group"),
    Kind("topic", asks_how_many, (asks_next_door,), where="topic", newest=f"{HERE}: Answer to .* after nothing."),
    Kind("shared", another_asks, (says,), where="shared", newest="Answer to .* after one message."),
    Kind("branch", replies_to_first, (says, says), newest="Answer to .* after one message."),
    Kind("start", says, start="empty"),
    Kind("restart", says, start="owing"),
    Kind("migration", says, start="old"),
    Kind("discord-answer", says, (says,), platform="discord"),
    Kind("discord-split", asks_much, (says,), platform="discord"),
    Kind("discord-edited", edits_first, (says, says), platform="discord"),
    Kind("discord-channel", says, (says,), platform="discord", where="group"),
    Kind(
        "discord-thread",
        asks_how_many,
        (says,),
        platform="discord",
        where="threads",
        newest=f"{THREAD}: Answer to .* after nothing.",
    ),
    Kind("discord-follows", goes_on, (says,), platform="discord", where="threads", newest=f"{THREAD}: Answer to .* after one message."),
    Kind("discord-branch", replies_to_first, (says, says), platform="discord", newest="Answer to .* after one message."),
    Kind("discord-stop", gives("stop"), platform="discord", meanwhile=asks_haltingly, may_cost=nothing_stopped),
    Kind("discord-new", gives("new"), (says,), platform="discord", may_vanish=True),
)
KINDS: Mapping[str, Kind] = {kind.name: kind for kind in _ALL}
