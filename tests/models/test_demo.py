"""The demo says what it is, knows the conversation, and says how to leave it."""

from __future__ import annotations

import pytest

from bot.models.demo import DemoModel, answer
from bot.models.tokens import Estimator
from bot.ports import ChatMessage, ModelOptions
from tests.models.conftest import FixedClock, hear


def talk(*texts: str) -> list[ChatMessage]:
    """People and demo in turn, a person first."""
    return [ChatMessage("user" if n % 2 == 0 else "assistant", text) for n, text in enumerate(texts)]


def test_the_first_answer_names_the_demo_and_how_to_leave_it_and_no_later_one_does() -> None:
    first = answer(talk("Hello"))
    assert "built-in demo" in first
    assert "OPENAI_API_KEY" in first
    later = answer(talk("Hello", first, "And now?"))
    assert "OPENAI_API_KEY" not in later


@pytest.mark.parametrize("question", ["Who are you?", "which model is this?", "Are you real?"])
def test_it_says_what_it_is_when_asked(question: str) -> None:
    assert "built-in demo" in answer(talk("Hello", "Hi", question))


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("What did I say first?", "Red apples"),
        ("what was my first question", "Red apples"),
        ("What did I just say?", "Green pears"),
        ("How many messages?", "**3**"),
        ("Give me a recap", "1. Red apples"),
        ("a table please", "| 2 | Green pears | 2 |"),
        ("Something else", "Red apples"),
    ],
)
def test_it_knows_the_conversation(question: str, said: str) -> None:
    assert said in answer(talk("Red apples", "x", "Green pears", "y", question))


@pytest.mark.parametrize(("question", "markup"), [("show me code", "```python"), ("a list", "1. **bold**"), ("a table", "|--:|")])
def test_it_shows_markdown(question: str, markup: str) -> None:
    assert markup in answer(talk("Hi", "x", question))


def test_words_of_a_person_have_no_effect_as_markdown() -> None:
    assert r"\*\*x\*\* \| \[a\](b)" in answer(talk("Hi", "x", "**x** | [a](b)"))


def test_a_title_is_a_few_words() -> None:
    assert answer(talk("How do I bake bread without any yeast at all?"), 20) == "How do I bake bread without"


async def test_it_streams_words_and_ends_where_the_limit_is() -> None:
    heard = await hear(DemoModel(FixedClock()), "Something long", ModelOptions("demo", 0.7, 60))
    assert heard.finish is not None
    assert heard.finish.reason == "length"
    assert len(heard.text.split()) == 60
    assert heard.usage is not None
    assert heard.usage.estimated
    assert heard.usage.prompt_tokens >= Estimator().estimate("Something long")


async def test_nothing_to_answer() -> None:
    assert (await hear(DemoModel(FixedClock()), "  ")).kind == "empty"
