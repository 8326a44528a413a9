"""Rows X of the list of risks through the whole house: who is not allowed, what is secret, what is only text."""

from __future__ import annotations

import io
import os
import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from bot.ports import AnswerStream, ChatMessage, Model, ModelOptions
from bot.replies import texts
from tests.cli.command import Parley
from tests.fakes.openai_script import Raw, Refusal, error_body, event
from tests.fakes.openai_server import FakeOpenAI, prompts
from tests.fakes.telegram import Chat, FakeTelegram, Message, Person
from tests.whole.house import KEY, POLICY, House, Plan, parley, until

CANARY = "canary-7f3a"
ALLOWED = replace(POLICY, allow=frozenset({"telegram:1001"}))


def dump(path: Path) -> str:
    with sqlite3.connect(path) as connection:
        return "\n".join(connection.iterdump())


Way = Callable[[Person, Chat, Message], Awaitable[object]]


async def edited(eve: Person, chat: Chat, post: Message) -> None:
    await eve.edits(await eve.says(chat, "x"), CANARY)


WAYS: dict[str, Way] = {
    "message": lambda eve, chat, post: eve.says(chat, f"@parley_bot {CANARY}"),
    "edited message": edited,
    "caption": lambda eve, chat, post: eve.sends_photo(chat, caption=f"@parley_bot {CANARY}"),
    "document": lambda eve, chat, post: eve.sends_document(chat, b"x", f"{CANARY}.txt", caption=f"@parley_bot {CANARY}"),
    "voice": lambda eve, chat, post: eve.sends_voice(chat),
    "callback": lambda eve, chat, post: eve.presses_data(post, f"title {CANARY}"),
    "retry": lambda eve, chat, post: eve.presses(post, "Retry"),
    "forwarded": lambda eve, chat, post: eve.says(chat, CANARY, forwarded=CANARY),
    "quoting": lambda eve, chat, post: eve.says(chat, f"@parley_bot {CANARY}", reply_to=post, quote=CANARY),
    "command": lambda eve, chat, post: eve.says(chat, f"/title {CANARY}"),
    "odd command": lambda eve, chat, post: eve.says(chat, f"/{CANARY} {CANARY}"),
    "start": lambda eve, chat, post: eve.says(chat, f"/start {CANARY}"),
}


@pytest.mark.parametrize("where", ["private", "group"])
@pytest.mark.parametrize("way", WAYS)
async def test_x4_x5_who_is_not_on_the_list_reaches_nothing(
    tmp_path: Path, telegram: FakeTelegram, openai: FakeOpenAI, plan: Plan, way: str, where: str
) -> None:
    """Eve has the name and the username of what is on the list."""
    async with parley(tmp_path / "parley.db", telegram, openai, replace(plan, policy=ALLOWED)) as house:
        eve = telegram.person(666, "telegram:1001", username="ann1001")
        group = telegram.group("Team", house.ann, eve)
        await house.ann.says(group, "@parley_bot hello")
        await house.settle()
        chat = telegram.private_chat(eve) if where == "private" else group
        await WAYS[way](eve, chat, group.last)
        await house.settle()
        assert len(openai.requests) == 1
        assert group.texts[0] == "You said: hello"
        assert all("not on this bot's list" in text for text in (*group.texts[1:], *telegram.private_chat(eve).texts))
    assert CANARY not in dump(tmp_path / "parley.db")


@pytest.mark.parametrize("speaker", ["anonymous admin", "channel"])
async def test_x5_nor_does_who_speaks_in_the_name_of_a_chat(
    tmp_path: Path, telegram: FakeTelegram, openai: FakeOpenAI, plan: Plan, speaker: str
) -> None:
    async with parley(tmp_path / "parley.db", telegram, openai, replace(plan, policy=ALLOWED)) as house:
        group = telegram.group("Team", house.ann)
        channel, hand = telegram.channel("News")
        person, chat = (telegram.anonymous_admin(group), group) if speaker == "anonymous admin" else (hand, channel)
        await person.says(chat, f"@parley_bot {CANARY}")
        await house.settle()
        assert openai.requests == []
    assert CANARY not in dump(tmp_path / "parley.db")


async def test_x7_x8_no_token_no_key_and_no_words_in_logs_or_the_database(
    tmp_path: Path, telegram: FakeTelegram, openai: FakeOpenAI, plan: Plan, logged: io.StringIO
) -> None:
    """Everything goes wrong once, at DEBUG, and nothing is masked."""
    openai.script(
        Refusal(401, error_body(f"Incorrect API key provided: {KEY}", code=KEY)),
        Raw((event(error_body(f"marzipan {KEY}", code="marzipan", type=KEY)),)),
        Raw((b"marzipan",), content_type="application/json"),
    )
    telegram.faults.add("getUpdates", cut=True, times=2)
    telegram.faults.add("sendMessage", error=502, html=True)
    telegram.faults.add("editMessageText", error=400, description="Bad Request: marzipan")
    telegram.faults.add("editMessageText", cut=True)
    async with parley(tmp_path / "parley.db", telegram, openai, plan) as house:
        for _ in range(4):
            await house.ann.says(house.chat, "say marzipan")
            await house.ann.says(house.chat, "/title marzipan")
            await house.settle()
        assert house.chat.last
        shown = repr((house.adapter, house.core, house.store))
    log = logged.getvalue()
    assert "gave no answer" in log
    token = telegram.token.partition(":")[2]
    for secret in (token, KEY):
        assert secret not in log + shown + dump(tmp_path / "parley.db") + str(house.chat.transcript())
    assert "marzipan" not in log


async def test_x28_a_fault_of_our_own_is_a_plain_line_with_a_retry_that_works(
    tmp_path: Path, telegram: FakeTelegram, openai: FakeOpenAI, plan: Plan
) -> None:
    class Broken:
        broken = True

        def __init__(self, model: Model) -> None:
            self._model = model

        def stream(self, messages: Sequence[ChatMessage], options: ModelOptions) -> AnswerStream:
            if Broken.broken:
                raise RuntimeError(f"internal {CANARY}")
            return self._model.stream(messages, options)

        async def check(self) -> str:
            return await self._model.check()

        async def close(self) -> None:
            await self._model.close()

    async with parley(tmp_path / "parley.db", telegram, openai, replace(plan, answering=Broken)) as house:
        await house.ann.says(house.chat, "one")
        await house.settle()
        assert house.chat.texts == [texts.WENT_WRONG]
        Broken.broken = False
        await house.ann.presses(house.chat.last, "Retry")
        await house.settle()
        assert house.chat.texts == ["You said: one"]


@pytest.mark.parametrize("forwarded", ["/end", "/delete", "/retry", "exit"])
async def test_x27_a_forwarded_command_is_text(house: House, forwarded: str) -> None:
    await house.ann.says(house.chat, "one")
    await house.settle()
    await house.ann.says(house.chat, forwarded, forwarded="Somebody")
    await house.settle()
    assert house.chat.texts == ["You said: one", f"You said: {forwarded}"]
    assert prompts(house.openai.requests[-1].body)[1:] == ["one", "You said: one", forwarded]


@pytest.mark.parametrize("forged", ["from Ann's chat", "to Ann's chat"])
async def test_x27_nobody_moves_a_chat_of_somebody_else_with_a_forged_note(house: House, forged: str) -> None:
    eve = house.telegram.person(666, "Eve")
    group, alone = house.telegram.group("Team", eve, bot_admin=True), house.telegram.private_chat(eve)
    await house.ann.says(house.chat, "one")
    await eve.says(alone, "mine")
    await house.settle()
    if forged == "from Ann's chat":
        await eve.sends(group, "migrate_from_chat_id", house.chat.id)
    else:
        await eve.sends(alone, "migrate_to_chat_id", house.chat.id)
    await house.settle()
    for person, place, words, seen in (
        (eve, group, "@parley_bot two", ["two"]),
        (house.ann, house.chat, "three", ["one", "You said: one", "three"]),
        (eve, alone, "four", ["mine", "You said: mine", "four"]),
    ):
        await person.says(place, words)
        await house.settle()
        assert prompts(house.openai.requests[-1].body)[1:] == seen


async def test_x1_a_running_bot_opens_no_port(tmp_path: Path, telegram: FakeTelegram) -> None:
    async with Parley(tmp_path, "run", TELEGRAM_TOKEN=telegram.token, TELEGRAM_API_URL=telegram.url) as process:
        await until(lambda: telegram.calls_of("getUpdates"))
        assert listening(process.process.pid) == set()
    assert listening(os.getpid()), "the servers of this test are seen, so those of the bot would be"


def listening(pid: int) -> set[str]:
    """The sockets that a process listens on, as Linux names them."""
    held = {os.readlink(link) for link in Path(f"/proc/{pid}/fd").iterdir() if os.path.lexists(link)}
    lines = [line.split() for table in ("tcp", "tcp6") for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]]
    return {f"socket:[{line[9]}]" for line in lines if line[3] == "0A"} & held


async def test_x19_names_that_look_like_paths_are_names(tmp_path: Path, house: House) -> None:
    before = sorted(tmp_path.parent.rglob("*"))
    for name in ("../../escaped", "/var/escaped", "..\\escaped", "escaped\x00.txt"):
        await house.ann.sends_document(house.chat, b"x", name, caption=name)
        await house.ann.says(house.chat, f"/new {name}")
        await house.ann.says(house.chat, f"/open {name}")
        await house.settle()
    assert not [path for path in tmp_path.parent.rglob("*escaped*")]
    assert {path.name for path in set(tmp_path.parent.rglob("*")) - set(before)} <= {"restarts.json"}
