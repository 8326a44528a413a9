"""What /forget leaves on the disk: nothing of the person, in no file and no encoding, while the bot runs and after it has ended."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Iterator
from pathlib import Path

import pytest

from bot.replies import texts
from tests.fakes.openai_script import ROLE, Raw, Refusal, chunk
from tests.fakes.openai_server import FakeOpenAI
from tests.whole.stage import OnDiscord, OnTelegram, Stage
from tests.whole.test_both import PLATFORMS

CANARY = "canary-5f1e Grüße"
NAME = "Canary-77aa"
OTHERS = "albatross-90bc"
PLACES = ("", "In a group:", "In a shared group:")


def spellings(words: str) -> Iterator[bytes]:
    """As a file may hold them."""
    for each in (words, words.split(maxsplit=1)[0], json.dumps(words)[1:-1]):
        for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
            yield each.encode(encoding)


def holding(folder: Path, words: str) -> list[str]:
    wanted = tuple(spellings(words))
    return [str(file) for file in folder.rglob("*") if file.is_file() and any(each in file.read_bytes() for each in wanted)]


async def does(stage: Stage, *acts: Awaitable[None]) -> None:
    """One after the other, each answered."""
    for act in acts:
        await act
        await stage.settle()


async def lives(stage: Stage, openai: FakeOpenAI, *, others: bool) -> None:
    """Whatever leaves words of Ann's somewhere, perhaps with others between them."""
    await does(stage, stage.says("Ann", f"{CANARY} one"), stage.edits("Ann", f"{CANARY} one", f"{CANARY} uno"))
    await does(stage, stage.command("Ann", "edit", {"n": "1", "text": f"{CANARY} eins"}), stage.command("Ann", "retry", {}))
    await does(stage, stage.command("Ann", "edit", {"n": "2", "text": f"{CANARY} reworded"}))
    await does(stage, stage.command("Ann", "title", {"text": CANARY}), stage.command("Ann", "ask", {"text": f"{CANARY} ask"}))
    await does(stage, stage.replies("Ann", CANARY, f"{CANARY} and then"))
    if others:
        await does(stage, stage.says("Bob", OTHERS))
    openai.script(Refusal(401, "no"))
    await does(stage, stage.says("Ann", f"{CANARY} fails"))
    openai.script(*[Raw((ROLE, chunk(f"{CANARY} half")), "fin")] * 2)
    await does(stage, stage.says("Ann", f"{CANARY} breaks off"))
    await does(stage, stage.command("Ann", "history", {}), stage.command("Ann", "sessions", {"words": CANARY}))
    await does(stage, stage.command("Ann", "edit", {}), stage.command("Ann", "help", {"command": "canary-5f1e"}))
    await does(stage, stage.command("Ann", "new", {"title": f"{CANARY} new"}), stage.says("Ann", f"{CANARY} two " + CANARY * 100))
    await does(stage, stage.command("Ann", "delete", {}), stage.says("Ann", f"{CANARY} three"))
    if others:
        await does(stage, stage.says("Bob", f"{OTHERS} too"))


def renamed(stage: OnTelegram | OnDiscord) -> None:
    stage.people["Ann"].user.name = NAME


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("place", PLACES)
async def test_x22_nothing_of_the_person_is_left_on_the_disk(tmp_path: Path, openai: FakeOpenAI, platform: str, place: str) -> None:
    async with PLATFORMS[platform](tmp_path / "parley.db", openai, place) as stage:
        assert isinstance(stage, OnTelegram | OnDiscord)
        renamed(stage)
        await lives(stage, openai, others=bool(place))
        assert all(holding(tmp_path, words) for words in (CANARY, NAME))
        await does(stage, stage.command("Ann", "forget", {}))
        await stage.presses("Ann", texts.ERASE, "")
        await stage.settle()
        assert any(shown.text.startswith("Erased for good") for shown in stage.posts())
        assert [holding(tmp_path, words) for words in (CANARY, NAME)] == [[], []]
    assert [holding(tmp_path, words) for words in (CANARY, NAME)] == [[], []]
    assert bool(holding(tmp_path, OTHERS)) == bool(place)
    async with PLATFORMS[platform](tmp_path / "parley.db", openai, place) as stage:
        assert [holding(tmp_path, words) for words in (CANARY, NAME)] == [[], []]
