"""Editing and retrying: a version beside the old one, the leaf moved, and an answer owed that is written onto the old one's posts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.changes import AddMessage, Change, ExpectLeaf, SetCurrent, SetEnded, SetLastLeaf, SetLeaf
from bot.events import Place
from bot.messages import Message, Session, Turn
from bot.post_changes import DropPosts, MovePosts
from bot.rules.decision import Asked, Decision, Delivery, Given
from bot.rules.turns import drop, hand_over, owe, owed_reply, stop


@dataclass(frozen=True, slots=True)
class Tail:
    """A branch from the message that a rule is about down to its leaf, with the open turns of the session.

    `answer_place` is where the first answer in it is shown, or another version of it, which is `shown_as` then.
    """

    session: Session
    messages: Sequence[Message]
    turns: Sequence[Turn] = ()
    answer_place: Place | None = None
    shown_as: int | None = None

    @property
    def subject(self) -> Message:
        return self.messages[0]


@dataclass(frozen=True, slots=True)
class Revised:
    """What came of it: the decision, and how many messages stay behind on the old version."""

    decision: Decision
    left_behind: int


def revise(given: Given, tail: Tail, text: str, asked: Asked) -> Revised:
    """A new version of the subject, answered anew. Later messages of the same turn, and those that still wait, are made anew below it."""
    again, answer, left = _cut(tail)
    subject = replace_text(given, tail.subject, text)
    chain = [subject, *_copies(given, subject, again)]
    owed = owe(given, chain[-1], asked, posts_of=_posts_of(tail, answer, asked))
    ended = _end_turns(given, tail, asked, owed, left)
    last = _last(tail, left)
    kept = (SetLastLeaf(tail.subject.id, last),) if last != tail.subject.id else ()
    added = tuple(AddMessage(message) for message in chain)
    moved = (ExpectLeaf(tail.session.id, tail.session.leaf), *reopened(given, tail.session, asked.place))
    return Revised(Decision(moved) + ended + Decision((*kept, *added, SetLeaf(tail.session.id, chain[-1].id))) + owed, _count(left))


def retry(given: Given, tail: Tail, asked: Asked) -> Revised:
    """Answers the subject, a user message, again; the answer there was keeps its branch."""
    again, answer, left = _cut(tail)
    prompt = ([tail.subject, *again])[-1]
    done = answer if answer is not None and answer.status != "open" else None
    owed = owe(given, prompt, asked, posts_of=_posts_of(tail, answer, asked), revises=done)
    ended = _end_turns(given, tail, asked, owed, left)
    kept = (SetLastLeaf(done.host or done.id, _last(tail, left)),) if done is not None else ()
    moved = (ExpectLeaf(tail.session.id, tail.session.leaf), *reopened(given, tail.session, asked.place))
    return Revised(Decision(moved) + ended + Decision((*kept, SetLeaf(tail.session.id, prompt.id))) + owed, _count(left))


def replace_text(given: Given, message: Message, text: str) -> Message:
    """A version of the message with other words, not stored yet."""
    return replace(
        message,
        id=given.next_id(),
        text=text,
        status="complete",
        created_at=given.now,
        revises=message.id,
        shows=None,
        last_leaf=None,
        usage=None,
    )


def _cut(tail: Tail) -> tuple[list[Message], Message | None, list[Message]]:
    """The later user messages of the unfinished turn or turns, the answer below them, and what stays behind.

    While the first answer is being made, whatever came after it still waits, and belongs to the new turn as well. A removed answer is
    none: what it was to is answered by the next one.
    """
    below = list(tail.messages[1:])
    first = next((index for index, message in enumerate(below) if message.role == "assistant" and message.status != "removed"), None)
    end = len(below) if first is None or below[first].status == "open" else first
    again = [message for message in below[:end] if message.role == "user"]
    return again, None if first is None else below[first], below[end + 1 :]


def _count(left: Sequence[Message]) -> int:
    return len([message for message in left if message.status != "removed"])


def _copies(given: Given, parent: Message, messages: Sequence[Message]) -> list[Message]:
    copies: list[Message] = []
    for message in messages:
        if message.status == "removed":
            continue
        message_id = given.next_id()
        copy = replace(
            message,
            id=message_id,
            parent_id=parent.id,
            number=parent.number + 1,
            first_version=message_id,
            revises=None,
            last_leaf=None,
        )
        copies.append(copy)
        parent = copy
    return copies


def _posts_of(tail: Tail, answer: Message | None, asked: Asked) -> int | None:
    """The reply whose posts are written over: none, where it has none, or they are in another place."""
    if tail.answer_place != asked.place:
        return None
    if answer is not None:
        return tail.shown_as or answer.id
    prompts = {message.id for message in tail.messages}
    return next((turn.reply_id for turn in tail.turns if turn.prompt_id in prompts), None)


def _end_turns(given: Given, tail: Tail, asked: Asked, owed: Decision, left: Sequence[Message]) -> Decision:
    """Turns of the branch left are stopped; those whose messages were made anew are merged into the new one, which has posts already."""
    ended = Decision()
    moved = {change.from_reply for change in owed.changes if isinstance(change, MovePosts)}
    behind = {message.id for message in left}
    below = {message.id for message in tail.messages}
    for turn in tail.turns:
        if turn.prompt_id in behind:
            ended += stop(given, turn)
        elif turn.prompt_id in below:
            ended += hand_over(turn, "merged", owed_reply(owed)) if turn.place == asked.place else drop(turn)
            if turn.reply_id not in moved:
                ended += Decision((DropPosts(turn.reply_id),), deliver=(Delivery(turn.reply_id, turn.place, turn.session_id),))
    return ended


def _last(tail: Tail, left: Sequence[Message]) -> int:
    """The leaf of the branch that is left, once its turns have ended."""
    last = tail.messages[-1]
    stopped = next((turn.reply_id for turn in tail.turns if left and turn.prompt_id == last.id), None)
    return stopped or last.host or last.id


def reopened(given: Given, session: Session, place: Place) -> tuple[Change, ...]:
    """What is edited or answered again is open again; and current, where nothing else is."""
    if session.ended_at is None:
        return ()
    current: tuple[Change, ...] = (SetCurrent(place, given.owner_id, session.id),) if given.found.session is None else ()
    return (SetEnded(session.id, None), *current)
