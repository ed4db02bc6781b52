"""A proxy before the real API server that makes the trouble which networks, proxies and rotations make.

It speaks plain HTTP to whoever asks, and asks the API server with the credentials of a kubeconfig.
"""

from __future__ import annotations

import asyncio
import base64
import ssl
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import aiohttp
import yaml
from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

START_SECONDS = 15
GOODBYE_SECONDS = 0.5
"""How long TLS connections get to close before the event loop does."""
SHUTDOWN_SECONDS = 0.1
"""For what is still being answered at the end; to aiohttp 0 means without end, and a watch has none."""
PASSED_ON = ("Content-Type", "Accept", "User-Agent")


@dataclass(frozen=True)
class Asked:
    """One request."""

    at: float
    method: str
    path: str
    query: dict[str, str]

    @property
    def kind(self) -> str:
        return self.path.rstrip("/").rpartition("/")[2]

    @property
    def watches(self) -> bool:
        return self.query.get("watch") == "true"

    @property
    def lists(self) -> bool:
        """The first page of a list."""
        return self.method == "GET" and "limit" in self.query and "continue" not in self.query


class TroubledApi:
    """The proxy, in a thread of its own while the block lasts."""

    def __init__(self, kubeconfig: Path) -> None:
        told = yaml.safe_load(kubeconfig.read_text())
        self._server = told["clusters"][0]["cluster"]["server"]
        authority = told["clusters"][0]["cluster"].get("certificate-authority-data", "")
        self._trust = ssl.create_default_context(cadata=base64.b64decode(authority).decode())
        self._real_token = told["users"][0]["user"]["token"]
        self.token = ""
        """The only one that is taken; empty = all are."""
        self.trouble: Callable[[Asked], web.StreamResponse | None] = lambda _: None
        """What is answered in place of the API server; None = its own answer."""
        self.asked: list[Asked] = []
        self._hushed = 0
        self._watches: set[asyncio.Task[Any]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ending: asyncio.Event | None = None
        self._up = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)
        self.url = ""

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._up.wait(START_SECONDS)
        return self

    def __exit__(self, *_: object) -> None:
        assert self._loop is not None
        assert self._ending is not None
        self._loop.call_soon_threadsafe(self._ending.set)
        self._thread.join(timeout=15)
        assert not self._thread.is_alive(), "the proxy did not end"

    def hush(self) -> float:
        """From now on no connection that there is forwards anything, nor ends; new ones do. Since when."""
        self._hushed += 1
        return time.monotonic()

    def cut(self) -> float:
        """Ends every watch that there is. Since when."""

        def end() -> None:
            for task in self._watches:
                task.cancel()

        assert self._loop is not None
        self._loop.call_soon_threadsafe(end)
        return time.monotonic()

    def kubeconfig(self, path: Path, user: dict[str, Any]) -> Path:
        body = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "here", "cluster": {"server": self.url}}],
            "users": [{"name": "me", "user": user}],
            "contexts": [{"name": "here", "context": {"cluster": "here", "user": "me"}}],
            "current-context": "here",
        }
        path.write_text(yaml.safe_dump(body))
        return path

    async def _serve(self) -> None:
        self._loop, self._ending = asyncio.get_running_loop(), asyncio.Event()
        app = web.Application(client_max_size=2**24)
        app.router.add_route("*", "/{path:.*}", self._handle)
        runner = web.AppRunner(app, shutdown_timeout=SHUTDOWN_SECONDS)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        connector = aiohttp.TCPConnector(limit=0, ssl=self._trust)
        async with aiohttp.ClientSession(connector=connector, auto_decompress=False) as self._session:
            self._up.set()
            await self._ending.wait()
            await runner.cleanup()
        await asyncio.sleep(GOODBYE_SECONDS)

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        asked = Asked(time.monotonic(), request.method, request.path, dict(request.query))
        self.asked.append(asked)
        hushed = self._hushed
        if self.token and request.headers.get("Authorization") != f"Bearer {self.token}":
            return refusal(401, "Unauthorized")
        if (answer := self.trouble(asked)) is not None:
            return answer
        task = asyncio.current_task()
        if asked.watches and task is not None:
            self._watches.add(task)
            try:
                return await self._passed_on(request, hushed)
            finally:
                self._watches.discard(task)
        return await self._passed_on(request, hushed)

    async def _passed_on(self, request: web.Request, hushed: int) -> web.StreamResponse:
        headers = {name: request.headers[name] for name in PASSED_ON if name in request.headers}
        async with self._session.request(
            request.method,
            self._server + request.raw_path,
            headers={**headers, "Authorization": f"Bearer {self._real_token}"},
            data=await request.read(),
            timeout=aiohttp.ClientTimeout(total=None),
        ) as real:
            response = web.StreamResponse(status=real.status)
            response.content_type = real.content_type
            await response.prepare(request)
            async for chunk in real.content.iter_any():
                if self._hushed == hushed:
                    await response.write(chunk)
            if self._hushed != hushed:
                assert self._ending is not None
                await self._ending.wait()
            return response


def refusal(status: int, message: str, **headers: str) -> web.Response:
    body = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "message": message, "code": status}
    return web.json_response(body, status=status, headers=headers)
