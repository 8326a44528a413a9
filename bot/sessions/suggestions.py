"""Autocomplete, and what to ask before a command that needs text: reads only."""

from __future__ import annotations

from collections.abc import Sequence

from bot.commands.catalog import BY_NAME, visible
from bot.events import Author, Place
from bot.ports import Choice, Reader
from bot.posts import Ask
from bot.replies import texts

MOST = 25
RECENT = 40
LABEL = 90


async def suggest(reader: Reader, author: Author, place: Place, option: str, prefix: str) -> Sequence[Choice]:
    """Choices for an option of the catalogue's kinds: sessions, message numbers, commands."""
    wanted = prefix.strip().lower()
    if option == "command":
        return [Choice(f"/{command.name}", command.name) for command in visible() if command.name.startswith(wanted.lstrip("/"))][:MOST]
    found = await reader.find(place, author.id)
    if found.account is None:
        return []
    if option == "session":
        summaries = await reader.sessions(found.place.owner_id or found.account.user_id, (), 0, MOST * 4)
        ids = [(f"#{await reader.short_id(summary.session)}", summary.session.title or texts.UNTITLED) for summary in summaries]
        fitting = [Choice(f"{short} {title}"[:LABEL], short) for short, title in ids if wanted.lstrip("#") in f"{short} {title}".lower()]
        return fitting[:MOST]
    if option == "number" and found.session is not None:
        branch = await reader.branch(found.session.leaf, RECENT)
        own = [message for message in branch if message.role == "user" and message.status != "removed"]
        choices = [Choice(f"{message.number}. {' '.join(message.text.split())}"[:LABEL], str(message.number)) for message in reversed(own)]
        return [choice for choice in choices if wanted in choice.label.lower()][:MOST]
    return []


async def prompt_for(reader: Reader, author: Author, place: Place, command: str) -> Ask | None:
    """The question that a command with a modal begins with, with what stands there now as its prefill."""
    name, _, number = command.partition(" ")
    found = await reader.find(place, author.id)
    if name not in BY_NAME or not BY_NAME[name].modal or found.session is None:
        return None
    for message in reversed(await reader.branch(found.session.leaf, RECENT)):
        chosen = str(message.number) == number.strip() if number.strip() else message.role == "user"
        if chosen and message.status != "removed":
            return Ask(f"{name} #{message.id:x}", texts.ASK_EDIT_LABEL.format(number=message.number), message.text)
    return None
