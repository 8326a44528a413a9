"""Every row M of the list of faults on Discord, all at once: each person reads a whole answer, or a line with a Retry that works."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

from bot.models.reader import Limits
from bot.models.steady import SteadyModel
from bot.ports import Model
from bot.replies import texts
from tests.fakes.discord import FakeDiscord
from tests.fakes.openai_faults import FAULTS
from tests.fakes.openai_server import FakeOpenAI
from tests.models.conftest import FixedClock
from tests.whole.club import club, hasty
from tests.whole.test_model_faults import THEIRS, Sickbed

MARKED = ("m11_filtered_in_the_middle", "m11_azure_filter")
TOO_LONG_FOR_HERE = ("m21_never_ending", "m22_long_answer")
"""Hundreds of posts, which the tests on Telegram count."""


def _never_left_alone(model: Model) -> Model:
    """All of them at once are refused more often in a row than any model would be."""
    assert isinstance(model, SteadyModel)
    return model._model


async def test_each_fault_ends_in_a_whole_answer_or_a_line_with_a_retry_that_works(
    tmp_path: Path, discord: FakeDiscord, openai: FakeOpenAI, logged: io.StringIO
) -> None:
    faults = {name: fault for name, fault in FAULTS.items() if name not in TOO_LONG_FOR_HERE}
    bed = Sickbed()
    openai.always = bed.answer
    plan = replace(hasty(), dates=FixedClock(), deadlines=bed.deadlines, reading=Limits(characters=30_000), answering=_never_left_alone)
    async with club(tmp_path / "parley.db", discord, openai, plan) as there:
        await there.ready()
        people = {name: discord.person(5000 + number, "Pat") for number, name in enumerate(faults)}
        chats = {name: discord.dm(person) for name, person in people.items()}
        for name, person in people.items():
            await person.says(chats[name], name)
        await there.settle()
        for name, fault in faults.items():
            line = texts.model_failure(fault.kind, fault.retry_after) if fault.kind else ""  # type: ignore[arg-type]
            mark = texts.HELD_BACK_MARK if name in MARKED else ""
            shown = " ".join(" ".join(chats[name].texts).split())
            assert shown.endswith(line), name
            if fault.text is not None and fault.text.isascii():
                assert shown.replace("\\", "") == " ".join(f"{fault.text} {line or mark}".split()), name
            assert "Retry" in chats[name].last.labels(), name
            assert not any(THEIRS.search(text) for post in chats[name].from_bot for _, text in post.history), name
        bed.well = True
        sick = [name for name, fault in faults.items() if fault.kind]
        before = {name: chats[name].from_bot for name in sick}
        for name in sick:
            await people[name].presses(chats[name].last, "Retry")
        await there.settle()
        for name in sick:
            assert chats[name].texts[-1].replace("\\", "") == f"You said: {name}", name
            assert chats[name].last is before[name][0], name
    assert not THEIRS.search(logged.getvalue())
