"""Buttons become components and come back as commands; lists become selects; questions become forms."""

from __future__ import annotations

from adapters.discord.components import command_of, components_of
from adapters.discord.modals import modal_of
from bot.posts import Ask, Button
from tests.fakes.discord.checks import message_problems
from tests.fakes.rig import plain


def test_a_command_is_its_buttons_id() -> None:
    (row,) = components_of(plain("x", buttons=((Button("Retry", "retry #7f3a"), Button("", "", "https://a.example")),)))
    first, link = row["components"]
    assert command_of(first["custom_id"]) == ("retry", "#7f3a")
    assert (link["url"], link["label"]) == ("https://a.example", "…")


def test_equal_commands_have_ids_that_differ() -> None:
    rows = components_of(plain("x", buttons=((Button("a", "stop 1"), Button("b", "stop 1")),)))
    ids = [piece["custom_id"] for piece in rows[0]["components"]]
    assert len(set(ids)) == 2
    assert {command_of(one) for one in ids} == {("stop", "1")}


def test_a_list_is_chosen_from_and_its_other_buttons_stay() -> None:
    listed = tuple((Button(f"Session {n}", f"open {n}"),) for n in range(10))
    rows = components_of(plain("x", buttons=(*listed, (Button("Older", "sessions 2"),))))
    assert [row["components"][0]["type"] for row in rows] == [3, 2]
    options = rows[0]["components"][0]["options"]
    assert [command_of("select", [option["value"]]) for option in options] == [("open", str(n)) for n in range(10)]


def test_no_button_is_lost_and_discord_takes_what_becomes_of_them() -> None:
    for count in (0, 1, 5, 6, 24, 30, 60):
        buttons = tuple((Button("l" * 200, f"verb{n} {n}"),) for n in range(count))
        rows = components_of(plain("x", buttons=buttons))
        assert message_problems({"content": "x", "components": rows}) == []
        pieces = [piece for row in rows for piece in row["components"]]
        told = [option["value"] for piece in pieces for option in piece.get("options", ())]
        told += [piece["custom_id"] for piece in pieces if piece["type"] == 2]
        assert sorted(told) == sorted(button.command for (button,) in buttons)


def test_a_long_text_stands_in_several_fields() -> None:
    form = modal_of(Ask("edit 3", "New text for message 3, which is a long label indeed", "x" * 9000))
    values = [field["component"]["value"] for field in form["components"]]
    assert "".join(values) == "x" * 9000
    assert len(form["title"]) <= 45
    assert all(len(value) <= 4000 and len(field["label"]) <= 45 for value, field in zip(values, form["components"], strict=True))
    assert [field["component"].get("value") for field in modal_of(Ask("edit 3", "", "x" * 20001))["components"]] == [None]
