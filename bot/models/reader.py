"""Bytes of a streamed chat completion in, words out: the chunks in its events, read incrementally and in linear time.

The reader is total. Whatever comes, in whatever cuts, it gives text, an end, or a ModelError; the same for all cuts of the same bytes.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

import orjson

from bot.errors import ModelError
from bot.messages import FinishReason, Usage
from bot.models.failures import from_event
from bot.models.sse import Event, EventReader
from bot.models.thinking import Thinking
from bot.ports import Finish


@dataclass(frozen=True, slots=True)
class Limits:
    """What is read of one answer at most: characters of its text, bytes of one event, bytes in all. Beyond the first the answer ends
    as if for its length; beyond the others it is no answer. They leave room for the longest real answers (some 250,000 tokens)."""

    characters: int = 1_000_000
    event_bytes: int = 4 * 1024 * 1024
    body_bytes: int = 128 * 1024 * 1024


_FINISH: dict[str, FinishReason] = {
    "length": "length",
    "max_tokens": "length",
    "model_length": "length",
    "content_filter": "filtered",
    "safety": "filtered",
    "recitation": "filtered",
}
_BROKEN = frozenset({"error", "abort", "cancelled"})
_BLANK = frozenset(" \u115f\u1160\u2800\u3164\uffa0")
_MOST_TOKENS = 1_000_000_000


class StreamReader:
    """One answer. Feed it the bytes until `ended` or the end of the body, then `end` it and ask for its `outcome`.

    `error` is set as soon as the answer cannot become whole; the text before it has been given out. `progress` counts the tokens that the
    model made, shown or not: comments and empty chunks do not move it, so that deadlines can be measured by it.
    """

    def __init__(self, limits: Limits | None = None) -> None:
        self.error: ModelError | None = None
        self.progress = 0
        self.ended = False
        self._limits = limits or Limits()
        self._characters_left = self._limits.characters
        self._events = EventReader(self._limits.event_bytes, self._limits.body_bytes)
        self._usage: Usage | None = None
        self._model = ""
        self._reason: FinishReason = ""
        self._visible = False
        self._refused = False
        self._high = ""  # the first half of a surrogate pair: its second half may come in the next chunk
        self._thinking = Thinking()

    @property
    def finish_seen(self) -> bool:
        """The server said that the answer is whole; its usage may still come."""
        return bool(self._reason)

    def feed(self, data: bytes) -> str:
        """The text that these bytes add to the answer, perhaps none."""
        if self.ended or self.error is not None:
            return ""
        return self._read(self._events.feed(data))

    def whole(self, body: bytes) -> str:
        """Instead of `feed`, for a server that does not stream: the answer, or the error, as one JSON document."""
        record = self._parse(body)
        if not isinstance(record, dict):
            self._fail(ModelError("malformed", "the body is no answer"))
            return ""
        choices = record.get("choices")
        if isinstance(choices, list) and choices and isinstance(choices[0], dict):
            choices[0].setdefault("delta", choices[0].get("message"))
        elif not record.get("error"):
            self._fail(ModelError("malformed", "the body is no answer"))
        text = self._interpret(record)
        self.ended = self.error is None
        return text

    def end(self) -> str:
        """Called once when the body has ended: the last words, which may have been held back or come without their blank line."""
        text = self._read(self._events.end())
        if self.error is None and (self._high or not self._thinking.open):
            high, self._high = self._high, ""
            text += self._show((self._thinking.feed("\ufffd") if high else "") + self._thinking.rest())
        return text

    def outcome(self) -> Finish:
        """The answer is whole; or raises the ModelError that says why it is not."""
        if self._reason or self.ended:
            # Ollama and some proxies leave finish_reason out, and still send [DONE] only when the answer is whole. The end of the
            # connection alone says nothing: it looks the same when a server or a proxy died in the middle.
            if self._visible:
                return Finish(self._reason or "stop", self._usage, self._model)
            raise self._without_words()
        if self.error is not None:
            raise self.error
        if not self._events.seen:
            raise ModelError("malformed", "the body holds no event")
        raise ModelError("interrupted", "the stream ended before the answer did")

    def _without_words(self) -> ModelError:
        if self._reason == "filtered" or self._refused:
            return ModelError("filtered", "the server let no word through")
        if self._reason == "length":
            return ModelError("empty", "the limit was reached before the first word")
        return ModelError("empty", "the answer has no visible character")

    def _fail(self, error: ModelError) -> None:
        """What comes after the end is nothing, whether or not it came in one piece with it."""
        if self.error is None and not self.ended:
            self.error = error

    def _read(self, events: list[Event]) -> str:
        text = "".join([self._event(name, body) for name, body in events])
        if self._events.error is not None:
            self._fail(self._events.error)
        return text

    def _event(self, name: bytes, body: bytes) -> str:
        if self.ended or self.error is not None:
            return ""
        if body.strip() == b"[DONE]":
            self.ended = True
            return ""
        record = self._parse(body)
        if not isinstance(record, dict):
            self._fail(ModelError("malformed", "an event is no JSON object"))
            return ""
        if name == b"error" and not record.get("error"):
            record["error"] = dict(record) or "unnamed"
        return self._interpret(record)

    def _parse(self, body: bytes) -> object:
        try:
            return orjson.loads(body)
        except orjson.JSONDecodeError:
            pass
        try:  # slower, and knows lone surrogates, which come when a pair is cut in two
            parsed: object = json.loads(body.decode("utf-8", "surrogatepass"))
        except (ValueError, RecursionError):
            return None
        return parsed

    def _interpret(self, record: dict[str, object]) -> str:
        if error := record.get("error"):
            self._fail(from_event(error, begun=self._visible))
            return ""
        if (usage := record.get("usage")) is not None:
            self._usage = usage_of(usage) or self._usage
        if not self._model and isinstance(model := record.get("model"), str):
            self._model = _clean(model[:200])
        choices = record.get("choices")
        choice = choices[0] if isinstance(choices, list) and choices else None
        if not isinstance(choice, dict):
            return ""
        delta = choice.get("delta")
        text = self._delta(delta) if isinstance(delta, dict) else ""
        if finish := choice.get("finish_reason"):
            self._finish_with(finish)
        return text

    def _delta(self, delta: dict[str, object]) -> str:
        # Only these fields are looked at, and only `content` is shown: tool calls, audio and whatever comes next are no words of an answer.
        if delta.get("reasoning_content") or delta.get("reasoning"):
            self.progress += 1
        if delta.get("refusal"):
            self._refused = True
        content = delta.get("content")
        if isinstance(content, list):
            content = "".join([part["text"] for part in content if _is_text(part)])
        if not isinstance(content, str) or not content:
            return ""
        self.progress += 1
        if self._high or not content.isascii() or "\0" in content:
            content = self._whole_characters(content)
        return self._show(content if self._thinking.open else self._thinking.feed(content))

    def _whole_characters(self, text: str) -> str:
        text, self._high = self._high + text, ""
        if "\ud800" <= text[-1] <= "\udbff":
            text, self._high = text[:-1], text[-1]
        return _clean(text)

    def _show(self, text: str) -> str:
        if len(text) > self._characters_left:
            text = text[: self._characters_left]
            self._reason, self.ended = "length", True
        self._characters_left -= len(text)
        if not self._visible and text:
            self._visible = any(c.isprintable() and c not in _BLANK for c in text)
        return text

    def _finish_with(self, reason: object) -> None:
        word = reason.lower() if isinstance(reason, str) else ""
        if word in _BROKEN:
            self._fail(ModelError("interrupted" if self._visible else "overloaded", "the server broke the answer off"))
        elif not self._reason:
            self._reason = _FINISH.get(word, "stop")


def usage_of(usage: object) -> Usage | None:
    """The usage of a chunk, if it can be one."""
    if not isinstance(usage, dict):
        return None
    prompt, completion = usage.get("prompt_tokens"), usage.get("completion_tokens")
    if type(prompt) is not int or type(completion) is not int:
        return None
    return Usage(prompt, completion) if 0 <= prompt <= _MOST_TOKENS and 0 <= completion <= _MOST_TOKENS else None


def _is_text(part: object) -> bool:
    return isinstance(part, dict) and part.get("type") == "text" and isinstance(part.get("text"), str)


def _clean(text: str) -> str:
    """Pairs of surrogates joined, lone ones replaced, NUL taken out: the store and later requests refuse them."""
    return text.replace("\0", "").encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
