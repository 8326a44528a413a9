"""What every adapter keeps, whatever its platform: a suite to be inherited, with the platform's fake behind a small protocol.

class TestTelegram(AdapterContract):
    @pytest.fixture
    async def bench(self, ...) -> AsyncIterator[Bench]: ...
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Protocol

import pytest

from bot.errors import AdapterError, ContentRefused, MessageGone, PlaceUnavailable, RateLimited, SendUnknown
from bot.events import Attachment, Event, MessageRef, Place
from bot.ports import Adapter
from bot.posts import Ask, Button, Content, File, Part

TEXTS = (
    "",
    " ",
    "plain",
    "# Title\n\nSome **bold**, *italic*, `code` and [a link](https://a.example).",
    "```python\nprint('unclosed",
    "| a | b |\n|---|---|\n| 1 | 2 |",
    "word " * 3000,
    "x" * 9000,
    "😀" * 5000,
    "זה טקסט " * 900,
    "@everyone <b>tag</b> & std::vector<int> a<b>c",
)


class Bench(Protocol):
    """What the suite asks of a platform's fake."""

    adapter: Adapter
    place: Place

    async def shown(self) -> Sequence[str]:
        """The texts of the bot's messages in the place as they stand now, oldest first."""

    async def labels(self) -> Sequence[str]:
        """The labels of the buttons under the bot's newest message."""

    async def remove_newest(self) -> None:
        """Somebody takes the bot's newest message away."""

    async def close_place(self) -> None:
        """The bot may not write in the place any more."""

    async def refuse_next(self, seconds: int) -> None:
        """The next send is refused for its frequency, for so many seconds."""

    async def lose_next_answer(self) -> None:
        """The next send takes effect, and its answer is lost, as often as the platform's library asks again by itself."""

    async def slow_next_edit(self, seconds: float) -> None:
        """The next edit takes so long."""

    async def say(self, text: str) -> Event:
        """Somebody writes in the place; returns the event that the core was given."""


class AdapterContract:
    """Inherit, and give a fixture `bench`."""

    async def test_what_is_sent_edited_and_deleted_is_seen(self, bench: Bench) -> None:
        ref = await bench.adapter.send(bench.place, _part(bench, "first"), key="a")
        assert list(await bench.shown()) == ["first"]
        await bench.adapter.edit(ref, _part(bench, "second"))
        assert list(await bench.shown()) == ["second"]
        await bench.adapter.delete(ref)
        assert list(await bench.shown()) == []

    async def test_a_ref_names_the_place_it_is_in(self, bench: Bench) -> None:
        ref = await bench.adapter.send(bench.place, _part(bench, "x"), key="a")
        assert ref.place == bench.place
        assert ref.message_id

    async def test_the_same_edit_twice_is_success(self, bench: Bench) -> None:
        ref = await bench.adapter.send(bench.place, _part(bench, "x"), key="a")
        for _ in range(2):
            await bench.adapter.edit(ref, _part(bench, "y"))
        assert list(await bench.shown()) == ["y"]

    async def test_the_same_deletion_twice_is_success(self, bench: Bench) -> None:
        ref = await bench.adapter.send(bench.place, _part(bench, "x"), key="a")
        for _ in range(2):
            await bench.adapter.delete(ref)
        assert list(await bench.shown()) == []

    async def test_a_message_that_is_gone_cannot_be_edited(self, bench: Bench) -> None:
        ref = await bench.adapter.send(bench.place, _part(bench, "x"), key="a")
        await bench.remove_newest()
        with pytest.raises(MessageGone):
            await bench.adapter.edit(ref, _part(bench, "y"))

    async def test_a_closed_place_is_unavailable(self, bench: Bench) -> None:
        await bench.close_place()
        with pytest.raises(PlaceUnavailable):
            await bench.adapter.send(bench.place, _part(bench, "x"), key="a")
        await bench.adapter.typing(bench.place)

    async def test_a_platform_that_says_not_now_names_the_time(self, bench: Bench) -> None:
        await bench.refuse_next(9)
        with pytest.raises(RateLimited) as refused:
            await bench.adapter.send(bench.place, _part(bench, "x"), key="a")
        assert 8.0 <= refused.value.retry_after <= 10.0
        assert list(await bench.shown()) == []

    async def test_a_lost_answer_never_makes_two_messages(self, bench: Bench) -> None:
        """Where sends are idempotent the repetition is the same message; elsewhere it is unknown, and nobody repeats it."""
        await bench.lose_next_answer()
        try:
            await bench.adapter.send(bench.place, _part(bench, "once"), key="a")
        except SendUnknown:
            if bench.adapter.capabilities(bench.place).idempotent_send:
                await bench.adapter.send(bench.place, _part(bench, "once"), key="a")
        assert list(await bench.shown()) == ["once"]

    async def test_keys_tell_sends_apart_where_they_count(self, bench: Bench) -> None:
        refs = [await bench.adapter.send(bench.place, _part(bench, "x"), key=key) for key in ("a", "a", "b")]
        expected = 2 if bench.adapter.capabilities(bench.place).idempotent_send else 3
        assert len({ref.message_id for ref in refs}) == expected == len(await bench.shown())

    async def test_buttons_are_shown_and_taken_away(self, bench: Bench) -> None:
        if not bench.adapter.capabilities(bench.place).buttons:
            content = Content("x", ((Button("Retry", "retry #7f3a"),),))
            assert bench.adapter.render(content)[-1].text
            return
        rows = ((Button("Retry", "retry #7f3a"), Button("Stop", "stop " + "x" * 59)),)
        ref = await bench.adapter.send(bench.place, replace(_part(bench, "x"), buttons=rows), key="a")
        assert list(await bench.labels()) == ["Retry", "Stop"]
        await bench.adapter.edit(ref, _part(bench, "y"))
        assert list(await bench.labels()) == []

    @pytest.mark.parametrize("text", TEXTS)
    async def test_what_is_rendered_is_taken_and_stays_within_the_limits(self, bench: Bench, text: str) -> None:
        most = bench.adapter.capabilities(bench.place).max_text
        parts = bench.adapter.render(Content(text))
        assert parts
        for number, part in enumerate(parts):
            assert part.text.strip()
            assert len(part.text) <= most
            await bench.adapter.send(bench.place, part, key=f"{number}")
        assert len(await bench.shown()) == len(parts)

    async def test_the_ranges_of_parts_follow_each_other(self, bench: Bench) -> None:
        text = "one two three " * 2000
        parts = bench.adapter.render(Content(text))
        assert parts[0].start == 0
        assert all(earlier.end <= later.start for earlier, later in pairwise(parts))
        seen = "".join(text[part.start : part.end] for part in parts)
        assert seen.split() == text.split()

    async def test_the_last_part_carries_what_hangs_on_the_content(self, bench: Bench) -> None:
        rows, ask = ((Button("Retry", "retry"),),), Ask("edit 3", "The new text")
        parts = bench.adapter.render(Content("x", rows, File("a.txt", "text/plain", b"a"), "", ask))
        assert parts[-1].file is not None
        assert (parts[-1].buttons, parts[-1].ask) == (rows, ask)

    async def test_rendering_is_pure(self, bench: Bench) -> None:
        for text in TEXTS:
            assert bench.adapter.render(Content(text)) == bench.adapter.render(Content(text))

    async def test_an_event_names_the_platform_and_has_a_key_of_its_own(self, bench: Bench) -> None:
        first, second = await bench.say("one"), await bench.say("two")
        assert first.key != second.key
        assert getattr(first, "ref", MessageRef(bench.place, "")).place == bench.place
        assert bench.place.platform == bench.adapter.platform

    async def test_typing_is_harmless(self, bench: Bench) -> None:
        await bench.adapter.typing(bench.place)
        assert list(await bench.shown()) == []

    async def test_what_is_no_file_is_refused(self, bench: Bench) -> None:
        with pytest.raises(ContentRefused):
            await bench.adapter.fetch(Attachment("document", "text/plain", 100, "a.txt", "x"), 10)

    async def test_a_cancelled_edit_arrives_all_the_same(self, bench: Bench) -> None:
        ref = await bench.adapter.send(bench.place, _part(bench, "x"), key="a")
        await bench.slow_next_edit(0.1)
        task = asyncio.create_task(bench.adapter.edit(ref, _part(bench, "y")))
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await bench.adapter.close()
        assert list(await bench.shown()) == ["y"]

    async def test_only_errors_of_the_boundary_are_raised(self, bench: Bench) -> None:
        nowhere = MessageRef(replace(bench.place, chat_id="999999"), "1")
        for act in (
            bench.adapter.send(nowhere.place, _part(bench, "x"), key="a"),
            bench.adapter.edit(nowhere, _part(bench, "x")),
        ):
            with pytest.raises(AdapterError):
                await act


def _part(bench: Bench, text: str) -> Part:
    (part,) = bench.adapter.render(Content(text))
    return part
