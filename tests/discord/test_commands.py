"""The catalogue as Discord's commands: what is registered, within which limits, and how seldom."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from adapters.discord.commands import (
    LARGEST_NUMBER,
    LONGEST_DESCRIPTION,
    Json,
    fingerprint,
    payload,
    sync,
)
from bot.commands.catalog import COMMANDS, Command, Option, visible
from bot.errors import DatabaseBroken, SendUnknown, StorageError
from tests.discord.interacting import RecordingCore
from tests.fakes.discord.commands import command_problems

MOST_COMMANDS = 100
MOST_MENUS = 15
LONGEST_COMMAND = 8000
"""Characters of all names and descriptions of one command [Discord: Application Commands]. The catalogue is known before the bot runs,
so these are looked after here, and not where it registers."""


@dataclass
class Api:
    """Takes lists of commands; `failures` is how many times it fails first."""

    application_id: str = "7000000001"
    failures: int = 0
    put: list[list[Json]] = field(default_factory=list)

    async def put_commands(self, app_id: str, payload: list[Json]) -> object:
        assert app_id == self.application_id
        if self.failures:
            self.failures -= 1
            raise SendUnknown("reset")
        self.put.append(payload)
        return payload


def slash() -> dict[str, Json]:
    return {str(command["name"]): command for command in payload() if command["type"] == 1}


def menus() -> dict[str, Json]:
    return {str(command["name"]): command for command in payload() if command["type"] == 3}


def options(name: str) -> dict[str, Mapping[str, object]]:
    found = slash()[name]["options"]
    assert isinstance(found, list)
    return {option["name"]: option for option in found}


def size(told: object) -> int:
    """What counts for the limit of a command: every name, description and value in it."""
    if isinstance(told, list):
        return sum(map(size, told))
    if not isinstance(told, dict):
        return 0
    own = sum(len(str(told[key])) for key in ("name", "description", "value") if key in told)
    return own + size(told.get("options")) + size(told.get("choices"))


def test_every_visible_command_and_every_menu_is_there():
    assert list(slash()) == [command.name for command in visible()]
    assert (
        list(menus()) == [command.menu for command in COMMANDS if command.menu] == ["Edit and answer again", "Branch from here", "Versions"]
    )


def test_everything_may_be_used_everywhere_by_everybody():
    for command in payload():
        assert command["integration_types"] == [0, 1]
        assert command["contexts"] == [0, 1, 2]


def test_the_catalogue_stays_within_discords_limits():
    assert command_problems(payload()) == []
    assert len(slash()) <= MOST_COMMANDS
    assert len(menus()) <= MOST_MENUS
    assert max(size(command) for command in payload()) <= LONGEST_COMMAND


def test_no_help_of_the_catalogue_has_to_be_cut():
    helps = [command.help for command in visible()] + [option.help for command in visible() for option in command.options]
    assert [help for help in helps if len(help) > LONGEST_DESCRIPTION] == []


def test_descriptions_begin_with_a_capital_letter_and_menus_have_none():
    for command in slash().values():
        found = command["options"]
        assert isinstance(found, list)
        for told in [command, *found]:
            assert str(told["description"])[0].isupper()
    assert all("description" not in menu for menu in menus().values())


def test_options_have_the_types_that_discord_checks_them_by():
    number = {"type": 4, "min_value": 1, "max_value": LARGEST_NUMBER, "required": False}
    assert options("history")["page"].items() >= number.items()
    assert "autocomplete" not in options("history")["page"]
    assert options("edit")["n"].items() >= {**number, "autocomplete": True}.items()
    assert options("edit")["text"].items() >= {"type": 3, "max_length": 6000, "required": False}.items()
    assert options("open")["id"].items() >= {"type": 3, "autocomplete": True, "required": True}.items()
    assert options("help")["command"].items() >= {"type": 3, "autocomplete": True}.items()
    assert options("sessions")["words"].items() >= {"type": 3, "max_length": 100}.items()
    assert slash()["undo"]["options"] == []


def test_required_options_come_first_and_long_descriptions_end_at_a_word():
    made = Command("do", "x" * 60 + " " + "y" * 60, (Option("may", "text", "maybe"), Option("must", "text", "surely", required=True)))
    (command,) = payload((made,))
    assert command_problems([command]) == []
    assert command["description"] == "X" + "x" * 59 + "…"
    found = command["options"]
    assert isinstance(found, list)
    assert [option["name"] for option in found] == ["must", "may"]


async def test_commands_are_put_once_and_not_again_at_the_next_start():
    core, api = RecordingCore(), Api()
    await sync(core, api)
    await sync(core, api)
    assert api.put == [payload()]
    assert list(core.kept) == ["discord/7000000001/commands"]


async def test_commands_are_put_again_when_they_changed_or_for_another_application():
    core, api, other = RecordingCore(), Api(), Api("7000000009")
    core.kept["discord/7000000001/commands"] = fingerprint(payload()[1:], "7000000001")
    await sync(core, api)
    await sync(core, other)
    assert len(api.put) == len(other.put) == 1
    assert len(set(core.kept.values())) == 2


async def test_a_failure_is_logged_and_made_good_at_the_next_start(caplog: pytest.LogCaptureFixture):
    core, api = RecordingCore(), Api(failures=1)
    with caplog.at_level(logging.WARNING):
        await sync(core, api)
    assert api.put == []
    assert core.kept == {}
    assert "SendUnknown" in caplog.text
    await sync(core, api)
    assert len(api.put) == 1


async def test_a_storage_that_fails_does_not_stop_the_bot_but_a_broken_one_does():
    api = Api()
    await sync(RecordingCore(storage=StorageError("full")), api)
    with pytest.raises(DatabaseBroken):
        await sync(RecordingCore(storage=DatabaseBroken("gone")), api)
    assert api.put == []
