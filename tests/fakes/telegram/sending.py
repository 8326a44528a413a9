"""What the bot writes: sendMessage and its kin, with Telegram's checks and refusals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.fakes.telegram.chats import Button, Chat, Message
from tests.fakes.telegram.entities import trimmed, units
from tests.fakes.telegram.params import Json, Params
from tests.fakes.telegram.refusals import (
    BUTTON_EMPTY,
    CAPTION_TOO_LONG,
    NO_DOCUMENT,
    NO_DRAFTS,
    REPLY_NOT_FOUND,
    TEXT_EMPTY,
    TEXT_TOO_LONG,
    bad,
    unparsable,
)
from tests.fakes.telegram.world import StoredFile, World

LONGEST_TEXT = 4096  # UTF-16 units here, the stricter of the two readings
INVISIBLE = "\n\t\r \u00a0\u1680\u180e\u200b\u200c\u200d\u200e\u200f\u202e\u202f\u205f\u2800\u3000\ufeff\ufffc"
LONGEST_CAPTION = 1024
LONGEST_DATA = 64

Method = Callable[[World, Params], object]


def send_message(world: World, params: Params) -> Json:
    chat, thread = world.writable(params)
    text, entities = body_of(world, params, TEXT_TOO_LONG)
    return _post(world, params, chat, thread, text=text, entities=entities).to_json()


def send_document(world: World, params: Params) -> Json:
    """Also photos, stickers and the like: they differ in the field alone."""
    chat, thread = world.writable(params)
    kind = next((kind for kind in ("document", "photo", "sticker", "voice", "audio", "video") if kind in params.files), "document")
    upload = params.files.get(kind) or next(iter(params.files.values()), None)
    if upload is None:
        raise bad(NO_DOCUMENT)
    text, entities = caption_of(world, params)
    media = store_file(world, upload.data, upload.name, upload.mime_type)
    message = _post(world, params, chat, thread, text=text, entities=entities, media={"document": media})
    message.file, message.file_name = upload.data, upload.name
    return message.to_json()


def store_file(world: World, data: bytes, name: str, mime_type: str, size: int = 0) -> Json:
    """Keeps a file; returns it as the API tells of it."""
    number = world.new_id("file")
    file_id = f"file-{number}"
    world.files[file_id] = StoredFile(f"documents/file_{number}", data, size or len(data))
    return {"file_id": file_id, "file_unique_id": f"u{number}", "file_size": size or len(data), "file_name": name, "mime_type": mime_type}


def _post(world: World, params: Params, chat: Chat, thread: int, **content: Any) -> Message:
    replied, quote, thread = _reply(chat, params, thread)
    buttons, force_reply = markup_of(world, params)
    message_id = world.message_id(chat)
    return world.add(
        Message(
            message_id,
            chat,
            world.bot,
            world.now(),
            reply_to=replied,
            quote=quote,
            thread_id=thread,
            by_bot=True,
            buttons=buttons,
            force_reply=force_reply,
            **content,
        )
    )


def body_of(world: World, params: Params, too_long: str) -> tuple[str, list[Json]]:
    """The text of a message; raises Refusal when it is empty to people's eyes, or too long in the words given."""
    text, entities = text_of(world, params, "text", "entities")
    if not text.strip(INVISIBLE):
        world.violations.append("an empty text")
        raise bad(TEXT_EMPTY)
    if units(text) > LONGEST_TEXT:
        world.violations.append(f"a text of {units(text)} units")
        raise bad(too_long)
    return text, entities


def text_of(world: World, params: Params, field: str, entities_field: str) -> tuple[str, list[Json]]:
    raw = params.text(field)
    entities = params.nested(entities_field) or []
    if not isinstance(entities, list):
        raise unparsable(entities_field)
    if params.text("parse_mode"):
        return raw.strip(), []
    world.checked(raw, entities)
    return trimmed(raw, entities)


def caption_of(world: World, params: Params) -> tuple[str, list[Json]]:
    text, entities = text_of(world, params, "caption", "caption_entities")
    if units(text) > LONGEST_CAPTION:
        world.violations.append(f"a caption of {units(text)} units")
        raise bad(CAPTION_TOO_LONG)
    return text, entities


def _reply(chat: Chat, params: Params, thread: int) -> tuple[Message | None, str, int]:
    wanted = params.nested("reply_parameters")
    target = wanted.get("message_id") if isinstance(wanted, dict) else params.number("reply_to_message_id")
    if not target:
        return None, "", thread
    lenient = wanted.get("allow_sending_without_reply") if isinstance(wanted, dict) else params.flag("allow_sending_without_reply")
    replied = chat.everything.get(int(target))
    if replied is None or replied.deleted:
        if lenient in (True, "true", "True"):
            return None, "", thread
        raise bad(REPLY_NOT_FOUND)
    quote = wanted.get("quote", "") if isinstance(wanted, dict) else ""
    if quote and quote not in replied.text:
        raise bad("QUOTE_TEXT_INVALID")
    return replied, quote, thread or replied.thread_id


def markup_of(world: World, params: Params) -> tuple[tuple[tuple[Button, ...], ...], bool]:
    markup = params.nested("reply_markup")
    if not markup:
        return (), False
    rows = markup.get("inline_keyboard") or []
    buttons = tuple(tuple(_button(world, button) for button in row) for row in rows)
    return tuple(row for row in buttons if row), bool(markup.get("force_reply"))


def _button(world: World, button: Json) -> Button:
    label, data, url = button.get("text", ""), button.get("callback_data", ""), button.get("url", "")
    if not label:
        world.violations.append("a button without text")
        raise bad(BUTTON_EMPTY)
    if url:
        return Button(label, url=url)
    if not 1 <= len(data.encode()) <= LONGEST_DATA:
        world.violations.append(f"callback data of {len(data.encode())} bytes")
        raise bad("BUTTON_DATA_INVALID")
    return Button(label, data)


def send_chat_action(world: World, params: Params) -> bool:
    chat, thread = world.writable(params)
    chat.actions.append((world.now(), params.text("action"), thread))
    return True


def send_message_draft(world: World, params: Params) -> bool:
    chat, _ = world.writable(params)
    draft = params.number("draft_id") or 0
    if chat.type != "private":
        raise bad(NO_DRAFTS)
    if not draft:
        raise bad("DRAFT_ID_INVALID")
    text, entities = text_of(world, params, "text", "entities")
    if units(text) > LONGEST_TEXT:
        raise bad(TEXT_TOO_LONG)
    chat.drafts.append((world.now(), draft, text))
    del entities
    chat.changed()
    return True


METHODS: dict[str, Method] = {
    "sendmessage": send_message,
    "senddocument": send_document,
    "sendphoto": send_document,
    "sendchataction": send_chat_action,
    "sendmessagedraft": send_message_draft,
}
