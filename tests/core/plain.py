"""What a conversation should be, told in the plainest way: nodes in memory, moved by the rules of conversation and by nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from bot.events import Place

STOPPED_MARK = "\n[stopped here by the person]"
Status = Literal["complete", "open", "stopped", "failed", "removed"]


@dataclass(eq=False)
class Node:
    """A message. `words` are its wordings, oldest first, where an answer's text was changed by hand; `stands` is the one shown. `person`
    wrote it, `asker` asked for it."""

    role: Literal["user", "assistant"]
    parent: Node | None
    words: list[str]
    states: list[Status]
    stands: int = 0
    group: list[Node] = field(default_factory=list)
    last: Node | None = None
    quoted: str = ""
    person: str = ""
    asker: str = ""
    source: str = ""
    place: Place | None = None
    ids: dict[int, int] = field(default_factory=dict)
    born: int = 0

    @property
    def text(self) -> str:
        return self.words[self.stands]

    @property
    def status(self) -> Status:
        return self.states[self.stands]

    def becomes(self, status: Status, text: str | None = None) -> None:
        self.states[self.stands] = status
        if text is not None:
            self.words[self.stands] = text


@dataclass(eq=False)
class Owed:
    """An answer that is owed; `begun` is what people can read of it, None until its first word."""

    prompt: Node
    reply: Node
    place: Place
    asker: str
    running: bool = False
    begun: str | None = None


@dataclass(eq=False)
class Tree:
    """A session."""

    id: str
    owner: str
    place: Place
    leaf: Node | None = None
    ended: bool = False
    deleted: bool = False
    nodes: list[Node] = field(default_factory=list)
    owed: list[Owed] = field(default_factory=list)

    def branch(self, leaf: Node | None = None) -> list[Node]:
        node, found = leaf or self.leaf, []
        while node is not None:
            found.append(node)
            node = node.parent
        return found[::-1]

    def add(self, node: Node, versions_of: Node | None = None) -> Node:
        node.group = versions_of.group if versions_of else []
        node.group.append(node)
        node.born = len(self.nodes)
        self.nodes.append(node)
        return node

    def owing(self, prompt: Node | None) -> Owed | None:
        return next((owed for owed in self.owed if owed.prompt is prompt), None)

    def meant_by(self, node: Node) -> Node:
        """In the chat there is one message, whatever was made anew of it: that which stands on the branch, else the newest."""
        there = [other for other in self.branch() if other.source == node.source] if self.leaf else []
        return there[0] if there else max((other for other in self.nodes if other.source == node.source), key=lambda other: other.born)

    def tail(self, node: Node) -> list[Node]:
        """From the version of the node on the branch to the leaf; where there is none, or it is removed, the branch last current under the
        node."""
        branch = self.branch() if self.leaf else []
        for index, there in enumerate(branch):
            if there is node or (there in node.group and there.status != "removed"):
                return branch[index:]
        branch = self.branch(self.last_under(node))
        return branch[branch.index(node) :] if node in branch else []

    def last_under(self, node: Node) -> Node:
        if node.last is not None:
            last = node.last
            since = [child for child in self.nodes if child.parent is last and child.status not in ("open", "removed")]
            answers = [child for child in since if child.role == "assistant" and last.role == "user"]
            return max(answers, key=lambda answer: answer.born) if answers else last
        below, newest = [node], node
        while below:
            at = below.pop()
            for child in self.nodes:
                if child.parent is at:
                    below.append(child)
                    if child.status not in ("open", "removed") and child.born > newest.born:
                        newest = child
        return newest

    def context(self, prompt: Node, *, shared: bool) -> list[str]:
        """What the model is to be asked, neighbours of one role joined."""
        said: list[tuple[str, str]] = []
        for node in self.branch(prompt):
            if node.role == "assistant":
                if node.status not in ("complete", "stopped") or not node.text.strip():
                    continue
                text = node.text + (STOPPED_MARK if node.status == "stopped" else "")
            elif node.status == "removed":
                continue
            else:
                text = f"{node.person}: {node.text}" if shared else node.text
                if node.quoted:
                    text = f"> {node.quoted}\n\n{text}"
            if said and said[-1][0] == node.role:
                said[-1] = (node.role, f"{said[-1][1]}\n\n{text}")
            else:
                said.append((node.role, text))
        return [text for _, text in said]


def first_answer(nodes: list[Node]) -> Node | None:
    """What was taken away, or merged into another answer, is none."""
    return next((node for node in nodes if node.role == "assistant" and node.status != "removed"), None)
