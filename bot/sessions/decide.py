"""What an event of a platform means: which rule it comes under. Pure: it is given an event and what was found, and returns a decision."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import takewhile

from bot.changes import CloseQuestion
from bot.commands.general import unknown
from bot.events import CommandInvoked, MessageReceived, MessageRef
from bot.posts import OpenAsk
from bot.replies import texts
from bot.rules.append import Words, converse
from bot.rules.decision import NOTHING, Asked, Decision, Given
from bot.rules.say import say
from bot.sessions.cleaning import is_blank


@dataclass(frozen=True, slots=True)
class Perform:
    """A message that is really a command: the word `exit`, or the answer to a question, which holds its words alone then."""

    command: CommandInvoked
    first: Decision = NOTHING
    source: MessageRef | None = None


def receive(event: MessageReceived, given: Given, tokens: int) -> Decision | Perform:
    """A message that is addressed to the bot, of `tokens` tokens by estimate."""
    place, text = event.ref.place, event.text.strip()
    ask = open_ask(event, given)
    if is_blank(text):
        line = texts.TEXT_ONLY if event.attachments else texts.BLANK
        return say(given, place, line, reply_to=_in_group(event))
    closed = Decision((CloseQuestion(ask.id),)) if ask is not None else NOTHING
    if given.capabilities.exit_word and text.lower() == "exit":
        return Perform(_as_command(event, "end", ""), closed)  # Before the question: the program ends at this word, whatever is open.
    if text.startswith("/") and not event.forwarded and place.kind == "private":
        return say(given, place, unknown("".join(takewhile(lambda letter: letter.isalnum() or letter in "_-", text[1:]))))
    if ask is not None:
        name, _, args = ask.command.partition(" ")
        return Perform(_as_command(event, name, f"{args} {text}".strip()), closed, event.ref)
    if tokens > given.policy.context_tokens:
        line = texts.TOO_LONG.format(tokens=tokens, limit=given.policy.context_tokens)
        return say(given, place, line, reply_to=_in_group(event))
    words = Words(text, event.author.name, event.ref)
    return converse(given, words, Asked(place, _in_group(event), event.sent_at), event.quoted)


def open_ask(event: MessageReceived, given: Given) -> OpenAsk | None:
    """The question that this message answers: a reply to it, or in a private place whatever comes next and is no other reply."""
    ask = given.found.ask
    if ask is None or ask.expires_at <= given.now or ask.user_id != given.user_id:
        return None
    if given.found.post is not None and given.found.post.reply_id == ask.reply_id:
        return ask
    return ask if event.ref.place.kind == "private" and event.reply_to is None else None


def _as_command(event: MessageReceived, name: str, args: str) -> CommandInvoked:
    return CommandInvoked(event.ref, event.author, name, args, event.sent_at, event.key)


def _in_group(event: MessageReceived) -> MessageRef | None:
    """In a group an answer replies to who asked."""
    return event.ref if event.ref.place.kind == "group" else None
