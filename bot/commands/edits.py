"""/edit, /retry, /undo, /stop, and the buttons for versions: what changes the branch."""

from __future__ import annotations

from collections.abc import Sequence

from bot.commands.call import Call, message_replied_to, own_message, whole_number
from bot.commands.tails import RECENT, find_tail, first_answer, is_removed, place_of, prompt_of, stands_there
from bot.events import Place
from bot.messages import Message, Session
from bot.posts import Ask, Button
from bot.replies import texts
from bot.rules.decision import Decision, Given
from bot.rules.navigate import last_turn, reword, undo
from bot.rules.revise import Revised, Tail, retry, revise
from bot.rules.say import say
from bot.rules.turns import stop
from bot.store import Reader

PREFILL_LIMIT = 4000
QUOTED = 500


async def edit(call: Call) -> Decision:
    """`/edit 3 words`, `/edit words`, `/edit 3`, `/edit`, and from a question `/edit #id words`.

    Without a number it means the message that it replies to, or the newest of the person.
    """
    first, _, rest = call.args.partition(" ") if " " in call.args else call.args.partition("\n")
    number = whole_number(first)
    if first.startswith("#"):
        found, text = await own_message(call, first), rest.strip()
    elif number is not None:
        found, text = await _numbered(call, number), rest.strip()
    elif first.lstrip("+-").isdigit():
        return call.refuse(texts.NO_SUCH_MESSAGE.format(number=first[:20]))
    else:
        found, text = await message_replied_to(call) or await _newest(call), call.args
    return found if isinstance(found, Decision) else await _edit(call, *found, text)


async def _numbered(call: Call, number: int) -> tuple[Session, Message] | Decision:
    session = call.given.found.session
    if session is None:
        return call.refuse(texts.NOTHING_TO_EDIT)
    message = await call.reader.nth(session.leaf, number)
    if message is None or message.status == "removed":
        return call.refuse(texts.NO_SUCH_MESSAGE.format(number=number))
    return session, message


async def _newest(call: Call) -> tuple[Session, Message] | Decision:
    session = call.given.found.session
    message = await newest_prompt(call, session) if session is not None else None
    return call.refuse(texts.NOTHING_TO_EDIT) if session is None or message is None else (session, message)


async def _edit(call: Call, session: Session, message: Message, text: str) -> Decision:
    if call.given.shared and message.user_id != call.given.user_id:
        return call.refuse(texts.ASKER_ONLY)
    tail = await find_tail(call.reader, session, message)
    if tail is None or is_removed(tail, message):
        return call.refuse(texts.NO_LONGER_THERE)
    if "open" in (message.status, tail.subject.status):  # the message, or the version that stands there by now
        return call.refuse(texts.WAIT_FOR_ANSWER)
    if not text:
        return _ask_for_text(call, message)
    if (tokens := call.given.tokens(text)) > call.given.policy.context_tokens:
        return call.refuse(texts.TOO_LONG.format(tokens=tokens, limit=call.given.policy.context_tokens))
    if message.role == "assistant":
        return reword(call.given, tail, text) + call.say(texts.CHANGED.format(number=message.number))
    if text == tail.subject.text:
        return call.refuse(texts.SAME_TEXT)
    return await told(call.given, call.reader, call.place, tail, revise(call.given, tail, text, call.asked))


async def told(given: Given, reader: Reader, place: Place, tail: Tail, revised: Revised, left: Message | None = None) -> Decision:
    """One line where later messages stay behind on the old version, replying to the edited message, with a button that leads back.
    `left` is the message that has a new version, where that is not the subject: a retry makes one of the answer."""
    if not revised.left_behind:
        return revised.decision
    old = left or tail.subject
    counted = [version.id for version in await reader.versions(old.first_version) if version.status != "failed" or version.id == old.id]
    number = counted.index(old.id) + 1 if old.id in counted else 1
    text = texts.ANSWERED_ANEW_ONE if revised.left_behind == 1 else texts.ANSWERED_ANEW
    back = Button(texts.BACK_TO_VERSION.format(number=number), f"version #{old.id:x}")
    source = tail.subject.source
    reply_to = source if source is not None and source.place == place else None
    line = say(given, place, text.format(count=revised.left_behind, number=number), buttons=((back,),), reply_to=reply_to)
    return revised.decision + line


def quoted(message: Message) -> str:
    """The beginning of a message, for a question about it."""
    return "\n".join(f"> {texts.plain(line)}" for line in message.text[:QUOTED].splitlines())


def _ask_for_text(call: Call, message: Message) -> Decision:
    ask = Ask(f"edit #{message.id:x}", texts.ASK_EDIT_LABEL.format(number=message.number), message.text[:PREFILL_LIMIT])
    return call.question(texts.ASK_EDIT.format(number=message.number, quote=quoted(message)), ask)


async def newest_prompt(call: Call, session: Session) -> Message | None:
    """The newest user message on the branch. In a shared place it may be somebody else's: then who asked has to say which is meant."""
    for message in reversed(await call.reader.branch(session.leaf, RECENT)):
        if message.role == "user" and message.status != "removed":
            return message
    return None


async def retry_last(call: Call) -> Decision:
    """Answers a user message again: the last one, the one with a number, or the one that the command replies to; for an answer, by its
    button or a reply, the one above it."""
    number = whole_number(call.args)
    if call.args and not call.args.startswith("#") and number is None:
        return call.refuse(texts.NOT_A_NUMBER.format(word=texts.in_code(call.args), usage=call.command.usage))
    named = await (own_message(call, call.args.split()[0]) if call.args.startswith("#") else message_replied_to(call))
    if number is not None or named is None:
        current = call.given.found.session
        if current is None:
            return call.refuse(texts.NOTHING_TO_RETRY)
        session = current
        prompt = await (newest_prompt(call, session) if number is None else _prompt_at(call, session, number))
        if prompt is None and number is not None:
            return call.refuse(texts.NO_SUCH_MESSAGE.format(number=number))
    elif isinstance(named, Decision):
        return named
    else:
        session, message = named
        if call.event.pressed:
            message = await stands_there(call.reader, message, call.given.found.shown)
        tail = await find_tail(call.reader, session, message)
        if tail is None or is_removed(tail, message):
            return call.refuse(texts.NO_LONGER_THERE)
        prompt = await prompt_of(call.reader, message)
    if prompt is None:
        return call.refuse(texts.NOTHING_TO_RETRY)
    return await _retry(call, session, prompt)


async def _retry(call: Call, session: Session, prompt: Message) -> Decision:
    if call.given.shared and prompt.user_id != call.given.user_id:
        return call.refuse(texts.ASKER_ONLY)
    tail = await find_tail(call.reader, session, prompt)
    if tail is None:
        return call.refuse(texts.NO_LONGER_THERE)
    retried = retry(call.given, tail, call.asked)
    return await told(call.given, call.reader, call.place, tail, retried, first_answer(tail.messages))


async def _prompt_at(call: Call, session: Session, number: int) -> Message | None:
    """The user message with this number, or the one that the answer with this number answers."""
    message = await call.reader.nth(session.leaf, number)
    if message is None or message.status == "removed":
        return None
    return message if message.role == "user" else await call.reader.nth(session.leaf, number - 1)


async def undo_last(call: Call) -> Decision:
    """Takes the last turn off the branch, and its posts out of the chat."""
    session = call.given.found.session
    if session is None or session.leaf is None:
        return call.refuse(texts.NOTHING_TO_UNDO)
    branch = await call.reader.branch(session.leaf, RECENT)
    turn = last_turn([message for message in branch if message.status != "removed"])
    if not turn or turn[0].role != "user":
        return call.refuse(texts.NOTHING_TO_UNDO)
    if call.given.shared and any(message.user_id != call.given.user_id for message in turn if message.role == "user"):
        return call.refuse(texts.ASKER_ONLY)
    place = await place_of(call.reader, turn[-1].id) or call.place
    return call.say(texts.UNDONE) + undo(call.given, session, _with_removed(branch, turn[0]), call.given.found.turns, place)


def _with_removed(branch: Sequence[Message], first: Message) -> Sequence[Message]:
    """The branch from `first` on, and what was removed just above it, where nothing is to end either."""
    start = next(index for index, message in enumerate(branch) if message.number == first.number)
    while start and branch[start - 1].status == "removed":
        start -= 1
    return branch[start:]


async def stop_running(call: Call) -> Decision:
    """Stops the running answer; what is there stays."""
    turns = call.given.found.turns
    if not turns:
        return call.refuse(texts.NOTHING_TO_STOP)
    if call.given.shared and turns[0].user_id != call.given.user_id:
        return call.refuse(texts.ASKER_ONLY)
    return stop(call.given, turns[0]) + call.say(texts.STOPPED)
