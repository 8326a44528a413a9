"""/edit, /retry, /undo, /stop, and the buttons for versions and for going on: what changes the branch."""

from __future__ import annotations

from bot.changes import OpenQuestion
from bot.commands.call import Call, message_id_of, whole_number
from bot.commands.tails import find_tail, first_answer, place_of
from bot.events import Place
from bot.messages import Message, Session
from bot.ports import Reader
from bot.posts import Ask, Button, OpenAsk
from bot.replies import texts
from bot.rules.append import Words, append
from bot.rules.decision import Decision, Given
from bot.rules.navigate import last_turn, reword, switch, undo
from bot.rules.revise import Revised, Tail, retry, revise
from bot.rules.say import say
from bot.rules.turns import owe, stop

RECENT = 60
PREFILL_LIMIT = 4000


async def edit(call: Call) -> Decision:
    """`/edit 3 words`, `/edit words`, `/edit 3`, `/edit`, and from a question `/edit #id words`."""
    session = call.given.found.session
    first, _, rest = call.args.partition(" ") if " " in call.args else call.args.partition("\n")
    if first.startswith("#"):
        return await _edit_by_id(call, first, rest.strip())
    if session is None:
        return call.refuse(texts.NOTHING_TO_EDIT)
    number = whole_number(first)
    text = rest.strip() if number is not None else call.args
    if number is not None:
        message = await call.reader.nth(session.leaf, number)
        if message is None or message.status == "removed":
            return call.refuse(texts.NO_SUCH_MESSAGE.format(number=number))
    elif first.lstrip("+-").isdigit():
        return call.refuse(texts.NO_SUCH_MESSAGE.format(number=first[:20]))
    else:
        message = await newest_prompt(call, session)
        if message is None:
            return call.refuse(texts.NOTHING_TO_EDIT)
    return await _edit(call, session, message, text)


async def _edit_by_id(call: Call, word: str, text: str) -> Decision:
    found = await own_message(call, word)
    if isinstance(found, Decision):
        return found
    session, message = found
    return await _edit(call, session, message, text)


async def _edit(call: Call, session: Session, message: Message, text: str) -> Decision:
    if call.given.shared and message.user_id != call.given.user_id:
        return call.refuse(texts.ASKER_ONLY)
    if message.status == "open":
        return call.refuse(texts.WAIT_FOR_ANSWER)
    if not text:
        return _ask_for_text(call, message)
    tail = await find_tail(call.reader, session, message)
    if tail is None:
        return call.refuse(texts.NO_LONGER_THERE)
    if (tokens := call.given.tokens(text)) > call.given.policy.context_tokens:
        return call.refuse(texts.TOO_LONG.format(tokens=tokens, limit=call.given.policy.context_tokens))
    if message.role == "assistant":
        return reword(call.given, tail, text) + call.say(texts.CHANGED.format(number=message.number))
    if text == tail.subject.text:
        return call.refuse(texts.SAME_TEXT)
    return await told(call.given, call.reader, call.place, tail, revise(call.given, tail, text, call.asked))


async def told(given: Given, reader: Reader, place: Place, tail: Tail, revised: Revised) -> Decision:
    """One line where later messages stay behind on the old version, replying to the edited message, with a button that leads back."""
    if not revised.left_behind:
        return revised.decision
    versions = [version.id for version in await reader.versions(tail.subject.first_version)]
    number = versions.index(tail.subject.id) + 1 if tail.subject.id in versions else 1
    text = texts.ANSWERED_ANEW_ONE if revised.left_behind == 1 else texts.ANSWERED_ANEW
    back = Button(texts.BACK_TO_VERSION.format(number=number), f"version #{tail.subject.id:x}")
    source = tail.subject.source
    reply_to = source if source is not None and source.place == place else None
    line = say(given, place, text.format(count=revised.left_behind, number=number), buttons=((back,),), reply_to=reply_to)
    return revised.decision + line


def _ask_for_text(call: Call, message: Message) -> Decision:
    """Asks for the new text; the question is stored, so that its answer finds the command after a restart too."""
    quote = "\n".join(f"> {texts.plain(line)}" for line in message.text[:500].splitlines())
    ask = Ask(f"edit #{message.id:x}", texts.ASK_EDIT_LABEL.format(number=message.number), message.text[:PREFILL_LIMIT])
    said = call.say(texts.ASK_EDIT.format(number=message.number, quote=quote), ask=ask)
    question = OpenAsk(
        id=call.given.next_id(),
        place=call.place,
        user_id=call.given.user_id,
        command=ask.command,
        reply_id=said.deliver[0].reply_id,
        expires_at=call.given.now + call.given.policy.ask_timeout,
    )
    return said + Decision((OpenQuestion(question),))


async def newest_prompt(call: Call, session: Session) -> Message | None:
    """The newest user message on the branch. In a shared place it may be somebody else's: then who asked has to say which is meant."""
    for message in reversed(await call.reader.branch(session.leaf, RECENT)):
        if message.role == "user" and message.status != "removed":
            return message
    return None


async def own_message(call: Call, word: str) -> tuple[Session, Message] | Decision:
    """The message that a button names, if its session is the person's; somebody else's is as good as none."""
    message_id = message_id_of(word)
    message = await call.reader.message(message_id) if message_id is not None else None
    session = await call.reader.session(message.session_id) if message is not None else None
    if message is None or session is None or session.deleted_at is not None or session.user_id != call.given.owner_id:
        return call.refuse(texts.NOT_YOURS if call.event.pressed else texts.NO_LONGER_THERE)
    return session, message


async def retry_last(call: Call) -> Decision:
    """Answers the last user message again, the one with a number, or the one above the answer whose button was pressed."""
    number = whole_number(call.args)
    if call.args and not call.args.startswith("#") and number is None:
        return call.refuse(texts.NOT_A_NUMBER.format(word=texts.in_code(call.args), usage=call.command.usage))
    if call.args.startswith("#"):
        found = await own_message(call, call.args.split()[0])
        if isinstance(found, Decision):
            return found
        session, answer = found
        prompt = await call.reader.message(answer.parent_id) if answer.parent_id else None
        if answer.role == "user":
            prompt = answer
    else:
        current = call.given.found.session
        if current is None:
            return call.refuse(texts.NOTHING_TO_RETRY)
        session = current
        prompt = await (newest_prompt(call, session) if number is None else _prompt_at(call, session, number))
        if prompt is None and number is not None:
            return call.refuse(texts.NO_SUCH_MESSAGE.format(number=number))
    if prompt is None:
        return call.refuse(texts.NOTHING_TO_RETRY)
    if call.given.shared and prompt.user_id != call.given.user_id:
        return call.refuse(texts.ASKER_ONLY)
    tail = await find_tail(call.reader, session, prompt)
    if tail is None:
        return call.refuse(texts.NO_LONGER_THERE)
    return await told(call.given, call.reader, call.place, tail, retry(call.given, tail, call.asked))


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
    turn = last_turn([message for message in await call.reader.branch(session.leaf, RECENT) if message.status != "removed"])
    if not turn or turn[0].role != "user":
        return call.refuse(texts.NOTHING_TO_UNDO)
    if call.given.shared and any(message.user_id != call.given.user_id for message in turn if message.role == "user"):
        return call.refuse(texts.ASKER_ONLY)
    place = await place_of(call.reader, turn[-1].id) or call.place
    return call.say(texts.UNDONE) + undo(call.given, session, turn, call.given.found.turns, place)


async def stop_running(call: Call) -> Decision:
    """Stops the running answer; what is there stays."""
    turns = call.given.found.turns
    if not turns:
        return call.refuse(texts.NOTHING_TO_STOP)
    if call.given.shared and turns[0].user_id != call.given.user_id:
        return call.refuse(texts.ASKER_ONLY)
    return stop(call.given, turns[0]) + call.say(texts.STOPPED)


async def version(call: Call) -> Decision:
    """Shows another version of a message, and goes to where its branch was left."""
    found = await own_message(call, call.args)
    if isinstance(found, Decision):
        return found
    session, target = found
    tail = await find_tail(call.reader, session, await _stands_for(call, session, target))
    if tail is None:
        return call.refuse(texts.NO_LONGER_THERE)
    if tail.subject.id == target.id:
        return Decision(line=texts.SHOWN_ALREADY)
    leaf = await call.reader.newest_leaf(target.host or target.id)
    then = await _answer_of(call, target, leaf)
    now = first_answer(tail.messages)
    if then is None:
        return await _answer_it(call, tail, target, leaf)
    return switch(call.given, tail, target, leaf, now.id if now else None, then.id)


async def _stands_for(call: Call, session: Session, target: Message) -> Message:
    """The version to go from: the one on the current branch; beside it, the one that the pressed post shows."""
    there = await call.reader.nth(session.leaf, target.number)
    shown = call.given.found.shown
    if shown is None or (there is not None and there.first_version == target.first_version):
        return target
    if target.role == "user":
        shown = await call.reader.message(shown.parent_id) if shown.parent_id is not None else None
    return shown if shown is not None and shown.first_version == target.first_version else target


async def _answer_of(call: Call, target: Message, leaf: int) -> Message | None:
    """The answer that stands below a version, or is that version."""
    if target.role == "assistant":
        return target
    return first_answer(await call.reader.branch(leaf, RECENT * 100, down_to=target.number))


async def _answer_it(call: Call, tail: Tail, target: Message, leaf: int) -> Decision:
    """A version that was never answered, because it was edited while it was being answered, is answered now."""
    prompt = await call.reader.message(leaf)
    if prompt is None or prompt.role != "user":
        return call.refuse(texts.NO_LONGER_THERE)
    now = first_answer(tail.messages)
    posts_of = now.id if now is not None and tail.answer_place == call.place else None
    return switch(call.given, tail, target, leaf, None, None) + owe(call.given, prompt, call.asked, posts_of=posts_of)


async def go_on(call: Call) -> Decision:
    """Asks the model to go on where an answer was cut for its length."""
    found = await own_message(call, call.args)
    if isinstance(found, Decision):
        return found
    session, answer = found
    if session.leaf != (answer.host or answer.id) or call.given.found.session is None or call.given.found.session.id != session.id:
        return call.refuse(texts.NOT_THE_NEWEST)
    return append(call.given, Words(texts.PLEASE_CONTINUE, call.event.author.name), call.asked)
