"""Discord as one application's server knows it: accounts, places, sessions, clocks, and what the bot was told."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypedDict, Unpack

from tests.fakes.discord.gateway import Gateway
from tests.fakes.discord.interactions import Interaction
from tests.fakes.discord.params import Call
from tests.fakes.discord.places import Channel, File, Guild, Kind, Message, User
from tests.fakes.discord.refusals import Json, Refusal, missing_access, unknown_channel, unknown_message
from tests.fakes.discord.sessions import CONTENT, DIRECT_MESSAGES, GUILD_MESSAGES, GUILDS, MEMBERS, PRESENCES, Session
from tests.fakes.discord.shapes import channel_json, guild_json, message_json, user_json

EPOCH = 1_420_070_400_000
FLAG_CONTENT, FLAG_MEMBERS, FLAG_PRESENCES = 1 << 19, 1 << 15, 1 << 13
NONCE_SECONDS, HEARTBEAT = 300.0, 41.25


class Nature(TypedDict, total=False):
    """What kind of Discord it is."""

    message_content: bool  # whether the application has the message content intent
    heartbeat: float  # the gateway's interval, seconds
    nonce_seconds: float  # how long a nonce is remembered
    promises: bool  # whether the bot is held to what it promised beside Discord's own rules


class World:
    """Everything but HTTP. `listener` is told of every message that comes or changes."""

    def __init__(self, *, token: str, **nature: Unpack[Nature]) -> None:
        self.token = token
        self.revoked = False
        self.message_content = nature.get("message_content", False)
        self.members_intent = False
        self.presences_intent = False
        self.nonce_seconds = nature.get("nonce_seconds", NONCE_SECONDS)
        self.promises = nature.get("promises", True)
        self.bot = User(7_000_000_001, "Parley", is_bot=True, ours=True)
        self.owner = User(7_000_000_002, "Owner")
        self.application_id = self.bot.id
        self.application: Json = {}
        self.users: dict[int, User] = {self.bot.id: self.bot, self.owner.id: self.owner}
        self.installed: set[int] = set()
        self.channels: dict[int, Channel] = {}
        self.guilds: dict[int, Guild] = {}
        self.commands: list[Json] = []
        self.interactions: dict[str, Interaction] = {}
        self.calls: list[Call] = []
        self.violations: list[str] = []
        self.files: dict[str, File] = {}
        self.base = ""
        self.gateway = Gateway(heartbeat=nature.get("heartbeat", HEARTBEAT), ready=self._ready, admit=self._admit)
        self.gateway_url = ""
        self.listener: Callable[[Message], None] | None = None
        self.shift = 0.0
        self.nonces: dict[tuple[int, str], tuple[Message, float]] = {}
        self._last_id = 0

    # Time and ids

    def now(self) -> float:
        """Wall time of this world, seconds."""
        return time.time() + self.shift

    def advance(self, seconds: float = 0.0, *, hours: float = 0.0) -> None:
        """Lets time pass for ids, nonces, interactions and dates; timeouts and heartbeats on the wire are not touched."""
        self.shift += seconds + hours * 3600

    def new_id(self) -> int:
        """A snowflake of now, greater than all before it."""
        self._last_id = max(self._last_id + 1, (int(self.now() * 1000) - EPOCH) << 22)
        return self._last_id

    # The application

    @property
    def flags(self) -> int:
        out = FLAG_CONTENT if self.message_content else 0
        return out | (FLAG_MEMBERS if self.members_intent else 0) | (FLAG_PRESENCES if self.presences_intent else 0)

    def application_json(self) -> Json:
        out: Json = {
            "id": str(self.application_id),
            "name": self.bot.name,
            "icon": None,
            "description": "",
            "summary": "",
            "bot_public": True,
            "bot_require_code_grant": False,
            "verify_key": "0" * 64,
            "flags": self.flags,
            "owner": user_json(self.owner),
            "team": None,
            "interactions_endpoint_url": None,
            "integration_types_config": {"0": {"oauth2_install_params": {"scopes": ["bot"], "permissions": "0"}}, "1": {}},
            "install_params": {"scopes": ["bot", "applications.commands"], "permissions": "274877991936"},
            "approximate_guild_count": len(self.guilds),
        }
        return out | self.application

    def _admit(self, said: Json) -> int:
        """The code to close with, 0 for welcome."""
        if self.revoked or said.get("token") != self.token:
            return 4004
        intents = int(said.get("intents", 0))
        wanted = [(CONTENT, self.message_content), (MEMBERS, self.members_intent), (PRESENCES, self.presences_intent)]
        return 4014 if any(intents & bit and not allowed for bit, allowed in wanted) else 0

    def _ready(self, session: Session) -> list[tuple[str, Json]]:
        guilds = [guild for guild in self.guilds.values() if guild.bot_in]
        ready = {
            "v": 10,
            "user": user_json(self.bot) | {"verified": True, "mfa_enabled": False},
            "guilds": [{"id": str(guild.id), "unavailable": True} for guild in guilds],
            "private_channels": [],
            "session_id": session.id,
            "session_type": "normal",
            "resume_gateway_url": self.gateway_url,
            "application": {"id": str(self.application_id), "flags": self.flags},
            "shard": [0, 1],
        }
        events: list[tuple[str, Json]] = [("READY", ready)]
        if session.intents & GUILDS:
            events += [("GUILD_CREATE", guild_json(guild, self.bot)) for guild in guilds]
        return events

    # Events

    def bot_sees(self, place: Channel) -> bool:
        """Whether the bot is where this was said."""
        if place.kind is Kind.GROUP or place.deleted or not place.bot_may_see:
            return False
        if place.parent is not None and not self.bot_sees(place.parent):
            return False
        return place.guild is None or place.guild.bot_in

    def tell_message(self, name: str, message: Message) -> None:
        """MESSAGE_CREATE or MESSAGE_UPDATE, to who may hear it, blanked where the content is not for the bot."""
        if message.only_for is None and self.bot_sees(message.place):
            self.tell(message.place, name, lambda intents: self._as_told(message, intents))

    def _as_told(self, message: Message, intents: int) -> Json:
        return message_json(message, event=True, blank=self.blank_for(message, bool(intents & CONTENT)))

    def blank_for(self, message: Message, intent: bool = True) -> bool:
        """Whether the bot may not read it: neither the intent, nor its own, nor to it, nor in a direct message."""
        if self.message_content and intent:
            return False
        return message.place.kind is not Kind.DM and message.author is not self.bot and self.bot not in message.mentions

    def tell(self, place: Channel, name: str, data: Json | Callable[[int], Json]) -> None:
        """An event about messages in a place; nothing where the bot does not see it."""
        if not self.bot_sees(place):
            return
        needed = GUILD_MESSAGES if place.guild is not None else DIRECT_MESSAGES

        def told(session: Session) -> Json | None:
            if not session.intents & needed:
                return None
            return data(session.intents) if callable(data) else data

        self.gateway.dispatch(name, to=told)

    def tell_guild(self, guild: Guild, name: str, data: Json) -> None:
        """An event about a server and its channels."""
        if guild.bot_in:
            self.gateway.dispatch(name, to=lambda session: data if session.intents & GUILDS else None)

    # Messages and places

    def add(self, message: Message) -> Message:
        """Puts a message into its place and tells the bot."""
        message.history.append((message.date, message.text))
        message.place.everything[message.id] = message
        if message.place.archived and not message.place.locked:
            message.place.archived = False
            if message.place.guild is not None:
                self.tell_guild(message.place.guild, "THREAD_UPDATE", channel_json(message.place, self.bot))
        self.tell_message("MESSAGE_CREATE", message)
        self.changed(message)
        return message

    def changed(self, message: Message) -> None:
        """Wakes who waits for the place, and tells `listener`."""
        message.place.changed()
        if self.listener is not None:
            self.listener(message)

    def remove(self, message: Message) -> None:
        message.deleted = True
        data: Json = {"id": str(message.id), "channel_id": str(message.place.id)}
        if message.place.guild is not None:
            data["guild_id"] = str(message.place.guild.id)
        if message.only_for is None:
            self.tell(message.place, "MESSAGE_DELETE", data)
        self.changed(message)

    def open_thread(self, parent: Channel, name: str, starter: Message | None, by: User | None) -> Channel:
        """Makes a thread; the id is the starter's where there is one."""
        assert parent.guild is not None, "threads are in servers"
        owner = by or (starter.author if starter is not None else parent.guild.owner)
        thread = Channel(
            self.new_id() if starter is None else starter.id, Kind.THREAD, name, guild=parent.guild, parent=parent, owner=owner
        )
        thread.opened, thread.bot_joined = self.now(), owner is self.bot
        self.channels[thread.id] = parent.guild.threads[thread.id] = thread
        if self.bot_sees(thread):
            self.tell_guild(parent.guild, "THREAD_CREATE", channel_json(thread, self.bot) | {"newly_created": True})
        if starter is not None:
            starter.thread = thread
            starter.flags |= 1 << 5
            self.tell_message("MESSAGE_UPDATE", starter)
            note = Message(self.new_id(), thread, starter.author, self.now(), type=21, reply_to=starter)
            self.add(note)
        return thread

    def seen_channel(self, channel_id: int) -> Channel:
        """The place that a call names; raises Refusal where the bot cannot see it."""
        channel = self.channels.get(channel_id)
        if channel is None or channel.deleted or (channel.guild is not None and channel.guild.id not in self.guilds):
            raise unknown_channel()
        if not self.bot_sees(channel):
            raise missing_access()
        return channel

    def writable_channel(self, channel_id: int) -> Channel:
        """The place that a call may write to; raises Refusal."""
        channel = self.seen_channel(channel_id)
        if channel.closed:
            raise Refusal(403, 50007, "Cannot send messages to this user")
        if not channel.bot_may_write or (channel.parent is not None and not channel.parent.bot_may_write):
            raise Refusal(403, 50013, "Missing Permissions")
        if channel.archived and channel.locked:
            raise Refusal(400, 50083, "Thread is archived")
        return channel

    def seen_message(self, channel: Channel, message_id: int) -> Message:
        """Raises Refusal for what is not there for the bot's channel endpoints."""
        message = channel.everything.get(message_id)
        if message is None or message.deleted or message.only_for is not None:
            raise unknown_message()
        return message
