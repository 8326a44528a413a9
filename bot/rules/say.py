"""Saying something that is no answer of the model: a reply is planned in the same transaction as what it tells of."""

from __future__ import annotations

from bot.events import CommandInvoked, MessageRef, Place
from bot.post_changes import AddPost, DirtyPosts
from bot.posts import Ask, ButtonRow, Content, Post, post_key
from bot.rules.decision import Decision, Delivery, Given


def say(
    given: Given,
    place: Place,
    text: str,
    *,
    buttons: tuple[ButtonRow, ...] = (),
    ask: Ask | None = None,
    reply_to: MessageRef | None = None,
    audience: str = "",
) -> Decision:
    """A reply of the bot in the place. In a group it replies to `reply_to`, so that people see whom it is for."""
    reply_id = given.next_id()
    post = Post(
        id=given.next_id(),
        reply_id=reply_id,
        ordinal=0,
        place=place,
        state="planned",
        key=post_key(reply_id, 0),
        content=Content(text, buttons, audience=audience, ask=ask),
        reply_to=reply_to,
        user_id=given.user_id,
    )
    return Decision((AddPost(post),), deliver=(Delivery(reply_id, place),))


def attached(event: CommandInvoked) -> MessageRef | None:
    """What a reply to the command hangs on: what it came by; else in a group the message, but no post whose button was pressed."""
    if event.via is not None:
        return event.via
    return event.ref if event.ref.place.kind == "group" and not event.pressed else None


def say_instead(reply_id: int, place: Place, text: str, buttons: tuple[ButtonRow, ...] = (), audience: str = "") -> Decision:
    """Puts other words into a reply that stands there already."""
    content = Content(text, buttons, audience=audience)
    return Decision((DirtyPosts(reply_id, content),), deliver=(Delivery(reply_id, place),))
