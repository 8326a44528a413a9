"""What people do in a run, and when: by name for each kind of turn, or at random."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from datetime import timedelta

from bot.events import Place
from tests.simulation.discord import CHANNEL
from tests.simulation.town import GROUP, HOMES, SHARED, Act, Town, home

Schedule = list[tuple[float, Act]]

MOSTLY = {
    "say": 50,
    "calm": 10,
    "edit": 8,
    "retry": 4,
    "reply": 4,
    "press": 8,
    "stop": 4,
    "undo": 3,
    "command": 5,
    "delete": 3,
    "tidy": 1,
    "block": 1,
}
CALM_COMMANDS = ("new", "title", "end", "help", "history", "sessions")
OTHER_COMMANDS = ("edit", "edit", "edit", "delete", "delete", "cancel", "forget")


def _say(person: str, how: str = "", place: Place | None = None) -> Act:
    return lambda town: town.say(person, place or home(person), how)


def _command(person: str, name: str, args: str = "", place: Place | None = None) -> Act:
    return lambda town: town.command(person, place or home(person), name, args)


def _press(person: str, label: str) -> Act:
    return lambda town: town.press(person, home(person), label)


def _edit(person: str, which: int) -> Act:
    return lambda town: town.edit(person, home(person), which)


def _delete(person: str) -> Act:
    """In the chat itself, where the platform tells of it."""
    return lambda town: town.delete(person, home(person))


def _one_after_another(person: str, *acts: Act, every: float = 9.0) -> Schedule:
    return [(1.0 + every * number, act) for number, act in enumerate(acts)]


NAMED: Mapping[str, Callable[[str], Schedule]] = {
    "answer": lambda p: _one_after_another(p, _say(p, "briefly")),
    "long answer": lambda p: _one_after_another(p, _say(p, "at length")),
    "two quick ones": lambda p: [(1.0, _say(p, "briefly")), (1.1, _say(p, "briefly"))],
    "one while it answers": lambda p: [(1.0, _say(p, "at length")), (1.9, _say(p, "briefly"))],
    "three messages": lambda p: [(1.0, _say(p, "briefly")), (1.6, _say(p, "briefly")), (6.0, _say(p, "briefly"))],
    "three, one at length": lambda p: [(1.0, _say(p, "briefly")), (6.0, _say(p, "at length")), (8.3, _say(p, "briefly"))],
    "edit": lambda p: _one_after_another(p, _say(p, "at length"), _say(p, "briefly"), _edit(p, 0)),
    "edit while it answers": lambda p: [(1.0, _say(p, "at length")), (1.9, _edit(p, 0))],
    "edit by number": lambda p: _one_after_another(p, _say(p, "briefly"), _command(p, "edit", "1 other words")),
    "retry": lambda p: _one_after_another(p, _say(p, "at length"), _command(p, "retry")),
    "retry and back": lambda p: _one_after_another(p, _say(p, "briefly"), _press(p, "Retry"), _press(p, "‹")),
    "stop": lambda p: [(1.0, _say(p, "at length")), (1.9, _command(p, "stop"))],
    "undo": lambda p: _one_after_another(p, _say(p, "at length"), _command(p, "undo"), _say(p, "briefly")),
    "undo while it answers": lambda p: [(1.0, _say(p, "at length")), (1.9, _command(p, "undo")), (9.0, _say(p, "briefly"))],
    "taken back": lambda p: [(1.0, _say(p, "at length")), (1.9, _delete(p)), (9.0, _say(p, "briefly")), (18.0, _delete(p))],
    "edit and back": lambda p: [(1.0, _say(p, "at length")), (1.9, _edit(p, 0)), (12.0, _press(p, "‹")), (12.05, _press(p, "2/2"))],
    "new and back": lambda p: _one_after_another(p, _say(p, "briefly"), _command(p, "new"), _press(p, "Go back"), _say(p, "briefly")),
    "end": lambda p: _one_after_another(p, _say(p, "briefly"), _command(p, "end"), _say(p, "briefly")),
    "delete and undo": lambda p: _one_after_another(p, _say(p, "briefly"), _command(p, "delete"), _press(p, "Undo")),
    "forget": lambda p: _one_after_another(p, _say(p), _command(p, "forget"), _press(p, "Erase everything"), _say(p)),
    "reply": lambda p: _one_after_another(p, _say(p), _say(p), lambda town: town.reply(p, home(p))),
    "lists": lambda p: _one_after_another(p, _say(p, "briefly"), _command(p, "history"), _command(p, "sessions"), _command(p, "help")),
}
"""Each is told for the person who does it, so that it is played on every platform."""


def random_schedule(chance: random.Random) -> Schedule:
    """Some people, some minutes; and now and then something that befalls the operator."""
    people = chance.sample(sorted(HOMES), chance.randint(1, 3))
    schedule: Schedule = []
    at = 0.5
    kinds = {**MOSTLY, "say": 300} if chance.random() < 0.4 else MOSTLY
    if chance.random() < 0.3:
        kinds = {"say": 50, "calm": 15}
    for _ in range(chance.randint(3, 14)):
        at += chance.choice((0.05, 0.4, 2.0, 6.0, 15.0)) * chance.random() * 2
        person = chance.choice(people)
        schedule.append((at, _any_act(chance, person, _place_of(chance, person), kinds)))
    if chance.random() < 0.35:
        schedule.append((chance.uniform(0, at + 10), chance.choice((_restart, _restart, _fill_disk, _set_clock, _cut))))
    return sorted(schedule, key=lambda due: due[0])


def _place_of(chance: random.Random, person: str) -> Place:
    if chance.random() < 0.7:
        return home(person)
    return CHANNEL if HOMES[person] == "discord" else chance.choice((GROUP, SHARED))


def _any_act(chance: random.Random, person: str, place: Place, kinds: Mapping[str, int]) -> Act:
    match chance.choices(list(kinds), list(kinds.values()))[0]:
        case "say":
            return _say(person, chance.choice(("briefly", "briefly", "at length", "")), place)
        case "calm":
            return _command(person, chance.choice(CALM_COMMANDS), "", place)
        case "retry" | "stop" | "undo" as name:
            return _command(person, name, "", place)
        case "command":
            return _command(person, chance.choice(OTHER_COMMANDS), "", place)
        case kind:
            return lambda town: getattr(town, kind)(person, place)


def _restart(town: Town) -> None:
    town.world.story.tell("--", "the program is asked to end")
    town.restart = True


def _fill_disk(town: Town) -> None:
    def empty() -> None:
        world.full = False
        world.story.tell("--", "there is room on the disk again")

    world = town.world
    world.full = True
    world.story.tell("--", "the disk is full")
    world.later(world.chance.uniform(1, 20), empty)


def _set_clock(town: Town) -> None:
    """The wall's clock jumps by up to two days, forth or back."""
    town.world.skew = timedelta(hours=town.world.chance.uniform(-48, 48))
    town.world.story.tell("--", f"the clock is set to {town.world.wall():%d/%m %H:%M}")


def _cut(town: Town) -> None:
    town.world.story.tell("--", "the connection to discord is cut")
    town.discord.cut()
