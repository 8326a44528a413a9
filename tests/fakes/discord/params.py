"""What came with a call: JSON and multipart bodies read into one shape."""

from __future__ import annotations

from dataclasses import dataclass, field

import orjson
from aiohttp import BodyPartReader, web

from tests.fakes.discord.refusals import Json, Refusal


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came in a multipart body; `number` is the n of files[n]."""

    number: int
    name: str
    data: bytes


@dataclass(slots=True)
class Call:
    """One call of the bot. `at` is the fake's wall time; `refused` is what Discord said, empty when it said yes; `status` 0 is a cut.

    `name` and `route` are as in routes.py; `ids` are the parts of the path in order.
    """

    method: str
    path: str
    at: float
    name: str = ""
    route: str = ""
    ids: list[str] = field(default_factory=list)
    query: dict[str, str] = field(default_factory=dict)
    body: Json = field(default_factory=dict)
    files: list[Upload] = field(default_factory=list)
    listed: list[Json] = field(default_factory=list)
    reason: str = ""
    status: int = 200
    code: int = 0
    refused: str = ""
    result: object = None

    def number(self, place: int) -> int:
        """An id of the path; Refusal where it is no number."""
        if not self.ids[place].isdigit():
            raise Refusal(400, 50035, "Invalid Form Body")
        return int(self.ids[place])


async def read_body(request: web.Request, call: Call) -> None:
    """Reads the body into the call; raises Refusal where it is not what Discord reads."""
    if request.content_type.startswith("multipart/"):
        await _read_parts(request, call)
        return
    raw = await request.read()
    if not raw:
        return
    if request.content_type != "application/json":
        raise Refusal(400, 50035, f"Expected \"Content-Type\" header to be one of {{'application/json'}}, not {request.content_type}.")
    _take(call, raw)


async def _read_parts(request: web.Request, call: Call) -> None:
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            continue
        data = bytes(await part.read(decode=True))
        name = part.name or ""
        if name == "payload_json":
            _take(call, data)
        elif name.startswith("files["):
            call.files.append(Upload(int(name[6:-1]), part.filename or "file", data))


def _take(call: Call, raw: bytes) -> None:
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise Refusal(400, 50109, "The request body contains invalid JSON.") from error
    if isinstance(body, list):
        call.listed = body
    else:
        call.body = body
