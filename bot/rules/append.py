"""What a plain message does: it goes to the end of the branch, opens a session where there is none, or branches off an older answer."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.changes import AddMessage, AddSession, Change, ExpectLeaf, SetCurrent, SetEnded, SetLastLeaf, SetLeaf, SetTitle
from bot.events import MessageRef, Place, Quotation
from bot.messages import Message, Session, Turn
from bot.rules.decision import Asked, Decision, Given
from bot.rules.turns import hand_over, is_visible, owe, owed_reply

TITLE_LENGTH = 48
LONGEST_QUOTATION = 4000


@dataclass(frozen=True, slots=True)
class Words:
    """What a person wrote, and where."""

    text: str
    author: str
    source: MessageRef | None = None
    quoted: str = ""


def title_from(text: str) -> str:
    """The first words, as a title until there is a better one."""
    words = " ".join(text.split())
    if len(words) <= TITLE_LENGTH:
        return words
    cut = words[:TITLE_LENGTH].rsplit(" ", 1)[0]
    return f"{cut.rstrip()}…"


def open_session(given: Given, place: Place, title: str, *, by_person: bool = False) -> tuple[Session, Decision]:
    """A fresh session, current in the place."""
    session = Session(
        id=given.new_session_id(),
        user_id=given.owner_id,
        place=place,
        title=title,
        started_at=given.now,
        title_source="person" if by_person else "words",
        titled_by=given.user_id if title else None,
    )
    return session, Decision((AddSession(session), SetCurrent(place, given.owner_id, session.id)))


def user_message(given: Given, session_id: str, parent: tuple[int, int] | None, words: Words) -> Message:
    """A new message of the person under `parent`, given by its id and number."""
    message_id = given.next_id()
    return Message(
        id=message_id,
        session_id=session_id,
        parent_id=parent[0] if parent else None,
        number=parent[1] + 1 if parent else 1,
        role="user",
        text=words.text,
        status="complete",
        created_at=given.now,
        first_version=message_id,
        author=words.author,
        quoted=words.quoted,
        source=words.source,
        user_id=given.user_id,
    )


def append(given: Given, words: Words, asked: Asked) -> Decision:
    """The message follows the leaf of the current session, or begins a new session.

    While no word of the running answer is visible the turn takes the message in; afterwards it waits for its own turn, and what comes
    then joins it.
    """
    session, leaf = given.found.session, given.found.leaf
    if session is None or session.ended_at is not None:
        session, opened = open_session(given, asked.place, title_from(words.text))
        return opened + _first(given, session, words, asked)
    if leaf is None:
        return _first(given, session, words, asked)
    owing = next((turn for turn in given.found.turns if turn.prompt_id == leaf.id), None)
    if owing is None:
        return _after(given, session, leaf, words, asked)
    if is_visible(given, owing) or owing.place != asked.place:  # an answer is never shown in another place than it was asked for in
        return _waiting(given, session, leaf, owing, words, asked)
    return _merged(given, session, leaf, owing, words, asked)


def _first(given: Given, session: Session, words: Words, asked: Asked) -> Decision:
    message = user_message(given, session.id, None, words)
    titled: tuple[Change, ...] = () if session.title else (SetTitle(session.id, title_from(words.text), "words", given.user_id),)
    added: tuple[Change, ...] = (ExpectLeaf(session.id, None), AddMessage(message), SetLeaf(session.id, message.id))
    return Decision(titled + added) + owe(given, message, asked)


def _next(given: Given, session: Session, leaf: Message, words: Words, parent: tuple[int, int]) -> tuple[Message, Decision]:
    """A message under `parent` (its id and number), which becomes the leaf."""
    message = user_message(given, session.id, parent, words)
    return message, Decision((ExpectLeaf(session.id, leaf.id), AddMessage(message), SetLeaf(session.id, message.id)))


def _after(given: Given, session: Session, leaf: Message, words: Words, asked: Asked) -> Decision:
    message, added = _next(given, session, leaf, words, (leaf.id, leaf.number))
    return added + owe(given, message, asked)


def _waiting(given: Given, session: Session, leaf: Message, running: Turn, words: Words, asked: Asked) -> Decision:
    """Below the answer that is being shown, which is not the leaf yet."""
    message, added = _next(given, session, leaf, words, (running.reply_id, leaf.number + 1))
    return added + owe(given, message, asked)


def _merged(given: Given, session: Session, leaf: Message, owing: Turn, words: Words, asked: Asked) -> Decision:
    """The running turn becomes this message's turn, with its posts."""
    message, added = _next(given, session, leaf, words, (leaf.id, leaf.number))
    owed = owe(given, message, asked, posts_of=owing.reply_id)
    return added + hand_over(owing, "merged", owed_reply(owed)) + owed


def converse(given: Given, words: Words, asked: Asked, quoted: Quotation | None = None) -> Decision:
    """What is said in reply to an answer of the own sessions goes on from there; anything else goes to the end of the branch."""
    session, answer = given.found.shown_session, given.found.shown
    if session is not None and answer is not None and session.user_id == given.owner_id and session.deleted_at is None:
        return follow(given, session, answer, replace(words, quoted=quoted.text if quoted else ""), asked)
    return append(given, replace(words, quoted=_quotation(given, quoted, asked.place)), asked)


def _quotation(given: Given, quoted: Quotation | None, place: Place) -> str:
    """What was quoted, for the model. A post that answers somebody else is a quotation too, where everybody in the place can read it;
    the bot's own remarks are not."""
    if quoted is not None:
        return f"{quoted.author}: {quoted.text}" if quoted.author else quoted.text
    post, shown = given.found.post, given.found.shown
    return shown.text[:LONGEST_QUOTATION] if shown is not None and post is not None and post.place == place else ""


def follow(given: Given, session: Session, answer: Message, words: Words, asked: Asked) -> Decision:
    """Goes on from an answer: at the end of the branch where it is the newest of the current session, else beside what followed it. What
    ended elsewhere is current here all the same, and goes on, too."""
    found, host_id = given.found, answer.host or answer.id
    current = found.session is not None and found.session.id == session.id and session.ended_at is None
    newest = found.leaf is not None and host_id in (found.leaf.id, found.leaf.host)
    if answer.status in ("open", "removed") or (current and newest):
        return append(given, words, asked)
    return branch_off(given, session, answer, words, asked)


def branch_off(given: Given, session: Session, answer: Message, words: Words, asked: Asked) -> Decision:
    """A reply to an older answer goes on from there, as a sibling of what followed it. The session becomes current in the place.

    A turn that runs on the branch left goes on: its answer belongs to that branch.
    """
    host_id = answer.host or answer.id
    message = user_message(given, session.id, (host_id, answer.number), words)
    kept: tuple[Change, ...] = (SetLastLeaf(host_id, session.leaf),) if session.leaf not in (None, host_id) else ()
    reopened: tuple[Change, ...] = (SetEnded(session.id, None),) if session.ended_at is not None else ()
    moved: tuple[Change, ...] = (
        SetCurrent(asked.place, given.owner_id, session.id),
        ExpectLeaf(session.id, session.leaf),
        AddMessage(message),
        SetLeaf(session.id, message.id),
    )
    return Decision(reopened + kept + moved) + owe(given, message, asked)
