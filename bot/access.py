"""Who may use the bot, asked at one place for every way in."""

from __future__ import annotations

from bot.events import Author, Place
from bot.policy import Policy


def may_use(policy: Policy, author: Author, place: Place) -> bool:
    """Everyone where there is no list; else the people on it, and everybody in the chats on it. Ids count, names never do (X4)."""
    if not policy.allow:
        return True
    return f"{place.platform}:{author.id}" in policy.allow or f"{place.platform}:{place.chat_id}" in policy.allow
