"""The checks that no planted bug needs, since another one sees the bug as well: each is shown what it is there for."""

from __future__ import annotations

import random

import pytest

from tests.simulation import check
from tests.simulation.fate import Fate
from tests.simulation.records import Records, Row
from tests.simulation.town import GROUP, Town, home
from tests.simulation.world import World

NOTHING = Records([], set(), {}, [], [], [], {})
ANNS = home("ann")


@pytest.fixture
def town() -> Town:
    chance = random.Random(1)  # noqa: S311 - repeatable, not secret
    return Town(World(1, Fate(chance), chance))


def test_what_is_still_owed_is_seen(town: Town) -> None:
    records = Records([], set(), {2: {"id": 2, "status": "open"}}, [{"id": 1, "status": "pending"}], [], [], {})
    check._all_is_settled(town.world, records)
    assert town.world.problems == ["I6: turn 1 is pending", "I6: message 2 is open"]


def test_two_answers_to_one_message_are_seen_whatever_is_stored(town: Town) -> None:
    for number in (1, 2):
        town.telegram.chats.write(ANNS, "bot", f"a{number} to ann1: some words", 0.0)
    check._nothing_twice(town.world, town, ANNS, NOTHING)
    assert town.world.problems == ["I1: ann1 has 2 answers in ann"]


def test_a_command_that_did_nothing_is_seen(town: Town) -> None:
    done = town.note("ann", ANNS, "new")
    check._one_effect_each(town.world, town, ANNS, done, NOTHING)
    assert town.world.problems == ["I3: 0 sessions in ann, and 1 were opened"]


def test_a_branch_that_ends_without_an_answer_is_seen(town: Town) -> None:
    said = {"id": 1, "role": "user", "text": "ann1", "status": "complete"}
    session = {"id": "s", "leaf": 1, "platform": "telegram", "chat_id": "ann", "deleted_at": None}
    turn = {"id": 3, "prompt_id": 1, "reply_id": 2, "status": "complete"}
    check._ends_are_answered(town.world, town, Records([], set(), {1: said}, [turn], [], [session], {}))
    assert town.world.problems == ["I1: session s ends in 'ann1', which nothing answers"]


def _branches(*, shown: bool = True, below: bool = True) -> Records:
    """What ann wrote has two versions; the session stands on the answer to the first one, and the post shows that to the second one."""
    rows: list[Row] = [
        {"id": 1, "parent_id": None, "first_version": 1, "role": "user", "text": "ann1", "status": "complete"},
        {"id": 2, "parent_id": 1, "first_version": 2, "role": "assistant", "text": "a1 to ann1", "status": "complete"},
        {"id": 4, "parent_id": None, "first_version": 1, "role": "user", "text": "ann3", "status": "complete"},
        {"id": 5, "parent_id": 4, "first_version": 5, "role": "assistant", "text": "a2 to ann3", "status": "complete"},
    ]
    rows += [{"id": 3, "parent_id": 2, "first_version": 3, "role": "user", "text": "ann2", "status": "complete"}] if below else []
    turns: list[Row] = [{"id": 6, "prompt_id": 1, "reply_id": 2}, {"id": 7, "prompt_id": 4, "reply_id": 5}]
    posts: list[Row] = [{"id": 8, "reply_id": 5, "ordinal": 0, "state": "final" if shown else "gone"}]
    session = {"id": "s", "leaf": 2, "platform": "telegram", "chat_id": "ann", "deleted_at": None}
    return Records([], set(), {int(str(row["id"])): row for row in rows}, turns, posts, [session], {})


def _presses(town: Town, name: str, command: str) -> None:
    town.telegram.chats.write(ANNS, "bot", "an answer", 0.0).buttons = [(name, command)]
    town.press("ann", ANNS, name)


SHOWN_NOWHERE = ["I1: the answer 'a1 to ann1' that session s ends in is shown nowhere"]


def test_an_answer_above_what_was_tried_again_and_taken_back_may_be_behind_another_version(town: Town) -> None:
    _presses(town, "Retry", "retry #10")
    town.command("ann", ANNS, "undo")
    check._ends_are_answered(town.world, town, _branches())
    assert town.world.problems == []


@pytest.mark.parametrize("records", [_branches(shown=False), _branches(below=False)])
def test_such_an_answer_that_nothing_stands_for_is_seen(town: Town, records: Records) -> None:
    _presses(town, "Retry", "retry #10")
    town.command("ann", ANNS, "undo")
    check._ends_are_answered(town.world, town, records)
    assert town.world.problems == SHOWN_NOWHERE


@pytest.mark.parametrize("steps", ["", "undo", "retry", "undo retry", "version undo", "retry version undo", "retry undo version"])
def test_an_answer_behind_another_version_that_nobody_went_to_from_below_is_seen(town: Town, steps: str) -> None:
    for step in steps.split():
        if step == "undo":
            town.command("ann", ANNS, "undo")
        else:
            _presses(town, step, f"{step} #10")
    check._ends_are_answered(town.world, town, _branches())
    assert town.world.problems == SHOWN_NOWHERE


@pytest.mark.parametrize("opened", [False, True])
def test_a_session_that_was_opened_elsewhere_may_be_answered_again_there(town: Town, opened: bool) -> None:
    """Its older answer stays where the session began."""
    town.say("ann", GROUP)
    if opened:
        _presses(town, "ann1", "open #10")
    town.command("ann", ANNS, "retry")
    assert town.done[GROUP].stirred is opened


def test_somebody_elses_words_in_a_private_chat_are_seen(town: Town) -> None:
    town.telegram.chats.write(home("bob"), "bot", "a1 to ann1: some words", 0.0)
    check._own_words_only(town.world, town)
    assert town.world.problems == ["I10: bob can read 'a1 to ann1: some words'"]
