"""The checks that no planted bug needs, since "lost" and "answered twice" are all that the plants show: each is shown what it is there for.

Ann said m1 and m2 and was answered, and the books are as they should be; every test spoils one thing.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.fakes.openai_server import FakeOpenAI, Recorded
from tests.fakes.telegram import Message
from tests.torture.checks import check
from tests.torture.crowd import Tags
from tests.torture.discord import DiscordSide, SlowDiscord
from tests.torture.discord_crowd import DiscordCrowd
from tests.torture.records import Records, Row
from tests.torture.telegram import SlowTelegram, TelegramSide
from tests.torture.telegram_crowd import TelegramCrowd, Teller
from tests.torture.verdict import Verdict
from tests.torture.world import World

Fields = dict[str, object]


def _row(fields: Fields) -> Row:
    """As SQLite gives it."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.row_factory = sqlite3.Row
        row: Row = connection.execute("SELECT " + ", ".join(f"? AS {name}" for name in fields), tuple(fields.values())).fetchone()
    return row


@dataclass(slots=True)
class Scene:
    """The world and what is stored of it, to be spoiled."""

    fake: SlowTelegram
    crowd: TelegramCrowd
    world: World
    messages: dict[int, Fields] = field(default_factory=dict)
    turns: list[Fields] = field(default_factory=list)
    posts: list[Fields] = field(default_factory=list)
    expected: dict[int, str] = field(default_factory=dict)
    events: set[str] = field(default_factory=set)
    integrity: list[str] = field(default_factory=list)

    @property
    def ann(self) -> Teller:
        return self.crowd.talkers[0]

    def bot_says(self, text: str) -> Message:
        chat = self.ann.chat
        return self.fake.add(Message(self.fake.message_id(chat), chat, self.fake.bot, self.fake.now(), text, by_bot=True))

    async def asks(self) -> None:
        """Ann says the next of her messages and is answered, all of which is stored."""
        await self.crowd.says(self.ann)
        said, number, home = self.ann.messages[-1], 2 * len(self.ann.messages), {"platform": "telegram", "chat_id": str(self.ann.chat.id)}
        prompt: Fields = {"id": number - 1, "role": "user", "text": said.text, "source_message": str(said.id)}
        answer: Fields = {"id": number, "role": "assistant", "text": "words", "source_message": None}
        for row in (prompt, answer):
            rest: Fields = {"status": "complete", "parent_id": None, "revises": None, "first_version": row["id"], "session_id": "s"}
            self.messages[int(str(row["id"]))] = row | rest | {"source_place": 1, "thread_id": ""} | home
        shown = self.bot_says(f"Answer to m{len(self.ann.messages)}: words.")
        self.turns.append({"id": number, "prompt_id": number - 1, "reply_id": number, "status": "complete", "error": ""})
        self.posts.append(
            {"id": number, "reply_id": number, "ordinal": 0, "state": "final", "ref_message": str(shown.id), "thread_id": ""} | home
        )
        self.expected[number] = shown.text
        self.events.add(f"telegram:{self.fake.bot.id}:{self.fake.updates.log[-1]['update_id']}:{said.id}")

    async def judged(self, kills: int = 0) -> Verdict:
        messages = {number: _row(fields) for number, fields in self.messages.items()}
        turns, posts = [_row(fields) for fields in self.turns], [_row(fields) for fields in self.posts]
        return await check(self.world, kills, Records(self.integrity, self.events, messages, turns, posts, self.expected))


@pytest.fixture
async def scene() -> Scene:
    names = Tags()
    fake = SlowTelegram(token="700000001:torture-opens-nothing", seed=1)
    crowd = TelegramCrowd(fake, 1, names)
    world = World(1, Path("nowhere"), [TelegramSide(fake, crowd)], FakeOpenAI(), names)
    made = Scene(fake, crowd, world)
    await made.asks()
    await made.asks()
    return made


def _set(rows: str, number: int, **fields: object) -> Callable[[Scene], None]:
    return lambda scene: getattr(scene, rows)[number].update(fields)


def _removed(scene: Scene) -> None:
    del scene.messages[1]


def _other_text(scene: Scene) -> None:
    scene.expected[2] = "Answer to m1: other words."


def _no_message(scene: Scene) -> None:
    scene.ann.chat.from_bot[0].deleted = True


def _one_message_for_both(scene: Scene) -> None:
    scene.posts[1]["ref_message"], scene.expected[4] = scene.posts[0]["ref_message"], scene.expected[2]
    scene.ann.chat.from_bot[1].deleted = True


def _stored_in_another_order(scene: Scene) -> None:
    first, second = (scene.messages[number] for number in (1, 3))
    scene.messages = {number: row for number, row in scene.messages.items() if row["role"] == "assistant"}
    scene.messages |= {1: second | {"id": 1}, 3: first | {"id": 3}}
    scene.posts.reverse()
    for post, reply in zip(scene.posts, (2, 4), strict=True):
        post["reply_id"] = reply


def _answered_in_another_order(scene: Scene) -> None:
    for turn, reply in zip(scene.turns, (4, 2), strict=True):
        turn["reply_id"] = reply


def _forgotten_update(scene: Scene) -> None:
    scene.events.clear()


def _broken(scene: Scene) -> None:
    scene.integrity.append("row 1 missing from index")


def _refused(scene: Scene) -> None:
    scene.fake.violations.append("text is too long")


def _two_turns(scene: Scene) -> None:
    scene.turns.append(scene.turns[0] | {"id": 9})


def _a_stray(scene: Scene) -> None:
    scene.bot_says("words that are nowhere stored")


def _two_answers(scene: Scene) -> None:
    again = scene.bot_says("Answer to m2: words.")
    scene.posts.append(scene.posts[1] | {"id": 9, "ordinal": 1, "ref_message": str(again.id)})
    scene.expected[9] = again.text


def _somebody_elses_words(scene: Scene) -> None:
    bob = scene.crowd.talkers[1]
    told = [{"role": "user", "content": f"{tag} words"} for tag in ("m1", scene.world.names.new("m", bob))]
    scene.world.model.requests.append(Recorded("/v1/chat/completions", {}, {"messages": told}))


def _edit_without_answer(scene: Scene) -> None:
    tag = scene.world.names.new("e", scene.ann)
    scene.crowd.edits.append(tag)
    scene.messages[9] = scene.messages[3] | {"id": 9, "text": f"{tag} words", "source_message": "999", "revises": 3, "first_version": 3}


SPOILED: dict[str, tuple[Callable[[Scene], None], list[str]]] = {
    "the database is broken": (_broken, ["row 1 missing from index"]),
    "the platform refused": (_refused, ["text is too long"]),
    "an update was not stored": (
        _forgotten_update,
        ["lost: update 100000001 was never stored", "lost: update 100000002 was never stored"],
    ),
    "a turn is open": (_set("turns", 0, status="streaming"), ["turn 2 is streaming"]),
    "a message is open": (_set("messages", 1, status="open"), ["message 1 is open"]),
    "a post is open": (
        _set("posts", 1, state="placed"),
        [
            "post 4 is placed",
            "lost: the answer to m2 is not shown",
            "answered twice: message 4 is no post of the bot's, and reads 'Answer to m2: words.'",
        ],
    ),
    "a message is nowhere": (_removed, ["lost: m1 is in no session"]),
    "an answer is not finished": (_set("messages", 2, status="removed"), ["lost: m1 has no answer"]),
    "two turns": (_two_turns, ["m1 has 2 turns"]),
    "an /edit is not answered": (_edit_without_answer, ["lost: {'e3'} of /edit has no answer"]),
    "another text": (_other_text, ["message 2 shows 'Answer to m1: words.', but 'Answer to m1: other words.' is stored"]),
    "no message": (_no_message, ["lost: post 2 is not in the chat"]),
    "one message for two posts": (_one_message_for_both, ["posts 2 and 4 are the same message 2"]),
    "stored in another order": (_stored_in_another_order, ["what Person0 wrote was stored in another order"]),
    "answered in another order": (_answered_in_another_order, ["Person0 was answered in another order: [4, 2]"]),
    "a stray with words": (_a_stray, ["answered twice: message 5 is no post of the bot's, and reads 'words that are nowhere stored'"]),
    "two answers": (_two_answers, ["answered twice: m2 has 2 answers"]),
    "somebody else's words": (_somebody_elses_words, ["a prompt holds words of several people: ['m1', 'm3']"]),
}


async def test_right_books_are_right(scene: Scene) -> None:
    verdict = await scene.judged()
    assert (verdict.problems, verdict.asked, verdict.answers, verdict.strays) == ([], 2, 2, 0)


@pytest.mark.parametrize("what", SPOILED)
async def test_what_is_spoiled_is_seen(scene: Scene, what: str) -> None:
    spoil, problems = SPOILED[what]
    spoil(scene)
    verdict = await scene.judged()
    room = f" (room {scene.ann.chat.id})"
    assert [problem.removesuffix(room) for problem in verdict.problems] == problems


async def test_more_strays_than_deaths_explain_are_seen(scene: Scene) -> None:
    scene.bot_says("some words …")
    assert (await scene.judged(kills=1)).problems == []
    assert (await scene.judged(kills=0)).problems == ["1 strays, more than 0 kills and 0 unknown sends explain"]


@pytest.mark.parametrize(("has_thread", "problem"), [(False, "m1 has no thread"), (True, "m1 is stored outside of its thread")])
async def test_a_thread_that_is_missing_or_was_not_used_is_seen(has_thread: bool, problem: str) -> None:
    names, fake = Tags(), SlowDiscord(seed=1)
    crowd, verdict = DiscordCrowd(fake, 1, names), Verdict()
    said = await crowd.talkers[0].person.says(crowd.threads, f"{names.new('m', crowd.talkers[0])} words", mention=True)
    said.thread = crowd.threads if has_thread else None
    crowd.opened.append(said)
    stored = _row({"id": 1, "platform": "discord", "source_message": str(said.id), "chat_id": str(crowd.threads.id), "thread_id": ""})
    DiscordSide(fake, crowd).check(Records([], set(), {1: stored}, [], [], {}), verdict)
    assert verdict.problems == [f"{problem} (room {crowd.threads.id})"]
