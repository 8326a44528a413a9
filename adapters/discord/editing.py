"""Changes and takes away the bot's messages: with its own token where it can, else with that of an interaction.

Ephemeral messages, and those in places that the bot is not in, can be reached by an interaction's token only: by that of the newest
press on the very message, else by that of the interaction it came from, as the ref says that stands in `via`, also after a restart.
"""

from __future__ import annotations

from adapters.discord.errors import InteractionOver
from adapters.discord.pace import Pace
from adapters.discord.payloads import files_of, shown
from adapters.discord.places import InteractionRef, channel_id, interaction_of, message_id
from adapters.discord.responses import Responses
from adapters.discord.rest import Rest
from bot.errors import DeleteRefused, MessageGone, PlaceUnavailable, RateLimited
from bot.events import MessageRef
from bot.ports import Clock
from bot.posts import Part


class Editor:
    """Edits can be repeated: the same one twice is success."""

    def __init__(self, rest: Rest, responses: Responses, pace: Pace, clock: Clock) -> None:
        self._rest = rest
        self._responses = responses
        self._pace = pace
        self._clock = clock

    async def edit(self, ref: MessageRef, part: Part, via: MessageRef | None, preview: bool) -> None:
        """MessageGone also where nothing can change the message any more: it is then sent anew, a private one as a line that says so."""
        number, channel = message_id(ref), channel_id(ref.place)
        sent = self._responses.sent_as(number)
        if sent is not None and sent.stale:
            return  # it says that the private answer came too late, and must not say more
        origin = sent.ref if sent is not None else interaction_of(via)
        private = sent.private if sent is not None else _is_private(origin)
        if preview:
            self._pace.ask("edit", channel)
        self._pace.took("edit", channel, number)
        try:
            if private or (origin is not None and not origin.here):
                await self._by_token(number, origin, part)
            else:
                await self._by_bot(channel, number, part, origin)
        except RateLimited as limited:
            self._pace.refused("edit", channel, limited.retry_after)
            raise
        except InteractionOver:
            if private and origin is not None and origin.here and await self._all_see(channel, number):
                return  # it is the line that an earlier life left in place of the private answer, and must not say more
            raise MessageGone("its interaction is over") from None

    async def _all_see(self, channel: int, number: int) -> bool:
        """Whether the message is no ephemeral one: those the bot is not shown."""
        try:
            found = await self._rest.messages(channel, after=number - 1, limit=1)
        except PlaceUnavailable:
            return False
        return any(int(message["id"]) == number for message in found)

    async def _by_bot(self, channel: int, number: int, part: Part, origin: InteractionRef | None) -> None:
        """For the bot's own token an ephemeral message is not there; a token that is still good knows better."""
        try:
            await self._rest.edit_message(channel, number, shown(part), files_of(part))
        except MessageGone:
            if self._responses.press_on(number) is None and (origin is None or origin.until <= self._clock.now()):
                raise
            await self._by_token(number, origin, part)

    async def _by_token(self, number: int, origin: InteractionRef | None, part: Part) -> None:
        press = self._responses.press_on(number)
        if press is not None and await self._responses.settled(press):
            await self._rest.edit_followup(press.token, number, shown(part), files_of(part))
            return
        if origin is None or origin.until <= self._clock.now():
            raise InteractionOver
        await self._rest.edit_followup(origin.token, number, shown(part), files_of(part))

    async def delete(self, ref: MessageRef) -> None:
        """That it is gone already is success; so is an ephemeral one that cannot be reached, since nobody else sees it."""
        number, channel = message_id(ref), channel_id(ref.place)
        sent, press = self._responses.sent_as(number), self._responses.press_on(number)
        by = press or (sent.ref if sent is not None else None)
        try:
            if by is not None and sent is not None and not sent.stale and (sent.private or not by.here):
                await self._rest.delete_followup(by.token, number)
            else:
                await self._rest.delete_message(channel, number)
        except (MessageGone, InteractionOver):
            return
        except PlaceUnavailable as error:
            if str(error).endswith((" 50013", " 50003")):
                raise DeleteRefused(str(error)) from None
            raise


def _is_private(origin: InteractionRef | None) -> bool:
    return origin is not None and origin.private
