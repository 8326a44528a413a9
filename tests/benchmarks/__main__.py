"""Runs scenarios and prints a table for each platform: `python -m tests.benchmarks [--platform NAME] [--only BOT] [scenario ...]`."""

from __future__ import annotations

import argparse
import asyncio
import math
import shutil
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks.on_discord import DISCORD
from tests.benchmarks.on_telegram import TELEGRAM
from tests.benchmarks.platforms import Platform
from tests.benchmarks.prepared import Library
from tests.benchmarks.process import Bot, baseline, parley
from tests.benchmarks.scenarios import SCENARIOS, Figure

WIDTH = 62
PLATFORMS = {platform.name: platform for platform in (TELEGRAM, DISCORD)}

Table = dict[str, dict[str, Figure]]


async def _run(names: Sequence[str], bots: Sequence[Bot], prepared: Library) -> Table:
    """Figures by label and bot's name."""
    table: Table = {}
    for name in names:
        for bot in bots:
            began = time.monotonic()
            try:
                figures = await SCENARIOS[name](bot, prepared)
            except RuntimeError as error:
                print(f"{name} of {bot.name} on {bot.platform.title}: {error}", flush=True)
                table.setdefault(f"{name}: failed", {})[bot.name] = Figure("", 1)
                continue
            print(f"({name} of {bot.name} on {bot.platform.title}: {time.monotonic() - began:.0f} s)", flush=True)
            for figure in figures:
                table.setdefault(figure.label, {})[bot.name] = figure
    return table


def _cell(figure: Figure | None) -> str:
    if figure is None:
        return "-"
    if math.isnan(figure.value):
        return "not all"
    number = f"{figure.value:.0f}" if figure.of or figure.value == int(figure.value) else f"{figure.value:.2f}"
    return f"{number} of {figure.of}" if figure.of else f"{number} {figure.unit}".strip()


def _print(title: str, table: Table, bots: Sequence[Bot]) -> None:
    header = "".join(f"{bot.name:>14}" for bot in bots)
    print(f"\n{title:{WIDTH}}{header}{'ratio':>10}")
    for label, cells in table.items():
        row = "".join(f"{_cell(cells.get(bot.name)):>14}" for bot in bots)
        values = [cells[bot.name] for bot in bots if bot.name in cells]
        ratio = ""
        if len(values) > 1 and values[0].ratio and values[0].value > 0:
            ratio = f"{values[1].value / values[0].value:.2f}"
        print(f"{label:{WIDTH}}{row}{ratio:>10}")


def main() -> None:
    parser = argparse.ArgumentParser(prog="tests.benchmarks")
    parser.add_argument("scenario", nargs="*", help=", ".join(SCENARIOS))
    parser.add_argument("--platform", choices=list(PLATFORMS), help="one of them; both if not said")
    parser.add_argument("--only", choices=["baseline", "parley"])
    parser.add_argument("--keep", type=Path, help="a folder where prepared databases stay for the next run")
    options = parser.parse_args()
    unknown = [name for name in options.scenario if name not in SCENARIOS]
    if unknown:
        parser.error(f"no scenario {unknown[0]}; there are {', '.join(SCENARIOS)}")
    platforms = [platform for platform in PLATFORMS.values() if options.platform in (None, platform.name)]
    folder = options.keep or Path(tempfile.mkdtemp(prefix="bench-db-"))
    folder.mkdir(parents=True, exist_ok=True)
    try:
        whole = [_platform(platform, options.scenario or list(SCENARIOS), options.only, Library(folder)) for platform in platforms]
    finally:
        if options.keep is None:
            shutil.rmtree(folder, ignore_errors=True)
    raise SystemExit(not all(whole))


def _platform(platform: Platform, names: Sequence[str], only: str | None, prepared: Library) -> bool:
    """Prints the table of a platform; whether no scenario failed."""
    bots = [bot for bot in (baseline(platform), parley(platform)) if only in (None, bot.name.lower())]
    table = asyncio.run(_run(names, bots, prepared))
    _print(platform.title, table, bots)
    return not any(label.endswith(": failed") for label in table)


if __name__ == "__main__":
    main()
