"""/new, /end, /open, /title, /delete, and the buttons that belong to them: which session is current, and what it is called."""

from __future__ import annotations

from dataclasses import replace

from bot.changes import AddMessage, Change, ExpectLeaf, SetCurrent, SetDeleted, SetEnded, SetLeaf, SetTitle
from bot.commands.call import Call, belongs_here, named_session, title_here, title_of
from bot.commands.tails import MAX_BRANCH
from bot.messages import Message, Session
from bot.posts import Button, ButtonRow
from bot.replies import texts
from bot.rules.append import open_session
from bot.rules.decision import Decision
from bot.rules.turns import stop

TITLE_LIMIT = 100


def cut_title(text: str) -> str:
    """One line of at most 100 characters."""
    return " ".join(text.split())[:TITLE_LIMIT].strip()


async def new(call: Call) -> Decision:
    """Opens a fresh session. An old one that nothing was said in stays out of the way."""
    title = cut_title(call.args)
    _, opened = open_session(call.given, call.place, title, by_person=bool(title))
    old = call.given.found.session
    buttons: tuple[ButtonRow, ...] = ()
    if old is not None and old.leaf is not None:
        buttons = ((Button(texts.BRING_ALONG, f"fork #{old.id}"),), (Button(texts.GO_BACK, f"back #{old.id}"),))
    text = texts.NEW_TITLED.format(title=texts.plain(title)) if title else texts.NEW_SESSION
    return opened + call.say(text, buttons)


async def fork(call: Call) -> Decision:
    """Copies the branch of the session named into the current one, as long as nothing was said there."""
    source = await named_session(call, call.args)
    if isinstance(source, Decision):
        return source
    if source.deleted_at is not None:
        return call.refuse(texts.NO_SUCH_SESSION)
    current, opened = call.given.found.session, Decision()
    if current is None or current.ended_at is not None:  # it may have been ended in another place
        current, opened = open_session(call.given, call.place, "")
    if current.leaf is not None or current.id == source.id:
        return call.refuse(texts.ALREADY_BEGUN)
    branch = await call.reader.branch(source.leaf, MAX_BRANCH)
    copies = _copy(call, current.id, [message for message in branch if message.status in ("complete", "stopped")])
    if not copies:
        return call.refuse(texts.NO_LONGER_THERE)
    added: tuple[Change, ...] = tuple(AddMessage(message) for message in copies)
    moved = (ExpectLeaf(current.id, None), *added, SetLeaf(current.id, copies[-1].id), *_title_along(current, source))
    return opened + Decision(moved) + call.say(texts.BROUGHT_ALONG.format(count=texts.messages(len(copies))))


def _title_along(current: Session, source: Session) -> tuple[Change, ...]:
    return () if current.title else (SetTitle(current.id, source.title, "words", source.titled_by),)


def _copy(call: Call, session_id: str, branch: list[Message]) -> list[Message]:
    copies: list[Message] = []
    for number, message in enumerate(branch, start=1):
        message_id = call.given.next_id()
        copies.append(
            replace(
                message,
                id=message_id,
                session_id=session_id,
                parent_id=copies[-1].id if copies else None,
                number=number,
                first_version=message_id,
                revises=None,
                host=None,
                shows=None,
                last_leaf=None,
                source=None,
                usage=None,
            )
        )
    return copies


async def back(call: Call) -> Decision:
    """Makes the session from before current again."""
    session = await named_session(call, call.args)
    if isinstance(session, Decision):
        return session
    if session.deleted_at is not None:
        return call.refuse(texts.NO_SUCH_SESSION)
    reopened = (SetEnded(session.id, None),) if session.ended_at is not None else ()
    text = texts.WENT_BACK.format(title=title_of(session), id=await call.reader.short_id(session))
    return Decision((*reopened, SetCurrent(call.place, call.given.owner_id, session.id))) + call.say(text)


async def end(call: Call) -> Decision:
    """Ends the current session and says what it came to. An answer that is running is stopped with what is there."""
    session = call.given.found.session
    if session is None or session.ended_at is not None:
        return call.say(texts.ALREADY_ENDED)
    stopped = Decision()
    for turn in call.given.found.turns:
        stopped += stop(call.given, turn)
    totals = await call.reader.totals(session)
    text = texts.ENDED.format(
        id=await call.reader.short_id(session),
        start=call.time(session.started_at),
        end=call.time(call.given.now),
        count=texts.messages(totals.message_count),
        tokens=totals.tokens,
    )
    ended = (SetEnded(session.id, call.given.now), SetCurrent(call.place, call.given.owner_id, None))
    return stopped + Decision(ended) + call.say(text)


async def open_named(call: Call) -> Decision:
    """Makes a session current here. In a group, one that began elsewhere only after a confirmation."""
    if not call.args:
        return call.refuse(texts.NEEDS_ID.format(name="open"))
    session = await named_session(call, call.args.split()[0])
    if isinstance(session, Decision):
        return session
    if session.deleted_at is not None:
        return call.refuse(texts.NO_SUCH_SESSION)
    if not belongs_here(call, session):
        return call.say(texts.BEGAN_ELSEWHERE, ((Button(texts.OPEN_HERE, f"confirm #{session.id}"),),))
    return await _open(call, session)


async def confirm(call: Call) -> Decision:
    """The button under the question whether a session that began elsewhere may be opened in front of others."""
    session = await named_session(call, call.args)
    if isinstance(session, Decision):
        return session
    if session.deleted_at is not None:
        return call.refuse(texts.NO_SUCH_SESSION)
    return await _open(call, session)


async def _open(call: Call, session: Session) -> Decision:
    totals = await call.reader.totals(session)
    text = texts.OPENED if session.ended_at is None else texts.OPENED_ANEW
    reopened = () if session.ended_at is None else (SetEnded(session.id, None),)
    said = text.format(title=title_of(session), id=await call.reader.short_id(session), count=texts.messages(totals.message_count))
    return Decision((*reopened, SetCurrent(call.place, call.given.owner_id, session.id))) + call.say(said)


async def title(call: Call) -> Decision:
    """Renames the current session."""
    text = cut_title(call.args)
    if not text:
        return call.refuse(texts.USAGE.format(usage=call.command.usage))
    session = call.given.found.session
    if session is None:
        return call.refuse(texts.NO_SESSION)
    return Decision((SetTitle(session.id, text, "person", call.given.user_id),)) + call.say(texts.TITLE_SET.format(title=texts.plain(text)))


async def delete(call: Call) -> Decision:
    """Deletes a session, with an Undo button; it is gone for good after the time of grace."""
    session: Session | Decision | None = call.given.found.session
    if call.args:
        session = await named_session(call, call.args.split()[0])
    if isinstance(session, Decision):
        return session
    if session is None:
        return call.refuse(texts.NO_SESSION)
    if session.deleted_at is not None:
        return call.refuse(texts.NO_SUCH_SESSION)
    stopped = Decision()
    for turn in await call.reader.open_turns(session.id):
        stopped += stop(call.given, turn)
    hours = round(call.given.policy.delete_grace.total_seconds() / 3600)
    text = texts.DELETED.format(title=title_here(call, session), id=await call.reader.short_id(session), hours=hours)
    undo = ((Button(texts.UNDO, f"undelete #{session.id}"),),)
    return stopped + Decision((SetDeleted(session.id, call.given.now),)) + call.say(text, undo)


async def undelete(call: Call) -> Decision:
    """Brings a deleted session back; it is current again where nothing else was begun meanwhile."""
    session = await named_session(call, call.args)
    if isinstance(session, Decision):
        return session
    back_again: tuple[Change, ...] = (SetDeleted(session.id, None),)
    if call.given.found.session is None and session.ended_at is None and belongs_here(call, session):
        back_again += (SetCurrent(call.place, call.given.owner_id, session.id),)
    text = texts.UNDELETED.format(title=title_here(call, session), id=await call.reader.short_id(session))
    return Decision(back_again) + call.say(text)
