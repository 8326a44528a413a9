"""What people do with commands, menus, buttons, selects and forms: each becomes an INTERACTION_CREATE as Discord sends it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from tests.fakes.discord.interactions import Asked, Interaction
from tests.fakes.discord.places import Channel, Kind, Message, User
from tests.fakes.discord.refusals import Json
from tests.fakes.discord.shapes import bot_permissions, channel_json, member_json, message_json, permissions_of, user_json
from tests.fakes.discord.world import World

CONTEXTS = {Kind.TEXT: 0, Kind.THREAD: 0, Kind.DM: 1, Kind.GROUP: 2}


def start(world: World, kind: Asked, user: User, place: Channel, data: Json, source: Message | None = None) -> Interaction:
    """Makes an interaction and tells every session of it; lost when there is none."""
    interaction = Interaction(world.new_id(), secrets.token_urlsafe(48), kind, user, place, world.now(), data, source)
    interaction.bot_here = place.kind is Kind.DM or (place.guild is not None and place.guild.bot_in)
    interaction.payload = _payload(world, interaction)

    async def submitter(asked: Interaction, text: str | Mapping[str, str]) -> Interaction:
        return submit(world, asked, text)

    interaction.submitter = submitter
    world.interactions[interaction.token] = interaction
    world.gateway.dispatch("INTERACTION_CREATE", interaction.payload)
    return interaction


def _payload(world: World, interaction: Interaction) -> Json:
    place, user, guild = interaction.place, interaction.user, interaction.place.guild
    permissions = permissions_of(guild, user) if guild is not None else bot_permissions(place)
    out: Json = {
        "version": 1,
        "id": str(interaction.id),
        "token": interaction.token,
        "application_id": str(world.application_id),
        "type": int(interaction.type),
        "data": interaction.data,
        "channel_id": str(place.id),
        "channel": channel_json(place, world.bot) | {"permissions": str(permissions)},
        "app_permissions": str(bot_permissions(place)),
        "locale": user.locale,
        "context": CONTEXTS[place.kind],
        "authorizing_integration_owners": _owners(world, place, user),
        "entitlements": [],
        "attachment_size_limit": 10_485_760,
    }
    if interaction.source is not None:
        out["message"] = message_json(interaction.source)
    if guild is None:
        return out | {"user": user_json(user)}
    told = {"id": str(guild.id), "locale": guild.owner.locale, "features": []}
    out |= {"guild_id": str(guild.id), "guild_locale": guild.owner.locale, "guild": told}
    return out | {"member": member_json(guild, user, permissions=permissions)}


def _owners(world: World, place: Channel, user: User) -> Json:
    out: Json = {}
    if place.kind is Kind.DM:
        out["0"] = "0"
    elif place.guild is not None and place.guild.bot_in:
        out["0"] = str(place.guild.id)
    if user.id in world.installed or not out:
        out["1"] = str(user.id)
    return out


def press(world: World, user: User, message: Message, custom_id: str) -> Interaction:
    """Presses with any custom id, as an old or a forged button would."""
    assert message.only_for in (None, user), f"{user.name} does not see this message"
    found = next((piece for piece in message.pieces() if piece.get("custom_id") == custom_id), {})
    assert not found.get("disabled"), f"the button {custom_id!r} is off"
    data = {"custom_id": custom_id, "component_type": 2, "id": found.get("id", 1)}
    return start(world, Asked.COMPONENT, user, message.place, data, message)


def choose(world: World, user: User, message: Message, wanted: tuple[str, ...]) -> Interaction:
    """Chooses in the select that has these options, by label or value."""
    assert message.only_for in (None, user), f"{user.name} does not see this message"
    for piece in message.pieces():
        by_name = {name: option["value"] for option in piece.get("options", ()) for name in (option["value"], option["label"])}
        if wanted and set(wanted) <= set(by_name):
            assert not piece.get("disabled"), "the select is off"
            values = [by_name[name] for name in wanted]
            data = {"custom_id": piece["custom_id"], "component_type": piece["type"], "id": piece.get("id", 1), "values": values}
            return start(world, Asked.COMPONENT, user, message.place, data, message)
    raise AssertionError(f"no select with {wanted}, only {message.options()}")


def submit(world: World, asked: Interaction, text: str | Mapping[str, str]) -> Interaction:
    """Sends a form back; AssertionError for what its fields would not take."""
    modal = asked.modal
    values = modal.values
    if isinstance(text, str):
        assert len(values) == 1, f"which of {list(values)}?"
        values = dict.fromkeys(values, text)
    else:
        assert set(text) <= set(values), f"no fields {set(text) - set(values)}, only {list(values)}"
        values |= text
    for name, piece in modal.fields.items():
        length, least, most = len(values[name]), piece.get("min_length") or 0, piece.get("max_length") or 4000
        assert length or not piece.get("required", True), f"{name} is required"
        assert not length or least <= length <= most, f"{name} takes {least} to {most} characters, not {length}"
    data = {"custom_id": modal.custom_id, "components": [_filled(piece, values) for piece in modal.data["components"]]}
    return start(world, Asked.MODAL, asked.user, asked.place, data, asked.source)


def _filled(piece: Json, values: Mapping[str, str]) -> Json:
    out: Json = {"type": piece["type"], "id": piece.get("id", 1)}
    if "component" in piece:
        return out | {"component": _filled(piece["component"], values)}
    if "components" in piece:
        return out | {"components": [_filled(inner, values) for inner in piece["components"]]}
    if piece["type"] == 4:
        return out | {"custom_id": piece["custom_id"], "value": values[piece["custom_id"]]}
    return out


def target_data(world: World, command: Json, place: Channel, target: Message | User) -> Json:
    """The data of a menu, with what it points at as Discord resolves it."""
    data: Json = {"id": command["id"], "name": command["name"], "type": command["type"], "target_id": str(target.id)}
    if isinstance(target, Message):
        return data | {"resolved": {"messages": {str(target.id): message_json(target)}}}
    resolved: Json = {"users": {str(target.id): user_json(target)}}
    if place.guild is not None:
        resolved["members"] = {
            str(target.id): member_json(place.guild, target, with_user=False, permissions=permissions_of(place.guild, target))
        }
    return data | {"resolved": resolved}
