"""A Telegram Bot API server on 127.0.0.1, for tests: the wire protocol as it is, people to play, faults to make.

async with FakeTelegram() as fake:                      # fake.url is TELEGRAM_API_URL, fake.token the token
    ann = fake.person(1001, "Ann")
    chat = fake.private_chat(ann)
    asked = await ann.says(chat, "hello")               # an update now waits for the bot
    answer = await chat.wait_for("Hi")                  # a number of bot messages, a text, or a condition
    await ann.presses(answer, "Retry")
    print(chat.transcript())

"""

from tests.fakes.telegram.chats import Button, Chat, Message, Topic, User
from tests.fakes.telegram.faults import Fault, Faults
from tests.fakes.telegram.limits import Limits
from tests.fakes.telegram.people import Person
from tests.fakes.telegram.server import TOKEN, FakeTelegram
from tests.fakes.telegram.world import Call, Press

__all__ = ["TOKEN", "Button", "Call", "Chat", "FakeTelegram", "Fault", "Faults", "Limits", "Message", "Person", "Press", "Topic", "User"]
