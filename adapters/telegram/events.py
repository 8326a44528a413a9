"""Telegram's updates become events of the core here; everything that is no event for it becomes None."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from telegram import CallbackQuery, ChatMember, ChatMemberUpdated, Message, Update

from adapters.telegram.reading import (
    PLATFORM,
    Identity,
    IsAdmin,
    attachments_of,
    author_of,
    id_of,
    is_by,
    mentions,
    place_of,
    place_of_message,
    quotation_of,
    ref_of,
    replied_to,
    words_of,
)
from bot.commands.catalog import BY_NAME
from bot.events import (
    Author,
    CommandInvoked,
    Event,
    MessageEdited,
    MessageReceived,
    MessageRef,
    Place,
    PlaceChange,
    PlaceChanged,
)

# Asked for by name: without a list the server goes on with whatever was asked for last.
ALLOWED_UPDATES = (Update.MESSAGE, Update.EDITED_MESSAGE, Update.CALLBACK_QUERY, Update.MY_CHAT_MEMBER)

_LEAST_SMALL = -999_999_999_999
"""Ids of small groups go down to this; those of supergroups and channels lie below it [Bot API: Dialog IDs]."""
_AWAY = frozenset({ChatMember.LEFT, ChatMember.BANNED})


@dataclass(frozen=True, slots=True)
class Reader:
    """What one must know to read an update. `bare_commands`: in groups `/new` is for this bot too, not only `/new@its_name`."""

    me: Identity
    is_admin: IsAdmin
    bare_commands: bool = True

    def event(self, update: Update, now: datetime) -> Event | None:
        """The event, or None when there is nothing in it for the core."""
        if update.message is not None:
            return self._message(update.message, self._key(update, update.message.message_id))
        if update.edited_message is not None:
            return self._edited(update.edited_message, self._key(update, update.edited_message.message_id))
        if update.callback_query is not None:
            return self._pressed(update.callback_query, self._key(update, update.callback_query.id), now)
        if update.my_chat_member is not None:
            return self._membership(update.my_chat_member, self._key(update, update.my_chat_member.chat.id))
        return None

    def _key(self, update: Update, subject: int | str) -> str:
        """After a week of silence Telegram begins anew with any update id, so the id alone may come again for something else."""
        return f"{PLATFORM}:{self.me.id}:{update.update_id}:{subject}"

    def _message(self, message: Message, key: str) -> Event | None:
        moved = _moved(message, key)
        if moved is not None:
            return moved
        author = author_of(message, self.is_admin)
        if author is None:
            return None
        words = words_of(message, self.me)
        if message.forward_origin is None and _is_command(words):
            return self._command(message, author, words, key)
        attachments = attachments_of(message)
        if not words and not attachments and not mentions(message, self.me):
            return None  # a note of Telegram's: somebody joined, a title changed ...
        reply = replied_to(message)
        return MessageReceived(
            ref_of(message),
            author,
            words,
            message.date,
            key,
            attachments,
            ref_of(reply) if reply is not None else None,
            quotation_of(message, self.me),
            self._addressed(message),
            message.forward_origin is not None,
        )

    def _addressed(self, message: Message) -> bool:
        if message.chat.type == "private":
            return True
        return message.forward_origin is None and (mentions(message, self.me) or is_by(replied_to(message), self.me))

    def _command(self, message: Message, author: Author, words: str, key: str) -> CommandInvoked | None:
        first = words.split(None, 1)[0]
        name, _, target = first[1:].lower().partition("@")
        if target and target != self.me.username.lower():
            return None
        alone = not target and message.chat.type != "private" and not self._addressed(message)
        if alone and not (self.bare_commands and name in BY_NAME):
            return None  # in a group an unknown command is some other bot's
        reply = replied_to(message)
        return CommandInvoked(
            ref_of(message),
            author,
            name,
            words[len(first) :].strip(),
            message.date,
            key,
            attachments_of(message),
            ref_of(reply) if reply is not None else None,
        )

    def _edited(self, message: Message, key: str) -> MessageEdited | None:
        """A live location is edited all the time, and is no text; an edit runs no command, and none is a text either (U20)."""
        author = author_of(message, self.is_admin)
        words = words_of(message, self.me)
        if author is None or message.location is not None or _is_command(words):
            return None
        return MessageEdited(ref_of(message), author, words, message.edit_date or message.date, key)

    def _pressed(self, query: CallbackQuery, key: str, now: datetime) -> CommandInvoked | None:
        """The button's data is the command as it would be typed. A post may be so old that Telegram no longer shows it."""
        if query.message is None or not query.data or not query.data.strip() or query.from_user.is_bot:
            return None
        chat, user = query.message.chat, query.from_user
        place = place_of_message(query.message) if isinstance(query.message, Message) else place_of(chat, None)
        name, _, args = query.data.strip().partition(" ")
        admin = chat.type != "private" and self.is_admin(str(chat.id), str(user.id))
        author = Author(id_of(user.id), user.full_name, user.language_code or "", is_admin=admin)
        ref = MessageRef(place, id_of(query.message.message_id))
        return CommandInvoked(ref, author, name.lower(), args.strip(), now, key, pressed=True)

    def _membership(self, change: ChatMemberUpdated, key: str) -> PlaceChanged | None:
        if change.chat.type == "channel":
            return None
        was_away, is_away = change.old_chat_member.status in _AWAY, change.new_chat_member.status in _AWAY
        if was_away == is_away:
            return None
        private = change.chat.type == "private"
        kind: PlaceChange = ("blocked" if private else "removed") if is_away else ("unblocked" if private else "added")
        return PlaceChanged(place_of(change.chat, None), kind, key)


def _is_command(words: str) -> bool:
    return len(words) > 1 and words[0] == "/" and not words[1].isspace()


def _moved(message: Message, key: str) -> PlaceChanged | None:
    """Telegram tells of a migration twice, in the old chat and in the new, in any order; both say the same. What nobody but Telegram's own
    note would say is not believed, or somebody else's conversations could be had by it (X27)."""
    here = message.chat
    if message.forward_origin is not None or message.text or message.caption:
        return None
    if message.migrate_to_chat_id is not None:
        new = Place(PLATFORM, id_of(message.migrate_to_chat_id), kind="group")
        return PlaceChanged(place_of(here, None), "moved", key, new) if here.type == "group" and message.migrate_to_chat_id < 0 else None
    if message.migrate_from_chat_id is not None:
        old = Place(PLATFORM, id_of(message.migrate_from_chat_id), kind="group")
        small = _LEAST_SMALL <= message.migrate_from_chat_id < 0
        return PlaceChanged(old, "moved", key, place_of(here, None)) if here.type == "supergroup" and small else None
    return None
