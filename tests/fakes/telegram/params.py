"""What came with a call: JSON, form and multipart bodies read into one shape, cheaply, since benchmarks send thousands."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import orjson
from aiohttp import BodyPartReader, web

from tests.fakes.telegram.refusals import UNPARSABLE, bad, unparsable

Json = dict[str, Any]

# Fields that a form carries as text in JSON; everything else is text or a number.
NESTED = frozenset(
    {
        "entities",
        "caption_entities",
        "reply_markup",
        "reply_parameters",
        "link_preview_options",
        "allowed_updates",
        "commands",
        "scope",
        "media",
        "message_ids",
        "rich_message",
    }
)


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came in a multipart body."""

    name: str
    mime_type: str
    data: bytes


@dataclass(slots=True)
class Params:
    """The parameters of one call."""

    raw: Json
    files: dict[str, Upload] = field(default_factory=dict)

    def text(self, name: str) -> str:
        value = self.raw.get(name)
        return "" if value is None else value if isinstance(value, str) else str(value)

    def number(self, name: str) -> int | None:
        """Raises Refusal for what is no whole number."""
        value = self.raw.get(name)
        if value is None or value == "":
            return None
        try:
            return int(float(value)) if isinstance(value, str) and "." in value else int(value)
        except (TypeError, ValueError):
            raise bad(f"invalid {name} specified") from None

    def flag(self, name: str) -> bool:
        return str(self.raw.get(name)).lower() in ("true", "1", "yes")

    def nested(self, name: str) -> Any:
        """A parameter that is JSON in itself; None when it is missing."""
        value = self.raw.get(name)
        if not isinstance(value, str):
            return value
        try:
            return orjson.loads(value)
        except orjson.JSONDecodeError:
            raise unparsable(name) from None

    def plain(self) -> Json:
        """All parameters with what is nested decoded, to look at in tests."""
        return {name: _decoded(value) if name in NESTED else value for name, value in self.raw.items()}


def _decoded(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return orjson.loads(value)
    except orjson.JSONDecodeError:
        return value


async def read_params(request: web.Request) -> Params:
    """Reads query and body; raises Refusal for a body that is not what it says."""
    raw: Json = dict(request.query)
    kind = request.content_type
    if kind.startswith("multipart/"):
        return await _read_multipart(request, raw)
    body = await request.read()
    if not body:
        return Params(raw)
    if kind == "application/json":
        try:
            raw.update(orjson.loads(body))
        except (orjson.JSONDecodeError, TypeError, ValueError):
            raise bad(UNPARSABLE) from None
        return Params(raw)
    raw.update(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    return Params(raw)


async def _read_multipart(request: web.Request, raw: Json) -> Params:
    files: dict[str, Upload] = {}
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader) or not part.name:
            continue
        data = bytes(await part.read(decode=False))
        if part.filename is None:
            raw[part.name] = data.decode("utf-8", "replace")
        else:
            files[part.name] = Upload(part.filename, part.headers.get("Content-Type", "application/octet-stream"), data)
    return Params(raw, files)
