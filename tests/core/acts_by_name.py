"""Commands that name a message, by its number, by its id or by a reply to it, given to the core and to the plain model."""

from __future__ import annotations

from bot.events import MessageRef, Place
from tests.core.both import SHARED, Both
from tests.core.plain import Node, Tree


async def edit_number(both: Both, place: Place, person: str, pick: int) -> None:
    """With no session, or nothing said in it, it is an edit of nothing."""
    tree = both.told.here(place, person)
    branch = tree.branch() if tree is not None and tree.leaf is not None else []
    at, text = pick % (len(branch) + 1), f"e{both.number()}"
    await both.command(place, person, "edit", f"{at + 1} {text}")
    if tree is not None and at < len(branch):
        _edited(both, branch[at], branch[at].stands, text, place, person)
    await both.settle()


async def edit_newest(both: Both, place: Place, person: str) -> None:
    text = f"e{both.number()}"
    await both.command(place, person, "edit", text)
    said = _said(both.told.here(place, person))
    if said:
        _edited(both, said[-1], 0, text, place, person)
    await both.settle()


async def edit_by_id(both: Both, place: Place, person: str, which: str, pick: int) -> None:
    choice = known(both, place, person, which)
    if choice:
        (node, wording), text = choice[pick % len(choice)], f"e{both.number()}"
        await both.command(place, person, "edit", f"#{node.ids[wording]:x} {text}")
        _edited(both, node, wording, text, place, person)
        await both.settle()


async def edit_by_reply(both: Both, place: Place, person: str, pick: int) -> None:
    node, ref = await replied_to(both, place, pick)
    if node is not None and ref is not None:
        text = f"e{both.number()}"
        await both.command(place, person, "edit", text, reply_to=ref)
        _edited(both, node, node.stands, text, place, person)
        await both.settle()


def _edited(both: Both, node: Node, wording: int, text: str, place: Place, person: str) -> None:
    tree = both.tree_of(node)
    if not _is_theirs(both, tree, node, place, person) or node.states[wording] in ("open", "removed"):
        return
    tail = tree.tail(node)
    if not tail or tail[0].status in ("open", "removed"):
        return
    if node.role == "user":
        both.told.revise(tree, tail, text, place, person)
        return
    answer = tail[0]
    answer.words.append(text)
    answer.states.append("complete")
    answer.stands = len(answer.words) - 1


async def retry_last(both: Both, place: Place, person: str) -> None:
    await both.command(place, person, "retry")
    said = _said(both.told.here(place, person))
    if said:
        _retried(both, said[-1], 0, place, person)
    await both.settle()


async def retry_number(both: Both, place: Place, person: str, pick: int) -> None:
    tree = both.told.here(place, person)
    branch = tree.branch() if tree is not None and tree.leaf is not None else []
    at = pick % (len(branch) + 1)
    await both.command(place, person, "retry", str(at + 1))
    if at < len(branch):
        _retried(both, branch[at], branch[at].stands, place, person)
    await both.settle()


async def retry_by_id(both: Both, place: Place, person: str, which: str, pick: int) -> None:
    choice = known(both, place, person, which)
    if choice:
        node, wording = choice[pick % len(choice)]
        await both.command(place, person, "retry", f"#{node.ids[wording]:x}")
        _retried(both, node, wording, place, person)
        await both.settle()


async def retry_by_reply(both: Both, place: Place, person: str, pick: int) -> None:
    node, ref = await replied_to(both, place, pick)
    if node is not None and ref is not None:
        await both.command(place, person, "retry", reply_to=ref)
        _retried(both, node, node.stands, place, person)
        await both.settle()


def _retried(both: Both, node: Node, wording: int, place: Place, person: str) -> None:
    tree = both.tree_of(node)
    prompt, named = node if node.role == "user" else node.parent, tree.tail(node)
    if prompt is None or not _is_theirs(both, tree, prompt, place, person):
        return
    if not named or "removed" in (node.states[wording], named[0].status):
        return
    tail = tree.tail(prompt)
    if tail:
        both.told.retry(tree, tail, place, person)


def _said(tree: Tree | None) -> list[Node]:
    branch = tree.branch() if tree is not None and tree.leaf is not None else []
    return [node for node in branch if node.role == "user" and node.status != "removed"]


def _is_theirs(both: Both, tree: Tree, node: Node, place: Place, person: str) -> bool:
    """Whether somebody may change the message: in a shared place only who wrote it, or asked for it."""
    if tree.deleted or tree.owner != both.told.owner(place, person):
        return False
    return place != SHARED or (node.person or node.asker) == both.author(person).name


def known(both: Both, place: Place, person: str, which: str) -> list[tuple[Node, int]]:
    """Wordings that have stood on a branch: any of anybody's, also of deleted sessions; or own ones that were removed, or have other
    versions, which chance seldom comes to."""
    every = [(node, wording) for tree in both.told.trees for node in tree.nodes for wording in node.ids]
    if which == "any":
        return every
    own = [(node, wording) for node, wording in every if _is_theirs(both, both.tree_of(node), node, place, person)]
    if which == "removed":
        return [(node, wording) for node, wording in own if node.states[wording] == "removed"]
    return [(node, wording) for node, wording in own if len(node.group) + len(node.words) > 2]


async def replied_to(both: Both, place: Place, pick: int) -> tuple[Node | None, MessageRef | None]:
    """A message of anybody in the place, as the chat has it, or an answer there."""
    shown = [node for node, there in both.told.posts.items() if there == place and node.ids.get(node.stands)]
    sources = {node.source: tree for tree in both.told.trees for node in tree.nodes if node.source and both.where[node.source] == place}
    pick %= max(1, len(shown) + len(sources))
    if pick < len(shown):
        return shown[pick], await both.post_of(shown[pick])
    if not sources:
        return None, None
    source = list(sources)[pick - len(shown)]
    tree = sources[source]
    return tree.meant_by(next(node for node in tree.nodes if node.source == source)), MessageRef(place, source)
