"""CPU of a streamed answer: the reader alone, the OpenAI model, and the SDK's own stream, against the fake server in another process.

python -m tests.benchmarks.model [--calls 20] [--tokens 1000] [--tokens-per-second 0]
"""

from __future__ import annotations

import argparse
import asyncio
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import openai
from openai.types.chat import ChatCompletionMessageParam

from bot.models.openai import OpenAIModel
from bot.models.patience import Deadlines
from bot.models.reader import StreamReader
from bot.ports import ChatMessage, ModelOptions
from tests.fakes.openai_script import stream

MESSAGES = [ChatMessage("user" if n % 2 else "assistant", "A message of some forty characters, or so. " * 5) for n in range(20)]


class WallClock:
    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def reader_alone(tokens: int) -> float:
    """Microseconds a token, when each comes in a read of its own."""
    events = [part + b"\n\n" for part in stream(*(f" word{n}" for n in range(tokens))).split(b"\n\n") if part]
    reader = StreamReader()
    start = time.process_time()
    for part in events:
        reader.feed(part)
    reader.end()
    reader.outcome()
    return (time.process_time() - start) / tokens * 1e6


async def measured(call: Callable[[], Awaitable[None]], calls: int, at_once: int) -> float:
    """CPU microseconds a call."""
    await call()
    start = time.process_time()
    for _ in range(calls // at_once):
        await asyncio.gather(*(call() for _ in range(at_once)))
    return (time.process_time() - start) / (calls // at_once * at_once) * 1e6


async def compare(base_url: str, tokens: int, calls: int, at_once: int) -> None:
    model = OpenAIModel("key", base_url, {}, Deadlines(), clock=WallClock())
    sdk = openai.AsyncOpenAI(api_key="key", base_url=base_url, max_retries=0)
    params: list[ChatCompletionMessageParam] = [{"role": "user", "content": message.text} for message in MESSAGES]

    async def by_model() -> None:
        async with model.stream(MESSAGES, ModelOptions("fake-1", 0.7, 1000)) as words:
            async for _ in words:
                pass

    async def by_sdk() -> None:
        async with await sdk.chat.completions.create(model="fake-1", messages=params, stream=True, max_tokens=1000) as chunks:
            async for one in chunks:
                _ = one.choices and one.choices[0].delta.content

    for name, call in (("OpenAIModel", by_model), ("create(stream=True)", by_sdk)):
        cost = await measured(call, calls, at_once)
        print(f"{name:22}{cost:10.0f} us a call of {tokens} tokens{cost / tokens:8.1f} us a token")
    await model.close()
    await sdk.close()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--calls", type=int, default=20)
    parser.add_argument("--at-once", type=int, default=1)
    parser.add_argument("--tokens", type=int, default=1000)
    parser.add_argument("--tokens-per-second", type=float, default=0.0)
    options = parser.parse_args()
    print(f"{'reader alone':22}{reader_alone(options.tokens):46.1f} us a token")
    command = [sys.executable, "-m", "tests.fakes.openai_server", "--tokens", str(options.tokens)]
    command += ["--tokens-per-second", str(options.tokens_per_second)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:  # noqa: S603
        try:
            assert server.stdout is not None
            base_url = server.stdout.readline().split()[-1]
            asyncio.run(compare(base_url, options.tokens, options.calls, options.at_once))
        finally:
            server.terminate()


if __name__ == "__main__":
    main()
