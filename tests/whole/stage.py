"""One stage for every platform: what people do in one vocabulary, and what they see as posts with their buttons.

What platforms must do differently is made equal here and nowhere else: how a chat marks words up, that Discord shows a slash command as
nobody's message and asks for text in a form, and that a private answer comes in another chat on Telegram, unseen by others on Discord.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from bot.commands.catalog import BY_NAME
from bot.replies import texts
from tests.discord import validator
from tests.fakes import discord, telegram
from tests.whole.club import Club
from tests.whole.house import House

_ID = re.compile(r"#[0-9a-f]{4,16}\b")
_TIME = re.compile(r"\d\d/\d\d/\d{4} \d\d:\d\d:\d\d")
_TOKENS = re.compile(r"\d+ tokens")


@dataclass(frozen=True, slots=True)
class Shown:
    """A post as it is seen. `key` tells posts apart; `alone` names who sees it alone, `to` is the text that it replies to."""

    key: int
    text: str
    buttons: tuple[str, ...] = ()
    to: str = ""
    alone: str = ""

    def lines(self) -> str:
        """The post as a transcript has it; what differs at each run is left out."""
        text = f"{f'({self.alone} alone) ' if self.alone else ''}{f'({self.to}) ' if self.to else ''}{self.text}".rstrip()
        text = _TOKENS.sub("n tokens", _TIME.sub("TIME", _ID.sub("#id", text)))
        buttons = "".join(f" [{_ID.sub('#id', label)}]" for label in self.buttons)
        return f"{text}{buttons}"


class Stage(Protocol):
    """Everything is done by the name of who does it. `under`, `to` and `what` are the beginnings of texts that stand in the chat."""

    async def says(self, who: str, text: str) -> None: ...

    async def command(self, who: str, name: str, options: Mapping[str, str]) -> None: ...

    async def fills_in(self, who: str, text: str) -> None:
        """Answers what the bot asks for."""

    async def presses(self, who: str, label: str, under: str) -> str:
        """By the newest post with this button and text. Returns what is said to who pressed, and to nobody else."""

    async def edits(self, who: str, what: str, text: str) -> None: ...

    async def replies(self, who: str, to: str, text: str) -> None: ...

    async def taken(self) -> None:
        """Waits until it has come to the core."""

    async def settle(self) -> None:
        """Waits until it is answered."""

    def posts(self) -> list[Shown]:
        """What the bot shows, oldest first. A question for words is "?" with what stands in the field."""


@dataclass
class OnTelegram:
    """In Ann's private chat, or in a group with her and Bob."""

    house: House
    group: telegram.Chat | None = None
    people: dict[str, telegram.Person] = field(default_factory=dict)
    mine: list[telegram.Message] = field(default_factory=list)

    @property
    def place(self) -> telegram.Chat:
        return self.group or self.house.chat

    async def says(self, who: str, text: str) -> None:
        await self._writes(who, f"@parley_bot {text}" if self.group is not None else text)

    async def _writes(self, who: str, text: str, reply_to: telegram.Message | None = None) -> None:
        self.mine.append(await self.people[who].says(self.place, text, reply_to=reply_to))

    async def command(self, who: str, name: str, options: Mapping[str, str]) -> None:
        await self._writes(who, " ".join([f"/{name}", *(options[one.name] for one in BY_NAME[name].options if one.name in options)]))

    async def fills_in(self, who: str, text: str) -> None:
        await self._writes(who, text, next(post for post in reversed(self.place.from_bot) if post.force_reply))

    async def presses(self, who: str, label: str, under: str) -> str:
        standing = [*self.place.from_bot, *(self.house.chat.from_bot if self.group is not None else [])]
        found = next(post for post in reversed(standing) if label in post.labels() and post.text.startswith(under))
        press = await self.people[who].presses(found, label)
        await self.settle()
        return await press.answer()

    async def edits(self, who: str, what: str, text: str) -> None:
        found = next(message for message in reversed(self.mine) if _bare(message.text) == what)
        await self.people[who].edits(found, f"@parley_bot {text}" if found.text.startswith("@parley_bot") else text)

    async def replies(self, who: str, to: str, text: str) -> None:
        await self._writes(who, text, next(post for post in reversed(self.place.from_bot) if post.text.startswith(to)))

    async def taken(self) -> None:
        await self.house.taken()

    async def settle(self) -> None:
        await self.house.settle()

    def posts(self) -> list[Shown]:
        out = [self._shown(post) for post in self.place.from_bot]
        if self.group is not None:
            for who, person in self.people.items():
                private = self.house.telegram.private_chat(person)
                out += [self._shown(post, who) for post in private.from_bot]
        return out

    def _shown(self, post: telegram.Message, alone: str = "") -> Shown:
        if post.force_reply:
            return Shown(id(post), f"? {post.text.partition(chr(10) * 2)[2]}")
        to = _bare(post.reply_to.text) if post.reply_to is not None and not post.reply_to.text.startswith("/") else ""
        return Shown(id(post), post.text, tuple(post.labels()), to, alone)


def _bare(text: str) -> str:
    return text.removeprefix("@parley_bot ")


@dataclass
class OnDiscord:
    """In Ann's direct messages, or in a channel with her and Bob."""

    club: Club
    channel: discord.Channel | None = None
    people: dict[str, discord.Person] = field(default_factory=dict)
    mine: list[tuple[str, discord.Message]] = field(default_factory=list)
    forms: list[discord.Interaction] = field(default_factory=list)
    said_to_presses: set[int] = field(default_factory=set)
    lines: set[int] = field(default_factory=set)
    """Refusals, which who gave the command alone sees here."""

    @property
    def place(self) -> discord.Channel:
        return self.channel or self.club.chat

    async def says(self, who: str, text: str) -> None:
        self.mine.append((text, await self.people[who].says(self.place, text, mention=self.channel is not None)))

    async def command(self, who: str, name: str, options: Mapping[str, str]) -> None:
        kinds = {option.name: option.kind for option in BY_NAME[name].options}
        typed = {key: int(value) if kinds[key] in ("number", "message") else value for key, value in options.items()}
        given = await self.people[who].slash(self.place, name, **typed)
        response = await given.wait_response()
        if response.type == 9:
            self.forms.append(given)
        elif response.type == 4 and given.message is not None:
            self.lines.add(given.message.id)

    async def fills_in(self, who: str, text: str) -> None:
        """Into the form that is open, or the one that the newest question opens."""
        asking = [post for post in self.place.from_bot if texts.WRITE in post.labels()]
        if asking and (not self.forms or self.forms[-1].id < asking[-1].id):
            pressed = await self.people[who].presses(asking[-1], texts.WRITE)
            await pressed.wait_response()
            await pressed.submit(text)
        else:
            await self.forms[-1].submit(text)

    async def presses(self, who: str, label: str, under: str) -> str:
        found = next(post for post in reversed(self.place.from_bot) if label in _labels(post) and _seen(post).startswith(under))
        person = self.people[who]
        press = await (person.presses(found, label) if label in found.labels() else person.chooses(found, label))
        await self.settle()
        response = press.response
        if response is not None and response.type == 4 and press.message is not None:
            self.said_to_presses.add(press.message.id)
            return press.message.text
        return ""

    async def edits(self, who: str, what: str, text: str) -> None:
        at = next(index for index, (said, _) in reversed(list(enumerate(self.mine))) if said == what)
        message = self.mine[at][1]
        self.mine[at] = (text, message)
        mention, space = (message.text.split()[0], " ") if message.text.startswith("<@") else ("", "")
        await self.people[who].edits(message, f"{mention}{space}{text}")

    async def replies(self, who: str, to: str, text: str) -> None:
        found = next(post for post in reversed(self.place.from_bot) if _seen(post).startswith(to))
        self.mine.append((text, await self.people[who].says(self.place, text, reply_to=found)))

    async def taken(self) -> None:
        await self.club.taken()

    async def settle(self) -> None:
        await self.club.settle()

    def posts(self) -> list[Shown]:
        standing = [post for post in self.place.from_bot if post.id not in self.said_to_presses and post.text != texts.DONE_ABOVE]
        questions = [Shown(form.id, f"? {''.join(form.modal.values.values())}") for form in self.forms]
        return sorted([*(self._shown(post) for post in standing), *questions], key=lambda shown: shown.key)

    def _shown(self, post: discord.Message) -> Shown:
        said = {message.id: text for text, message in self.mine}
        to = said.get(post.reply_to.id, "") if post.reply_to is not None else ""
        if texts.WRITE in post.labels():
            return Shown(post.id, f"? {_seen(post).partition(chr(10) * 2)[2]}")
        alone = post.only_for.name if post.only_for is not None and self.channel is not None and post.id not in self.lines else ""
        return Shown(post.id, _seen(post), _labels(post), to, alone)


def _seen(post: discord.Message) -> str:
    """Without the quotation of what was given to a command, which nobody could read otherwise."""
    return validator.read(re.sub(r"\A(?:> .*\n)+\n*", "", post.text)).text


def _labels(post: discord.Message) -> tuple[str, ...]:
    """Of buttons, and of what can be chosen in lists."""
    labels: list[str] = []
    for piece in post.pieces():
        labels += [str(piece["label"])] if piece["type"] == 2 else [option["label"] for option in piece.get("options", ())]
    return tuple(labels)
