"""The core against a plain model of it: whatever people do, in whatever order, branch, context and posts are what the rules say.

PARLEY_TEST_EXAMPLES sets how many conversations are tried, PARLEY_TEST_STEPS how long they are.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from bot.events import Place
from tests.core import acts_on_branches, acts_on_sessions
from tests.core.acts_on_branches import may, written
from tests.core.both import ANN, BOB, GROUP, PRIVATE, SHARED, Both
from tests.core.virtual import VirtualLoop

WHERE = st.sampled_from([(PRIVATE, ANN), (PRIVATE, ANN), (PRIVATE, ANN), (GROUP, ANN), (GROUP, BOB), (SHARED, ANN), (SHARED, BOB)])
MEMORY = "/dev/shm"  # noqa: S108 - where there is one: each step of a conversation waits for the disk otherwise
PICK = st.integers(0, 1000)


class Conversations(RuleBasedStateMachine):
    """Ann writes in private, in a group and in a shared place, Bob in the latter two."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(dir=MEMORY if Path(MEMORY).is_dir() else None)
        self.loop = VirtualLoop()
        self.both = self.run_(self._begin())

    async def _begin(self) -> Both:
        both = Both(Path(self.folder.name) / "parley.db")
        await both.start()
        return both

    def run_(self, doing: Coroutine[Any, Any, Any]) -> Any:
        return self.loop.run_until_complete(doing)

    def teardown(self) -> None:
        self.run_(self._end())
        self.loop.close()
        self.folder.cleanup()

    async def _end(self) -> None:
        await self.both.core.stop(1.0)
        await self.both.store.close()

    @rule(where=WHERE)
    def say(self, where: tuple[Place, str]) -> None:
        self.run_(self.both.say(*where))

    @rule(where=WHERE, how=st.sampled_from(["dumb", "begun"]))
    def say_and_be_kept_waiting(self, where: tuple[Place, str], how: str) -> None:
        if self.both.held is None:
            self.both.teller.next = how
            self.run_(self.both.say(*where))
            self.both.teller.next = ""

    @rule(where=WHERE, how=st.sampled_from(["dumb", "begun"]), then=st.lists(st.integers(0, 8), min_size=1, max_size=3), pick=PICK)
    def do_something_meanwhile(self, where: tuple[Place, str], how: str, then: list[int], pick: int) -> None:
        """While an answer is held back in the place: chance alone seldom comes to that."""
        self.say_and_be_kept_waiting(where, how)
        for what in then:
            match what:
                case 0 | 1 | 2:
                    self.say(where)
                case 3 | 4:
                    self.edit_in_the_chat(where, pick)
                case 5:
                    self.retry(where)
                case 6:
                    self.undo(where)
                case 7:
                    self.turn_to_another_version(where, pick, pick // 7)
                case _:
                    self.delete_in_the_chat(where, pick)

    @rule(where=WHERE)
    def say_in_vain(self, where: tuple[Place, str]) -> None:
        if self.both.held is None:
            self.both.teller.next = "fail"
            self.run_(self.both.say(*where))

    @precondition(lambda self: self.both.held is not None)
    @rule()
    def hear_the_rest(self) -> None:
        self.run_(self.both.release())

    @rule(where=WHERE, pick=PICK)
    def reply(self, where: tuple[Place, str], pick: int) -> None:
        place, _ = where
        told = self.both.told
        answers = [node for node, there in told.posts.items() if there == place and node.ids.get(node.stands)]
        if answers:
            self.run_(self.both.say(*where, answer=answers[pick % len(answers)]))

    @rule(where=WHERE, pick=PICK)
    def edit_in_the_chat(self, where: tuple[Place, str], pick: int) -> None:
        place, person = where
        mine = written(self.both, place, person)
        if mine:
            self.run_(acts_on_branches.edit(self.both, mine[pick % len(mine)], place, person))

    @rule(where=WHERE, pick=PICK)
    def edit_by_number(self, where: tuple[Place, str], pick: int) -> None:
        place, person = where
        tree = self.both.told.here(place, person)
        if tree is None or tree.leaf is None:
            return
        branch = tree.branch()
        at = pick % len(branch)
        if branch[at].status not in ("removed", "open") and may(self.both, place, person, branch[at]):
            self.run_(acts_on_branches.edit_number(self.both, place, person, tree, at))

    @rule(where=WHERE, pick=PICK)
    def delete_in_the_chat(self, where: tuple[Place, str], pick: int) -> None:
        place, person = where
        mine = [node for node in written(self.both, place, person) if not self.both.tree_of(node).deleted]
        if mine:
            self.run_(acts_on_branches.delete(self.both, mine[pick % len(mine)], place))

    @rule(where=WHERE)
    def retry(self, where: tuple[Place, str]) -> None:
        self.run_(acts_on_branches.retry(self.both, *where))

    @rule(where=WHERE, pick=PICK)
    def press_retry(self, where: tuple[Place, str], pick: int) -> None:
        self.run_(acts_on_branches.press_retry(self.both, *where, pick))

    @rule(where=WHERE, pick=PICK, other=PICK)
    def turn_to_another_version(self, where: tuple[Place, str], pick: int, other: int) -> None:
        self.run_(acts_on_branches.turn_to_version(self.both, *where, pick, other))

    @rule(where=WHERE)
    def undo(self, where: tuple[Place, str]) -> None:
        self.run_(acts_on_branches.undo(self.both, *where))

    @rule(where=WHERE)
    def stop(self, where: tuple[Place, str]) -> None:
        self.run_(acts_on_branches.stop(self.both, *where))

    @rule(where=WHERE)
    def new(self, where: tuple[Place, str]) -> None:
        self.run_(acts_on_sessions.new(self.both, *where))

    @rule(where=WHERE)
    def end(self, where: tuple[Place, str]) -> None:
        self.run_(acts_on_sessions.end(self.both, *where))

    @rule(where=WHERE, pick=PICK)
    def open(self, where: tuple[Place, str], pick: int) -> None:
        self.run_(acts_on_sessions.open_one(self.both, *where, pick))

    @rule(where=WHERE, back=st.booleans())
    def delete_the_session(self, where: tuple[Place, str], back: bool) -> None:
        self.run_(acts_on_sessions.delete(self.both, *where, back))

    @rule(where=WHERE, pick=PICK)
    def forget(self, where: tuple[Place, str], pick: int) -> None:
        """Not too often: it ends what other rules have begun."""
        if pick % 4 == 0:
            self.run_(acts_on_sessions.forget_everything(self.both, *where))

    @rule()
    def crash(self) -> None:
        self.run_(self.both.crash())


Conversations.TestCase.settings = settings(
    max_examples=int(os.environ.get("PARLEY_TEST_EXAMPLES", "120")),
    stateful_step_count=int(os.environ.get("PARLEY_TEST_STEPS", "25")),
    deadline=None,
    report_multiple_bugs=False,
    phases=(Phase.generate, Phase.shrink),
    database=None,
    derandomize="PARLEY_TEST_EXAMPLES" not in os.environ,
    suppress_health_check=list(HealthCheck),
)
TestConversations = Conversations.TestCase
