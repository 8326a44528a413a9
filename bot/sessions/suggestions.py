"""Reading for people before a command is given: autocomplete, what to ask for it, and whether its answer is for one person's eyes."""

from __future__ import annotations

from collections.abc import Sequence

from bot.commands.call import message_id_of, whole_number
from bot.commands.catalog import BY_NAME, visible
from bot.commands.tails import meant_by
from bot.events import Author, MessageRef, Place
from bot.found import Found
from bot.messages import Message
from bot.policy import Policy
from bot.ports import Capabilities
from bot.posts import Ask, Choice
from bot.replies import texts
from bot.store import Reader

MOST = 25
RECENT = 40
LABEL = 90


async def suggest(reader: Reader, author: Author, place: Place, option: str, prefix: str) -> Sequence[Choice]:
    """Choices for an option of the catalogue's kinds: sessions, messages by number, commands."""
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
    if option == "message" and found.session is not None:
        branch = await reader.branch(found.session.leaf, RECENT)
        own = [message for message in branch if message.role == "user" and message.status != "removed"]
        choices = [Choice(f"{message.number}. {' '.join(message.text.split())}"[:LABEL], str(message.number)) for message in reversed(own)]
        return [choice for choice in choices if wanted in choice.label.lower()][:MOST]
    return []


async def prompt_for(reader: Reader, author: Author, place: Place, command: str, subject: MessageRef | None) -> Ask | None:
    """The question that a command with a modal begins with, with what stands there now as its prefill."""
    name, _, which = command.partition(" ")
    if name not in BY_NAME or not BY_NAME[name].modal:
        return None
    if name == "ask":
        return Ask(name, texts.ASK_WORDS_LABEL)
    found = await reader.find(place, author.id, subject=subject, post=subject)
    message = await _meant(reader, found, which.strip(), subject)
    if message is None or message.status in ("open", "removed") or not await _may_change(reader, found, message, name):
        return None
    if name == "branch":
        return Ask(f"branch #{message.id:x}", texts.ASK_BRANCH_LABEL.format(number=message.number))
    return Ask(f"{name} #{message.id:x}", texts.ASK_EDIT_LABEL.format(number=message.number), message.text)


def is_private(capabilities: Capabilities, policy: Policy, place: Place, command: str) -> bool:
    """Whether what the command says is for one person's eyes, in a place where others read as well."""
    if capabilities.private == "none":
        return False
    # As the next event in the place will find it: what is stored may still say what the settings said in an earlier life.
    shared = f"{place.platform}:{place.chat_id}" in policy.shared
    return command in BY_NAME and BY_NAME[command].private and (BY_NAME[command].personal or not shared)


async def _meant(reader: Reader, found: Found, which: str, subject: MessageRef | None) -> Message | None:
    """The message at `subject`, with an id or a number, or the newest one of the person."""
    if subject is not None:
        return await meant_by(reader, found.subject) if found.subject is not None else found.shown
    if which.startswith("#"):
        message_id = message_id_of(which)
        return await reader.message(message_id) if message_id is not None else None
    if found.session is None:
        return None
    if which:
        number = whole_number(which)
        return await reader.nth(found.session.leaf, number) if number is not None else None
    branch = await reader.branch(found.session.leaf, RECENT)
    return next((message for message in reversed(branch) if message.role == "user" and message.status != "removed"), None)


async def _may_change(reader: Reader, found: Found, message: Message, command: str) -> bool:
    """What somebody else said is not shown to anybody; in a shared place only who asked may edit."""
    session = await reader.session(message.session_id)
    if session is None or session.deleted_at is not None or found.account is None:
        return False
    if found.place.owner_id is None:
        return session.user_id == found.account.user_id
    return session.user_id == found.place.owner_id and (command != "edit" or message.user_id == found.account.user_id)
