"""How a turn begins to be owed, and how it ends before its time: owe, merge, cancel, stop."""

from __future__ import annotations

from typing import Literal

from bot.changes import AddMessage, AddTurn, AdvanceLeaf, Change, FillMessage, SetMessageStatus, SetTurn
from bot.messages import Message, Turn, TurnStatus, Usage
from bot.post_changes import AddPost, DirtyPosts, DropPosts, MovePosts
from bot.posts import Post, post_key
from bot.rules.decision import Abort, Asked, Decision, Delivery, Given, Shown, Waking

OPEN: tuple[TurnStatus, ...] = ("pending", "streaming")


def owe(given: Given, prompt: Message, asked: Asked, *, posts_of: int | None = None, revises: Message | None = None) -> Decision:
    """An answer to `prompt` is owed. It is written onto the posts that show `posts_of`, and is a new version of `revises`."""
    turn = Turn(
        id=given.next_id(),
        session_id=prompt.session_id,
        place=asked.place,
        user_id=given.user_id,
        prompt_id=prompt.id,
        reply_id=given.next_id(),
        received_at=asked.at,
        reply_to=asked.reply_to,
    )
    reply = Message(
        id=turn.reply_id,
        session_id=prompt.session_id,
        parent_id=prompt.id,
        number=prompt.number + 1,
        role="assistant",
        text="",
        status="open",
        created_at=given.now,
        first_version=revises.first_version if revises else turn.reply_id,
        revises=revises.id if revises else None,
        user_id=given.user_id,
    )
    shown: Change = AddPost(_first_post(given, turn)) if posts_of is None else MovePosts(posts_of, turn.reply_id)
    return Decision((AddMessage(reply), AddTurn(turn), shown), wake=(Waking(prompt.session_id, asked.place),))


def _first_post(given: Given, turn: Turn) -> Post:
    """Planned from the start: what is owed to be seen is stored with what is owed to be answered."""
    key = post_key(turn.reply_id, 0)
    return Post(given.next_id(), turn.reply_id, 0, turn.place, "planned", key, reply_to=turn.reply_to)


def owed_reply(decision: Decision) -> int | None:
    """The answer that a decision of `owe` promises."""
    return next((change.turn.reply_id for change in decision.changes if isinstance(change, AddTurn)), None)


def is_visible(given: Given, turn: Turn) -> bool:
    """Whether people can read a word of the turn's answer."""
    shown = given.running.get(turn.id)
    return turn.status == "streaming" and shown is not None and shown.visible


def hand_over(turn: Turn, status: Literal["merged", "cancelled"], heir: int | None) -> Decision:
    """The turn is no longer owed; its posts go to the answer `heir`, which takes its prompt over."""
    return Decision(
        (SetTurn(turn.id, OPEN, status), SetMessageStatus(turn.reply_id, "removed")),
        abort=(Abort(turn.id, heir),),
    )


def drop(turn: Turn) -> Decision:
    """The turn is no longer owed to anybody; its posts are taken away."""
    return Decision(
        (SetTurn(turn.id, OPEN, "cancelled"), SetMessageStatus(turn.reply_id, "removed"), DropPosts(turn.reply_id)),
        abort=(Abort(turn.id, None),),
        deliver=(Delivery(turn.reply_id, turn.place, turn.session_id),),
    )


def redo(turn: Turn) -> Decision:
    """The turn begins anew, on the posts it has: what it answers has changed. What was begun does not count as a failed attempt."""
    again = SetTurn(turn.id, (turn.status,), "pending", started=-1 if turn.status == "streaming" else 0)
    return Decision((again,), wake=(Waking(turn.session_id, turn.place),), abort=(Abort(turn.id, turn.reply_id),))


def stop(given: Given, turn: Turn) -> Decision:
    """Ends a turn with what is there, which stays and is marked."""
    shown = given.running.get(turn.id, Shown("", visible=False))
    usage = Usage(shown.prompt_tokens, given.tokens(shown.text), estimated=True) if shown.prompt_tokens else None
    return Decision(
        (
            SetTurn(turn.id, OPEN, "stopped"),
            FillMessage(turn.reply_id, shown.text, "stopped", usage=usage),
            AdvanceLeaf(turn.session_id, turn.prompt_id, turn.reply_id),
            DirtyPosts(turn.reply_id),
        ),
        abort=(Abort(turn.id, turn.reply_id),),
        deliver=(Delivery(turn.reply_id, turn.place, turn.session_id),),
    )
