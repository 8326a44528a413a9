"""How many tokens a text will be, near enough to plan with: by script, then corrected by what servers report of each model."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.ports import ChatMessage

PER_MESSAGE = 4  # role and separators
PER_REQUEST = 3  # what opens the answer
_WEIGHT = 0.5  # of the newest report
_LOWEST, _HIGHEST = 0.25, 4.0  # no tokenizer is further from the estimate; what is further off was another text
_MOST_MODELS = 256

# A text is read as UTF-8, each byte mapped to a class: letter, digit, sign, line end, and the first bytes of other characters by their
# script, with the tokens a character of it costs in vocabularies of today. Mapping and counting bytes is linear and fast for any text.
_SCRIPTS: tuple[tuple[int, int, float], ...] = (
    (0xC2, 0xC9, 0.55),  # Latin with accents: they cut a word in pieces
    (0xCA, 0xD4, 0.31),  # Greek, Cyrillic
    (0xD5, 0xDF, 0.34),  # Hebrew, Arabic
    (0xE0, 0xE0, 0.38),  # the scripts of India, Thai, Lao
    (0xE1, 0xE1, 0.5),  # Georgian, Khmer, and the second accents of Vietnamese
    (0xE2, 0xE2, 0.8),  # punctuation, arrows
    (0xE3, 0xE3, 0.66),  # kana
    (0xE4, 0xE9, 0.78),  # Han
    (0xEA, 0xED, 0.72),  # Hangul
    (0xEE, 0xEF, 0.8),  # wide punctuation
    (0xF0, 0xF7, 1.6),  # emoji
)


def _classes() -> bytes:
    table = bytearray(b" " * 256)
    for byte in range(0x21, 0x7F):
        table[byte] = ord("a") if chr(byte).isalpha() else ord("d") if chr(byte).isdigit() else ord("s")
    table[ord("\n")] = ord("n")
    for number, (low, high, _) in enumerate(_SCRIPTS):
        table[low : high + 1] = bytes([ord("A") + number]) * (high + 1 - low)
    table[0x80:0xC2] = b"." * (0xC2 - 0x80)
    return bytes(table)


_CLASSES = _classes()
_LETTERS = bytes(b"a"[0] if byte == ord("a") else 0x20 for byte in range(256))
# Most words of up to six letters are one token; longer ones one more in five letters. At most 32 letters are taken as one.
_LONG_WORDS = re.compile(rb"a{7,32}")
_DIGITS = re.compile(rb"d{1,3}")
_SIGNS = re.compile(rb"s{1,3}")


class Estimator:
    """Estimates texts, and keeps a factor for each model. Plan with some head-room: one text may be further off than the mean."""

    def __init__(self) -> None:
        self._factors: dict[str, float] = {}

    def estimate(self, text: str) -> int:
        """Tokens of a text by its script alone: the same for all models, so that it can be kept with the text."""
        classes = text.encode("utf-8", "surrogatepass").translate(_CLASSES)
        words = len(classes.translate(_LETTERS).split())
        cost = words + sum([len(word) - 6 for word in _LONG_WORDS.findall(classes)]) / 5
        cost += len(_DIGITS.findall(classes)) + 0.85 * len(_SIGNS.findall(classes))
        cost += 0.9 * (classes.count(b"n") - classes.count(b"nn")) + 0.5 * classes.count(b"    ")
        if not text.isascii():
            cost += sum([classes.count(b"%c" % (ord("A") + number)) * script[2] for number, script in enumerate(_SCRIPTS)])
        return round(cost) if cost >= 1 else int(bool(text))

    def messages(self, messages: Sequence[ChatMessage], model: str) -> int:
        """Tokens of a whole request to the model, as far as is known of it."""
        plain = sum([self.estimate(message.text) + PER_MESSAGE for message in messages]) + PER_REQUEST
        return self.calibrated(plain, model)

    def calibrated(self, estimated: int, model: str) -> int:
        """What the model is likely to count where the estimate was `estimated`; for sums of estimates that were kept."""
        return round(estimated * self._factors.get(model, 1.0))

    def observe(self, model: str, estimated: int, actual: int) -> None:
        """A server counted `actual` prompt tokens where the plain estimate, without the model's factor, was `estimated`."""
        if estimated <= 0 or actual <= 0:
            return
        ratio = min(max(actual / estimated, _LOWEST), _HIGHEST)
        known = self._factors.pop(model, None)
        if len(self._factors) >= _MOST_MODELS:
            del self._factors[next(iter(self._factors))]
        self._factors[model] = ratio if known is None else known + _WEIGHT * (ratio - known)
