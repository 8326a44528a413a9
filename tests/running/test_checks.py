"""The lines of `parley check`."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.checks import Check, Finding, carry_out, check_access, check_files, check_model
from bot.clock import SystemClock
from bot.config import load
from bot.errors import DatabaseRefused, ModelError, ModelErrorKind
from bot.models.demo import DemoModel


class Refusing(DemoModel):
    def __init__(self, kind: ModelErrorKind) -> None:
        super().__init__(SystemClock())
        self.kind = kind

    async def check(self) -> str:
        raise ModelError(self.kind, "CANARY detail")


def meeting(people: int) -> Check:
    """A check that ends only while so many of its kind are under way."""
    all_there = asyncio.Barrier(people)

    async def check() -> Sequence[Finding]:
        await all_there.wait()
        return [Finding("ok", "Slow: there at last")]

    return check


async def hanging() -> Sequence[Finding]:
    await asyncio.sleep(60)
    return []


async def refusing() -> Sequence[Finding]:
    raise DatabaseRefused("the file is foreign")


async def test_checks_run_side_by_side_each_within_its_time_and_answer_in_order() -> None:
    slow = meeting(2)
    findings = await carry_out([("A", slow), ("B", hanging), ("C", refusing), ("D", slow)], within=0.4)
    assert [str(finding) for finding in findings] == [
        "ok    Slow: there at last",
        "fail  B: no answer within 0.4 s",
        "fail  C: the file is foreign",
        "ok    Slow: there at last",
    ]


@pytest.mark.parametrize(
    ("kind", "look_at"),
    [
        ("refused", "OPENAI_API_KEY"),
        ("forbidden", "what the key may do"),
        ("no_such_model", "PARLEY_MODEL"),
        ("unreachable", "OPENAI_BASE_URL"),
        ("timeout", "OPENAI_BASE_URL"),
        ("unpaid", "balance"),
        ("overloaded", "in trouble"),
        ("rate_limited", "try again"),
    ],
)
async def test_a_model_that_does_not_answer_is_told_with_what_to_look_at(kind: ModelErrorKind, look_at: str) -> None:
    (finding,) = await check_model(Refusing(kind))
    assert finding.verdict == "fail"
    assert look_at in finding.line
    assert "CANARY" not in finding.line


async def test_the_fallback_is_looked_for_in_its_own_setting() -> None:
    (finding,) = await check_model(Refusing("no_such_model"), "PARLEY_FALLBACK_MODEL")
    assert "look at PARLEY_FALLBACK_MODEL" in finding.line
    assert "PARLEY_MODEL" not in finding.line


async def test_a_model_that_answers_is_well() -> None:
    (finding,) = await check_model(DemoModel(SystemClock()))
    assert finding.verdict == "ok"


def test_an_open_door_is_told_with_what_it_may_cost(tmp_path: Path) -> None:
    (opened,) = check_access(load({"PARLEY_RATE": "2", "PARLEY_CONTEXT_TOKENS": "900", "PARLEY_MAX_TOKENS": "100"}, tmp_path))
    assert opened.verdict == "warn"
    assert "2,000 tokens a minute" in opened.line
    (listed,) = check_access(load({"PARLEY_ALLOW": "telegram:1"}, tmp_path))
    assert listed.verdict == "ok"


def test_settings_files_that_others_can_read_are_named(tmp_path: Path) -> None:
    for name, mode in ((".env", 0o644), ("parley.toml", 0o600)):
        (tmp_path / name).write_text("")
        (tmp_path / name).chmod(mode)
    (finding,) = check_files(tmp_path)
    assert "chmod 600 .env" in finding.line
