"""The people, where they talk, and everything that they can do; what they said is written down, to be asked for in the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.events import Author, CommandInvoked, MessageDeleted, MessageEdited, MessageReceived, MessageRef, Place, PlaceChanged
from tests.simulation.chats import Shown
from tests.simulation.discord_server import DiscordServer
from tests.simulation.telegram import TelegramServer
from tests.simulation.world import World

GROUP = Place("telegram", "g", kind="group")
SHARED = Place("telegram", "s", kind="group")
HOMES = {"ann": "telegram", "bob": "telegram", "cat": "discord", "dan": "discord"}
CALM = frozenset({"new", "title", "end", "help", "history", "sessions"})
"""Commands that say one thing each, and take no answer away."""
_STEPS = {"retry": "to", "version": "arrow"}
"""Buttons that lead to a branch."""


@dataclass(slots=True)
class Said:
    """A message of a person. `tokens` are those of its versions, newest last."""

    person: str
    shown: Shown
    tokens: list[str]
    deleted: bool = False


@dataclass(slots=True)
class Done:
    """What went on in a place, as far as it matters for what must be there in the end. `stirred`: answers may have been taken away, or
    be hidden behind versions. `commands` counts by person and name; `acts` are those of each person that bear on sessions, in order.
    `steps` is how people went about: `to` a branch by what stands there of it, `back` by taking the last of it away, or by an `arrow`."""

    stirred: bool = False
    edited: bool = False
    tidied: bool = False
    commands: Counter[str] = field(default_factory=Counter)
    acts: dict[str, list[str]] = field(default_factory=dict)
    steps: list[str] = field(default_factory=list)

    @property
    def came_from_below(self) -> bool:
        """Whether somebody went to a branch by what stands of it, and then took away from it. What is above may be out of sight there: its
        post shows the version that was left. An arrow brings what it leads to into sight."""
        since = self.steps[len(self.steps) - self.steps[::-1].index("arrow") :] if "arrow" in self.steps else self.steps
        return "to" in since and "back" in since[since.index("to") :]


def home(person: str) -> Place:
    return Place(HOMES[person], person)


class Town:
    """Of one run. Every act is a method; one that finds nothing to do does nothing."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.telegram = TelegramServer(world)
        self.discord = DiscordServer(world)
        self.said: list[Said] = []
        self.done: dict[Place, Done] = {}
        self.shut_out: set[Place] = set()
        self.forgetful: set[str] = set()
        self.shared: set[str] = set()
        self.restart = False
        self._wandered: set[tuple[str, Place]] = set()
        """Who pressed a button where: a session that began elsewhere may have been opened there."""
        self._number = 0

    def server(self, place: Place) -> TelegramServer | DiscordServer:
        return self.telegram if place.platform == "telegram" else self.discord

    def token(self, person: str, place: Place) -> str:
        self._number += 1
        token = f"{person}{self._number}"
        if place == SHARED:
            self.shared.add(token)
        return token

    def note(self, person: str, place: Place, act: str = "", *, stirs: bool = False) -> Done:
        done = self.done.setdefault(place, Done())
        done.stirred |= stirs
        if (stirs or act == "retry") and (person, place) in self._wandered:
            for said in self.said:
                self.done[said.shown.place].stirred |= said.person == person
        if act:
            done.acts.setdefault(person, []).append(act)
        return done

    def say(self, person: str, place: Place, how: str = "", reply_to: Shown | None = None) -> None:
        """`how` is for the model: briefly, at length."""
        token = self.token(person, place)
        text = f"{token} {how}".rstrip()
        shown = self._write(person, place, text)
        self.said.append(Said(person, shown, [token]))
        self.note(person, place, "say")
        to = reply_to.ref if reply_to is not None else None

        def event(key: str) -> MessageReceived:
            return MessageReceived(shown.ref, self.author(person), text, self.world.platform_time(), key, reply_to=to)

        if place.platform == "telegram":
            self.telegram.hand_over(event)
        else:
            self.discord.write(shown, event(f"discord:{shown.id}"))

    def reply(self, person: str, place: Place) -> None:
        """To something that the bot has said there."""
        posts = self._posts(person, place)
        if posts:
            self.note(person, place, stirs=True).steps.append("to")
            self.say(person, place, reply_to=self.world.chance.choice(posts))

    def edit(self, person: str, place: Place, which: int | None = None) -> None:
        """In the chat itself."""
        own = [said for said in self.said if said.person == person and said.shown.place == place and not said.deleted]
        if not own:
            return
        said = own[which] if which is not None else self.world.chance.choice(own[-4:])
        said.tokens.append(self.token(person, place))
        text = said.shown.text = said.tokens[-1]
        self.world.story.tell(person, f"edits {said.shown.id} in {place.chat_id}: {text}")
        done = self.note(person, place)
        done.edited = True
        done.steps.append("to")

        def event(key: str) -> MessageEdited:
            return MessageEdited(said.shown.ref, self.author(person), text, self.world.platform_time(), key)

        if place.platform == "telegram":
            self.telegram.hand_over(event)
        else:
            self.discord.edit(said.shown, event(f"discord:{said.shown.id}:{text}"))

    def delete(self, person: str, place: Place) -> None:
        """In the chat itself; Telegram tells nobody."""
        own = [said for said in self.said if said.person == person and said.shown.place == place and not said.deleted]
        if not own or place.platform == "telegram":
            return
        said = self.world.chance.choice(own[-3:])
        said.deleted = True
        self.world.story.tell(person, f"deletes {said.shown.id} in {place.chat_id}")
        self.note(person, place, stirs=True).steps.append("back")
        self.discord.delete(said.shown, MessageDeleted(said.shown.ref, f"discord:{said.shown.id}:gone"))

    def command(self, person: str, place: Place, name: str, args: str = "") -> None:
        chance = self.world.chance
        if name in ("title", "new") and not args and (name == "title" or chance.random() < 0.5):
            args = self.token(person, place)
        if name == "edit":
            args = f"{chance.randint(1, 4)} {self.token(person, place)}" if chance.random() < 0.8 or place.platform == "discord" else ""

        def event(ref: MessageRef, key: str, via: MessageRef | None) -> CommandInvoked:
            return CommandInvoked(ref, self.author(person), name, args, self.world.platform_time(), key, via=via)

        if place.platform == "telegram":
            shown = self._write(person, place, f"/{name} {args}".rstrip())
            self.telegram.hand_over(lambda key: event(shown.ref, key, None))
        elif not self.discord.invoke(place, "i", lambda via: event(via, f"discord:{via.message_id}", via)):
            self.world.story.tell(person, f"gives /{name} in {place.chat_id}, and nobody takes it")
            return
        else:
            self.world.story.tell(person, f"gives /{name} {args} in {place.chat_id}")
        if name == "forget":
            self.forgetful.add(person)
        done = self.note(person, place, name, stirs=name not in CALM | {"retry"})
        done.commands[name] += 1
        done.edited |= name == "edit"
        done.steps += ["back"] if name == "undo" else []

    def press(self, person: str, place: Place, label: str = "") -> None:
        """A button under something that stands there; of the newest that has one with the label."""
        posts = [shown for shown in self._posts(person, place) if shown.buttons]
        pressable = [(shown, name, command) for shown in posts[-4:] for name, command in shown.buttons if not label or name == label]
        if not pressable:
            return
        shown, name, command = pressable[-1] if label else self.world.chance.choice(pressable)
        verb, _, args = command.partition(" ")
        self.world.story.tell(person, f"presses [{name}] under {shown.id} in {place.chat_id}")
        self.note(person, place, stirs=True).steps += [_STEPS[verb]] if verb in _STEPS else []
        self._wandered.add((person, place))

        def event(key: str, via: MessageRef | None) -> CommandInvoked:
            return CommandInvoked(shown.ref, self.author(person), verb, args, self.world.platform_time(), key, pressed=True, via=via)

        if place.platform == "telegram":
            self.telegram.hand_over(lambda key: event(key, None))
        else:
            self.discord.invoke(place, "p", lambda via: event(f"discord:{via.message_id}", via if place.kind == "group" else None))

    def tidy(self, person: str, place: Place) -> None:
        """A person takes one of the bot's messages away."""
        posts = self._posts(person, place)
        if posts and place.kind == "private":
            shown = self.world.chance.choice(posts)
            shown.deleted = True
            self.world.story.tell(person, f"takes away {shown.id} in {place.chat_id}")
            self.note(person, place, stirs=True).tidied = True

    def block(self, person: str, place: Place) -> None:
        """Shuts the bot out for some seconds; Telegram tells it, Discord does not."""
        blocked = self.server(place).blocked
        if place.kind != "private" or place in blocked:
            return
        blocked.add(place)
        self.shut_out.add(place)
        self.world.story.tell(person, "blocks the bot")
        self.note(person, place, stirs=True)
        if place.platform == "telegram":
            self.telegram.hand_over(lambda key: PlaceChanged(place, "blocked", key))
        self.world.later(self.world.chance.uniform(1, 60), lambda: self._unblock(person, place))

    def _unblock(self, person: str, place: Place) -> None:
        self.server(place).blocked.discard(place)
        self.world.story.tell(person, "lets the bot in again")
        if place.platform == "telegram":
            self.telegram.hand_over(lambda key: PlaceChanged(place, "unblocked", key))

    def handed_over(self, said: Said) -> bool:
        """Whether the platform told the bot of it, or keeps it where the bot can find it."""
        return said.shown.place.platform == "telegram" or self.discord.findable(said.shown)

    def author(self, person: str) -> Author:
        return Author(person, person.capitalize(), is_admin=True)

    def _posts(self, person: str, place: Place) -> list[Shown]:
        return [shown for shown in self.server(place).chats.in_place(place, by_bot=True) if shown.only_for in ("", person)]

    def _write(self, person: str, place: Place, text: str) -> Shown:
        shown = self.server(place).chats.write(place, person, text, self.world.now)
        self.world.story.tell(person, f"writes {shown.id} in {place.chat_id}: {text}")
        return shown


Act = Callable[[Town], None]
