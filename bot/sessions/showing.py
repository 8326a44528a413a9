"""What the posts of an answer show: its text with the marks it needs, and the buttons under it."""

from __future__ import annotations

from bot.found import Showing
from bot.messages import Message, Turn
from bot.ports import Capabilities
from bot.posts import Button, ButtonRow, Content
from bot.replies import texts

GAVE_UP = "gave_up"
WENT_WRONG = "went_wrong"
LATE = "late"
QUOTED = 200
MOST_QUOTED = 3


def answer_content(showing: Showing, heading: str = "") -> Content:
    """The content of an answer that is whole, stopped or failed, under a heading; of a command's reply, what it was given."""
    message, turn = showing.message, showing.turn
    if message is None:
        return showing.posts[0].content or Content("") if showing.posts else Content("")
    text = _marked(message, turn)
    if turn is not None and turn.error == LATE:
        text = f"{texts.LATE}\n\n{text}"
    return Content(f"{heading}{text}", _buttons(message, showing))


def heading_of(showing: Showing, capabilities: Capabilities) -> str:
    """What an answer is to, as a quotation, where it was given to a command and nobody can read it in the chat."""
    if capabilities.commands_seen or showing.message is None:
        return ""
    unseen = [prompt.text for prompt in showing.prompts if prompt.source is None and prompt.status != "removed"]
    asked = [" ".join(text.split()) for text in unseen if text != texts.PLEASE_CONTINUE]
    lines = [f"> {texts.plain(words if len(words) <= QUOTED else words[:QUOTED] + '…')}" for words in asked[-MOST_QUOTED:]]
    return "\n".join(lines) + "\n\n" if lines else ""


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


def _buttons(message: Message, showing: Showing) -> tuple[ButtonRow, ...]:
    """Arrows for each message of the turn that has versions, then what can be done with the answer."""
    own = _arrows(message, showing)
    rows = [_arrows(prompt, showing, mark="✎ " if own else "") for prompt in showing.prompts]
    row: ButtonRow = (*own, Button(texts.RETRY, f"retry #{message.host or message.id:x}"))
    if message.finish == "length":
        row += (Button(texts.CONTINUE, f"continue #{message.id:x}"),)
    return (*(row for row in rows if row), row)


def _arrows(message: Message, showing: Showing, mark: str = "") -> ButtonRow:
    """`‹ 2/3 ›`: the ends are left out where there is nothing further. Failed versions lead nowhere, but for the one that is shown.

    `mark` tells the versions of the question from those of the answer, where there are both.
    """
    known = showing.versions.get(message.first_version, ())
    versions = [version.id for version in known if version.status != "failed" or version.id == message.id]
    if len(versions) < 2 or message.id not in versions:  # noqa: PLR2004 - one version needs no arrows
        return ()
    at = versions.index(message.id)
    row: ButtonRow = ()
    if at > 0:
        row += (Button("‹", f"version #{versions[at - 1]:x}"),)
    row += (Button(f"{mark}{at + 1}/{len(versions)}", f"version #{message.id:x}"),)
    if at + 1 < len(versions):
        row += (Button("›", f"version #{versions[at + 1]:x}"),)
    return row
