"""The model that is built in: it shows what Parley does without a key or a network, says so, and knows nothing but the conversation."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from bot.errors import ModelError
from bot.messages import FinishReason, Usage
from bot.models.tokens import Estimator
from bot.ports import ChatMessage, Clock, Finish, ModelOptions, TextDelta

NAME = "demo"
WORD_INTERVAL = 0.025  # seconds: about 40 words a second
_SHORT = 50  # a request for fewer tokens is no conversation: something wants a title
_PIECES = re.compile(r"\s*\S+|\s+$")
_MARKUP = re.compile(r"([\\`*_~\[\]<>|#$])")

CONNECT = (
    "---\nTo talk to a real model, give me a key: `OPENAI_API_KEY=...`, or the address of a local one: "
    "`OPENAI_BASE_URL=http://localhost:11434/v1`. Then start me again."
)


class DemoModel:
    """A bot.ports.Model whose answers follow from the messages alone."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._tokens = Estimator()

    @asynccontextmanager
    async def stream(
        self, messages: Sequence[ChatMessage], options: ModelOptions
    ) -> AsyncGenerator[AsyncIterator[TextDelta | Finish], None]:
        words = self._words(messages, options)
        try:
            yield words
        finally:
            await words.aclose()

    async def check(self) -> str:
        return "the built-in demo answers; it is no language model"

    async def prepare(self) -> None:
        """There is nothing to load."""

    async def close(self) -> None:
        return

    async def _words(self, messages: Sequence[ChatMessage], options: ModelOptions) -> AsyncGenerator[TextDelta | Finish, None]:
        pieces = _PIECES.findall(answer(messages, options.max_tokens))
        if not pieces or options.max_tokens < 1:
            raise ModelError("empty", "the demo was given nothing to answer")
        reason: FinishReason = "stop"
        if len(pieces) > options.max_tokens:
            pieces, reason = pieces[: options.max_tokens], "length"
        for piece in pieces:
            yield TextDelta(piece)
            await self._clock.sleep(WORD_INTERVAL)
        yield Finish(reason, Usage(self._tokens.messages(messages, NAME), len(pieces), estimated=True), NAME)


def answer(messages: Sequence[ChatMessage], max_tokens: int = 1000) -> str:
    """What the demo says next, in Markdown."""
    asked = [message.text for message in messages if message.role == "user" and message.text.strip()]
    if not asked:
        return ""
    if max_tokens < _SHORT:
        return " ".join(asked[0].split()[:6])
    first_time = not any(message.role == "assistant" for message in messages)
    speech = next((say for pattern, say in _SPEECHES if pattern.search(asked[-1])), _reply)
    text = speech(asked)
    if not first_time:
        return text
    hello = (
        ""
        if speech is _introduce
        else "Hello! I am Parley's **built-in demo**, not a language model, but the conversation around me is real.\n\n"
    )
    return f"{hello}{text}\n\n{CONNECT}"


def _introduce(asked: Sequence[str]) -> str:
    return (
        "I am the **built-in demo** of Parley. I am no language model: I only know this conversation.\n\n"
        "Still, these work on me as on a real one:\n\n"
        "- `/edit` a message, and I answer it anew\n- `/retry` for another version of this answer\n"
        "- `/history` for all we said, `/new` for a fresh start\n\n"
        "Ask me for a **table**, some **code**, a **list** or something **long**, or what you said first."
    )


def _first(asked: Sequence[str]) -> str:
    if len(asked) == 1:
        return "That *is* the first thing you say to me here."
    return f"The first thing you said was:\n\n> {quoted(asked[0])}"


def _before(asked: Sequence[str]) -> str:
    if len(asked) == 1:
        return "Nothing yet: this is your first message here."
    return f"Just before this you said:\n\n> {quoted(asked[-2])}"


def _count(asked: Sequence[str]) -> str:
    if len(asked) == 1:
        return "This is the **first** message of yours that I see."
    return f"This is message **{len(asked)}** of yours that I see; {len(asked) - 1} came before it."


def _recap(asked: Sequence[str]) -> str:
    lines = [f"{n}. {quoted(text)}" for n, text in enumerate(asked[-8:], max(1, len(asked) - 7))]
    return "What you said so far:\n\n" + "\n".join(lines)


def _table(asked: Sequence[str]) -> str:
    rows = [f"| {n} | {quoted(text, 30)} | {len(text.split())} |" for n, text in enumerate(asked[-5:], max(1, len(asked) - 4))]
    return "Your last messages, as a table:\n\n| # | what you said | words |\n|--:|---|--:|\n" + "\n".join(rows)


def _code(asked: Sequence[str]) -> str:
    return (
        "Here is a small one:\n\n```python\ndef fold(seconds: int) -> str:\n    minutes, rest = divmod(seconds, 60)\n"
        '    return f"{minutes}:{rest:02}"\n\n\nprint(fold(754))  # 12:34\n```\n\n'
        "The block keeps its language when it is cut over two messages."
    )


def _list(asked: Sequence[str]) -> str:
    return (
        "What an answer can hold:\n\n1. **bold** and *italic* words, ~~struck~~ ones, `code`\n2. lists\n   - also in lists\n"
        "3. > quotations\n4. [links](https://example.com)\n\nEach platform shows them in its own way."
    )


def _long(asked: Sequence[str]) -> str:
    paragraph = (
        "A long answer comes piece by piece, and is cut only where a message of the platform ends: between paragraphs if that can be, "
        "never inside a word, and a block of code is closed and opened again. Stop it with `/stop`: what is there stays."
    )
    return "\n\n".join(f"**Part {n}.** {paragraph}" for n in range(1, 13))


def _reply(asked: Sequence[str]) -> str:
    words = len(asked[-1].split())
    said = f"You said, in **{words} word{'s' * (words != 1)}**:\n\n> {quoted(asked[-1])}"
    if len(asked) == 1:
        return f"{said}\n\nSay more, or ask me *what can you do?*"
    return f"{said}\n\nI have not forgotten the {len(asked) - 1} before it: we began with “{quoted(asked[0], 60)}”."


def quoted(text: str, longest: int = 160) -> str:
    """Somebody's words on one line, short, and without effect as Markdown."""
    line = " ".join(text.split())
    cut = line if len(line) <= longest else line[: longest - 1].rstrip() + "…"
    return _MARKUP.sub(r"\\\1", cut)


_SPEECHES: tuple[tuple[re.Pattern[str], Callable[[Sequence[str]], str]], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), speech)
    for pattern, speech in (
        (
            r"\bfirst\b.{0,40}\b(?:say|said|ask|asked|question|message|thing)\b|\b(?:say|said|ask|asked|question|message)\b.{0,40}\bfirst\b",
            _first,
        ),
        (r"\b(?:did i|i) (?:just )?(?:say|said|ask|asked)\b|\bprevious (?:question|message)\b|\bbefore this\b", _before),
        (r"\bhow many (?:messages|questions)\b", _count),
        (r"\b(?:recap|summar\w+|what have i said|so far)\b", _recap),
        (r"\btable\b", _table),
        (r"\b(?:code|python|program)\b", _code),
        (r"\blists?\b", _list),
        (r"\blong(?:er)?\b", _long),
        (
            r"\b(?:who|what) are you\b|\bare you (?:real|human|a bot|an? ai)\b|\b(?:which|what) model\b|\bwhat can you\b|\bhelp\b|^/start",
            _introduce,
        ),
    )
)
