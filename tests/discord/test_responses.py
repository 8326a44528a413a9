"""First answers, and what a token may change afterwards: with interactions that people make on the loopback Discord."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from adapters.discord.adapter import DiscordAdapter
from adapters.discord.breaker import ALLOWED
from adapters.discord.commands import payload
from adapters.discord.places import InteractionKind, InteractionRef, place_of
from bot.errors import MessageGone, RateLimited
from bot.events import MessageRef
from bot.posts import Ask, Button
from bot.replies import texts
from tests.discord.rig import options_for
from tests.fakes.discord import FakeDiscord, Interaction
from tests.fakes.rig import FastClock, ListCore, plain


class Bench:
    """The adapter without its receiver: the test hands it interactions itself."""

    def __init__(self, fake: FakeDiscord, folder: Path) -> None:
        self.fake = fake
        self.folder = folder
        self.ann = fake.person(1001, "Ann")
        self.channel = fake.guild("Club", self.ann).channel("general")
        self.place = place_of(self.channel.id)
        self.begin()

    def begin(self) -> None:
        """A life of the program."""
        self.adapter = DiscordAdapter(options_for(self.fake, self.folder), FastClock())
        self.adapter._sender.core = ListCore()
        self.responses = self.adapter._responses

    async def gave(self, name: str, *, private: bool = False, here: bool = True) -> tuple[Interaction, InteractionRef]:
        interaction = await self.ann.slash(self.channel, name)
        return interaction, self.ref_of(interaction, "command", private=private, here=here)

    def ref_of(self, interaction: Interaction, kind: InteractionKind, *, private: bool = False, here: bool = True) -> InteractionRef:
        source = interaction.source.id if interaction.source is not None else 0
        ref = InteractionRef(interaction.id, interaction.token, kind, here, private, source)
        self.responses.opened(ref)
        return ref


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with FakeDiscord() as fake:
        bench = Bench(fake, tmp_path)
        me = await bench.adapter._rest.application()
        await bench.adapter._rest.put_commands(str(me["id"]), payload())
        yield bench
        await bench.adapter.close()
        assert fake.violations == []


async def test_the_answer_waits_for_thinking_and_takes_its_place(bench: Bench) -> None:
    interaction, ref = await bench.gave("help")
    via = ref.in_place(bench.place)
    sending = asyncio.create_task(bench.adapter.send(bench.place, plain("help!"), reply_to=via, via=via, key="a"))
    await asyncio.sleep(0.02)
    assert bench.fake.calls_of("edit original") == []
    await bench.responses.defer(ref)
    sent = await sending
    assert interaction.message is not None
    assert (interaction.message.text, str(interaction.message.id)) == ("help!", sent.message_id)
    assert bench.fake.calls_of("create message") == []


async def test_p29_a_lost_first_answer_is_given_again(bench: Bench) -> None:
    interaction, ref = await bench.gave("help")
    bench.fake.faults.add("callback", cut=True, after=True)
    await bench.responses.defer(ref)
    assert await bench.responses.settled(ref)
    assert interaction.response is not None


async def test_an_answer_for_one_is_ephemeral_in_every_part_and_editable_after_a_restart(bench: Bench) -> None:
    interaction, ref = await bench.gave("sessions", private=True)
    via = ref.in_place(bench.place)
    await bench.responses.defer(ref)
    first = await bench.adapter.send(bench.place, plain("one"), reply_to=via, via=via, audience="1001", key="a")
    second = await bench.adapter.send(bench.place, plain("two"), via=via, audience="1001", key="b")
    assert all(message.only_for is bench.ann.user for message in interaction.messages)
    await bench.adapter.close()
    bench.begin()
    await bench.adapter.edit(first, plain("one, new"), via=via)
    await bench.adapter.edit(second, plain("two, new"), via=via)
    assert [message.text for message in interaction.messages] == ["one, new", "two, new"]


async def test_a_page_of_a_private_list_is_turned_after_the_command_is_over(bench: Bench) -> None:
    interaction, ref = await bench.gave("sessions", private=True)
    via = ref.in_place(bench.place)
    await bench.responses.defer(ref)
    part = plain("page 1", buttons=((Button("Older", "sessions 2"),),))
    shown = await bench.adapter.send(bench.place, part, reply_to=via, via=via, audience="1001", key="a")
    bench.responses._sent.clear()
    old = InteractionRef(1 << 22, ref.token, "command", here=True, private=True).in_place(bench.place)
    with pytest.raises(MessageGone):
        await bench.adapter.edit(shown, plain("page 2"), via=old)
    assert interaction.message is not None
    press = await bench.ann.presses(interaction.message, "Older")
    await bench.responses.defer(bench.ref_of(press, "press"))
    await bench.adapter.edit(shown, plain("page 2"), via=old)
    assert interaction.message.text == "page 2"


async def test_a_press_makes_a_new_message_where_the_bot_is(bench: Bench) -> None:
    post = await bench.adapter.send(bench.place, plain("x", buttons=((Button("Retry", "retry"),),)), key="a")
    press = await bench.ann.presses(bench.channel.from_bot[-1], "Retry")
    ref = bench.ref_of(press, "press")
    await bench.responses.defer(ref)
    await bench.adapter.send(bench.place, plain("again"), via=ref.in_place(bench.place), key="b")
    await bench.responses.line(ref, "only for you")
    assert bench.channel.texts[:2] == ["x", "again"]
    assert [message.text for message in press.followups] == ["only for you"]
    assert press.followups[0].only_for is bench.ann.user
    await bench.adapter.edit(post, plain("y"))
    assert bench.channel.from_bot[0].text == "y"


async def test_a_form_is_the_first_answer(bench: Bench) -> None:
    interaction, ref = await bench.gave("edit")
    await bench.responses.modal(ref, Ask("edit 3", texts.ASK_EDIT_LABEL.format(number=3), "old words"))
    assert interaction.modal is not None
    assert list(interaction.modal.values.values()) == ["old words"]


async def test_deleting_a_private_message_is_success_whenever(bench: Bench) -> None:
    _interaction, ref = await bench.gave("sessions", private=True)
    via = ref.in_place(bench.place)
    await bench.responses.defer(ref)
    shown = await bench.adapter.send(bench.place, plain("list"), reply_to=via, via=via, audience="1001", key="a")
    for _ in range(2):
        await bench.adapter.delete(shown)
    await bench.adapter.delete(MessageRef(bench.place, "1"))
    assert bench.channel.texts == []


async def test_what_is_for_one_never_takes_the_place_of_a_public_thinking(bench: Bench) -> None:
    interaction, ref = await bench.gave("help")
    via = ref.in_place(bench.place)
    await bench.responses.defer(ref)
    await bench.adapter.send(bench.place, plain("secret"), reply_to=via, via=via, audience="1001", key="a")
    assert [(message.text, message.only_for) for message in interaction.followups] == [("secret", bench.ann.user)]
    assert all(message.only_for is bench.ann.user for message in bench.channel.from_bot)


async def test_p29_the_thinking_of_an_interaction_that_is_over_goes(bench: Bench) -> None:
    interaction, ref = await bench.gave("help")
    via = ref.in_place(bench.place)
    await bench.responses.defer(ref)
    bench.fake.faults.add("edit original", error=404, code=10015)
    await bench.adapter.send(bench.place, plain("late"), reply_to=via, via=via, key="a")
    assert interaction.message is not None
    assert interaction.message.deleted
    assert bench.channel.texts == ["late"]


async def test_p29_what_an_earlier_life_answered_by_the_token_is_not_said_again(bench: Bench) -> None:
    _interaction, ref = await bench.gave("help")
    via = ref.in_place(bench.place)
    await bench.responses.defer(ref)
    first = await bench.adapter.send(bench.place, plain("half"), reply_to=via, via=via, key="a")
    await bench.adapter.close()
    bench.begin()
    bench.fake.faults.add("edit original", error=404, code=10015)
    since = bench.adapter._clock.now()
    again = await bench.adapter.send(bench.place, plain("whole"), reply_to=via, via=via, key="a", tried_since=since)
    assert again == first
    assert bench.channel.texts == ["whole"]


async def test_p31_refusals_of_interactions_count_and_do_not_speak_of_the_bots_token(bench: Bench) -> None:
    _interaction, ref = await bench.gave("help")
    await bench.responses.defer(ref)
    via = ref.in_place(bench.place)
    bench.fake.faults.add("edit original", error=401, code=50027, times=1)
    await bench.adapter.send(bench.place, plain("late"), reply_to=via, via=via, key="a")
    bench.fake.faults.add("edit original", error=401, times=1)
    await bench.adapter.send(bench.place, plain("later"), reply_to=via, via=via, key="b")
    assert len(bench.adapter._rest.breaker._refusals) == 2
    for _ in range(ALLOWED):
        bench.adapter._rest.breaker.refused(429)
    with pytest.raises(RateLimited):
        await bench.adapter.send(bench.place, plain("x"), reply_to=via, via=via, key="c")
