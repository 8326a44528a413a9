"""What Discord refuses in a list of commands."""

from __future__ import annotations

import re

from tests.fakes.discord.refusals import Json

NAME = re.compile(r"[-_a-z0-9]{1,32}")
SLASH, MENUS = 1, (2, 3)
SUBCOMMAND, GROUP, STRING, INTEGER, NUMBER = 1, 2, 3, 4, 10


def command_problems(commands: list[Json]) -> list[str]:
    """Each problem in one line; the names of slash commands are held to the Latin part of Discord's rule."""
    out: list[str] = []
    if sum(command.get("type", 1) == SLASH for command in commands) > 100:
        out.append("more than 100 slash commands")
    for kind in MENUS:
        if sum(command.get("type", 1) == kind for command in commands) > 15:
            out.append(f"more than 15 menus of type {kind}")
    names = [(command.get("type", 1), command.get("name")) for command in commands]
    out += [f"{name!r} twice" for name in {name for name in names if names.count(name) > 1}]
    for command in commands:
        out += [f"command {command.get('name')!r}: {problem}" for problem in _problems(command)]
    return out


def _problems(command: Json) -> list[str]:
    name = command.get("name") or ""
    if command.get("type", 1) != SLASH:
        out = [] if 1 <= len(name) <= 32 else ["a menu's name is not 1 to 32 characters"]
        return out + (["a menu has a description"] if command.get("description") else [])
    out = _words(command)
    if (size := _size(command)) > 8000:
        out.append(f"{size} characters in all, over 8000")
    if set(command.get("contexts") or ()) - {0, 1, 2} or set(command.get("integration_types") or ()) - {0, 1}:
        out.append("unknown contexts or integration_types")
    return out + _option_problems(command.get("options") or [])


def _words(told: Json) -> list[str]:
    out = [] if NAME.fullmatch(told.get("name") or "") else [f"name {told.get('name')!r}"]
    if not 1 <= len(told.get("description") or "") <= 100:
        out.append(f"description of {len(told.get('description') or '')} characters, not 1 to 100")
    return out


def _option_problems(options: list[Json]) -> list[str]:
    out = ["more than 25 options"] if len(options) > 25 else []
    names = [option.get("name") for option in options]
    if len(set(names)) != len(names):
        out.append("an option's name twice")
    demanded = [bool(option.get("required")) for option in options]
    if demanded != sorted(demanded, reverse=True):
        out.append("a required option after one that is not")
    for option in options:
        problems = _words(option) + _choice_problems(option)
        if option.get("type") in (SUBCOMMAND, GROUP):
            problems += _option_problems(option.get("options") or [])
        out += [f"option {option.get('name')!r}: {problem}" for problem in problems]
    return out


def _choice_problems(option: Json) -> list[str]:
    choices = option.get("choices") or []
    out = ["more than 25 choices"] if len(choices) > 25 else []
    if choices and option.get("autocomplete"):
        out.append("choices beside autocomplete")
    out += [f"choice {choice!r}" for choice in choices if not 1 <= len(choice.get("name") or "") <= 100]
    limits = ("min_length", "max_length")
    if any(not 0 <= option[key] <= 6000 for key in limits if option.get(key) is not None):
        out.append("min_length or max_length out of 0 to 6000")
    return out


def _size(told: Json) -> int:
    own = len(told.get("name") or "") + len(told.get("description") or "")
    own += sum(len(str(choice.get("name"))) + len(str(choice.get("value"))) for choice in told.get("choices") or ())
    return own + sum(_size(option) for option in told.get("options") or ())
