"""What Discord's own client checks before it sends a command: that it is synced, allowed in the place, and filled in as it was declared."""

from __future__ import annotations

from collections.abc import Mapping

from tests.fakes.discord.acting import CONTEXTS
from tests.fakes.discord.places import Channel, Kind, Somebody, User
from tests.fakes.discord.refusals import Json
from tests.fakes.discord.shapes import permissions_of, user_json
from tests.fakes.discord.world import World

Value = str | int | float | bool | Somebody
_TYPES: dict[int, type | tuple[type, ...]] = {3: str, 4: int, 5: bool, 6: Somebody, 10: (int, float)}


def command_in(world: World, user: User, place: Channel, name: str, kind: int) -> Json:
    """The synced command; AssertionError where this person would not be offered it there."""
    found = next((command for command in world.commands if command["name"] == name and command["type"] == kind), None)
    assert found is not None, f"no command {name!r} of type {kind} is synced, only {[command['name'] for command in world.commands]}"
    installs, context = found.get("integration_types") or [0], CONTEXTS[place.kind]
    contexts = found.get("contexts")
    allowed = (
        (context in contexts) if contexts is not None else (context == 0 or (context == 1 and found.get("dm_permission") is not False))
    )
    assert allowed, f"{name!r} is for contexts {contexts}, not for {context}"
    here = place.kind is Kind.DM or (place.guild is not None and place.guild.bot_in)
    assert (here and 0 in installs) or (user.id in world.installed and 1 in installs), f"{name!r} is not installed there"
    needed = found.get("default_member_permissions")
    if place.guild is not None and needed is not None:
        bits = int(needed) or 1 << 3
        assert permissions_of(place.guild, user) & bits == bits, f"{user.name} may not use {name!r}"
    return found


def slash_data(world: World, command: Json, words: list[str], given: Mapping[str, Value], focused: str = "") -> Json:
    """The data of a slash command. `words` are the subcommands after its name; `focused` the option that is being typed."""
    data: Json = {"id": command["id"], "name": command["name"], "type": 1}
    level, options = data, command.get("options") or []
    for word in words:
        inner = next((option for option in options if option["name"] == word and option["type"] in (1, 2)), None)
        assert inner is not None, f"no subcommand {word!r}, only {[option['name'] for option in options]}"
        below: Json = {"name": word, "type": inner["type"]}
        level["options"], options, level = [below], inner.get("options") or [], below
    assert not any(option["type"] in (1, 2) for option in options), "a subcommand is missing"
    known = {option["name"]: option for option in options}
    assert set(given) <= set(known), f"no options {set(given) - set(known)}, only {list(known)}"
    level["options"] = [_filled(known[name], value, name == focused) for name, value in given.items()]
    users = [value.user for value in given.values() if isinstance(value, Somebody)]
    if users:
        data["resolved"] = {"users": {str(user.id): user_json(user) for user in users}}
    if not focused:
        missing = [name for name, option in known.items() if option.get("required") and name not in given]
        assert not missing, f"the options {missing} are required"
    return data


def _filled(option: Json, value: Value, focused: bool) -> Json:
    out: Json = {"name": option["name"], "type": option["type"], "value": str(value.user.id) if isinstance(value, Somebody) else value}
    if focused:
        assert option.get("autocomplete"), f"{option['name']!r} has no autocomplete"
        return out | {"value": str(value), "focused": True}
    wanted = _TYPES.get(option["type"])
    assert wanted is None or isinstance(value, wanted), f"{option['name']!r} takes {wanted}, not {value!r}"
    assert option["type"] == 5 or not isinstance(value, bool), f"{option['name']!r} takes no yes or no"
    choices = [choice["value"] for choice in option.get("choices") or ()]
    assert not choices or value in choices, f"{option['name']!r} is one of {choices}, not {value!r}"
    size = len(value) if isinstance(value, str) else value
    least, most = ("min_length", "max_length") if isinstance(value, str) else ("min_value", "max_value")
    if isinstance(size, int | float):
        assert option.get(least) is None or size >= option[least], f"{option['name']!r} is under {option[least]}"
        ceiling = option.get(most) if option.get(most) is not None or not isinstance(value, str) else 6000
        assert ceiling is None or size <= ceiling, f"{option['name']!r} is over {ceiling}"
    return out
