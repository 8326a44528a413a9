"""Small makers of stored things for the store's contract: sound defaults, of which a test names what it is about."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from bot.changes import AddMessage, AddSession, AddTurn, Change, KnowAccount, SetCurrent, SetLeaf
from bot.events import MessageRef, Place
from bot.messages import Account, Message, MessageStatus, Session, Turn, TurnStatus
from bot.post_changes import AddPost
from bot.posts import Post, PostState
from bot.store import Store

NOW = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)
HERE = Place("telegram", "-100", "", "group")
THERE = Place("discord", "7", "8", "private")
BO = Account("telegram", "42", 1, "Bo", "de")
ANNE = Account("telegram", "43", 2, "Anne")


def ref(message_id: str, place: Place = HERE) -> MessageRef:
    return MessageRef(place, message_id)


def session(session_id: str = "aaaa000000000000", *, user_id: int = 1, place: Place = HERE, title: str = "A title") -> Session:
    return Session(session_id, user_id, place, title, NOW)


def message(
    message_id: int,
    parent: Message | None = None,
    text: str = "words",
    *,
    session_id: str = "aaaa000000000000",
    status: MessageStatus = "complete",
    revises: Message | None = None,
    source: MessageRef | None = None,
) -> Message:
    """A user message under an answer or at the root, an answer under a user message."""
    return Message(
        id=message_id,
        session_id=session_id,
        parent_id=parent.id if parent else None,
        number=parent.number + 1 if parent else 1,
        role="assistant" if parent and parent.role == "user" else "user",
        text=text,
        status=status,
        created_at=NOW + timedelta(seconds=message_id),
        first_version=revises.first_version if revises else message_id,
        revises=revises.id if revises else None,
        source=source,
        user_id=1,
    )


def turn(turn_id: int, prompt: Message, reply: Message, *, place: Place = HERE, status: TurnStatus = "pending") -> Turn:
    return Turn(turn_id, prompt.session_id, place, 1, prompt.id, reply.id, NOW, status)


def post(post_id: int, reply_id: int, ordinal: int = 0, *, state: PostState = "final", at: str = "", place: Place = HERE) -> Post:
    return Post(post_id, reply_id, ordinal, place, state, f"key-{post_id}", ref(at, place) if at else None)


def opening(of: Session, account: Account = BO) -> tuple[Change, ...]:
    """What begins a session and makes it current."""
    return (KnowAccount(account), AddSession(of), SetCurrent(of.place, of.user_id, of.id))


async def begin(store: Store, of: Session | None = None, account: Account = BO) -> Session:
    begun = of or session()
    await store.apply(opening(begun, account))
    return begun


async def chain(store: Store, length: int, *, first_id: int = 1000, session_id: str = "aaaa000000000000") -> list[Message]:
    """A branch of that many messages in a session that is there; its end becomes the leaf."""
    messages: list[Message] = []
    for index in range(length):
        messages.append(message(first_id + index, messages[-1] if messages else None, f"text {index + 1}", session_id=session_id))
    await store.apply([*(AddMessage(each) for each in messages), SetLeaf(session_id, messages[-1].id)])
    return messages


async def owe(store: Store, *, status: TurnStatus = "pending") -> tuple[Message, Message, Turn]:
    """A session with a prompt 10 and an answer 11 that is owed by turn 12."""
    await begin(store)
    prompt = message(10, source=ref("555"))
    reply = message(11, prompt, "", status="open")
    owed = turn(12, prompt, reply, status=status)
    await store.apply([AddMessage(prompt), SetLeaf(prompt.session_id, prompt.id), AddMessage(reply), AddTurn(owed)])
    return prompt, reply, owed


async def show(store: Store, posts: Sequence[Post]) -> None:
    await store.apply([AddPost(each) for each in posts])
