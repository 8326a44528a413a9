"""Whether branches, states and posts are what the plain model says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from bot.events import Place
from bot.messages import Message
from bot.replies import texts
from storage.sqlite.store import SqliteStore
from tests.core.plain import Node
from tests.core.rules_told import Told
from tests.fakes.memory_adapter import Seen

FAILED = texts.model_failure("refused")


async def compare_trees(told: Told, store: SqliteStore) -> None:
    for (place, owner), tree in told.current.items():
        person = owner if owner in told.names else next(iter(told.names))
        found = await store.find(place, person)
        if tree is None:
            assert found.session is None, "a session is current where none should be"
            continue
        assert found.session is not None, "no session is current"
        tree.id = tree.id or found.session.id
        assert found.session.id == tree.id, "another session is current"
    for tree in told.trees:
        session = await store.session(tree.id)
        assert session is not None
        assert (session.ended_at is not None, session.deleted_at is not None) == (tree.ended, tree.deleted)
        branch = list(await store.branch(session.leaf, 10_000))
        nodes = tree.branch() if tree.leaf else []
        assert [_told(message) for message in branch] == [(node.role, node.status, node.text) for node in nodes]
        for number, (message, node) in enumerate(zip(branch, nodes, strict=True), start=1):
            assert message.number == number
            node.ids[node.stands] = message.id
            assert message.parent_id == (node.parent and (node.parent.ids.get(0))), "not under its parent"
        assert len(await store.open_turns(tree.id)) == len(tree.owed)


async def compare_posts(told: Told, store: SqliteStore, chats: Mapping[Place, Sequence[Seen]]) -> None:
    moving = set()
    for tree in told.trees:
        for turn in await store.open_turns(tree.id):
            moving |= {post.ref.message_id for post in await store.posts(turn.reply_id) if post.ref}
    for place in {*told.posts.values(), *chats}:
        shown = [seen.text for seen in chats.get(place, []) if seen.id not in moving and is_answer(seen)]
        due = [_shows(node) for node, where in told.posts.items() if where == place and node.status != "open"]
        assert Counter(shown) == Counter(due), f"{place.chat_id} shows {sorted(shown)} instead of {sorted(due)}"
    if not any(tree.owed for tree in told.trees):
        assert not list(await store.unfinished_replies())


def _told(message: Message) -> tuple[str, str, str]:
    return message.role, message.status, message.text


def _shows(node: Node) -> str:
    if node.status == "failed":
        return FAILED
    if node.status == "stopped":
        return f"{node.text}\n\n{texts.STOPPED_MARK}" if node.text else texts.STOPPED_EMPTY
    return node.text


def is_answer(seen: Seen) -> bool:
    text = seen.text
    if text == texts.STOPPED_EMPTY:
        return bool(seen.buttons)  # else it is what /stop says
    return text == FAILED or (text[0] in "abdeh" and text[1:2].isdigit()) or text.strip() == texts.WAITING
