"""The server itself: HTTP as the Bot API speaks it, and the doors through which a test plays people and looks on."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from types import TracebackType
from typing import Self

import orjson
from aiohttp import web

from tests.fakes.telegram import looking, sending
from tests.fakes.telegram.chats import Chat, Message, Topic, User
from tests.fakes.telegram.faults import Fault, Faults
from tests.fakes.telegram.limits import Limits
from tests.fakes.telegram.params import Json, Params, read_params
from tests.fakes.telegram.people import Person
from tests.fakes.telegram.refusals import Refusal, bad
from tests.fakes.telegram.updates import Webhook
from tests.fakes.telegram.validation import problems
from tests.fakes.telegram.world import Call, World

TOKEN = "123456:TEST-token-that-opens-nothing"
ANONYMOUS_ADMIN = 1_087_968_824
SERVICE_ACCOUNT = 777_000
_METHODS = {**looking.METHODS, **sending.METHODS}
_HTML = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body><center><h1>502 Bad Gateway</h1></center></body>\r\n</html>"


class FakeTelegram(World):
    """A Bot API server on 127.0.0.1 for one bot; use it with `async with`. `url` is what TELEGRAM_API_URL should be."""

    def __init__(
        self,
        *,
        token: str = TOKEN,
        port: int = 0,
        limits: Limits | None = None,
        bot_name: str = "Parley",
        bot_username: str = "parley_bot",
        privacy: bool = True,
        private_topics: bool = False,
        seed: int = 1,
    ) -> None:
        super().__init__(bot_name, bot_username, privacy=privacy, private_topics=private_topics, validator=problems)
        self.token = token
        self.port = port
        self.limits = limits
        self.faults = Faults(seed)
        self._runner: web.AppRunner | None = None
        self._closing = asyncio.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=60 * 2**20)
        app.router.add_route("*", "/bot{token}/{method}", self._call)
        app.router.add_get("/file/bot{token}/{path:.+}", self._download)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port)
        await site.start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._closing.set()
        await self.updates.close()
        self.updates.end_poll("Conflict: the server goes down")
        if self._runner is not None:
            await self._runner.cleanup()

    # -- what a test plays

    def person(self, user_id: int, name: str, *, username: str = "", language: str = "en", is_bot: bool = False) -> Person:
        """Somebody new."""
        return Person(self, User(user_id, name, username, language, is_bot))

    def private_chat(self, person: Person) -> Chat:
        """The person's chat with the bot, as after /start."""
        chat = self.chats.get(person.id)
        if chat is None:
            chat = self.chats[person.id] = Chat(person.id, "private", person=person.user)
            self._join(chat, person, "member")
        return chat

    def group(
        self,
        title: str,
        *members: Person,
        admins: Sequence[Person] = (),
        chat_type: str = "supergroup",
        forum: bool = False,
        bot_admin: bool = False,
    ) -> Chat:
        """A group with the bot in it; a small one with chat_type="group"."""
        number = self.new_id("group")
        chat = Chat(-number if chat_type == "group" else -1_000_000_000_000 - number, "supergroup", title)
        if chat_type == "group":
            chat.type = "group"
        chat.forum, chat.bot_may_delete = forum, bot_admin
        chat.bot_status = "administrator" if bot_admin else "member"
        for member in members:
            self._join(chat, member, "member")
        for admin in admins:
            self._join(chat, admin, "administrator")
        self.chats[chat.id] = chat
        return chat

    def _join(self, chat: Chat, person: Person, status: str) -> None:
        chat.members[person.id] = status
        chat.users[person.id] = person.user

    def channel(self, title: str) -> tuple[Chat, Person]:
        """A channel with the bot as administrator, and the hand that posts there."""
        chat = Chat(-1_000_000_000_000 - self.new_id("group"), "channel", title, bot_status="administrator", bot_may_delete=True)
        self.chats[chat.id] = chat
        return chat, Person(self, User(SERVICE_ACCOUNT, "Telegram"), chat)

    def topic(self, chat: Chat, name: str) -> Topic:
        """A topic of a forum, or of a private chat with topics."""
        topic = Topic(chat, self.message_id(chat), name)
        chat.topics[topic.thread_id] = topic
        return topic

    def anonymous_admin(self, group: Chat) -> Person:
        """Who writes in the name of the group."""
        user = User(ANONYMOUS_ADMIN, "Group", "GroupAnonymousBot", is_bot=True)
        return Person(self, user, group)

    def migrate(self, group: Chat, by: Person) -> Chat:
        """Turns a small group into a supergroup and tells the bot with both service messages."""
        new = self.group(group.title)
        new.members, new.users, new.bot_status = dict(group.members), dict(group.users), group.bot_status
        old_note = Message(self.message_id(group), group, by.user, self.now(), extra={"migrate_to_chat_id": new.id})
        new_note = Message(self.message_id(new), new, by.user, self.now(), extra={"migrate_from_chat_id": group.id})
        self.add(old_note)
        self.add(new_note)
        group.migrated_to = new.id
        self.updates.add("message", old_note.to_json())
        self.updates.add("message", new_note.to_json())
        return new

    def answers_to(self, message: Message) -> list[Message]:
        """The bot's messages that reply to it; in a private chat else those between it and the person's next message."""
        standing = message.chat.from_bot
        replies = [post for post in standing if post.reply_to is message]
        if replies or message.chat.type != "private":
            return replies
        later = [other.id for other in message.chat.messages if other.id > message.id and not other.by_bot]
        return [post for post in standing if message.id < post.id < min(later, default=post.id + 1)]

    def calls_of(self, method: str) -> list[Call]:
        return [call for call in self.calls if call.method.lower() == method.lower()]

    # -- what the bot calls

    async def _call(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        call = Call(method, {}, time.monotonic())
        try:
            params = await read_params(request)
            call.params = params.plain()
            self.calls.append(call)
            if request.match_info["token"] != self.token:
                raise Refusal(401, "Unauthorized")
            fault = self.faults.for_call(call)
            if fault is not None:
                return await self._faulty(request, fault, call, params)
            call.result = await self._do(call, params)
        except Refusal as refusal:
            self.refuse(call, refusal)
            return _reply(refusal.to_json(), refusal.code)
        return _reply({"ok": True, "result": call.result})

    async def _do(self, call: Call, params: Params) -> object:
        name = call.method.lower()
        if name == "getupdates":
            self.updates.allow(params.nested("allowed_updates"))
            limit = params.number("limit") or 100
            return await self.updates.poll(params.number("offset") or 0, limit, float(params.text("timeout") or 0))
        if name in ("setwebhook", "deletewebhook", "getwebhookinfo"):
            return await self._webhook(name, params)
        method = _METHODS.get(name)
        if method is None:
            raise Refusal(404, "Not Found")
        if self.limits is not None and (chat_id := params.number("chat_id")):
            self.limits.check(name, chat_id, call.at)
        return method(self, params)

    async def _webhook(self, name: str, params: Params) -> object:
        if name == "getwebhookinfo":
            return self._webhook_info()
        if params.flag("drop_pending_updates"):
            self.updates.drop()
        url = params.text("url") if name == "setwebhook" else ""
        secret = params.text("secret_token")
        if not secret.replace("_", "").replace("-", "").isalnum() and secret:
            raise bad("secret token contains unallowed characters")
        if name == "setwebhook":
            self.updates.allow(params.nested("allowed_updates"))
        await self.updates.set_webhook(Webhook(url, secret) if url else None)
        return True

    def _webhook_info(self) -> Json:
        webhook = self.updates.webhook
        out: Json = {"url": webhook.url if webhook else "", "has_custom_certificate": False}
        out["pending_update_count"] = len(self.updates.waiting)
        if webhook is not None and webhook.last_error:
            out |= {"last_error_date": webhook.last_error_date, "last_error_message": webhook.last_error}
        return out

    async def _faulty(self, request: web.Request, fault: Fault, call: Call, params: Params) -> web.StreamResponse:
        refusal = fault.refusal()
        if fault.after or (fault.slow and refusal is None and not fault.cut):
            call.result = await self._do(call, params)
        if fault.hang:
            await self._closing.wait()
        if fault.slow:
            await asyncio.wait([asyncio.ensure_future(self._closing.wait())], timeout=fault.slow)
        if fault.cut or fault.hang:
            call.refused, call.code = "cut", 0
            if request.transport is not None:
                request.transport.abort()
            return web.Response(status=500)
        if fault.html:
            call.refused, call.code = "html", fault.error or 502
            return web.Response(status=call.code, text=_HTML, content_type="text/html")
        if refusal is not None:
            raise refusal
        return _reply({"ok": True, "result": call.result})

    async def _download(self, request: web.Request) -> web.Response:
        if request.match_info["token"] != self.token:
            return _reply(Refusal(401, "Unauthorized").to_json(), 401)
        path = request.match_info["path"]
        call = Call("download", {"path": path}, time.monotonic())
        self.calls.append(call)
        stored = next((stored for stored in self.files.values() if stored.path == path), None)
        if stored is None:
            return _reply(Refusal(404, "Not Found").to_json(), 404)
        return web.Response(body=stored.data, content_type="application/octet-stream")


def _reply(body: object, status: int = 200) -> web.Response:
    return web.Response(body=orjson.dumps(body), status=status, content_type="application/json")
