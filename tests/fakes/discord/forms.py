"""What Discord refuses in modals and lists of choices."""

from __future__ import annotations

from tests.fakes.discord.pieces import walk
from tests.fakes.discord.refusals import Json

TITLE = LABEL = 45
TEXT = 4000
ROW, TEXT_INPUT, TEXT_DISPLAY, LABELLED = 1, 4, 10, 18


def modal_problems(modal: Json) -> list[str]:
    components = modal.get("components") or []
    out = []
    if not 1 <= len(modal.get("title") or "") <= TITLE:
        out.append(f"a modal's title of {len(modal.get('title') or '')} characters, not 1 to {TITLE}")
    if not 1 <= len(modal.get("custom_id") or "") <= 100:
        out.append("a modal's custom_id is not 1 to 100 characters")
    if not 1 <= len(components) <= 5:
        out.append(f"{len(components)} components in a modal, not 1 to 5")
    for piece in components:
        out += _part_problems(piece)
    ids = [piece["custom_id"] for piece in walk(components) if piece.get("custom_id")]
    if len(set(ids)) != len(ids):
        out.append("a custom_id twice in a modal")
    return out


def _part_problems(piece: Json) -> list[str]:
    match piece.get("type"):
        case 18:
            return _label_problems(piece.get("label") or "", piece.get("description") or "") + _input_problems(piece.get("component") or {})
        case 1 if len(piece.get("components") or ()) == 1:
            inner = piece["components"][0]
            return _label_problems(inner.get("label") or "") + _input_problems(inner)
        case 10:
            return []
    return [f"a component of type {piece.get('type')} in a modal"]


def _label_problems(label: str, description: str = "") -> list[str]:
    out = [] if 1 <= len(label) <= LABEL else [f"a field's label of {len(label)} characters, not 1 to {LABEL}"]
    return out + (["a field's description over 100 characters"] if len(description) > 100 else [])


def _input_problems(piece: Json) -> list[str]:
    if piece.get("type") != TEXT_INPUT:
        return []
    out = []
    least, most, value = piece.get("min_length") or 0, piece.get("max_length") or TEXT, piece.get("value") or ""
    if not 0 <= least <= TEXT or not 1 <= most <= TEXT or least > most:
        out.append(f"a text field takes {least} to {most} characters")
    if len(value) > most:
        out.append(f"a text field is filled with {len(value)} characters, over {most}")
    if len(piece.get("placeholder") or "") > 100:
        out.append("a text field's placeholder over 100 characters")
    if piece.get("style") not in (1, 2) or not 1 <= len(piece.get("custom_id") or "") <= 100:
        out.append("a text field without style or custom_id")
    return out


def choice_problems(data: Json) -> list[str]:
    choices = data.get("choices") or []
    out = [f"{len(choices)} choices, over 25"] if len(choices) > 25 else []
    for choice in choices:
        if not 1 <= len(choice.get("name") or "") <= 100 or len(str(choice.get("value"))) > 100:
            out.append(f"a choice's name or value is not 1 to 100 characters: {choice!r}")
    return out
