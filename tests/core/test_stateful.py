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

from bot.events import MessageRef, Place
from tests.core.both import ANN, BOB, GROUP, PRIVATE, SHARED, Both
from tests.core.plain import Node, Tree
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
        mine = self._written(place, person)
        if mine:
            self.run_(self.both.edit(mine[pick % len(mine)], place, person))

    @rule(where=WHERE, pick=PICK)
    def edit_by_number(self, where: tuple[Place, str], pick: int) -> None:
        place, person = where
        tree = self.both.told.here(place, person)
        if tree is None or tree.leaf is None:
            return
        branch = tree.branch()
        at = pick % len(branch)
        if branch[at].status not in ("removed", "open") and self._may(place, person, branch[at]):
            self.run_(self.both.edit_number(place, person, tree, at))

    @rule(where=WHERE, pick=PICK)
    def delete_in_the_chat(self, where: tuple[Place, str], pick: int) -> None:
        place, person = where
        mine = [node for node in self._written(place, person) if not self.both.tree_of(node).deleted]
        if mine:
            self.run_(self.both.delete(mine[pick % len(mine)], place))

    @rule(where=WHERE)
    def retry(self, where: tuple[Place, str]) -> None:
        self.run_(self._retry(*where))

    async def _retry(self, place: Place, person: str) -> None:
        tree = self.both.told.here(place, person)
        said = [node for node in tree.branch() if node.role == "user" and node.status != "removed"] if tree and tree.leaf else []
        await self.both.command(place, person, "retry")
        if tree is not None and said and self._may(place, person, said[-1]):
            self.both.told.retry(tree, tree.tail(said[-1]), place, person)
        await self.both.settle()

    @rule(where=WHERE, pick=PICK)
    def press_retry(self, where: tuple[Place, str], pick: int) -> None:
        self.run_(self._press_retry(*where, pick))

    async def _press_retry(self, place: Place, person: str, pick: int) -> None:
        answers = self._own_answers(place, person)
        if not answers:
            return
        node = answers[pick % len(answers)]
        tree, post, prompt = self.both.tree_of(node), await self.both.post_of(node), node.parent
        if post is None or prompt is None or not self._may(place, person, prompt):
            return
        tail = tree.tail(prompt)
        await self.both.command(place, person, "retry", f"#{node.ids[node.stands]:x}", pressed=post)
        if tail:
            self.both.told.retry(tree, tail, place, person)
        await self.both.settle()

    @rule(where=WHERE, pick=PICK, other=PICK)
    def turn_to_another_version(self, where: tuple[Place, str], pick: int, other: int) -> None:
        self.run_(self._version(*where, pick, other))

    async def _version(self, place: Place, person: str, pick: int, other: int) -> None:
        answers = self._own_answers(place, person)
        if not answers:
            return
        node = answers[pick % len(answers)]
        tree, post = self.both.tree_of(node), await self.both.post_of(node)
        groups = [*node.group, *(node.parent.group if node.parent and node.parent.role == "user" else [])]
        choice = [(version, stands) for version in groups for stands in version.ids if version.states[stands] not in ("removed", "open")]
        if post is None or not choice:
            return
        target, stands = choice[other % len(choice)]
        tail = tree.tail(target)
        if not tail:
            return
        if tail[0] not in tree.branch():
            tail = tree.tail(node if target.role == "assistant" else node.parent or node)
        if not tail or tail[0] not in target.group:
            return
        if self.both.told.stands_elsewhere(tree, tail, target):
            return
        await self.both.command(place, person, "version", f"#{target.ids[stands]:x}", pressed=post)
        if not (tail[0] is target and target.stands == stands):
            self.both.told.switch(tree, tail, target, stands, place, person)
        await self.both.settle()

    @rule(where=WHERE)
    def undo(self, where: tuple[Place, str]) -> None:
        self.run_(self._undo(*where))

    async def _undo(self, place: Place, person: str) -> None:
        tree = self.both.told.here(place, person)
        await self.both.command(place, person, "undo")
        branch = [node for node in tree.branch() if node.status != "removed"] if tree is not None and tree.leaf is not None else []
        start = len(branch) - 1 if branch and branch[-1].role == "assistant" else len(branch)
        while start and branch[start - 1].role == "user":
            start -= 1
        turn = branch[start:]
        mine = all(self._may(place, person, node) for node in turn if node.role == "user")
        if tree is not None and turn and turn[0].role == "user" and mine:
            whole = tree.branch()
            self.both.told.undo(tree, whole[whole.index(turn[0]) :])
        await self.both.settle()

    @rule(where=WHERE)
    def stop(self, where: tuple[Place, str]) -> None:
        self.run_(self._stop(*where))

    async def _stop(self, place: Place, person: str) -> None:
        tree = self.both.told.here(place, person)
        await self.both.command(place, person, "stop")
        if tree is not None and tree.owed and (place != SHARED or tree.owed[0].asker == person):
            self.both.told.stop(tree, tree.owed[0])
        await self.both.settle()

    @rule(where=WHERE)
    def new(self, where: tuple[Place, str]) -> None:
        self.run_(self._new(*where))

    async def _new(self, place: Place, person: str) -> None:
        await self.both.command(place, person, "new")
        self.both.told.open(place, person)
        await self.both.settle()

    @rule(where=WHERE)
    def end(self, where: tuple[Place, str]) -> None:
        self.run_(self._end_session(*where))

    async def _end_session(self, place: Place, person: str) -> None:
        tree = self.both.told.here(place, person)
        await self.both.command(place, person, "end")
        if tree is not None and not tree.ended:
            for owed in list(tree.owed):
                self.both.told.stop(tree, owed)
            tree.ended = True
            self.both.told.current[place, tree.owner] = None
        await self.both.settle()

    @rule(where=WHERE, pick=PICK)
    def open(self, where: tuple[Place, str], pick: int) -> None:
        self.run_(self._open(*where, pick))

    async def _open(self, place: Place, person: str, pick: int) -> None:
        owner = self.both.told.owner(place, person)
        mine = [tree for tree in self.both.told.trees if tree.owner == owner and not tree.deleted]
        if mine:
            tree = mine[pick % len(mine)]
            if place.kind == "group" and tree.place != place:
                await self.both.command(place, person, "open", f"#{tree.id}")
                await self.both.let_it_work()  # an answer may be held back in the place
                await self.both.command(place, person, "confirm", f"#{tree.id}", pressed=self._remark(place))
            else:
                await self.both.command(place, person, "open", f"#{tree.id}")
            tree.ended = False
            self.both.told.current[place, owner] = tree
            await self.both.settle()

    @rule(where=WHERE, back=st.booleans())
    def delete_the_session(self, where: tuple[Place, str], back: bool) -> None:
        self.run_(self._delete_session(*where, back))

    async def _delete_session(self, place: Place, person: str, back: bool) -> None:
        tree = self.both.told.here(place, person)
        await self.both.command(place, person, "delete")
        if tree is None:
            return
        for owed in list(tree.owed):
            self.both.told.stop(tree, owed)
        tree.deleted = True
        for key, current in self.both.told.current.items():
            if current is tree:
                self.both.told.current[key] = None
        await self.both.settle()
        if back:
            await self.both.command(place, person, "undelete", f"#{tree.id}", pressed=self._remark(place))
            tree.deleted = False
            if not tree.ended and (place.kind == "private" or tree.place == place):
                self.both.told.current[place, tree.owner] = tree
            await self.both.settle()

    @rule(where=WHERE, pick=PICK)
    def forget(self, where: tuple[Place, str], pick: int) -> None:
        """Not too often: it ends what other rules have begun."""
        if pick % 4 == 0:
            self.run_(self.both.forget(*where))

    @rule()
    def crash(self) -> None:
        self.run_(self.both.crash())

    def _remark(self, place: Place) -> MessageRef:
        """What the bot said last in the place."""
        return MessageRef(place, self.both.adapter.chats[place][-1].id)

    def _may(self, place: Place, person: str, node: Node) -> bool:
        return place != SHARED or node.person == self.both.author(person).name

    def _written(self, place: Place, person: str) -> list[Node]:
        """The messages that the person wrote in the place, oldest first."""
        found: dict[str, Node] = {}
        for tree in self.both.told.trees:
            for node in tree.nodes:
                if node.role == "user" and node.person == self.both.author(person).name and self.both.where[node.source] == place:
                    found.setdefault(node.source, node)
        return list(found.values())

    def _own_answers(self, place: Place, person: str) -> list[Node]:
        owner = self.both.told.owner(place, person)
        found = []
        for node, there in self.both.told.posts.items():
            tree: Tree = self.both.tree_of(node)
            if there == place and tree.owner == owner and not tree.deleted and node.ids.get(node.stands):
                found.append(node)
        return found


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
