"""One run: life after life of the program until nothing is left to do, and then everything is looked at."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.policy import Policy
from bot.ports import Adapter, Model
from bot.sessions.dispatcher import Dispatcher
from bot.store import Store
from storage.sqlite.database import Database
from storage.sqlite.store import SqliteStore
from tests.simulation.check import check
from tests.simulation.discord import DiscordSim
from tests.simulation.disk import LONGEST, SlowDriver
from tests.simulation.fate import Fate
from tests.simulation.life import Life
from tests.simulation.model import SimModel
from tests.simulation.plants import PLANTS, Plant
from tests.simulation.scenarios import NAMED, random_schedule
from tests.simulation.story import Line, in_words
from tests.simulation.telegram import TelegramSim
from tests.simulation.town import Town
from tests.simulation.world import World

QUIET = 12.0
"""Seconds for which nothing may be owed: as long as a final text may be written once more."""
MOST_DEATHS = 8
MERCY = 120.0
"""Seconds after the last act, from which on nothing more goes wrong."""
PATIENCE = 4200.0
"""Seconds after the last act, by which everything must have come to its end."""
UNFINISHED = (
    "SELECT (SELECT count(*) FROM turns WHERE status IN ('pending', 'streaming'))"
    " + (SELECT count(*) FROM posts WHERE state NOT IN ('final', 'gone'))"
)


@dataclass(frozen=True, slots=True)
class Plan:
    """A run, to be repeated at will. `scenario` is a name with who plays it, such as `retry by ann`, or `random`. `deaths` are moments;
    `death`, `fault` and `trouble` are chances: that a moment is the last one, that a call fails, that the model fails."""

    seed: int
    scenario: str = "random"
    deaths: tuple[int, ...] = ()
    death: float = 0.0
    fault: float = 0.0
    trouble: float = 0.0
    plant: str = ""

    def command(self) -> str:
        """How it is run again."""
        words = [f"python -m tests.simulation --seed {self.seed}"]
        if self.scenario != "random":
            words.append(f"--scenario '{self.scenario}'")
        if self.scenario != "random":
            words += [f"--{name} {value}" for name in ("death", "fault", "trouble") if (value := getattr(self, name))]
        if self.deaths:
            words.append(f"--deaths {','.join(map(str, self.deaths))}")
        if self.plant:
            words.append(f"--plant '{self.plant}'")
        return " ".join(words)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it. `moments` is how many it had, `seconds` how long it lasted there."""

    plan: Plan
    problems: tuple[str, ...]
    moments: int
    deaths: int
    seconds: float
    lines: tuple[Line, ...]

    @property
    def transcript(self) -> str:
        """Put into words when it is asked for: of most runs nobody does."""
        return in_words(self.lines)


@dataclass(frozen=True, slots=True)
class SimClock:
    """The core's clock. Implements bot.ports.Clock."""

    world: World

    def now(self) -> datetime:
        return self.world.wall()

    def monotonic(self) -> float:
        return self.world.now

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(0.0, seconds))


def run(plan: Plan) -> Outcome:
    """The same plan is the same run."""
    chance = random.Random(plan.seed)  # noqa: S311 - repeatable, not secret
    fate = Fate(chance, plan.deaths, death=plan.death, fault=plan.fault)
    world = World(plan.seed, fate, chance)
    game = Game(plan, world)
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        game.play()
        return Outcome(plan, tuple(world.problems), fate.moments, world.deaths, world.now, world.story.lines())
    finally:
        logging.disable(before)


class Game:
    def __init__(self, plan: Plan, world: World) -> None:
        self.plan = plan
        self.world = world
        self.town = Town(world)
        self.plant = PLANTS[plan.plant] if plan.plant else Plant()
        self.model = SimModel(world, plan.trouble)
        self.model.shared = self.town.shared
        self.policy = Policy(titles=plan.seed % 4 == 0, rate=10**6, shared=frozenset({"telegram:s"}), context_tokens=10**6)
        self.over = False

    def play(self) -> None:
        self._schedule()
        last = self.world.last_due
        while not self.over:
            self._live(last)
            if not self.over:
                self.world.pass_time(self.world.chance.choice((0.5, 0.7, 2.0, 20.0, 150.0)))
            if self.world.deaths >= MOST_DEATHS:
                self.world.fate.relent()

    def _schedule(self) -> None:
        name, _, person = self.plan.scenario.rpartition(" by ")
        schedule = NAMED[name](person) if name else random_schedule(self.world.chance)
        for at, act in schedule:
            self.world.at(at, lambda act=act: act(self.town))

    def _live(self, last: float) -> None:
        life = Life(self.world.fate, self.world.now)
        life.loop.set_exception_handler(self._unheard)
        self.town.restart = False
        self.world.begin(life)
        life.run(self._lifetime(last))
        self.world.end()
        if life.steps >= life.MOST_STEPS:
            self.world.blame("I6: the program goes round in circles")
            self.over = True
        self.town.discord.gone()

    def _unheard(self, loop: asyncio.AbstractEventLoop, context: Mapping[str, object]) -> None:
        self.world.blame(f"R5: something ended unnoticed: {context.get('message')} {context.get('exception')!r}")

    async def _lifetime(self, last: float) -> None:
        """From the start to the end that is asked for: when all is done, when the operator wants it, when the core gives up."""
        store, core, adapters = self._made()
        await core.start()
        loop = asyncio.get_running_loop()
        running = [loop.create_task(adapter.run(self.plant.core(core))) for adapter in adapters]
        failed = loop.create_task(core.failed())
        try:
            await self._until_rest(last, [*running, failed])
            if self.over:
                self.town.discord.note_marks()
                await check(self.world, self.town, store)
        finally:
            if not self.world.life or not self.world.life.dead:
                for task in (*running, failed):
                    task.cancel()
                await asyncio.gather(*running, failed, return_exceptions=True)
        await core.stop(1.0)

    def _made(self) -> tuple[Store, Dispatcher, list[Adapter]]:
        world = self.world
        assert world.life is not None
        driver = SlowDriver(world.disk, world.life, lambda: world.chance.uniform(0, LONGEST), lambda: world.full)
        store: Store = self.plant.store(SqliteStore(Database(driver, None)))
        made: list[Adapter] = [TelegramSim(world, self.town.telegram), DiscordSim(world, self.town.discord)]
        adapters = [self.plant.adapter(adapter) for adapter in made]
        model: Model = self.model
        by_name = {adapter.platform: adapter for adapter in adapters}
        session_id = lambda: f"{world.chance.getrandbits(64):016x}"  # noqa: E731
        return store, Dispatcher(store, model, by_name, self.policy, SimClock(world), new_session_id=session_id), adapters

    async def _until_rest(self, last: float, watched: list[asyncio.Task[object]]) -> None:
        quiet = 0.0
        while True:
            await asyncio.sleep(1.0 if self.world.now < last + MERCY else 5.0)
            for task in watched:
                if task.done() and not self.world.full:
                    self.world.blame(f"the program ended by itself: {task.result() if task.exception() is None else task.exception()!r}")
                if task.done():
                    return
            if self.town.restart:
                return
            if self.world.now > last + MERCY:
                self.world.fate.relent()
                self.model.trouble = 0.0
            quiet = quiet + 1.0 if self._rests(last) else 0.0
            if quiet > QUIET:
                self.over = True
                return
            if self.world.now > last + PATIENCE:
                self.world.blame("I6: something is owed still, more than an hour after all was said")
                self.over = True
                return

    def _rests(self, last: float) -> bool:
        if self.world.now <= last or self.world.last_due > self.world.now or self.world.full:
            return False
        if not self.town.telegram.at_rest or not self.town.discord.at_rest:
            return False
        return not self.world.disk.execute(UNFINISHED).fetchone()[0]
