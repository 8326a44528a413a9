"""What the bot writes: sendMessage and its kin, edits, deletions and answers to presses, each with Telegram's refusals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.fakes.telegram.chats import Button, Chat, Message
from tests.fakes.telegram.entities import trimmed, units
from tests.fakes.telegram.params import Json, Params
from tests.fakes.telegram.refusals import NOT_MODIFIED, TOO_OLD, bad
from tests.fakes.telegram.world import QUERY_LIFE, StoredFile, World

LONGEST_TEXT = 4096  # UTF-16 units here, the stricter of the two readings
LONGEST_CAPTION = 1024
LONGEST_DATA = 64
DELETABLE = 48 * 3600.0

Method = Callable[[World, Params], object]


def send_message(world: World, params: Params) -> Json:
    chat, thread = world.writable(params)
    text, entities = _text(world, params, "text", "entities")
    if not text:
        raise bad("message text is empty")
    if units(text) > LONGEST_TEXT:
        world.violations.append(f"a text of {units(text)} units")
        raise bad("message is too long")
    return _post(world, params, chat, thread, text=text, entities=entities).to_json()


def send_document(world: World, params: Params) -> Json:
    """Also photos, stickers and the like: they differ in the field alone."""
    chat, thread = world.writable(params)
    kind = next((kind for kind in ("document", "photo", "sticker", "voice", "audio", "video") if kind in params.files), "document")
    upload = params.files.get(kind) or next(iter(params.files.values()), None)
    if upload is None:
        raise bad("there is no document in the request")
    text, entities = _caption(world, params)
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
    buttons, force_reply = _markup(world, params)
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


def _text(world: World, params: Params, field: str, entities_field: str) -> tuple[str, list[Json]]:
    raw = params.text(field)
    entities = params.nested(entities_field) or []
    if not isinstance(entities, list):
        raise bad(f"can't parse {entities_field} JSON object")
    if params.text("parse_mode"):
        return raw.strip(), []
    world.checked(raw, entities)
    return trimmed(raw, entities)


def _caption(world: World, params: Params) -> tuple[str, list[Json]]:
    text, entities = _text(world, params, "caption", "caption_entities")
    if units(text) > LONGEST_CAPTION:
        world.violations.append(f"a caption of {units(text)} units")
        raise bad("message caption is too long")
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
        raise bad("message to be replied not found")
    quote = wanted.get("quote", "") if isinstance(wanted, dict) else ""
    if quote and quote not in replied.text:
        raise bad("QUOTE_TEXT_INVALID")
    return replied, quote, thread or replied.thread_id


def _markup(world: World, params: Params) -> tuple[tuple[tuple[Button, ...], ...], bool]:
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
        raise bad("inline keyboard button text can't be empty")
    if url:
        return Button(label, url=url)
    if not 1 <= len(data.encode()) <= LONGEST_DATA:
        world.violations.append(f"callback data of {len(data.encode())} bytes")
        raise bad("BUTTON_DATA_INVALID")
    return Button(label, data)


def _editable(world: World, params: Params) -> Message:
    chat = world.chat_of(params)
    message = chat.everything.get(params.number("message_id") or 0)
    if message is None or message.deleted:
        raise bad("message to edit not found")
    if not message.by_bot:
        raise bad("message can't be edited")
    return message


def edit_message_text(world: World, params: Params) -> Json:
    message = _editable(world, params)
    if message.media:
        raise bad("there is no text in the message to edit")
    text, entities = _text(world, params, "text", "entities")
    if not text:
        raise bad("message text is empty")
    if units(text) > LONGEST_TEXT:
        world.violations.append(f"a text of {units(text)} units")
        raise bad("MESSAGE_TOO_LONG")
    return _changed(world, params, message, text, entities)


def edit_message_caption(world: World, params: Params) -> Json:
    message = _editable(world, params)
    if not message.media:
        raise bad("there is no caption in the message to edit")
    return _changed(world, params, message, *_caption(world, params))


def edit_message_reply_markup(world: World, params: Params) -> Json:
    message = _editable(world, params)
    return _changed(world, params, message, message.text, message.entities)


def _changed(world: World, params: Params, message: Message, text: str, entities: list[Json]) -> Json:
    buttons, _ = _markup(world, params)
    if (text, entities, buttons) == (message.text, message.entities, message.buttons):
        raise bad(NOT_MODIFIED.removeprefix("Bad Request: "))
    if text != message.text:
        message.history.append((world.now(), text))
    message.text, message.entities, message.buttons = text, entities, buttons
    message.edit_date = world.now()
    message.chat.changed()
    return message.to_json()


def edit_message_media(world: World, params: Params) -> Json:
    message = _editable(world, params)
    media = params.nested("media") or {}
    upload = params.files.get(str(media.get("media", "")).removeprefix("attach://")) or next(iter(params.files.values()), None)
    if upload is None:
        raise bad("wrong file identifier/HTTP URL specified")
    caption, entities = trimmed(media.get("caption") or "", media.get("caption_entities") or [])
    message.media = {"document": store_file(world, upload.data, upload.name, upload.mime_type)}
    message.file, message.file_name = upload.data, upload.name
    message.text, message.entities, message.buttons = caption, entities, _markup(world, params)[0]
    message.edit_date = world.now()
    message.history.append((world.now(), caption))
    message.chat.changed()
    return message.to_json()


def delete_message(world: World, params: Params) -> bool:
    _delete(world, world.chat_of(params), params.number("message_id") or 0)
    return True


def delete_messages(world: World, params: Params) -> bool:
    """Telegram skips what is gone already."""
    chat = world.chat_of(params)
    for message_id in params.nested("message_ids") or []:
        message = chat.everything.get(int(message_id))
        if message is not None and not message.deleted:
            _delete(world, chat, int(message_id))
    return True


def _delete(world: World, chat: Chat, message_id: int) -> None:
    message = chat.everything.get(message_id)
    if message is None or message.deleted:
        raise bad("message to delete not found")
    if world.now() - message.date > DELETABLE and not chat.bot_may_delete:
        raise bad("message can't be deleted for everyone")
    if not message.by_bot and not chat.bot_may_delete and chat.type != "private":
        raise bad("message can't be deleted")
    message.deleted = True
    chat.changed()


def answer_callback_query(world: World, params: Params) -> bool:
    press = world.presses.get(params.text("callback_query_id"))
    if press is None or world.now() - press.at > QUERY_LIFE:
        raise bad(TOO_OLD.removeprefix("Bad Request: "))
    text = params.text("text")
    if len(text) > 200:
        raise bad("MESSAGE_TOO_LONG")
    press.answered += 1
    press.text, press.alert = text, params.flag("show_alert")
    press.done.set()
    return True


def send_chat_action(world: World, params: Params) -> bool:
    chat, thread = world.writable(params)
    chat.actions.append((world.now(), params.text("action"), thread))
    return True


def send_message_draft(world: World, params: Params) -> bool:
    chat, _ = world.writable(params)
    draft = params.number("draft_id") or 0
    if chat.type != "private":
        raise bad("can't send message drafts to the chat")
    if not draft:
        raise bad("DRAFT_ID_INVALID")
    text, entities = _text(world, params, "text", "entities")
    if units(text) > LONGEST_TEXT:
        raise bad("message is too long")
    chat.drafts.append((world.now(), draft, text))
    del entities
    chat.changed()
    return True


METHODS: dict[str, Method] = {
    "sendmessage": send_message,
    "senddocument": send_document,
    "sendphoto": send_document,
    "editmessagetext": edit_message_text,
    "editmessagecaption": edit_message_caption,
    "editmessagereplymarkup": edit_message_reply_markup,
    "editmessagemedia": edit_message_media,
    "deletemessage": delete_message,
    "deletemessages": delete_messages,
    "answercallbackquery": answer_callback_query,
    "sendchataction": send_chat_action,
    "sendmessagedraft": send_message_draft,
}
