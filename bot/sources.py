"""Where settings stand written: the environment, `.env`, `parley.toml`; and which names in them are slips of the pen.

Each place is a source of pydantic-settings. Ours differ from the library's in what they owe the operator: they keep their own problems,
so that all can be said at once, they can say which settings they hold, and no line shows a value.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path

from dotenv import dotenv_values
from pydantic_settings import BaseSettings, DotEnvSettingsSource, EnvSettingsSource, TomlConfigSettingsSource

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


class Environment(EnvSettingsSource):
    """The variables of a process, given to it rather than taken from the process that it runs in."""

    label = "the environment"

    def __init__(self, settings: type[BaseSettings], environ: Mapping[str, str]) -> None:
        self.problems: list[str] = []
        self._environ = environ
        super().__init__(settings)

    def _load_env_vars(self) -> Mapping[str, str | None]:
        return _texts(_known(self._environ, self.label, self.settings_cls, self.problems))


class Dotenv(DotEnvSettingsSource):
    """The file `.env`."""

    label = ".env"

    def __init__(self, settings: type[BaseSettings], path: Path) -> None:
        self.problems: list[str] = []
        super().__init__(settings, env_file=path, dotenv_filtering="only_existing")

    def _read_env_file(self, file_path: Path) -> Mapping[str, str | None]:
        try:
            # No interpolation, which the library's own reading has no switch for: a dollar sign in a key is a dollar sign.
            found = dotenv_values(file_path, interpolate=False)
        except (OSError, UnicodeDecodeError):
            self.problems.append(".env: cannot be read; it must be UTF-8 text that this user may read")
            return {}
        return _texts(_known(found, self.label, self.settings_cls, self.problems))


class Toml(TomlConfigSettingsSource):
    """The file `parley.toml`: `[telegram] token` is `telegram_token`."""

    label = "parley.toml"

    def __init__(self, settings: type[BaseSettings], path: Path) -> None:
        self.problems: list[str] = []
        self._settings = settings
        super().__init__(settings, toml_file=path)

    def _read_file(self, file_path: Path) -> dict[str, object]:  # type: ignore[override]  # the library's also takes files in archives
        try:
            found = {name.upper(): value for name, value in _flat(tomllib.loads(file_path.read_text("utf-8")))}
        except tomllib.TOMLDecodeError as error:
            where = re.search(r"line \d+", str(error))
            self.problems.append(f"parley.toml{', ' + where.group() if where else ''}: is not TOML; texts need quotation marks")
        except (OSError, UnicodeDecodeError):
            self.problems.append("parley.toml: cannot be read; it must be UTF-8 text that this user may read")
        else:
            return _known(found, self.label, self._settings, self.problems)
        return {}


class Sources:
    """The three places that settings of a folder are read from; the first that holds one wins."""

    def __init__(self, settings: type[BaseSettings], environ: Mapping[str, str], folder: Path) -> None:
        self.all = (Environment(settings, environ), Dotenv(settings, folder / ".env"), Toml(settings, folder / "parley.toml"))

    @property
    def problems(self) -> tuple[str, ...]:
        """What is wrong with the places themselves, and with names in them."""
        return tuple(problem for source in self.all for problem in source.problems)

    def of(self, field: str) -> str | None:
        """Where the setting stands written, for people; None where it has its default."""
        return next((source.label for source in self.all if field in source()), None)


def _known(found: Mapping[str, object], label: str, settings: type[BaseSettings], problems: list[str]) -> dict[str, object]:
    """By field, those of the values that are settings. An empty text counts as not set, as in `TELEGRAM_TOKEN=` of a compose file."""
    names = tuple(name.upper() for name in settings.model_fields)
    known: dict[str, object] = {}
    for name, raw in found.items():
        value = raw.strip() if isinstance(raw, str) else raw
        if value is None or value == "":
            continue
        if name in names:
            known[name.lower()] = value
        elif problem := _slip(name, label, names):
            problems.append(problem)
    return known


def _texts(values: Mapping[str, object]) -> dict[str, str | None]:
    return {name: str(value) for name, value in values.items()}


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
