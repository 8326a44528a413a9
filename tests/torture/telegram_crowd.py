"""What people do on Telegram: five in private chats, two of them in a group as well."""

from __future__ import annotations

from collections.abc import Sequence

from tests.fakes.telegram import Chat, FakeTelegram, Message, Person
from tests.torture.crowd import PRESSED, Crowd, Tags, Talker
from tests.torture.words import answered

PEOPLE = 5

Teller = Talker[Person, Chat, Message]


class TelegramCrowd(Crowd[Person, Chat, Message]):
    """They type their commands."""

    def __init__(self, fake: FakeTelegram, seed: int, names: Tags) -> None:
        super().__init__(seed, names)
        everybody = [fake.person(1000 + number, f"Person{number}") for number in range(PEOPLE)]
        self.talkers = [Talker(person, fake.private_chat(person), number % 2 == 0) for number, person in enumerate(everybody)]
        group = fake.group("Group", *everybody[:2])
        self.talkers += [Talker(person, group, number == 0) for number, person in enumerate(everybody[:2])]

    def _addressed(self, talker: Teller, text: str) -> str:
        return text if talker.chat.type == "private" else f"@parley_bot {text}"

    async def write(self, talker: Teller, text: str, reply_to: Message | None = None) -> Message:
        return await talker.person.says(talker.chat, self._addressed(talker, text), reply_to=reply_to)

    async def rewrite(self, talker: Teller, message: Message, text: str) -> None:
        await talker.person.edits(message, self._addressed(talker, text))

    async def command(self, talker: Teller, name: str, text: str = "") -> None:
        await talker.person.says(talker.chat, f"/{name} {text}".strip())

    def posts(self, talker: Teller) -> Sequence[Message]:
        return [post for post in talker.chat.from_bot if answered(post.text)]

    async def presses(self, talker: Teller) -> None:
        posts = [post for post in talker.chat.from_bot if set(post.labels()) & set(PRESSED)]
        if not posts:
            return
        post = self.random.choice(posts[-5:])
        self.pressed_near(talker)
        await talker.person.presses(post, self.random.choice([label for label in post.labels() if label in PRESSED]))
