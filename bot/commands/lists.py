"""/history and /sessions, and the buttons that turn their pages: what is there, in pages."""

from __future__ import annotations

from collections.abc import Sequence

from bot.commands.call import Call, named_session, title_of, whole_number
from bot.found import SessionSummary
from bot.messages import Message, Session
from bot.posts import Button, ButtonRow
from bot.replies import texts
from bot.rules.decision import Decision

PAGE = 10
LINES = 8
SHORTENED = 400
LEAST_SHOWN = 20
BETWEEN = len("\n\n  \n")
LABEL = 30
COMMAND_BYTES = 64 - len("page ") - len(" 9999")
"""What a list's command may take of a button's 64 bytes."""


async def history(call: Call) -> Decision:
    """A page of the current branch, numbered; the newest page where none is named."""
    session = call.given.found.session
    if session is None:
        return call.refuse(texts.NO_SESSION)
    if not call.args:
        return await _history_page(call, session, None)
    page = whole_number(call.args)
    if page is None and not call.args.lstrip("+-").isdigit():
        return call.refuse(texts.NOT_A_NUMBER.format(word=texts.in_code(call.args), usage=call.command.usage))
    return await _history_page(call, session, page or 0)


async def _history_page(call: Call, session: Session, page: int | None) -> Decision:
    newest = await call.reader.branch(session.leaf, 1)
    if not newest:
        return call.say(texts.HISTORY_EMPTY)
    total = newest[-1].number
    pages = -(-total // PAGE)
    if page is None:
        page = pages
    if not 1 <= page <= pages:
        return call.refuse(texts.NO_SUCH_PAGE.format(number=call.args.split()[-1][:12], last=pages))
    first = (page - 1) * PAGE + 1
    last = await call.reader.nth(session.leaf, min(page * PAGE, total))
    leaf = last.host or last.id if last is not None else None
    messages = [message for message in await call.reader.branch(leaf, PAGE, down_to=first) if message.status != "removed"]
    head = texts.HISTORY_TITLE.format(title=title_of(session), id=await call.reader.short_id(session), page=page, pages=pages)
    heads = [await _history_head(call, message) for message in messages]
    room = call.given.capabilities.max_text - len(head) - sum(len(line) + BETWEEN for line in heads)
    lines = [f"{line}  \n{text}".rstrip() for line, text in zip(heads, fitted([message.text for message in messages], room), strict=True)]
    return call.say("\n\n".join([head, *lines]), _arrows(f"history #{session.id}", page, pages))


def fitted(wanted: Sequence[str], room: int) -> list[str]:
    """The texts as Markdown that shows them to the letter, each cut so that together they take `room` characters at most (but a few of
    each): a page is one post. Short ones leave their room to the long ones."""
    cut = [""] * len(wanted)
    order = sorted(range(len(wanted)), key=lambda index: len(wanted[index]))
    for left, index in zip(range(len(order), 0, -1), order, strict=True):
        cut[index] = _cut(wanted[index], max(LEAST_SHOWN, room // left))
        room -= len(cut[index])
    return cut


def _cut(text: str, most: int) -> str:
    shown, letters = texts.plain_lines(text[:SHORTENED]), min(len(text), SHORTENED)
    while letters and len(shown) + (letters < len(text)) > most:
        letters = max(0, letters - max(1, len(shown) + 1 - most))  # escapes take room of their own, so this is enough or more
        shown = texts.plain_lines(text[:letters])
    return shown if letters == len(text) else f"{shown}…"


async def _history_head(call: Call, message: Message) -> str:
    who = message.author or texts.HISTORY_YOU if message.role == "user" else texts.HISTORY_BOT
    versions = await call.reader.versions(message.first_version)
    marks = [call.time(message.created_at)]
    if len(versions) > 1:
        number = next((index for index, version in enumerate(versions, start=1) if version.id == message.id), 1)
        marks.append(texts.MARK_VERSION.format(number=number, count=len(versions)))
    status = {"stopped": texts.MARK_STOPPED, "failed": texts.MARK_FAILED, "open": texts.MARK_OPEN}.get(message.status)
    if status:
        marks.append(status)
    return f"**{message.number}. {texts.plain(who)}** · {' · '.join(marks)}"


def _arrows(of: str, page: int, pages: int) -> tuple[ButtonRow, ...]:
    row: ButtonRow = ()
    if page > 1:
        row += (Button("‹", f"page {of} {page - 1}"),)
    if page < pages:
        row += (Button("›", f"page {of} {page + 1}"),)
    return (row,) if row else ()


async def sessions(call: Call) -> Decision:
    """The person's sessions, newest first; with words, those that hold them all."""
    return await _sessions_page(call, call.args.split()[:10], 1)


async def _sessions_page(call: Call, words: list[str], page: int) -> Decision:
    found = list(await call.reader.sessions(call.given.owner_id, words, (page - 1) * LINES, LINES + 1))
    named = texts.plain(" ".join(words))
    if not found:
        return call.say(texts.SESSIONS_NONE_FOUND.format(words=named) if words else texts.SESSIONS_NONE)
    more, found = len(found) > LINES, found[:LINES]
    head = texts.SESSIONS_FOUND.format(words=named) if words else texts.SESSIONS_TITLE
    lines = [await _session_line(call, summary) for summary in found]
    labels = [_label(summary.session) for summary in found]
    buttons = [
        (Button(label if labels.count(label) == 1 else f"{label} #{summary.session.id[:4]}", f"open #{summary.session.id}"),)
        for label, summary in zip(labels, found, strict=True)
    ]
    of = " ".join(["sessions", *words])
    if len(of.encode()) > COMMAND_BYTES:
        return call.say("\n".join([head, "", *lines]), tuple(buttons))
    return call.say("\n".join([head, "", *lines]), (*buttons, *_arrows(of, page, page + 1 if more else page)))


async def _session_line(call: Call, summary: SessionSummary) -> str:
    session, current = summary.session, call.given.found.session
    mark = "▸" if current is not None and current.id == session.id else "·"
    line = texts.SESSION_LINE.format(
        mark=mark,
        id=await call.reader.short_id(session),
        title=title_of(session),
        count=texts.messages(summary.message_count),
        when=call.time(summary.last_at),
    )
    return f"{line} · {texts.SESSION_ENDED}" if session.ended_at is not None else line


def _label(session: Session) -> str:
    title = session.title or texts.UNTITLED
    return title if len(title) <= LABEL else f"{title[: LABEL - 1]}…"


async def page(call: Call) -> Decision:
    """Turns the page of the list whose button was pressed: `history #id 2`, or `sessions words 2`."""
    which, _, rest = call.args.partition(" ")
    words = rest.split()
    number = whole_number(words[-1]) if words else None
    if number is None or number < 1:
        return call.refuse(texts.NO_LONGER_THERE)
    if which == "sessions":
        return await _sessions_page(call, words[:-1], number)
    if which == "history":
        session = await named_session(call, words[0])
        if isinstance(session, Decision):
            return session
        if session.deleted_at is not None:
            return call.refuse(texts.NO_SUCH_SESSION)
        return await _history_page(call, session, number)
    return call.refuse(texts.NO_LONGER_THERE)
