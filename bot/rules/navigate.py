"""Moving about in the tree without an answer being owed: versions, undo, removal, and changing an answer's words in place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.changes import AddMessage, ExpectLeaf, SetLastLeaf, SetLeaf, SetMessageStatus, SetShows
from bot.events import Place
from bot.messages import Message, Session, Turn
from bot.post_changes import DropPosts, MovePosts
from bot.rules.decision import Decision, Delivery, Given
from bot.rules.revise import Tail, replace_text
from bot.rules.turns import drop, redo, stop


def reword(given: Given, tail: Tail, text: str) -> Decision:
    """Changes the words of an answer in place: a version of it stands where it stood, and later turns stay under it."""
    answer = tail.subject
    host_id = answer.host or answer.id
    version = replace(replace_text(given, answer, text), host=host_id, finish="stop", source=None)
    place = tail.answer_place
    deliver = (Delivery(version.id, place, tail.session.id),) if place else ()
    return Decision((AddMessage(version), SetShows(host_id, version.id), MovePosts(answer.id, version.id)), deliver=deliver)


def switch(given: Given, tail: Tail, target: Message, leaf: int, shown_now: int | None, shown_then: int | None) -> Decision:
    """Goes to another version of the tail's subject and to the leaf last current under it.

    `tail` begins with the version that stands on the branch now. The posts of the answer `shown_now` are rewritten to show
    `shown_then`. A running turn of the branch left is stopped. A session that has ended stays so: to look at a version is not to go on.
    """
    session, current = tail.session, tail.subject
    host_id = target.host or target.id
    decision = Decision((ExpectLeaf(session.id, session.leaf), SetShows(host_id, target.id if target.host else None)))
    if host_id != (current.host or current.id):
        decision += _leave(given, tail) + Decision((SetLeaf(session.id, leaf),))
    if shown_now is not None and shown_then is not None and shown_now != shown_then:
        deliver = (Delivery(shown_then, tail.answer_place, session.id),) if tail.answer_place else ()
        decision += Decision((MovePosts(shown_now, shown_then),), deliver=deliver)
    return decision


def _leave(given: Given, tail: Tail) -> Decision:
    """Stops what runs on the branch, and remembers its leaf."""
    current, last = tail.subject, tail.messages[-1]
    leaf = last.host or last.id
    left = Decision()
    for turn in tail.turns:
        left += stop(given, turn)
        if turn.prompt_id == leaf:
            leaf = turn.reply_id
    return left + Decision((SetLastLeaf(current.host or current.id, leaf),))


def last_turn(branch: Sequence[Message]) -> Sequence[Message]:
    """The newest turn on a branch: its user messages and the answer, if there is one yet."""
    start = len(branch)
    if start and branch[start - 1].role == "assistant":
        start -= 1
    while start and branch[start - 1].role == "user":
        start -= 1
    return branch[start:]


def undo(given: Given, session: Session, turn: Sequence[Message], turns: Sequence[Turn], place: Place) -> Decision:
    """Takes the turn off the branch, and its posts out of the chat; what the person wrote there stays.

    `turn` has what was removed of it before, too: an answer may be owed to the last of several messages, though that one is gone.
    """
    first = next((message for message in turn if message.status != "removed"), turn[0])
    last = next((message for message in reversed(turn) if message.status != "removed"), turn[-1])
    written = {message.id for message in turn}
    undone = Decision((ExpectLeaf(session.id, session.leaf),))
    for owed in turns:
        if owed.prompt_id in written:
            undone += drop(owed)
    if last.role == "assistant" and last.status != "open":
        undone += Decision((DropPosts(last.id),), deliver=(Delivery(last.id, place),))  # in the lane of the line that says so
    return undone + Decision((SetLastLeaf(first.id, last.host or last.id), SetLeaf(session.id, turn[0].parent_id)))


def remove(given: Given, session: Session, turn: Sequence[Message], turns: Sequence[Turn], place: Place | None) -> Decision:
    """Marks a turn in the middle as removed: context and history skip it, later turns stay."""
    removed = Decision(tuple(SetMessageStatus(message.id, "removed") for message in turn))
    written = {message.id for message in turn}
    for owed in turns:
        if owed.prompt_id in written:
            removed += drop(owed)
    answer = turn[-1]
    if answer.role == "assistant" and answer.status != "open" and place is not None:
        removed += Decision((DropPosts(answer.id),), deliver=(Delivery(answer.id, place, session.id),))
    return removed


def take_out(message: Message, turns: Sequence[Turn]) -> Decision:
    """Marks one of several messages that are answered together as removed. The open `turns` of them are answered without it."""
    taken = Decision((SetMessageStatus(message.id, "removed"),))
    for turn in turns:
        taken += redo(turn)
    return taken
