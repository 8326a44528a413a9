"""Reads the part of a branch that a rule is about: from a message down to the leaf, with the turns and the place of its answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.events import Place
from bot.messages import Message, Session
from bot.posts import Post
from bot.rules.revise import Tail
from bot.store import Reader

MAX_BRANCH = 10_000
RECENT = 60
"""How far up a branch its newest turn is looked for."""


async def find_tail(reader: Reader, session: Session, message: Message) -> Tail | None:
    """From `message`, or the version of it that stands on the current branch, to the leaf.

    Where no version of it is on the current branch, or the one that was there is removed, the branch last current under the message.
    """
    on_branch = await reader.nth(session.leaf, message.number)
    if on_branch is not None and (_stands_for(on_branch, message) or on_branch.id == message.id):
        return await _tail(reader, session, session.leaf, message.number)
    host = message.host or message.id
    elsewhere = await _tail(reader, session, await reader.newest_leaf(host), message.number)
    if elsewhere is None or host not in (elsewhere.subject.id, elsewhere.subject.host):
        return None
    return elsewhere


def is_removed(tail: Tail, named: Message) -> bool:
    """Whether what was named is no longer there: it is removed itself, or the version of it that the tail begins with is. A version
    without a branch of its own is removed alone, and its host does not know of it."""
    return "removed" in (named.status, tail.subject.status)


def _stands_for(there: Message, message: Message) -> bool:
    return there.first_version == message.first_version and there.status != "removed"


async def meant_by(reader: Reader, written: Message) -> Message:
    """Which message of the tree is meant by a message of the platform, of which `written` is one: the one that stands on the branch.

    It may be a copy, with another number, made when an earlier one of several quick messages was edited. A copy is no version (what
    names a message of the tree never means it), but in the chat there is only one message. Where none is on the branch, `written`.
    """
    session = await reader.session(written.session_id)
    if written.source is None or session is None:
        return written
    there = await reader.nth(session.leaf, written.number)
    if there is not None and there.source == written.source:
        return there
    branch = await reader.branch(session.leaf, MAX_BRANCH)
    return next((message for message in branch if message.source == written.source), written)


async def stands_there(reader: Reader, named: Message, shown: Message | None) -> Message:
    """What is meant by a button that names `named`, pressed under a post that shows the answer `shown` by now: that one, where it answers
    a copy of the same message. The press was under way while an earlier one of several quick messages was edited."""
    if shown is None or shown.session_id != named.session_id:
        return named
    there, meant = await prompt_of(reader, shown), await prompt_of(reader, named)
    return shown if there is not None and meant is not None and there.source is not None and there.source == meant.source else named


async def prompt_of(reader: Reader, message: Message) -> Message | None:
    """The user message that an answer is to; a user message is its own."""
    return message if message.role == "user" else await reader.message(message.parent_id or 0)


async def _tail(reader: Reader, session: Session, leaf: int | None, number: int) -> Tail | None:
    branch = await reader.branch(leaf, MAX_BRANCH, down_to=number)
    if not branch or branch[0].number != number:
        return None
    tail = Tail(session, branch, await reader.open_turns(session.id))
    answer = first_answer(branch)
    shown = await _shown(reader, answer) if answer is not None else None
    if shown is None and answer is not None:
        shown = await _shown_beside(reader, branch[0])
    if shown is not None:
        return replace(tail, shown_as=shown.reply_id, answer_place=shown.place)
    prompts = {message.id for message in branch}
    going = next((turn.place for turn in tail.turns if turn.prompt_id in prompts), None)
    return replace(tail, answer_place=going)


async def _shown(reader: Reader, answer: Message) -> Post | None:
    """A post that shows the answer; where a reply went back to its branch without rewriting it, one that shows another version."""
    others = [version.id for version in await reader.versions(answer.first_version) if version.id != answer.id]
    for reply_id in (answer.id, *reversed(others)):
        if posts := await reader.posts(reply_id):
            return posts[0]
    return None


async def _shown_beside(reader: Reader, subject: Message) -> Post | None:
    """A post that shows the answer to another version of the subject, in which case it is no longer where this one's was."""
    for version in reversed(await reader.versions(subject.first_version)):
        if version.id != subject.id and version.role == "user":
            answer = await _answer_below(reader, version)
            if answer is not None and (shown := await _shown(reader, answer)) is not None:
                return shown
    return None


def first_answer(messages: Sequence[Message]) -> Message | None:
    """What was merged into another answer is none."""
    return next((message for message in messages if message.role == "assistant" and message.status != "removed"), None)


async def place_of(reader: Reader, reply_id: int) -> Place | None:
    """Where an answer is shown."""
    posts = await reader.posts(reply_id)
    return posts[0].place if posts else None


async def standing(reader: Reader, session: Session, target: Message, shown: Message | None) -> Message:
    """The version of `target` to go from: the one on the current branch; beside it, the one that the answer `shown` shows, or that any
    post shows."""
    there = await reader.nth(session.leaf, target.number)
    if there is not None and _stands_for(there, target):
        return target
    if target.role == "user":
        shown = await reader.message(shown.parent_id) if shown is not None and shown.parent_id is not None else None
    if shown is not None:
        return shown if shown.first_version == target.first_version else target
    for version in await reader.versions(target.first_version):
        answer = version if version.role == "assistant" else await _answer_below(reader, version)
        if answer is not None and await reader.posts(answer.id):
            return version
    return target


async def _answer_below(reader: Reader, prompt: Message) -> Message | None:
    return first_answer(await reader.branch(await reader.newest_leaf(prompt.id), MAX_BRANCH, down_to=prompt.number))
