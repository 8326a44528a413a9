"""What the bot asks about: itself, chats, members, files, its command lists, and topics that it makes."""

from __future__ import annotations

import re

import orjson

from tests.fakes.telegram.chats import Chat, User
from tests.fakes.telegram.params import Json, Params
from tests.fakes.telegram.refusals import (
    COMMANDS_UNPARSABLE,
    FILE_TOO_BIG,
    NO_ADMINISTRATORS,
    NO_SUCH_MEMBER,
    NOT_A_FORUM,
    THREAD_NOT_FOUND,
    WRONG_FILE,
    bad,
)
from tests.fakes.telegram.sending import Method
from tests.fakes.telegram.world import World

BIGGEST_DOWNLOAD = 20_000_000
_COMMAND = re.compile(r"[a-z0-9_]{1,32}")


def get_me(world: World, params: Params) -> Json:
    return {
        **world.bot.to_json(),
        "can_join_groups": True,
        "can_read_all_group_messages": not world.privacy,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
        "has_topics_enabled": world.private_topics,
    }


def _list_key(params: Params) -> tuple[str, str]:
    scope = params.nested("scope") or {"type": "default"}
    return orjson.dumps(scope, option=orjson.OPT_SORT_KEYS).decode(), params.text("language_code")


def set_my_commands(world: World, params: Params) -> bool:
    commands = params.nested("commands")
    if not isinstance(commands, list) or len(commands) > 100:
        raise bad("BOT_COMMANDS_TOO_MUCH" if isinstance(commands, list) else COMMANDS_UNPARSABLE)
    for command in commands:
        if not _COMMAND.fullmatch(command.get("command", "").removeprefix("/")):
            raise bad("BOT_COMMAND_INVALID")
        if not 1 <= len(command.get("description", "")) <= 256:
            raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
    world.commands[_list_key(params)] = commands
    return True


def get_my_commands(world: World, params: Params) -> list[Json]:
    return world.commands.get(_list_key(params), [])


def delete_my_commands(world: World, params: Params) -> bool:
    world.commands.pop(_list_key(params), None)
    return True


def get_chat(world: World, params: Params) -> Json:
    chat = world.chat_of(params)
    return {**chat.to_json(), "accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": _GIFTS}


_GIFTS = {
    "unlimited_gifts": False,
    "limited_gifts": False,
    "unique_gifts": False,
    "premium_subscription": False,
    "gifts_from_channels": False,
}


def member_json(world: World, chat: Chat, user: User) -> Json:
    """A ChatMember."""
    status = chat.bot_status if user is world.bot else chat.members.get(user.id, "left")
    out: Json = {"user": user.to_json(), "status": status}
    if status == "administrator":
        rights = {name: False for name in _RIGHTS}
        out |= {"can_be_edited": False, "is_anonymous": False, **rights, "can_delete_messages": chat.bot_may_delete}
    elif status == "creator":
        out["is_anonymous"] = False
    elif status == "kicked":
        out["until_date"] = 0
    return out


_RIGHTS = (
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
)


def get_chat_member(world: World, params: Params) -> Json:
    chat = world.chat_of(params)
    user_id = params.number("user_id") or 0
    user = world.bot if user_id == world.bot.id else chat.users.get(user_id)
    if user is None:
        raise bad(NO_SUCH_MEMBER)
    return member_json(world, chat, user)


def get_chat_administrators(world: World, params: Params) -> list[Json]:
    chat = world.chat_of(params)
    if chat.type == "private":
        raise bad(NO_ADMINISTRATORS)
    admins = [chat.users[user_id] for user_id, status in chat.members.items() if status in ("creator", "administrator")]
    if chat.bot_status == "administrator":
        admins.append(world.bot)
    return [member_json(world, chat, user) for user in admins]


def get_file(world: World, params: Params) -> Json:
    file_id = params.text("file_id")
    stored = world.files.get(file_id)
    if stored is None:
        raise bad(WRONG_FILE)
    if stored.size > BIGGEST_DOWNLOAD:
        raise bad(FILE_TOO_BIG)
    return {"file_id": file_id, "file_unique_id": f"u-{file_id}", "file_size": stored.size, "file_path": stored.path}


def create_forum_topic(world: World, params: Params) -> Json:
    chat = world.chat_of(params)
    if not chat.forum and not (chat.type == "private" and world.private_topics):
        raise bad(NOT_A_FORUM)
    topic = world.open_topic(chat, params.text("name"), world.bot)
    return {"message_thread_id": topic.thread_id, "name": topic.name, "icon_color": 7322096}


def edit_forum_topic(world: World, params: Params) -> bool:
    topic = world.chat_of(params).topics.get(params.number("message_thread_id") or 0)
    if topic is None:
        raise bad(THREAD_NOT_FOUND)
    topic.name = params.text("name") or topic.name
    return True


def log_out(world: World, params: Params) -> bool:
    return True


METHODS: dict[str, Method] = {
    "getme": get_me,
    "setmycommands": set_my_commands,
    "getmycommands": get_my_commands,
    "deletemycommands": delete_my_commands,
    "getchat": get_chat,
    "getchatmember": get_chat_member,
    "getchatadministrators": get_chat_administrators,
    "getfile": get_file,
    "createforumtopic": create_forum_topic,
    "editforumtopic": edit_forum_topic,
    "logout": log_out,
    "close": log_out,
}
