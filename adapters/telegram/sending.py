"""What the bot does on Telegram: send, edit, delete, fetch, each through the flood limits and with its errors translated."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import replace
from typing import Any, TypeVar

from telegram import Bot, InputFile, InputMediaDocument
from telegram.constants import ChatAction
from telegram.error import BadRequest, InvalidToken, NetworkError, RetryAfter, TelegramError

from adapters.calls.backoff import Backoff
from adapters.calls.flights import Flights
from adapters.telegram.captions import fits
from adapters.telegram.entities import to_bot_api
from adapters.telegram.errors import Refusal, refusal, seconds, translated, unanswered
from adapters.telegram.gate import Gate
from adapters.telegram.keyboards import Json, keyboard_of
from adapters.telegram.reading import TO_CHANNEL
from bot.errors import ContentRefused
from bot.events import Attachment, MessageRef, Place
from bot.ports import Clock
from bot.posts import Part

T = TypeVar("T")

MAX_DOWNLOAD = 20 * 1024 * 1024
EDIT_TRIES = 2
"""A lost connection costs no pause of the poster's, who goes on trying: it knows of crashes, and that the text may be outdated by then."""
DELETE_TRIES = 4
_NO_PREVIEW = {"is_disabled": True}

# By their own names the library would parse the message that comes back, at a third of a call's cost; and where it cannot, for
# something new in a message replied to, it would raise although the post was sent.
_SEND_MESSAGE, _SEND_DOCUMENT, _EDIT_TEXT, _EDIT_MEDIA = "send_Message", "send_Document", "edit_Message_Text", "edit_Message_Media"


class Sender:
    """One for each bot. Edits and deletions may be repeated, so they are, a little, when no answer comes; sends may not, and are not."""

    def __init__(self, bot: Bot, gate: Gate, flights: Flights, clock: Clock) -> None:
        self._bot = bot
        self._gate = gate
        self._flights = flights
        self._clock = clock

    async def send(self, place: Place, part: Part, reply_to: MessageRef | None, preview: bool) -> MessageRef:
        """Raises SendUnknown when it may have been sent, RateLimited when it was not and may be later."""
        try:
            async with self._gate.passing(place.chat_id, "placeholder" if preview else "final"):
                message_id = await self._plainly(place.chat_id, part, lambda formatted: self._send(place, part, reply_to, formatted))
        except TelegramError as error:
            raise translated(error, place) from None
        return MessageRef(place, str(message_id))

    async def edit(self, ref: MessageRef, part: Part, preview: bool) -> None:
        """A preview is tried once, and only where there is room for it. A question that stands cannot be edited, nor need it be: it was
        sent whole."""
        chat_id = ref.place.chat_id
        fine: tuple[Refusal, ...] = ("same", "fixed") if part.ask is not None else ("same",)

        async def once() -> None:
            if preview:
                self._gate.squeeze_in(chat_id)
                await self._plainly(chat_id, part, lambda formatted: self._edit(ref, part, formatted))
                return
            async with self._gate.passing(chat_id, "final"):
                await self._plainly(chat_id, part, lambda formatted: self._edit(ref, part, formatted))

        await self._repeated(ref.place, once, 1 if preview else EDIT_TRIES, *fine)

    async def delete(self, ref: MessageRef) -> None:
        async def once() -> None:
            await self._call(ref.place.chat_id, self._bot.delete_message(int(ref.place.chat_id), int(ref.message_id)))

        await self._repeated(ref.place, once, DELETE_TRIES, "gone")

    async def typing(self, place: Place) -> None:
        """Left out where there is no room, and where Telegram would show it to others; a refusal means nothing."""
        if place.thread_id.startswith(TO_CHANNEL) or not self._gate.has_room(place.chat_id):
            return
        call = self._bot.send_chat_action(int(place.chat_id), ChatAction.TYPING, **_topic(place))
        try:
            await self._call(place.chat_id, call)
        except TelegramError:
            return

    async def fetch(self, attachment: Attachment, limit: int) -> bytes:
        """ContentRefused for what is larger than `limit`, larger than Telegram hands out, or no longer there."""
        limit = min(limit, MAX_DOWNLOAD)
        if not attachment.fetch_id or attachment.size > limit:
            raise ContentRefused("the file is too large, or no file")
        try:
            return await self._flights.land(self._download(attachment.fetch_id, limit))
        except (BadRequest, InvalidToken):  # a file that is gone is a 404, which the library takes for a wrong token
            raise ContentRefused("Telegram does not give the file") from None
        except TelegramError as error:
            raise translated(error, Place("telegram", "")) from None

    async def _download(self, file_id: str, limit: int) -> bytes:
        file = await self._bot.get_file(file_id)
        if (file.file_size or 0) > limit:
            raise ContentRefused("the file is too large")
        data = bytes(await file.download_as_bytearray())
        if len(data) > limit:
            raise ContentRefused("the file is too large")
        return data

    async def _repeated(self, place: Place, once: Callable[[], Awaitable[None]], tries: int, *fine: Refusal) -> None:
        """Again after no answer; the refusals that are `fine` are success."""
        backoff = Backoff(first=0.5, most=4.0)
        for left in reversed(range(tries)):
            try:
                return await once()
            except TelegramError as error:
                if isinstance(error, BadRequest) and refusal(error) in fine:
                    return None
                if not left or not unanswered(error):
                    raise translated(error, place) from None
            await self._clock.sleep(backoff.next())
        return None

    async def _plainly(self, chat_id: str, part: Part, call: Callable[[bool], Coroutine[object, object, T]]) -> T:
        """When Telegram does not take the formatting, the same words without it are better than none."""
        try:
            return await self._call(chat_id, call(True))
        except BadRequest as error:
            if not part.markup or refusal(error) != "markup":
                raise
        return await self._call(chat_id, call(False))

    async def _call(self, chat_id: str, call: Coroutine[object, object, T]) -> T:
        try:
            return await self._flights.land(call)
        except RetryAfter as error:
            self._gate.flooded(chat_id, seconds(error))
            raise

    async def _send(self, place: Place, part: Part, reply_to: MessageRef | None, formatted: bool) -> int:
        fields: Json = {"chat_id": int(place.chat_id), **_topic(place)}
        if reply_to is not None:
            fields["reply_parameters"] = {"message_id": int(reply_to.message_id), "allow_sending_without_reply": True}
        if part.buttons or part.ask is not None:
            fields["reply_markup"] = keyboard_of(part)
        marks = to_bot_api(part) if formatted and part.markup else None
        if part.file is None:
            fields |= {"text": part.text, "entities": marks, "link_preview_options": _NO_PREVIEW}
            return _message_id(await self._bot.do_api_request(_SEND_MESSAGE, fields))
        document = InputFile(part.file.data, filename=part.file.name)
        fields |= {"document": document, "caption": _caption(part) or None, "caption_entities": marks}
        return _message_id(await self._bot.do_api_request(_SEND_DOCUMENT, fields))

    async def _edit(self, ref: MessageRef, part: Part, formatted: bool) -> None:
        """A question is left as it is: Telegram takes a forced reply with a new message only."""
        fields: Json = {"chat_id": int(ref.place.chat_id), "message_id": int(ref.message_id)}
        if part.buttons:
            fields["reply_markup"] = keyboard_of(replace(part, ask=None))
        marks = to_bot_api(part) if formatted and part.markup else None
        if part.file is None:
            fields |= {"text": part.text, "entities": marks, "link_preview_options": _NO_PREVIEW}
            await self._bot.do_api_request(_EDIT_TEXT, fields)
            return
        document = InputFile(part.file.data, filename=part.file.name, attach=True)
        more = {"caption_entities": marks} if marks else None
        fields["media"] = InputMediaDocument(document, caption=_caption(part) or None, api_kwargs=more)
        await self._bot.do_api_request(_EDIT_MEDIA, fields)


def _message_id(sent: object) -> int:
    if not isinstance(sent, dict) or not isinstance(sent.get("message_id"), int):
        raise NetworkError("the server's answer is no message")
    return int(sent["message_id"])


def _topic(place: Place) -> dict[str, Any]:
    """The field that names the topic, if the place is one."""
    if place.thread_id.startswith(TO_CHANNEL):
        return {"direct_messages_topic_id": int(place.thread_id.removeprefix(TO_CHANNEL))}
    return {"message_thread_id": int(place.thread_id)} if place.thread_id else {}


def _caption(part: Part) -> str:
    """`with_room_for_files` sees to it that it fits; cutting it here would lose words."""
    if not fits(part.text):
        raise ContentRefused("the text beside the file is too long")
    return part.text
