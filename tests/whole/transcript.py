"""Plays a transcript: lines of what people do, and below each what they see of it, indented.

Ann: one                          says        Ann: /edit n=1 text=uno       a command with its options
Ann edits "one" to "uno"          natively    Ann replies to "You said" with "and then?"
Ann presses [Retry]               the newest such button, or: Ann presses [Retry] under "You said: one"
Ann fills in "uno"                what the bot asked for
Ann: /open id={Tax}               the id of the session that is called so, as the chat showed it
Ann types: /edit                  as words, where a platform has commands beside them
Ann, meanwhile: two               the answer to it is not waited for
The model fails.  The model begins.  The model goes on.  The model thinks.  The model says "..."  The model writes 20 paragraphs.
In a group: / In a shared group:  in the first line; else it is Ann's private chat

+ a new post [Button]   (Ann alone) before what nobody else sees, (text) before what replies to that text
~ what a post shows now          - what was taken away          ! what is said to who pressed, and to nobody else
"""

from __future__ import annotations

import asyncio
import re
import shlex
from dataclasses import replace
from pathlib import Path

from tests.fakes.openai_script import Refusal, Reply
from tests.fakes.openai_server import FakeOpenAI
from tests.whole.plan import Held
from tests.whole.stage import Shown, Stage

FOLDER = Path(__file__).with_name("transcripts")
_NAMED = re.compile(r"\{(.+?)\}")
_SAYS = re.compile(r"(\w+)( types|, meanwhile)?: (.*)")
_DOES = re.compile(r'(\w+)(, meanwhile,)? (presses|edits|replies to|fills in) (?:\[(.+?)\]|"(.+?)")(?: (?:under|to|with) "(.+)")?')
_MODEL = re.compile(r'The model (fails|begins|goes on|thinks|says|writes)(?: "(.*)"| (\d+) paragraphs)?\.?')


class Player:
    """Holds what the chat showed last, and what the model is about to do."""

    def __init__(self, stage: Stage, openai: FakeOpenAI) -> None:
        self._stage = stage
        self._openai = openai
        self._held: Held | None = None
        self._begun = False
        self._before: list[Shown] = []

    async def play(self, script: str) -> str:
        """The transcript as it is on this platform."""
        out: list[str] = []
        for line in script.splitlines():
            if line.startswith("    "):
                continue
            out.append(line)
            if line and not line.startswith(("#", "In a ")):
                out += [f"    {seen}".replace("\n", "\n      ") for seen in await self._act(line)]
        return "\n".join(out) + "\n"

    async def _act(self, line: str) -> list[str]:
        if model := _MODEL.fullmatch(line):
            return await self._model(model[1], (model[2] or model[3] or "").replace("\\n", "\n"))
        told = ""
        if does := _DOES.fullmatch(line):
            meanwhile = bool(does[2])
            told = await self._does(does[1], does[3], does[4] or does[5], does[6] or "")
        else:
            says = _SAYS.fullmatch(line)
            assert says is not None, f"not understood: {line}"
            meanwhile = says[2] == ", meanwhile"
            await self._says(says[1], says[3].replace("\\n", "\n"), typed=says[2] == " types")
        if meanwhile:
            await self._stage.taken()
            return []
        return [*([f"! {told}"] if told else []), *await self._looks()]

    async def _says(self, who: str, text: str, *, typed: bool) -> None:
        if typed or not text.startswith("/"):
            await self._stage.says(who, text)
            return
        name, *words = shlex.split(_NAMED.sub(lambda named: self._id_of(named[1]), text[1:]))
        await self._stage.command(who, name, dict(word.split("=", 1) for word in words))

    def _id_of(self, title: str) -> str:
        """The id of the session of this title, as it was shown last."""
        shown = " ".join(post.text for post in self._stage.posts())
        found = re.findall(rf"(#[0-9a-f]{{4,16}}) {re.escape(title)}|{re.escape(title)} \\((#[0-9a-f]{{4,16}})\\)", shown)
        assert found, f"no id of {title} in: {shown}"
        return "".join(found[-1])

    async def _does(self, who: str, what: str, first: str, second: str) -> str:
        match what:
            case "presses":
                return await self._stage.presses(who, first, second)
            case "edits":
                await self._stage.edits(who, first, second)
            case "replies to":
                await self._stage.replies(who, first, second)
            case "fills in":
                await self._stage.fills_in(who, first)
        return ""

    async def _model(self, what: str, text: str) -> list[str]:
        match what:
            case "fails":
                self._openai.script(Refusal(401, "no"))
            case "thinks":
                self._openai.script(Reply(first_token_after=0.3))
            case "says":
                self._openai.script(Reply(text))
            case "writes":
                paragraphs = [f"Paragraph {number} {'word ' * 40}".strip() for number in range(1, int(text) + 1)]
                self._openai.script(Reply("\n\n".join(paragraphs)))
            case "begins":
                self._held, self._begun = Held(), True
                self._openai.script(self._held.step)
            case "goes on":
                assert self._held is not None
                self._held.on()
                return await self._looks()
        return []

    async def _looks(self) -> list[str]:
        """What has changed since the last look. A new post stands below those that were there."""
        if self._begun:
            self._begun = False
            await self._words()
        else:
            await self._stage.settle()
        before, now = {shown.key: shown for shown in self._before}, _whole(self._stage.posts())
        kept = [shown for shown in now if shown.key in before]
        new = [shown for shown in now if shown.key not in before]
        assert [shown.key for shown in kept] == [key for key in before if key in {shown.key for shown in kept}], "posts changed places"
        gone = [shown for key, shown in before.items() if key not in {shown.key for shown in now}]
        changed = [shown for shown in kept if shown.lines() != before[shown.key].lines()]
        self._before = now
        marked = [("-", gone), ("~", changed), ("+", new)]
        return [f"{mark} {shown.lines()}" for mark, posts in marked for shown in posts]

    async def _words(self) -> None:
        async with asyncio.timeout(60):
            while not any("some words" in shown.text for shown in self._stage.posts()):
                await asyncio.sleep(0.005)


def _whole(posts: list[Shown]) -> list[Shown]:
    """The posts of one long answer as one: how many they are is the platform's affair."""
    out: list[Shown] = []
    for shown in posts:
        if out and not out[-1].buttons and out[-1].text.startswith("Paragraph") and shown.text.startswith("Paragraph"):
            out[-1] = replace(out[-1], text=f"{out[-1].text}\n\n{shown.text}", buttons=shown.buttons)
        else:
            out.append(shown)
    return out
