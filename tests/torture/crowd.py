"""Who talks to the bot meanwhile: several people in private chats and a group, who write, edit, retry, stop and press, by a seed."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field

from tests.fakes.openai_script import Json, Reply
from tests.fakes.openai_server import last_prompt
from tests.fakes.telegram import Chat, FakeTelegram, Message, Person

TAG = re.compile(r"\b[me]\d+(?:v\d+)?\b")
"""Every text that is to be answered has a tag of its own: m17, its second version m17v2, or e18 for the words of an /edit."""

WORDS = tuple("the quick brown fox jumps over the lazy dog while rain falls on quiet streets and nobody minds".split())  # noqa: SIM905
PRESSED = ("Retry", "‹", "›")
LONG = 900


def tags(text: str) -> list[str]:
    """The tags in a text, without those in quotations."""
    return TAG.findall("\n".join(line for line in text.splitlines() if not line.startswith(">")))


def answered(text: str) -> list[str]:
    """The tags that an answer of `Echo` names at its beginning: what it answers."""
    head, colon, _ = text.partition(":")
    return TAG.findall(head) if colon and head.startswith("Answer to ") else []


class Echo:
    """The model: it names all that the newest turn asks, in plain words, at different speeds, and at length now and then."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - repeatable, not secret

    def __call__(self, body: Json) -> Reply:
        count = LONG if self._random.random() < 0.08 else self._random.randint(3, 40)
        words = " ".join(self._random.choice(WORDS) for _ in range(count))
        text = f"Answer to {' '.join(tags(last_prompt(body)))}: {words}."
        pace = self._random.random()
        if pace < 0.5:
            return Reply(text)
        if count == LONG:  # more than one post before the first of them is there, and then a pause
            return Reply(text, pieces=(text[:4500], text[4500:]), tokens_per_second=4)
        speed = count / self._random.uniform(0.02, 0.25)
        return Reply(text, tokens_per_second=speed, first_token_after=self._random.uniform(0.0, 0.1))


@dataclass(slots=True)
class Talker:
    """A person in one chat. A steady one only writes, so that the order of the answers can be told."""

    person: Person
    chat: Chat
    steady: bool
    messages: list[Message] = field(default_factory=list)
    versions: dict[int, int] = field(default_factory=dict)
    repeats: int = 0
    """How often something was asked that answers an old message again."""
    pressed: bool = False
    """Whether a button in the chat was pressed, so that an older version may be the one that is shown."""

    @property
    def mention(self) -> str:
        return "@parley_bot " if self.chat.type != "private" else ""


@dataclass
class Crowd:
    """All of them. `do` lets one of them do something."""

    fake: FakeTelegram
    seed: int
    people: int = 5
    talkers: list[Talker] = field(default_factory=list)
    done: dict[str, int] = field(default_factory=dict)
    edits: list[str] = field(default_factory=list)
    owners: dict[str, Talker] = field(default_factory=dict)
    """Whose a tag is, by the tag without its version."""
    _counter: int = 0

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)  # noqa: S311 - repeatable, not secret
        everybody = [self.fake.person(1000 + number, f"Person{number}") for number in range(self.people)]
        self.talkers = [Talker(person, self.fake.private_chat(person), number % 2 == 0) for number, person in enumerate(everybody)]
        group = self.fake.group("Group", *everybody[:2])
        self.talkers += [Talker(person, group, number == 0) for number, person in enumerate(everybody[:2])]
        self._deeds: dict[str, tuple[float, Callable[[Talker], Coroutine[None, None, None]]]] = {
            "says": (55, self._says),
            "says twice": (12, self._says_twice),
            "edits": (11, self._edits),
            "replies": (4, self._replies),
            "/edit": (5, self._edit_command),
            "/retry": (4, self._retry_command),
            "/stop": (5, self._stop),
            "/new": (4, self._new),
            "presses": (8, self._presses),
        }

    async def do(self) -> None:
        """Somebody does something. Steady people write, and open a session now and then."""
        talker = self._random.choice(self.talkers)
        names = ["says", "says twice", "/new"] if talker.steady else list(self._deeds)
        name = self._random.choices(names, [self._deeds[name][0] for name in names])[0]
        self.done[name] = self.done.get(name, 0) + 1
        await self._deeds[name][1](talker)

    def _tag(self, letter: str, talker: Talker) -> str:
        self._counter += 1
        tag = f"{letter}{self._counter}"
        self.owners[tag] = talker
        return tag

    async def _says(self, talker: Talker, reply_to: Message | None = None) -> None:
        text = f"{talker.mention}{self._tag('m', talker)} {' '.join(self._random.choices(WORDS, k=4))}"
        talker.messages.append(await talker.person.says(talker.chat, text, reply_to=reply_to))

    async def _says_twice(self, talker: Talker) -> None:
        for _ in range(self._random.choice((2, 2, 3))):
            await self._says(talker)

    async def _replies(self, talker: Talker) -> None:
        posts = [post for post in talker.chat.from_bot if answered(post.text)]
        await self._says(talker, self._random.choice(posts) if posts else None)

    async def _edits(self, talker: Talker) -> None:
        """Mostly the newest message, which is likely to be under way."""
        if not talker.messages:
            return await self._says(talker)
        message = talker.messages[-1] if self._random.random() < 0.7 else self._random.choice(talker.messages)
        version = talker.versions[message.id] = talker.versions.get(message.id, 1) + 1
        tag = tags(message.text)[0].partition("v")[0]
        await talker.person.edits(message, f"{talker.mention}{tag}v{version} {' '.join(self._random.choices(WORDS, k=4))}")
        talker.repeats += 1
        return None

    async def _edit_command(self, talker: Talker) -> None:
        tag = self._tag("e", talker)
        self.edits.append(tag)
        await self._commands(talker, f"/edit {tag} other words")

    async def _retry_command(self, talker: Talker) -> None:
        await self._commands(talker, "/retry")

    async def _stop(self, talker: Talker) -> None:
        await self._commands(talker, "/stop")

    async def _new(self, talker: Talker) -> None:
        await talker.person.says(talker.chat, "/new")

    async def _commands(self, talker: Talker, text: str) -> None:
        talker.repeats += 1
        await talker.person.says(talker.chat, text)

    async def _presses(self, talker: Talker) -> None:
        posts = [post for post in talker.chat.from_bot if set(post.labels()) & set(PRESSED)]
        if not posts:
            return
        post = self._random.choice(posts[-5:])
        for other in (other for other in self.talkers if other.chat is talker.chat):
            other.repeats += 1
            other.pressed = True
        await talker.person.presses(post, self._random.choice([label for label in post.labels() if label in PRESSED]))
