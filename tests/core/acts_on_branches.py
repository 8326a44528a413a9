"""What people do to the messages of a conversation, done to the core and to the plain model."""

from __future__ import annotations

from bot.events import MessageDeleted, MessageEdited, MessageRef, Place
from tests.core.both import SHARED, Both
from tests.core.plain import Node, Tree


async def edit(both: Both, node: Node, place: Place, person: str) -> None:
    """A native edit of the platform message that the node was written in."""
    tree, number = both.tree_of(node), both.number()
    text = f"e{number}"
    await both.core.accept(MessageEdited(MessageRef(place, node.source), both.author(person), text, both.clock.now(), f"k{number}"))
    tail = tree.tail(tree.meant_by(node))
    if tail and not tree.deleted and tail[0].status != "removed":
        both.told.revise(tree, tail, text, place, person)
    await both.settle()


async def delete(both: Both, node: Node, place: Place) -> None:
    tree = both.tree_of(node)
    await both.core.accept(MessageDeleted(MessageRef(place, node.source), f"k{both.number()}"))
    tail = tree.tail(tree.meant_by(node))
    on_branch = bool(tail) and tree.leaf is not None and tail[0] in tree.branch()
    answer = next((index for index, below in enumerate(tail) if below.role == "assistant"), None)
    below = tail if answer is None else tail[: answer + 1]
    turn = [*_above(tail[0]), *below] if tail else []
    if not tail or tail[0].status == "removed":
        pass
    elif any(other.role == "user" and other.status != "removed" and other is not tail[0] for other in turn):
        both.told.take_out(tree, tail[0], turn)
    elif on_branch and len(below) == len(tail):
        both.told.undo(tree, turn)
    else:
        both.told.remove(tree, turn)
    await both.settle()


def _above(node: Node) -> list[Node]:
    """The messages directly above that are answered together with this one."""
    above: list[Node] = []
    while node.parent is not None and node.parent.role == "user":
        node = node.parent
        above.insert(0, node)
    return above


async def press_retry(both: Both, place: Place, person: str, pick: int) -> None:
    answers = _own_answers(both, place, person)
    if not answers:
        return
    node = answers[pick % len(answers)]
    tree, post, prompt = both.tree_of(node), await both.post_of(node), node.parent
    if post is None or prompt is None or not may(both, place, person, prompt):
        return
    tail = tree.tail(prompt)
    await both.command(place, person, "retry", f"#{node.ids[node.stands]:x}", pressed=post)
    if tail and not tree.deleted:
        both.told.retry(tree, tail, place, person)
    await both.settle()


async def turn_to_version(both: Both, place: Place, person: str, pick: int, other: int) -> None:
    answers = _own_answers(both, place, person)
    if not answers:
        return
    node = answers[pick % len(answers)]
    post = await both.post_of(node)
    groups = [*node.group, *(node.parent.group if node.parent and node.parent.role == "user" else [])]
    choice = [(version, stands) for version in groups for stands in version.ids if version.states[stands] != "open"]
    if post is None or not choice:
        return
    target, stands = choice[other % len(choice)]
    await show_version(both, post, person, (target, stands), node if target.role == "assistant" else node.parent or node)


async def show_version(both: Both, post: MessageRef, person: str, wanted: tuple[Node, int], beside: Node) -> None:
    """By a button under the post. `beside` is the version to go from where none is on the branch."""
    (target, stands), place, tree = wanted, post.place, both.tree_of(wanted[0])
    if target.states[stands] == "removed" or tree.owner != both.told.owner(place, person):
        await both.command(place, person, "version", f"#{target.ids[stands]:x}", pressed=post)
        await both.settle()
        return
    tail = tree.tail(target)
    if not tail:
        return
    if tail[0] not in tree.branch():
        tail = tree.tail(beside)
    if not tail or tail[0] not in target.group:
        return
    if both.told.stands_elsewhere(tree, tail, target):
        return
    await both.command(place, person, "version", f"#{target.ids[stands]:x}", pressed=post)
    if not tree.deleted and tail[0].status != "removed" and not (tail[0] is target and target.stands == stands):
        both.told.switch(tree, tail, target, stands, place, person)
    await both.settle()


async def undo(both: Both, place: Place, person: str) -> None:
    tree = both.told.here(place, person)
    await both.command(place, person, "undo")
    branch = [node for node in tree.branch() if node.status != "removed"] if tree is not None and tree.leaf is not None else []
    start = len(branch) - 1 if branch and branch[-1].role == "assistant" else len(branch)
    while start and branch[start - 1].role == "user":
        start -= 1
    turn = branch[start:]
    mine = all(may(both, place, person, node) for node in turn if node.role == "user")
    if tree is not None and turn and turn[0].role == "user" and mine:
        whole = tree.branch()
        first = whole.index(turn[0])
        while first and whole[first - 1].status == "removed":
            first -= 1
        both.told.undo(tree, whole[first:])
    await both.settle()


async def stop(both: Both, place: Place, person: str) -> None:
    tree = both.told.here(place, person)
    await both.command(place, person, "stop")
    if tree is not None and tree.owed and (place != SHARED or tree.owed[0].asker == person):
        both.told.stop(tree, tree.owed[0])
    await both.settle()


def may(both: Both, place: Place, person: str, node: Node) -> bool:
    return place != SHARED or node.person == both.author(person).name


def written(both: Both, place: Place, person: str) -> list[Node]:
    """The messages that the person wrote in the place, oldest first."""
    found: dict[str, Node] = {}
    for tree in both.told.trees:
        for node in tree.nodes:
            if node.source and node.person == both.author(person).name and both.where[node.source] == place:
                found.setdefault(node.source, node)
    return list(found.values())


def _own_answers(both: Both, place: Place, person: str) -> list[Node]:
    """Also those of deleted sessions, which stand in the chat as before."""
    owner = both.told.owner(place, person)
    found = []
    for node, there in both.told.posts.items():
        tree: Tree = both.tree_of(node)
        if there == place and tree.owner == owner and node.ids.get(node.stands):
            found.append(node)
    return found
