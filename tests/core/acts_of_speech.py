"""Commands that say something to the model, /ask and /branch, given to the core and to the plain model."""

from __future__ import annotations

from bot.events import MessageRef, Place
from tests.core import acts_on_branches, acts_on_sessions
from tests.core.acts_by_name import known, replied_to
from tests.core.both import NAMES, Both
from tests.core.plain import Node, first_answer

LATE = 601.0
"""Seconds: a question of the bot is open for ten minutes."""


async def ask(both: Both, place: Place, person: str, replying: bool, first: str, pick: int) -> None:
    """Its words are said as any message's. `first` is what comes before them, where they are not given at once."""
    if first != "at once":
        await both.command(place, person, "ask")
        await both.settle()
        node, _ = await _answer_to_question(both, place, person, first, None)
        both.told.append(place, person, node)
    else:
        about, ref = await replied_to(both, place, pick) if replying else (None, None)
        node = _words(both, person)
        await both.command(place, person, "ask", node.text, reply_to=ref)
        both.told.converse(place, person, node, about if about is not None and about.role == "assistant" and ref is not None else None)
    await both.settle()


async def branch(both: Both, place: Place, person: str, which: str, first: str, pick: int) -> None:
    """Of a message that is replied to, or is named by its id, as a menu does."""
    ref, args = None, ""
    if which == "reply":
        about, ref = await replied_to(both, place, pick)
        named = (about, about.stands) if about is not None and ref is not None else None
    else:
        choice = known(both, place, person, which)
        named = choice[pick % len(choice)] if choice else None
        args = f"#{named[0].ids[named[1]]:x}" if named is not None else ""
    if named is None:
        return
    answer, node = _answer_at(both, *named, place, person), _words(both, person)
    words = f" {node.text}" if first == "at once" else ""
    await both.command(place, person, "branch", f"{args}{words}".strip(), reply_to=ref, by_menu=ref is None)
    if answer is not None and words:
        both.told.follow(place, person, answer, node)
    elif answer is not None:
        wording = named[1] if answer is named[0] else answer.stands
        await both.settle()
        node, is_taken = await _answer_to_question(both, place, person, first, answer)
        if not is_taken:
            both.told.append(place, person, node)
        elif _answer_at(both, answer, wording, place, person) is not None:
            both.told.follow(place, person, answer, node)
    await both.settle()


def _answer_at(both: Both, node: Node, wording: int, place: Place, person: str) -> Node | None:
    """The answer to go on from: the message itself, or the one below it, or below the version of it that stands on the branch."""
    tree = both.tree_of(node)
    tail = tree.tail(node)
    if tree.deleted or tree.owner != both.told.owner(place, person) or not tail or "removed" in (node.states[wording], tail[0].status):
        return None
    if node.role == "assistant":
        return node if node.states[wording] != "open" else None
    answer = first_answer(tail)
    return answer if answer is not None and answer.status != "open" else None


async def _answer_to_question(both: Both, place: Place, person: str, first: str, about: Node | None) -> tuple[Node, bool]:
    """What is said next, in a group as a reply to the bot's question, and whether it is still taken for the answer."""
    question = next(seen for seen in reversed(both.adapter.chats[place]) if seen.ask)
    match first:
        case "cancel":
            await both.command(place, person, "cancel")
        case "late" if both.held is None:
            await both.clock.sleep(LATE)
        case "new":
            await acts_on_sessions.new(both, place, person)
        case "crash":
            await both.crash()
        case "delete" if about is not None and about.parent is not None and about.parent.source:
            await acts_on_branches.delete(both, about.parent, both.where[about.parent.source])
        case _:
            pass
    node = await both.writes(place, person, MessageRef(place, question.id) if place.kind == "group" else None)
    return node, first not in ("cancel", "new") and not (first == "late" and both.held is None)


def _words(both: Both, person: str) -> Node:
    """Said by a command, so that no message of the chat is their source."""
    return Node("user", None, [f"m{both.number()}"], ["complete"], person=NAMES[person])
