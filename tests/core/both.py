"""The core and the plain model of it, side by side: each thing done is done to both, and then they are compared."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from bot.errors import ModelError
from bot.events import Author, CommandInvoked, MessageDeleted, MessageEdited, MessageReceived, MessageRef, Place
from bot.messages import Message
from bot.policy import Policy
from bot.ports import AnswerStream, ChatMessage, Finish, ModelOptions, TextDelta
from bot.replies import texts
from bot.sessions.deliverer import SETTLE
from bot.sessions.dispatcher import Dispatcher
from storage.sqlite.store import SqliteStore
from tests.core.forgotten import forget
from tests.core.plain import Node, Owed, Tree
from tests.core.rules_told import Told
from tests.core.virtual import VirtualClock
from tests.fakes.memory_adapter import MemoryAdapter, Seen

ANN, BOB = "7", "8"
NAMES = {ANN: "Ann", BOB: "Bob"}
PRIVATE, GROUP, SHARED = Place("memory", ANN), Place("memory", "-5", kind="group"), Place("memory", "-9", kind="group")
POLICY = Policy(titles=False, rate=10**6, shared=frozenset({"memory:-9"}), context_tokens=10**6)
FAILED = texts.model_failure("refused")


class Teller:
    """Answers each request with words of its own, holds one back, or fails, as the test says before."""

    def __init__(self) -> None:
        self.asked: list[tuple[list[str], str]] = []
        self.next = ""
        self.gates: list[asyncio.Event] = []
        self._count = 0

    def stream(self, messages: Sequence[ChatMessage], options: ModelOptions) -> AnswerStream:
        self._count += 1
        how, self.next = self.next, ""
        kind = {"": "a", "fail": "f", "dumb": "d", "begun": "b"}[how]
        answer = f"{kind}{self._count}"
        self.asked.append(([message.text for message in messages[1:]], answer))
        return self._stream(answer)

    @asynccontextmanager
    async def _stream(self, answer: str) -> AsyncIterator[AsyncIterator[TextDelta | Finish]]:
        if answer[0] == "f":
            raise ModelError("refused")
        yield self._pieces(answer)

    async def _pieces(self, answer: str) -> AsyncIterator[TextDelta | Finish]:
        if answer[0] != "d":
            yield TextDelta(answer)
        if answer[0] in "db":
            gate = asyncio.Event()
            self.gates.append(gate)
            await gate.wait()
        yield TextDelta(f"{answer} whole" if answer[0] == "d" else " whole")
        yield Finish("stop", None, "teller")

    async def check(self) -> str:
        return "teller"

    async def close(self) -> None: ...


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
        number = self.number()
        text, ref = f"m{number}", MessageRef(place, str(number))
        reply_to = await self.post_of(answer) if answer is not None else None
        self.where[ref.message_id] = place
        node = Node("user", None, [text], ["complete"], person=NAMES[person], source=ref.message_id)
        tree = self.tree_of(answer) if answer is not None else None
        event = MessageReceived(ref, self.author(person), text, self.clock.now(), f"k{number}", reply_to=reply_to)
        await self.core.accept(event)
        if answer is None or tree is None or reply_to is None:
            self.told.append(place, person, node)
        elif tree.deleted or tree.owner != self.told.owner(place, person):
            node.quoted = answer.text
            self.told.append(place, person, node)
        elif answer.status in ("open", "removed") or (self.told.here(place, person) is tree and tree.leaf is answer):
            self.told.append(place, person, node)
        else:
            self.told.branch_off(place, person, tree, answer, node)
        await self.settle()

    async def command(self, place: Place, person: str, name: str, args: str = "", *, pressed: MessageRef | None = None) -> str | None:
        number = self.number()
        ref = pressed or MessageRef(place, str(number))
        event = CommandInvoked(ref, self.author(person), name, args, self.clock.now(), f"k{number}", pressed=pressed is not None)
        return await self.core.accept(event)

    async def edit(self, node: Node, place: Place, person: str) -> None:
        """A native edit of the platform message that the node was written in."""
        tree, number = self.tree_of(node), self.number()
        text = f"e{number}"
        await self.core.accept(MessageEdited(MessageRef(place, node.source), self.author(person), text, self.clock.now(), f"k{number}"))
        tail = tree.tail(tree.meant_by(node))
        if tail and not tree.deleted and tail[0].status != "removed":
            self.told.revise(tree, tail, text, place, person)
        await self.settle()

    async def edit_number(self, place: Place, person: str, tree: Tree, at: int) -> None:
        text = f"e{self.number()}"
        await self.command(place, person, "edit", f"{at + 1} {text}")
        tail = tree.branch()[at:]
        if tail[0].role == "user":
            self.told.revise(tree, tail, text, place, person)
        elif tail[0].status != "open":
            node = tail[0]
            node.words.append(text)
            node.states.append("complete")
            node.stands = len(node.words) - 1
        await self.settle()

    async def delete(self, node: Node, place: Place) -> None:
        tree = self.tree_of(node)
        await self.core.accept(MessageDeleted(MessageRef(place, node.source), f"k{self.number()}"))
        tail = tree.tail(tree.meant_by(node))
        on_branch = bool(tail) and tree.leaf is not None and tail[0] in tree.branch()
        answer = next((index for index, below in enumerate(tail) if below.role == "assistant"), None)
        below = tail if answer is None else tail[: answer + 1]
        turn = [*self._above(tail[0]), *below] if tail else []
        if not tail or tail[0].status == "removed":
            pass
        elif any(other.role == "user" and other.status != "removed" and other is not tail[0] for other in turn):
            self.told.take_out(tree, tail[0], turn)
        elif on_branch and len(below) == len(tail):
            self.told.undo(tree, turn)
        else:
            self.told.remove(tree, turn)
        await self.settle()

    async def forget(self, place: Place, person: str) -> None:
        """What stands in the chat then is nobody's any more, and the person clears it."""
        await self.command(place, person, "forget", "everything")
        forget(self.told, person, NAMES[person])
        self.foresee_nothing()
        await self.let_it_work()
        self._answers()
        for where, chat in self.adapter.chats.items():
            for seen in [seen for seen in chat if _is_answer(seen) and not seen.text.endswith(texts.WAITING)]:
                if not await self.core.knows(MessageRef(where, seen.id)):
                    chat.remove(seen)
        await self.settle()

    def _above(self, node: Node) -> list[Node]:
        """The messages directly above that are answered together with this one."""
        above: list[Node] = []
        while node.parent is not None and node.parent.role == "user":
            node = node.parent
            above.insert(0, node)
        return above

    async def settle(self) -> None:
        """Lets the core do what it can, does the same to the model, and compares the two."""
        self.foresee_nothing()
        await self.let_it_work()
        self._answers()
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

    def _answers(self) -> None:
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
        await self._compare_trees()
        if self.held is None:  # what is taken away elsewhere in the session waits behind the answer that is being made
            await self._compare_posts()

    async def _compare_trees(self) -> None:
        for (place, owner), tree in self.told.current.items():
            person = owner if owner in NAMES else ANN
            found = await self.store.find(place, person)
            if tree is None:
                assert found.session is None, "a session is current where none should be"
                continue
            assert found.session is not None, "no session is current"
            tree.id = tree.id or found.session.id
            assert found.session.id == tree.id, "another session is current"
        for tree in self.told.trees:
            session = await self.store.session(tree.id)
            assert session is not None
            assert (session.ended_at is not None, session.deleted_at is not None) == (tree.ended, tree.deleted)
            branch = list(await self.store.branch(session.leaf, 10_000))
            nodes = tree.branch() if tree.leaf else []
            assert [_told(message) for message in branch] == [(node.role, node.status, node.text) for node in nodes]
            for number, (message, node) in enumerate(zip(branch, nodes, strict=True), start=1):
                assert message.number == number
                node.ids[node.stands] = message.id
                assert message.parent_id == (node.parent and (node.parent.ids.get(0))), "not under its parent"
            assert len(await self.store.open_turns(tree.id)) == len(tree.owed)

    async def _compare_posts(self) -> None:
        moving = set()
        for tree in self.told.trees:
            for turn in await self.store.open_turns(tree.id):
                moving |= {post.ref.message_id for post in await self.store.posts(turn.reply_id) if post.ref}
        for place in {*self.told.posts.values(), *self.adapter.chats}:
            shown = [seen.text for seen in self.adapter.chats.get(place, []) if seen.id not in moving and _is_answer(seen)]
            due = [_shows(node) for node, where in self.told.posts.items() if where == place and node.status != "open"]
            assert Counter(shown) == Counter(due), f"{place.chat_id} shows {sorted(shown)} instead of {sorted(due)}"
        if not self.owed:
            assert await self.store.unfinished_replies() == [] or not list(await self.store.unfinished_replies())

    async def post_of(self, node: Node) -> MessageRef | None:
        message_id = node.ids.get(node.stands)
        posts = await self.store.posts(message_id) if message_id is not None else ()
        return posts[0].ref if posts else None

    def tree_of(self, node: Node) -> Tree:
        return next(tree for tree in self.told.trees if node in tree.nodes)


def _told(message: Message) -> tuple[str, str, str]:
    return message.role, message.status, message.text


def _shows(node: Node) -> str:
    if node.status == "failed":
        return FAILED
    if node.status == "stopped":
        return f"{node.text}\n\n{texts.STOPPED_MARK}" if node.text else texts.STOPPED_EMPTY
    return node.text


def _is_answer(seen: Seen) -> bool:
    text = seen.text
    if text == texts.STOPPED_EMPTY:
        return bool(seen.buttons)  # else it is what /stop says
    return text == FAILED or (text[0] in "abdeh" and text[1:2].isdigit()) or text.strip() == texts.WAITING
