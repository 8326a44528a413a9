"""The verdict: what must hold after any death, held against the platforms' own books and the bot's database."""

from __future__ import annotations

from collections import Counter

from tests.fakes.openai_server import prompts
from tests.torture.crowd import Anybody, Room, Said
from tests.torture.records import Records, Row, read
from tests.torture.sides import Side
from tests.torture.verdict import Verdict
from tests.torture.words import answered, tags
from tests.torture.world import World


async def check(world: World, kills: int, records: Records | None = None) -> Verdict:
    """Looks at everything, after the bot's last life."""
    records = records or await read(world.database)
    verdict = Verdict(unknown_sends=world.unknown_sends())
    verdict.problems += records.integrity
    _all_is_settled(records, verdict)
    for side in world.sides:
        side.check(records, verdict)
        _as_asked(side, records, verdict)
        edit_commands(side, records, verdict)
        _shown_as_stored(side, records, verdict)
        for room in side.rooms():
            _nothing_twice(side, room, verdict)
    _own_words_only(world, verdict)
    _count(records, verdict)
    if verdict.strays > kills + verdict.unknown_sends:
        verdict.problems.append(f"{verdict.strays} strays, more than {kills} kills and {verdict.unknown_sends} unknown sends explain")
    return verdict


def _all_is_settled(records: Records, verdict: Verdict) -> None:
    verdict.problems += [f"turn {turn['id']} is {turn['status']}" for turn in records.turns if turn["status"] in ("pending", "streaming")]
    verdict.problems += [f"post {post['id']} is {post['state']}" for post in records.posts if post["state"] not in ("final", "gone")]
    verdict.problems += [f"message {row['id']} is open" for row in records.messages.values() if row["status"] == "open"]


def _as_asked(side: Side, records: Records, verdict: Verdict) -> None:
    for talker in side.crowd.talkers:
        for message in talker.messages:
            if not message.deleted:
                _answered_once(side, message, talker, records, verdict)
        if not talker.repeats:
            _in_order(side, talker, records, verdict)


def _behind_a_version(reply: Row, records: Records) -> bool:
    """Whether somebody who went to another version of a message above no longer sees the answer, which is stored whole."""
    above: Row | None = reply
    while above is not None:
        if records.versions_of(above) > 1:
            return True
        above = records.messages.get(above["parent_id"])
    return False


def _answered_once(side: Side, message: Said, talker: Anybody, records: Records, verdict: Verdict) -> None:
    """The message in its newest version has one finished answer or line, and its first version one turn (I1, I3)."""
    verdict.asked += 1
    tag = tags(message.text)[0]
    rows = side.rows_of(message, talker.chat, records)
    if not any(tag in row["text"].split() for row in rows):
        verdict.lose(f"{tag} is in no session", talker.chat)
        return
    turns = records.turns_of(rows[0]["id"])
    if len(turns) != 1 and (not talker.repeats or not turns):
        verdict.blame(f"{tag} has {len(turns)} turns", talker.chat)
    replies = records.replies(rows[-1])
    may_show = [reply for row in rows for reply in records.replies(row)] if talker.pressed else replies
    # An arrow may have gone back to a version that the message does not follow; the other arrow shows its answer again.
    hidden = talker.pressed and any(_behind_a_version(reply, records) for reply in replies)
    if not replies:
        verdict.lose(f"{tag} has no answer", talker.chat)
    elif not any(records.posts_of(reply["id"]) for reply in may_show) and not hidden:
        verdict.lose(f"the answer to {tag} is not shown", talker.chat)


def edit_commands(side: Side, records: Records, verdict: Verdict) -> None:
    """What /edit was given became a version, if there was anything to edit; and that is answered, or was replaced in its turn, or its
    person deleted the message in the chat."""
    edits = set(side.crowd.edits)
    deleted = {str(message.id) for talker in side.crowd.talkers for message in talker.messages if message.deleted}
    for row in records.messages.values():
        own = set(tags(row["text"])) & edits
        if row["role"] != "user" or not own or row["source_message"] in deleted:
            continue
        newer = records.newer(row)
        copied = [other for other in records.same_source(row) if other["id"] > row["id"]]
        if not newer and not copied and row["status"] != "removed" and not records.replies(row):
            verdict.lost += 1
            verdict.problems.append(f"lost: {own} of /edit has no answer")


def _in_order(side: Side, talker: Anybody, records: Records, verdict: Verdict) -> None:
    """Somebody who only writes is answered in the order of writing, session by session (I7)."""
    rows = [found[0] for message in talker.messages if (found := side.rows_of(message, talker.chat, records))]
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
        if len({id(world.names.owners[tag]) for tag in named}) > 1:
            verdict.problems.append(f"a prompt holds words of several people: {sorted(named)}")


def _shown_as_stored(side: Side, records: Records, verdict: Verdict) -> None:
    """Each post shows what is stored, all parts in order; what is no post is a stub without an answer (I2, I9)."""
    known: dict[int, Row] = {}
    for post in records.posts:
        if post["platform"] != side.platform or post["state"] != "final" or not post["ref_message"]:
            continue
        room, shown = side.message_of(post)
        expected = records.expected.get(post["id"])
        if shown is None or shown.deleted:
            verdict.lose(f"post {post['id']} is not in the chat", room)
            continue
        if id(shown) in known:
            verdict.blame(f"posts {known[id(shown)]['id']} and {post['id']} are the same message {shown.id}", room)
        known[id(shown)] = post
        if shown.text != expected:
            verdict.blame(f"message {shown.id} shows {shown.text[:80]!r}, but {str(expected)[:80]!r} is stored", room)
    for room in side.rooms():
        _strays(side, room, known, verdict)


def _strays(side: Side, room: Room, known: dict[int, Row], verdict: Verdict) -> None:
    for message in room.from_bot:
        if id(message) in known:
            continue
        if side.is_stub(message):
            verdict.strays += 1
        elif not side.is_line(message):
            verdict.double(f"message {message.id} is no post of the bot's, and reads {message.text[:80]!r}", room)


def _nothing_twice(side: Side, room: Room, verdict: Verdict) -> None:
    """By what people see alone: no two answers to the same newest message."""
    last = [answered(post.text)[-1] for post in room.from_bot if answered(post.text) and not side.is_stub(post)]
    for tag, times in Counter(last).items():
        if times > 1:
            verdict.double(f"{tag} has {times} answers", room)


def _count(records: Records, verdict: Verdict) -> None:
    replies = [row for row in records.messages.values() if row["role"] == "assistant"]
    verdict.answers = sum(row["status"] in ("complete", "stopped") for row in replies)
    verdict.merged = sum(turn["status"] == "merged" for turn in records.turns)
    verdict.failed = Counter(turn["error"] for turn in records.turns if turn["status"] == "failed")
