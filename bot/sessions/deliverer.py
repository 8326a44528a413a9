"""Finishes what people are owed to see: the posts of a stored answer or of a command's reply, until they show it or cannot."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

from bot.changes import Change, MovePlace, SetReachable
from bot.errors import AdapterError, ContentRefused, PlaceMoved, PlaceUnavailable, RateLimited
from bot.events import Place
from bot.post_changes import AddPost, SetPost
from bot.posts import Button, Content, Post, post_key
from bot.replies import texts
from bot.replies.poster import Poster
from bot.replies.target import LONG_AGO, Claim, Target
from bot.sessions.desk import Desk
from bot.sessions.showing import answer_content, heading_of

log = logging.getLogger(__name__)

AFTER_TROUBLE = 30.0
"""Seconds until a delivery is tried again that failed for a reason the platform did not name a time for."""
MOST_SHUT = 1000
"""Places of which is remembered that their being shut was told."""
LONGEST_WAIT = 3600.0
"""Seconds by which a stored time may lie ahead to be kept to. The clock may have been set back since, and then it lies years ahead (R10):
a platform that still means it says so again."""


class Deliverer:
    """`later` is called to have a reply delivered again after some seconds."""

    def __init__(self, desk: Desk, later: Callable[[int, Place, str, float], None]) -> None:
        self._desk = desk
        self._later = later
        self._shut: set[Place] = set()
        self._quiet_until: dict[tuple[str, str], float] = {}

    def poster(self, reply_id: int, target: Target, posts: Sequence[Post], claim: Claim) -> Poster:
        desk = self._desk
        adapter = desk.adapters[target.place.platform]
        target = replace(target, inherited=desk.ids.inherited)
        poster = Poster(adapter, desk.store, desk.clock, desk.ids.next, reply_id, target, posts, claim=claim)
        poster.quiet = lambda: self._quiet(target.place)
        poster.under_way = desk.under_way
        if adapter.capabilities(target.place).idempotent_send:  # what an earlier life was sending may be there, and still be changed
            desk.under_way.add(post.id for post in posts if post.ref is None and post.id <= desk.ids.inherited)
        return poster

    async def deliver(self, reply_id: int, session_id: str = "", *, moved: bool = False) -> None:
        """Brings the posts of a reply in line, whatever state they are in. `moved`: their chat has just been found to be elsewhere."""
        claim = Claim(self._desk.lock)
        with self._desk.claimed(reply_id, claim):
            await self._deliver(reply_id, session_id, claim, moved=moved)

    async def _deliver(self, reply_id: int, session_id: str, claim: Claim, *, moved: bool) -> None:
        showing = await self._desk.store.showing(reply_id)
        message, turn, posts = showing.message, showing.turn, showing.posts
        if not posts or (message is not None and message.status == "open"):
            return
        place = posts[0].place
        if place.platform not in self._desk.adapters:
            return
        await self._wait_for(posts)
        reply_to = turn.reply_to if turn else posts[0].reply_to
        gone = all(post.state == "surplus" for post in posts) or (message is not None and message.status == "removed")
        if message is None and posts[0].content is None and not gone:  # what it said was erased with its session
            await self._desk.store.apply(tuple(SetPost(post.id, "gone") for post in posts))
            return
        heading = heading_of(showing, self._desk.adapters[place.platform].capabilities(place))
        content = None if gone else answer_content(showing, heading)
        target = Target(
            place,
            reply_to if reply_to and reply_to.place == place else None,
            content.audience if content else "",
            turn.received_at if turn else showing.written_at or LONG_AGO,
        )
        await self.attempt(self.poster(reply_id, target, posts, claim), content, session_id, moved=moved)

    async def _wait_for(self, posts: Sequence[Post]) -> None:
        """Keeps to the time that a platform named, after a restart too."""
        times = [post.not_before for post in posts if post.not_before is not None]
        if times:
            seconds = (max(times) - self._desk.clock.now()).total_seconds()
            await self._wait(posts[0].place, max(0.0, seconds) if seconds <= LONGEST_WAIT else AFTER_TROUBLE)

    async def attempt(self, poster: Poster, content: Content | None, session_id: str = "", *, moved: bool = False) -> None:
        """Until the posts show the content (None: are gone), or cannot; a limit only takes longer."""
        while True:
            try:
                if content is not None:
                    await poster.finish(content)
                elif not await poster.take_away_all():
                    await self._show_again(poster)
            except RateLimited as limited:
                await self._put_off(poster, limited.retry_after)
            except PlaceUnavailable as error:
                self._tell(poster.target.place, error)
                async with self._desk.lock:
                    await self._give_up(poster)
                return
            except PlaceMoved as error:
                await self._follow(poster, error.place, session_id, moved=moved)
                return
            except ContentRefused:
                log.warning("a reply on %s is given up: the platform takes no content there", poster.target.place.platform)
                async with self._desk.lock:
                    posts = await self._desk.store.posts(poster.reply_id)
                    await self._desk.store.apply([SetPost(post.id, "gone") for post in posts])
                return
            except AdapterError as error:
                log.warning("a reply on %s is tried again: %r", poster.target.place.platform, error)
                await self._put_off(poster, AFTER_TROUBLE)
            else:
                self._shut.discard(poster.target.place)
                break
        self._look_again(poster, session_id)

    async def _follow(self, poster: Poster, to: Place, session_id: str, *, moved: bool) -> None:
        again = await self._move(poster, to)
        if moved or again:
            self._later(poster.reply_id, to, session_id, again)
        else:  # at once: what waits in its lane is to come after it
            await self.deliver(poster.reply_id, session_id, moved=True)

    async def _move(self, poster: Poster, to: Place) -> float:
        """What was sent while the chat was moved may be known under its old place, though all else is known under the new one. Returns the
        seconds after which to go on."""
        async with self._desk.lock:
            posts = await self._desk.store.posts(poster.reply_id)
            stale = {poster.target.place, *(post.ref.place for post in posts if post.ref is not None)} - {to}
            await self._desk.store.apply([MovePlace(place, to) for place in sorted(stale, key=repr)])
        return 0.0 if stale else AFTER_TROUBLE

    def is_shut(self, place: Place) -> bool:
        """Whether the last that was to be shown there was refused."""
        return place in self._shut

    def _tell(self, place: Place, error: PlaceUnavailable) -> None:
        """Once, until something could be written there again (P17): people may go on asking where the bot may not answer."""
        if place in self._shut:
            return
        if len(self._shut) >= MOST_SHUT:
            self._shut.clear()
        self._shut.add(place)
        where = f"{place.platform}:{place.chat_id}" + (f", thread {place.thread_id}" if place.thread_id else "")
        log.warning("%s cannot be written to (%s); who asks there gets no answer", where, error)

    def _look_again(self, poster: Poster, session_id: str) -> None:
        if poster.claim.dropped:  # a post may have been placed after it was decided that all are to go
            self._later(poster.reply_id, poster.target.place, session_id, 0.0)
        elif poster.unsettled:
            self._later(poster.reply_id, poster.target.place, session_id, poster.unsettled)

    async def _show_again(self, poster: Poster) -> None:
        """What is shown on posts that were being taken away may have gone with them, unnoticed: its lane writes it once more."""
        wanted_by = poster.claim.heir or poster.reply_id
        message = await self._desk.store.message(wanted_by)
        self._later(wanted_by, poster.target.place, message.session_id if message is not None else "", 0.0)

    async def _put_off(self, poster: Poster, seconds: float) -> None:
        not_before = self._desk.clock.now() + timedelta(seconds=seconds)
        await poster.put_off(not_before)
        await self._wait(poster.target.place, seconds)

    async def _wait(self, place: Place, seconds: float) -> None:
        """Other answers in the chat show no previews meanwhile, after a restart too (P2): each would be refused, and some platforms add to
        the time then."""
        now, chat = self._desk.clock.monotonic(), (place.platform, place.chat_id)
        self._quiet_until = {known: until for known, until in self._quiet_until.items() if until > now}
        self._quiet_until[chat] = max(self._quiet_until.get(chat, 0.0), now + seconds)
        await self._desk.clock.sleep(seconds)

    def _quiet(self, place: Place) -> float:
        return max(0.0, self._quiet_until.get((place.platform, place.chat_id), 0.0) - self._desk.clock.monotonic())

    async def _give_up(self, poster: Poster) -> None:
        """The posts are written off. A private answer that could not be given leaves a line where it was asked for."""
        posts = await self._desk.store.posts(poster.reply_id)
        changes: list[Change] = [SetPost(post.id, "gone") for post in posts]
        origin = posts[0].reply_to.place if posts and posts[0].reply_to else None
        if origin is None or origin == poster.target.place:
            await self._desk.store.apply((*changes, SetReachable(poster.target.place, False)))
            return
        reply_id = self._desk.ids.next()
        link = self._desk.adapters[origin.platform].capabilities(origin).private_link
        buttons = ((Button(texts.WRITE_TO_ME, url=link),),) if link else ()
        line = Post(
            id=self._desk.ids.next(),
            reply_id=reply_id,
            ordinal=0,
            place=origin,
            state="planned",
            key=post_key(reply_id, 0),
            content=Content(texts.PRIVATE_ELSEWHERE, buttons),
            reply_to=posts[0].reply_to,
        )
        await self._desk.store.apply((*changes, AddPost(line)))
        self._later(reply_id, origin, "", 0.0)
