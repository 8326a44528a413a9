"""/forget and its button: all that is kept about a person is erased, after they have said so twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from bot.changes import Change, ForgetUser
from bot.commands.call import Call, message_id_of
from bot.found import Belongings
from bot.post_changes import AddPost, DirtyPosts, DropPosts
from bot.posts import Button, Content, Post, post_key
from bot.replies import texts
from bot.rules.decision import Abort, Decision, Delivery
from bot.rules.turns import redo


async def forget(call: Call) -> Decision:
    """Says what would be erased, with a button that does it; with the word for it, does it at once."""
    if call.args and call.args.lower() != texts.EVERYTHING:
        return call.refuse(texts.USAGE.format(usage=f"/forget {texts.EVERYTHING}"))
    if call.given.found.account is None:
        return _unsigned(call.say(texts.NOTHING_KEPT))
    held = await call.reader.belongings(call.given.user_id)
    if call.args:
        return _erased(call, held)
    timeout = call.given.policy.ask_timeout
    until = int((call.given.now + timeout).timestamp())
    button = Button(texts.ERASE, f"erase #{call.given.user_id:x} {until}")
    text = texts.FORGET_ASK.format(held=_counted(held), minutes=round(timeout.total_seconds() / 60))
    return call.say(text, ((button,),))


async def erase(call: Call) -> Decision:
    """The button. It names whom it erases and until when: by then somebody else may hold the phone."""
    whose, _, until = call.args.partition(" ")
    known = call.given.found.account is not None and message_id_of(whose) == call.given.user_id
    if not known or not until.isdecimal() or len(until) > len("99999999999"):
        return call.refuse(texts.NOT_ERASED)
    if call.given.now > datetime.fromtimestamp(int(until), UTC):
        return call.refuse(texts.NOT_ERASED)
    return _erased(call, await call.reader.belongings(call.given.user_id))


def _counted(held: Belongings) -> str:
    if not held.sessions and held.messages:
        return texts.HELD_IN_SHARED.format(messages=texts.messages(held.messages))
    return texts.HELD.format(sessions=texts.sessions(held.sessions), messages=texts.messages(held.messages))


def _erased(call: Call, held: Belongings) -> Decision:
    """First what runs is let go of, then all is erased; whoever is busy with a reply of the person takes it away. What is said about it
    is all that stays, and belongs to nobody."""
    again = Decision()
    for turn in held.again:
        again += redo(turn)
    emptied = Content(texts.ERASED_MEANWHILE)
    changes: tuple[Change, ...] = (
        ForgetUser(call.given.user_id, call.given.now),
        *(DropPosts(turn.reply_id) for turn in held.ending),
        *(DropPosts(reply.reply_id) for reply in held.unshown),
        *(DirtyPosts(reply.reply_id, emptied) for reply in held.quoting),
    )
    shown = (*held.unshown, *held.quoting)
    gone = Decision(
        changes,
        abort=tuple(Abort(turn.id, None) for turn in held.ending),
        deliver=tuple(Delivery(reply.reply_id, reply.place, reply.session_id) for reply in shown),
    )
    return again + gone + _last_words(call, texts.FORGOTTEN.format(held=_counted(held)))


def _last_words(call: Call, text: str) -> Decision:
    """In place of the question where that was answered by its button: then the button is gone."""
    asked = call.given.found.post
    if not call.event.pressed or asked is None or asked.ref is None:
        return _unsigned(call.say(text))
    reply_id = call.given.next_id()
    said = Post(
        id=call.given.next_id(),
        reply_id=reply_id,
        ordinal=0,
        place=asked.place,
        state="placed",
        key=post_key(reply_id, 0),
        ref=asked.ref,
        content=Content(text, audience=asked.content.audience if asked.content is not None else ""),
        reply_to=asked.reply_to,
    )
    return Decision((AddPost(said),), deliver=(Delivery(reply_id, asked.place),))


def _unsigned(decision: Decision) -> Decision:
    """What is said to somebody of whom nothing is kept belongs to nobody."""
    changes = tuple(AddPost(replace(change.post, user_id=None)) if isinstance(change, AddPost) else change for change in decision.changes)
    return replace(decision, changes=changes)
