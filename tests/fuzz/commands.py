"""Commands: whatever is typed, pressed or chosen, somebody is told something, nothing is raised, and all that is said can be shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Final

from adapters.discord.render import render as on_discord
from adapters.telegram.entities import to_bot_api
from adapters.telegram.render import render as on_telegram
from bot.commands.catalog import COMMANDS
from bot.errors import StorageError
from bot.events import Author, CommandInvoked, Event, MessageDeleted, MessageEdited, MessageReceived, MessageRef, Place, PlaceChanged
from bot.policy import Policy
from bot.posts import Content
from tests.core.talk import Talk, talking
from tests.discord.validator import problems as discord_problems
from tests.fuzz import alphabet
from tests.fuzz.loops import completed
from tests.fuzz.texts import nasty_text
from tests.telegram.validator import problems as telegram_problems

_NAMES: Final = tuple(command.name for command in COMMANDS)
_ARGS: Final = (
    "", " ", "-1", "0", "1", "2", "3", "9" * 30, str(2**63), str(2**31), "+1", "1.", "1 ", "x", "1 2 3", "#", "#0", "#zz", "#ffff",
    "#" + "f" * 40, "#1 w",
    "'; DROP TABLE messages; --", "x" * 4000, "\n", "1\nwords", "٣", "½", "²", "@other_bot", "<b>&", "`", "history #1 1",
    "sessions x 0", "sessions 1 9",
    "sessions", "history", "%", "_", "\\", "*", "a OR b", '"', "NEAR(", "versions #1", "#{session}", "#{answer}", "#{prompt}",
    "#{session} 1",
    "history #{session} 1", "history #{session} 9999999", "#{answer} new words", "#{prompt} new words", "sessions {prompt} 1",
    "\u200b", "\u0661",
)  # fmt: skip
_PLACES: Final = (Place("memory", "7"), Place("memory", "7"), Place("memory", "-5", kind="group"), Place("memory", "-5", "3", "group"))
_PEOPLE: Final = ("Ann", "", " ", "*Ann*", "[x](http://evil.example)", "@everyone", "<@&1>", "a\nb", "\u202eAnn", "x" * 300, "# T", "```")

Talking = Callable[[], AbstractAsyncContextManager[Talk]]


@dataclass(frozen=True, slots=True)
class Step:
    """Something that somebody does. In `args` names in braces are ids of what is there by then."""

    kind: str
    args: str
    name: str = ""
    place: int = 0
    person: int = 0
    replying: int = 0


def fresh() -> AbstractAsyncContextManager[Talk]:
    """A core on a database in memory, with nothing in it."""
    return talking(Path(":memory:"), policy=Policy(titles=False, rate=10**6))


class Commands:
    """`talking` is what is tried."""

    name = "commands"

    def __init__(self, talking: Talking = fresh) -> None:
        self._talking = talking

    def make(self, chance: Random) -> tuple[Step, ...]:
        return tuple(_step(chance) for _ in range(chance.choice((2, 4, 6, 9))))

    def smaller(self, case: tuple[Step, ...]) -> Iterator[tuple[Step, ...]]:
        for at in range(len(case)):
            yield case[:at] + case[at + 1 :]
        for at, step in enumerate(case):
            for plainer in (
                replace(step, place=0),
                replace(step, person=0),
                replace(step, args=""),
                replace(step, args=step.args[: len(step.args) // 2]),
            ):
                if plainer != step:
                    yield (*case[:at], plainer, *case[at + 1 :])

    def show(self, case: tuple[Step, ...]) -> str:
        return "(\n" + "".join(f"    {step},\n" for step in case) + ")"

    def judge(self, case: tuple[Step, ...]) -> list[str]:
        return completed(self._played(case))

    async def _played(self, case: tuple[Step, ...]) -> list[str]:
        found: list[str] = []
        async with self._talking() as talk:
            for number, step in enumerate(case):
                before = len(talk.adapter.calls), len(talk.model.requests)
                event = await _event(talk, step, number)
                try:
                    line = await talk.core.accept(event)
                except StorageError:
                    line = "storage"
                await talk.settle()
                told = line or (len(talk.adapter.calls), len(talk.model.requests)) != before
                if not told and isinstance(event, CommandInvoked):
                    found.append(f"silence: nobody is told anything of {step}")
            said = {seen.text for chat in talk.adapter.chats.values() for seen in chat}
        return found + [problem for text in sorted(said) for problem in _shown(text)]


def _shown(text: str) -> list[str]:
    """What the core says is Markdown, and must be fit for each platform."""
    found = [problem for part in on_telegram(Content(text)) for problem in telegram_problems(part.text, to_bot_api(part))]
    return found + [problem for part in on_discord(Content(text)) for problem in discord_problems(part.text)]


async def _event(talk: Talk, step: Step, number: int) -> Event:
    place = _PLACES[step.place]
    author = Author(str(7 + step.person), _PEOPLE[step.person], is_admin=step.person % 2 == 0)
    text = await _filled(talk, step.args, place, author)
    posts = talk.chat(place)
    reply = MessageRef(place, posts[-step.replying % len(posts)].id) if step.replying and posts else None
    ref, now, key = MessageRef(place, str(5000 + number)), talk.clock.now(), talk.key()
    match step.kind:
        case "press":
            return CommandInvoked(reply or ref, author, step.name, text, now, key, pressed=True)
        case "command":
            return CommandInvoked(ref, author, step.name, text, now, key, reply_to=reply)
        case "edit":
            return MessageEdited(MessageRef(place, str(5000 + max(0, number - 1))), author, text, now, key)
        case "delete":
            return MessageDeleted(MessageRef(place, str(5000 + max(0, number - 2))), key)
        case "change":
            return PlaceChanged(place, "removed" if step.person % 2 else "added", key)
        case _:
            return MessageReceived(ref, author, text, now, key, reply_to=reply)


async def _filled(talk: Talk, args: str, place: Place, author: Author) -> str:
    """The arguments with ids of the current session in place of the names."""
    if "{" not in args or not any(name in args for name in ("{session}", "{answer}", "{prompt}")):
        return args
    session = (await talk.store.find(place, author.id)).session
    branch = await talk.store.branch(session.leaf, 2) if session is not None and session.leaf is not None else ()
    ids = [f"{message.id:x}" for message in branch]
    prompt, answer = (*ids, "1", "2")[:2]
    return (
        args.replace("{session}", session.id if session is not None else "0" * 16).replace("{answer}", answer).replace("{prompt}", prompt)
    )


def _step(chance: Random) -> Step:
    kind = chance.choice(("words", "words", "command", "command", "command", "press", "press", "edit", "delete", "change"))
    name = chance.choice((*_NAMES, *_NAMES, *_NAMES, "xyzzy", "", "NEW", "new@bot", "'; --", "hélp", "_" * 200, "<b>", *alphabet.EMOJI[:2]))
    odd = nasty_text(chance)[:3000] if chance.random() < 0.25 else chance.choice(_ARGS)
    words = odd if kind != "words" or chance.random() < 0.3 else chance.choice(("hello", "one", "/new", "exit", "/edit 1 x", "/xyzzy", odd))
    return Step(
        kind,
        words,
        name,
        chance.randrange(len(_PLACES)),
        chance.choice((0, 0, 0, chance.randrange(len(_PEOPLE)))),
        chance.choice((0, 0, 1, 2)),
    )
