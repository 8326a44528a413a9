"""The ordinary run: ten thousand texts for the renderers, as many bodies of a stream, as many updates and events, always the same ones.
More by `python -m tests.fuzz`, where numbers go on and seeds differ."""

from __future__ import annotations

import time

import pytest

from bot.posts import Content
from tests.fuzz.__main__ import report
from tests.fuzz.catalogue import FIELDS, GROUPS, planned
from tests.fuzz.field import chance_for, judged, kind_of, run
from tests.fuzz.plants import PLANTS
from tests.fuzz.shrinking import shrunk
from tests.torture.everything import PARTS

SEED = 2026
INPUTS = 10_000
"""Of each group: renderers, stream, updates and events."""
ORDINARY = planned("all", INPUTS)
CHUNKS = 8
JUDGED_IN = 0.8
"""Seconds of CPU, with the formatting; thrice what the slowest takes on a slow machine."""
chunks = pytest.mark.parametrize("chunk", range(CHUNKS))


def nothing_is_found(name: str, chunk: int) -> None:
    size = ORDINARY[name] // CHUNKS
    outcome = run(FIELDS[name](), SEED, range(chunk * size, (chunk + 1) * size))
    assert outcome.inputs == size
    assert [report(name, SEED, found.number) for found in outcome.found.values()] == []
    assert outcome.unjudged <= size // 100


@chunks
def test_p14_p15_u4_u5_u11_x14_whatever_is_written_telegram_takes_it_whole(chunk: int) -> None:
    nothing_is_found("telegram", chunk)


@chunks
def test_p14_p15_u4_u5_u11_u12_x11_x14_whatever_is_written_discord_shows_it_whole(chunk: int) -> None:
    nothing_is_found("discord", chunk)


@chunks
def test_u5_x14_whatever_is_written_a_terminal_obeys_none_of_it(chunk: int) -> None:
    nothing_is_found("terminal", chunk)


@chunks
def test_m5_m6_m8_m10_m23_m24_m25_m26_any_bytes_of_a_model_in_any_cuts(chunk: int) -> None:
    nothing_is_found("stream", chunk)


@chunks
def test_p22_x18_updates_of_any_shape(chunk: int) -> None:
    nothing_is_found("updates", chunk)


@chunks
def test_p22_x18_events_of_discord_of_any_shape(chunk: int) -> None:
    nothing_is_found("events", chunk)


@chunks
def test_u9_x18_every_string_gives_a_command_or_a_hint(chunk: int) -> None:
    nothing_is_found("commands", chunk)


@chunks
def test_u21_time_grows_with_the_text_alone(chunk: int) -> None:
    nothing_is_found("time", chunk)


@pytest.mark.parametrize("planted", PLANTS)
def test_a_planted_bug_is_found_and_made_small(planted: str) -> None:
    make, within = PLANTS[planted]
    what = make()
    found = next((one for number in range(within) if (one := run(what, SEED, [number])).found), None)
    assert found is not None, "it went unnoticed"
    ((kind, first),) = found.found.items()
    case = what.make(chance_for(what.name, SEED, first.number))
    smallest, problems = shrunk(what, case, list(first.problems), seconds=0.1)
    assert problems
    assert len(what.show(smallest)) <= len(what.show(case))
    assert kind_of(problems) == kind


@pytest.mark.parametrize("name", ["telegram", "discord"])
@pytest.mark.parametrize("text", ["https://x.org", "https://-x\\.org", "**https://x.org**", "https://x.org\xa0", " _https://x.org_"])
def test_an_address_that_is_the_text_of_its_link_need_not_be_shown_twice(name: str, text: str) -> None:
    address = "https://-x.org" if "-x" in text else "https://x.org"
    assert judged(FIELDS[name](), Content(f"[{text}]({address})")) == []


def test_p22_a_reply_to_an_empty_id_is_a_reply_to_nothing() -> None:
    author = {"id": "1", "username": "a", "discriminator": "0", "avatar": None}
    reply = {"type": 19, "message_reference": {"message_id": "", "channel_id": "5"}}
    told = {"t": "MESSAGE_CREATE", "d": {"id": "1", "channel_id": "5", "author": author, "content": "h", "mentions": [], **reply}}
    assert judged(FIELDS["events"](), told) == []


@pytest.mark.parametrize("name", ["telegram", "discord"])
@pytest.mark.parametrize(
    "text",
    ["\n" * 9000, "> \n" * 3000, "1.\n" * 3000, " 1. - " * 1500, "[" + "*" * 4000],
    ids=["empty", "quotes", "numbers", "items", "marks"],
)
def test_the_judge_of_many_lines_is_in_time(name: str, text: str) -> None:
    began = time.process_time()
    assert judged(FIELDS[name](), Content(text)) == []
    assert time.process_time() - began < JUDGED_IN


def test_an_input_is_made_of_its_seed_and_number_alone() -> None:
    for name, make in FIELDS.items():
        one, other = make(), make()
        assert one.show(one.make(chance_for(name, 5, 7))) == other.show(other.make(chance_for(name, 5, 7)))


@pytest.mark.parametrize("inputs", [INPUTS, 1_000_000])
def test_so_many_inputs_are_had_by_each_group_and_not_by_all_together(inputs: int) -> None:
    plan = planned("all", inputs)
    assert plan.keys() == FIELDS.keys()
    assert [sum(plan[name] for name in group) for group in GROUPS] == [inputs] * 3
    assert all(size % CHUNKS == 0 for size in plan.values()), "a chunk of the ordinary run would leave some out"
    assert PARTS["fuzz"] == ("tests.fuzz", "--inputs", "1000000")
