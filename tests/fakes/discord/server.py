"""The server itself: HTTP as Discord's API v10 speaks it, and the door to the gateway."""

from __future__ import annotations

import asyncio
import contextlib
from email.utils import formatdate
from types import TracebackType
from typing import Self, Unpack

import orjson
from aiohttp import web

from tests.fakes.discord import limits as rate
from tests.fakes.discord.faults import Fault, Faults
from tests.fakes.discord.limits import Limits
from tests.fakes.discord.params import Call, read_body
from tests.fakes.discord.refusals import Refusal, not_found, unauthorized
from tests.fakes.discord.routes import ROUTES, Route, find
from tests.fakes.discord.stage import Stage
from tests.fakes.discord.world import Nature

TOKEN = "NzAwMDAwMDAwMQ.TEST.token-that-opens-nothing"
_PAGE = "<!DOCTYPE html>\n<html><head><title>Access denied | discord.com used Cloudflare to restrict access</title></head></html>"


class Options(Nature, total=False):
    """What FakeDiscord can be told."""

    token: str
    port: int
    limits: Limits | None
    seed: int


class FakeDiscord(Stage):
    """Discord on 127.0.0.1 for one application; use it with `async with`.

    `seed` leads the faults' chances; the other options are told at Nature. `downloaded` are the paths of files that were fetched.
    """

    def __init__(
        self, *, token: str = TOKEN, port: int = 0, limits: Limits | None = None, seed: int = 1, **options: Unpack[Nature]
    ) -> None:
        super().__init__(token=token, **options)
        self.port = port
        self.limits = limits
        self.seed = seed
        self.routes: list[Route] = list(ROUTES)
        self.faults = Faults(seed, known=frozenset(name for route in self.routes for name in (route.name, route.route)))
        self.downloaded: list[str] = []
        self._runner: web.AppRunner | None = None
        self._closing = asyncio.Event()

    @property
    def api_url(self) -> str:
        """What discord.http.Route.BASE should be."""
        return f"{self.base}/api/v10"

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=60 * 2**20)
        app.router.add_get("/gateway", self.gateway.handle)
        app.router.add_get("/gateway/", self.gateway.handle)
        app.router.add_route("*", "/api/v10{path:/.*}", self._call)
        app.router.add_get("/attachments/{path:.+}", self._download)
        app.on_response_prepare.append(self._dated)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, handler_cancellation=False)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port)
        await site.start()
        self.port = self._runner.addresses[0][1]
        self.base = f"http://127.0.0.1:{self.port}"
        self.gateway_url = f"ws://127.0.0.1:{self.port}/gateway"
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._closing.set()
        await self.gateway.shut()
        if self._runner is not None:
            await self._runner.cleanup()

    async def _dated(self, _request: web.Request, response: web.StreamResponse) -> None:
        response.headers["Date"] = formatdate(self.now(), usegmt=True)

    async def revoke_token(self) -> None:
        """From now on the token opens nothing: 401, and the gateway closes with 4004."""
        self.revoked = True
        await self.gateway.close_with(4004, "Authentication failed.")

    async def _call(self, request: web.Request) -> web.StreamResponse:
        call = Call(request.method, request.match_info["path"], self.now(), query=dict(request.query))
        call.reason = request.headers.get("X-Audit-Log-Reason", "")
        route = find(call, self.routes)
        headers: dict[str, str] = {}
        self.calls.append(call)
        try:
            await read_body(request, call)
            self._admit_call(request, route)
            fault = self.faults.for_call(call)
            if fault is not None and not fault.has_effect():
                return await self._faulty(request, fault, call)
            headers = self.limits.check(call) if self.limits is not None else {}
            call.result = self._do(route, call)
            if fault is not None:
                return await self._faulty(request, fault, call)
        except Refusal as refusal:
            return _refused(call, refusal)
        return _reply(call, headers)

    def _admit_call(self, request: web.Request, route: Route | None) -> None:
        if route is not None and route.free:
            return
        if self.revoked or request.headers.get("Authorization") != f"Bot {self.token}":
            raise unauthorized()

    def _do(self, route: Route | None, call: Call) -> object:
        if route is None:
            raise not_found()
        return route.do(self, call)

    async def _faulty(self, request: web.Request, fault: Fault, call: Call) -> web.StreamResponse:
        """The answer that a fault makes of a call, whose effect is there already if it should be."""
        wait = None if fault.hang else fault.slow
        if wait is None or wait:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await self._closing.wait()
        if fault.cut or fault.hang:
            call.refused, call.status = "cut", 0
            if request.transport is not None:
                request.transport.abort()
            return web.Response(status=500)
        if fault.html:
            call.refused, call.status = "html", fault.error or 429
            return _page(call.status, fault.retry_after)
        refusal = fault.refusal()
        return _reply(call, {}) if refusal is None else _refused(call, refusal)

    async def _download(self, request: web.Request) -> web.Response:
        self.downloaded.append(request.path)
        file = self.files.get(request.path)
        if file is None:
            return web.Response(status=404)
        return web.Response(body=file.data, headers={"Content-Type": file.mime_type})


def _reply(call: Call, headers: dict[str, str]) -> web.Response:
    told = {"Via": "1.1 google", **headers}
    if call.result is None:
        call.status = 204
        return web.Response(status=204, headers=told)
    return web.Response(body=orjson.dumps(call.result), headers=told | {"Content-Type": "application/json"})


def _refused(call: Call, refusal: Refusal) -> web.Response:
    headers, page = rate.plain(refusal)
    call.status, call.code, call.refused = refusal.status, refusal.code, refusal.message
    if page:
        return _page(refusal.status, refusal.extra.get("retry_after", 0.0))
    told = {"Via": "1.1 google", "Content-Type": "application/json", **headers}
    if refusal.status == 429 and "retry_after" in refusal.extra:
        told |= {"Retry-After": str(int(refusal.extra["retry_after"]) + 1), "X-RateLimit-Scope": "user"}
        if refusal.extra["global"]:
            told["X-RateLimit-Global"] = "true"
    return web.Response(status=refusal.status, body=orjson.dumps(refusal.to_json()), headers=told)


def _page(status: int, retry_after: float) -> web.Response:
    headers = {"Retry-After": str(int(retry_after))} if retry_after else {}
    return web.Response(status=status, text=_PAGE, content_type="text/html", headers=headers)
