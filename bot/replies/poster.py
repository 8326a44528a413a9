"""Brings the posts of one reply in line with what it should show: edits what is there, sends what is missing, takes the rest away.

Where a platform has no idempotent sends, a new post is sent short of its text and gets the text by an edit: a send that is repeated
after a crash or a lost answer can leave a stub behind, never a second answer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from bot.changes import Change
from bot.errors import MessageGone, RateLimited, SendUnknown
from bot.events import MessageRef
from bot.ports import Adapter, Clock
from bot.post_changes import AddPost, SetPost
from bot.posts import Content, Part, Post, PostState, post_key
from bot.replies import texts
from bot.replies.calling import Caller, address, dated
from bot.replies.taking import Taking
from bot.replies.target import Claim, Target
from bot.replies.under_way import UnderWay
from bot.store import Store

STUB_LETTERS = 60


class Poster:
    """The posts of one reply. One call at a time; none is ever cancelled while it is under way.

    What it stores, it stores under the lock of decisions, so that it cannot undo one that it does not know of.
    """

    def __init__(
        self,
        adapter: Adapter,
        store: Store,
        clock: Clock,
        next_id: Callable[[], int],
        reply_id: int,
        target: Target,
        posts: Sequence[Post],
        *,
        claim: Claim,
    ) -> None:
        self.reply_id = reply_id
        self.claim = claim
        self.target = target
        self.under_way = UnderWay(clock)
        """What may still arrive; shared with whoever shows something else on the posts later."""
        self.quiet: Callable[[], float] = lambda: 0.0
        """Seconds for which the platform wants nothing there: what may be left out is left out."""
        self.unsettled = 0.0
        """Seconds after which the final text is to be written once more, since something may have arrived over it; 0.0 if it is not."""
        self._adapter = adapter
        self._caller = Caller(adapter, clock, target)
        self._store = store
        self._next_id = next_id
        self._posts = {post.ordinal: post for post in posts}
        self._shown: dict[int, Part] = {}
        self._lost: set[int] = set()
        self._taking = Taking(adapter, self._caller, target, claim, lambda ordinal, part: self._send(ordinal, part, preview=False))

    @property
    def begun(self) -> bool:
        """Whether there is a post already."""
        return self._ref(0) is not None

    async def preview(self, text: str) -> None:
        """Shows the growing text on as many posts as it takes; raises what the adapter raises."""
        if (wait := self.quiet()) > 0.0:
            raise RateLimited(wait)
        parts = self._adapter.render(Content(f"{self.target.heading}{text} {texts.WAITING}"))
        for ordinal, part in enumerate(parts):
            if self._ref(ordinal) is None:
                await self._place(ordinal, part, preview=True, growing=ordinal == len(parts) - 1)
            elif self._shown.get(ordinal) != part:
                await self._preview_edit(ordinal, part)

    async def begin(self) -> None:
        """A first post without words, which is not left out where there is little room; raises what the adapter raises."""
        if self.begun:
            await self.preview("")
            return
        part = self._adapter.render(Content(f"{self.target.heading}{texts.WAITING}"))[0]
        await self._place(0, part, preview=False, growing=True)

    async def _preview_edit(self, ordinal: int, part: Part) -> None:
        ref = self._ref(ordinal)
        assert ref is not None  # noqa: S101 - the caller has just looked
        try:
            await self._adapter.edit(ref, part, via=self.target.reply_to, preview=True)
        except SendUnknown:
            self.under_way.add((self._posts[ordinal].id,))
            raise
        self._shown[ordinal] = part

    async def finish(self, content: Content) -> None:
        """Makes the posts show the content, whole; when it returns, what is stored says so.

        Raises RateLimited, PlaceUnavailable, PlaceMoved, or SendUnknown after several tries: then nothing is lost, and it can be called
        again. Raises ContentRefused where the platform takes not even a line that says so.
        """
        parts = self._adapter.render(content)
        self._settle()
        for ordinal, part in enumerate(parts):
            if self.claim.outdated:
                return
            await self._show(ordinal, part)
        surplus = [post for ordinal, post in self._posts.items() if ordinal >= len(parts)]
        gone = [await self._taking.take(post, self.under_way) for post in surplus if not self.claim.outdated]
        self._settle()  # these very calls may have ended unknown: who is killed now must know of it in the next life
        state: PostState = "placed" if self.unsettled else "final"
        shown = [SetPost(self._posts[ordinal].id, state, self._ref(ordinal)) for ordinal in range(len(parts))]
        async with self.claim.lock:
            if not self.claim.outdated:
                await self._store.apply((*shown, *gone))

    def _settle(self) -> None:
        self.unsettled = max(self.unsettled, self.under_way.settle(post.id for post in self._posts.values()))

    def plan(self) -> tuple[Change, ...]:
        """A first post, where there is none yet: so that what is owed is known, whatever happens next."""
        if self._posts:
            return ()
        target, post_id = self.target, self._next_id()
        key = post_key(self.reply_id, 0, post_id)
        post = Post(post_id, self.reply_id, 0, target.place, "planned", key, reply_to=target.reply_to)
        self._posts[0] = post
        return (AddPost(post),)

    async def put_off(self, not_before: datetime) -> None:
        """Remembers with the first post that nothing may be tried before then."""
        first = self._posts.get(0)
        async with self.claim.lock:
            if first is not None and not self.claim.outdated:
                await self._store.apply((SetPost(first.id, first.state, first.ref, not_before),))

    async def take_away_all(self) -> bool:
        """Takes every post away; False where a decision made meanwhile wants them for something else, though some may be gone by now."""
        async with self.under_way.taking.passing(self.reply_id):
            self._posts = {post.ordinal: post for post in await self._store.posts(self.reply_id)}
            return await self._take_all_away()

    async def _take_all_away(self) -> bool:
        done: list[SetPost] = []
        for ordinal in sorted(self._posts):
            if self.claim.wanted:
                return False
            if self._posts[ordinal].id in self.under_way.sending:
                continue
            done.append(await self._taking.take(self._posts[ordinal], self.under_way))
        async with self.claim.lock:
            if self.claim.wanted:
                return False
            placed = await self._placed_meanwhile()
            await self._store.apply([change for change in done if change.post_id not in placed])
            return True

    async def _placed_meanwhile(self) -> set[int]:
        """Posts that were on their way when they were to go: whoever has sent them takes them away."""
        unsent = {post.id for post in self._posts.values() if post.ref is None}
        return {post.id for post in await self._store.posts(self.reply_id) if post.id in unsent and post.ref} if unsent else set()

    async def _show(self, ordinal: int, part: Part) -> None:
        for _ in range(2):
            if self.claim.outdated:
                return
            if self._ref(ordinal) is None and await self._place(ordinal, part, preview=False):
                return
            ref = self._ref(ordinal)
            if ref is None or self._shown.get(ordinal) == part:
                return
            before = self._caller.unknown_edits
            try:
                await self._caller.edit(ref, part)
            except MessageGone:
                self._forget(ordinal)
                continue
            finally:
                if self._caller.unknown_edits > before:
                    self.under_way.add((self._posts[ordinal].id,))
            self._shown[ordinal] = part
            return

    async def _place(self, ordinal: int, part: Part, *, preview: bool, growing: bool = False) -> bool:
        """Sends a post and stores where it is; True if it shows the whole part already. A part that is `growing` shows that it is not
        whole; a part before it does not, so it is sent as a stub like any other."""
        capabilities = self._adapter.capabilities(self.target.place)
        whole = capabilities.idempotent_send
        sent = part if whole or growing else self._stub(part)
        if whole:
            await self._plan_further(ordinal)
        before, sending = self._caller.unknown_sends, {post.id for number, post in self._posts.items() if number == ordinal}
        self.under_way.sending |= sending
        try:
            ref = await self._send(ordinal, sent, preview=preview)
            self._shown[ordinal] = sent
            async with self.claim.lock:
                await self._store.apply((self._placed(ordinal, ref),))
        finally:
            self.under_way.sending -= sending
            if whole and self._caller.unknown_sends > before:  # to look for what was sent may end in an edit
                self.under_way.add((self._posts[ordinal].id,))
        return whole

    async def _plan_further(self, ordinal: int) -> None:
        """What goes out whole is known before it goes: who is killed then finds it by its key, though the next answer may be shorter, or
        another reply's. A stub holds too little to be looked for, and the first post is planned from the start."""
        if ordinal in self._posts:
            return
        async with self.claim.lock:
            owner, post_id = self.claim.heir or self.reply_id, self._next_id()
            key = post_key(self.reply_id, ordinal, post_id)
            state: PostState = "surplus" if self.claim.dropped else "planned"
            post = self._posts[ordinal] = Post(post_id, owner, ordinal, self.target.place, state, key)
            await self._store.apply((AddPost(post),))

    def _placed(self, ordinal: int, ref: MessageRef) -> Change:
        """Remembers where the post is. A new one goes where the others went."""
        known = self._posts.get(ordinal)
        state: PostState = "surplus" if self.claim.dropped else "placed"
        if known is not None:
            self._posts[ordinal] = replace(known, state=state, ref=ref)
            return SetPost(known.id, state, ref)
        owner, key = self.claim.heir or self.reply_id, post_key(self.reply_id, ordinal)
        post = self._posts[ordinal] = Post(self._next_id(), owner, ordinal, self.target.place, state, key, ref)
        return AddPost(post)

    async def _send(self, ordinal: int, part: Part, *, preview: bool) -> MessageRef:
        keyed = self._adapter.capabilities(self.target.place).idempotent_send
        known, lost = self._posts.get(ordinal), ordinal in self._lost
        to = address(self.reply_id, ordinal, known, self.target, lost=lost, keyed=keyed)
        return await self._caller.send(part, await dated(to, self.target, self._store), preview=preview)

    def _stub(self, part: Part) -> Part:
        """The first words, never all of them. A question keeps its form, which only a send can give it."""
        if part.ask is not None:
            return part
        words = part.text[:STUB_LETTERS].split()
        short = " ".join(words[:-1])
        text = f"{texts.plain(short)} {texts.WAITING}".strip()
        return self._adapter.render(Content(text))[0]

    def _ref(self, ordinal: int) -> MessageRef | None:
        post = self._posts.get(ordinal)
        return post.ref if post else None

    def _forget(self, ordinal: int) -> None:
        """The post is gone from the platform: it is sent once as a new one."""
        self._posts[ordinal] = replace(self._posts[ordinal], ref=None)
        self._shown.pop(ordinal, None)
        self._lost.add(ordinal)
