"""A Telegram Bot API server on 127.0.0.1, for tests: the wire protocol as it is, people to play, faults to make.

    async with FakeTelegram() as fake:                     # fake.url is TELEGRAM_API_URL, fake.token the token
        ann = fake.person(1001, "Ann")
        chat = fake.private_chat(ann)
        asked = await ann.says(chat, "hello")              # an update now waits for the bot
        answer = await chat.wait_for("Hi")                 # so many bot messages, a text, or a condition on the chat
        press = await ann.presses(answer, "Retry")         # by label or data; await press.answer() for what the bot says to it
        await ann.edits(asked, "hello again")
        print(chat.transcript())

People: says(chat, text, reply_to=, quote=, forwarded=, entities=), edits, deletes, presses, presses_data (forged or old),
sends_photo/document/sticker/voice, sends(chat, "location", {...}), blocks, unblocks, adds_bot, removes_bot.
Places: private_chat(person), which stands for /start: before it the bot may not write to them;
group(title, *people, admins=, chat_type="group"|"supergroup", forum=, bot_admin=), topic(chat, name),
channel(title) -> (chat, hand), anonymous_admin(group), migrate(group, by) -> the supergroup. A place can be spoiled:
chat.bot_may_write = False, topic.closed = True. In groups the bot sees what privacy mode lets it see (fake.privacy).
To look: chat.messages / from_bot / texts / last / everything (with deleted ones), message.text / entities / labels() / history /
reply_to / edit_date, chat.actions (typing), chat.drafts, fake.answers_to(message), fake.calls, fake.calls_of("sendMessage"),
fake.violations (what Telegram refuses in formatted texts, buttons, lengths), fake.altered (what it mends silently),
fake.updates.waiting / confirmed / handed_out / log / polls; fake.updates.repeat(fake.updates.log[-1]) plays one twice.
Faults (faults.What): fake.faults.add("sendMessage", error=502, after=True), ("editMessageText", retry_after=3, times=2),
("*", cut=True, after=True, chance=0.1, times=None), ("getUpdates", hang=True), (..., slow=2.0), (..., html=True),
(..., when=lambda call: call.params["text"] == "x", skip=1).
A webhook: (faults.POST, error=502), (POST, cut=True, after=True), (POST, after=True, slow=0.01) befall its posts; fake.updates.give_up()
stops waiting for the post under way, and makes it again; fake.updates.front is the bot behind the web server that ends TLS.
Limits: FakeTelegram(limits=Limits()) answers 429 as Telegram does; fake.limits.refused counts. fake.advance(hours=49) ages everything.
Telegram's two readings of length differ; here the stricter one counts, 4096 UTF-16 units.
As a process of its own: python -m tests.fakes.telegram --port N --token T --state FILE, with POST /control/<verb> (control.py).
"""

from tests.fakes.telegram.chats import Button, Chat, Message, Topic, User
from tests.fakes.telegram.faults import Fault, Faults
from tests.fakes.telegram.limits import Limits
from tests.fakes.telegram.people import Person
from tests.fakes.telegram.server import TOKEN, FakeTelegram
from tests.fakes.telegram.world import Call, Press

__all__ = ["TOKEN", "Button", "Call", "Chat", "FakeTelegram", "Fault", "Faults", "Limits", "Message", "Person", "Press", "Topic", "User"]
