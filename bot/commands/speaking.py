"""/ask, branching off and the button for going on: commands that say something to the model."""

from __future__ import annotations

from bot.commands.call import Call, message_replied_to, own_message
from bot.commands.edits import quoted
from bot.commands.tails import find_tail, first_answer, is_removed
from bot.messages import Message, Session
from bot.posts import Ask
from bot.replies import texts
from bot.rules.append import Words, append, converse, follow
from bot.rules.decision import Decision


async def ask(call: Call) -> Decision:
    """Its text is a message like any other; as a reply to an answer it goes on from there. Without a text it asks for one."""
    if not call.args:
        return call.question(texts.ASK_WORDS, Ask("ask", texts.ASK_WORDS_LABEL))
    words = _words(call, call.args)
    if isinstance(words, Decision):
        return words
    if call.event.reply_to is None or call.event.pressed:
        return append(call.given, words, call.asked)
    return converse(call.given, words, call.asked)


async def branch(call: Call) -> Decision:
    """Goes on from an answer, beside what followed it: `#id words`, or the message that the command is about."""
    first, _, rest = call.args.partition(" ") if " " in call.args else call.args.partition("\n")
    named = first.startswith("#")
    found = await (own_message(call, first) if named else message_replied_to(call))
    if found is None:
        return call.refuse(texts.NO_LONGER_THERE)
    if isinstance(found, Decision):
        return found
    session, message = found
    answer = await _answer_of(call, session, message)
    if isinstance(answer, Decision):
        return answer
    text = rest.strip() if named else call.args
    if not text:
        question = texts.ASK_BRANCH.format(number=answer.number, quote=quoted(answer))
        return call.question(question, Ask(f"branch #{answer.id:x}", texts.ASK_BRANCH_LABEL.format(number=answer.number)))
    words = _words(call, text)
    return words if isinstance(words, Decision) else follow(call.given, session, answer, words, call.asked)


async def _answer_of(call: Call, session: Session, message: Message) -> Message | Decision:
    """The message, or the answer that stands below it."""
    tail = await find_tail(call.reader, session, message)
    if tail is None or is_removed(tail, message):
        return call.refuse(texts.NO_LONGER_THERE)
    if message.role == "assistant":
        answer: Message | None = message
    else:
        answer = first_answer(tail.messages)
        below = {below.id for below in tail.messages}
        if answer is None and any(turn.prompt_id in below for turn in tail.turns):
            return call.refuse(texts.WAIT_FOR_ANSWER)
    if answer is None:
        return call.refuse(texts.NO_ANSWER_THERE)
    if answer.status == "open":
        return call.refuse(texts.WAIT_FOR_ANSWER)
    return answer


async def go_on(call: Call) -> Decision:
    """Asks the model to go on where an answer was cut for its length."""
    found = await own_message(call, call.args)
    if isinstance(found, Decision):
        return found
    session, answer = found
    if session.leaf != (answer.host or answer.id) or call.given.found.session is None or call.given.found.session.id != session.id:
        return call.refuse(texts.NOT_THE_NEWEST)
    return append(call.given, Words(texts.PLEASE_CONTINUE, call.event.author.name), call.asked)


def _words(call: Call, text: str) -> Words | Decision:
    """What the person says, or why it cannot be said."""
    limit = call.given.policy.context_tokens
    if (tokens := call.given.tokens(text)) > limit:
        return call.refuse(texts.TOO_LONG.format(tokens=tokens, limit=limit))
    return Words(text, call.event.author.name, call.source)
