"""The ordinary run: ten thousand texts for the renderers and some thousands of each other kind, always the same ones. More by
`python -m tests.fuzz`, where numbers go on and seeds differ."""

from __future__ import annotations

import pytest

from tests.fuzz.__main__ import report
from tests.fuzz.catalogue import FIELDS
from tests.fuzz.field import chance_for, kind_of, run
from tests.fuzz.plants import PLANTS
from tests.fuzz.shrinking import shrunk

SEED = 2026
CHUNKS = 8
chunks = pytest.mark.parametrize("chunk", range(CHUNKS))


def nothing_is_found(name: str, inputs: int, chunk: int) -> None:
    size = inputs // CHUNKS
    outcome = run(FIELDS[name][0](), SEED, range(chunk * size, (chunk + 1) * size))
    assert outcome.inputs == size
    assert [report(name, SEED, found.number) for found in outcome.found.values()] == []
    assert outcome.unjudged <= size // 100


@chunks
def test_p14_p15_u4_u5_u11_x14_whatever_is_written_telegram_takes_it_whole(chunk: int) -> None:
    nothing_is_found("telegram", 6080, chunk)


@chunks
def test_p14_p15_u4_u5_u11_u12_x11_x14_whatever_is_written_discord_shows_it_whole(chunk: int) -> None:
    nothing_is_found("discord", 3720, chunk)


@chunks
def test_u5_x14_whatever_is_written_a_terminal_obeys_none_of_it(chunk: int) -> None:
    nothing_is_found("terminal", 200, chunk)


@chunks
def test_m5_m6_m8_m10_m23_m24_m25_m26_any_bytes_of_a_model_in_any_cuts(chunk: int) -> None:
    nothing_is_found("stream", 960, chunk)


@chunks
def test_p22_x18_updates_of_any_shape(chunk: int) -> None:
    nothing_is_found("updates", 2000, chunk)


@chunks
def test_p22_x18_events_of_discord_of_any_shape(chunk: int) -> None:
    nothing_is_found("events", 960, chunk)


@chunks
def test_u9_x18_every_string_gives_a_command_or_a_hint(chunk: int) -> None:
    nothing_is_found("commands", 56, chunk)


@chunks
def test_u21_time_grows_with_the_text_alone(chunk: int) -> None:
    nothing_is_found("time", 8, chunk)


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


def test_an_input_is_made_of_its_seed_and_number_alone() -> None:
    for name, (make, _) in FIELDS.items():
        one, other = make(), make()
        assert one.show(one.make(chance_for(name, 5, 7))) == other.show(other.make(chance_for(name, 5, 7)))
