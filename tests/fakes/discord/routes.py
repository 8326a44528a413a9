"""Which path is which call: a name to speak of it, the route in Discord's words, and the function that does it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from tests.fakes.discord import callbacks, rest, webhooks
from tests.fakes.discord.params import Call
from tests.fakes.discord.world import World

Do = Callable[[World, Call], object]


@dataclass(frozen=True, slots=True)
class Route:
    """`free` routes carry their own token and need no Authorization."""

    name: str
    route: str
    do: Do
    free: bool = False

    def match(self, method: str, path: str) -> list[str] | None:
        own, _, pattern = self.route.partition(" ")
        if own != method:
            return None
        found = re.fullmatch(re.sub(r"\{\w+\}", "([^/]+)", pattern), path)
        return list(found.groups()) if found else None


_MESSAGE = "/channels/{id}/messages/{id}"
_HOOK = "/webhooks/{id}/{token}/messages/"
ROUTES = [
    Route("me", "GET /users/@me", rest.me),
    Route("my guilds", "GET /users/@me/guilds", rest.my_guilds),
    Route("create dm", "POST /users/@me/channels", rest.create_dm),
    Route("user", "GET /users/{id}", rest.user),
    Route("application", "GET /oauth2/applications/@me", rest.application),
    Route("application", "GET /applications/@me", rest.application),
    Route("gateway", "GET /gateway", rest.gateway),
    Route("gateway bot", "GET /gateway/bot", rest.gateway),
    Route("get channel", "GET /channels/{id}", rest.get_channel),
    Route("edit channel", "PATCH /channels/{id}", rest.edit_channel),
    Route("history", "GET /channels/{id}/messages", rest.history),
    Route("create message", "POST /channels/{id}/messages", rest.create_message),
    Route("get message", "GET " + _MESSAGE, rest.get_message),
    Route("edit message", "PATCH " + _MESSAGE, rest.edit_message),
    Route("delete message", "DELETE " + _MESSAGE, rest.delete_message),
    Route("typing", "POST /channels/{id}/typing", rest.typing),
    Route("start thread", "POST " + _MESSAGE + "/threads", rest.start_thread),
    Route("start thread", "POST /channels/{id}/threads", rest.start_thread),
    Route("join thread", "PUT /channels/{id}/thread-members/@me", rest.join_thread),
    Route("get guild", "GET /guilds/{id}", rest.get_guild),
    Route("guild channels", "GET /guilds/{id}/channels", rest.guild_channels),
    Route("active threads", "GET /guilds/{id}/threads/active", rest.active_threads),
    Route("get member", "GET /guilds/{id}/members/{id}", rest.member),
    Route("put commands", "PUT /applications/{id}/commands", rest.put_commands),
    Route("get commands", "GET /applications/{id}/commands", rest.get_commands),
    Route("callback", "POST /interactions/{id}/{token}/callback", callbacks.callback, free=True),
    Route("followup", "POST /webhooks/{id}/{token}", webhooks.followup, free=True),
    Route("get original", "GET " + _HOOK + "@original", webhooks.get_message, free=True),
    Route("edit original", "PATCH " + _HOOK + "@original", webhooks.edit_message, free=True),
    Route("delete original", "DELETE " + _HOOK + "@original", webhooks.delete_message, free=True),
    Route("get followup", "GET " + _HOOK + "{id}", webhooks.get_message, free=True),
    Route("edit followup", "PATCH " + _HOOK + "{id}", webhooks.edit_message, free=True),
    Route("delete followup", "DELETE " + _HOOK + "{id}", webhooks.delete_message, free=True),
]


def find(call: Call, routes: list[Route]) -> Route | None:
    """The route of a call, whose name and ids are then written into it."""
    for route in routes:
        ids = route.match(call.method, call.path)
        if ids is not None:
            call.name, call.route, call.ids = route.name, route.route, ids
            return route
    return None
