"""The verdict: what must hold after any death, held against Telegram's own books and the bot's database."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from tests.fakes.openai_server import prompts
from tests.fakes.telegram import Chat, Message
from tests.torture.crowd import Talker, answered, tags
from tests.torture.records import FINISHED, Records, Row, read
from tests.torture.world import World

STUB_ENDS = ("…", "(moved up)")


@dataclass(slots=True)
class Verdict:
    """`lost` and `doubled` are counted, `problems` says what and where. `transcript` is of the chats with a problem."""

    asked: int = 0
    answers: int = 0
    failed: Counter[str] = field(default_factory=Counter)
    merged: int = 0
    strays: int = 0
    unknown_sends: int = 0
    lost: int = 0
    doubled: int = 0
    problems: list[str] = field(default_factory=list)
    chats: dict[int, Chat] = field(default_factory=dict)

    def lose(self, what: str, chat: Chat) -> None:
        self.lost += 1
        self.blame(f"lost: {what}", chat)

    def double(self, what: str, chat: Chat) -> None:
        self.doubled += 1
        self.blame(f"answered twice: {what}", chat)

    def blame(self, what: str, chat: Chat) -> None:
        self.problems.append(f"{what} (chat {chat.id})")
        self.chats[chat.id] = chat

    def transcript(self) -> str:
        """The chats with a problem, to be read."""
        return "\n\n".join(f"--- chat {chat.id} {chat.title}\n{chat.transcript()}" for chat in self.chats.values())


async def check(world: World, kills: int) -> Verdict:
    """Looks at everything, after the bot's last life."""
    records = await read(world.database)
    verdict = Verdict(unknown_sends=world.unknown_sends())
    verdict.problems += records.integrity
    verdict.problems += world.fake.violations
    _all_is_settled(records, verdict)
    _accepted(world, records, verdict)
    for talker in world.crowd.talkers:
        for message in talker.messages:
            _answered_once(message, talker, records, verdict)
        if not talker.repeats:
            _in_order(talker, records, verdict)
    _edit_commands(world, records, verdict)
    _own_words_only(world, verdict)
    for chat in world.fake.chats.values():
        _shown_as_stored(chat, records, verdict)
        _nothing_twice(chat, verdict)
    _count(records, verdict)
    if verdict.strays > kills + verdict.unknown_sends:
        verdict.problems.append(f"{verdict.strays} strays, more than {kills} kills and {verdict.unknown_sends} unknown sends explain")
    return verdict


def _all_is_settled(records: Records, verdict: Verdict) -> None:
    verdict.problems += [f"turn {turn['id']} is {turn['status']}" for turn in records.turns if turn["status"] in ("pending", "streaming")]
    verdict.problems += [f"post {post['id']} is {post['state']}" for post in records.posts if post["state"] not in ("final", "gone")]
    verdict.problems += [f"message {row['id']} is open" for row in records.messages.values() if row["status"] == "open"]


def _accepted(world: World, records: Records, verdict: Verdict) -> None:
    """What Telegram was allowed to forget is in the inbox (I4)."""
    for update in world.fake.updates.log:
        body = update.get("message") or update.get("edited_message")
        subject = body["message_id"] if body is not None else update["callback_query"]["id"]
        chat = (body or update["callback_query"]["message"])["chat"]["id"]
        if f"telegram:{world.fake.bot.id}:{update['update_id']}:{subject}" not in records.events:
            verdict.lose(f"update {update['update_id']} was never stored", world.fake.chats[chat])


def _rows_of(message: Message, records: Records) -> list[Row]:
    """All versions and copies of what was written in the message, oldest first."""
    where = (str(message.chat.id), str(message.id))
    return [row for row in records.messages.values() if (row["chat_id"], row["source_message"]) == where]


def _behind_a_version(reply: Row, records: Records) -> bool:
    """Whether somebody who went to another version of a message above no longer sees the answer, which is stored whole."""
    versions = Counter(row["first_version"] for row in records.messages.values() if row["status"] != "removed")
    above: Row | None = reply
    while above is not None:
        if versions[above["first_version"]] > 1:
            return True
        above = records.messages.get(above["parent_id"])
    return False


def _answered_once(message: Message, talker: Talker, records: Records, verdict: Verdict) -> None:
    """The message in its newest version has one finished answer or line, and its first version one turn (I1, I3)."""
    verdict.asked += 1
    tag = tags(message.text)[0]
    rows = _rows_of(message, records)
    if not any(tag in row["text"].split() for row in rows):
        verdict.lose(f"{tag} is in no session", message.chat)
        return
    turns = records.turns_of(rows[0]["id"])
    if len(turns) != 1 and (not talker.repeats or not turns):
        verdict.blame(f"{tag} has {len(turns)} turns", message.chat)
    replies = _replies(rows[-1], records)
    may_show = [reply for row in rows for reply in _replies(row, records)] if talker.pressed else replies
    # An arrow may have gone back to a version that the message does not follow; the other arrow shows its answer again.
    hidden = talker.pressed and any(_behind_a_version(reply, records) for reply in replies)
    if not replies:
        verdict.lose(f"{tag} has no answer", message.chat)
    elif not any(records.posts_of(reply["id"]) for reply in may_show) and not hidden:
        verdict.lose(f"the answer to {tag} is not shown", message.chat)


def _replies(row: Row, records: Records) -> list[Row]:
    """The finished answers to a user message, and to those that were written below it and joined a turn of its."""
    found = [records.messages[turn["reply_id"]] for turn in records.turns_of(row["id"])]
    below = [other for other in records.messages.values() if other["parent_id"] == row["id"] and other["role"] == "user"]
    return [reply for reply in found if reply["status"] in FINISHED] + [reply for other in below for reply in _replies(other, records)]


def _edit_commands(world: World, records: Records, verdict: Verdict) -> None:
    """What /edit was given became a version, if there was anything to edit; and that is answered, or was replaced in its turn."""
    for row in records.messages.values():
        own = set(tags(row["text"])) & set(world.crowd.edits)
        newer = [other for other in records.messages.values() if other["revises"] == row["id"]]
        copied = [other for other in _same_source(row, records) if other["id"] > row["id"]]
        if row["role"] == "user" and own and not newer and not copied and not _replies(row, records):
            verdict.lose(f"{own} of /edit has no answer", world.fake.chats[int(row["chat_id"])])


def _same_source(row: Row, records: Records) -> list[Row]:
    where = (row["chat_id"], row["source_message"])
    return [other for other in records.messages.values() if (other["chat_id"], other["source_message"]) == where]


def _in_order(talker: Talker, records: Records, verdict: Verdict) -> None:
    """Somebody who only writes is answered in the order of writing, session by session (I7)."""
    rows = [found[0] for message in talker.messages if (found := _rows_of(message, records))]
    stored = [row["id"] for row in rows]
    if stored != sorted(stored):
        verdict.blame(f"what {talker.person.name} wrote was stored in another order", talker.chat)
    shown: dict[str, list[int]] = {}
    for row in rows:
        posts = [post for turn in records.turns_of(row["id"]) for post in records.posts_of(turn["reply_id"])]
        shown.setdefault(row["session_id"], []).extend(int(post["ref_message"]) for post in posts)
    for refs in shown.values():
        if refs != sorted(refs):
            verdict.blame(f"{talker.person.name} was answered in another order: {refs}", talker.chat)


def _own_words_only(world: World, verdict: Verdict) -> None:
    """No prompt holds what somebody else said, or was answered (I10)."""
    for request in world.model.requests:
        named = {tag.partition("v")[0] for text in prompts(request.body) for tag in tags(text)}
        if len({id(world.crowd.owners[tag]) for tag in named}) > 1:
            verdict.problems.append(f"a prompt holds words of several people: {sorted(named)}")


def _shown_as_stored(chat: Chat, records: Records, verdict: Verdict) -> None:
    """Each post shows what is stored, all parts in order; what is no post is a stub without an answer (I2, I9)."""
    known: dict[int, Row] = {}
    for post in records.posts:
        if post["chat_id"] != str(chat.id) or post["state"] != "final" or not post["ref_message"]:
            continue
        ref = int(post["ref_message"])
        if ref in known:
            verdict.blame(f"posts {known[ref]['id']} and {post['id']} are the same message {ref}", chat)
        known[ref] = post
        shown = chat.everything.get(ref)
        expected = records.expected.get(post["id"])
        if shown is None or shown.deleted:
            verdict.lose(f"post {post['id']} is not in the chat", chat)
        elif shown.text != expected:
            verdict.blame(f"message {ref} shows {shown.text[:80]!r}, but {str(expected)[:80]!r} is stored", chat)
    for message in chat.from_bot:
        if message.id in known:
            continue
        verdict.strays += 1
        if not message.text.endswith(STUB_ENDS):
            verdict.double(f"message {message.id} is no post of the bot's, and reads {message.text[:80]!r}", chat)


def _nothing_twice(chat: Chat, verdict: Verdict) -> None:
    """By what people see alone: no two answers to the same newest message."""
    last = [answered(post.text)[-1] for post in chat.from_bot if answered(post.text) and not post.text.endswith(STUB_ENDS)]
    for tag, times in Counter(last).items():
        if times > 1:
            verdict.double(f"{tag} has {times} answers", chat)


def _count(records: Records, verdict: Verdict) -> None:
    replies = [row for row in records.messages.values() if row["role"] == "assistant"]
    verdict.answers = sum(row["status"] in ("complete", "stopped") for row in replies)
    verdict.merged = sum(turn["status"] == "merged" for turn in records.turns)
    verdict.failed = Counter(turn["error"] for turn in records.turns if turn["status"] == "failed")
