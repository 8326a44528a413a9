"""Everything that Parley says to people, in one catalogue: plain sentences that say what happened and what to do.

`_` marks a text for translation (gettext's convention). No text here holds a library's or a model's own words. Markdown is allowed;
what comes from people goes through `plain` first.
"""

from __future__ import annotations

import re

from bot.errors import ModelErrorKind


def _(text: str) -> str:
    return text


_SPECIAL = re.compile(r"([\\`*_{}\]#+\-.|<>~]|&(?=#?\w+;))")


def plain(text: str) -> str:
    """A text of a person (a title, a name) so that it shows to the letter inside Markdown, on one line."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def plain_lines(text: str) -> str:
    """A text of several lines so that it shows to the letter inside Markdown, line by line."""
    return "  \n".join(plain(line) for line in text.splitlines() if line.strip())


def in_code(text: str) -> str:
    """The beginning of a person's words, for inline code."""
    return text.replace("`", "'").replace("\n", " ")[:20]


def sessions(count: int) -> str:
    return _("1 session") if count == 1 else _("{count} sessions").format(count=count)


def messages(count: int) -> str:
    return _("1 message") if count == 1 else _("{count} messages").format(count=count)


WAITING = _("…")
STILL_THINKING = _("Still thinking")
STUB = _("(no longer needed)")
LATE = _("*(late)*")
STOPPED_MARK = _("*(stopped)*")
HELD_BACK_MARK = _("*(the model's provider held the rest back)*")
STOPPED_EMPTY = _("Stopped.")
CANNOT_SHOW = _("This answer could not be shown here. /retry makes it anew.")
GAVE_UP = _("This answer was tried three times and did not come through. Press Retry to try once more.")

RETRY = _("Retry")
CONTINUE = _("Continue")
UNDO = _("Undo")
GO_BACK = _("Go back")
BRING_ALONG = _("Bring the last conversation along")
OPEN_HERE = _("Open it here")
BACK_TO_VERSION = _("Back to version {number}")
WRITE_TO_ME = _("Open our private chat")

NOT_ALLOWED = _("You are not on this bot's list. Ask its operator to add you: your id is `{id}`.")
NOT_ALLOWED_HERE = _("You are not on this bot's list. Ask its operator to add you (your id is `{id}`) or this chat (`{chat}`).")
TOO_FAST = _("That was a lot at once. Please wait a minute; messages sent meanwhile are not answered.")
BLANK = _("There was no text in that message. Write me something, or see /help.")
TEXT_ONLY = _("I can only read text for now. Please write it out.")
WORDS_ONLY = _("I cannot see what came with it yet, so I go by your words alone.")
TOO_LONG = _("That message is longer than I can take in ({tokens} tokens; {limit} fit). Please send it in smaller pieces.")
NOT_YOURS = _("This button belongs to somebody else.")
NO_SUCH_COMMAND = _("There is no command /{name}. {hint}")
DID_YOU_MEAN = _("Did you mean /{name}?")
SEE_HELP = _("/help lists what there is.")
NO_SESSION = _("No session is open here. Just write something, and one begins; /sessions lists older ones.")
NO_SUCH_SESSION = _("I find no session of yours with that id. /sessions lists them.")
NEEDS_ID = _("Which one? Write the id as /sessions shows it, such as `/{name} #7f3a`.")
SHORT_ID = _("That id fits more than one session. Write a digit more.")
NO_SUCH_MESSAGE = _("There is no message {number} in this session. /history shows the numbers.")
NO_SUCH_PAGE = _("There is no page {number}; the last one is {last}.")
NOT_A_NUMBER = _("`{word}` is not a number. Usage: `{usage}`")
USAGE = _("Usage: `{usage}`")
ADMINS_ONLY = _("In a shared chat only its admins can do that.")
ASKER_ONLY = _("Only who asked for that answer can do that.")
WAIT_FOR_ANSWER = _("That answer is still being written. /stop ends it.")
NOTHING_TO_RETRY = _("There is nothing to answer again yet.")
NOTHING_TO_EDIT = _("There is no message of yours to edit yet.")
NOTHING_TO_STOP = _("No answer is running.")
NOTHING_TO_UNDO = _("There is nothing to take back.")
NOTHING_OPEN = _("There is no open question.")
CLOSED_QUESTION = _("All right, never mind.")
SAME_TEXT = _("That is what it says already, so nothing changed.")
SHOWN_ALREADY = _("That is the version you see.")
NOT_THE_NEWEST = _("The conversation has gone on since. Ask for more in your own words.")
PLEASE_CONTINUE = _("Please continue.")
NO_LONGER_THERE = _("That is no longer there.")
IN_NO_SESSION = _("That message is in no session of yours.")

UNTITLED = _("untitled")
ELSEWHERE = _("a session from elsewhere")
NEW_SESSION = _("A fresh session. What shall we talk about?")
NEW_TITLED = _("A fresh session: **{title}**. What shall we talk about?")
WENT_BACK = _("Back in **{title}** (`#{id}`).")
BROUGHT_ALONG = _("Brought the last conversation along: {count}.")
ALREADY_BEGUN = _("This session has messages already, so nothing was brought along.")
OPENED = _("Here we go on with **{title}** (`#{id}`), {count} so far.")
OPENED_ANEW = _("Opened **{title}** (`#{id}`) again, {count} so far.")
BEGAN_ELSEWHERE = _("That session began somewhere else. Open it here, where others can read along?")
TITLE_SET = _("This session is now called **{title}**.")
DELETED = _("Deleted **{title}** (`#{id}`). It is gone for good in {hours} h.")
UNDELETED = _("**{title}** (`#{id}`) is back.")
ENDED = _(
    "Session ended.\n\n- id: `#{id}`\n- started: {start}\n- ended: {end}\n- {count}, {tokens} tokens\n\nThe next message opens a new one."
)
ALREADY_ENDED = _("There is no session to end. The next message opens one.")
UNDONE = _("Took the last turn back. What you wrote yourself stays in the chat.")
STOPPED = _("Stopped.")
ANSWERED_ANEW = _("Answered anew; the {count} later messages are on version {number}.")
ANSWERED_ANEW_ONE = _("Answered anew; the later message is on version {number}.")
CHANGED = _("Message {number} now reads as you wrote. I go by it from the next turn on.")
DONE_ABOVE = _("The new answer comes above, in the place of the old one.")
ASK_EDIT = _("Send me the new text for message {number}. /cancel keeps it as it is.\n\n{quote}")
ASK_EDIT_LABEL = _("New text for message {number}")
ASK_WORDS = _("What do you want to say? Send it as a message of its own. /cancel closes this.")
ASK_WORDS_LABEL = _("What you want to say")
ASK_BRANCH = _("Send me what you want to say after message {number}. /cancel closes this.\n\n{quote}")
ASK_BRANCH_LABEL = _("Going on from message {number}")
WRITE = _("Write")
CHOOSE = _("Choose ...")
NO_ANSWER_THERE = _("There is no answer there yet to go on from.")
ONE_VERSION = _("There is one version of that message only. Editing and /retry make more.")
VERSIONS_TITLE = _("**Versions of message {number}**")
VERSION_LINE = _("{mark} {number}. {words}")
VERSION_SHOW = _("Show {number}")

SESSIONS_TITLE = _("**Your sessions**")
SESSIONS_FOUND = _("**Sessions with “{words}”**")
SESSIONS_NONE = _("No sessions yet. Just write something, and one begins.")
SESSIONS_NONE_FOUND = _("None of your sessions holds “{words}”.")
SESSION_LINE = _("{mark} `#{id}` **{title}** · {count} · {when}")
SESSION_ENDED = _("ended")
HISTORY_TITLE = _("**{title}** (`#{id}`), page {page} of {pages}")
HISTORY_EMPTY = _("Nothing has been said in this session yet.")
HISTORY_YOU = _("You")
HISTORY_BOT = _("Parley")
MARK_STOPPED = _("stopped")
MARK_FAILED = _("failed")
MARK_OPEN = _("being written")
MARK_VERSION = _("version {number} of {count}")

EVERYTHING = "everything"
"""The word that confirms /forget where it is typed."""
ERASE = _("Erase everything")
HELD = _("{sessions}, {messages} and your name")
HELD_IN_SHARED = _("{messages} and your name")
FORGET_ASK = _(
    "This erases all that I keep about you, on every platform, at once and for good: {held}. What stands in our chats stays there; only "
    "you can clear that.\n\nDo you want it? Press the button within {minutes} minutes, or write `/forget everything`."
)
FORGOTTEN = _(
    "Erased for good: {held}. Only bare numbers are left here: those of our chats, and for 30 days those of what was sent. What stands in "
    "our chats stays there until you clear it; its buttons do nothing now."
)
NOTHING_KEPT = _("There is nothing to erase: I keep no session, no message and no name of yours.")
NOT_ERASED = _("This button is not yours, or its time is over. /forget gives you a new one.")
ERASED_MEANWHILE = _("What this was to show has just been erased in part. Please ask for it again.")

PRIVATE_TOO_LATE = _("That took too long to be shown to you alone. Please ask again.")
PRIVATE_ELSEWHERE = _("That is for your eyes only, and I may not write to you first. Open our private chat and ask there.")

HELP_HEAD = _(
    "**Parley** talks with you, and keeps what was said in sessions that you can go back to, edit and branch.\n\n{commands}\n\n{tail}"
)
HELP_TAIL = _(
    "Edit a message of yours in the chat itself and it is answered anew. Reply to an older answer to go on from there. "
    "`/help edit` says more about one command."
)
WELCOME = _("Hello {name}! Write me something, and I answer. I keep what we say in sessions: /new opens a fresh one, /help shows the rest.")
HELP_MORE = {
    "ask": _("The same as writing to me. It helps where I see nothing but commands: a chat that I am no member of, or a busy channel."),
    "new": _("The old session stays in /sessions. The buttons bring its conversation along, or go back to it."),
    "history": _("Messages are numbered as /edit takes them. Without a page, the newest one is shown."),
    "edit": _(
        "`/edit 3 new words` replaces your message 3 and answers it anew; `/edit new words` does so with your newest one. "
        "Without new words I ask for them. What followed stays on the old version. For an answer of mine, the words are changed in place."
    ),
    "retry": _("The earlier answer stays as a version; the arrows under the answer lead back to it."),
    "undo": _("The last question and its answer leave the session, and my posts leave the chat. Your own messages stay."),
    "stop": _("What is there already stays, and I know of it."),
    "end": _("The session stays in /sessions, and /open takes it up again."),
    "sessions": _("With words, only the sessions that hold them all."),
    "open": _("Write the id as /sessions shows it; its first four digits are enough."),
    "title": _("For example `/title Holiday plans`."),
    "delete": _("Undo brings it back until the time of grace is over."),
    "forget": _(
        "All your sessions on every platform, what commands told you, and your name. In a shared chat your messages and the answers to "
        "them. It cannot be taken back. `/delete` removes a single session, with an Undo."
    ),
    "cancel": _("For when I asked for a text and you changed your mind."),
    "help": _("`/help new` says more about /new."),
}

MODEL_FAILURES: dict[ModelErrorKind, str] = {
    "unreachable": _("The model cannot be reached just now. Please try again in a moment."),
    "timeout": _("The model took too long to answer. Please try again."),
    "interrupted": _("The answer broke off in the middle, twice. Please try again."),
    "malformed": _("The model's server sent something that is no answer. Please try again in a moment."),
    "empty": _("The model gave an empty answer. Try again, or put it in other words."),
    "filtered": _("The model's provider held this answer back. Try to put it in other words."),
    "context_too_long": _("This conversation has grown too long for the model. /new opens a fresh session."),
    "refused": _("The bot is not available just now: the model refuses its key. Its operator has to look at that."),
    "forbidden": _("The model's server does not allow this. If it says so to other words too, the bot's operator has to look at it."),
    "unpaid": _("The bot is not available just now: its account with the model is used up. Its operator has to look at that."),
    "no_such_model": _("The model that this bot is set to does not exist there. Its operator has to look at that."),
    "rate_limited": _("The model is asked too much just now. Please try again {when}."),
    "overloaded": _("The model's server is in trouble just now. Please try again in a moment."),
    "bad_request": _("The model did not take this request. Try again, or put it in other words."),
}
IN_A_MOMENT = _("in a moment")
IN_SECONDS = _("in {count} seconds")
IN_MINUTES = _("in {count} minutes")
WENT_WRONG = _("Something went wrong on my side, and the cause is in the log. Please try again.")


def model_failure(kind: ModelErrorKind, retry_after: float | None = None) -> str:
    """One plain line for a failed answer; `retry_after` is in seconds."""
    if retry_after is None or retry_after < 1.5:  # noqa: PLR2004 - no plural
        when = IN_A_MOMENT
    elif retry_after < 120:  # noqa: PLR2004 - two minutes: seconds are still easy to read
        when = IN_SECONDS.format(count=round(retry_after))
    else:
        when = IN_MINUTES.format(count=round(retry_after / 60))
    return MODEL_FAILURES[kind].format(when=when)
