"""The core and the plain model of it, side by side: each thing done is done to both, and then they are compared."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bot.events import Author, CommandInvoked, MessageReceived, MessageRef, Place
from bot.policy import Policy
from bot.replies.under_way import SETTLE
from bot.sessions.dispatcher import Dispatcher
from storage.sqlite.store import SqliteStore
from tests.core.comparing import compare_posts, compare_trees
from tests.core.plain import Node, Owed, Tree
from tests.core.rules_told import Told
from tests.core.teller import Teller
from tests.core.virtual import VirtualClock
from tests.fakes.memory_adapter import MemoryAdapter

ANN, BOB = "7", "8"
NAMES = {ANN: "Ann", BOB: "Bob"}
PRIVATE, GROUP, SHARED = Place("memory", ANN), Place("memory", "-5", kind="group"), Place("memory", "-9", kind="group")
POLICY = Policy(titles=False, rate=10**6, shared=frozenset({"memory:-9"}), context_tokens=10**6)


class Both:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.adapter = MemoryAdapter()
        self.teller = Teller()
        self.clock = VirtualClock()
        self.told = Told(frozenset({SHARED}), NAMES)
        self.where: dict[str, Place] = {}
        self._number = 0
        self._seen = 0

    async def start(self) -> None:
        self.store = await SqliteStore.open(self.path, driver="inline")
        self.core = Dispatcher(self.store, self.teller, {"memory": self.adapter}, POLICY, self.clock)
        await self.core.start()
        await self.core.caught_up("memory")

    async def crash(self) -> None:
        """The process is gone at once; the next one finds the database and the chat as they are."""
        mine = asyncio.current_task()
        others = [task for task in asyncio.all_tasks() if task is not mine]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await self.store.close()
        self.teller.next = ""
        self.teller.gates.clear()
        for owed in self.owed:
            owed.running, owed.begun = False, None
        await self.start()
        await self.settle()

    @property
    def owed(self) -> list[Owed]:
        return [owed for tree in self.told.trees for owed in tree.owed]

    @property
    def held(self) -> Owed | None:
        return next((owed for owed in self.owed if owed.running), None)

    def author(self, person: str) -> Author:
        return Author(person, NAMES[person], is_admin=True)

    def number(self) -> int:
        self._number += 1
        return self._number

    async def say(self, place: Place, person: str, answer: Node | None = None) -> None:
        """A message, perhaps as a reply to an answer."""
        reply_to = await self.post_of(answer) if answer is not None else None
        node = await self.writes(place, person, reply_to)
        self.told.converse(place, person, node, answer if reply_to is not None else None)
        await self.settle()

    async def writes(self, place: Place, person: str, reply_to: MessageRef | None = None) -> Node:
        """The core gets a message; what it means, the plain model is to be told."""
        number = self.number()
        text, ref = f"m{number}", MessageRef(place, str(number))
        self.where[ref.message_id] = place
        event = MessageReceived(ref, self.author(person), text, self.clock.now(), f"k{number}", reply_to=reply_to)
        await self.core.accept(event)
        return Node("user", None, [text], ["complete"], person=NAMES[person], source=ref.message_id)

    async def command(
        self,
        place: Place,
        person: str,
        name: str,
        args: str = "",
        *,
        pressed: MessageRef | None = None,
        reply_to: MessageRef | None = None,
        by_menu: bool = False,
    ) -> str | None:
        """`by_menu`: as where a platform waits for the answer to it."""
        number, is_pressed = self.number(), pressed is not None
        ref = pressed or MessageRef(place, str(number))
        via = MessageRef(place, f"i{number}") if by_menu else None
        author, key, now = self.author(person), f"k{number}", self.clock.now()
        event = CommandInvoked(ref, author, name, args, now, key, pressed=is_pressed, reply_to=reply_to, via=via)
        return await self.core.accept(event)

    async def settle(self) -> None:
        """Lets the core do what it can, does the same to the model, and compares the two."""
        self.foresee_nothing()
        await self.let_it_work()
        self.answers()
        await self._compare()

    async def let_it_work(self) -> None:
        if self.teller.gates or self.teller.next in ("dumb", "begun"):
            await asyncio.sleep(20)
        async with asyncio.timeout(100_000):
            if not await self._holding():
                await self.core.idle()
                if await self.store.unfinished_replies():  # what a crash left on its way may arrive late, so it is written once more
                    await asyncio.sleep(2 * SETTLE)
                    await self.core.idle()

    def foresee_nothing(self) -> None:
        failure = self.core._failure
        assert failure is not None
        assert not failure.done(), failure.result()

    async def _holding(self) -> bool:
        """Whether an answer is held back, so that the core is never idle."""
        await asyncio.sleep(0.001)
        return any(running.task is not None for running in self.core._desk.running.values())

    def answers(self) -> None:
        """What the model was asked since, in the plain model's own order: each request must be one that was owed."""
        fresh = self.teller.asked[self._seen :]
        self._seen = len(self.teller.asked)
        for tree in self.told.trees:
            while tree.owed:
                owed = tree.owed[0]
                if owed.running:
                    break
                wanted = tree.context(owed.prompt, shared=tree.place == SHARED)
                match = next((index for index, (asked, _) in enumerate(fresh) if asked == wanted), None)
                assert match is not None, f"not asked: {wanted}; asked: {fresh}"
                _, answer = fresh.pop(match)
                if answer[0] in "db":
                    owed.running, owed.begun = True, answer if answer[0] == "b" else None
                    break
                self.answered(tree, owed, answer)
        assert not fresh, f"asked without need: {fresh}"

    def answered(self, tree: Tree, owed: Owed, text: str) -> None:
        tree.owed.remove(owed)
        whole = f"{text} whole"
        owed.reply.becomes("failed" if text[0] == "f" else "complete", "" if text[0] == "f" else whole)
        if tree.leaf is owed.prompt:
            tree.leaf = owed.reply

    async def release(self) -> None:
        """The answer that was held back comes to its end."""
        gates, self.teller.gates = self.teller.gates, []
        for gate in gates:
            gate.set()
        for tree in self.told.trees:
            for owed in list(tree.owed):
                if owed.running:
                    _, answer = next(asked for asked in reversed(self.teller.asked) if asked[1][0] in "db")
                    self.answered(tree, owed, answer)
        await self.settle()

    async def _compare(self) -> None:
        await compare_trees(self.told, self.store)
        if self.held is None:  # what is taken away elsewhere in the session waits behind the answer that is being made
            await compare_posts(self.told, self.store, self.adapter.chats)

    async def post_of(self, node: Node) -> MessageRef | None:
        message_id = node.ids.get(node.stands)
        posts = await self.store.posts(message_id) if message_id is not None else ()
        return posts[0].ref if posts else None

    def tree_of(self, node: Node) -> Tree:
        return self.told.tree_of(node)
