"""What the model sees: the newest whole turns that fit, and of the branch only what counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.changes import AddMessage, AddSession, Change, FillMessage, KnowAccount, SetMessageStatus
from bot.messages import Account, Message, MessageStatus, Session, Usage
from bot.models.tokens import Estimator
from bot.policy import Policy
from bot.sessions.context import DEFAULT_PROMPT, Built, Context
from storage.sqlite.store import SqliteStore
from tests.core.made import ANN, NOW, SESSION, line
from tests.core.talk import talking

BIG = Policy(context_tokens=10**6)
WORDS = "word " * 100
"""About a hundred tokens."""


async def built(
    path: Path, branch: Sequence[Message], policy: Policy = BIG, *, session: Session = SESSION, shared: bool = False, keep: float = 1.0,
    estimator: Estimator | None = None, statuses: dict[int, MessageStatus] | None = None,
) -> Built:  # fmt: skip
    """The context for an answer to the last message of a stored branch."""
    store = await SqliteStore.open(path / "parley.db", driver="inline")
    try:
        changes: list[Change] = [KnowAccount(Account("memory", "7", ANN, "Ann")), AddSession(session)]
        for message in branch:
            changes.append(AddMessage(message))
        changes += [SetMessageStatus(message_id, status) for message_id, status in (statuses or {}).items()]
        await store.apply(changes)
        context = Context(store, policy, estimator or Estimator())
        return await context.build(session, branch[-1].id, NOW, shared=shared, keep=keep)
    finally:
        await store.close()


def said(context: Built) -> list[str]:
    return [message.text for message in context.messages[1:]]


async def test_the_branch_follows_the_system_prompt(tmp_path: Path) -> None:
    context = await built(tmp_path, line("u", "a", "u"))
    assert [message.role for message in context.messages] == ["system", "user", "assistant", "user"]
    assert said(context) == ["text 11", "text 12", "text 13"]


@pytest.mark.parametrize(
    ("policy", "persona", "starts"),
    [
        (BIG, "", DEFAULT_PROMPT),
        (replace(BIG, system_prompt="Be brief."), "", "Be brief."),
        (replace(BIG, system_prompt="Be brief."), "Be a pirate.", "Be a pirate."),
    ],
)
async def test_the_system_prompt_names_the_day_and_no_person(tmp_path: Path, policy: Policy, persona: str, starts: str) -> None:
    berlin = replace(policy, timezone=ZoneInfo("Europe/Berlin"))
    context = await built(tmp_path, line("u"), berlin, session=replace(SESSION, persona=persona))
    assert context.messages[0].text == f"{starts}\n\nToday is Saturday, 21 November 2026 (time zone Europe/Berlin)."


async def test_u13_x13_the_default_prompt_holds_nothing_secret() -> None:
    for word in ("key", "token", "http", "Ann", "SELECT"):
        assert word not in DEFAULT_PROMPT


@pytest.mark.parametrize(("fits", "kept"), [(10, 5), (3, 3), (2, 2), (1, 1), (0, 1)])
async def test_whole_turns_are_left_out_and_never_the_newest(tmp_path: Path, fits: int, kept: int) -> None:
    """Five turns: four of an answered message each, of some 215 tokens, and the message that is to be answered, of 105."""
    branch = [replace(message, text=f"{message.id} {WORDS}") for message in line(*"uauauauau")]
    fixed = Estimator().estimate(f"{DEFAULT_PROMPT}\n\nToday is Saturday, 21 November 2026 (time zone UTC).") + 7
    room = 110 + 220 * (fits - 1) if fits else 10
    context = await built(tmp_path, branch, Policy(context_tokens=int((fixed + room) / 0.9) + 1))
    messages = context.messages[1:]
    assert len(messages) == 2 * kept - 1
    assert messages[0].role == "user"
    assert messages[-1].text.startswith("19 ")
    assert all(len(message.text) == 3 + len(WORDS) for message in messages)


async def test_long_branches_are_read_to_their_start_where_they_fit(tmp_path: Path) -> None:
    branch = line(*("ua" * 120 + "u"))
    assert said(await built(tmp_path, branch)) == [message.text for message in branch]


@pytest.mark.parametrize(("keep", "kept"), [(1.0, 7), (2 / 3, 5), (4 / 9, 3), (0.01, 1)])
async def test_m13_a_part_of_the_turns(tmp_path: Path, keep: float, kept: int) -> None:
    branch = line(*"uauauau")
    context = await built(tmp_path, branch, keep=keep)
    assert said(context)[-1] == branch[-1].text
    assert len(said(context)) <= kept
    assert context.messages[1].role == "user"


@pytest.mark.parametrize(
    ("statuses", "wanted"),
    [
        ({}, ["text 11", "text 12", "text 13", "text 14", "text 15"]),
        ({14: "failed"}, ["text 11", "text 12", "text 13\n\ntext 15"]),  # its question stays
        ({12: "stopped"}, ["text 11", "text 12\n[stopped here by the person]", "text 13", "text 14", "text 15"]),
        ({12: "open"}, ["text 11\n\ntext 13", "text 14", "text 15"]),
        ({11: "removed", 12: "removed"}, ["text 13", "text 14", "text 15"]),
        ({13: "removed", 14: "removed"}, ["text 11", "text 12", "text 15"]),
        ({12: "failed", 14: "failed"}, ["text 11\n\ntext 13\n\ntext 15"]),
    ],
)
async def test_the_context_is_a_filter_of_the_branch(tmp_path: Path, statuses: dict[int, MessageStatus], wanted: list[str]) -> None:
    branch = [replace(message, status=statuses.get(message.id, message.status)) for message in line("u", "a", "u", "a", "u")]
    assert said(await built(tmp_path, branch)) == wanted


async def test_m9_an_answer_without_a_word_is_left_out(tmp_path: Path) -> None:
    branch = line("u", "a", "u")
    branch[1] = replace(branch[1], text=" \n", status="stopped")
    assert said(await built(tmp_path, branch)) == ["text 11\n\ntext 13"]


@pytest.mark.parametrize(
    ("shared", "author", "quoted", "wanted"),
    [
        (False, "Ann", "", "text 11"),
        (True, "Ann", "", "Ann: text 11"),
        (True, "", "", "text 11"),
        (False, "Ann", "Carl: some\nwords", "> Carl: some\n> words\n\ntext 11"),
        (True, "Ann", "words", "> words\n\nAnn: text 11"),
    ],
)
async def test_names_and_quotations(tmp_path: Path, shared: bool, author: str, quoted: str, wanted: str) -> None:
    branch = [replace(line("u")[0], author=author, quoted=quoted)]
    assert said(await built(tmp_path, branch, shared=shared)) == [wanted]


async def test_the_budget_is_counted_as_the_model_counts(tmp_path: Path) -> None:
    branch = [replace(message, text=f"{message.id} {WORDS}") for message in line(*"uauau")]
    policy = Policy(context_tokens=900)
    plain = await built(tmp_path, branch, policy)
    hungry = Estimator()
    hungry.observe(policy.model, 100, 200)
    (tmp_path / "other").mkdir()
    counted = await built(tmp_path / "other", branch, policy, estimator=hungry)
    assert (len(said(plain)), len(said(counted))) == (5, 3)


async def test_the_usage_that_is_reported_corrects_the_estimate(tmp_path: Path) -> None:
    async with talking(tmp_path / "parley.db", policy=Policy(titles=False, context_tokens=900)) as talk:
        for number in range(4):
            talk.model.says("short", usage=Usage(4000, 10))
            await talk.says(f"{number} {WORDS}")
        assert len(talk.asked()) == 1


async def test_a_filled_answer_is_what_the_model_sees(tmp_path: Path) -> None:
    path = tmp_path / "parley.db"
    store = await SqliteStore.open(path, driver="inline")
    branch = line("u", "o", "u")
    known: list[Change] = [KnowAccount(Account("memory", "7", ANN, "Ann")), AddSession(SESSION)]
    await store.apply([*known, *map(AddMessage, branch), FillMessage(12, "filled", "complete")])
    context = await Context(store, BIG, Estimator()).build(SESSION, 13, datetime(2026, 1, 1, tzinfo=UTC), shared=False)
    await store.close()
    assert said(context) == ["text 11", "filled", "text 13"]
