"""What any text is put together from, beside a platform's own marks, and how many are tried: `PARLEY_TEST_EXAMPLES=20000` for more."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

EXAMPLES = int(os.environ.get("PARLEY_TEST_EXAMPLES", "250"))
SPACES = [" ", "  ", "    ", "\t", "\n", "\n\n", "\n\n\n", "\n> ", "\n- ", "\n  - ", "\n1. ", "\n# ", "\n```python\n", "\n```\n", "\n$$\n"]
ODD = ["\u200b", "\u00a0", "\u200d", "\ufe0f", "\u202e", "\u0000", "\r\n", "\r", "\ud800", "\u2028", "\u0333", "\u3000", "\U000e0041"]
TABLES = ["\n\n| a | b |\n|---|---|\n| c | d |\n", "\n| x ", "|---|---|\n", "\n\n| **a** | [l](https://l.io) |\n|:-:|--:|\n| `x` |\n\n"]

plain_line = st.text(st.characters(categories=["L", "N", "So", "Sc", "Po"], exclude_characters="*\\&#\u030a@/"), min_size=1, max_size=60)
any_settings = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), derandomize=EXAMPLES <= 1000)
