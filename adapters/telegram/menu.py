"""Telegram's command menu, made from the catalogue and set only where it differs: the lists are shown beside the text field."""

from __future__ import annotations

from collections.abc import Sequence

from telegram import Bot, BotCommand, BotCommandScope, BotCommandScopeAllGroupChats, BotCommandScopeAllPrivateChats

from bot.commands.catalog import Command, visible

MAX_DESCRIPTION = 256

# Language codes that there are translations for; "" is for everybody else.
LANGUAGES: tuple[str, ...] = ("",)
SCOPES: tuple[BotCommandScope, ...] = (BotCommandScopeAllPrivateChats(), BotCommandScopeAllGroupChats())


def commands(scope: BotCommandScope, language: str, catalogue: Sequence[Command]) -> list[BotCommand]:
    """What is listed. The languages there are share one wording until texts are translated; groups are shown the same commands, since
    each person has a session of their own there."""
    del scope, language
    return [BotCommand(command.name, command.help[:MAX_DESCRIPTION]) for command in catalogue]


async def set_menu(bot: Bot) -> int:
    """Brings the menu up to date; returns how many lists were changed. Raises TelegramError."""
    changed = 0
    for scope in SCOPES:
        for language in LANGUAGES:
            wanted = commands(scope, language, visible())
            if list(await bot.get_my_commands(scope, language or None)) != wanted:
                await bot.set_my_commands(wanted, scope, language or None)
                changed += 1
    return changed
