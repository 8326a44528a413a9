"""The server as a process of its own: `python -m tests.fakes.telegram --port 8081 --token 123456:x --state state.json`."""

from __future__ import annotations

import argparse
import asyncio
import signal
from pathlib import Path

import orjson

from tests.fakes.telegram.control import Control, stats
from tests.fakes.telegram.limits import Limits
from tests.fakes.telegram.server import TOKEN, FakeTelegram


def _write_state(path: Path, fake: FakeTelegram) -> None:
    chats = {str(chat.id): {"transcript": chat.transcript()} for chat in fake.chats.values()}
    path.write_bytes(orjson.dumps({"url": fake.url, "token": fake.token, "stats": stats(fake), "chats": chats}))


async def _serve(port: int, token: str, limits: Limits | None, state: Path | None) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    fake = FakeTelegram(token=token, port=port, limits=limits)
    Control(fake)
    async with fake:
        if state is not None:
            _write_state(state, fake)
        print(f"listening on {fake.url}", flush=True)
        await stop.wait()
        if state is not None:
            _write_state(state, fake)


def main() -> None:
    parser = argparse.ArgumentParser(prog="tests.fakes.telegram", description="a loopback Telegram Bot API server")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--token", default=TOKEN)
    parser.add_argument("--limits", action="store_true", help="with Telegram's flood limits")
    parser.add_argument("--state", type=Path, help="a file for its address, and at the end for what was said")
    options = parser.parse_args()
    asyncio.run(_serve(options.port, options.token, Limits() if options.limits else None, options.state))


if __name__ == "__main__":
    main()
