"""Buttons as Discord's components, and back: the id of a component is its command, so that it works after any restart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from adapters.discord.escaping import clean, is_blank
from adapters.discord.forms import Json
from bot.posts import Button, ButtonRow, Part
from bot.replies import texts

ROW, BUTTON, SELECT = 1, 2, 3
SECONDARY, LINK = 2, 5
MAX_ROWS, MAX_IN_ROW, MAX_OPTIONS, MAX_LABEL, MAX_OPTION_LABEL, MAX_ID = 5, 5, 25, 80, 100, 100
LIST_FROM: Final = 3
"""Rows of single buttons with the same verb from which on they are a list to choose from."""
ASK_PREFIX: Final = "ask:"
SELECT_ID: Final = "select"
_APART: Final = "\u200b"
"""Ids must differ within a message; this, which no command ends with, is added to the second of two equal ones."""


def components_of(part: Part) -> list[Json]:
    """All buttons of the part, and one for its question; an empty list takes buttons away."""
    rows = [row for row in part.buttons if row]
    if part.ask is not None:
        rows.append((Button(texts.WRITE, ASK_PREFIX + part.ask.command),))
    seen: dict[str, int] = {}
    out: list[Json] = []
    chosen = [row[0] for row in rows if _is_listed(row, rows)]
    if chosen:
        first = next(index for index, row in enumerate(rows) if _is_listed(row, rows))
        before = [row for row in rows[:first] if not _is_listed(row, rows)]
        after = [row for row in rows[first:] if not _is_listed(row, rows)]
        out += _rows(before, seen)
        out += [_select(chosen[at : at + MAX_OPTIONS], seen) for at in range(0, len(chosen), MAX_OPTIONS)]
        out += _rows(after, seen)
    else:
        out = _rows(rows, seen)
    if len(out) <= MAX_ROWS:
        return out
    return _all_in_selects(rows)


def command_of(custom_id: str, values: Sequence[str] = ()) -> tuple[str, str]:
    """The name and the arguments of what was pressed, or chosen in a select."""
    command = (values[0] if values else custom_id).rstrip(_APART)
    name, _, args = command.partition(" ")
    return name, args.strip()


def _is_listed(row: ButtonRow, rows: Sequence[ButtonRow]) -> bool:
    """Whether the row is one of a list: single buttons of one verb, several of them."""
    verb = _verb(row)
    return bool(verb) and sum(_verb(other) == verb for other in rows) >= LIST_FROM


def _verb(row: ButtonRow) -> str:
    return row[0].command.partition(" ")[0] if len(row) == 1 and not row[0].url else ""


def _rows(rows: Sequence[ButtonRow], seen: dict[str, int]) -> list[Json]:
    out: list[Json] = []
    for row in rows:
        for at in range(0, len(row), MAX_IN_ROW):
            out.append({"type": ROW, "components": [_button(button, seen) for button in row[at : at + MAX_IN_ROW]]})
    return out


def _all_in_selects(rows: Sequence[ButtonRow]) -> list[Json]:
    """Too many rows for five: what has a command is chosen from lists, links share rows."""
    seen: dict[str, int] = {}
    buttons = [button for row in rows for button in row]
    chosen = [button for button in buttons if not button.url]
    links = tuple(button for button in buttons if button.url)
    out = [_select(chosen[at : at + MAX_OPTIONS], seen) for at in range(0, len(chosen), MAX_OPTIONS)]
    return (out + _rows([links], seen))[:MAX_ROWS]


def _button(button: Button, seen: dict[str, int]) -> Json:
    label = _label(button.label, MAX_LABEL)
    if button.url:
        return {"type": BUTTON, "style": LINK, "label": label, "url": button.url}
    return {"type": BUTTON, "style": SECONDARY, "label": label, "custom_id": _unique(button.command, seen)}


def _select(buttons: Sequence[Button], seen: dict[str, int]) -> Json:
    own: dict[str, int] = {}
    options = [{"label": _label(button.label, MAX_OPTION_LABEL), "value": _unique(button.command, own)} for button in buttons]
    select = {"type": SELECT, "custom_id": _unique(SELECT_ID, seen), "placeholder": texts.CHOOSE, "options": options}
    return {"type": ROW, "components": [select]}


def _unique(command: str, seen: dict[str, int]) -> str:
    again = seen.get(command, 0)
    seen[command] = again + 1
    return command[: MAX_ID - again] + _APART * again


def _label(label: str, most: int) -> str:
    label = clean(label).strip()
    if is_blank(label):
        return "…"
    return label if len(label) <= most else label[: most - 1] + "…"
