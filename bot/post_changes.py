"""What a decision writes about posts: the records of `changes.py` by which a reply is shown, shown anew, or taken away."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.events import MessageRef
from bot.posts import Content, Post, PostState


@dataclass(frozen=True, slots=True)
class AddPost:
    post: Post


@dataclass(frozen=True, slots=True)
class SetPost:
    """Moves a post on. `ref` replaces the stored one unless None."""

    post_id: int
    state: PostState
    ref: MessageRef | None = None
    not_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class MovePosts:
    """The posts that showed `from_reply` are to show `to_reply`: final ones become placed again, and so do those that were to be taken
    away; planned ones stay so.

    Where `to_reply` is shown on other posts already, in another place or in this one, those are let go: they stay as they are. An answer
    is kept in one place, and each part of it on one post.
    """

    from_reply: int
    to_reply: int


@dataclass(frozen=True, slots=True)
class DirtyPosts:
    """The posts of a reply no longer show what they should: final ones become placed. `content` replaces a command's reply."""

    reply_id: int
    content: Content | None = None


@dataclass(frozen=True, slots=True)
class DropPosts:
    """The posts of a reply are to be taken away: they become surplus, also those that were planned, since they may be there."""

    reply_id: int
