"""No token, no key and no words of people come out of the program but where they belong, whatever goes wrong (X7, X8, X9, X13, U13)."""

from __future__ import annotations

import signal
from pathlib import Path

from tests.security.canaries import SECRETS, WORDS, around, hits, make_faults, modes, pieces, running, seen_from_outside, talk
from tests.whole.plan import until


async def test_x7_x8_x10_x13_x20_u13_nothing_secret_comes_out_of_a_run_in_which_everything_fails(tmp_path: Path) -> None:
    """With both platforms on, at DEBUG; it ends by an abort, so that the crash output is looked at too."""
    async with around() as world:
        make_faults(world)
        async with running(tmp_path, "bot", "run", **world.settings()) as (process, out):
            await world.discord.gateway.wait_connected()
            await talk(world)
            out.told |= seen_from_outside(process.pid)
            process.send_signal(signal.SIGABRT)
        shown = str([world.chat.transcript(), world.general.transcript()])
    assert out.status == -signal.SIGABRT
    assert world.trap.visits == 0, "nobody goes where people and models point"
    made = modes(tmp_path)
    assert {"parley.db", "parley.db-wal", "parley.db-shm", "parley.db.lock", "discord-starts.json"} <= set(made)
    assert made.pop("data") == 0o700
    assert {name: mode for name, mode in made.items() if mode != 0o600} == {}
    assert {"the file parley.db", "the file parley.db-wal", "the file parley.db.reserve"} <= set(out.told), "these are looked through, too"
    stored, asked = out.told["the file parley.db"] + out.told["the file parley.db-wal"], str([each.body for each in world.openai.requests])
    given = stored + asked + str(world.telegram.updates.log)  # a file's name is handed over, and kept nowhere
    assert [name for name, word in WORDS.items() if word not in given] == ["error"], "what was never told could not leak"
    assert WORDS["message"] in stored, "as it stands there, it can be found"
    assert "Fatal Python error: Aborted" in out.told["stderr"]
    assert "gave no answer" in out.told["stderr"]
    assert "HTTP 401" in out.told["stderr"]
    assert hits(out.told) == []
    assert WORDS["system prompt"] not in shown
    assert WORDS["error"] not in shown
    assert not any(piece in shown for secret in SECRETS.values() for piece in pieces(secret))


async def test_x8_x9_a_check_shows_no_secret(tmp_path: Path) -> None:
    """Neither a check that passes nor settings that are wrong, whatever servers quote."""
    async with around() as world:
        make_faults(world)
        settings = world.settings()
        async with running(tmp_path, "bot", "check", **settings) as (_, out):
            pass
        wrong = settings | {name: f"{value} \u00e9" for name, value in settings.items() if name in ("TELEGRAM_TOKEN", "OPENAI_API_KEY")}
        async with running(tmp_path, "bot", "check", **(wrong | {"PARLEY_RATE": SECRETS["header"]})) as (_, refused):
            pass
    assert "Model" in out.told["stdout"]
    assert "OPENAI_API_KEY" in refused.told["stderr"]
    assert hits(out.told) + hits(refused.told) == []


async def test_x7_x8_x20_a_fault_of_our_own_quotes_nobody(tmp_path: Path) -> None:
    """An error nobody foresaw, with words, key and prompt in its message, in the core and in a thread; the log is JSON."""
    async with around() as world:
        settings = world.settings() | {"PARLEY_LOG_FORMAT": "json"}
        async with running(tmp_path, "tests.security.leaky", "crash", "run", **settings) as (process, out):
            await world.ann.says(world.chat, WORDS["message"])
            await until((tmp_path / "data/restarts.json").exists)
            process.send_signal(signal.SIGTERM)
    assert modes(tmp_path / "data").get("restarts.json") == 0o600
    assert "telegram failed and is started again" in out.told["stderr"]
    assert "KeyError" in out.told["stderr"]
    assert "append.py" in out.told["stderr"], "where it happened is told"
    assert "a thread ended by an error" in out.told["stderr"]
    assert hits(out.told) == []


async def test_x7_a_planted_leak_is_found(tmp_path: Path) -> None:
    """Else the runs above would prove nothing."""
    async with around() as world, running(tmp_path, "tests.security.leaky", "leak", "run", **world.settings()) as (process, out):
        await world.ann.says(world.chat, WORDS["message"])
        await world.chat.wait_for("You said")
        process.send_signal(signal.SIGTERM)
    found = hits(out.told)
    assert "the words of a message in stderr" in found
    assert "the model key in stderr" in found
    assert "the telegram token in the file notes.txt" in found
    assert "the discord token in the file parley.db" in found


def test_x7_the_search_sees_pieces_of_secrets() -> None:
    assert hits({"here": SECRETS["model key"][5:17]}) == ["the model key in here"]
    assert hits({"here": SECRETS["model key"][5:16]}) == []


def test_x7_words_belong_into_the_database_and_secrets_do_not() -> None:
    text = f"{WORDS['message']} {SECRETS['header']}"
    assert hits({"the file parley.db-wal": text}) == ["the header in the file parley.db-wal"]
    assert hits({"the file parley.db.reserve": text}) == [
        f"the {what} in the file parley.db.reserve" for what in ("header", "words of a message")
    ]
