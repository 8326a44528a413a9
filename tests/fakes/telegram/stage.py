"""The doors through which a test plays people and looks on: who there is, where they talk, what the bot did."""

from __future__ import annotations

from collections.abc import Sequence

from tests.fakes.telegram.chats import Chat, Message, Topic, User
from tests.fakes.telegram.people import Person
from tests.fakes.telegram.world import Call, World

ANONYMOUS_ADMIN = 1_087_968_824
SERVICE_ACCOUNT = 777_000


class Stage(World):
    """A world with people in it."""

    def person(self, user_id: int, name: str, *, username: str = "", language: str = "en", is_bot: bool = False) -> Person:
        """Somebody new. The bot may not write to them before `private_chat` was called, which stands for /start."""
        user = self.users[user_id] = User(user_id, name, username, language, is_bot)
        return Person(self, user)

    def private_chat(self, person: Person) -> Chat:
        """The person's chat with the bot, as after /start."""
        chat = self.chats.get(person.id)
        if chat is None:
            chat = self.chats[person.id] = Chat(person.id, "private", person=person.user)
            self._join(chat, person, "member")
        return chat

    def group(
        self,
        title: str,
        *members: Person,
        admins: Sequence[Person] = (),
        chat_type: str = "supergroup",
        forum: bool = False,
        bot_admin: bool = False,
    ) -> Chat:
        """A group with the bot in it; a small one with chat_type="group"."""
        number = self.new_id("group")
        chat = Chat(-number if chat_type == "group" else -1_000_000_000_000 - number, "supergroup", title)
        if chat_type == "group":
            chat.type = "group"
        chat.forum, chat.bot_may_delete = forum, bot_admin
        chat.bot_status = "administrator" if bot_admin else "member"
        for member in members:
            self._join(chat, member, "member")
        for admin in admins:
            self._join(chat, admin, "administrator")
        self.chats[chat.id] = chat
        return chat

    def _join(self, chat: Chat, person: Person, status: str) -> None:
        chat.members[person.id] = status
        chat.users[person.id] = person.user

    def channel(self, title: str) -> tuple[Chat, Person]:
        """A channel with the bot as administrator, and the hand that posts there."""
        chat = Chat(-1_000_000_000_000 - self.new_id("group"), "channel", title, bot_status="administrator", bot_may_delete=True)
        self.chats[chat.id] = chat
        return chat, Person(self, User(SERVICE_ACCOUNT, "Telegram"), chat)

    def topic(self, chat: Chat, name: str, by: Person | None = None) -> Topic:
        """A topic of a forum, or of a private chat with topics."""
        return self.open_topic(chat, name, by.user if by is not None else next(iter(chat.users.values()), self.bot))

    def anonymous_admin(self, group: Chat) -> Person:
        """Who writes in the name of the group."""
        user = User(ANONYMOUS_ADMIN, "Group", "GroupAnonymousBot", is_bot=True)
        return Person(self, user, group)

    def migrate(self, group: Chat, by: Person) -> Chat:
        """Turns a small group into a supergroup and tells the bot with both service messages."""
        new = self.group(group.title)
        new.members, new.users, new.bot_status = dict(group.members), dict(group.users), group.bot_status
        old_note = Message(self.message_id(group), group, by.user, self.now(), extra={"migrate_to_chat_id": new.id})
        new_note = Message(self.message_id(new), new, by.user, self.now(), extra={"migrate_from_chat_id": group.id})
        self.add(old_note)
        self.add(new_note)
        group.migrated_to = new.id
        self.updates.add("message", old_note.to_json())
        self.updates.add("message", new_note.to_json())
        return new

    def answers_to(self, message: Message) -> list[Message]:
        """The bot's messages that reply to it; in a private chat else those between it and the person's next message."""
        standing = message.chat.from_bot
        replies = [post for post in standing if post.reply_to is message]
        if replies or message.chat.type != "private":
            return replies
        later = [other.id for other in message.chat.messages if other.id > message.id and not other.by_bot]
        return [post for post in standing if message.id < post.id < min(later, default=post.id + 1)]

    def calls_of(self, method: str) -> list[Call]:
        return [call for call in self.calls if call.method.lower() == method.lower()]
