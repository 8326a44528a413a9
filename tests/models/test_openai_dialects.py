"""What a server's refusal of a parameter teaches the OpenAI model, and for how long it is remembered."""

from __future__ import annotations

import pytest

from bot.models.openai import OpenAIModel
from bot.ports import ModelOptions
from tests.fakes.openai_script import Refusal, error_body
from tests.fakes.openai_server import FakeOpenAI
from tests.models.conftest import hear

NO_STREAM_OPTIONS = (
    Refusal(422, {"detail": [{"type": "extra_forbidden", "loc": ["body", "stream_options"], "msg": "Extra inputs are not permitted"}]}),
    Refusal(400, error_body("Unrecognized request argument supplied: stream_options")),
    Refusal(422, ""),
)
NO_TEMPERATURE = Refusal(
    400,
    error_body(
        "Unsupported value: 'temperature' does not support 0.7 with this model. Only the default (1) value is supported.",
        param="temperature",
        code="unsupported_value",
    ),
)
NO_MAX_TOKENS = Refusal(
    400,
    error_body(
        "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
        param="max_tokens",
        code="unsupported_parameter",
    ),
)


@pytest.mark.parametrize("refusal", NO_STREAM_OPTIONS)
async def test_refused_stream_options_are_left_out_and_that_is_remembered(refusal: Refusal, server: FakeOpenAI, model: OpenAIModel) -> None:
    server.quirks.refuse("stream_options", refusal)
    assert (await hear(model)).text == "You said: Hi"
    assert (await hear(model)).text == "You said: Hi"
    assert ["stream_options" in request.body for request in server.requests] == [True, False, False]


async def test_a_reasoning_model_gets_what_it_takes_and_others_stay_as_they_were(server: FakeOpenAI, model: OpenAIModel) -> None:
    server.quirks.refuse("temperature", NO_TEMPERATURE)
    server.quirks.refuse("max_tokens", NO_MAX_TOKENS)
    assert (await hear(model)).text == "You said: Hi"
    assert (await hear(model)).text == "You said: Hi"
    assert len(server.requests) == 4
    last = server.requests[-1].body
    assert "temperature" not in last
    assert "max_tokens" not in last
    assert last["max_completion_tokens"] == 1000
    server.quirks.refuses.clear()
    await hear(model, options=ModelOptions("another", 0.2, 10))
    assert server.requests[-1].body["temperature"] == 0.2
    assert server.requests[-1].body["max_tokens"] == 10


async def test_what_did_not_help_is_not_remembered(server: FakeOpenAI, model: OpenAIModel) -> None:
    server.script(NO_TEMPERATURE, Refusal(400, error_body("Something else is wrong")))
    assert (await hear(model)).kind == "bad_request"
    assert (await hear(model)).text == "You said: Hi"
    assert server.requests[-1].body["temperature"] == 0.7


async def test_a_server_that_refuses_everything_is_asked_four_times_at_most(server: FakeOpenAI, model: OpenAIModel) -> None:
    server.always = lambda body: Refusal(422, {"detail": "stream_options, temperature, max_tokens: extra inputs are not permitted"})
    assert (await hear(model)).kind == "bad_request"
    assert len(server.requests) == 4


async def test_a_limit_that_is_too_large_is_no_other_dialect(server: FakeOpenAI, model: OpenAIModel) -> None:
    server.script(Refusal(400, error_body("max_tokens is too large: 100000. This model supports at most 16384.", param="max_tokens")))
    assert (await hear(model)).kind == "bad_request"
    assert len(server.requests) == 1
