"""The server itself: HTTP as the Bot API speaks it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import time
from types import TracebackType
from typing import Self

import orjson
from aiohttp import web

from tests.fakes.telegram import editing, looking, sending
from tests.fakes.telegram.faults import Fault, Faults
from tests.fakes.telegram.limits import Limits
from tests.fakes.telegram.params import Json, Params, read_params
from tests.fakes.telegram.refusals import WRONG_SECRET, Refusal, bad
from tests.fakes.telegram.stage import Stage
from tests.fakes.telegram.updates import Webhook
from tests.fakes.telegram.validation import problems
from tests.fakes.telegram.world import Call

TOKEN = "123456:TEST-token-that-opens-nothing"
_METHODS = {**looking.METHODS, **sending.METHODS, **editing.METHODS}
_TOKEN = re.compile(r"\d+:[\w-]+")
_HTML = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body><center><h1>502 Bad Gateway</h1></center></body>\r\n</html>"


class FakeTelegram(Stage):
    """A Bot API server on 127.0.0.1 for one bot; use it with `async with`. `url` is what TELEGRAM_API_URL should be.

    `routes` may be added to before it starts.
    """

    def __init__(
        self,
        *,
        token: str = TOKEN,
        port: int = 0,
        limits: Limits | None = None,
        privacy: bool = True,
        private_topics: bool = False,
        seed: int = 1,
    ) -> None:
        super().__init__(privacy=privacy, private_topics=private_topics, validator=problems)
        self.token = token
        self.port = port
        self.limits = limits
        self.faults = Faults(seed)
        self.updates.trouble = self.faults.for_post
        self.routes: list[web.RouteDef] = []
        self._runner: web.AppRunner | None = None
        self._closing = asyncio.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=60 * 2**20)
        app.router.add_route("*", "/bot{token}/{method}", self._call)
        app.router.add_get("/file/bot{token}/{path:.+}", self._download)
        app.router.add_routes(self.routes)
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

    async def _call(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        call = Call(method, {}, time.monotonic())
        try:
            params = await read_params(request)
            call.params = params.plain()
            self.calls.append(call)
            self._admit(request)
            fault = self.faults.for_call(call)
            if fault is not None:
                return await self._faulty(request, fault, call, params)
            call.result = await self._do(call, params)
        except Refusal as refusal:
            self.refuse(call, refusal)
            return _reply(refusal.to_json(), refusal.code)
        return _reply({"ok": True, "result": call.result})

    def _admit(self, request: web.Request) -> None:
        token = request.match_info["token"]
        if token != self.token:
            raise Refusal(401, "Unauthorized") if _TOKEN.fullmatch(token) else Refusal(404, "Not Found")

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
        if self.limits is not None and params.text("chat_id").lstrip("-").isdigit():
            self.limits.check(name, params.number("chat_id") or 0, call.at)
        return method(self, params)

    async def _webhook(self, name: str, params: Params) -> object:
        if name == "getwebhookinfo":
            return self._webhook_info()
        if params.flag("drop_pending_updates"):
            self.updates.drop()
        url = params.text("url") if name == "setwebhook" else ""
        secret = params.text("secret_token")
        if not secret.replace("_", "").replace("-", "").isalnum() and secret:
            raise bad(WRONG_SECRET)
        if name == "setwebhook":
            self.updates.allow(params.nested("allowed_updates"))
        connections = max(1, min(params.number("max_connections") or 40, 100))
        await self.updates.set_webhook(Webhook(url, secret, connections) if url else None)
        return True

    def _webhook_info(self) -> Json:
        webhook = self.updates.webhook
        out: Json = {"url": webhook.url if webhook else "", "has_custom_certificate": False}
        out["pending_update_count"] = len(self.updates.waiting)
        if webhook is not None:
            out["max_connections"] = webhook.max_connections
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
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(fault.slow):
                    await self._closing.wait()
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
    return web.Response(body=_bytes(body), status=status, content_type="application/json")


def _bytes(body: object) -> bytes:
    """Half of a surrogate pair, where a test sends one, can only go as an escape."""
    try:
        return orjson.dumps(body)
    except TypeError:
        return json.dumps(body).encode()
