"""What Discord refuses in messages and components, and what the bot promised beside that; each problem in one line."""

from __future__ import annotations

from tests.fakes.discord.pieces import BUTTON, SELECTS, walk
from tests.fakes.discord.places import COMPONENTS_V2, EPHEMERAL, SUPPRESS_EMBEDS
from tests.fakes.discord.refusals import Json

TEXT_LIMIT, ROWS, BUTTONS, OPTIONS, LABEL, CUSTOM_ID = 2000, 5, 5, 25, 80, 100
V2_PIECES, V2_TEXT = 40, 4000
LINK = 5


def message_problems(body: Json) -> list[str]:
    """What Discord itself would refuse in the body of a message."""
    content, flags = body.get("content") or "", int(body.get("flags") or 0)
    out = []
    if len(content) > TEXT_LIMIT:
        out.append(f"content has {len(content)} code points, over {TEXT_LIMIT}")
    if len(body.get("embeds") or ()) > 10:
        out.append("more than 10 embeds")
    if len(str(body.get("nonce") or "")) > 25:
        out.append("nonce over 25 characters")
    components = body.get("components") or []
    if flags & COMPONENTS_V2:
        out += _v2_problems(content, components)
    else:
        out += _row_problems(components)
    return out + _piece_problems(components)


def promise_problems(body: Json, *, fresh: bool) -> list[str]:
    """What the bot promised: no mention that it did not mean (X11, U12), and for a `fresh` public message no previews of links."""
    out = []
    if body.get("content") and (body.get("allowed_mentions") or {}).get("parse") != []:
        out.append(f"allowed_mentions.parse is not []: {body.get('allowed_mentions')!r}")
    flags = int(body.get("flags") or 0)
    if fresh and body.get("content") and not flags & (SUPPRESS_EMBEDS | EPHEMERAL):
        out.append("a public message without the flag SUPPRESS_EMBEDS")
    return out


def nonce_problems(body: Json) -> list[str]:
    if not body.get("nonce") or body.get("enforce_nonce") is not True:
        return ["a message to a channel without nonce and enforce_nonce"]
    return []


def is_empty(body: Json, files: int) -> bool:
    """Whether there is nothing to show."""
    content = (body.get("content") or "").strip()
    return not (content or files or any(body.get(key) for key in ("embeds", "components", "sticker_ids", "poll")))


def _row_problems(components: list[Json]) -> list[str]:
    out = []
    if len(components) > ROWS:
        out.append(f"{len(components)} rows, over {ROWS}")
    for row in components:
        if row.get("type") != 1:
            out.append(f"a component of type {row.get('type')} is no row")
            continue
        pieces = row.get("components", [])
        if not 1 <= len(pieces) <= BUTTONS:
            out.append(f"{len(pieces)} buttons in a row, not 1 to {BUTTONS}")
        if any(piece["type"] in SELECTS for piece in pieces) and len(pieces) > 1:
            out.append("a select shares its row")
    return out


def _v2_problems(content: str, components: list[Json]) -> list[str]:
    pieces = list(walk(components))
    out = ["content beside components v2"] if content else []
    if len(pieces) > V2_PIECES:
        out.append(f"{len(pieces)} components, over {V2_PIECES}")
    if (length := sum(len(piece.get("content", "")) for piece in pieces if piece["type"] == 10)) > V2_TEXT:
        out.append(f"{length} characters of text in components, over {V2_TEXT}")
    return out


def _piece_problems(components: list[Json]) -> list[str]:
    out: list[str] = []
    seen: set[str] = set()
    for piece in walk(components):
        if piece["type"] == BUTTON:
            out += _button_problems(piece)
        elif piece["type"] in SELECTS:
            out += _select_problems(piece)
        custom_id = piece.get("custom_id")
        if custom_id is None:
            continue
        if not 1 <= len(custom_id) <= CUSTOM_ID:
            out.append(f"custom_id of {len(custom_id)} characters, not 1 to {CUSTOM_ID}")
        if custom_id in seen:
            out.append(f"custom_id {custom_id!r} twice")
        seen.add(custom_id)
    return out


def _button_problems(piece: Json) -> list[str]:
    label = piece.get("label") or ""
    out = []
    if len(label) > LABEL:
        out.append(f"label of {len(label)} characters, over {LABEL}")
    if not label.strip() and not piece.get("emoji"):
        out.append("a button without a label")
    if piece.get("style") == LINK:
        if not piece.get("url"):
            out.append("a link button without a link")
    elif not piece.get("custom_id"):
        out.append("a button without custom_id")
    return out


def _select_problems(piece: Json) -> list[str]:
    if piece["type"] != 3:
        return []
    options = piece.get("options") or []
    out = []
    if not 1 <= len(options) <= OPTIONS:
        out.append(f"a select with {len(options)} options, not 1 to {OPTIONS}")
    if len(piece.get("placeholder") or "") > 150:
        out.append("placeholder over 150 characters")
    values = [option.get("value", "") for option in options]
    if len(set(values)) != len(values):
        out.append("a value twice in a select")
    for option in options:
        if not 1 <= len(option.get("label", "")) <= 100 or not 1 <= len(option.get("value", "")) <= 100:
            out.append(f"an option's label or value is not 1 to 100 characters: {option!r}")
        if len(option.get("description") or "") > 100:
            out.append("an option's description over 100 characters")
    return out
