"""Sends the bot's messages: by an interaction's token where that is owed an answer, else to the channel, once for each key."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from adapters.discord.errors import InteractionOver
from adapters.discord.finding import Lost, answer_to, own_message
from adapters.discord.forms import Json
from adapters.discord.pace import Pace
from adapters.discord.payloads import files_of, nonce_of, shown
from adapters.discord.places import InteractionRef, channel_id, interaction_of, message_id, snowflake_at
from adapters.discord.replying import Replying
from adapters.discord.responses import Responses
from adapters.discord.rest import Rest
from adapters.discord.server_clock import WRONG_BY, ServerClock
from bot.errors import ContentRefused, MessageGone, PlaceUnavailable, RateLimited, SendUnknown
from bot.events import MessageRef, Place
from bot.ports import Core
from bot.posts import Part
from bot.replies import texts
from bot.turnstile import Turnstile

NONCE_LASTS: Final = 120.0
"""Seconds for which Discord surely knows a key: it says "the past few minutes"."""
KEYS: Final = 8
"""Keys of one message: who is killed right after a send may find that others took it, and be killed again after the next."""
MOST_REMEMBERED: Final = 1000
LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)


class Sender:
    """`core` and `salt` are known once the adapter runs."""

    def __init__(self, rest: Rest, responses: Responses, pace: Pace, clock: ServerClock) -> None:
        self._rest = rest
        self._replying = Replying(rest, clock)
        self._responses = responses
        self._pace = pace
        self._clock = clock
        self._unknown: dict[str, datetime] = {}
        self._made: dict[int, str] = {}
        self._channels = Turnstile()
        self.core: Core | None = None
        self.salt = ""

    async def send(
        self,
        place: Place,
        part: Part,
        *,
        reply_to: MessageRef | None,
        via: MessageRef | None,
        audience: str,
        key: str,
        tried_since: datetime | None,
        preview: bool,
    ) -> MessageRef:
        """Raises SendUnknown when it may have been sent: the same key then makes it one."""
        interaction = interaction_of(via) or interaction_of(reply_to)
        audience = "" if place.kind == "private" else audience  # nobody else reads there
        if interaction is None:
            number = await self._to_channel(place, part, reply_to, reply_to or via, key, tried_since, preview)
        elif interaction.kind != "press" and reply_to is not None:
            number = await self._original(place, part, interaction, audience, key, tried_since, preview)
        elif audience:
            number = await self._private(place, part, interaction, key, tried_since)
        elif interaction.here:
            number = await self._to_channel(place, part, None, reply_to or via, key, tried_since, preview)
        else:
            number = await self._followup(part, interaction, tried_since, private=False)
        return MessageRef(place, str(number))

    async def _original(
        self, place: Place, part: Part, ref: InteractionRef, audience: str, key: str, since: datetime | None, preview: bool
    ) -> int:
        """The first answer to a command or a form takes the place of "thinking"."""
        if preview:
            self._pace.ask("edit", ref.id)
        if not await self._responses.settled(ref):
            return await self._late(place, part, ref, audience, key, since)
        if audience and not ref.private:
            return await self._apart(place, part, ref, key, since)
        self._pace.took("edit", ref.id)
        try:
            sent = await self._rest.edit_original(ref.token, shown(part), files_of(part))
        except (InteractionOver, MessageGone):
            return await self._late(place, part, ref, audience, key, since)
        number = int(sent["id"])
        self._responses.sent(number, ref, private=ref.private)
        return number

    async def _private(self, place: Place, part: Part, ref: InteractionRef, key: str, since: datetime | None) -> int:
        try:
            return await self._followup(part, ref, since, private=True)
        except PlaceUnavailable:
            if not ref.here:
                raise
            return await self._late(place, part, ref, "somebody", key, since)

    async def _apart(self, place: Place, part: Part, ref: InteractionRef, key: str, since: datetime | None) -> int:
        """All see the "thinking" that stands there, so what is for one pair of eyes must not take its place."""
        with suppress(MessageGone, InteractionOver):
            await self._rest.delete_original(ref.token)
        return await self._private(place, part, ref, key, since)

    async def _late(self, place: Place, part: Part, ref: InteractionRef, audience: str, key: str, since: datetime | None) -> int:
        """The interaction takes no answer any more: an ordinary message, which must not show what was for one pair of eyes."""
        if not ref.here:
            raise PlaceUnavailable("the interaction is over")
        if not audience and not ref.private:
            answered = await self._answered(place, part, ref)
            return answered or await self._to_channel(place, part, None, ref.in_place(place), key, since, preview=False)
        late = replace(part, text=texts.PRIVATE_TOO_LATE, markup=(), buttons=(), file=None, ask=None)
        number = await self._to_channel(place, late, None, ref.in_place(place), key, since, preview=False)
        self._responses.sent(number, ref, private=True, stale=True)
        return number

    async def _answered(self, place: Place, part: Part, ref: InteractionRef) -> int:
        """What its token made stays: an earlier life may have answered by it, and the bot's own token changes that. A "thinking" goes."""
        channel = channel_id(place)
        with suppress(MessageGone, PlaceUnavailable, ContentRefused):
            number, thinks = await answer_to(self._rest, place, ref.id)
            if number and not thinks:
                await self._rest.edit_message(channel, number, shown(part), files_of(part))
                return number
            if number:
                await self._rest.delete_message(channel, number)
        return 0

    async def _followup(self, part: Part, ref: InteractionRef, since: datetime | None, *, private: bool) -> int:
        """At most once: there is no key for it, and no looking for what is for other eyes."""
        if since is not None:
            raise ContentRefused("it may have been sent already")
        if not await self._responses.settled(ref):
            raise PlaceUnavailable("the interaction is over")
        try:
            sent = await self._rest.followup(ref.token, shown(part, private=private), files_of(part))
        except InteractionOver:
            raise PlaceUnavailable("the interaction is over") from None
        except SendUnknown:
            raise ContentRefused("it may have been sent already") from None
        number = int(sent["id"])
        self._responses.sent(number, ref, private=private)
        return number

    async def _to_channel(
        self,
        place: Place,
        part: Part,
        reply_to: MessageRef | None,
        after: MessageRef | None,
        key: str,
        since: datetime | None,
        preview: bool,
    ) -> int:
        channel = channel_id(place)
        if preview:
            self._pace.ask("send", channel)
        reference = _reference(place, reply_to)
        payload = shown(part) | {"enforce_nonce": True}
        if reference:
            payload["message_reference"] = {"message_id": str(reference), "channel_id": str(channel), "fail_if_not_exists": False}
        async with self._channels.passing(channel):  # what is being sent must not be found by who looks
            looked_from = self._looked_from(key, since)
            if looked_from:
                keyed = snowflake_at(self._clock.now() - timedelta(seconds=NONCE_LASTS))
                lost = Lost(part.text, _number(after), reference, keyed)
                others = {number for number, made_for in self._made.items() if made_for != key}
                earlier = await own_message(self._rest, self.core, place, looked_from, lost, others)
                if earlier:
                    self._made[earlier] = key  # whatever comes of the edit, nobody else may take it
                    await self._rest.edit_message(channel, earlier, shown(part), files_of(part))
                    return self._is(earlier, key)
            return await self._posted(place, part, payload, key, tried=since is not None)

    async def _posted(self, place: Place, part: Part, payload: Json, key: str, *, tried: bool) -> int:
        """For a key that it knows Discord gives back the earlier message. That may show less; it may be gone, or have been taken for that
        of another key, where an earlier life `tried`: then it takes the next key."""
        channel = channel_id(place)
        self._pace.took("send", channel)
        try:
            for one in range(KEYS):
                nonce = nonce_of(self.salt, key + "-other" * one)
                sent = await self._replying.create(channel, {**payload, "nonce": nonce}, files_of(part))
                number = int(sent["id"])
                if self._made.get(number, key) != key or (tried and await self._is_a_post(place, number)):
                    continue
                if _shows(sent, part):
                    return self._is(number, key)
                with suppress(MessageGone):
                    await self._rest.edit_message(channel, number, shown(part), files_of(part))
                    return self._is(number, key)
        except SendUnknown:
            self._unknown.setdefault(key, self._clock.now())
            _keep_few(self._unknown)
            raise
        except RateLimited as limited:
            self._pace.refused("send", channel, limited.retry_after)
            raise
        raise SendUnknown("no key leads to a message of its own")

    async def _is_a_post(self, place: Place, number: int) -> bool:
        return self.core is not None and await self.core.knows(MessageRef(place, str(number)))

    def _is(self, number: int, key: str) -> int:
        self._unknown.pop(key, None)
        self._made[number] = key
        _keep_few(self._made)
        return number

    def _looked_from(self, key: str, since: datetime | None) -> tuple[datetime, ...]:
        """From when on a message may stand there already that this key does not lead to any more; empty where the key does.
        `since` is Discord's time for an answer, from the message that it answers, and this machine's for what a command says. Nobody says
        which, so it may be either: to look once too often is one call. One that lies ahead was written by a clock that was wrong.
        """
        now = self._clock.now()
        tried, known_from = self._unknown.get(key), now - timedelta(seconds=NONCE_LASTS)
        if tried is not None and tried < known_from:
            return (tried - timedelta(minutes=1),)
        if since is None:
            return ()
        either = (since, self._clock.there(since))
        if min(either) > now + WRONG_BY:
            return (LONG_AGO,)
        return either if min(either) < known_from else ()


def _shows(sent: Json, part: Part) -> bool:
    return str(sent.get("content")).strip() == part.text.strip()


def _keep_few(remembered: dict[Any, Any]) -> None:
    while len(remembered) > MOST_REMEMBERED:
        del remembered[next(iter(remembered))]


def _reference(place: Place, reply_to: MessageRef | None) -> int:
    """What to reply to: an ordinary message of the same channel. The message that a thread began with is not in the thread."""
    if reply_to is None or reply_to.place != place:
        return 0
    number = message_id(reply_to)
    return 0 if number == channel_id(place) else number


def _number(ref: MessageRef | None) -> int:
    interaction = interaction_of(ref)
    if interaction is not None:
        return interaction.id
    return message_id(ref) if ref is not None else 0
