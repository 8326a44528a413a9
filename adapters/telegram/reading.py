"""Reads one Telegram message: its words without the bot's name, what hangs on it, what it quotes, and who wrote it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from telegram import (
    Chat,
    ExternalReplyInfo,
    Message,
    MessageEntity,
    MessageOrigin,
    MessageOriginChannel,
    MessageOriginChat,
    MessageOriginHiddenUser,
    MessageOriginUser,
    PhotoSize,
)

from bot.events import Attachment, Author, MessageRef, Place, Quotation

PLATFORM = "telegram"
TO_CHANNEL = "c"
"""What the id of a topic of direct messages to a channel begins with, so that it is that of no other topic."""

IsAdmin = Callable[[str, str], bool]


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the bot is, as getMe says."""

    id: int
    username: str
    name: str = ""


# What can be in a message besides words, in the order in which it is looked for: an animation comes as a document too.
_FILES = ("animation", "document", "audio", "voice", "video", "video_note", "sticker")
_WITHOUT_FILE = ("poll", "location", "venue", "contact", "dice", "game", "story", "invoice", "paid_media", "giveaway", "checklist")
# What stands around the contents of a message.
_ENVELOPE = frozenset(
    {
        "message_id",
        "message_thread_id",
        "direct_messages_topic",
        "is_topic_message",
        "date",
        "edit_date",
        "chat",
        "from",
        "sender_chat",
        "sender_boost_count",
        "sender_business_bot",
        "business_connection_id",
        "author_signature",
        "via_bot",
        "has_protected_content",
        "is_from_offline",
        "is_paid_post",
        "is_automatic_forward",
        "forward_origin",
        "reply_to_message",
        "reply_to_story",
        "reply_to_checklist_task_id",
        "external_reply",
        "quote",
        "media_group_id",
        "effect_id",
        "paid_star_count",
        "reply_markup",
        "link_preview_options",
        "show_caption_above_media",
        "has_media_spoiler",
    }
)
_MIME_TYPES = {"voice": "audio/ogg", "video_note": "video/mp4", "animation": "video/mp4", "sticker": "image/webp"}


def id_of(number: object) -> str:
    """An id as the core has it. Raises TypeError for what is no whole number: the library takes anything."""
    if type(number) is not int or abs(number) >= 1 << 63:
        raise TypeError("no id")
    return str(number)


def place_of(chat: Chat, thread_id: int | None) -> Place:
    return Place(PLATFORM, id_of(chat.id), id_of(thread_id) if thread_id else "", "private" if chat.type == "private" else "group")


def place_of_message(message: Message) -> Place:
    """In ordinary groups a thread id is a mere chain of replies; it names a place only where the message is in a topic. All direct
    messages to a channel are one chat, in which each person has a topic."""
    if message.direct_messages_topic is not None:
        return replace(place_of(message.chat, None), thread_id=TO_CHANNEL + id_of(message.direct_messages_topic.topic_id))
    return place_of(message.chat, message.message_thread_id if message.is_topic_message else None)


def ref_of(message: Message) -> MessageRef:
    return MessageRef(place_of_message(message), id_of(message.message_id))


def author_of(message: Message, is_admin: IsAdmin) -> Author | None:
    """None for whom the bot does not listen to: other bots, channels, and posts that Telegram itself forwards.

    Admins who write in the name of their group are one account, the group's own, and an admin there.
    """
    chat, sender, user = message.chat, message.sender_chat, message.from_user
    if message.is_automatic_forward or chat.type == "channel":
        return None
    if sender is not None:
        return Author(id_of(sender.id), sender.title or "", is_admin=True) if sender.id == chat.id else None
    if user is None or user.is_bot:
        return None
    admin = chat.type != "private" and is_admin(str(chat.id), str(user.id))
    return Author(id_of(user.id), user.full_name, user.language_code or "", is_admin=admin)


def words_of(message: Message, me: Identity) -> str:
    """The text or caption; in groups without the bot's name, which is no more than the address on the envelope."""
    text = message.text or message.caption or ""
    if not isinstance(text, str):
        raise TypeError("no text")
    if message.chat.type == "private":
        return text
    for start, end in reversed(_mentions(message, me)):
        before, after = _cut(text, start, end)
        text = after.lstrip(" \t\n,:") if not before.strip() else before.rstrip(" ") + after
    return text


def mentions(message: Message, me: Identity) -> bool:
    return bool(_mentions(message, me))


def _mentions(message: Message, me: Identity) -> list[tuple[int, int]]:
    """Where the bot is named, in UTF-16 units."""
    text = message.text or message.caption or ""
    found = []
    for entity in message.entities or message.caption_entities:
        if (entity.type == MessageEntity.TEXT_MENTION and entity.user is not None and entity.user.id == me.id) or (
            entity.type == MessageEntity.MENTION and _slice(text, entity).lower() == f"@{me.username}".lower()
        ):
            found.append((entity.offset, entity.offset + entity.length))
    return found


def _slice(text: str, entity: MessageEntity) -> str:
    units = text.encode("utf-16-le", "surrogatepass")
    return units[entity.offset * 2 : (entity.offset + entity.length) * 2].decode("utf-16-le", "replace")


def _cut(text: str, start: int, end: int) -> tuple[str, str]:
    units = text.encode("utf-16-le", "surrogatepass")
    return units[: start * 2].decode("utf-16-le", "surrogatepass"), units[end * 2 :].decode("utf-16-le", "surrogatepass")


def attachments_of(message: Message) -> tuple[Attachment, ...]:
    """What hangs on the message; kinds that the bot cannot read are named too, so that it can say so."""
    if message.photo:
        photo = message.photo[-1]  # the largest
        return (Attachment("photo", "image/jpeg", photo.file_size or 0, "photo.jpg", photo.file_id),)
    for kind in _FILES:
        file = getattr(message, kind)
        if file is not None and not isinstance(file, PhotoSize):
            mime_type = getattr(file, "mime_type", None) or _MIME_TYPES.get(kind, "application/octet-stream")
            return (Attachment(kind, mime_type, file.file_size or 0, getattr(file, "file_name", None) or kind, file.file_id),)
    for kind in _WITHOUT_FILE:
        if getattr(message, kind, None) is not None:
            return (Attachment(kind, "", 0, kind, ""),)
    newer = _newer_kind(message)
    return (Attachment(newer, "", 0, newer, ""),) if newer else ()


def _newer_kind(message: Message) -> str:
    """What there is besides the envelope, where the library knows none of it: a kind of message that is newer than it is."""
    if not message.api_kwargs:
        return ""
    contents = {name for name, value in message.to_dict().items() if value} - _ENVELOPE
    return min(contents) if contents and contents <= message.api_kwargs.keys() else ""


def replied_to(message: Message) -> Message | None:
    """The message that this one replies to; in a topic every message seems to reply to the note that opened it."""
    reply = message.reply_to_message
    if reply is None or (message.is_topic_message and reply.message_id == message.message_thread_id):
        return None
    return reply


def is_by(message: Message | None, me: Identity) -> bool:
    return message is not None and message.from_user is not None and message.from_user.id == me.id


def quotation_of(message: Message, me: Identity) -> Quotation | None:
    """Words picked for quoting; or all of a message that is not the bot's own, to which this one replies."""
    reply, quote = replied_to(message), message.quote
    if reply is None:
        if message.external_reply is None or quote is None:
            return None
        return Quotation(quote.text, _origin_name(message.external_reply))
    if quote is not None and quote.text:
        return Quotation(quote.text, _name(reply))
    text = reply.text or reply.caption
    if not text or is_by(reply, me):
        return None
    return Quotation(text, _name(reply))


def _name(message: Message) -> str:
    if message.sender_chat is not None:
        return message.sender_chat.title or ""
    return message.from_user.full_name if message.from_user is not None else ""


def _origin_name(reply: ExternalReplyInfo) -> str:
    origin: MessageOrigin = reply.origin
    match origin:
        case MessageOriginUser():
            return origin.sender_user.full_name
        case MessageOriginHiddenUser():
            return origin.sender_user_name
        case MessageOriginChat():
            return origin.sender_chat.title or ""
        case MessageOriginChannel():
            return origin.chat.title or ""
        case _:
            return ""
