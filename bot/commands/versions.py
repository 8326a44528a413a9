"""The versions of a message: their list, and the buttons that lead from one to another."""

from __future__ import annotations

from bot.commands.call import Call, message_replied_to, own_message
from bot.commands.tails import RECENT, find_tail, first_answer, is_removed, standing
from bot.messages import Message, Session
from bot.posts import Button, ButtonRow
from bot.replies import texts
from bot.rules.decision import Decision
from bot.rules.navigate import switch
from bot.rules.revise import Tail, reopened
from bot.rules.turns import owe

WORDS = 80
ROW, MOST_BUTTONS = 4, 20


async def versions(call: Call) -> Decision:
    """The versions of the message that the command is about, with a button for each that does not stand there now. They are counted as
    the arrows under an answer count them: without failed ones."""
    found = await (own_message(call, call.args) if call.args.startswith("#") else message_replied_to(call))
    if found is None:
        return call.refuse(texts.NO_LONGER_THERE)
    if isinstance(found, Decision):
        return found
    session, message = found
    stands = await _stands(call, session, message)
    known = [version for version in await call.reader.versions(message.first_version) if version.status != "failed" or version.id == stands]
    if len(known) < 2:  # noqa: PLR2004 - one version is no list
        return call.refuse(texts.ONE_VERSION)
    lines = [_line(number, version, stands=version.id == stands) for number, version in enumerate(known, start=1)]
    buttons = [
        Button(texts.VERSION_SHOW.format(number=number), f"version #{version.id:x}")
        for number, version in enumerate(known, start=1)
        if version.id != stands and version.status != "open"
    ][-MOST_BUTTONS:]
    rows: tuple[ButtonRow, ...] = tuple(tuple(buttons[start : start + ROW]) for start in range(0, len(buttons), ROW))
    return call.say("\n".join([texts.VERSIONS_TITLE.format(number=message.number), "", *lines]), rows)


async def _stands(call: Call, session: Session, message: Message) -> int:
    """The version that is being made, where one is; else the one on the branch, or the one that is shown beside it."""
    known = await call.reader.versions(message.first_version)
    made = next((version for version in reversed(known) if version.status == "open" and version.parent_id == session.leaf), None)
    if made is not None:
        return made.id
    shown = await standing(call.reader, session, message, call.given.found.shown)
    tail = await find_tail(call.reader, session, shown)
    return tail.subject.id if tail is not None else shown.id


def _line(number: int, version: Message, *, stands: bool) -> str:
    words = texts.plain(version.text[: WORDS + 1])
    words = f"{texts.plain(version.text[:WORDS])}…" if len(version.text) > WORDS else words
    status = {"stopped": texts.MARK_STOPPED, "failed": texts.MARK_FAILED, "open": texts.MARK_OPEN}.get(version.status)
    said = " · ".join(part for part in (words, status) if part)
    return texts.VERSION_LINE.format(mark="▸" if stands else "·", number=number, words=said)


async def version(call: Call) -> Decision:
    """Shows another version of a message, and goes to where its branch was left."""
    found = await own_message(call, call.args)
    if isinstance(found, Decision):
        return found
    session, target = found
    tail = await find_tail(call.reader, session, await standing(call.reader, session, target, call.given.found.shown))
    if tail is None or is_removed(tail, target):
        return call.refuse(texts.NO_LONGER_THERE)
    if tail.subject.id == target.id:
        seen = tail.shown_as is not None or await call.reader.on_branch(session.leaf, target.id)
        return Decision(line=texts.SHOWN_ALREADY if seen else texts.NO_LONGER_THERE)
    leaf = await call.reader.newest_leaf(target.host or target.id)
    then = await _answer_of(call, target, leaf)
    if then is None:
        return await _answer_it(call, tail, target, leaf)
    return switch(call.given, tail, target, leaf, _shown_by(tail), then.id)


def _shown_by(tail: Tail) -> int | None:
    """The answer whose posts the version that stands now has: the one that is still owed, where there is none below it."""
    if tail.shown_as is not None:
        return tail.shown_as
    answer = first_answer(tail.messages)
    prompts = {message.id for message in tail.messages}
    return answer.id if answer is not None else next((turn.reply_id for turn in tail.turns if turn.prompt_id in prompts), None)


async def _answer_of(call: Call, target: Message, leaf: int) -> Message | None:
    """The answer that stands below a version, or is that version."""
    if target.role == "assistant":
        return target
    return first_answer(await call.reader.branch(leaf, RECENT * 100, down_to=target.number))


async def _answer_it(call: Call, tail: Tail, target: Message, leaf: int) -> Decision:
    """A version that was never answered, because it was edited while it was being answered, is answered now."""
    branch = await call.reader.branch(leaf, RECENT * 100, down_to=target.number)
    prompt = next((message for message in reversed(branch) if message.role == "user" and message.status != "removed"), None)
    if prompt is None:
        return call.refuse(texts.NO_LONGER_THERE)
    posts_of = _shown_by(tail) if tail.answer_place == call.place else None
    there = Decision(reopened(call.given, tail.session, call.place)) + switch(call.given, tail, target, prompt.id, None, None)
    return there + owe(call.given, prompt, call.asked, posts_of=posts_of)
