"""What `parley check` says of Discord, and the links by which the bot comes to a server or to a person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Protocol
from urllib.parse import urlencode

from adapters.discord.options import DiscordOptions
from bot.errors import AdapterError, PlaceUnavailable, RateLimited, SettingsError, TokenRefused
from bot.ports import Verdict

PERMISSIONS: Final[Mapping[str, int]] = {
    "View Channels": 1 << 10,  # to see where it is mentioned, and to be told of messages at all
    "Send Messages": 1 << 11,  # to answer in channels
    "Read Message History": 1 << 16,  # to fetch what was sent while it was down, and to reply to messages
    "Create Public Threads": 1 << 35,  # to open a thread for a conversation, where PARLEY_THREADS says so
    "Send Messages in Threads": 1 << 38,  # to answer in threads
}
"""All that the bot needs in a server, by the names of Discord's own page of roles."""
LOW: Final = 50
"""Starts left of the 1,000 a day below which it is worth a line."""
_AUTHORIZE: Final = "https://discord.com/oauth2/authorize"
_CONTENT: Final = (1 << 18) | (1 << 19)
"""The Message Content intent in an application's flags: approved by Discord, or switched on by the owner of a small bot."""
_TOO_MANY_GUILDS: Final = 2500

Line = tuple[Verdict, str]
Json = Mapping[str, object]


class CheckedApi(Protocol):
    """The part of the REST client that a check needs. All raise AdapterError."""

    async def login(self) -> Json: ...

    async def application(self) -> Json: ...

    async def gateway_bot(self) -> Json: ...


async def check(rest: CheckedApi, options: DiscordOptions) -> list[Line]:
    """Lines, each with what it comes to. Never raises."""
    try:
        options.check()
        me = await rest.login()
        application = await rest.application()
        gateway = await rest.gateway_bot()
    except SettingsError as error:
        return [("fail", f"Discord: {problem}") for problem in error.problems]
    except AdapterError as error:
        return [("fail", f"Discord: {_plain(error)}")]
    lines = [_who(me, application), _content(application, options), *_hindrances(application), *_starts(gateway)]
    client_id = str(application.get("id") or me.get("id") or "")
    return [*lines, ("ok", f"Discord: invite it to a server: {server_link(client_id)}"), *_to_oneself(application, client_id)]


def server_link(client_id: str) -> str:
    """The page where who manages a server lets the bot in, with just the permissions that it needs."""
    words = {"client_id": client_id, "scope": "bot applications.commands", "permissions": str(sum(PERMISSIONS.values()))}
    return f"{_AUTHORIZE}?{urlencode(words)}"


def personal_link(client_id: str) -> str:
    """The page where a person installs the bot for themselves, to use its commands anywhere."""
    return f"{_AUTHORIZE}?{urlencode({'client_id': client_id, 'integration_type': '1', 'scope': 'applications.commands'})}"


def _plain(error: AdapterError) -> str:
    match error:
        case TokenRefused():
            return "the token is refused; copy it again from the Bot page of the developer portal into DISCORD_TOKEN"
        case RateLimited(retry_after=wait):
            return f"it asks to wait {wait:.0f} s before anything else"
        case PlaceUnavailable():
            return "it does not let the bot ask about itself"
        case _:
            return "it does not answer; look at the network, and at https://discordstatus.com"


def _who(me: Json, application: Json) -> Line:
    servers = application.get("approximate_guild_count")
    where = f", in {servers} server{'' if servers == 1 else 's'}" if isinstance(servers, int) else ""
    many = isinstance(servers, int) and servers >= _TOO_MANY_GUILDS
    hint = "; from 2,500 servers on Discord asks for more than one connection, which Parley does not have" if many else ""
    return (
        "warn" if many else "ok",
        f"Discord: the token is that of {me.get('global_name') or me.get('username') or 'a bot without a name'}{where}{hint}",
    )


def _content(application: Json, options: DiscordOptions) -> Line:
    """Not a failure where it is off: the operator may want it so."""
    if _number(application.get("flags")) & _CONTENT:
        return "ok", "Discord: the Message Content intent is on"
    threads = "; PARLEY_THREADS needs it, since nobody mentions the bot in a thread of its own" if options.threads else ""
    return "warn", (
        "Discord: the Message Content intent is off, so it does not follow threads without being mentioned, nor see a reply to it that does"
        f" not ping it; mentions, private messages and commands work all the same{threads}. To have the rest, switch it on at the Bot page"
        " of the developer portal, under Privileged Gateway Intents"
    )


def _hindrances(application: Json) -> list[Line]:
    """What an owner can have set so that nobody reaches the bot."""
    lines: list[Line] = []
    if application.get("interactions_endpoint_url"):
        lines.append(
            (
                "fail",
                "Discord: an Interactions Endpoint URL is set, so commands and buttons go there, not here; empty that field at the"
                " General Information page of the developer portal",
            )
        )
    if application.get("bot_require_code_grant") is True:
        lines.append(("fail", "Discord: Requires OAuth2 Code Grant is on, so the invite link fails; switch it off at the Bot page"))
    if application.get("bot_public") is False:
        lines.append(("warn", "Discord: Public Bot is off, so only its owner can invite it; the switch is at the Bot page"))
    if not _installable(application, "0"):
        lines.append(("fail", "Discord: it cannot be invited to servers; tick Guild Install at the Installation page"))
    return lines


def _starts(gateway: Json) -> list[Line]:
    limit = gateway.get("session_start_limit")
    if not isinstance(limit, Mapping) or "remaining" not in limit:
        return []
    remaining, minutes = _number(limit.get("remaining")), _number(limit.get("reset_after")) // 60_000
    if remaining >= LOW:
        return []
    return [
        (
            "warn" if remaining > 0 else "fail",
            f"Discord: {remaining} connections are left of {_number(limit.get('total'))}; there are new ones in {minutes} min",
        )
    ]


def _to_oneself(application: Json, client_id: str) -> list[Line]:
    if _installable(application, "1"):
        return [("ok", f"Discord: install it for yourself, to use its commands anywhere: {personal_link(client_id)}")]
    return [("ok", "Discord: nobody can install it for themselves; tick User Install at the Installation page if they should")]


def _installable(application: Json, kind: str) -> bool:
    """Whether the application may be installed so; an older one that does not tell may."""
    config = application.get("integration_types_config")
    return not isinstance(config, Mapping) or not config or kind in config


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0
