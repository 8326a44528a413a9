"""The composition root and entry point: the only file that knows every room. It puts the parts together, and takes them apart.

Adapters, storage and models are imported where they are needed: `parley --help` needs none of them.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from importlib import import_module
from pathlib import Path

from bot import logs
from bot.checks import CheckedAdapter, Finding, carry_out, check_access, check_adapter, check_files, check_model
from bot.cli import Actions, application
from bot.clock import SystemClock
from bot.config import Settings, load
from bot.errors import DatabaseInUse, SettingsError, StorageError
from bot.models import chosen
from bot.ports import Adapter, Model
from bot.process import Stop, beside, open_closed_streams, run, set_aside
from bot.store import Store
from bot.supervisor import Restarts

WRONG_SETTINGS = 2
TERMINAL_DATABASE = "terminal.db"

Maker = Callable[[Settings, Stop], Adapter]

clock = SystemClock()


def main() -> None:
    """The `parley` command."""
    open_closed_streams()
    os.umask(0o077)  # All that is written holds what people said.
    application(Actions(run_bot, chat, check))()


def run_bot() -> int:
    """`parley run`."""
    settings = _settings()
    if settings is None:
        return WRONG_SETTINGS
    makers = _platforms(settings)
    if makers:
        _log(settings, settings.parley_log_level)
        _tell(f"Parley runs on {' and '.join(makers)}. {chosen.line(settings)} Ctrl-C ends it.")
        return _life(settings, makers)
    _tell("Telegram: no token. Get one from @BotFather there, and set TELEGRAM_TOKEN in the environment or in .env.")
    _tell("Discord: no token. Get one in the developer portal (README.md says how), and set DISCORD_TOKEN.")
    _tell("No platform is set up, so here is a chat in this terminal.")
    return _chat(settings)


def _platforms(settings: Settings) -> dict[str, Maker]:
    """Those that have a token, by name."""
    tokens = {"Telegram": (settings.telegram_token, _telegram), "Discord": (settings.discord_token, _discord)}
    return {name: maker for name, (token, maker) in tokens.items() if token is not None}


def chat(database: Path | None) -> int:
    """`parley chat`."""
    settings = _settings()
    if settings is None:
        return WRONG_SETTINGS
    if database is not None:
        settings = settings.model_copy(update={"parley_database": Path.cwd() / database})
    return _chat(settings)


def check() -> int:
    """`parley check`."""
    settings = _settings()
    if settings is None:
        return WRONG_SETTINGS
    _log(settings, "CRITICAL")
    findings = run(_findings(settings))
    for finding in findings:
        print(finding)
    return 1 if any(finding.verdict == "fail" for finding in findings) else 0


def _chat(settings: Settings) -> int:
    """Who sits at the terminal owns the database: neither the list of people nor the rate limit is for them."""
    if sys.stdin is None:
        return 0
    if sys.stdout is None:
        _tell("The output is closed, so there is nowhere to answer.")
        return 1
    # The person is told what concerns them in the conversation; a log would stand in its middle.
    _log(settings, "DEBUG" if settings.parley_log_level == "DEBUG" else "ERROR")
    _tell(f"{chosen.line(settings)} /help lists the commands, and exit ends it.\n")
    own = settings.model_copy(update={"parley_allow": frozenset(), "parley_rate": sys.maxsize})
    return _life(own, {"Terminal": _terminal})


def _life(settings: Settings, makers: Mapping[str, Maker]) -> int:
    """From the start to the end, with a plain line where it cannot even start."""
    try:
        return run(_serve(settings, makers))
    except DatabaseInUse as error:
        _tell(str(error))
        _tell(f"For a chat of its own beside it: parley chat --database {settings.parley_database.with_name(TERMINAL_DATABASE)}")
    except StorageError as error:
        _tell(str(error))
    return 1


async def _serve(settings: Settings, makers: Mapping[str, Maker]) -> int:
    stop = Stop()
    async with AsyncExitStack() as stack:
        # A large database is looked over for a good part of a second, in which the libraries can be loaded.
        loading = asyncio.ensure_future(asyncio.to_thread(_load_libraries, [name for name in makers if name in ("Telegram", "Discord")]))
        try:
            store = await _store(settings.parley_database, stack)
        finally:
            await loading
        from bot.serving import serve

        restarts = Restarts(settings.parley_database.with_name("restarts.json"))
        adapters = [make(settings, stop) for make in makers.values()]
        return await serve(store, _model(settings, stack), adapters, settings.policy(), clock, restarts, stop)


def _load_libraries(platforms: Sequence[str]) -> None:
    import_module("bot.serving")
    for name in platforms:
        import_module(f"adapters.{name.lower()}.adapter")


async def _findings(settings: Settings) -> Sequence[Finding]:
    async def database() -> Sequence[Finding]:
        async with AsyncExitStack() as stack:
            try:
                await _store(settings.parley_database, stack)
            except DatabaseInUse:
                return [Finding("ok", f"Database: {settings.parley_database} is in use by a running Parley")]
        return [Finding("ok", f"Database: {settings.parley_database} is well and can be written")]

    async def telegram() -> Sequence[Finding]:
        if settings.telegram_token is None:
            return [_without("Telegram", settings, "get one from @BotFather there, and set TELEGRAM_TOKEN")]
        return await check_adapter(_telegram(settings))

    async def discord() -> Sequence[Finding]:
        if settings.discord_token is None:
            return [_without("Discord", settings, "make an application in the developer portal, and set DISCORD_TOKEN")]
        return await check_adapter(_discord(settings))

    async def model() -> Sequence[Finding]:
        if not chosen.is_there(settings):
            return [Finding("warn", chosen.line(settings))]
        async with AsyncExitStack() as stack:
            asked = {"PARLEY_MODEL": settings.parley_model, "PARLEY_FALLBACK_MODEL": settings.parley_fallback_model}
            models = {setting: _model(settings.model_copy(update={"parley_model": name}), stack) for setting, name in asked.items() if name}
            found = await asyncio.gather(*(check_model(model, setting) for setting, model in models.items()))
            return [finding for findings in found for finding in findings]

    found = [*check_files(Path.cwd()), *(check_access(settings) if _platforms(settings) else ())]
    return found + await carry_out((("Database", database), ("Telegram", telegram), ("Discord", discord), ("Model", model)))


def _without(name: str, settings: Settings, hint: str) -> Finding:
    """A platform without a token is worth a look only where there is no other."""
    return Finding("ok" if _platforms(settings) else "warn", f"{name}: no token; {hint}")


async def _store(path: Path, stack: AsyncExitStack) -> Store:
    from storage.sqlite.reserve import SIZE
    from storage.sqlite.store import SqliteStore

    store = await SqliteStore.open(path, reserve=SIZE)
    stack.push_async_callback(store.close)
    return store


def _model(settings: Settings, stack: AsyncExitStack) -> Model:
    model = chosen.model(settings, clock)
    stack.push_async_callback(model.close)

    async def prepare() -> None:
        await chosen.prepare(model, clock)
        set_aside()

    stack.callback(beside(prepare(), "loading the model's library ahead").cancel)
    return model


def _telegram(settings: Settings, stop: Stop | None = None) -> CheckedAdapter:
    from adapters.telegram.adapter import TelegramAdapter
    from adapters.telegram.options import TelegramOptions

    host, _, port = settings.telegram_webhook_listen.rpartition(":")
    options = TelegramOptions(
        token=settings.telegram_token.get_secret_value() if settings.telegram_token else "",
        api_url=settings.telegram_api_url,
        webhook_url=settings.telegram_webhook_url or "",
        webhook_secret=settings.telegram_webhook_secret.get_secret_value() if settings.telegram_webhook_secret else "",
        webhook_host=host,
        webhook_port=int(port),
    )
    return TelegramAdapter(options, clock)


def _discord(settings: Settings, stop: Stop | None = None) -> CheckedAdapter:
    from adapters.discord.adapter import DiscordAdapter
    from adapters.discord.options import DiscordOptions

    options = DiscordOptions(
        token=settings.discord_token.get_secret_value() if settings.discord_token else "",
        api_url=settings.discord_api_url,
        gateway_url=settings.discord_gateway_url or "",
        threads=settings.parley_threads,
        state_folder=settings.parley_database.parent,
    )
    return DiscordAdapter(options, clock)


def _terminal(settings: Settings, stop: Stop) -> Adapter:
    from adapters.terminal.opening import opened

    adapter = opened(settings.parley_database.with_name("terminal_history"), clock.now)
    stop.interrupt = adapter.interrupt
    return adapter


def _settings() -> Settings | None:
    """The settings, or None after every problem was said."""
    try:
        return load(os.environ, Path.cwd())
    except SettingsError as error:
        _tell("Parley cannot start, as some settings are wrong:")
        for problem in error.problems:
            _tell(f"  {problem}")
        return None


def _log(settings: Settings, level: str) -> None:
    logs.set_up(level, settings.parley_log_format, settings.secrets())


def _tell(line: str) -> None:
    """To the operator; stdout belongs to the conversation."""
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
