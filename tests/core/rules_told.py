"""The rules of conversation carried out on plain trees: what each thing that a person does should come to."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.events import Place
from tests.core.plain import Node, Owed, Tree, first_answer


@dataclass(eq=False)
class Told:
    """All trees, which of them is current where, and which answers people see in which place."""

    shared: frozenset[Place]
    names: dict[str, str]
    trees: list[Tree] = field(default_factory=list)
    current: dict[tuple[Place, str], Tree | None] = field(default_factory=dict)
    posts: dict[Node, Place] = field(default_factory=dict)

    def owner(self, place: Place, person: str) -> str:
        return f"place {place.chat_id}" if place in self.shared else person

    def here(self, place: Place, person: str) -> Tree | None:
        return self.current.get((place, self.owner(place, person)))

    def tree_of(self, node: Node) -> Tree:
        return next(tree for tree in self.trees if node in tree.nodes)

    def open(self, place: Place, person: str) -> Tree:
        tree = Tree("", self.owner(place, person), place)
        self.trees.append(tree)
        self.current[place, tree.owner] = tree
        return tree

    def bring_along(self, source: Tree, place: Place, person: str) -> None:
        """The branch as it can be read, into a session in which nothing was said."""
        branch = source.branch() if source.leaf is not None else []
        whole = [node for node in branch if node.status in ("complete", "stopped")]
        tree = self.here(place, person)
        if not whole or (tree is not None and not tree.ended and (tree.leaf is not None or tree is source)):
            return
        if tree is None or tree.ended:
            tree = self.open(place, person)
        for node in whole:
            copy = Node(node.role, tree.leaf, [node.text], [node.status], quoted=node.quoted, person=node.person, asker=node.asker)
            tree.leaf = tree.add(copy)

    def owe(self, tree: Tree, prompt: Node, place: Place, asker: str, again: Node | None = None, posts_of: Node | None = None) -> None:
        reply = tree.add(Node("assistant", prompt, [""], ["open"], asker=self.names[asker]), again)
        self.posts[reply] = place
        if posts_of is not None and (old := self.posts.pop(posts_of, None)) is not None:
            self.posts[reply] = old
        tree.owed.append(Owed(prompt, reply, place, asker))

    def drop(self, tree: Tree, owed: Owed, *, posts: bool = True) -> None:
        tree.owed.remove(owed)
        owed.reply.becomes("removed")
        if posts:
            self.posts.pop(owed.reply, None)

    def stop(self, tree: Tree, owed: Owed) -> None:
        tree.owed.remove(owed)
        owed.reply.becomes("stopped", owed.begun or "")
        if tree.leaf is owed.prompt:
            tree.leaf = owed.reply

    def append(self, place: Place, person: str, node: Node) -> None:
        tree = self.here(place, person)
        if tree is None or tree.ended:
            tree = self.open(place, person)
        owing = tree.owing(tree.leaf)
        waits = owing is not None and (owing.begun is not None or owing.place != place)
        node.parent = owing.reply if owing is not None and waits else tree.leaf
        tree.leaf = tree.add(node)
        merged = owing if not waits else None
        self.owe(tree, node, place, person, posts_of=merged.reply if merged else None)
        if merged is not None:
            self.drop(tree, merged)

    def converse(self, place: Place, person: str, node: Node, answer: Node | None) -> None:
        """What is said in reply to an answer goes on from there; what replies to somebody else's has it as a quotation."""
        tree = self.tree_of(answer) if answer is not None else None
        if answer is not None and tree is not None and (tree.deleted or tree.owner != self.owner(place, person)):
            node.quoted = answer.text
            self.append(place, person, node)
        elif answer is None or answer.status in ("open", "removed"):
            self.append(place, person, node)
        else:
            self.follow(place, person, answer, node)

    def follow(self, place: Place, person: str, answer: Node, node: Node) -> None:
        tree = self.tree_of(answer)
        if self.here(place, person) is tree and tree.leaf is answer and not tree.ended:
            self.append(place, person, node)
        else:
            self.branch_off(place, person, tree, answer, node)

    def branch_off(self, place: Place, person: str, tree: Tree, answer: Node, node: Node) -> None:
        tree.ended = False
        self.current[place, tree.owner] = tree
        if tree.leaf is not None and tree.leaf is not answer:
            answer.last = tree.leaf
        node.parent = answer
        tree.leaf = tree.add(node)
        self.owe(tree, node, place, person)

    def revise(self, tree: Tree, tail: list[Node], text: str, place: Place, person: str) -> None:
        """A new version, and the later messages of its turn anew below it."""
        old = tail[0]
        again, answer, left = _cut(tail)
        subject = tree.add(_like(old, text), old)
        chain = [subject]
        for message in [message for message in again if message.status != "removed"]:
            copy = tree.add(_like(message, message.text))
            copy.parent = chain[-1]
            chain.append(copy)
        self._anew(tree, tail, (answer, left), (place, person), chain[-1], None)
        if old is not tail[-1] or left:
            old.last = self._left_at
        tree.leaf = chain[-1]

    def reopen(self, tree: Tree, place: Place, person: str) -> None:
        """What ended goes on, and is current where nothing else is."""
        if tree.ended and self.here(place, person) is None:
            self.current[place, tree.owner] = tree
        tree.ended = False

    def retry(self, tree: Tree, tail: list[Node], place: Place, person: str) -> None:
        again, answer, left = _cut(tail)
        prompt = [tail[0], *again][-1]
        done = answer if answer is not None and answer.status != "open" else None
        self._anew(tree, tail, (answer, left), (place, person), prompt, done)
        if done is not None:
            done.last = self._left_at
        tree.leaf = prompt

    def _anew(
        self,
        tree: Tree,
        tail: list[Node],
        cut: tuple[Node | None, list[Node]],
        asked: tuple[Place, str],
        prompt: Node,
        done: Node | None,
    ) -> None:
        """The answer that is owed from now on; what ran on the tail ends."""
        (answer, left), (place, person) = cut, asked
        self.reopen(tree, place, person)
        olds = [owed for owed in tree.owed if owed.prompt in tail]
        source = answer or (olds[0].reply if olds else None)
        if answer is not None and (shown := self._shown(answer) or self._shown_beside(tree, tail[0])) is not None:
            source = shown
        if source is not None and self.posts.get(source, place) != place:
            source = None
        last = tail[-1]
        self._left_at = last
        ending = list(olds)
        self.owe(tree, prompt, place, person, done, posts_of=source)
        for owed in ending:
            if owed.prompt in left:
                if owed.prompt is last:
                    self._left_at = owed.reply
                self.stop(tree, owed)
            else:
                self.drop(tree, owed)

    def _shown(self, answer: Node) -> Node | None:
        """The version of the answer that people see."""
        return next((node for node in (answer, *reversed(answer.group)) if node in self.posts and node.status != "removed"), None)

    def _shown_beside(self, tree: Tree, subject: Node) -> Node | None:
        """The answer to another version of the subject, where people see one in its place."""
        for version in reversed(subject.group):
            branch = tree.branch(tree.last_under(version))
            below = branch[branch.index(version) :] if version in branch else []
            answer = first_answer(below)
            if version is not subject and version.status != "removed" and answer is not None and (shown := self._shown(answer)) is not None:
                return shown
        return None

    def undo(self, tree: Tree, turn: list[Node]) -> None:
        for owed in [owed for owed in tree.owed if owed.prompt in turn]:
            self.drop(tree, owed)
        last = [node for node in turn if node.status != "removed" or node is turn[-1]][-1]
        self.posts.pop(last, None)
        next((node for node in turn if node.status != "removed"), turn[0]).last = last
        tree.leaf = turn[0].parent

    def take_out(self, tree: Tree, node: Node, turn: list[Node]) -> None:
        """One of several messages of a turn; what is being answered begins anew."""
        node.becomes("removed")
        for owed in tree.owed:
            if owed.prompt in turn:
                owed.running, owed.begun = False, None

    def remove(self, tree: Tree, turn: list[Node]) -> None:
        for owed in [owed for owed in tree.owed if owed.prompt in turn]:
            self.drop(tree, owed)
        for node in turn:
            node.becomes("removed")
        self.posts.pop(turn[-1], None)

    def stands_elsewhere(self, tree: Tree, tail: list[Node], target: Node) -> bool:
        """Whether the answer to be shown has posts already, beside those that would be rewritten (it was asked for in another place)."""
        branch = tree.branch(tree.last_under(target))
        then = first_answer(branch[branch.index(target) :]) if target in branch else None
        now = _shown_by(tree, tail)
        return then is not now and then in self.posts

    def switch(self, tree: Tree, tail: list[Node], target: Node, wording: int, place: Place, person: str) -> None:
        """To another version of the first of the tail."""
        subject = tail[0]
        leaf = tree.last_under(target)
        now = _shown_by(tree, tail)
        branch = tree.branch(leaf)
        then = first_answer(branch[branch.index(target) :]) if target in branch else None
        target.stands = wording
        if target is subject:
            return
        left_at = tail[-1]
        for owed in list(tree.owed):
            if owed.prompt is tail[-1]:
                left_at = owed.reply
            self.stop(tree, owed)
        subject.last = left_at
        tree.leaf = leaf
        if then is None:
            leaf = tree.leaf = [node for node in branch if node.role == "user" and node.status != "removed"][-1]
            self.reopen(tree, place, person)
            self.owe(tree, leaf, place, person, posts_of=now if now is not None and self.posts.get(now) == place else None)
        elif now is not None and now is not then and now in self.posts:
            self.posts[then] = self.posts.pop(now)


def _like(node: Node, text: str) -> Node:
    return Node("user", node.parent, [text], ["complete"], quoted=node.quoted, person=node.person, source=node.source)


def _shown_by(tree: Tree, tail: list[Node]) -> Node | None:
    """The answer that has the posts of the tail: it may be owed still."""
    return first_answer(tail) or next((owed.reply for owed in tree.owed if owed.prompt in tail), None)


def _cut(tail: list[Node]) -> tuple[list[Node], Node | None, list[Node]]:
    below = tail[1:]
    answer = first_answer(below)
    end = len(below) if answer is None or answer.status == "open" else below.index(answer)
    return [node for node in below[:end] if node.role == "user"], answer, below[end + 1 :]
