"""What the OpenAI model sends, how it waits, how it checks, and what it keeps to itself."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace

import pytest

from bot.errors import ModelError
from bot.messages import Usage
from bot.models.openai import OpenAIModel
from bot.models.patience import HELD, Deadlines
from bot.models.reader import Limits
from bot.ports import ChatMessage, TextDelta
from tests.fakes.openai_script import DONE, ROLE, Raw, Refusal, Reply, chunk, error_body, event
from tests.fakes.openai_server import FakeOpenAI
from tests.models.conftest import AMPLE, KEY, OPTIONS, SHORT, FixedClock, asking, hear


def model_for(server: FakeOpenAI, *, key: str = KEY, headers: Mapping[str, str] | None = None, name: str = "fake-1") -> OpenAIModel:
    return OpenAIModel(key, server.base_url, headers or {}, AMPLE, clock=FixedClock(), model=name)


@pytest.fixture
async def azure(server: FakeOpenAI) -> AsyncIterator[OpenAIModel]:
    """Without a key, but with a header that carries it."""
    model = model_for(server, key="", headers={"api-key": "azure-canary"})
    yield model
    await model.close()


async def test_a_request_holds_what_it_should_and_no_more(server: FakeOpenAI, model: OpenAIModel) -> None:
    heard = await hear(model, "Hello")
    assert heard.text == "You said: Hello"
    assert heard.usage == Usage(5, 3)
    assert server.requests[0].body == {
        "model": "fake-1",
        "messages": [{"role": "user", "content": "Hello"}],
        "stream": True,
        "stream_options": {"include_usage": True},
        "temperature": 0.7,
        "max_tokens": 1000,
    }
    assert server.requests[0].headers["authorization"] == f"Bearer {KEY}"


async def test_one_system_message_and_first(server: FakeOpenAI, model: OpenAIModel) -> None:
    messages = [ChatMessage("system", "A"), ChatMessage("user", "Hi \ud83d"), ChatMessage("system", "B"), ChatMessage("assistant", "x\0")]
    async with model.stream(messages, OPTIONS) as words:
        assert [word async for word in words]
    assert server.requests[0].body["messages"] == [
        {"role": "system", "content": "A\n\nB"},
        {"role": "user", "content": "Hi \ufffd"},
        {"role": "assistant", "content": "x\0"},
    ]


async def test_usage_on_each_chunk_the_last_counts(server: FakeOpenAI, model: OpenAIModel) -> None:
    server.script(Reply("one two three", usage="each"))
    assert (await hear(model)).usage == Usage(4, 3)


async def test_a_key_in_a_header_is_sent_alone(server: FakeOpenAI, azure: OpenAIModel) -> None:
    assert (await hear(azure)).text == "You said: Hi"
    assert server.requests[0].headers["api-key"] == "azure-canary"
    assert "authorization" not in server.requests[0].headers


async def test_the_environment_adds_nothing(server: FakeOpenAI, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("API_KEY", "ADMIN_KEY", "ORG_ID", "PROJECT_ID", "WEBHOOK_SECRET"):
        monkeypatch.setenv(f"OPENAI_{name}", "foreign")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/foreign")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Foreign: foreign\nAuthorization: Bearer foreign\nX-Own: foreign")
    for key in (KEY, ""):
        model = model_for(server, key=key, headers={"X-Own": "own"})
        assert (await hear(model)).text == "You said: Hi"
        await model.close()
        sent = server.requests[-1].headers
        assert "foreign" not in str(sent)
        assert sent["x-own"] == "own"
        assert sent.get("authorization") == (f"Bearer {KEY}" if key else None)
        assert "openai-organization" not in sent


async def test_no_redirect_takes_the_key_elsewhere(server: FakeOpenAI, azure: OpenAIModel) -> None:
    server.script(Refusal(307, "", {"Location": server.base_url + "/models"}))
    assert (await hear(azure)).kind == "bad_request"
    assert len(server.requests) == 1


@pytest.mark.parametrize("key", ["sk-\u0107", "sk-a\nb"])
async def test_a_key_that_no_header_can_hold(key: str, server: FakeOpenAI) -> None:
    model = model_for(server, key=key)
    heard = await hear(model)
    await model.close()
    assert heard.kind in ("refused", "unreachable")
    assert key not in str(heard.error)


async def test_an_address_that_is_none_is_a_model_error() -> None:
    for address in ("http://[bad", "nonsense", "ftp://127.0.0.1/v1"):
        model = OpenAIModel(KEY, address, {}, AMPLE, clock=FixedClock())
        heard = await hear(model)
        await model.close()
        assert heard.kind == "unreachable"


async def test_x7_nothing_of_a_person_and_no_key_in_the_logs(
    server: FakeOpenAI, model: OpenAIModel, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server.script(Refusal(401, error_body(f"Incorrect API key provided: {KEY}")), Reply())
    heard = [await hear(model, "canary-text"), await hear(model, "canary-text")]
    assert [one.kind for one in heard] == ["refused", ""]
    ours = [record.getMessage() for record in caplog.records if not record.name.startswith(("aiohttp", "asyncio"))]
    assert not any(KEY in line or "canary-text" in line for line in ours)
    assert KEY not in repr(heard[0].error)


async def test_reasoning_is_a_sign_of_life(server: FakeOpenAI) -> None:
    """It goes on for longer than a first token is waited for."""
    thinking = [part for _ in range(22) for part in (chunk({"reasoning": "hm"}), 0.05)]
    server.script(Raw((ROLE, *thinking, chunk("Well"), chunk({}, "stop"), DONE)))
    async with asking(server, replace(AMPLE, first_token=SHORT.first_token)) as model:
        assert (await hear(model)).text == "Well"


async def test_a_slow_reader_is_not_a_slow_server(server: FakeOpenAI) -> None:
    server.script(Raw((ROLE, chunk("a"), 0.02, chunk("b"), 0.02, chunk({}, "stop"), DONE)))
    got = ""
    async with asking(server, replace(AMPLE, gap=SHORT.gap)) as model, model.stream([ChatMessage("user", "Hi")], OPTIONS) as words:
        async for word in words:
            got += word.text if isinstance(word, TextDelta) else ""
            await asyncio.sleep(SHORT.gap + 0.05)
    assert got == "ab"


def test_m1_m20_m21_what_is_waited_for_is_bounded_as_it_comes() -> None:
    """The SDK alone would wait for ten minutes, and then twice more."""
    assert (Deadlines().connect, Deadlines().first_token, Deadlines().gap, Deadlines().total) == (5.0, 60.0, 30.0, 600.0)
    assert Limits().characters <= 1_000_000


async def test_m21_the_total_ends_an_answer_that_never_pauses(server: FakeOpenAI) -> None:
    server.script(Raw((chunk("a "), 0.01), repeat=True))
    async with asking(server, replace(AMPLE, total=0.6)) as model:
        heard = await hear(model)
    assert heard.kind == "timeout"
    assert "longer than 0.6 s" in heard.error.detail
    assert heard.text.startswith("a a a")


async def test_usage_that_does_not_come_is_not_waited_for(server: FakeOpenAI) -> None:
    server.script(Raw((ROLE, chunk("a"), chunk({}, "stop")), end="hang"))
    async with asking(server, replace(AMPLE, epilogue=0.1)) as model:
        heard = await hear(model)
    assert heard.text == "a"
    assert heard.usage is None


async def test_connections_are_used_again(server: FakeOpenAI) -> None:
    model = OpenAIModel(KEY, server.base_url, {}, AMPLE, clock=FixedClock(), connections=1)
    for _ in range(3):
        assert (await hear(model)).text == "You said: Hi"
    assert server.connections == 1
    await model.close()


async def test_check_finds_the_model_in_the_list(server: FakeOpenAI, model: OpenAIModel) -> None:
    assert await model.check() == "fake-1 at 127.0.0.1 is there"
    assert [request.path for request in server.requests] == ["/v1/models"]


@pytest.mark.parametrize("listing", [Refusal(403, ""), Refusal(404, ""), Raw((b"[]",), content_type="application/json"), Raw((b"<html>",))])
async def test_check_asks_for_a_word_where_there_is_no_list(listing: Refusal | Raw, server: FakeOpenAI, model: OpenAIModel) -> None:
    server.models_step = listing
    assert await model.check() == "fake-1 at 127.0.0.1 answers"
    assert server.requests[-1].body["max_tokens"] == 16


async def test_check_says_that_there_is_no_such_model(server: FakeOpenAI) -> None:
    model = model_for(server, name="fake-9")
    server.script(Refusal(404, error_body("The model does not exist", code="model_not_found")))
    with pytest.raises(Exception, match="no_such_model: HTTP 404, model_not_found"):
        await model.check()
    await model.close()


async def test_check_takes_a_model_that_only_thinks_within_so_few_tokens(server: FakeOpenAI) -> None:
    model = model_for(server, name="fake-9")
    server.script(Raw((event({"choices": [{"delta": {"reasoning": "hm"}, "finish_reason": "length"}]}), DONE)))
    assert await model.check() == "fake-9 at 127.0.0.1 answers"
    await model.close()


@pytest.mark.parametrize("words", ["", "Half an "])
async def test_r10_a_process_that_was_put_on_hold_blames_no_server(server: FakeOpenAI, words: str) -> None:
    """All deadlines have passed when it goes on, and what came meanwhile was not read."""
    server.script(Raw((ROLE, *((chunk(words),) if words else ())), end="hang"))
    deadlines = replace(AMPLE, gap=SHORT.gap) if words else replace(AMPLE, first_token=SHORT.gap)
    async with asking(server, deadlines) as model, model.stream([ChatMessage("user", "Hello")], OPTIONS) as told:
        if words:
            assert await anext(told) == TextDelta(words)
        more = asyncio.ensure_future(anext(told))
        await asyncio.sleep(0.01)
        assert not more.done()
        time.sleep(SHORT.gap + HELD)  # noqa: ASYNC251 - that is what it is about
        with pytest.raises(ModelError, match="interrupted: held for"):
            await more
