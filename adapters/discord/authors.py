"""Who wrote or pressed, as the core knows them: the account, its name to show, and the roles that it has in the server."""

from __future__ import annotations

import discord

from bot.events import Author


def author_of(person: discord.User | discord.Member, *, locale: str = "", permissions: discord.Permissions | None = None) -> Author:
    """The author. In a server `roles` begins with the server's own id, and who may administrate or manage the server is an admin there.

    `permissions` are those that Discord itself told with an interaction; else they are reckoned from the roles. An account that is not
    given as a member of a server has no roles.
    """
    if not isinstance(person, discord.Member):
        return Author(str(person.id), name_of(person), locale, is_bot=person.bot)
    allowed = permissions if permissions is not None else person.guild_permissions
    # `person.roles` leaves out all those of a server that the bot is not in; their ids stand in the member all the same.
    roles = (str(person.guild.id), *(str(number) for number in person._roles if number != person.guild.id))
    return Author(str(person.id), name_of(person), locale, roles, allowed.administrator or allowed.manage_guild, person.bot)


def name_of(person: discord.User | discord.Member | discord.ClientUser) -> str:
    """What people see: the nickname in the server, else the display name."""
    return person.display_name
