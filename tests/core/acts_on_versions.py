"""The list of a message's versions, and the buttons of lists and lines that lead to one: done to the core and to the plain model."""

from __future__ import annotations

from bot.events import MessageRef, Place
from bot.replies import texts
from tests.core import acts_by_name
from tests.core.acts_by_name import known, replied_to
from tests.core.acts_on_branches import show_version
from tests.core.both import SHARED, Both
from tests.core.comparing import is_answer
from tests.core.plain import Node, Tree, first_answer
from tests.fakes.memory_adapter import Seen

MARKS = {"stopped": texts.MARK_STOPPED, "failed": texts.MARK_FAILED, "open": texts.MARK_OPEN}


async def _make_some(both: Both, place: Place, person: str, pick: int) -> None:
    """Chance alone seldom comes to several versions, with more above and below them."""
    if both.told.here(place, person) is None:
        await both.say(place, person)
    match pick % 4:
        case 0:
            await acts_by_name.retry_last(both, place, person)
        case 1:
            await acts_by_name.edit_newest(both, place, person)
        case 2:
            await acts_by_name.edit_number(both, place, person, 0)
            await both.say(place, person)
        case _:
            await acts_by_name.edit_number(both, place, person, 1)


async def list_them(both: Both, place: Place, person: str, first: bool, which: str, pick: int, other: int) -> None:
    """Of a message that is replied to, or is named by its id, as a menu does; perhaps some are made `first`, or one is gone to then."""
    if first:
        await _make_some(both, place, person, pick)
    ref: MessageRef | None = None
    if which == "reply":
        node, ref = await replied_to(both, place, pick)
        wording = node.stands if node is not None else 0
    else:
        choice = known(both, place, person, which)
        node, wording = choice[pick % len(choice)] if choice else (None, 0)
    if node is None or (which == "reply" and ref is None):
        return
    where = place if place.kind == "private" or place == SHARED else Place("memory", person)
    before = len(_lists(both, where))
    args = "" if ref is not None else f"#{node.ids[wording]:x}"
    expected = _versions(both, node, wording, place, person, by_reply=ref is not None)
    await both.command(place, person, "versions", args, reply_to=ref, by_menu=ref is None)
    await both.settle()
    fresh = _lists(both, where)[before:]
    assert len(fresh) == (1 if expected else 0), f"{len(fresh)} lists of {expected}"
    if fresh:
        title, _, *lines = fresh[0].text.splitlines()
        assert title == texts.VERSIONS_TITLE.format(number=len(both.tree_of(node).branch(node)))
        assert sorted(f"{line[0]}{line.partition('.')[2]}" for line in lines) == sorted(expected)
        _lead_to_what_they_say(fresh[0], lines, node)
        if other % 2:
            await _press(both, fresh[0], person, other // 2)


async def press_older(both: Both, place: Place, person: str, pick: int, other: int) -> None:
    """A button of an earlier list, or of a line that says what stays behind an edit."""
    older = [seen for seen in both.adapter.chats.get(place, []) if not is_answer(seen) and _targets(seen)]
    if older:
        await _press(both, older[pick % len(older)], person, other)


async def _press(both: Both, seen: Seen, person: str, pick: int) -> None:
    wordings = {message_id: (node, at) for tree in both.told.trees for node in tree.nodes for at, message_id in node.ids.items()}
    targets = [wordings[target] for _, target in _targets(seen) if target in wordings]
    if targets:
        target = targets[pick % len(targets)]
        post = MessageRef(seen.place, seen.id)
        await show_version(both, post, person, target, _seen_beside(both, both.tree_of(target[0]), target[0]))


def _versions(both: Both, node: Node, wording: int, place: Place, person: str, *, by_reply: bool) -> list[str]:
    """The lines of the list, each with its mark, in no order; none where there is no list."""
    tree = both.tree_of(node)
    if tree.deleted or tree.owner != both.told.owner(place, person) or (by_reply and node.states[wording] == "removed"):
        return []
    stands = _standing(both, tree, node, shown=node if by_reply else None)
    lines = []
    for version in node.group:
        for at, (text, state) in enumerate(zip(version.words, version.states, strict=True)):
            is_it = version is stands and at == version.stands
            if state != "removed" and (state != "failed" or is_it):
                said = " · ".join(part for part in (text, MARKS.get(state, "")) if part)
                lines.append(f"{'▸' if is_it else '·'} {said}")
    return lines if len(lines) > 1 else []


def _standing(both: Both, tree: Tree, node: Node, shown: Node | None) -> Node:
    """The version that is being made; else the one on the branch; beside it the one that the message replied to shows, or that people
    see."""
    made = next((version for version in node.group if version.status == "open" and version.parent is tree.leaf), None)
    there = next((version for version in node.group if version in tree.branch() and version.status != "removed"), None)
    return made or there or (shown if shown is not None and shown.role == "assistant" else _seen_beside(both, tree, node))


def _seen_beside(both: Both, tree: Tree, node: Node) -> Node:
    """The version, or the version of a prompt whose answer, people see."""
    for version in node.group:
        branch = tree.branch(tree.last_under(version))
        below = branch[branch.index(version) :] if version in branch else []
        if (version if node.role == "assistant" else first_answer(below)) in both.told.posts:
            return version
    return node


def _lists(both: Both, place: Place) -> list[Seen]:
    title = texts.VERSIONS_TITLE.partition("{")[0]
    return [seen for seen in both.adapter.chats.get(place, []) if seen.text.startswith(title)]


def _targets(seen: Seen) -> list[tuple[str, int]]:
    """The buttons that lead to a version: label, and id of the message."""
    return [(label, int(command.partition("#")[2], 16)) for label, command in seen.buttons if command.startswith("version #")]


def _lead_to_what_they_say(seen: Seen, lines: list[str], node: Node) -> None:
    wordings = {message_id: version.words[at] for version in node.group for at, message_id in version.ids.items()}
    assert [label for label, _ in _targets(seen)] == [
        texts.VERSION_SHOW.format(number=number)
        for number, line in enumerate(lines, start=1)
        if line[0] != "▸" and not line.endswith(texts.MARK_OPEN)
    ]
    for label, target in _targets(seen):
        if target in wordings:
            assert wordings[target] in lines[int(label.split()[-1]) - 1]
