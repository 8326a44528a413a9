"""From an event to a decision: who may, how often, which rule or command it is. Reads only; the dispatcher writes."""

from __future__ import annotations

from dataclasses import replace

from bot.changes import AddTurn, Change, CloseQuestion, KnowAccount, MovePlace, SetReachable, SharePlace
from bot.commands.call import Call
from bot.commands.catalog import BY_NAME
from bot.commands.edits import told
from bot.commands.general import unknown
from bot.commands.perform import perform
from bot.commands.tails import find_tail, meant_by
from bot.events import Author, CommandInvoked, Event, MessageDeleted, MessageEdited, MessageReceived, MessageRef, Place, PlaceChanged
from bot.found import Found
from bot.messages import Account, PlaceSettings
from bot.models.tokens import Estimator
from bot.post_changes import AddPost, MovePosts
from bot.replies import texts
from bot.rules.decision import NOTHING, Asked, Decision, Given
from bot.rules.revise import revise
from bot.rules.say import attached, say
from bot.rules.turns import stop
from bot.sessions.admission import Admission
from bot.sessions.cleaning import is_blank
from bot.sessions.decide import Perform, receive
from bot.sessions.desk import Desk
from bot.sessions.removing import taken_back


class Intake:
    """Decides about events, one at a time, under the desk's lock."""

    def __init__(self, desk: Desk, estimator: Estimator) -> None:
        self._desk = desk
        self._estimator = estimator
        self._admission = Admission(desk.policy, desk.clock)

    async def decide(self, event: Event) -> Decision | None:
        """What the event changes; None where it was accepted before."""
        match event:
            case PlaceChanged():
                return await self._place_changed(event)
            case MessageDeleted():
                return await self._deleted(event)
            case MessageReceived() | MessageEdited() | CommandInvoked():
                found, share = await self._find(event)
                if found.seen:
                    return None
                if isinstance(event, MessageEdited) and found.subject is None:
                    return NOTHING  # it was never for the bot
                given, known = self._given(event.author, event.ref.place, found)
                refusal = self._admission.refusal(event)
                if refusal is not None:
                    return self._refused(event, given, refusal)
                decided = await self._decide(event, given)
                if found.account is None and not _concerns(decided, given.user_id):
                    known = tuple(change for change in known if not isinstance(change, KnowAccount))
                return Decision((*share, *known)) + decided

    async def _decide(self, event: MessageReceived | MessageEdited | CommandInvoked, given: Given) -> Decision:
        match event:
            case CommandInvoked():
                return await self._command(event, given)
            case MessageEdited():
                return await self._edited(event, given)
            case MessageReceived():
                if is_blank(event.text) and not self._admission.due(f"blank {given.user_id}", event):
                    return NOTHING
                decided = receive(event, given, self._tokens(event.text))
                if isinstance(decided, Perform):
                    decided = decided.first + await self._command(decided.command, given, decided.source)
                return decided + self._unseen(event, given)

    def _unseen(self, event: MessageReceived, given: Given) -> Decision:
        """A picture beside the words is answered by the words alone, and that is said."""
        if not event.attachments or is_blank(event.text) or not self._admission.due(f"unseen {given.user_id}", event):
            return NOTHING
        return say(given, event.ref.place, texts.WORDS_ONLY, reply_to=event.ref)

    async def _find(self, event: MessageReceived | MessageEdited | CommandInvoked) -> tuple[Found, tuple[Change, ...]]:
        """What is known, as the settings want the place, and what is written so that it is so: with the event, or not at all."""
        place = event.ref.place
        post: MessageRef | None = None
        subject = event.ref if isinstance(event, MessageEdited) else None
        if isinstance(event, CommandInvoked):
            post = event.ref if event.pressed else event.reply_to
            subject = None if event.pressed else event.reply_to
        elif isinstance(event, MessageReceived):
            post = event.reply_to
        found = await self._desk.store.find(place, event.author.id, key=event.key, subject=subject, post=post)
        shared = f"{place.platform}:{place.chat_id}" in self._desk.policy.shared
        if shared == (found.place.owner_id is not None):
            return found, ()
        share = SharePlace(place, self._desk.ids.next() if shared else None)
        if shared:  # its owner is new, and has no session yet
            found = replace(found, place=replace(found.place, owner_id=share.owner_id), session=None, leaf=None, turns=())
        else:
            found = await self._desk.store.find(place, event.author.id, key=event.key, subject=subject, post=post, shared=False)
        return found, (share,)

    def _given(self, author: Author, place: Place, found: Found) -> tuple[Given, tuple[Change, ...]]:
        """What the rules are given, and what was learned of the person and the place."""
        account = Account(
            place.platform, author.id, found.account.user_id if found.account else self._desk.ids.next(), author.name, author.locale
        )
        learned: tuple[Change, ...] = (KnowAccount(account),) if account != found.account else ()
        if not found.place.reachable:
            learned += (SetReachable(place, True),)
        given = Given(
            found=found,
            user_id=account.user_id,
            now=self._desk.clock.now(),
            next_id=self._desk.ids.next,
            new_session_id=self._desk.new_session_id,
            policy=self._desk.policy,
            capabilities=self._desk.adapters[place.platform].capabilities(place),
            running=self._desk.shown(),
            tokens=self._estimator.estimate,
        )
        return given, learned

    def _refused(self, event: MessageReceived | MessageEdited | CommandInvoked, given: Given, line: str) -> Decision:
        """One plain line; nothing else of the event is kept."""
        if isinstance(event, CommandInvoked) and event.via is not None:
            return Decision(line=line)  # it waits for some answer, and who gave it alone sees this one
        if not line:
            return NOTHING
        if isinstance(event, CommandInvoked) and event.pressed:
            return Decision(line=line)
        reply_to = event.ref if event.ref.place.kind == "group" else None
        return say(given, event.ref.place, line, reply_to=reply_to)

    async def _command(self, event: CommandInvoked, given: Given, source: MessageRef | None = None) -> Decision:
        """`source` is the message that answered a question."""
        command = BY_NAME.get(event.name)
        if command is None and event.pressed:
            return Decision(line=texts.NO_LONGER_THERE)
        about = event.via or event.reply_to or source  # what a menu, a reply or a question of the bot gives
        if command is None or (command.hidden and not event.pressed and command.name != "start" and not (command.menu and about)):
            return say(given, event.ref.place, unknown(event.name), reply_to=attached(event))
        private = None
        if given.capabilities.private == "direct":
            private = self._desk.adapters[event.ref.place.platform].private_place(event.author.id)
        done = await perform(Call(event, command, given, self._desk.store, private, source))
        if command.ends_questions and given.found.ask is not None and not done.opens_question:
            done = Decision((CloseQuestion(given.found.ask.id),)) + done
        if event.via is not None and not event.pressed and done.line is None and not _answers(done, event.via):
            done = replace(await self._hung_where_it_was(done, event.via), line=texts.DONE_ABOVE)
        return done

    async def _hung_where_it_was(self, done: Decision, via: MessageRef) -> Decision:
        """The line is the answer to what the command came by. An answer that takes over the posts of another one goes where that was to
        go: it may not be there yet, and the line may be for one pair of eyes."""
        turns = {
            change.to_reply: await self._desk.store.turn_of(change.from_reply) for change in done.changes if isinstance(change, MovePosts)
        }

        def hung(change: Change) -> Change:
            if not isinstance(change, AddTurn) or change.turn.reply_to != via:
                return change
            before = turns.get(change.turn.reply_id)
            return AddTurn(replace(change.turn, reply_to=before.reply_to if before is not None else None))

        return replace(done, changes=tuple(hung(change) for change in done.changes))

    async def _edited(self, event: MessageEdited, given: Given) -> Decision:
        """A message changed in the chat itself is /edit of that message, at any age; without a change of text it is nothing."""
        subject = given.found.subject
        text = event.text.strip()
        if subject is None or is_blank(text) or subject.user_id != given.user_id or subject.text == text:
            return NOTHING
        session = await self._desk.store.session(subject.session_id)
        if session is None or session.deleted_at is not None or session.user_id != given.owner_id:
            return NOTHING
        tail = await find_tail(self._desk.store, session, await meant_by(self._desk.store, subject))
        if tail is None or tail.subject.text == text or tail.subject.status == "removed":
            return NOTHING
        place = event.ref.place
        if (tokens := self._tokens(text)) > given.policy.context_tokens:
            return say(given, place, texts.TOO_LONG.format(tokens=tokens, limit=given.policy.context_tokens), reply_to=event.ref)
        asked = Asked(place, event.ref if place.kind == "group" else None, event.edited_at)
        return await told(given, self._desk.store, place, tail, revise(given, tail, text, asked))

    async def _deleted(self, event: MessageDeleted) -> Decision | None:
        """A message deleted in the chat itself leaves its session."""
        found = await self._desk.store.find(event.ref.place, "", key=event.key, subject=event.ref)
        if found.seen or found.subject is None:
            return None if found.seen else NOTHING
        given, _learned = self._given(Author("", ""), event.ref.place, found)
        return await taken_back(self._desk.store, given, found.subject, event.ref.place)

    async def _place_changed(self, event: PlaceChanged) -> Decision:
        match event.change:
            case "moved" if event.moved_to is not None:
                return Decision((MovePlace(event.place, event.moved_to),))
            case "blocked" | "removed":
                return Decision((SetReachable(event.place, False),)) + await self._stop_all(event.place)
            case _:
                return Decision((SetReachable(event.place, True),))

    async def _stop_all(self, place: Place) -> Decision:
        """Nobody can read what is being answered in the chat and its topics, or in the one topic, so it costs no more tokens (P16)."""
        given, _learned = self._given(Author("", ""), place, Found(PlaceSettings(place)))
        decision = NOTHING
        for session_id, where in await self._desk.store.owing_sessions():
            if _is_in(where, place):
                for turn in await self._desk.store.open_turns(session_id):
                    decision += stop(given, turn) if _is_in(turn.place, place) else NOTHING
        return decision

    def _tokens(self, text: str) -> int:
        """An estimate where it could matter: a short text always fits."""
        if len(text) * 3 <= self._desk.policy.context_tokens:
            return 0
        return self._estimator.estimate(text)


def _is_in(one: Place, place: Place) -> bool:
    """Whether it is the place, or a topic of the chat that the place is."""
    return (one.platform, one.chat_id) == (place.platform, place.chat_id) and place.thread_id in ("", one.thread_id)


def _concerns(decision: Decision, user_id: int) -> bool:
    """Whether anything that is written belongs to the person: of a stranger who gets no more than a line nothing is kept."""
    return any(not isinstance(change, AddPost) or change.post.user_id == user_id for change in decision.changes)


def _answers(done: Decision, via: MessageRef) -> bool:
    """Whether what was decided shows something that hangs on what the command came by."""
    return any(isinstance(change, AddPost) and change.post.reply_to == via for change in done.changes)
