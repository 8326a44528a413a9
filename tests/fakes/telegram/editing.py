"""What the bot changes: edits, deletions and answers to presses, each with Telegram's refusals."""

from __future__ import annotations

from tests.fakes.telegram.chats import Chat, Message
from tests.fakes.telegram.entities import trimmed
from tests.fakes.telegram.params import Json, Params
from tests.fakes.telegram.refusals import (
    DELETE_NOT_FOUND,
    EDIT_NOT_FOUND,
    NO_CAPTION_TO_EDIT,
    NO_TEXT_TO_EDIT,
    NOT_DELETABLE,
    NOT_EDITABLE,
    NOT_MODIFIED,
    TOO_OLD,
    TOO_OLD_TO_DELETE,
    WRONG_MEDIA,
    bad,
)
from tests.fakes.telegram.sending import Method, body_of, caption_of, markup_of, store_file
from tests.fakes.telegram.world import QUERY_LIFE, World

DELETABLE = 48 * 3600.0  # seconds


def _editable(world: World, params: Params) -> Message:
    chat = world.chat_of(params)
    message = chat.everything.get(params.number("message_id") or 0)
    if message is None or message.deleted:
        raise bad(EDIT_NOT_FOUND)
    if not message.by_bot or message.force_reply:
        raise bad(NOT_EDITABLE)
    return message


def edit_message_text(world: World, params: Params) -> Json:
    message = _editable(world, params)
    if message.media:
        raise bad(NO_TEXT_TO_EDIT)
    text, entities = body_of(world, params, "MESSAGE_TOO_LONG")
    return _changed(world, params, message, text, entities)


def edit_message_caption(world: World, params: Params) -> Json:
    message = _editable(world, params)
    if not message.media:
        raise bad(NO_CAPTION_TO_EDIT)
    return _changed(world, params, message, *caption_of(world, params))


def edit_message_reply_markup(world: World, params: Params) -> Json:
    message = _editable(world, params)
    return _changed(world, params, message, message.text, message.entities)


def _changed(world: World, params: Params, message: Message, text: str, entities: list[Json]) -> Json:
    buttons, _ = markup_of(world, params)
    if (text, entities, buttons) == (message.text, message.entities, message.buttons):
        raise bad(NOT_MODIFIED)
    if text != message.text:
        message.history.append((world.now(), text))
    message.text, message.entities, message.buttons = text, entities, buttons
    message.edit_date = world.now()
    world.changed(message)
    return message.to_json()


def edit_message_media(world: World, params: Params) -> Json:
    message = _editable(world, params)
    media = params.nested("media") or {}
    upload = params.files.get(str(media.get("media", "")).removeprefix("attach://")) or next(iter(params.files.values()), None)
    if upload is None:
        raise bad(WRONG_MEDIA)
    caption, entities = trimmed(media.get("caption") or "", media.get("caption_entities") or [])
    message.media = {"document": store_file(world, upload.data, upload.name, upload.mime_type)}
    message.file, message.file_name = upload.data, upload.name
    message.text, message.entities, message.buttons = caption, entities, markup_of(world, params)[0]
    message.edit_date = world.now()
    message.history.append((world.now(), caption))
    world.changed(message)
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
        raise bad(DELETE_NOT_FOUND)
    if world.now() - message.date > DELETABLE and not chat.bot_may_delete:
        raise bad(TOO_OLD_TO_DELETE)
    if not message.by_bot and not chat.bot_may_delete and chat.type != "private":
        raise bad(NOT_DELETABLE)
    message.deleted = True
    world.changed(message)


def answer_callback_query(world: World, params: Params) -> bool:
    press = world.presses.get(params.text("callback_query_id"))
    if press is None or world.now() - press.at > QUERY_LIFE:
        raise bad(TOO_OLD)
    text = params.text("text")
    if len(text) > 200:
        raise bad("MESSAGE_TOO_LONG")
    press.answered += 1
    press.text, press.alert = text, params.flag("show_alert")
    press.done.set()
    return True


METHODS: dict[str, Method] = {
    "editmessagetext": edit_message_text,
    "editmessagecaption": edit_message_caption,
    "editmessagereplymarkup": edit_message_reply_markup,
    "editmessagemedia": edit_message_media,
    "deletemessage": delete_message,
    "deletemessages": delete_messages,
    "answercallbackquery": answer_callback_query,
}
