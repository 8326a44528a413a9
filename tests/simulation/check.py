"""What must hold at the end of every run, I1 to I10: held against what the platforms show and what the database holds.

I4, I5 and the first half of I10 are watched while it runs, by the platform and the model that would be concerned.
"""

from __future__ import annotations

from collections import Counter

from bot.events import Place
from bot.replies import texts
from bot.sessions.showing import answer_content, heading_of
from bot.store import Store
from tests.simulation.chats import Shown, render
from tests.simulation.discord import CAPABILITIES as DISCORD
from tests.simulation.records import Records, Row, read
from tests.simulation.telegram import PRIVATE as TELEGRAM
from tests.simulation.town import CALM, HOMES, SHARED, Done, Said, Town, home
from tests.simulation.words import answered, speaker, tokens
from tests.simulation.world import World


async def check(world: World, town: Town, store: Store) -> None:
    """Blames whatever is wrong."""
    records = read(world.disk)
    for problem in records.integrity:
        world.blame(f"I8: {problem}")
    _all_is_settled(world, records)
    known = await _shown_as_stored(world, town, store, records)
    _strays(world, town, known)
    for said in town.said:
        _answered_once(world, town, said, records)
    for place, done in town.done.items():
        # An older version, answered again, has posts of its own; and so has what is asked again of a bot that had been shut out.
        if not (done.stirred and done.edited) and place not in town.shut_out:
            _nothing_twice(world, town, place, records)
        if not done.stirred and not done.edited:
            _in_order(world, town, place, records)
            _one_effect_each(world, town, place, done, records)
    for person in HOMES:
        _one_reply_each(world, town, person, records)
    _ends_are_answered(world, town, records)
    _own_words_only(world, town)


def _all_is_settled(world: World, records: Records) -> None:
    """I6."""
    for turn in records.turns:
        if turn["status"] in ("pending", "streaming"):
            world.blame(f"I6: turn {turn['id']} is {turn['status']}")
    for row in records.messages.values():
        if row["status"] == "open":
            world.blame(f"I6: message {row['id']} is open")


async def _shown_as_stored(world: World, town: Town, store: Store, records: Records) -> set[tuple[str, int]]:
    """I2: each post shows what is stored, all parts in order. Returns the messages that are posts."""
    known: set[tuple[str, int]] = set()
    for reply_id in sorted({post["reply_id"] for post in records.posts}):
        showing = await store.showing(reply_id)
        known |= {(post.place.platform, int(post.ref.message_id)) for post in showing.posts if post.ref is not None}
        posts = [post for post in showing.posts if post.state == "final"]
        if not posts or (showing.message is None and posts[0].content is None):
            continue
        place = posts[0].place
        content = answer_content(showing, heading_of(showing, DISCORD if place.platform == "discord" else TELEGRAM))
        parts = [part.text for part in render(content)]
        there = [_message(town, post.ref.place, int(post.ref.message_id)) for post in posts if post.ref is not None]
        audience = posts[0].content.audience if posts[0].content is not None else ""
        if (
            audience
            and place.kind == "group"
            and any(shown.only_for != audience for shown in there if shown.text != texts.PRIVATE_TOO_LATE)
        ):
            world.blame(f"I10: all in {place.chat_id} can see what {audience} alone was told")
        if any(shown.deleted for shown in there) and town.done.get(place, Done()).stirred:
            continue
        seen = [shown.text for shown in there]
        if audience and texts.CANNOT_SHOW in seen:
            continue  # what follows for one pair of eyes is sent once; where nobody knows whether it was, a line says so
        if (seen != parts or any(shown.deleted for shown in there)) and seen != [texts.PRIVATE_TOO_LATE]:
            world.blame(f"I2: reply {reply_id} shows {seen!r}, and not {parts!r}")
        if showing.message is not None and showing.message.status == "complete" and showing.message.text not in "".join(seen):
            world.blame(f"I2: the answer {showing.message.text!r} is not what {seen!r} shows")
    return known


def _message(town: Town, place: Place, number: int) -> Shown:
    return town.server(place).chats.messages[number]


def _strays(world: World, town: Town, known: set[tuple[str, int]]) -> None:
    """I9: what is no post is a stub without an answer, or a question for text; and there are no more of them than sends that nobody
    knows the end of.

    Where the bot was shut out in the middle of an answer, what it had shown stays as it is. What was sent long before a death is found
    by its time, if the clocks agree.
    """
    strays = 0
    for server in (town.telegram, town.discord):
        for shown in server.chats.messages.values():
            if shown.by != server.chats.BOT or shown.deleted or (server.name, shown.id) in known:
                continue
            if town.forgetful and (shown.place.kind == "group" or shown.place.chat_id in town.forgetful):
                continue  # what stands in the chat stays there, and nothing is known of it any more
            if _may_be_unknown(world, town, shown):
                continue  # what follows there has no key: who died after sending it does not know that it is there
            if server.name == "telegram" and (shown.text.endswith(texts.WAITING) or shown.asks):
                strays += shown.place not in town.shut_out
            elif shown.place not in town.shut_out and not world.skew:
                world.blame(f"I1: message {shown.id} on {server.name} is no post, and reads {shown.text!r}")
    if strays > world.may_stray:
        world.blame(f"I9: {strays} strays, and {world.may_stray} sends that nobody knows the end of")


def _may_be_unknown(world: World, town: Town, shown: Shown) -> bool:
    return bool(shown.only_for and (world.deaths or town.discord.lost_whispers))


def _answered_once(world: World, town: Town, said: Said, records: Records) -> None:
    """I1, I3: what was said is there once, and has one answer or line that people can see."""
    place, token = said.shown.place, said.tokens[-1]
    done = town.done[place]
    if said.deleted or said.person in town.forgetful or not town.handed_over(said) or (done.commands["delete"] and world.skew):
        return
    rows = [row for one in (said.tokens if done.stirred else said.tokens[-1:]) for row in records.said.get(one, [])]
    if not rows:
        world.blame(f"I1: {token} was told to the bot, and is in no session")
        return
    if done.stirred:
        return
    replies = records.replies(rows[-1])
    visible = [reply for reply in replies if records.shown(reply["id"])]
    if not visible and replies and records.is_behind(rows[-1]):
        return
    if len(visible) != 1:
        world.blame(f"I1: {token} has {len(visible)} answers that can be seen")
    elif visible[0]["status"] == "complete" and token not in answered(str(visible[0]["text"])):
        world.blame(f"I1: the answer to {token} is {visible[0]['text']!r}")
    if not done.edited and len(rows) != 1:
        world.blame(f"I3: {token} stands in {len(rows)} messages")
    turns = [turn for turn in records.turns if turn["prompt_id"] == rows[0]["id"]]
    if not done.edited and not done.commands["retry"] and len(turns) != 1:
        world.blame(f"I3: {token} has {len(turns)} turns")


def _nothing_twice(world: World, town: Town, place: Place, records: Records) -> None:
    """I1, by what people see alone: no two answers to the same newest message. A page of /history may begin like an answer."""
    said = {post["ref_message"] for post in records.posts if post["reply_id"] not in records.messages}
    there = [shown for shown in town.server(place).chats.in_place(place, by_bot=True) if str(shown.id) not in said]
    posts = [shown for shown in there if not shown.text.endswith(texts.WAITING) and not _may_be_unknown(world, town, shown)]
    last = Counter(answered(shown.text)[-1] for shown in posts if answered(shown.text))
    for token, times in last.items():
        if times > 1:
            world.blame(f"I1: {token} has {times} answers in {place.chat_id}")


def _in_order(world: World, town: Town, place: Place, records: Records) -> None:
    """I7: who only writes is answered in the order of writing, session by session."""
    rows = [records.said[said.tokens[0]][0] for said in town.said if said.shown.place == place and said.tokens[0] in records.said]
    by_session: dict[object, list[Row]] = {}
    for row in rows:
        by_session.setdefault(row["session_id"], []).append(row)
    for mine in by_session.values():
        ids = [int(str(row["id"])) for row in mine]
        if ids != sorted(ids):
            world.blame(f"I7: what was written in {place.chat_id} was stored in another order: {ids}")
        firsts = [
            int(str(posts[0]["ref_message"])) for row in mine for reply in records.replies(row)[:1] if (posts := records.shown(reply["id"]))
        ]
        if firsts != sorted(firsts):
            world.blame(f"I7: what was written in {place.chat_id} was answered in another order: {firsts}")


def _one_effect_each(world: World, town: Town, place: Place, done: Done, records: Records) -> None:
    """What commands do is done once: as many sessions were opened as /new, /end and first messages make. On a platform that keeps what
    it was not told to forget; elsewhere a command may be lost with the connection, and its person is told. Who was forgotten has none."""
    if place.platform != "telegram" or place == SHARED or not town.forgetful.isdisjoint(done.acts):
        return
    expected = 0
    for acts in done.acts.values():
        current = False
        for act in acts:
            if act == "new" or (act == "say" and not current):
                expected, current = expected + 1, True
            elif act == "end":
                current = False
    if len(records.sessions_in(place)) != expected:
        world.blame(f"I3: {len(records.sessions_in(place))} sessions in {place.chat_id}, and {expected} were opened")


def _one_reply_each(world: World, town: Town, person: str, records: Records) -> None:
    """A command that was accepted has its reply, once: they are one transaction. A line for one pair of eyes is not stored, and may be
    lost with the program. Looked at where a person talks alone, and has no private answers from elsewhere."""
    place = home(person)
    done = town.done.get(place, Done())
    elsewhere = any(person in other.acts and sum(other.commands.values()) for where, other in town.done.items() if where != place)
    if elsewhere or done.stirred or done.edited or set(done.commands) - CALM:
        return
    said = len(records.command_replies(place))
    accepted, unsaid = sum(done.commands.values()), 0
    if place.platform == "discord":
        names = [name for name, one in town.discord.interactions.items() if one.place == place and f"discord:{name}" in records.events]
        accepted, unsaid = len(names), world.deaths
        said += town.discord.lines[place]
    if not accepted - unsaid <= said <= accepted:
        world.blame(f"I3: {accepted} commands in {place.chat_id} have {said} replies")


def _ends_are_answered(world: World, town: Town, records: Records) -> None:
    """I1, whatever people did: where a branch ends in what somebody said, nothing is there that answers it; and where it ends in an answer,
    that can be seen. Unless the bot was shut out, or somebody took away what it had said, or took back what was below it, on a branch that
    the posts above did not show any more."""
    spared = {place for place, done in town.done.items() if done.tidied} | town.shut_out
    for session in records.sessions:
        leaf = records.messages.get(session["leaf"])
        place = Place(str(session["platform"]), str(session["chat_id"]))
        if leaf is None or session["deleted_at"] is not None or place in spared or town.forgetful:
            continue
        if records.is_copy(leaf):
            continue
        if leaf["role"] == "user":
            world.blame(f"I1: session {session['id']} ends in {leaf['text']!r}, which nothing answers")
        elif leaf["status"] in ("complete", "failed") and not records.shown(leaf["id"]) and not records.is_hidden(leaf):
            if town.done.get(place, Done()).came_from_below and records.is_above(leaf):
                continue
            world.blame(f"I1: the answer {leaf['text']!r} that session {session['id']} ends in is shown nowhere")


def _own_words_only(world: World, town: Town) -> None:
    """I10, by what people see: in private nobody reads what somebody else said."""
    for server in (town.telegram, town.discord):
        for shown in server.chats.messages.values():
            eyes = shown.only_for or (shown.place.chat_id if shown.place.kind == "private" else "")
            if shown.by == server.chats.BOT and eyes and {speaker(token) for token in tokens(shown.text)} - {eyes}:
                world.blame(f"I10: {eyes} can read {shown.text!r}")
