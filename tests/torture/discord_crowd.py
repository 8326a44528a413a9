"""What people do on Discord: in direct messages, in a channel where they mention the bot, and in threads that it follows."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from tests.fakes.discord import Channel, FakeDiscord, Interaction, Message, Person
from tests.fakes.discord.places import Kind
from tests.torture.crowd import PRESSED, Crowd, Tags, Talker
from tests.torture.words import answered, tags

DIRECT, SERVER, THREADED = 4, 2, 2
PATIENCE = 20.0

Teller = Talker[Person, Channel, Message]


class DiscordCrowd(Crowd[Person, Channel, Message]):
    """They give slash commands, of which those that reach nobody are nobody's debt: `given` keeps all, `asks` those with words.

    `threads` is the channel in which a mention opens a thread; `opened` are the messages that are to have one.
    """

    EDITABLE = 6
    """Edits from while the bot was dead are looked for among the newest 50 messages of a channel."""

    def __init__(self, fake: FakeDiscord, seed: int, names: Tags) -> None:
        super().__init__(seed, names)
        self.fake = fake
        self.given: list[Interaction] = []
        self.asks: dict[str, Interaction] = {}
        self.opened: list[Message] = []
        everybody = [fake.person(1000 + number, f"Person{number}") for number in range(DIRECT)]
        self.talkers = [Talker(person, fake.dm(person), number % 2 == 0) for number, person in enumerate(everybody)]
        server = fake.guild("Server", *everybody)
        self.threads = server.channel("threads")
        general = server.channel("general")
        self.talkers += [Talker(person, general, number == 0) for number, person in enumerate(everybody[:SERVER])]
        self._followers = everybody[:THREADED]
        self.deeds |= {
            "/ask": (4, self._ask),
            "deletes": (2, self._deletes),
            "opens a thread": (2, self._opens),
            "writes to others": (2, self._to_others),
        }

    async def greet(self) -> None:
        """Everybody says something; one opens the thread, in which two then go on."""
        for talker in self.talkers:
            await self.says(talker)
        opener = self.talkers[0]
        await self._opens(opener)
        thread = await self._thread_of(self.opened[-1])
        following: list[Teller] = [Talker(person, thread, number == 0) for number, person in enumerate(self._followers)]
        self.names.owners[tags(self.opened[-1].text)[0]] = following[0]
        for talker in following:
            await self.says(talker)
        self.talkers += following

    async def _thread_of(self, message: Message) -> Channel:
        async with asyncio.timeout(PATIENCE):
            while message.thread is None:
                await asyncio.sleep(0.01)
        return message.thread

    async def write(self, talker: Teller, text: str, reply_to: Message | None = None) -> Message:
        """In a server with a mention, if it is no reply that pings; in a thread that the bot follows without."""
        in_server = talker.chat.kind is Kind.TEXT
        return await talker.person.says(talker.chat, text, reply_to=reply_to, mention=in_server and reply_to is None)

    async def rewrite(self, talker: Teller, message: Message, text: str) -> None:
        mention = f"<@{self.fake.bot.id}> " if message.text.startswith("<@") else ""
        await talker.person.edits(message, mention + text)

    async def command(self, talker: Teller, name: str, text: str = "") -> None:
        options = {"text": text} if text else {}
        self.given.append(await talker.person.slash(talker.chat, name, **options))

    def posts(self, talker: Teller) -> Sequence[Message]:
        return [post for post in talker.chat.from_bot if answered(post.text) and post.only_for is None]

    async def presses(self, talker: Teller) -> None:
        posts = [
            post
            for post in talker.chat.from_bot
            if set(post.labels()) & set(PRESSED) and post.only_for in (None, talker.person.user) and not post.loading
        ]
        if not posts:
            return
        post = self.random.choice(posts[-5:])
        label = self.random.choice([label for label in post.labels() if label in PRESSED])
        self.pressed_near(talker)
        self.given.append(await talker.person.presses(post, label))

    async def _ask(self, talker: Teller) -> None:
        """Words that count only if the command reached the bot."""
        tag = self.names.new("m", talker)
        talker.repeats += 1
        self.asks[tag] = await talker.person.slash(talker.chat, "ask", text=f"{tag} {self.some_words()}")
        self.given.append(self.asks[tag])

    async def _deletes(self, talker: Teller) -> None:
        """Not the message that a thread hangs on: that takes nothing from the thread."""
        standing = [message for message in talker.messages if not message.deleted and message.thread is None]
        if standing:
            talker.repeats += 1
            await talker.person.deletes(self.random.choice(standing[-4:]))

    async def _opens(self, talker: Teller) -> None:
        """A mention in the channel of threads. What is said then stands in a thread of its own."""
        text = f"{self.names.new('m', talker)} {self.some_words()}"
        self.opened.append(await talker.person.says(self.threads, text, mention=True))

    async def _to_others(self, talker: Teller) -> None:
        """Words in the server that are not for the bot, which must stay out of everything."""
        general = next(other.chat for other in self.talkers if other.chat.kind is Kind.TEXT)
        await talker.person.says(general, self.some_words())
