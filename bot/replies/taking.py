"""Takes posts of one reply away, each once, and looks before for what may be there without being known."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress

from bot.errors import DeleteRefused, MessageGone
from bot.events import MessageRef
from bot.ports import Adapter
from bot.post_changes import SetPost
from bot.posts import Content, Part, Post
from bot.replies import texts
from bot.replies.calling import Caller
from bot.replies.target import Claim, Target
from bot.replies.under_way import UnderWay


class Taking:
    """`send` sends a post of the reply, or finds it by its key where it is there."""

    def __init__(self, adapter: Adapter, caller: Caller, target: Target, claim: Claim, send: Callable[[int, Part], Awaitable[MessageRef]]):
        self._adapter = adapter
        self._caller = caller
        self._target = target
        self._claim = claim
        self._send = send
        self._taken: dict[int, SetPost] = {}

    async def take(self, post: Post, under_way: UnderWay) -> SetPost:
        """What is to be stored of the post, which is gone then. What was taken away before a limit came is not taken away again. Raises
        AdapterErrors."""
        if post.id not in self._taken:
            self._taken[post.id] = await self._take(post, under_way)
        return self._taken[post.id]

    async def _take(self, post: Post, under_way: UnderWay) -> SetPost:
        ref = post.ref or await self._left_behind(post, under_way)
        if ref is None:
            return SetPost(post.id, "gone")
        under_way.add((post.id,))  # a decision may give it to another answer meanwhile, which would go with it
        with suppress(MessageGone):
            try:
                await self._adapter.delete(ref)
            except DeleteRefused:
                await self._caller.edit(ref, self._stub())
        if not self._claim.wanted:
            under_way.landed(post.id)
        return SetPost(post.id, "gone")

    async def _left_behind(self, post: Post, under_way: UnderWay) -> MessageRef | None:
        """A post that an earlier life was about to send, or whose send ended unknown, may be there: its key leads to it."""
        keyed = self._adapter.capabilities(self._target.place).idempotent_send
        if not keyed or (post.id > self._target.inherited and not under_way.knows(post.id)):
            return None
        under_way.add((post.id,))  # this may end unknown as well, and is tried again then, however late
        return await self._send(post.ordinal, self._stub())

    def _stub(self) -> Part:
        return self._adapter.render(Content(texts.STUB))[0]
