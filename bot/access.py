"""Who may use the bot, asked at one place for every way in."""

from __future__ import annotations

from bot.events import Author, Place
from bot.policy import Policy


def may_use(policy: Policy, author: Author, place: Place) -> bool:
    """Everyone where there is no list; else the people on it, those with a role on it, and everybody in the chats on it. Ids count,
    names never do (X4)."""
    if not policy.allow:
        return True
    return any(f"{place.platform}:{name}" in policy.allow for name in (author.id, place.chat_id, *author.roles))
