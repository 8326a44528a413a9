"""Playing people from another process: POST /control/<verb> with JSON in and out, for a server that runs on its own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import asdict

import orjson
from aiohttp import web

from tests.fakes.telegram.chats import Chat, Message
from tests.fakes.telegram.params import Json
from tests.fakes.telegram.people import Person
from tests.fakes.telegram.server import FakeTelegram

Verb = Callable[[Json], Awaitable[object]]


class Control:
    """The verbs: person, says, edits, presses, blocks, unblocks, wait, messages, transcript, calls, fault, clear, stats."""

    def __init__(self, fake: FakeTelegram) -> None:
        self.fake = fake
        self.people: dict[int, Person] = {}
        self._verbs: dict[str, Verb] = {
            "person": self._person,
            "says": self._says,
            "edits": self._edits,
            "presses": self._presses,
            "blocks": self._blocks,
            "unblocks": self._unblocks,
            "wait": self._wait,
            "messages": self._messages,
            "transcript": self._transcript,
            "calls": self._calls,
            "fault": self._fault,
            "clear": self._clear,
            "stats": self._stats,
        }
        fake.routes.append(web.post("/control/{verb}", self._handle))

    async def _handle(self, request: web.Request) -> web.Response:
        verb = self._verbs.get(request.match_info["verb"])
        if verb is None:
            return web.json_response({"error": f"verbs: {', '.join(self._verbs)}"}, status=404)
        body = await request.read()
        try:
            result = await verb(orjson.loads(body) if body else {})
        except (AssertionError, KeyError, ValueError, TypeError) as error:
            return web.json_response({"error": f"{type(error).__name__}: {error}"}, status=400)
        return web.Response(body=orjson.dumps(result), content_type="application/json")

    def _who(self, body: Json) -> Person:
        return self.people[body["person"]]

    def _where(self, body: Json) -> Chat:
        return self.fake.chats[body["chat"] if "chat" in body else body["person"]]

    def _message(self, body: Json) -> Message:
        return self._where(body).everything[body["message"]]

    async def _person(self, body: Json) -> object:
        person = self.fake.person(body["id"], body["name"], username=body.get("username", ""), language=body.get("language", "en"))
        self.people[person.id] = person
        return self.fake.private_chat(person).to_json()

    async def _says(self, body: Json) -> object:
        chat = self._where(body)
        replied = chat.everything[body["reply_to"]] if body.get("reply_to") else None
        return (await self._who(body).says(chat, body["text"], reply_to=replied)).to_json()

    async def _edits(self, body: Json) -> object:
        await self._who(body).edits(self._message(body), body["text"])
        return True

    async def _presses(self, body: Json) -> object:
        return (await self._who(body).presses(self._message(body), body["button"])).id

    async def _blocks(self, body: Json) -> object:
        await self._who(body).blocks(self._where(body))
        return True

    async def _unblocks(self, body: Json) -> object:
        await self._who(body).unblocks(self._where(body))
        return True

    async def _wait(self, body: Json) -> object:
        return (await self._where(body).wait_for(body["wanted"], body.get("timeout", 5.0))).to_json()

    async def _messages(self, body: Json) -> object:
        return [message.to_json() for message in self._where(body).messages]

    async def _transcript(self, body: Json) -> object:
        return self._where(body).transcript()

    async def _calls(self, body: Json) -> object:
        wanted = body.get("method", "").lower()
        return [asdict(call) for call in self.fake.calls if not wanted or call.method.lower() == wanted]

    async def _fault(self, body: Json) -> object:
        self.fake.faults.add(**body)
        return True

    async def _clear(self, body: Json) -> object:
        self.fake.faults.clear()
        return True

    async def _stats(self, body: Json) -> object:
        return stats(self.fake)


def stats(fake: FakeTelegram) -> Json:
    """What there is to count."""
    return {
        "calls": len(fake.calls),
        "refused": sum(1 for call in fake.calls if call.refused),
        "refused_by_limits": fake.limits.refused if fake.limits is not None else 0,
        "violations": fake.violations,
        "waiting_updates": len(fake.updates.waiting),
        "confirmed_updates": len(fake.updates.confirmed),
    }
