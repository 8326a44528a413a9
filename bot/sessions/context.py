"""What the model sees: the system prompt, then the branch from its newest end back to what fits, whole turns at a time."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.changes import Change
from bot.messages import Message, Session
from bot.models.tokens import PER_MESSAGE, PER_REQUEST, Estimator
from bot.policy import Policy
from bot.ports import ChatMessage
from bot.sessions.branches import Branches
from bot.store import Reader

FIRST_READ = 48
HEADROOM = 0.9
"""The part of the budget that is filled: an estimate errs."""
REMEMBERED = 20_000
DEFAULT_PROMPT = (
    "You are Parley, a helpful assistant in a chat. Answer in the language of the person, and to the point. "
    "You may use Markdown: bold, italics, lists, code blocks, links and small tables."
)


@dataclass(frozen=True, slots=True)
class Built:
    """A context, and the estimate of its tokens before the model's factor."""

    messages: Sequence[ChatMessage]
    estimated: int


class Context:
    """Builds contexts. Token estimates of stored messages are remembered, as their texts never change."""

    def __init__(self, reader: Reader, policy: Policy, estimator: Estimator) -> None:
        self._branches = Branches(reader)
        self._policy = policy
        self._estimator = estimator
        self._tokens: OrderedDict[int, int] = OrderedDict()

    def forget(self, changes: Sequence[Change]) -> None:
        """Called with what was written elsewhere."""
        self._branches.forget(changes)

    async def build(self, session: Session, prompt_id: int, now: datetime, *, shared: bool, keep: float = 1.0) -> Built:
        """The messages for an answer to `prompt_id`. `keep` is the part of the fitting turns that stays, for a server that said
        it was too long; the newest turn always stays."""
        system = self._system(session, now)
        factor = self._estimator.calibrated(1000, session.model or self._policy.model) / 1000
        fixed = self._estimator.estimate(system) + PER_MESSAGE + PER_REQUEST
        turns = await self._fitting(session.id, prompt_id, self._policy.context_tokens * HEADROOM / factor - fixed)
        if keep < 1.0 and len(turns) == 1:
            turns = [turns[0][-max(1, int(len(turns[0]) * keep)) :]]
        elif keep < 1.0:
            turns = turns[-max(1, int(len(turns) * keep)) :]
        messages = [message for turn in turns for message in turn]
        first = ChatMessage("system", f"{system} {_people(messages, shared=shared)}".rstrip())
        return Built((first, *_joined(messages, shared=shared)), fixed + sum(self._cost(message) for message in messages))

    async def _fitting(self, session_id: str, prompt_id: int, room: float) -> list[list[Message]]:
        """The newest turns that fit, oldest first; at least the newest."""
        limit = FIRST_READ
        while True:
            branch = await self._branches.read(session_id, prompt_id, limit)
            whole = not branch or branch[0].number == 1 or len(branch) < limit
            turns = _turns(branch)
            kept, full = self._newest(turns, room)
            if full and kept:
                self._branches.trim(session_id, kept[0][0])
            if full or whole:
                return kept
            limit *= 4

    def _newest(self, turns: list[list[Message]], room: float) -> tuple[list[list[Message]], bool]:
        kept: list[list[Message]] = []
        for turn in reversed(turns):
            cost = sum(self._cost(message) for message in turn)
            if cost > room:
                return kept[::-1] or [self._end_of(turn, room)], True
            room -= cost
            kept.append(turn)
        return kept[::-1], False

    def _end_of(self, turn: list[Message], room: float) -> list[Message]:
        """What fits of the newest turn, when many messages make it too long; at least its last message."""
        kept = turn[-1:]
        room -= self._cost(kept[0])
        for message in reversed(turn[:-1]):
            room -= self._cost(message)
            if room < 0:
                break
            kept.insert(0, message)
        return kept

    def _cost(self, message: Message) -> int:
        known = self._tokens.get(message.id)
        if known is None:
            known = self._estimator.estimate(message.text) + self._estimator.estimate(message.quoted) + PER_MESSAGE
            self._tokens[message.id] = known
            if len(self._tokens) > REMEMBERED:
                self._tokens.popitem(last=False)
        return known

    def _system(self, session: Session, now: datetime) -> str:
        """The persona with the date and the time zone: not the minute, so that servers can reuse what they have read."""
        prompt = session.persona or self._policy.system_prompt or DEFAULT_PROMPT
        today = now.astimezone(self._policy.timezone)
        return f"{prompt}\n\nToday is {today:%A, %d %B %Y} (time zone {self._policy.timezone.key})."


def _people(messages: Sequence[Message], *, shared: bool) -> str:
    """Who talks here: the person's own name, and never somebody else's."""
    if shared:
        return "Several people talk here; each message begins with the name of who wrote it."
    name = messages[-1].author if messages else ""
    return f"You are talking with {name}." if name else ""


def _counts(message: Message) -> bool:
    """Whether a message is part of the context: failed and removed ones are not, nor an answer without a word."""
    if message.role == "assistant":
        return message.status in ("complete", "stopped") and bool(message.text.strip())
    return message.status != "removed"


def _turns(messages: Sequence[Message]) -> list[list[Message]]:
    """Cut before each user message that follows an answer, which may be one that failed. Only what counts is kept."""
    turns: list[list[Message]] = []
    after_answer = True
    for message in messages:
        if message.role == "user" and after_answer:
            turns.append([])
        after_answer = message.role == "assistant" and message.status != "removed"
        if _counts(message):
            turns[-1:] = [[*turns[-1], message]] if turns else [[message]]
    return [turn for turn in turns if turn]


def _joined(messages: Sequence[Message], *, shared: bool) -> list[ChatMessage]:
    """As the model reads them. Neighbours of one role become one message: strict servers want them in turn."""
    joined: list[ChatMessage] = []
    for message in messages:
        text = _as_read(message, shared=shared)
        if joined and joined[-1].role == message.role:
            joined[-1] = ChatMessage(message.role, f"{joined[-1].text}\n\n{text}")
        else:
            joined.append(ChatMessage(message.role, text))
    return joined


def _as_read(message: Message, *, shared: bool) -> str:
    if message.role == "assistant":
        return f"{message.text}\n[stopped here by the person]" if message.status == "stopped" else message.text
    quoted = "\n".join(f"> {line}" for line in message.quoted.splitlines())
    said = f"{message.author}: {message.text}" if shared and message.author else message.text
    return f"{quoted}\n\n{said}" if quoted else said
