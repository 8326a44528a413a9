"""Discord around the bot: slow and unreliable as asked, and its books."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Collection, Iterable
from contextlib import asynccontextmanager

from aiohttp import web

from tests.fakes.discord import Call, Channel, FakeDiscord, Interaction, Message, StartLimit
from tests.torture.crowd import Room, Said, Tags
from tests.torture.discord_crowd import DiscordCrowd
from tests.torture.records import Records, Row
from tests.torture.sides import Pace
from tests.torture.verdict import Verdict
from tests.torture.words import answered, tags

LONGEST_DELAY = 0.04
FAULTS = ({"error": 500}, {"error": 502, "html": True}, {"error": 503}, {"cut": True}, {"cut": True}, {"cut": True})
FAULT_CHANCE = 0.008
"""Of each fault before and after the effect; less than on Telegram, since the library waits 1, 3, 5 ... s after an answer of 5xx."""
STARTS = 100_000_000
SHOWN = ("create message", "edit message", "delete message", "callback", "followup", "edit original", "edit followup", "delete original")
SENDS = ("create message", "followup", "callback")


class SlowDiscord(FakeDiscord):
    """Takes its time before and after each call's effect, so that deaths fall on both sides of it."""

    def __init__(self, *, seed: int) -> None:
        super().__init__(seed=seed, message_content=True, token=f"{seed % 1_000_000:06}.torture.token-that-opens-nothing")
        self._random = random.Random(seed)  # noqa: S311 - repeatable, not secret
        self.delay = LONGEST_DELAY
        self.gateway.start_limit = StartLimit(STARTS, STARTS)

    async def _call(self, request: web.Request) -> web.StreamResponse:
        try:
            await request.read()
        except ConnectionError:  # the bot died in the middle of its words
            return web.Response(status=400)
        await asyncio.sleep(self._random.uniform(0, self.delay / 2))
        response = await super()._call(request)
        await asyncio.sleep(self._random.uniform(0, self.delay / 2))
        return response


class DiscordSide:
    """A `Side`. Discord keeps nothing for the bot; what stands in the channels is to be found there."""

    platform = "discord"
    pace = Pace(patient=2.5, patience=0.06)
    greets = True

    def __init__(self, fake: SlowDiscord, crowd: DiscordCrowd) -> None:
        self.fake = fake
        self.crowd = crowd

    def environment(self) -> dict[str, str]:
        return {
            "DISCORD_TOKEN": self.fake.token,
            "DISCORD_API_URL": self.fake.api_url,
            "DISCORD_GATEWAY_URL": self.fake.gateway_url,
            "PARLEY_THREADS": f"discord:{self.crowd.threads.id}",
        }

    async def greet(self) -> None:
        await self.fake.gateway.wait_connected(20)
        await self.crowd.greet()

    def break_network(self) -> None:
        for what in FAULTS:
            for after in (False, True):
                self.fake.faults.add("*", after=after, chance=FAULT_CHANCE, times=None, **what)

    def mend_network(self) -> None:
        self.fake.faults.clear()

    def disturb(self, chance: random.Random) -> None:
        """The socket is cut, with the session alive or not; or the server asks the bot to come again, in one of three ways."""
        gateway = self.fake.gateway
        match chance.randrange(6):
            case 0 | 1:
                gateway.cut()
            case 2:
                gateway.forget_session()
                for line in list(gateway.lines):
                    line.cut()
            case 3:
                gateway.invalidate()
            case 4:
                gateway.invalidate(resumable=True)
            case _:
                gateway.reconnect()

    def signs(self) -> int:
        return self.fake.gateway.identifies

    def looks(self) -> int:
        return self.fake.gateway.identifies + len(self.fake.calls_of("history"))

    def shown(self) -> int:
        return sum(call.name in SHOWN for call in self.fake.calls)

    def unknown_sends(self) -> int:
        return sum(call.name in SENDS and _unknown(call) for call in self.fake.calls)

    def waits(self, stored: Collection[str]) -> str:
        if not self.fake.gateway.connected:
            return "nobody is at the gateway"
        waiting = [tag for message in self._owed() if (tag := tags(message.text)[0]) not in stored]
        return f"{waiting} have not been found" if waiting else ""

    def _owed(self) -> Iterable[Message]:
        said = [message for talker in self.crowd.talkers for message in talker.messages] + self.crowd.opened
        return (message for message in said if not message.deleted)

    def rooms(self) -> Iterable[Channel]:
        return self.fake.channels.values()

    def rows_of(self, message: Said, room: Room, records: Records) -> list[Row]:
        """Ids are of all Discord; what opened a thread is stored as said in the thread."""
        return records.written("discord", None, message.id)

    def message_of(self, post: Row) -> tuple[Channel, Message | None]:
        """By the id of the message, or by the interaction whose answer it is."""
        ref, room = post["ref_message"], self.fake.channels[int(post["thread_id"] or post["chat_id"])]
        if not ref.startswith("i."):
            return room, room.everything.get(int(ref.split(".")[0]))
        interaction = self.fake.interactions.get(ref.split(".", 4)[4])
        return room, interaction.message if interaction is not None else None

    def is_stub(self, message: Said) -> bool:
        """A repeated send is the same message. Only who was killed right after a send, and then finds that its prompt was deleted, does
        not repeat it, and leaves it there."""
        deleted = {tags(said.text)[0] for talker in self.crowd.talkers for said in talker.messages if said.deleted}
        return bool(answered(message.text)) and set(answered(message.text)) <= deleted

    def is_line(self, message: Said) -> bool:
        """Such lines come by the interaction alone."""
        assert isinstance(message, Message)
        return "interaction_metadata" in message.extra and not answered(message.text)

    def check(self, records: Records, verdict: Verdict) -> None:
        verdict.problems += self.fake.violations
        for message in self.crowd.opened:
            _in_its_thread(message, records, verdict)
        for interaction in self.crowd.given:
            _acknowledged(interaction, records, verdict)
        for tag, interaction in self.crowd.asks.items():
            if _key(interaction) in records.events:
                _asked(tag, interaction, records, verdict)


def _unknown(call: Call) -> bool:
    return call.refused != "" and call.result is not None


def _key(interaction: Interaction) -> str:
    return f"discord:i:{interaction.id}"


def _in_its_thread(message: Message, records: Records, verdict: Verdict) -> None:
    """What was to open a thread has one, and is answered there alone."""
    tag = tags(message.text)[0]
    rows = records.written("discord", None, message.id)
    if message.deleted:
        return
    verdict.asked += 1
    if not rows:
        verdict.lose(f"{tag}, which was to open a thread, is in no session", message.place)
    elif message.thread is None:
        verdict.blame(f"{tag} has no thread", message.place)
    elif any(row["thread_id"] != str(message.id) for row in rows):
        verdict.blame(f"{tag} is stored outside of its thread", message.place)
    elif not any(records.posts_of(reply["id"]) for reply in records.replies(rows[-1])):
        verdict.lose(f"{tag} has no answer in its thread", message.place)


def _acknowledged(interaction: Interaction, records: Records, verdict: Verdict) -> None:
    """What Discord was told to wait for is in the inbox (I4). Nobody can put right what is said after a death that fell between that and
    the line which ends it: such a "thinking" is counted."""
    verdict.commands += 1
    response = interaction.response
    if response is not None and response.type in (5, 6) and _key(interaction) not in records.events:
        verdict.lose(f"{interaction.data} was acknowledged and never stored", interaction.place)
    if interaction.message is not None and interaction.message.loading and not interaction.message.deleted:
        verdict.unsaid += 1


def _asked(tag: str, interaction: Interaction, records: Records, verdict: Verdict) -> None:
    """What came by /ask and was stored is answered once, like any message, unless an /edit replaced it."""
    verdict.asked += 1
    rows = records.tagged(tag)
    if not rows:
        verdict.lose(f"{tag} of /ask is in no session", interaction.place)
        return
    if not any(records.replies(row) or records.newer(row) or row["status"] == "removed" for row in rows):
        verdict.lose(f"{tag} of /ask has no answer", interaction.place)


@asynccontextmanager
async def discord(seed: int, names: Tags) -> AsyncIterator[DiscordSide]:
    """A fresh one."""
    async with SlowDiscord(seed=seed) as fake:
        yield DiscordSide(fake, DiscordCrowd(fake, seed, names))
