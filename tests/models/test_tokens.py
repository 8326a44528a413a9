"""The estimate of tokens: plausible by script, linear in time, and close after one report whatever the tokenizer."""

from __future__ import annotations

import time

import pytest

from bot.models.tokens import Estimator
from bot.ports import ChatMessage

# Texts and the number of tokens that the o200k vocabulary cuts them into (counted with tiktoken).
SAMPLES = {
    "english": ("The weather was fine, so we walked along the river until the bridge came into sight.", 18),
    "german": ("Das Wetter war schön, also gingen wir am Fluss entlang, bis die Brücke in Sicht kam.", 21),
    "spanish": ("Hacía buen tiempo, así que caminamos junto al río hasta que vimos el puente.", 19),
    "russian": ("Погода была хорошая, и мы шли вдоль реки, пока не показался мост.", 22),
    "chinese": ("天气很好，我们沿着河边一直走，直到看见那座桥。", 17),  # noqa: RUF001
    "japanese": ("天気がよかったので、橋が見えるまで川沿いを歩きました。", 20),
    "code": ("for name, value in sorted(items.items()):\n    print(f'{name}: {value}')\n", 18),
}


@pytest.mark.parametrize("language", SAMPLES)
def test_estimates_are_near(language: str) -> None:
    text, tokens = SAMPLES[language]
    assert Estimator().estimate(text) == pytest.approx(tokens, rel=0.25)


def test_nothing_is_nothing_and_something_is_something() -> None:
    estimator = Estimator()
    assert estimator.estimate("") == 0
    assert estimator.estimate("é") == 1
    assert estimator.estimate("\ud800") >= 1


@pytest.mark.parametrize("factor", [0.4, 0.8, 1.3, 3.0])
def test_one_report_brings_the_error_below_ten_percent(factor: float) -> None:
    estimator = Estimator()
    messages = [ChatMessage("system", "Be brief."), *(ChatMessage("user", text) for text, _ in SAMPLES.values())]
    plain = estimator.messages(messages, "m")
    actual = round(plain * factor)
    estimator.observe("m", plain, actual)
    longer = [*messages, *messages, ChatMessage("user", "And now?")]
    expected = estimator.messages(longer, "other") * factor
    assert estimator.messages(longer, "m") == pytest.approx(expected, rel=0.02)


def test_the_factor_follows_by_halves_and_is_bounded() -> None:
    estimator = Estimator()
    estimator.observe("m", 100, 200)
    estimator.observe("m", 100, 100)
    assert estimator.calibrated(100, "m") == 150
    estimator.observe("wild", 1, 1_000_000)
    assert estimator.calibrated(100, "wild") == 400
    estimator.observe("none", 0, 10)
    estimator.observe("none", 10, 0)
    assert estimator.calibrated(100, "none") == 100


@pytest.mark.parametrize("text", ["a" * 1_000_000, " " * 1_000_000, "😀é中" * 300_000, "a1 " * 300_000, "(" * 1_000_000])
def test_u21_a_megabyte_of_anything_is_quick(text: str) -> None:
    start = time.process_time()
    Estimator().estimate(text)
    assert time.process_time() - start < 1.0
