"""What a message that was deleted in the chat itself takes with it."""

from __future__ import annotations

from collections.abc import Sequence

from bot.commands.tails import RECENT, find_tail, first_answer, meant_by, place_of
from bot.events import Place
from bot.messages import Message
from bot.rules.decision import NOTHING, Decision, Given
from bot.rules.navigate import remove, take_out, undo
from bot.store import Reader


async def taken_back(reader: Reader, given: Given, written: Message, place: Place) -> Decision:
    """Its turn leaves the branch: at its end like /undo, in the middle by a mark. Where the turn answers other messages as well, it
    loses this one alone: what is still being answered is answered without it, and an answer that is whole stays."""
    session = await reader.session(written.session_id)
    tail = await find_tail(reader, session, await meant_by(reader, written)) if session is not None else None
    if session is None or tail is None or tail.subject.status == "removed":
        return NOTHING
    answer = first_answer(tail.messages)
    below = tail.messages[: tail.messages.index(answer) + 1] if answer is not None else tail.messages
    above = await _above(reader, tail.subject)
    turn = [*above, *below]
    prompts = [message for message in turn if message.role == "user"]
    if any(message.status != "removed" and message.id != tail.subject.id for message in prompts):
        ids = {message.id for message in prompts}
        return take_out(tail.subject, [owed for owed in tail.turns if owed.prompt_id in ids])
    on_branch = await reader.on_branch(session.leaf, tail.subject.host or tail.subject.id)
    if on_branch and len(below) == len(tail.messages):
        return undo(given, session, turn, tail.turns, tail.answer_place or place)
    return remove(given, session, turn, tail.turns, await place_of(reader, turn[-1].id))


async def _above(reader: Reader, message: Message) -> Sequence[Message]:
    """The messages directly above that are answered together with this one, oldest first."""
    branch = list(await reader.branch(message.parent_id, RECENT))
    start = next((index + 1 for index in reversed(range(len(branch))) if branch[index].role == "assistant"), 0)
    return branch[start:]
