"""Kopf over our connection: what may pass comes to it as a broken connection, and it never asks too often."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from itertools import pairwise

import aiohttp
import kopf
import pytest
from aiohttp import web
from kopf._cogs.clients import auth, watching
from kopf._cogs.structs.credentials import Vault
from kopf._cogs.structs.references import Resource

from firstbell.adapters import kopf_session
from firstbell.adapters.connection import Connection
from firstbell.adapters.kopf_session import KopfSession
from firstbell.app import _configure
from tests.unit.adapters.conftest import configured
from tests.unit.adapters.test_watches import lines, streaming

CALENDARS = Resource(group="firstbell.dev", version="v1alpha1", plural="schoolcalendars", namespaced=True)
URL = "/apis/firstbell.dev/v1alpha1/namespaces/ns/schoolcalendars"


def a_calendar(name, version="7"):
    return {"metadata": {"name": name, "namespace": "ns", "resourceVersion": version}}


def an_event(name, kind="MODIFIED", version="8"):
    return {"type": kind, "object": a_calendar(name, version)}


class Answers:
    """Lists and watches in the order in which they are asked for; the last of each again and again."""

    def __init__(self, server):
        self.lists = [web_list("a")]
        self.watches = [silence(server)]
        self.times = {"list": [], "watch": []}
        server.answer = self.answer

    def answer(self, request):
        what = "watch" if request.query.get("watch") else "list"
        self.times[what].append(asyncio.get_running_loop().time())
        answers = self.lists if what == "list" else self.watches
        return (answers.pop(0) if len(answers) > 1 else answers[0])(request)


def web_list(*names, **metadata):
    told = {"items": [a_calendar(name) for name in names], "metadata": {"resourceVersion": "7", **metadata}}
    return lambda _: web.json_response(told)


def silence(server):
    async def answer(request):
        response = web.StreamResponse()
        await response.prepare(request)
        await server.closing.wait()
        return response

    return answer


def status(code, **headers):
    return lambda _: web.json_response(
        {"kind": "Status", "message": "no", "code": code}, status=code, headers=headers
    )


@pytest.fixture
async def answers(server):
    return Answers(server)


@pytest.fixture(autouse=True)
def paces(monkeypatch):
    """A hundredth of the real waits."""
    for name in ("LISTS_SECONDS", "BETWEEN_SECONDS", "LONGEST_WAIT_SECONDS"):
        monkeypatch.setattr(kopf_session, name, getattr(kopf_session, name) / 10)


@contextlib.asynccontextmanager
async def kopf_watching(server, relisted=lambda: None):
    """Kopf's own endless watch, as it runs in the operator: what it tells, as it comes."""
    settings = kopf.OperatorSettings()
    await _configure(settings)
    settings.networking.error_backoffs = (0.01, 0.01)
    told = []

    async def run():
        stream = watching.infinite_watch(settings=settings, resource=CALENDARS, namespace="ns")
        async for event in stream:
            told.append(event)  # noqa: PERF401 - looked at while the stream goes on

    async with Connection(configured(server.url)) as connection:
        session = KopfSession(connection, relisted)
        auth.vault_var.set(Vault({"login": kopf.AiohttpSession(server="", aiohttp_session=session)}))
        logging.getLogger("kopf").setLevel(logging.CRITICAL)
        running = asyncio.create_task(run())
        try:
            yield told, running
        finally:
            server.closing.set()
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)


async def seen(told, running, name, kind="MODIFIED"):
    async with asyncio.timeout(10):
        while not any(
            isinstance(event, dict) and event["type"] == kind and event["object"]["metadata"]["name"] == name
            for event in told
        ):
            assert not running.done(), running
            await asyncio.sleep(0.01)


AN_ERROR = {"type": "ERROR", "object": {"kind": "Status", "code": 500, "message": "etcd"}}
EXPIRED = {"type": "ERROR", "object": {"kind": "Status", "code": 410, "message": "too old"}}
WATCHES_IN_TROUBLE = {
    "nothing": streaming(),
    "garbage": streaming(b"<html>\n"),
    "half an event": streaming(b'{"type": "MODI'),
    "no event": streaming(lines({"type": "MODIFIED"})),
    "an error": streaming(lines(AN_ERROR)),
    "too old": streaming(lines(EXPIRED)),
    "too old, as a status": status(410),
    "refused credentials": status(401),
    "too many requests": status(429),
    "too many requests, for how long is not clear": status(429, **{"Retry-After": "soon"}),
    "a broken server": status(500),
    "a page of a proxy": lambda _: web.Response(status=502, text="<html>"),
    "an unready server": status(503),
}


@pytest.mark.parametrize("trouble", WATCHES_IN_TROUBLE.values(), ids=WATCHES_IN_TROUBLE.keys())
async def test_kopf_goes_on_after_a_watch_in_trouble_and_asks_no_more_often_than_it_may(
    server, answers, trouble
):
    answers.watches = [*[trouble] * 4, streaming(lines(an_event("told"))), silence(server)]
    async with kopf_watching(server) as (told, running):
        await seen(told, running, "told")
    asked = answers.times["watch"]
    assert asked[4] - asked[0] >= (0.02 + 0.04 + 0.08 + 0.16) / 2
    lists = answers.times["list"]
    assert all(later - earlier > 0.3 for earlier, later in pairwise(lists))


LISTS_IN_TROUBLE = {
    name: trouble
    for name, trouble in WATCHES_IN_TROUBLE.items()
    if name not in {"no event", "an error", "too old", "too old, as a status"}
} | {"no list": lambda _: web.json_response({"items": [7]}), "a text": lambda _: web.json_response("text")}


@pytest.mark.parametrize("trouble", LISTS_IN_TROUBLE.values(), ids=LISTS_IN_TROUBLE.keys())
async def test_kopf_goes_on_after_lists_in_trouble(server, answers, trouble):
    answers.lists = [*[trouble] * 2, web_list("told")]
    async with kopf_watching(server) as (told, running):
        await seen(told, running, "told", None)
    lists = answers.times["list"]
    assert len(lists) == 3
    assert lists[2] - lists[0] > 0.6


async def test_a_list_after_the_first_is_told_of(server, answers):
    answers.watches = [streaming(lines(EXPIRED)), streaming(lines(an_event("told"))), silence(server)]
    relisted = []
    async with kopf_watching(server, lambda: relisted.append(1)) as (told, running):
        await seen(told, running, "told")
    assert relisted == [1]


async def test_a_list_whose_next_page_is_forgotten_is_asked_for_in_one(server, answers):
    answers.lists = [web_list("a", **{"continue": "x"}), status(410), web_list("a", "b"), web_list("never")]
    async with kopf_watching(server) as (told, running):
        await seen(told, running, "b", None)
    assert [query for _, path, query, *_ in server.asked if "watch" not in query and path == URL] == [
        {"limit": "500"},
        {"limit": "500", "continue": "x"},
        {},
    ]


@pytest.mark.parametrize("code", [403, 404])
async def test_what_is_refused_for_good_ends_kopf(server, answers, code):
    answers.watches = [status(code)]
    async with kopf_watching(server) as (_, running):
        async with asyncio.timeout(10):
            await asyncio.wait({running})
        assert isinstance(running.exception(), kopf_error(code))


def kopf_error(code):
    from kopf._cogs.clients import errors  # noqa: PLC0415

    return errors.APIForbiddenError if code == 403 else errors.APINotFoundError


async def test_a_watch_that_falls_silent_is_begun_anew_where_it_was(server, answers, monkeypatch):
    monkeypatch.setattr("firstbell.app.LONGEST_WATCH_SECONDS", 0.5)
    answers.watches = [
        streaming(lines(an_event("a", version="30")), ending=lambda _: server.closing.wait()),
        streaming(lines(an_event("told"))),
        silence(server),
    ]
    async with kopf_watching(server) as (told, running):
        await seen(told, running, "told")
    versions = [query["resourceVersion"] for _, _, query, *_ in server.asked if "watch" in query]
    assert versions[:2] == ["7", "30"]
    assert len(answers.times["list"]) == 1


async def test_closing_it_leaves_the_connection_open(server):
    async with Connection(configured(server.url)) as connection:
        session = KopfSession(connection, lambda: None)
        await session.close()
        assert session.closed
        timeout = aiohttp.ClientTimeout(total=5)
        response = await connection.request("GET", "/api", headers={}, timeout=timeout)
        assert json.loads(await response.read()) == {}
