"""How users, members, messages, channels and servers look as Discord's JSON."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.fakes.discord.places import SUPPRESS_EMBEDS, Channel, File, Guild, Kind, Message, User
from tests.fakes.discord.refusals import Json

VIEW, SEND, EMBED, ATTACH, HISTORY = 1 << 10, 1 << 11, 1 << 14, 1 << 15, 1 << 16
EVERYBODY = VIEW | SEND | EMBED | ATTACH | HISTORY | 1 << 6 | 1 << 31 | 1 << 35 | 1 << 38
ADMINISTRATOR = 1 << 3
ALL = (1 << 50) - 1


def stamp(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="microseconds")


def user_json(user: User) -> Json:
    return {
        "id": str(user.id),
        "username": user.name.lower().replace(" ", "_"),
        "global_name": None if user.is_bot else user.name,
        "discriminator": "1234" if user.is_bot else "0",
        "avatar": None,
        "bot": user.is_bot,
        "public_flags": 0,
    }


def member_json(guild: Guild, user: User, *, with_user: bool = True, permissions: int | None = None) -> Json:
    out: Json = {
        "nick": None,
        "avatar": None,
        "roles": [str(guild.id + 1)] if user in guild.admins else [],
        "joined_at": stamp(1_600_000_000),
        "premium_since": None,
        "deaf": False,
        "mute": False,
        "flags": 0,
        "pending": False,
        "communication_disabled_until": None,
    }
    if with_user:
        out["user"] = user_json(user)
    if permissions is not None:
        out["permissions"] = str(permissions)
    return out


def permissions_of(guild: Guild, user: User) -> int:
    return ALL if user in guild.admins or user is guild.owner else EVERYBODY


def bot_permissions(channel: Channel) -> int:
    """What the app may do in a place."""
    base = EVERYBODY if channel.guild is None or channel.guild.bot_in else VIEW | SEND | EMBED | ATTACH
    if not channel.bot_may_see:
        base &= ~VIEW
    return base if channel.bot_may_write else base & ~SEND


def file_json(file: File) -> Json:
    return {
        "id": str(file.id),
        "filename": file.name,
        "size": file.size or len(file.data),
        "url": file.url,
        "proxy_url": file.url,
        "content_type": file.mime_type,
    }


def message_json(message: Message, *, event: bool = False, nested: bool = False, blank: bool = False) -> Json:
    """A message; `event` adds what only the gateway tells, `blank` takes away what needs the message content intent."""
    place, author = message.place, message.author
    out: Json = {
        "id": str(message.id),
        "channel_id": str(place.id),
        "author": user_json(author),
        "content": "" if blank else message.text,
        "timestamp": stamp(message.date),
        "edited_timestamp": stamp(message.edit_date) if message.edit_date else None,
        "tts": False,
        "mention_everyone": False,
        "mentions": [user_json(user) for user in message.mentions],
        "mention_roles": [],
        "attachments": [] if blank else [file_json(file) for file in message.attachments],
        "embeds": [] if blank or message.flags & SUPPRESS_EMBEDS else message.embeds,
        "components": [] if blank else message.components,
        "pinned": False,
        "type": message.type,
        "flags": message.flags,
        "channel_type": int(place.kind),
        **{key: value for key, value in message.extra.items() if not blank or key != "message_snapshots"},
    }
    if message.nonce:
        out["nonce"] = message.nonce
    if message.thread is not None:
        out["thread"] = channel_json(message.thread)
    if message.reply_to is not None:
        out |= _replied_json(message.reply_to, place, nested=nested, blank=blank)
    if event and place.guild is not None:
        out["guild_id"] = str(place.guild.id)
        out["member"] = member_json(place.guild, author, with_user=False)
    return out


def _replied_json(replied: Message, place: Channel, *, nested: bool, blank: bool) -> Json:
    out: Json = {"message_reference": {"type": 0, "channel_id": str(replied.place.id), "message_id": str(replied.id)}}
    if place.guild is not None:
        out["message_reference"]["guild_id"] = str(place.guild.id)
    if not nested:
        out["referenced_message"] = None if replied.deleted else message_json(replied, nested=True, blank=blank)
    return out


def channel_json(channel: Channel, bot: User | None = None) -> Json:
    last = channel.last_message_id
    out: Json = {"id": str(channel.id), "type": int(channel.kind), "last_message_id": None if last is None else str(last), "flags": 0}
    match channel.kind:
        case Kind.DM:
            return out | {"recipients": [user_json(user) for user in channel.people]}
        case Kind.GROUP:
            people = [user_json(user) for user in channel.people]
            return out | {"recipients": people, "name": channel.name, "icon": None, "owner_id": str(channel.people[0].id)}
    out["name"] = channel.name
    if channel.guild is not None:
        out["guild_id"] = str(channel.guild.id)
    if channel.kind is Kind.THREAD:
        return out | _thread(channel, bot)
    denied = (0 if channel.bot_may_see else VIEW) | (0 if channel.bot_may_write else SEND)
    overwrites = [{"id": str(bot.id), "type": 1, "allow": "0", "deny": str(denied)}] if bot is not None and denied else []
    return out | {
        "position": 0,
        "topic": None,
        "nsfw": False,
        "parent_id": None,
        "rate_limit_per_user": 0,
        "permission_overwrites": overwrites,
    }


def _thread(thread: Channel, bot: User | None) -> Json:
    count = len(thread.messages)
    out: Json = {
        "parent_id": str(thread.parent.id) if thread.parent is not None else None,
        "owner_id": str(thread.owner.id) if thread.owner is not None else None,
        "message_count": count,
        "total_message_sent": count,
        "member_count": 1,
        "rate_limit_per_user": 0,
        "thread_metadata": {
            "archived": thread.archived,
            "locked": thread.locked,
            "auto_archive_duration": thread.archive_minutes,
            "archive_timestamp": stamp(thread.opened),
            "create_timestamp": stamp(thread.opened),
        },
    }
    if bot is not None and thread.bot_joined:
        out["member"] = {"id": str(thread.id), "user_id": str(bot.id), "join_timestamp": stamp(thread.opened), "flags": 0}
    return out


def guild_json(guild: Guild, bot: User) -> Json:
    """A server as GUILD_CREATE tells it."""
    return {
        "id": str(guild.id),
        "name": guild.name,
        "owner_id": str(guild.owner.id),
        "unavailable": False,
        "large": False,
        "member_count": len(guild.members) + 1,
        "joined_at": stamp(1_600_000_000),
        "verification_level": 0,
        "default_message_notifications": 1,
        "explicit_content_filter": 0,
        "mfa_level": 0,
        "nsfw_level": 0,
        "premium_tier": 0,
        "preferred_locale": guild.owner.locale,
        "features": [],
        "emojis": [],
        "stickers": [],
        "roles": [_role(guild.id, "@everyone", EVERYBODY, 0), _role(guild.id + 1, "Admin", ADMINISTRATOR, 1)],
        "channels": [channel_json(channel, bot) for channel in guild.channels.values() if not channel.deleted],
        "threads": [channel_json(thread, bot) for thread in guild.threads.values() if not thread.deleted and not thread.archived],
        "members": [member_json(guild, bot), *(member_json(guild, user) for user in guild.members)],
        "presences": [],
        "voice_states": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }


def _role(role_id: int, name: str, permissions: int, position: int) -> Json:
    return {
        "id": str(role_id),
        "name": name,
        "permissions": str(permissions),
        "position": position,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "managed": False,
        "mentionable": False,
        "flags": 0,
    }
