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
from tests.core import acts_by_name, acts_of_speech, acts_on_branches, acts_on_sessions, acts_on_versions
from tests.core.acts_on_branches import written
from tests.core.both import ANN, BOB, GROUP, PRIVATE, SHARED, Both
from tests.core.virtual import VirtualLoop

WHERE = st.sampled_from([(PRIVATE, ANN), (PRIVATE, ANN), (PRIVATE, ANN), (GROUP, ANN), (GROUP, BOB), (SHARED, ANN), (SHARED, BOB)])
FIRST = st.sampled_from(["at once", "at once", "asked", "cancel", "late", "new", "crash", "delete"])
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

    @rule(where=WHERE, how=st.sampled_from(["dumb", "begun"]), again=st.sampled_from([False, False, True]))
    def be_kept_waiting(self, where: tuple[Place, str], how: str, again: bool) -> None:
        """By the answer to a new message, or to the last one."""
        if self.both.held is None:
            self.both.teller.next = how
            self.run_(acts_by_name.retry_last(self.both, *where) if again else self.both.say(*where))
            self.both.teller.next = ""

    @rule(
        where=WHERE,
        how=st.sampled_from(["dumb", "begun"]),
        again=st.booleans(),
        then=st.lists(st.integers(0, 14), min_size=1, max_size=3),
        pick=PICK,
    )
    def do_something_meanwhile(self, where: tuple[Place, str], how: str, again: bool, then: list[int], pick: int) -> None:
        """While an answer is held back in the place: chance alone seldom comes to that."""
        self.be_kept_waiting(where, how, again)
        for what in then:
            match what:
                case 0 | 1 | 2:
                    self.say(where)
                case 3 | 4:
                    self.edit_in_the_chat(where, pick)
                case 5:
                    self.retry(where, "last", pick)
                case 6:
                    self.undo(where)
                case 7:
                    self.turn_to_another_version(where, pick, pick // 7)
                case 8:
                    self.delete_in_the_chat(where, pick)
                case 9 | 10:
                    self.edit_by_command(where, ("versions", "reply")[pick % 2], pick // 2)
                case 11:
                    self.retry(where, ("number", "versions", "reply")[pick % 3], pick // 3)
                case _:
                    self._say_or_list(where, what, pick)

    def _say_or_list(self, where: tuple[Place, str], what: int, pick: int) -> None:
        if what == 12:
            self.ask(where, bool(pick % 2), "at once", pick // 2)
        elif what == 13:
            self.branch(where, "reply", "at once", pick)
        else:
            self.list_versions(where, False, ("reply", "versions")[pick % 2], pick // 2, pick // 7)

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

    @rule(where=WHERE, replying=st.booleans(), first=FIRST, pick=PICK)
    def ask(self, where: tuple[Place, str], replying: bool, first: str, pick: int) -> None:
        self.run_(acts_of_speech.ask(self.both, *where, replying, first, pick))

    @rule(where=WHERE, which=st.sampled_from(["reply", "reply", "any", "versions"]), first=FIRST, pick=PICK)
    def branch(self, where: tuple[Place, str], which: str, first: str, pick: int) -> None:
        self.run_(acts_of_speech.branch(self.both, *where, which, first, pick))

    @rule(where=WHERE, first=st.booleans(), which=st.sampled_from(["reply", "any", "versions", "versions"]), pick=PICK, other=PICK)
    def list_versions(self, where: tuple[Place, str], first: bool, which: str, pick: int, other: int) -> None:
        """And go to one of them; or to one that an older list, or a line of the bot, leads to."""
        if first or pick % 3:
            self.run_(acts_on_versions.list_them(self.both, *where, first, which, pick // 3, other))
        else:
            self.run_(acts_on_versions.press_older(self.both, *where, pick // 3, other))

    @rule(where=WHERE, pick=PICK)
    def edit_in_the_chat(self, where: tuple[Place, str], pick: int) -> None:
        mine = written(self.both, *where)
        if mine:
            self.run_(acts_on_branches.edit(self.both, mine[pick % len(mine)], *where))

    @rule(where=WHERE, how=st.sampled_from(["number", "newest", "any", "versions", "reply"]), pick=PICK)
    def edit_by_command(self, where: tuple[Place, str], how: str, pick: int) -> None:
        match how:
            case "number":
                self.run_(acts_by_name.edit_number(self.both, *where, pick))
            case "newest":
                self.run_(acts_by_name.edit_newest(self.both, *where))
            case "reply":
                self.run_(acts_by_name.edit_by_reply(self.both, *where, pick))
            case _:
                self.run_(acts_by_name.edit_by_id(self.both, *where, how, pick))

    @rule(where=WHERE, pick=PICK)
    def delete_in_the_chat(self, where: tuple[Place, str], pick: int) -> None:
        """Now and then what was deleted is then named all the same, as a question or a button of before does."""
        mine = written(self.both, *where)
        if mine:
            self.run_(acts_on_branches.delete(self.both, mine[pick % len(mine)], where[0]))
            match pick % 5:
                case 0:
                    self.run_(acts_by_name.edit_by_id(self.both, *where, "removed", pick // 5))
                case 1:
                    self.run_(acts_by_name.retry_by_id(self.both, *where, "removed", pick // 5))
                case 2:
                    self.run_(acts_of_speech.branch(self.both, *where, "removed", "at once", pick // 5))
                case _:
                    pass

    @rule(where=WHERE, how=st.sampled_from(["last", "number", "any", "versions", "reply"]), pick=PICK)
    def retry(self, where: tuple[Place, str], how: str, pick: int) -> None:
        match how:
            case "last":
                self.run_(acts_by_name.retry_last(self.both, *where))
            case "number":
                self.run_(acts_by_name.retry_number(self.both, *where, pick))
            case "reply":
                self.run_(acts_by_name.retry_by_reply(self.both, *where, pick))
            case _:
                self.run_(acts_by_name.retry_by_id(self.both, *where, how, pick))

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

    @rule(where=WHERE, then=st.sampled_from(["", "", "fork", "back"]))
    def new(self, where: tuple[Place, str], then: str) -> None:
        self.run_(acts_on_sessions.new(self.both, *where))
        if then:
            self.run_(acts_on_sessions.press_under_new(self.both, *where, then, 0))

    @rule(where=WHERE, name=st.sampled_from(["fork", "back"]), pick=PICK)
    def press_what_an_older_new_said(self, where: tuple[Place, str], name: str, pick: int) -> None:
        self.run_(acts_on_sessions.press_under_new(self.both, *where, name, pick))

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

    @rule(now=st.booleans())
    def crash(self, now: bool) -> None:
        """Not at each turn: a start costs more than anything else here."""
        if now:
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
