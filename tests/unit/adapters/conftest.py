"""A local HTTP server that stands for the API server, and the adapter that talks to it."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import web

from firstbell.adapters.access import Access
from firstbell.adapters.kubernetes import KubernetesCluster


class Server:
    """Answers as it was told, and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked = []
        self.answer = lambda _request: web.json_response({})
        self.url = ""
        self.closing = asyncio.Event()

    async def handle(self, request):
        body = await request.text()
        self.asked.append((request.method, request.path, dict(request.query), dict(request.headers), body))
        answer = self.answer(request)
        return await answer if hasattr(answer, "__await__") else answer


@pytest.fixture
async def server():
    told = Server()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", told.handle)
    runner = web.AppRunner(app, shutdown_timeout=0)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    told.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield told
    told.closing.set()
    await runner.cleanup()


@pytest.fixture
async def cluster(server):
    async with KubernetesCluster(configured(server.url)) as adapter:
        yield adapter


@pytest.fixture
async def hasty(server):
    """One that waits for an answer for a fifth of a second only."""
    async with KubernetesCluster(configured(server.url), request_seconds=0.2) as adapter:
        yield adapter


def configured(url, authorization=""):
    return Access(host=url, authorization=authorization)
