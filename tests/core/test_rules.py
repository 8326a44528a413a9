"""The rules of the tree by tables: what is there, what is done, what changes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.changes import AddMessage, ExpectLeaf, FillMessage, SetCurrent, SetEnded, SetLastLeaf, SetShows, SetTitle
from bot.messages import Message, Session, Turn
from bot.post_changes import DropPosts
from bot.rules.append import Words, append, branch_off, title_from
from bot.rules.decision import NOTHING, Abort, Decision, Shown
from bot.rules.navigate import last_turn, remove, reword, switch, undo
from bot.rules.revise import Tail, retry, revise
from bot.rules.turns import stop
from tests.core.made import ASKED, ELSEWHERE, NOW, PLACE, SESSION, found, given, line, message, of_kind, told, turn

WORDS = Words("hello", "Ann")
U, A = line("u", "a")
OWED = ["assistant 102 under 100", "turn for 100 is 102"]
RUNNING = turn(U, 12, status="streaming")


@pytest.mark.parametrize(
    ("leaf", "turns", "shown", "session", "wanted"),
    [
        (None, (), None, None, ["session hello", "user 100 under None", "leaf 100", *OWED]),
        (None, (), None, SESSION, ["user 100 under None", "leaf 100", *OWED]),
        (
            A, (), None, replace(SESSION, ended_at=NOW),
            ["session hello", "user 100 under None", "leaf 100", *OWED],
        ),
        (A, (), None, SESSION, ["user 100 under 12", "leaf 100", *OWED]),
        (  # no word is visible, so the running turn takes the message in
            U, (RUNNING,), None, SESSION,
            ["user 100 under 11", "leaf 100", "turn 90 merged", "12 removed", *OWED, "posts 12 to 102"],
        ),
        (  # a text that is not visible yet does not count
            U, (RUNNING,), Shown("some", False), SESSION,
            ["user 100 under 11", "leaf 100", "turn 90 merged", "12 removed", *OWED, "posts 12 to 102"],
        ),
        (  # words are visible, so it waits below the answer that is being made
            U, (RUNNING,), Shown("some", True), SESSION,
            ["user 100 under 12", "leaf 100", *OWED],
        ),
        (  # what failed or was undone owes nothing
            U, (), None, SESSION,
            ["user 100 under 11", "leaf 100", *OWED],
        ),
    ],
)  # fmt: skip
def test_append(leaf: Message | None, turns: tuple[Turn, ...], shown: Shown | None, session: Session | None, wanted: list[str]) -> None:
    facts = given(found(leaf, *turns, session=session), running={90: shown} if shown else {})
    assert told(append(facts, WORDS, ASKED)) == wanted


def test_quick_messages_join_the_one_waiting_turn() -> None:
    waiting = message(13, parent=12, number=3)
    facts = given(found(waiting, RUNNING, turn(waiting, 14, turn_id=91)), running={90: Shown("some", True)})
    decision = append(facts, WORDS, ASKED)
    assert told(decision) == [
        "user 100 under 13", "leaf 100", "turn 91 merged", "14 removed", *OWED, "posts 14 to 102",
    ]  # fmt: skip
    assert decision.abort == (Abort(91, 102),)


def test_a_fresh_session_is_current_and_waits_for_its_leaf() -> None:
    decision = append(given(found(session=None)), WORDS, ASKED)
    assert of_kind(decision, SetCurrent) == [SetCurrent(PLACE, 1, "bbbbbbbbbbbbbbbb")]
    assert of_kind(decision, ExpectLeaf) == [ExpectLeaf("bbbbbbbbbbbbbbbb", None)]
    assert [waking.session_id for waking in decision.wake] == ["bbbbbbbbbbbbbbbb"]


def test_the_first_words_name_a_session_without_a_title() -> None:
    decision = append(given(found(session=replace(SESSION, title=""))), WORDS, ASKED)
    assert of_kind(decision, SetTitle) == [SetTitle(SESSION.id, "hello", "words", given().user_id)]


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("short", "short"),
        ("  two\n lines ", "two lines"),
        ("word " * 20, "word word word word word word word word word…"),
        ("x" * 60, "x" * 48 + "…"),
    ],
)
def test_titles(text: str, title: str) -> None:
    assert title_from(text) == title


def test_branch_off_is_a_sibling_of_what_followed() -> None:
    branch = line("u", "a", "u", "a")
    session = replace(SESSION, leaf=branch[-1].id, ended_at=NOW)
    decision = branch_off(given(found(branch[-1])), session, branch[1], WORDS, ASKED)
    assert told(decision) == ["user 100 under 12", "leaf 100", *OWED]
    assert of_kind(decision, SetLastLeaf) == [SetLastLeaf(12, 14)]
    assert of_kind(decision, SetEnded) == [SetEnded(SESSION.id, None)]
    assert of_kind(decision, SetCurrent) == [SetCurrent(PLACE, 1, SESSION.id)]


def test_branch_off_under_a_changed_answer_goes_under_its_host() -> None:
    changed = replace(message(20, "assistant", 11, number=2), host=12)
    decision = branch_off(given(), replace(SESSION, leaf=12), changed, WORDS, ASKED)
    assert told(decision)[0] == "user 100 under 12"
    assert of_kind(decision, SetLastLeaf) == []


REVISED = [
    # what stands from the edited message on, open turns, what changes, how many stay behind
    (line("u", "a"), (), ["user 100 under None", "leaf 100", *OWED, "posts 12 to 102"], 0),
    (line("u", "a", "u", "a"), (), ["user 100 under None", "leaf 100", *OWED, "posts 12 to 102"], 2),
    (  # the later ones of that turn are made anew below it
        line("u", "u", "a", "u", "a"), (),
        ["user 100 under None", "user 101 under 100", "leaf 101", "assistant 103 under 101", "turn for 101 is 103", "posts 13 to 103"], 2,
    ),
    (  # P35: while it is being answered
        line("u"), (RUNNING,),
        ["turn 90 merged", "12 removed", "user 100 under None", "leaf 100", *OWED, "posts 12 to 102"], 0,
    ),
    (  # with a word visible and another message waiting: both become the new turn
        line("u", "o", "u"), (RUNNING, turn(line("u", "o", "u")[2], 14, turn_id=91)),
        [
            "turn 90 merged", "12 removed", "turn 91 merged", "14 removed", "user 100 under None", "user 101 under 100", "leaf 101",
            "assistant 103 under 101", "turn for 101 is 103", "posts 12 to 103",
        ], 0,
    ),
    (  # a turn of the branch that is left is stopped
        line("u", "a", "u"), (turn(line("u", "a", "u")[2], 14, turn_id=91),),
        ["turn 91 stopped", "user 100 under None", "leaf 100", *OWED, "posts 12 to 102"], 1,
    ),
    (line("u"), (), ["user 100 under None", "leaf 100", *OWED], 0),
]  # fmt: skip


@pytest.mark.parametrize(("branch", "turns", "wanted", "left"), REVISED)
def test_revise(branch: list[Message], turns: tuple[Turn, ...], wanted: list[str], left: int) -> None:
    session = replace(SESSION, leaf=branch[-1].id)
    revised = revise(given(), Tail(session, branch, turns, PLACE), "new words", ASKED)
    assert told(revised.decision) == wanted
    assert revised.left_behind == left
    assert of_kind(revised.decision, ExpectLeaf) == [ExpectLeaf(SESSION.id, branch[-1].id)]


def test_a_revised_message_knows_what_it_revises_and_the_old_one_its_leaf() -> None:
    branch = line("u", "a", "u", "a")
    decision = revise(given(), Tail(replace(SESSION, leaf=14, ended_at=NOW), branch, (), PLACE), "new", ASKED).decision
    added = next(change.message for change in decision.changes if isinstance(change, AddMessage))
    assert (added.revises, added.first_version, added.parent_id, added.text) == (11, 11, None, "new")
    assert of_kind(decision, SetLastLeaf) == [SetLastLeaf(11, 14)]
    assert of_kind(decision, SetEnded) == [SetEnded(SESSION.id, None)]


def test_posts_in_another_place_are_left_alone() -> None:
    decision = revise(given(), Tail(SESSION, line("u", "a"), (), ELSEWHERE), "new", ASKED).decision
    assert not [word for word in told(decision) if word.startswith("posts")]


def test_retry_is_a_version_of_the_answer() -> None:
    branch = line("u", "a", "u", "a")
    retried = retry(given(), Tail(replace(SESSION, leaf=14), branch, (), PLACE), ASKED)
    assert told(retried.decision) == ["leaf 11", "assistant 101 under 11", "turn for 11 is 101", "posts 12 to 101"]
    reply = next(change.message for change in retried.decision.changes if isinstance(change, AddMessage))
    assert (reply.revises, reply.first_version) == (12, 12)
    assert of_kind(retried.decision, SetLastLeaf) == [SetLastLeaf(12, 14)]
    assert retried.left_behind == 2


def test_what_was_deleted_is_not_counted_among_what_stays_behind() -> None:
    first, answer, *gone = line("u", "a", "u", "a")
    branch = [first, answer, *(replace(message, status="removed") for message in gone), *line("u", "a", "u", "a", "u", "a")[4:]]
    tail = Tail(replace(SESSION, leaf=16), branch, (), PLACE)
    assert (retry(given(), tail, ASKED).left_behind, revise(given(), tail, "new", ASKED).left_behind) == (2, 2)


def test_retry_of_an_answer_that_is_being_made_starts_it_anew() -> None:
    retried = retry(given(), Tail(replace(SESSION, leaf=11), [U], (RUNNING,), PLACE), ASKED)
    assert told(retried.decision) == [
        "turn 90 merged", "12 removed", "leaf 11", "assistant 101 under 11", "turn for 11 is 101", "posts 12 to 101"
    ]  # fmt: skip


def test_a_changed_answer_stands_where_it_stood() -> None:
    decision = reword(given(), Tail(SESSION, [A], (), PLACE), "mine")
    assert told(decision) == ["assistant 100 under 11", "posts 12 to 100"]
    version = next(change.message for change in decision.changes if isinstance(change, AddMessage))
    assert (version.host, version.revises, version.text, version.status) == (12, 12, "mine", "complete")
    assert of_kind(decision, SetShows) == [SetShows(12, 100)]
    again = reword(given(), Tail(SESSION, [replace(version, id=60)], (), PLACE), "mine again")
    assert of_kind(again, SetShows) == [SetShows(12, 100)]


def test_switching_remembers_the_leaf_and_stops_what_runs() -> None:
    branch = line("u", "a", "u")
    running = turn(branch[2], 14, status="streaming", turn_id=91)
    other = replace(message(30), first_version=11)
    tail = Tail(replace(SESSION, leaf=13), branch, (running,), PLACE)
    decision = switch(given(running={91: Shown("half", True)}), tail, other, 31, 12, 31)
    assert told(decision) == ["turn 91 stopped", "leaf 31", "posts 12 to 31"]
    assert of_kind(decision, SetLastLeaf) == [SetLastLeaf(11, 14)]
    assert of_kind(decision, FillMessage) == [FillMessage(14, "half", "stopped")]


def test_switching_between_wordings_moves_no_leaf() -> None:
    changed = replace(message(20, "assistant", 11, number=2), host=12, first_version=12)
    decision = switch(given(), Tail(replace(SESSION, leaf=12), [changed], (), PLACE), A, 12, 20, 12)
    assert told(decision) == ["posts 20 to 12"]
    assert of_kind(decision, SetShows) == [SetShows(12, None)]


@pytest.mark.parametrize(
    ("roles", "wanted"),
    [("", []), ("u", [11]), ("ua", [11, 12]), ("uau", [13]), ("uuua", [11, 12, 13, 14]), ("uauua", [13, 14, 15])],
)
def test_the_last_turn(roles: str, wanted: list[int]) -> None:
    assert [message.id for message in last_turn(line(*roles))] == wanted


def test_undo_goes_before_the_turn_and_takes_its_posts() -> None:
    branch = line("u", "a", "u", "a")
    decision = undo(given(), replace(SESSION, leaf=14), branch[2:], (), PLACE)
    assert told(decision) == ["leaf 12"]
    assert of_kind(decision, DropPosts) == [DropPosts(14)]
    assert of_kind(decision, SetLastLeaf) == [SetLastLeaf(13, 14)]


def test_undo_of_a_turn_that_is_owed_drops_it() -> None:
    decision = undo(given(), replace(SESSION, leaf=11), [U], (RUNNING,), PLACE)
    assert told(decision) == ["turn 90 cancelled", "12 removed", "leaf None"]
    assert decision.abort == (Abort(90, None),)


def test_a_turn_removed_in_the_middle_keeps_the_leaf() -> None:
    branch = line("u", "a", "u", "a")
    decision = remove(given(), replace(SESSION, leaf=14), branch[:2], (), PLACE)
    assert told(decision) == ["11 removed", "12 removed"]
    assert of_kind(decision, DropPosts) == [DropPosts(12)]


@pytest.mark.parametrize(("shown", "text"), [(None, ""), (Shown("half", False), "half"), (Shown("half", True), "half")])
def test_stop_keeps_what_is_there(shown: Shown | None, text: str) -> None:
    decision = stop(given(running={90: shown} if shown else {}), RUNNING)
    assert told(decision) == ["turn 90 stopped"]
    assert of_kind(decision, FillMessage) == [FillMessage(12, text, "stopped")]
    assert decision.abort == (Abort(90, 12),)


def test_decisions_add_up() -> None:
    assert NOTHING + NOTHING == NOTHING
    assert (Decision(line="a") + Decision()).line == "a"
    assert (Decision(line="a") + Decision(line="b")).line == "b"
