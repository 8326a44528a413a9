"""The catalogue as Discord's application commands: the payload, and putting it there only where it has changed.

The commands are global, for servers and for people who install the bot for themselves, and may be given in servers, in private chats
with the bot, and in every other private chat. What only buttons and menus do is no slash command.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Sequence
from typing import Final, Protocol

from bot.commands.catalog import COMMANDS, Command, Option
from bot.errors import AdapterError, DatabaseBroken, StorageError
from bot.ports import Core

_log = logging.getLogger(__name__)

Json = dict[str, object]

SLASH: Final = 1
MESSAGE_MENU: Final = 3
STRING: Final = 3
INTEGER: Final = 4

LONGEST_DESCRIPTION: Final = 100
LONGEST_TEXT: Final = 6000
LONGEST_WORDS: Final = 100
LARGEST_NUMBER: Final = 10**9 - 1

_EVERYWHERE: Final[Json] = {"integration_types": [0, 1], "contexts": [0, 1, 2]}


class CommandsApi(Protocol):
    """The part of the REST client that syncing needs."""

    application_id: str

    async def put_commands(self, app_id: str, payload: list[Json]) -> object:
        """Replaces all global commands. Raises AdapterError."""


def payload(catalogue: Sequence[Command] = COMMANDS) -> list[Json]:
    """Every slash command and every menu of a message, in the order of the catalogue."""
    slash = (_slash(command) for command in catalogue if not command.hidden)
    return [*slash, *(_menu(command) for command in catalogue if command.menu)]


async def sync(core: Core, rest: CommandsApi) -> None:
    """Puts the commands there if they are not those put last. A failure is logged, and made good at the next start.

    Raises DatabaseBroken only.
    """
    name = f"discord/{rest.application_id}/commands"
    wanted = payload()
    mark = fingerprint(wanted, rest.application_id)
    try:
        if (await core.cursors(name)).get(name) == mark:
            return
        await rest.put_commands(rest.application_id, wanted)
        await core.keep({name: mark})
    except DatabaseBroken:
        raise
    except (AdapterError, StorageError) as error:
        _log.warning("discord: the commands could not be registered (%s); again at the next start", type(error).__name__)
    else:
        _log.info("discord: registered %d commands", len(wanted))


def fingerprint(wanted: list[Json], application_id: str) -> str:
    """The same for the same commands of the same application."""
    written = json.dumps([application_id, wanted], sort_keys=True, ensure_ascii=True)
    return hashlib.blake2b(written.encode(), digest_size=16).hexdigest()


def _slash(command: Command) -> Json:
    options = sorted(command.options, key=lambda option: not option.required)
    return {
        "type": SLASH,
        "name": command.name,
        "description": _description(command.help),
        "options": [_option(option) for option in options],
        **_EVERYWHERE,
    }


def _menu(command: Command) -> Json:
    return {"type": MESSAGE_MENU, "name": command.menu, **_EVERYWHERE}


def _option(option: Option) -> Json:
    base: Json = {"name": option.name, "description": _description(option.help), "required": option.required}
    match option.kind:
        case "number":
            return {**base, "type": INTEGER, "min_value": 1, "max_value": LARGEST_NUMBER}
        case "message":
            return {**base, "type": INTEGER, "min_value": 1, "max_value": LARGEST_NUMBER, "autocomplete": True}
        case "session" | "command":
            return {**base, "type": STRING, "max_length": LONGEST_WORDS, "autocomplete": True}
        case "text":
            return {**base, "type": STRING, "max_length": LONGEST_TEXT}
        case "words":
            return {**base, "type": STRING, "max_length": LONGEST_WORDS}


def _description(help: str) -> str:
    """A sentence begins with a capital letter; what is too long ends at a word."""
    text = help[:1].upper() + help[1:]
    if len(text) <= LONGEST_DESCRIPTION:
        return text
    return text[: LONGEST_DESCRIPTION - 1].rsplit(" ", 1)[0] + "…"
