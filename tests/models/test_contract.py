"""The two models keep the contract of models: the OpenAI one with a single connection, so that a connection that is kept is seen."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.models.demo import DemoModel
from bot.models.openai import OpenAIModel
from tests.contracts.model_contract import ModelContract
from tests.fakes.openai_script import Reply
from tests.fakes.openai_server import FakeOpenAI
from tests.models.conftest import AMPLE, KEY, FixedClock, nobody_reads


class TestDemo(ModelContract):
    @pytest.fixture
    def model(self) -> DemoModel:
        return DemoModel(FixedClock())


class TestOpenAI(ModelContract):
    @pytest.fixture
    async def model(self, server: FakeOpenAI) -> AsyncIterator[OpenAIModel]:
        server.always = lambda body: Reply("one two three four five six", tokens_per_second=200)
        model = OpenAIModel(KEY, server.base_url, {}, AMPLE, clock=FixedClock(), model="fake-1", connections=1)
        await model.prepare()
        yield model
        await model.close()
        await nobody_reads(server)
