"""Facts for tables: messages, turns, sessions and what is given to a rule, with everything in them that a row does not care about."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime

from bot.changes import AddMessage, AddSession, AddTurn, Change, SetLeaf, SetMessageStatus, SetTurn
from bot.events import Author, MessageReceived, MessageRef, Place
from bot.found import Found
from bot.messages import Message, MessageStatus, PlaceSettings, Role, Session, Turn, TurnStatus
from bot.policy import Policy
from bot.post_changes import MovePosts
from bot.rules.decision import Asked, Decision, Given, Shown
from tests.fakes.memory_adapter import DEFAULT

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
PLACE = Place("memory", "7")
GROUP = Place("memory", "-5", kind="group")
ELSEWHERE = Place("memory", "70")
ANN = 1
SESSION = Session("aaaaaaaaaaaaaaaa", ANN, PLACE, "A title", NOW)
ASKED = Asked(PLACE, None, NOW)


def message(
    message_id: int, role: Role = "user", parent: int | None = None, *, number: int = 1, text: str = "", status: MessageStatus = "complete"
) -> Message:
    return Message(
        message_id, SESSION.id, parent, number, role, text or f"text {message_id}", status, NOW, first_version=message_id, user_id=ANN
    )


def line(*roles: str, start: int = 10, status: MessageStatus = "complete") -> list[Message]:
    """A branch, each message under the one before: `u` for the person's, `a` for an answer, `o` for one that is being made."""
    made: list[Message] = []
    for number, role in enumerate(roles, start=1):
        parent = made[-1].id if made else None
        state: MessageStatus = "open" if role == "o" else status
        made.append(message(start + number, "user" if role == "u" else "assistant", parent, number=number, status=state))
    return made


def turn(prompt: Message, reply_id: int, *, status: TurnStatus = "pending", place: Place = PLACE, turn_id: int = 90) -> Turn:
    return Turn(turn_id, SESSION.id, place, ANN, prompt.id, reply_id, NOW, status)


def given(facts: Found | None = None, *, user_id: int = ANN, running: dict[int, Shown] | None = None) -> Given:
    """Fresh ids count from 100."""
    counter = itertools.count(100)
    return Given(
        found=facts or Found(PlaceSettings(PLACE)),
        user_id=user_id,
        now=NOW,
        next_id=lambda: next(counter),
        new_session_id=lambda: "bbbbbbbbbbbbbbbb",
        policy=Policy(),
        capabilities=DEFAULT,
        running=running or {},
    )


def found(leaf: Message | None = None, *turns: Turn, session: Session | None = SESSION, place: Place = PLACE) -> Found:
    where = replace(session, leaf=leaf.id) if session is not None and leaf is not None else session
    return Found(PlaceSettings(place), session=where, leaf=leaf, turns=turns)


def wrote(text: str, place: Place = PLACE, *, reply_to: MessageRef | None = None) -> MessageReceived:
    return MessageReceived(MessageRef(place, "555"), Author("7", "Ann"), text, NOW, "key", reply_to=reply_to)


def told(decision: Decision) -> list[str]:
    """What a decision writes to the tree and its turns, a word for each change."""
    return [word for change in decision.changes if (word := _word(change))]


def _word(change: Change) -> str:
    match change:
        case AddSession(session):
            return f"session {session.title}"
        case AddMessage(message):
            return f"{message.role} {message.id} under {message.parent_id}"
        case AddTurn(turn):
            return f"turn for {turn.prompt_id} is {turn.reply_id}"
        case SetTurn(turn_id, _, status):
            return f"turn {turn_id} {status}"
        case SetLeaf(_, leaf):
            return f"leaf {leaf}"
        case SetMessageStatus(message_id, status):
            return f"{message_id} {status}"
        case MovePosts(from_reply, to_reply):
            return f"posts {from_reply} to {to_reply}"
        case _:
            return ""


def of_kind(decision: Decision, kind: type[Change]) -> Iterable[Change]:
    return [change for change in decision.changes if isinstance(change, kind)]
