"""The doors through which a test plays people and looks on: who there is, where they talk, what the bot did."""

from __future__ import annotations

from collections.abc import Sequence

from tests.fakes.discord.params import Call
from tests.fakes.discord.people import Person
from tests.fakes.discord.places import Channel, Guild, Kind, Message, User
from tests.fakes.discord.shapes import channel_json, guild_json
from tests.fakes.discord.world import World


class Stage(World):
    """A world with people in it."""

    def person(self, user_id: int, name: str, *, locale: str = "en-US", is_bot: bool = False, installed: bool = False) -> Person:
        """Somebody new; `installed`: the app is also installed to their account."""
        user = self.users[user_id] = User(user_id, name, is_bot, locale)
        if installed:
            self.installed.add(user_id)
        return Person(self, user)

    def dm(self, person: Person) -> Channel:
        """The person's direct messages with the bot."""
        found = next((place for place in self.channels.values() if place.kind is Kind.DM and place.people == [person.user]), None)
        return found or self._place(Channel(self.new_id(), Kind.DM, people=[person.user]))

    def group_dm(self, *people: Person, name: str = "") -> Channel:
        """A group of people without the bot; it is there only where somebody installed the app to their account."""
        for person in people:
            self.installed.add(person.id)
        return self._place(Channel(self.new_id(), Kind.GROUP, name, [person.user for person in people], opener=None))

    def guild(self, name: str, *members: Person, admins: Sequence[Person] = (), owner: Person | None = None, bot_in: bool = True) -> Guild:
        """A server; the owner is the first admin, else the first member, if not said."""
        people = list(dict.fromkeys([*members, *admins, *([owner] if owner is not None else [])]))
        owning = owner or next(iter([*admins, *members]), None)
        guild = Guild(self.new_id(), name, self.owner if owning is None else owning.user)
        self._last_id += 1  # the id after the server's is its role Admin
        guild.members, guild.admins = [person.user for person in people], [person.user for person in admins]
        guild.bot_in, guild.opener = bot_in, self._open_channel
        self.guilds[guild.id] = guild
        self.tell_guild(guild, "GUILD_CREATE", guild_json(guild, self.bot))
        return guild

    def _open_channel(self, guild: Guild, name: str) -> Channel:
        channel = self._place(Channel(self.new_id(), Kind.TEXT, name, guild=guild, opener=self.open_thread))
        guild.channels[channel.id] = channel
        self.tell_guild(guild, "CHANNEL_CREATE", channel_json(channel, self.bot))
        return channel

    def _place(self, channel: Channel) -> Channel:
        self.channels[channel.id] = channel
        return channel

    def deletes_channel(self, channel: Channel) -> None:
        """Takes a channel or thread away, and tells the bot."""
        told = self.bot_sees(channel)
        channel.deleted = True
        if channel.guild is not None and told:
            body = {"id": str(channel.id), "guild_id": str(channel.guild.id), "type": int(channel.kind)}
            if channel.parent is not None:
                body["parent_id"] = str(channel.parent.id)
            self.tell_guild(channel.guild, "THREAD_DELETE" if channel.kind is Kind.THREAD else "CHANNEL_DELETE", body)

    def archives(self, thread: Channel, *, locked: bool = False) -> None:
        """Archives a thread, and tells the bot. A new message opens it again, unless it is locked; a change of one does not."""
        thread.archived, thread.locked = True, locked
        assert thread.guild is not None
        self.tell_guild(thread.guild, "THREAD_UPDATE", channel_json(thread, self.bot))

    def answers_to(self, message: Message) -> list[Message]:
        """The bot's messages that reply to it; in a direct message else those between it and the person's next message."""
        standing = message.place.from_bot
        replies = [post for post in standing if post.reply_to is message]
        if replies or message.place.kind is not Kind.DM:
            return replies
        later = [other.id for other in message.place.messages if other.id > message.id and not other.by_bot]
        return [post for post in standing if message.id < post.id < min(later, default=post.id + 1)]

    def calls_of(self, where: str) -> list[Call]:
        """The calls of a route, by its name ("create message") or as "POST /channels/{id}/messages"."""
        return [call for call in self.calls if where in (call.name, call.route)]
