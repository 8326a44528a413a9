"""What Discord's gateway tells, as its documentation words it: one of each kind that the bot listens to."""

from __future__ import annotations

from typing import Any, Final

Json = dict[str, Any]

ME: Final[Json] = {"id": "42", "username": "parley", "discriminator": "0", "avatar": None, "bot": True, "global_name": "Parley"}
ANN: Final[Json] = {"id": "1001", "username": "ann", "discriminator": "0", "avatar": None, "global_name": "Ann", "bot": False}
MEMBER: Final[Json] = {
    "roles": ["100", "7"],
    "joined_at": "2026-01-01T00:00:00+00:00",
    "nick": "Ann",
    "deaf": False,
    "mute": False,
    "flags": 0,
}
_ROLE: Final[Json] = {"id": "100", "name": "@everyone", "color": 0, "hoist": False, "position": 0, "permissions": "104324673",
"managed": False,
                      "mentionable": False, "flags": 0}  # fmt: skip
_TEXT: Final[Json] = {
    "id": "200",
    "type": 0,
    "name": "general",
    "position": 0,
    "permission_overwrites": [],
    "nsfw": False,
    "parent_id": None,
}
_THREAD: Final[Json] = {
    "id": "300", "type": 11, "name": "a thread", "parent_id": "200", "owner_id": "42", "guild_id": "100", "message_count": 1,
    "member_count": 1,
    "thread_metadata": {"archived": False, "auto_archive_duration": 60, "archive_timestamp": "2026-01-01T00:00:00+00:00", "locked": False},
}  # fmt: skip
GUILD: Final[Json] = {
    "id": "100", "name": "Friends", "owner_id": "1001", "roles": [_ROLE, {**_ROLE, "id": "7", "name": "parley", "managed": True,
    "tags": {"bot_id": "42"}}], "channels": [_TEXT], "threads": [_THREAD], "members": [], "emojis": [], "stickers": [], "features": [],
    "member_count": 2, "presences": [], "voice_states": [], "verification_level": 0, "default_message_notifications": 0, "mfa_level": 0,
    "explicit_content_filter": 0, "system_channel_id": None, "afk_timeout": 60, "nsfw_level": 0, "premium_tier": 0,
    "preferred_locale": "en-US",
    "stage_instances": [], "guild_scheduled_events": [], "soundboard_sounds": [], "premium_progress_bar_enabled": False,
}  # fmt: skip
_MESSAGE: Final[Json] = {
    "id": "1441000000000000001", "channel_id": "500", "author": ANN, "content": "hello", "timestamp": "2026-11-21T12:00:00.000000+00:00",
    "edited_timestamp": None, "tts": False, "mention_everyone": False, "mentions": [], "mention_roles": [], "attachments": [], "embeds": [],
    "components": [], "pinned": False, "type": 0, "flags": 0, "channel_type": 1,
}  # fmt: skip
_IN_GUILD: Final[Json] = {**_MESSAGE, "channel_id": "200", "guild_id": "100", "member": MEMBER, "channel_type": 0}
_FILE: Final[Json] = {
    "id": "9",
    "filename": "a.png",
    "size": 5,
    "url": "https://x.org/a",
    "proxy_url": "https://x.org/a",
    "content_type": "image/png",
}
_OWN: Final[Json] = {**_MESSAGE, "id": "1441000000000000000", "author": ME, "content": "an answer"}
_INTERACTION: Final[Json] = {
    "id": "1441000000000000002", "application_id": "42", "type": 2, "token": "aW50ZXJhY3Rpb24", "version": 1, "user": ANN, "locale": "de",
    "channel_id": "500", "channel": {"id": "500", "type": 1, "recipients": [ANN]}, "app_permissions": "104324673", "entitlements": [],
    "attachment_size_limit": 1,
    "authorizing_integration_owners": {"0": "0"}, "context": 1, "data": {"id": "1", "name": "new", "type": 1, "options": []},
}  # fmt: skip
_GUILD_INTERACTION: Final[Json] = {
    **{key: value for key, value in _INTERACTION.items() if key != "user"}, "guild_id": "100", "channel_id": "200", "channel": _TEXT,
    "context": 0,
    "member": {**MEMBER, "user": ANN, "permissions": "104324673"}, "authorizing_integration_owners": {"0": "100"},
    "guild": {"id": "100", "locale": "de", "features": []},
}  # fmt: skip


def _data(**data: Any) -> Json:
    return {"id": "1", "type": 1, **data}


def _given(**options: Any) -> list[Json]:
    return [{"name": name, "type": 3, "value": value} for name, value in options.items()]


_INTERACTIONS: Final[tuple[Json, ...]] = (
    _INTERACTION,
    {**_GUILD_INTERACTION, "data": _data(name="edit", options=_given(n="3", text="new words"))},
    {**_GUILD_INTERACTION, "data": _data(name="edit", options=_given(text="3 words"))},
    {**_INTERACTION, "data": _data(name="ask", options=[])},
    {**_INTERACTION, "type": 4, "data": _data(name="open", options=[{"name": "id", "type": 3, "value": "#7f", "focused": True}])},
    {**_INTERACTION, "type": 3, "message": _OWN, "data": {"custom_id": "retry #7f", "component_type": 2}},
    {**_GUILD_INTERACTION, "type": 3, "message": {**_OWN, "channel_id": "200"}, "data": {"custom_id": "select", "component_type": 3,
    "values": ["open #7f"]}},
    {**_INTERACTION, "type": 3, "message": _OWN, "data": {"custom_id": "ask:edit #7f", "component_type": 2}},
    {**_INTERACTION, "type": 5, "data": {"custom_id": "edit #7f", "components": [
        {"type": 18, "component": {"type": 4, "custom_id": "text", "value": "words"}}, {"type": 1, "components": [{"type": 4,
        "value": "more"}]}]}},
    {**_GUILD_INTERACTION, "data": {"id": "1", "type": 3, "name": "Branch from here", "target_id": "5",
    "resolved": {"messages": {"5": _OWN}}}},
)  # fmt: skip
_HAPPENINGS: Final[tuple[tuple[str, Json], ...]] = (
    ("MESSAGE_CREATE", _MESSAGE),
    ("MESSAGE_CREATE", {**_IN_GUILD, "content": "<@42> hi <#200> <@&7>", "mentions": [{**ME, "member": MEMBER}]}),
    ("MESSAGE_CREATE", {**_IN_GUILD, "channel_id": "300", "content": "in a thread", "channel_type": 11}),
    ("MESSAGE_CREATE", {**_MESSAGE, "type": 19, "message_reference": {"type": 0, "message_id": "1441000000000000000", "channel_id": "500"},
                        "referenced_message": _OWN}),
    ("MESSAGE_CREATE", {**_MESSAGE, "message_reference": {"type": 1, "message_id": "3", "channel_id": "4"},
                        "message_snapshots": [{"message": {**_MESSAGE, "attachments": [_FILE]}}]}),
    ("MESSAGE_CREATE", {**_MESSAGE, "attachments": [_FILE], "sticker_items": [{"id": "1", "name": "s", "format_type": 1}]}),
    ("MESSAGE_CREATE", {**_MESSAGE, "content": "/history 2", "poll": {"question": {"text": "?"}, "answers": [], "expiry": None,
                        "allow_multiselect": False, "layout_type": 1}}),
    ("MESSAGE_CREATE", {**_IN_GUILD, "webhook_id": "77"}),
    ("MESSAGE_UPDATE", {**_MESSAGE, "content": "edited", "edited_timestamp": "2026-11-21T12:01:00.000000+00:00"}),
    ("MESSAGE_UPDATE", {**_IN_GUILD, "content": "edited", "edited_timestamp": "2026-11-21T12:01:00.000000+00:00", "flags": 32}),
    ("MESSAGE_DELETE", {"id": "1441000000000000001", "channel_id": "500"}),
    ("MESSAGE_DELETE", {"id": "1441000000000000001", "channel_id": "200", "guild_id": "100"}),
    ("MESSAGE_DELETE_BULK", {"ids": ["1", "2"], "channel_id": "200", "guild_id": "100"}),
    ("CHANNEL_DELETE", {**_TEXT, "guild_id": "100"}),
    ("CHANNEL_UPDATE", {**_TEXT, "guild_id": "100"}),
    ("THREAD_CREATE", _THREAD),
    ("THREAD_DELETE", {"id": "300", "guild_id": "100", "parent_id": "200", "type": 11}),
    ("GUILD_CREATE", {**GUILD, "id": "101"}),
    ("GUILD_DELETE", {"id": "100"}),
    ("GUILD_ROLE_UPDATE", {"guild_id": "100", "role": _ROLE}),
    *(("INTERACTION_CREATE", interaction) for interaction in _INTERACTIONS),
    *(("INTERACTION_CREATE", interaction) for interaction in _INTERACTIONS),
)  # fmt: skip
HAPPENINGS: Final[tuple[Json, ...]] = tuple({"t": name, "d": data} for name, data in _HAPPENINGS)
OTHERS: Final = tuple(sorted({name for name, _ in _HAPPENINGS}))
"""The names of what can happen."""
