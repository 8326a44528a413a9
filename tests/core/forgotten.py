"""What forgetting a person comes to on plain trees."""

from __future__ import annotations

from tests.core.plain import Node, Owed, Tree
from tests.core.rules_told import Told


def forget(told: Told, person: str, name: str) -> None:
    """Own sessions go, and shared ones in which nobody else spoke; of the others the person's words with the answers to them."""
    for tree in list(told.trees):
        theirs = tree.owner != person
        if theirs and not any(name in (node.person, node.asker) for node in tree.nodes):
            continue
        if theirs and any((node.person or node.asker) not in ("", name) for node in tree.nodes):
            _empty(told, tree, name)
            continue
        told.trees.remove(tree)
        for node in tree.nodes:
            told.posts.pop(node, None)
        for key in [key for key, current in told.current.items() if current is tree]:
            told.current[key] = None


def _empty(told: Told, tree: Tree, name: str) -> None:
    run = [node for node in tree.nodes if node.role == "user" and node.person == name]
    for node in run:
        run += [below for below in tree.nodes if below.parent is node and below.role == "user" and below not in run]
    gone = [node for node in tree.nodes if name in {node.person, node.asker}]
    gone += [node for node in tree.nodes if node.role == "assistant" and node.parent in run and node not in gone]
    for owed in [owed for owed in tree.owed if owed.reply in gone]:
        heir = _heir(owed, name)
        if heir is None:
            told.drop(tree, owed)
        else:
            gone.remove(owed.reply)
            owed.running, owed.begun = False, None
            owed.asker, owed.reply.asker = next(person for person, called in told.names.items() if called == heir), heir
    for node in gone:
        node.words = ["" for _ in node.words]
        node.states = ["removed" for _ in node.states]
        told.posts.pop(node, None)
        node.person = "" if node.person == name else node.person
        node.asker = "" if node.asker == name else node.asker


def _heir(owed: Owed, name: str) -> str | None:
    """The last other person whose words are answered."""
    node: Node | None = owed.prompt
    while node is not None and node.role == "user":
        if node.person not in ("", name) and node.status != "removed":
            return node.person
        node = node.parent
    return None
