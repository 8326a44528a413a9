"""Where settings stand written: the environment, `.env`, `parley.toml`; and which names in them are slips of the pen."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from dotenv import dotenv_values

PREFIXES = ("PARLEY_", "TELEGRAM_", "DISCORD_", "OPENAI_")
# What other programs call the same thing, too far from our names for a comparison of letters.
KNOWN_AS = {
    "TELEGRAM_BOT_TOKEN": "TELEGRAM_TOKEN",
    "DISCORD_BOT_TOKEN": "DISCORD_TOKEN",
    "OPENAI_API_BASE": "OPENAI_BASE_URL",
    "OPENAI_MODEL": "PARLEY_MODEL",
}
# Names that are right where they stand: read by the OpenAI library itself, or set by Kubernetes for a service of our name.
FOREIGN = re.compile(r"OPENAI_(ORG_ID|PROJECT_ID|ADMIN_KEY|LOG|WEBHOOK_SECRET)|\w+_(SERVICE_(HOST|PORT\w*)|PORT(_\d+_\w+)?)")


@dataclass(frozen=True, slots=True)
class Value:
    """A setting as it was found; `source` says where, for people."""

    raw: object
    source: str


@dataclass(frozen=True, slots=True)
class Gathered:
    """The values by variable name, the first source winning, and what is wrong with the sources themselves."""

    values: Mapping[str, Value]
    problems: tuple[str, ...]


def gather(environ: Mapping[str, str], folder: Path, names: tuple[str, ...]) -> Gathered:
    """Reads the three sources. An empty text counts as not set, as in `TELEGRAM_TOKEN=` of a compose file."""
    values: dict[str, Value] = {}
    problems: list[str] = []
    dotenv = _dotenv(folder / ".env", problems)
    for source, found in (("the environment", environ), (".env", dotenv), ("parley.toml", _toml(folder / "parley.toml", problems))):
        for name, raw in found.items():
            value = raw.strip() if isinstance(raw, str) else raw
            if value == "":
                continue
            if name in names:
                values.setdefault(name, Value(value, source))
            elif problem := _slip(name, source, names):
                problems.append(problem)
    return Gathered(values, tuple(problems))


def _dotenv(path: Path, problems: list[str]) -> dict[str, str]:
    if not path.is_file():
        return {}
    try:
        # No interpolation: a dollar sign in a key is a dollar sign.
        return {name: value for name, value in dotenv_values(path, interpolate=False).items() if value is not None}
    except (OSError, UnicodeDecodeError):
        problems.append(".env: cannot be read; it must be UTF-8 text that this user may read")
        return {}


def _toml(path: Path, problems: list[str]) -> dict[str, object]:
    if not path.is_file():
        return {}
    try:
        return {name.upper(): value for name, value in _flat(tomllib.loads(path.read_text("utf-8")))}
    except tomllib.TOMLDecodeError as error:
        where = re.search(r"line \d+", str(error))
        problems.append(f"parley.toml{', ' + where.group() if where else ''}: is not TOML; texts need quotation marks")
    except (OSError, UnicodeDecodeError):
        problems.append("parley.toml: cannot be read; it must be UTF-8 text that this user may read")
    return {}


def _flat(table: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    """`[telegram] token` is `telegram_token`."""
    for name, value in table.items():
        if isinstance(value, dict):
            yield from ((f"{name}_{inner}", setting) for inner, setting in value.items())
        else:
            yield name, value


def _slip(name: str, source: str, names: tuple[str, ...]) -> str | None:
    """A line about a name that we do not know; None where it may well be another program's."""
    ours = source == "parley.toml" or name.startswith("PARLEY_")
    if FOREIGN.fullmatch(name) or not (ours or name.startswith(PREFIXES)):
        return None
    near = KNOWN_AS.get(name) or next(iter(get_close_matches(name, names, n=1, cutoff=0.6 if ours else 0.85)), None)
    if near:
        return f"{name} ({source}): is not a setting; did you mean {near}?"
    return f"{name} ({source}): is not a setting; README.md lists them all" if ours else None
