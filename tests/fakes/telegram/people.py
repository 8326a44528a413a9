"""People to play: what they say, edit, press and block becomes an update of the very shape that Telegram sends."""

from __future__ import annotations

from dataclasses import dataclass

from tests.fakes.telegram.chats import Button, Chat, Message, Topic, User
from tests.fakes.telegram.entities import found_entities
from tests.fakes.telegram.looking import member_json
from tests.fakes.telegram.params import Json
from tests.fakes.telegram.sending import store_file
from tests.fakes.telegram.world import Press, World


@dataclass(slots=True, eq=False)
class Person:
    """Somebody with an account. `sender_chat` is set for who writes in the name of a chat."""

    world: World
    user: User
    sender_chat: Chat | None = None

    @property
    def id(self) -> int:
        return self.user.id

    @property
    def name(self) -> str:
        return self.user.name

    async def says(
        self,
        place: Chat | Topic,
        text: str,
        *,
        reply_to: Message | None = None,
        quote: str = "",
        forwarded: str | User | None = None,
        entities: list[Json] | None = None,
    ) -> Message:
        """Writes; `forwarded` names who wrote it first. Returns at once, the update waits for the bot."""
        message = self._new(place, text, reply_to)
        message.quote = quote
        if entities is not None:
            message.entities = entities
        if forwarded is not None:
            message.extra["forward_origin"] = _origin(forwarded, int(message.date))
        return self._put(message)

    def _new(self, place: Chat | Topic, text: str, reply_to: Message | None = None) -> Message:
        chat = place.home
        message = Message(self.world.message_id(chat), chat, self.user, self.world.now(), text, found_entities(text), reply_to)
        message.thread_id = place.thread_id if isinstance(place, Topic) else 0
        if self.sender_chat is not None:
            message.extra["sender_chat"] = self.sender_chat.to_json()
        return message

    def _put(self, message: Message) -> Message:
        chat = message.chat
        self.world.add(message)
        kind = "channel_post" if chat.type == "channel" else "message"
        if self._bot_sees(chat, message):
            self.world.updates.add(kind, message.to_json())
        return message

    def _bot_sees(self, chat: Chat, message: Message) -> bool:
        if chat.bot_status in ("kicked", "left") or chat.migrated_to:
            return False
        if (
            "new_chat_members" in message.extra
            or chat.type in ("private", "channel")
            or not self.world.privacy
            or chat.bot_status == "administrator"
        ):
            return True
        handle = f"@{self.world.bot.username}".lower()
        replied = message.reply_to is not None and message.reply_to.by_bot
        return replied or handle in message.text.lower() or (message.text.startswith("/") and "@" not in message.text.split()[0])

    async def edits(self, message: Message, text: str, *, entities: list[Json] | None = None) -> None:
        """Changes a message of theirs in the chat itself."""
        message.text = text
        message.entities = found_entities(text) if entities is None else entities
        message.edit_date = self.world.now()
        message.history.append((message.edit_date, text))
        kind = "edited_channel_post" if message.chat.type == "channel" else "edited_message"
        if self._bot_sees(message.chat, message):
            self.world.updates.add(kind, message.to_json())

    async def deletes(self, message: Message) -> None:
        """Takes a message away; Telegram does not tell bots."""
        message.deleted = True
        message.chat.changed()

    async def presses(self, message: Message, button: str) -> Press:
        """Presses the button with this label or data. AssertionError when there is none such."""
        return await self.presses_data(message, _pressed(message, button).data)

    async def presses_data(self, message: Message, data: str) -> Press:
        """Presses with any data, as an old or a forged button would."""
        press = Press(str(4_000_000_000_000 + self.world.new_id("press")), message, self.user, data, self.world.now())
        self.world.presses[press.id] = press
        body = {
            "id": press.id,
            "from": self.user.to_json(),
            "message": message.to_json(),
            "chat_instance": str(message.chat.id),
            "data": data,
        }
        self.world.updates.add("callback_query", body)
        return press

    async def sends(self, place: Chat | Topic, kind: str, body: object, caption: str = "", *, reply_to: Message | None = None) -> Message:
        """Sends anything: `kind` and `body` as the Bot API names them (location, contact, poll, dice ...)."""
        message = self._new(place, caption, reply_to)
        message.media = {kind: body}
        return self._put(message)

    async def sends_document(
        self,
        place: Chat | Topic,
        data: bytes,
        name: str = "notes.txt",
        mime_type: str = "text/plain",
        *,
        caption: str = "",
        size: int = 0,
    ) -> Message:
        """A file; `size` may tell more bytes than there are."""
        return await self.sends(place, "document", store_file(self.world, data, name, mime_type, size), caption)

    async def sends_photo(self, place: Chat | Topic, data: bytes = b"\xff\xd8\xff", caption: str = "") -> Message:
        stored = store_file(self.world, data, "photo.jpg", "image/jpeg")
        size = {key: stored[key] for key in ("file_id", "file_unique_id", "file_size")} | {"width": 90, "height": 60}
        return await self.sends(place, "photo", [size], caption)

    async def sends_sticker(self, place: Chat | Topic, emoji: str = "👍") -> Message:
        stored = store_file(self.world, b"RIFF", "sticker.webp", "image/webp")
        body = {key: stored[key] for key in ("file_id", "file_unique_id", "file_size")}
        flags = {"type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False, "emoji": emoji}
        return await self.sends(place, "sticker", body | flags)

    async def sends_voice(self, place: Chat | Topic, data: bytes = b"OggS", seconds: int = 3) -> Message:
        stored = store_file(self.world, data, "voice.ogg", "audio/ogg")
        return await self.sends(place, "voice", {key: value for key, value in stored.items() if key != "file_name"} | {"duration": seconds})

    async def blocks(self, chat: Chat) -> None:
        """Blocks the bot: it may not write in the private chat any more."""
        self.change_bot(chat, "kicked")

    async def unblocks(self, chat: Chat) -> None:
        self.change_bot(chat, "member")

    async def adds_bot(self, chat: Chat, *, admin: bool = False) -> None:
        self.change_bot(chat, "administrator" if admin else "member")
        note = self._new(chat, "")
        note.extra["new_chat_members"] = [self.world.bot.to_json()]
        self._put(note)

    async def removes_bot(self, chat: Chat) -> None:
        self.change_bot(chat, "kicked")

    def change_bot(self, chat: Chat, status: str) -> None:
        """Makes the bot a member, administrator, or kicked, and tells it."""
        before = member_json(self.world, chat, self.world.bot)
        chat.bot_status = status
        body = {
            "chat": chat.to_json(),
            "from": self.user.to_json(),
            "date": int(self.world.now()),
            "old_chat_member": before,
            "new_chat_member": member_json(self.world, chat, self.world.bot),
        }
        self.world.updates.add("my_chat_member", body)


def _pressed(message: Message, button: str) -> Button:
    found = message.button(button)
    if found.url:
        raise AssertionError(f"{button!r} is a link")
    return found


def _origin(forwarded: str | User, date: int) -> Json:
    if isinstance(forwarded, User):
        return {"type": "user", "date": date, "sender_user": forwarded.to_json()}
    return {"type": "hidden_user", "date": date, "sender_user_name": forwarded}
