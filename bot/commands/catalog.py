"""Every command as data: help, Telegram's menu, Discord's slash commands and the terminal's completion are made from here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

OptionKind = Literal["number", "message", "text", "session", "command", "words"]


@dataclass(frozen=True, slots=True)
class Option:
    """One argument. `kind` tells an adapter what to offer: a number, a message's number, free text, a session to choose, a command's
    name."""

    name: str
    kind: OptionKind
    help: str
    required: bool = False


@dataclass(frozen=True, slots=True)
class Command:
    """`private`: the answer is for who asked alone, and where it is `personal` in a shared place too. `modal`: asks for text first where
    a platform has modals. `hidden`: only buttons and menus do it. `menu`: its name in the menu of a message, where a platform has such
    menus. `admin_in_shared`: in a shared place it belongs to the chat's admins. `ends_questions`: what the bot asked before is no longer
    meant, as the conversation is somewhere else then."""

    name: str
    help: str
    options: tuple[Option, ...] = ()
    private: bool = False
    modal: bool = False
    hidden: bool = False
    admin_in_shared: bool = False
    ends_questions: bool = False
    menu: str = ""
    personal: bool = False

    @property
    def usage(self) -> str:
        """`/edit [n] [text]`"""
        words = [f"<{o.name}>" if o.required else f"[{o.name}]" for o in self.options]
        return " ".join([f"/{self.name}", *words])


def _text(name: str, help: str, *, required: bool = False) -> Option:
    return Option(name, "text", help, required)


COMMANDS: tuple[Command, ...] = (
    Command("ask", "say something to me, also where I cannot read along", (_text("text", "what you want to say"),), modal=True),
    Command("new", "open a fresh session; the old one stays", (_text("title", "a title for it"),), ends_questions=True),
    Command("history", "show this session, numbered", (Option("page", "number", "which page; the last one if left out"),), private=True),
    Command(
        "edit",
        "replace a message and have it answered anew",
        (Option("n", "message", "the number of the message, as /history shows it"), _text("text", "the new text")),
        modal=True,
        ends_questions=True,
        menu="Edit and answer again",
    ),
    Command(
        "retry",
        "answer the last message again, as a new version",
        (Option("n", "message", "the number of another message"),),
        ends_questions=True,
    ),
    Command("undo", "take the last turn back", ends_questions=True),
    Command("stop", "stop the answer that is running"),
    Command("end", "end the session; the next message opens a new one", admin_in_shared=True, ends_questions=True),
    Command("sessions", "list your sessions", (Option("words", "words", "only those that hold these words"),), private=True),
    Command(
        "open", "go on with a session", (Option("id", "session", "the id of the session, as in #7f3a", required=True),), ends_questions=True
    ),
    Command("title", "rename the session", (_text("text", "the new title", required=True),), admin_in_shared=True),
    Command(
        "delete",
        "delete a session",
        (Option("id", "session", "the id of the session; this one if left out"),),
        admin_in_shared=True,
        ends_questions=True,
    ),
    Command(
        "forget",
        "erase everything I keep about you",
        (_text("confirm", "the word `everything`, to have it done without a button"),),
        private=True,
        personal=True,
        ends_questions=True,
    ),
    Command("cancel", "close a question of the bot"),
    Command("help", "what the bot can do", (Option("command", "command", "one command in detail"),)),
    Command("start", "say hello", (_text("from", "where you come from"),), hidden=True),
    Command(
        "version", "show another version of a message", (_text("id", "of the version", required=True),), hidden=True, ends_questions=True
    ),
    Command(
        "branch",
        "go on from an older message, beside what followed it",
        (_text("text", "what you want to say"),),
        modal=True,
        hidden=True,
        ends_questions=True,
        menu="Branch from here",
    ),
    Command("versions", "list the versions of a message", hidden=True, private=True, menu="Versions"),
    Command("page", "turn the page of a list", (_text("of", "which list and page", required=True),), hidden=True, private=True),
    Command("fork", "bring the last conversation along", (_text("id", "of the session", required=True),), hidden=True, ends_questions=True),
    Command("back", "go back to the session before", (_text("id", "of the session", required=True),), hidden=True, ends_questions=True),
    Command("undelete", "bring a deleted session back", (_text("id", "of the session", required=True),), hidden=True, admin_in_shared=True),
    Command(
        "erase",
        "erase everything I keep about you",
        (_text("whose", "of whom, and until when", required=True),),
        hidden=True,
        private=True,
        personal=True,
    ),
    Command(
        "continue",
        "go on where an answer was cut for its length",
        (_text("id", "of the answer", required=True),),
        hidden=True,
        ends_questions=True,
    ),
    Command(
        "confirm", "open a session that began elsewhere", (_text("id", "of the session", required=True),), hidden=True, ends_questions=True
    ),
)

BY_NAME = {command.name: command for command in COMMANDS}


def visible() -> tuple[Command, ...]:
    """What people are shown, in the order of the catalogue."""
    return tuple(command for command in COMMANDS if not command.hidden)
