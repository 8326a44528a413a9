"""The whole program with both platforms on, in a process of its own, given secrets and words that are looked for in all that comes out."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.cli.command import environment
from tests.fakes.discord import Channel, FakeDiscord
from tests.fakes.discord import Person as DiscordPerson
from tests.fakes.openai_script import Raw, Refusal, Reply, error_body, event
from tests.fakes.openai_server import FakeOpenAI
from tests.fakes.telegram import Chat, FakeTelegram, Person

PIECE = 12
"""So many letters of a secret are as bad as all of it."""

SECRETS = {
    "telegram token": "987654321:Kx7Qd2mVw9Rz4Tn8Hp3Ls6Yb1Fc5Gj0AeUi",
    "discord token": "OTg3NjU0MzIxMDEyMzQ1Njc4.Gq7Xzk.m2Vw9Rz4Tn8Hp3Ls6Yb1Fc5Gj0AeUiKx7Qd-wPoI",
    "model key": "vQ3nZ8kXw5Tj2Rb7Lm4Ph9Gd6Ys1CfUe",
    "header": "Hj4Wc9Xe2Nr7Tb5Kq8Vm3Zp6Ld1Gy0Sa",
}
WORDS = {
    name: f"{name.replace(' ', '')}Zwetschge{number}"
    for number, name in enumerate(
        ("message", "edited", "title", "caption", "file name", "forwarded", "quoted", "answer", "system prompt", "name", "error", "slash")
    )
}
DATABASE = frozenset({"the file parley.db", "the file parley.db-wal"})
"""Where words of people belong; and not even there a secret."""


def pieces(secret: str) -> Iterator[str]:
    for start in range(len(secret) - PIECE + 1):
        yield secret[start : start + PIECE]


def hits(out: Mapping[str, str]) -> list[str]:
    """What of the secrets and words stands where, in plain words; never the thing itself."""
    found = []
    for where, text in out.items():
        found += [f"the {name} in {where}" for name, secret in SECRETS.items() if any(piece in text for piece in pieces(secret))]
        if where not in DATABASE:
            found += [f"the words of a {name} in {where}" for name, word in WORDS.items() if word in text]
    return found


@dataclass(slots=True)
class Out:
    """All that came out of a process: what it wrote, and what could be seen of it while it ran."""

    status: int | None = None
    told: dict[str, str] = field(default_factory=dict)


class Trap:
    """An address that people and the model name, and to which nobody should go."""

    def __init__(self) -> None:
        self.visits = 0
        self.address = ""

    async def _visited(self, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.visits += 1
        writer.close()

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Trap]:
        server = await asyncio.start_server(self._visited, "127.0.0.1", 0)
        async with server:
            self.address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/picture.png"
            yield self


@dataclass(slots=True)
class Around:
    """The platforms and the model, and who talks there."""

    telegram: FakeTelegram
    discord: FakeDiscord
    openai: FakeOpenAI
    ann: Person
    chat: Chat
    bea: DiscordPerson
    general: Channel
    trap: Trap

    def settings(self) -> dict[str, str]:
        return {
            "TELEGRAM_TOKEN": SECRETS["telegram token"],
            "TELEGRAM_API_URL": self.telegram.url,
            "DISCORD_TOKEN": SECRETS["discord token"],
            "DISCORD_API_URL": self.discord.api_url,
            "DISCORD_GATEWAY_URL": self.discord.gateway_url,
            "OPENAI_API_KEY": SECRETS["model key"],
            "OPENAI_BASE_URL": self.openai.base_url,
            "OPENAI_HEADERS": f'{{"X-Extra": "{SECRETS["header"]}"}}',
            "PARLEY_MODEL": "fake-1",
            "PARLEY_SYSTEM_PROMPT": f"You are {WORDS['system prompt']}.",
            "PARLEY_LOG_LEVEL": "DEBUG",
            "PARLEY_RATE": "1000",
            "PYTHONASYNCIODEBUG": "1",
            "PYTHONFAULTHANDLER": "1",
        }


@asynccontextmanager
async def around() -> AsyncIterator[Around]:
    telegram, discord = FakeTelegram(token=SECRETS["telegram token"]), FakeDiscord(token=SECRETS["discord token"], message_content=True)
    async with telegram, discord, FakeOpenAI() as openai, Trap().open() as trap:
        ann, bea = telegram.person(1001, f"Ann {WORDS['name']}"), discord.person(1001, f"Bea {WORDS['name']}")
        general = discord.guild("Club", bea, admins=[bea]).channel("general")
        yield Around(telegram, discord, openai, ann, telegram.private_chat(ann), bea, general, trap)


@asynccontextmanager
async def running(folder: Path, *command: str, **settings: str) -> AsyncIterator[tuple[asyncio.subprocess.Process, Out]]:
    """The process; what it wrote is in `Out` once it has ended, and it is gone in the end."""
    out = Out()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-X",
        "faulthandler",
        "-m",
        *command,
        cwd=folder,
        env=environment(folder, settings),
        umask=0o022,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    reading = asyncio.create_task(process.communicate())
    try:
        yield process, out
        async with asyncio.timeout(60):
            written, told = await asyncio.shield(reading)
    finally:
        if process.returncode is None:
            process.kill()
        await reading
    out.status = process.returncode
    out.told |= {"stdout": written.decode(), "stderr": told.decode()} | files(folder)


def files(folder: Path) -> dict[str, str]:
    """Everything the program has left behind, byte by byte."""
    found = [path for path in folder.rglob("*") if path.is_file()]
    return {f"the file {path.name}": f"{path.name}\n{path.read_bytes().decode('latin-1')}" for path in found}


def modes(folder: Path) -> dict[str, int]:
    """Of everything that the program made, by name."""
    return {path.name: path.stat().st_mode & 0o777 for path in folder.rglob("*")}


def seen_from_outside(pid: int) -> dict[str, str]:
    """What everybody on the machine can read of the process; and its children, with what they were given."""
    proc = Path("/proc") / str(pid)
    told = {f"its {name}": (proc / name).read_bytes().decode().replace("\0", " ") for name in ("cmdline", "comm", "status")}
    for child in _children(proc):
        told |= {f"the {name} of its child {child}": (Path("/proc") / child / name).read_text() for name in ("cmdline", "environ")}
    return told


def _children(proc: Path) -> Iterable[str]:
    return [child for task in (proc / "task").iterdir() for child in (task / "children").read_text().split()]


def make_faults(around: Around) -> None:
    """Of every kind: refusals that quote key and prompt, gateways' pages, cuts, limits, refused formatting."""
    key, said = SECRETS["model key"], f"{WORDS['error']} {WORDS['message']} {WORDS['system prompt']}"
    around.openai.script(
        Refusal(429, error_body(f"limit of {key}: {said}"), {"retry-after": "0"}),
        Refusal(500, f"<html>{key} {said}</html>"),
        Refusal(400, error_body(f"unsupported: {said}", code=said)),
        Raw((event(error_body(f"{said} {key}", code=said, type=key)),)),
        Raw((said.encode(),), content_type="application/json"),
        Raw((event({"choices": [{"delta": {"content": WORDS["answer"]}}]}),), end="rst"),
    )
    telegram, discord = around.telegram.faults, around.discord.faults
    token = SECRETS["telegram token"]
    telegram.add("sendMessage", error=502, html=True)
    telegram.add("sendMessage", retry_after=1)
    telegram.add("sendMessage", error=400, description=f"Bad Request: can't parse entities in {said} for {token}")
    telegram.add("editMessageText", error=400, description=f"Bad Request: {said} {token}")
    telegram.add("editMessageText", cut=True, after=True)
    telegram.add("getUpdates", error=500, description=f"{token} {said}")
    telegram.add("getUpdates", cut=True)
    discord.add("create message", error=400, code=50035, message=f"Invalid {said} {SECRETS['discord token']}")
    discord.add("create message", cut=True, after=True)
    discord.add("edit message", error=403, code=50013, message=said)
    discord.add("edit message", retry_after=0.2)


async def talk(around: Around) -> None:
    """By every way in which words come, on both platforms."""
    ann, chat, bea, general = around.ann, around.chat, around.bea, around.general
    link = f"{around.trap.address} ![x]({around.trap.address})"
    around.openai.always = lambda body: Reply(f"You are told: {WORDS['answer']}. {link}")
    await ann.says(chat, f"look at {link}")
    await bea.says(general, f"look at {link}", mention=True)
    first = await ann.says(chat, WORDS["message"])
    for _ in range(200):
        asked = len(around.openai.requests)
        await ann.says(chat, f"{WORDS['message']} again")
        await bea.says(general, WORDS["message"], mention=True)
        await asyncio.sleep(0.15)
        await _asked_more_than(around, asked)
        if not around.openai.pending_steps:
            break
    assert not around.openai.pending_steps, "every fault of the model is met"
    await ann.edits(first, WORDS["edited"])
    await ann.says(chat, f"/title {WORDS['title']}")
    await ann.sends_document(chat, b"x", f"{WORDS['file name']}.txt", caption=WORDS["caption"])
    await ann.says(chat, WORDS["forwarded"], forwarded=WORDS["name"])
    await ann.says(chat, "and this?", reply_to=first, quote=WORDS["quoted"])
    await ann.says(chat, "/history")
    await ann.says(chat, f"/{WORDS['title']} {WORDS['message']}")
    asked = await bea.says(general, WORDS["message"], mention=True, attachments=[(f"{WORDS['file name']}.txt", b"x")])
    await bea.edits(asked, f"<@{around.discord.bot.id}> {WORDS['edited']}")
    await bea.says(general, "", forwarded=WORDS["forwarded"])
    await bea.slash(general, "ask", text=WORDS["slash"])
    await bea.slash(general, "title", text=WORDS["title"])
    around.discord.gateway.cut()
    await _answered(around)
    key = SECRETS["model key"]  # Last, since a refused key is not tried again soon.
    around.openai.script(Refusal(401, error_body(f"Incorrect API key provided: {key}. {WORDS['message']}", code=key, type=key)))
    await ann.says(chat, WORDS["message"])
    async with asyncio.timeout(60):
        while "refuses its key" not in str(chat.texts):
            await asyncio.sleep(0.05)


async def _asked_more_than(around: Around, asked: int) -> None:
    """For a moment, at least: what is said faster than it is answered only piles up."""
    for _ in range(100):
        if len(around.openai.requests) > asked:
            return
        await asyncio.sleep(0.02)


async def _answered(around: Around) -> None:
    """Both get a whole answer in the end, so that it could leak too."""
    for _ in range(30):
        for _ in range(100):
            if all(WORDS["answer"] in str(texts) for texts in (around.chat.texts, around.general.texts)):
                return
            await asyncio.sleep(0.05)
        await around.bea.says(around.general, WORDS["message"], mention=True)  # a channel that refused is left alone until somebody writes
    raise AssertionError("no whole answer came")
