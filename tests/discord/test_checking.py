"""What `parley check` says of Discord: each thing that keeps a bot from working has a line that says how to mend it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from urllib.parse import parse_qs, urlsplit

import pytest

from adapters.discord.checking import check, personal_link, server_link
from adapters.discord.options import DiscordOptions
from bot.errors import AdapterError, RateLimited, SendUnknown, TokenRefused
from bot.ports import Verdict
from tests.fakes.discord import TOKEN

OPTIONS = DiscordOptions(token=TOKEN)
CONTENT_LIMITED = 1 << 19


@dataclass
class Api:
    """A Discord that says what it is told to."""

    error: AdapterError | None = None
    application_: dict[str, object] = field(default_factory=dict)
    gateway: dict[str, object] = field(default_factory=dict)

    async def login(self) -> dict[str, object]:
        if self.error is not None:
            raise self.error
        return {"id": "7", "username": "parley"}

    async def application(self) -> dict[str, object]:
        return {"id": "7", "flags": CONTENT_LIMITED, "approximate_guild_count": 3, "bot_public": True} | self.application_

    async def gateway_bot(self) -> dict[str, object]:
        return {"shards": 1, "session_start_limit": {"total": 1000, "remaining": 990, "reset_after": 3_600_000}} | self.gateway


async def lines(**application: object) -> list[tuple[Verdict, str]]:
    return await check(Api(application_=application), OPTIONS)


def having(found: list[tuple[Verdict, str]], words: str) -> tuple[Verdict, str]:
    return next(line for line in found if words in line[1])


async def test_all_is_well():
    found = await lines()
    assert [line for line in found if not line[0]] == []
    assert found[0] == ("ok", "Discord: the token is that of parley, in 3 servers")
    assert found[1] == ("ok", "Discord: the Message Content intent is on")
    assert len(found) == 4


async def test_without_message_content_it_is_said_what_is_lost_and_where_the_switch_is():
    verdict, line = having(await lines(flags=0), "Message Content")
    assert "PARLEY_THREADS" not in line
    assert verdict == "warn"
    for words in ("off", "threads", "ping", "mentions, private messages and commands work", "Bot page"):
        assert words in line


async def test_an_interactions_endpoint_is_a_failure_since_no_command_comes():
    verdict, line = having(await lines(interactions_endpoint_url="https://example.org/i"), "Endpoint URL")
    assert verdict == "fail"
    assert "General Information" in line
    assert "example.org" not in line


@pytest.mark.parametrize(
    ("changes", "words", "verdict"),
    [
        ({"bot_require_code_grant": True}, "Code Grant", "fail"),
        ({"bot_public": False}, "Public Bot", "warn"),
        ({"integration_types_config": {"1": {}}}, "Guild Install", "fail"),
        ({"integration_types_config": {"0": {}}}, "User Install", "ok"),
        ({"approximate_guild_count": 2500}, "2,500 servers", "warn"),
    ],
)
async def test_what_keeps_people_from_the_bot_is_named(changes: dict[str, object], words: str, verdict: str):
    assert having(await lines(**changes), words)[0] == verdict


@pytest.mark.parametrize(("left", "verdict"), [(49, "warn"), (0, "fail")])
async def test_connections_are_named_when_few_are_left(left: int, verdict: str):
    limit = {"total": 1000, "remaining": left, "reset_after": 600_000}
    found = having(await check(Api(gateway={"session_start_limit": limit}), OPTIONS), "connections")
    assert found == (verdict, f"Discord: {left} connections are left of 1000; there are new ones in 10 min")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (TokenRefused("401"), "refused"),
        (SendUnknown("reset"), "does not answer"),
        (RateLimited(61.0), "61 s"),
        (AdapterError("x"), "network"),
    ],
)
async def test_a_failure_is_one_line(error: AdapterError, words: str):
    found = await check(Api(error=error), OPTIONS)
    assert len(found) == 1
    assert found[0][0] == "fail"
    assert words in found[0][1]


async def test_threads_without_the_intent_are_named():
    found = await check(Api(application_={"flags": 0}), replace(OPTIONS, threads=frozenset({"discord:1"})))
    assert "PARLEY_THREADS needs it" in having(found, "Message Content")[1]


async def test_a_token_of_the_wrong_form_is_not_even_tried():
    found = await check(Api(error=SendUnknown("not to be asked")), DiscordOptions(token="1234"))
    assert len(found) == 1
    assert "xxx.yyy.zzz" in found[0][1]
    assert "1234" not in found[0][1]


@pytest.mark.parametrize("junk", [None, "x", [], {}, -1])
async def test_answers_of_a_strange_shape_are_no_error(junk: object):
    strange = dict.fromkeys(["flags", "approximate_guild_count", "integration_types_config", "bot_public", "bot_require_code_grant"], junk)
    found = await check(Api(application_=strange, gateway={"session_start_limit": junk}), OPTIONS)
    assert len(found) >= 4


def test_the_links_ask_for_what_is_needed_and_no_more():
    server = parse_qs(urlsplit(server_link("7")).query)
    bits = {10, 11, 16, 35, 38}  # view, send, read history, open public threads, write in threads
    assert server == {"client_id": ["7"], "scope": ["bot applications.commands"], "permissions": [str(sum(1 << bit for bit in bits))]}
    personal = parse_qs(urlsplit(personal_link("7")).query)
    assert personal == {"client_id": ["7"], "integration_type": ["1"], "scope": ["applications.commands"]}
