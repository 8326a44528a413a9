"""What the bot does by REST with channels, messages, threads, members and itself."""

from __future__ import annotations

from tests.fakes.discord.commands import command_problems
from tests.fakes.discord.params import Call
from tests.fakes.discord.places import Channel, Kind, Message
from tests.fakes.discord.refusals import Json, Refusal, invalid_form, missing_access, not_found, unknown_channel
from tests.fakes.discord.shapes import channel_json, guild_json, member_json, message_json, user_json
from tests.fakes.discord.world import World
from tests.fakes.discord.writing import checked, create, refuse, rewrite


def me(world: World, call: Call) -> Json:
    return user_json(world.bot)


def user(world: World, call: Call) -> Json:
    found = world.users.get(call.number(0))
    if found is None:
        raise not_found(10013, "Unknown User")
    return user_json(found)


def my_guilds(world: World, call: Call) -> list[Json]:
    return [{"id": str(guild.id), "name": guild.name} for guild in world.guilds.values() if guild.bot_in]


def application(world: World, call: Call) -> Json:
    return world.application_json()


def gateway(world: World, call: Call) -> Json:
    out: Json = {"url": world.gateway_url}
    if call.path.endswith("/bot"):
        limit = world.gateway.start_limit
        told = {
            "total": limit.total,
            "remaining": limit.remaining,
            "reset_after": limit.reset_after,
            "max_concurrency": limit.max_concurrency,
        }
        out |= {"shards": 1, "session_start_limit": told}
    return out


def create_dm(world: World, call: Call) -> Json:
    person = world.users.get(int(call.body.get("recipient_id") or 0))
    if person is None:
        raise not_found(10013, "Unknown User")
    found = next((place for place in world.channels.values() if place.kind is Kind.DM and place.people == [person]), None)
    if found is None:
        found = Channel(world.new_id(), Kind.DM, people=[person])
        world.channels[found.id] = found
    return channel_json(found)


def get_channel(world: World, call: Call) -> Json:
    return channel_json(world.seen_channel(call.number(0)), world.bot)


def edit_channel(world: World, call: Call) -> Json:
    channel = world.seen_channel(call.number(0))
    if channel.archived and call.body.get("archived") is not False:
        raise Refusal(400, 50083, "Thread is archived")
    if channel.locked:
        raise Refusal(403, 50013, "Missing Permissions")  # the bot manages no threads
    channel.name = call.body.get("name", channel.name)
    channel.archived = call.body.get("archived", channel.archived)
    channel.locked = call.body.get("locked", channel.locked)
    channel.archive_minutes = call.body.get("auto_archive_duration", channel.archive_minutes)
    if channel.guild is not None:
        name = "THREAD_UPDATE" if channel.kind is Kind.THREAD else "CHANNEL_UPDATE"
        world.tell_guild(channel.guild, name, channel_json(channel, world.bot))
    return channel_json(channel, world.bot)


def as_read(world: World, message: Message) -> Json:
    return message_json(message, blank=world.blank_for(message))


def history(world: World, call: Call) -> list[Json]:
    channel = world.seen_channel(call.number(0))
    limit = int(call.query.get("limit", 50))
    if not 1 <= limit <= 100:
        raise invalid_form(["int value should be 1 to 100"], "limit", "NUMBER_TYPE_MAX")
    standing = sorted(
        (message for message in channel.everything.values() if not message.deleted and message.only_for is None),
        key=lambda message: message.id,
    )
    if "after" in call.query:
        found = [message for message in standing if message.id > int(call.query["after"])][:limit]
    elif "before" in call.query:
        found = [message for message in standing if message.id < int(call.query["before"])][-limit:]
    elif "around" in call.query:
        middle = int(call.query["around"])
        older = [message for message in standing if message.id < middle][-(limit // 2) or len(standing) :]
        found = older + [message for message in standing if message.id >= middle][: limit - len(older)]
    else:
        found = standing[-limit:]
    return [as_read(world, message) for message in reversed(found)]


def get_message(world: World, call: Call) -> Json:
    return as_read(world, world.seen_message(world.seen_channel(call.number(0)), call.number(1)))


def create_message(world: World, call: Call) -> Json:
    return message_json(create(world, call, world.writable_channel(call.number(0))))


def edit_message(world: World, call: Call) -> Json:
    channel = world.seen_channel(call.number(0))
    message = world.seen_message(channel, call.number(1))
    if message.author is not world.bot:
        raise Refusal(403, 50005, "Cannot edit a message authored by another user")
    if channel.archived:
        raise Refusal(400, 50083, "Thread is archived")
    checked(world, call, {"flags": message.flags, **call.body}, fresh=False)
    return message_json(rewrite(world, call, message, call.body))


def delete_message(world: World, call: Call) -> None:
    channel = world.seen_channel(call.number(0))
    message = world.seen_message(channel, call.number(1))
    if message.author is not world.bot:
        raise Refusal(403, 50003 if channel.kind is Kind.DM else 50013, "Missing Permissions")
    if channel.archived:
        raise Refusal(400, 50083, "Thread is archived")
    world.remove(message)


def typing(world: World, call: Call) -> None:
    channel = world.writable_channel(call.number(0))
    channel.typed += 1
    channel.changed()


def start_thread(world: World, call: Call) -> Json:
    parent = world.writable_channel(call.number(0))
    if parent.kind is not Kind.TEXT:
        raise Refusal(400, 50024, "Cannot execute action on this channel type")
    starter = world.seen_message(parent, call.number(1)) if len(call.ids) > 1 else None
    if not 1 <= len(call.body.get("name") or "") <= 100:
        refuse(world, call, ["a thread's name is not 1 to 100 characters"])
    minutes = call.body.get("auto_archive_duration") or 1440
    if minutes not in (60, 1440, 4320, 10080):
        refuse(world, call, [f"auto_archive_duration {minutes}"])
    if starter is not None and starter.thread is not None:
        raise Refusal(400, 160004, "A thread has already been created for this message")
    thread = world.open_thread(parent, call.body["name"], starter, world.bot)
    thread.archive_minutes = minutes
    return channel_json(thread, world.bot)


def join_thread(world: World, call: Call) -> None:
    world.seen_channel(call.number(0)).bot_joined = True


def get_guild(world: World, call: Call) -> Json:
    guild = world.guilds.get(call.number(0))
    if guild is None or not guild.bot_in:
        raise missing_access() if guild is not None else not_found(10004, "Unknown Guild")
    return guild_json(guild, world.bot)


def guild_channels(world: World, call: Call) -> list[Json]:
    return list(get_guild(world, call)["channels"])


def active_threads(world: World, call: Call) -> Json:
    return {"threads": get_guild(world, call)["threads"], "members": []}


def member(world: World, call: Call) -> Json:
    get_guild(world, call)
    guild, wanted = world.guilds[call.number(0)], world.users.get(call.number(1))
    if wanted is None or (wanted not in guild.members and wanted is not world.bot):
        raise not_found(10007, "Unknown Member")
    return member_json(guild, wanted)


def put_commands(world: World, call: Call) -> list[Json]:
    if call.number(0) != world.application_id:
        raise Refusal(403, 20012, "You are not authorized to perform this action on this application")
    refuse(world, call, command_problems(call.listed))
    kept = {(command.get("type", 1), command["name"]): command["id"] for command in world.commands}
    world.commands = []
    for told in call.listed:
        kind = told.get("type", 1)
        own: Json = {"type": kind, "description": "", "options": [], "default_member_permissions": None, "nsfw": False}
        own |= {"integration_types": [0], "contexts": None, "dm_permission": True, **told}
        own["id"] = kept.get((kind, told["name"])) or str(world.new_id())
        own |= {"application_id": str(world.application_id), "version": str(world.new_id())}
        world.commands.append(own)
    return world.commands


def get_commands(world: World, call: Call) -> list[Json]:
    if call.number(0) != world.application_id:
        raise unknown_channel()
    return world.commands
