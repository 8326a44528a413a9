"""What a command is given, and what many commands do: say something, ask for text, refuse, find the session or the message meant."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from bot.changes import OpenQuestion
from bot.commands.catalog import Command
from bot.commands.tails import meant_by
from bot.events import CommandInvoked, MessageRef, Place
from bot.messages import Message, Session
from bot.posts import Ask, ButtonRow, OpenAsk
from bot.replies import texts
from bot.rules.decision import Asked, Decision, Given
from bot.rules.say import attached, say, say_instead
from bot.store import Reader

SESSION_DIGITS = 16
MAX_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Call:
    """A command as it was invoked. `private_place` is where a private answer goes, where that is not the place itself. `source` is the
    message that holds the words of the command and nothing else: the answer to a question."""

    event: CommandInvoked
    command: Command
    given: Given
    reader: Reader
    private_place: Place | None = None
    source: MessageRef | None = None

    @property
    def place(self) -> Place:
        return self.event.ref.place

    @property
    def args(self) -> str:
        return self.event.args.strip()

    @property
    def asked(self) -> Asked:
        """Where an answer of the model goes. In a group it replies to who asked."""
        return Asked(self.place, attached(self.event), self.event.sent_at)

    def say(self, text: str, buttons: tuple[ButtonRow, ...] = (), ask: Ask | None = None) -> Decision:
        """Answers the command: privately where it is for the person's eyes only, in place of the list whose button was pressed."""
        private = self.command.private and (self.command.personal or not self.given.shared)
        audience = self.event.author.id if private else ""
        if self.event.pressed and self.command.name == "page" and self.given.found.post is not None:
            post = self.given.found.post
            if private and post.place.kind == "group" and (post.content is None or post.content.audience != audience):
                return Decision(line=texts.NO_LONGER_THERE)  # the list of one person in front of all
            return say_instead(post.reply_id, post.place, text, buttons, audience)
        place = self.private_place if private and self.private_place is not None else self.place
        return say(self.given, place, text, buttons=buttons, ask=ask, reply_to=attached(self.event), audience=audience)

    def refuse(self, text: str) -> Decision:
        """A refusal: at once and to the person alone for a button, or for what waits for its answer; as a reply for what was typed."""
        if self.event.pressed or self.event.via is not None:
            return Decision(line=text)
        return self.say(text)

    def question(self, text: str, ask: Ask) -> Decision:
        """Asks for text; the question is stored, so that its answer finds the command after a restart too."""
        said = self.say(text, ask=ask)
        question = OpenAsk(
            id=self.given.next_id(),
            place=self.place,
            user_id=self.given.user_id,
            command=ask.command,
            reply_id=said.deliver[0].reply_id,
            expires_at=self.given.now + self.given.policy.ask_timeout,
        )
        return said + Decision((OpenQuestion(question),))

    def time(self, at: datetime) -> str:
        """A time as the person reads it."""
        policy = self.given.policy
        return at.astimezone(policy.timezone).strftime(policy.time_format)


Handler = Callable[[Call], Awaitable[Decision]]


async def named_session(call: Call, word: str) -> Session | Decision:
    """The one session of the owner whose id begins so; what somebody else's id gives is what no id gives."""
    digits = word.removeprefix("#").lower()
    if not digits or len(digits) > SESSION_DIGITS or any(digit not in "0123456789abcdef" for digit in digits):
        return call.refuse(texts.NEEDS_ID.format(name=call.command.name))
    if len(digits) < 4:  # noqa: PLR2004 - fewer would fit too many sessions
        return call.refuse(texts.NO_SUCH_SESSION)
    found = list(await call.reader.sessions_like(call.given.owner_id, digits))
    if not found:
        return call.refuse(texts.NO_SUCH_SESSION)
    if len(found) > 1:
        return call.refuse(texts.SHORT_ID)
    return found[0]


def title_of(session: Session) -> str:
    """The title as Markdown that shows it to the letter."""
    return texts.plain(session.title) or texts.UNTITLED


def belongs_here(call: Call, session: Session) -> bool:
    """Whether the session may be opened and named in this place: in front of others, only one that began there."""
    return call.place.kind == "private" or session.place == call.place


def title_here(call: Call, session: Session) -> str:
    """The title, where others may read it."""
    return title_of(session) if belongs_here(call, session) else texts.ELSEWHERE


def whole_number(word: str) -> int | None:
    """A number as people write one; None for anything else, and for what no message could have."""
    digits = word.strip()
    if not digits.isascii() or not digits.isdigit() or len(digits) > MAX_DIGITS:
        return None
    return int(digits)


def message_id_of(word: str) -> int | None:
    """The message that a button names, written `#` and hexadecimal digits."""
    digits = word.strip().removeprefix("#").lower()
    if not digits or len(digits) > SESSION_DIGITS - 1 or any(digit not in "0123456789abcdef" for digit in digits):
        return None
    return int(digits, 16)


async def own_message(call: Call, word: str) -> tuple[Session, Message] | Decision:
    """The message that a button names, if its session is the person's; somebody else's is as good as none."""
    message_id = message_id_of(word)
    return await _if_own(call, await call.reader.message(message_id) if message_id is not None else None)


async def message_replied_to(call: Call) -> tuple[Session, Message] | Decision | None:
    """The message that the command was given about, by a reply or from its menu: the person's own, or an answer. None without one."""
    if call.event.pressed or call.event.reply_to is None:
        return None
    found = call.given.found
    message = await meant_by(call.reader, found.subject) if found.subject is not None else found.shown
    return await _if_own(call, message if message is not None and message.status != "removed" else None)


async def _if_own(call: Call, message: Message | None) -> tuple[Session, Message] | Decision:
    session = await call.reader.session(message.session_id) if message is not None else None
    if message is None or session is None or session.deleted_at is not None or session.user_id != call.given.owner_id:
        return call.refuse(texts.NOT_YOURS if call.event.pressed else texts.IN_NO_SESSION)
    return session, message
