"""What a message means, by a table: to which rule it goes, given what is stored (bot.sessions.decide.receive)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.changes import AddMessage, AddTurn, CloseQuestion, SetCurrent
from bot.events import Attachment, MessageReceived, MessageRef, Place, Quotation
from bot.found import Found
from bot.messages import Message, Session
from bot.post_changes import AddPost
from bot.posts import OpenAsk, Post
from bot.replies import texts
from bot.rules.decision import Decision
from bot.sessions.decide import Perform, receive
from tests.core.made import ANN, GROUP, NOW, PLACE, SESSION, found, given, line, message, of_kind, wrote

BRANCH = line("u", "a", "u", "a")
NEWEST = BRANCH[3]
REPLY = MessageRef(PLACE, "1001")
FOREIGN = replace(SESSION, id="cccccccccccccccc", user_id=2)
ASK = OpenAsk(1, PLACE, ANN, "edit #b", 70, NOW + timedelta(minutes=10))


def shown(answer: Message, session: Session = SESSION, leaf: Message = NEWEST, place: Place = PLACE) -> Found:
    post = Post(80, answer.id, 0, place, "final", "p", REPLY)
    return replace(found(leaf), post=post, shown=answer, shown_session=session)


def prompt(decision: Decision | Perform) -> Message:
    assert isinstance(decision, Decision)
    return next(change.message for change in decision.changes if isinstance(change, AddMessage))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("/histroy 2", "There is no command /histroy. Did you mean /history?"),
        (" /usr/bin", "There is no command /usr. /help lists what there is."),
        ("/", "There is no command /. /help lists what there is."),
    ],
)
def test_a_mistyped_command_that_comes_as_a_text_is_named(text: str, told: str) -> None:
    decision = receive(wrote(text), given(found(NEWEST)), 0)
    assert isinstance(decision, Decision)
    assert _said(decision) == told


@pytest.mark.parametrize("text", ["", "   ", "\n\t", "\u200b\u200d\ufeff", "\u3164", "\u2060 \u00ad"])
def test_u1_nothing_to_see_is_a_hint_and_no_turn(text: str) -> None:
    decision = receive(wrote(text), given(found(NEWEST)), 0)
    assert isinstance(decision, Decision)
    assert _said(decision) == texts.BLANK
    assert not of_kind(decision, AddTurn)
    assert not of_kind(decision, AddMessage)


def test_u2_a_file_without_words_is_a_polite_line() -> None:
    event = replace(wrote(""), attachments=(Attachment("voice", "audio/ogg", 10, "", "f"),))
    decision = receive(event, given(found(NEWEST)), 0)
    assert isinstance(decision, Decision)
    assert _said(decision) == texts.TEXT_ONLY


@pytest.mark.parametrize(("place", "replied"), [(PLACE, None), (GROUP, "555")])
def test_in_a_group_an_answer_replies_to_who_asked(place: Place, replied: str | None) -> None:
    decision = receive(wrote("hello", place), given(found(NEWEST, place=place)), 0)
    assert isinstance(decision, Decision)
    (owed,) = [change.turn for change in decision.changes if isinstance(change, AddTurn)]
    assert (owed.reply_to and owed.reply_to.message_id) == replied


def test_a_message_larger_than_the_context_is_one_line() -> None:
    decision = receive(wrote("long"), given(found(NEWEST)), 8001)
    assert isinstance(decision, Decision)
    assert "8001 tokens; 8000 fit" in _said(decision)
    assert not of_kind(decision, AddMessage)
    assert prompt(receive(wrote("long"), given(found(NEWEST)), 8000)).text == "long"


@pytest.mark.parametrize("text", ["exit", " EXIT\n"])
def test_the_word_exit_ends_where_it_is_left_on(text: str) -> None:
    facts = given(found(NEWEST))
    assert prompt(receive(wrote(text), facts, 0)).text == text.strip()
    on = replace(facts, capabilities=replace(facts.capabilities, exit_word=True))
    performed = receive(wrote(text), on, 0)
    assert isinstance(performed, Perform)
    assert (performed.command.name, performed.command.args) == ("end", "")
    assert prompt(receive(wrote("exit now"), on, 0)).text == "exit now"


@pytest.mark.parametrize("text", ["exit", "Exit "])
def test_the_word_exit_answers_no_question_where_it_is_left_on(text: str) -> None:
    """Whoever leaves changes nothing; and what they write when they are back is no answer either."""
    facts = given(replace(found(NEWEST), ask=ASK))
    answered = receive(wrote(text), facts, 0)
    assert isinstance(answered, Perform)
    assert (answered.command.name, answered.command.args) == ("edit", f"#b {text.strip()}")
    left = receive(wrote(text), replace(facts, capabilities=replace(facts.capabilities, exit_word=True)), 0)
    assert isinstance(left, Perform)
    assert (left.command.name, left.command.args) == ("end", "")
    assert left.first == Decision((CloseQuestion(ASK.id),))


@pytest.mark.parametrize(
    ("facts", "parent", "quoted"),
    [
        (found(NEWEST), 14, ""),
        (shown(NEWEST), 14, ""),  # to the newest answer: a plain message
        (shown(BRANCH[1]), 12, ""),  # to an older one: a branch
        (shown(replace(message(20, "assistant", 11, number=2), host=12)), 12, ""),  # whose words were changed
        (shown(replace(message(20, "assistant", 13, number=4), host=14)), 14, ""),  # the newest, changed
        (shown(replace(BRANCH[1], status="removed")), 14, ""),  # to one that is no longer there
        (shown(replace(BRANCH[1], status="open")), 14, ""),  # to one that is still being made
        (shown(BRANCH[1], FOREIGN), 14, "text 12"),  # somebody else's is a quotation
        (shown(BRANCH[1], FOREIGN, place=GROUP), 14, ""),  # but where not everybody reads it who reads here
        (shown(BRANCH[1], replace(SESSION, deleted_at=NOW)), 14, "text 12"),
        (replace(shown(BRANCH[1], FOREIGN), session=None, leaf=None), None, "text 12"),
    ],
)
def test_what_a_reply_continues(facts: Found, parent: int | None, quoted: str) -> None:
    added = prompt(receive(wrote("why", reply_to=REPLY), given(facts), 0))
    assert (added.parent_id, added.quoted) == (parent, quoted)


def test_a_branch_makes_its_session_current() -> None:
    other = replace(SESSION, id="dddddddddddddddd")
    decision = receive(wrote("why", reply_to=REPLY), given(shown(BRANCH[3], other)), 0)
    assert isinstance(decision, Decision)
    assert of_kind(decision, SetCurrent) == [SetCurrent(PLACE, ANN, other.id)]
    assert prompt(decision).session_id == other.id


def test_in_a_shared_place_anybody_branches() -> None:
    shared = replace(SESSION, user_id=50)
    facts = replace(shown(BRANCH[1], shared), place=replace(found().place, owner_id=50))
    added = prompt(receive(wrote("why", reply_to=REPLY), given(facts, user_id=2), 0))
    assert (added.parent_id, added.quoted, added.user_id) == (12, "", 2)


@pytest.mark.parametrize(("quoted", "wanted"), [(Quotation("words", "Carl"), "Carl: words"), (Quotation("words"), "words"), (None, "")])
def test_a_quotation_goes_along(quoted: Quotation | None, wanted: str) -> None:
    assert prompt(receive(replace(wrote("look"), quoted=quoted), given(found(NEWEST)), 0)).quoted == wanted


def test_a_reply_to_a_remark_of_the_bot_is_a_plain_message() -> None:
    facts = replace(found(NEWEST), post=Post(5, 60, 0, PLACE, "final", "k", REPLY))
    added = prompt(receive(wrote("thanks", reply_to=REPLY), given(facts), 0))
    assert (added.parent_id, added.quoted) == (14, "")


ASKING = replace(found(NEWEST), ask=ASK)


@pytest.mark.parametrize(
    ("event", "facts", "answers"),
    [
        (wrote("new words"), ASKING, True),
        (wrote("new words"), replace(ASKING, ask=replace(ASK, expires_at=NOW)), False),  # after ten minutes
        (wrote("new words"), replace(ASKING, ask=replace(ASK, user_id=2)), False),  # somebody else's question
        (wrote("new words", reply_to=REPLY), ASKING, False),  # a reply to something else
        (wrote("new words", reply_to=REPLY), replace(ASKING, post=Post(5, 70, 0, PLACE, "final", "k", REPLY)), True),
        (wrote("new words", GROUP), ASKING, False),  # in a group only a reply to the question
        (wrote("new words", GROUP, reply_to=REPLY), replace(ASKING, post=Post(5, 70, 0, GROUP, "final", "k", REPLY)), True),
    ],
)
def test_what_answers_a_question(event: MessageReceived, facts: Found, answers: bool) -> None:
    decision = receive(event, given(facts), 0)
    assert isinstance(decision, Perform) is answers
    if isinstance(decision, Perform):
        assert (decision.command.name, decision.command.args) == ("edit", "#b new words")
        assert decision.first.changes == (CloseQuestion(1),)


def _said(decision: Decision) -> str:
    (post,) = [change.post for change in decision.changes if isinstance(change, AddPost)]
    assert post.content is not None
    return post.content.text
