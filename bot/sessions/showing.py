"""What the posts of an answer show: its text with the marks it needs, and the buttons under it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile

from bot.messages import Button, ButtonRow, Content, Message, Turn
from bot.ports import Reader
from bot.replies import texts

GAVE_UP = "gave_up"
WENT_WRONG = "went_wrong"
LATE = "late"
FEW, MANY = 2, 50
"""Messages that are read to find the prompts of an answer: nearly always the last one is all."""


async def answer_content(reader: Reader, message: Message, turn: Turn | None) -> Content:
    """The content of an answer that is whole, stopped or failed."""
    text = _marked(message, turn)
    if turn is not None and turn.error == LATE:
        text = f"{texts.LATE}\n\n{text}"
    return Content(text, await _buttons(reader, message))


def _marked(message: Message, turn: Turn | None) -> str:
    match message.status:
        case "stopped":
            return f"{message.text.rstrip()}\n\n{texts.STOPPED_MARK}" if message.text.strip() else texts.STOPPED_EMPTY
        case "failed":
            line = failure_line(turn.error if turn else "")
            return f"{message.text}\n\n{line}" if message.text.strip() else line
        case _ if message.finish == "filtered":
            return f"{message.text.rstrip()}\n\n{texts.HELD_BACK_MARK}"
        case _:
            return message.text


def failure_line(error: str) -> str:
    """The plain line for a turn's stored error, such as `rate_limited 30`."""
    kind, _, retry_after = error.partition(" ")
    if kind == GAVE_UP:
        return texts.GAVE_UP
    if kind not in texts.MODEL_FAILURES:
        return texts.WENT_WRONG
    return texts.model_failure(kind, float(retry_after) if retry_after else None)


async def _buttons(reader: Reader, message: Message) -> tuple[ButtonRow, ...]:
    rows: list[ButtonRow] = []
    for prompt in await _prompts(reader, message):
        if await _has_versions(reader, prompt):
            rows.append(await _arrows(reader, prompt))
    row: ButtonRow = await _arrows(reader, message) if await _has_versions(reader, message) else ()
    row += (Button(texts.RETRY, f"retry #{message.host or message.id:x}"),)
    if message.finish == "length":
        row += (Button(texts.CONTINUE, f"continue #{message.id:x}"),)
    return (*rows, row)


async def _prompts(reader: Reader, answer: Message) -> list[Message]:
    """The user messages that the answer answers: several where they came quickly one after the other."""
    branch: Sequence[Message] = ()
    for limit in (FEW, MANY):
        branch = await reader.branch(answer.parent_id, limit)
        if len(branch) < limit or branch[0].role == "assistant":
            break
    return list(takewhile(lambda message: message.role == "user", reversed(branch)))[::-1]


async def standing_versions(reader: Reader, message: Message) -> list[int]:
    """The versions that people can go to: failed ones lead nowhere, but for the one that is shown."""
    return [
        version.id for version in await reader.versions(message.first_version) if version.status != "failed" or version.id == message.id
    ]


async def _has_versions(reader: Reader, message: Message) -> bool:
    return message.revises is not None or len(await standing_versions(reader, message)) > 1


async def _arrows(reader: Reader, message: Message) -> ButtonRow:
    """`‹ 2/3 ›`: the ends are left out where there is nothing further."""
    versions = await standing_versions(reader, message)
    if len(versions) < 2 or message.id not in versions:  # noqa: PLR2004 - one version needs no arrows
        return ()
    at = versions.index(message.id)
    row: ButtonRow = ()
    if at > 0:
        row += (Button("‹", f"version #{versions[at - 1]:x}"),)
    row += (Button(f"{at + 1}/{len(versions)}", f"version #{message.id:x}"),)
    if at + 1 < len(versions):
        row += (Button("›", f"version #{versions[at + 1]:x}"),)
    return row
