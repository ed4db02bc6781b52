"""Lists and watches over real HTTP: what is asked, what is told, and how each end comes back."""

from __future__ import annotations

import asyncio
import json

import pytest
from aiohttp import web

from firstbell.adapters import kubernetes
from firstbell.engine.ports import FailureKind, Listed

HPAS = ("autoscaling", "v2", "horizontalpodautoscalers")
PODS = ("", "v1", "pods")


def an_event(kind="MODIFIED", version="7", **body):
    return {"type": kind, "object": {"metadata": {"name": "web", "resourceVersion": version}, **body}}


def streaming(*chunks, ending=None):
    """A watch that sends these bytes, each by itself, and ends; or does what `ending` does first."""

    async def answer(request):
        response = web.StreamResponse()
        await response.prepare(request)
        for chunk in chunks:
            await response.write(chunk)
            await asyncio.sleep(0)
        if ending is not None:
            await ending(request)
        return response

    return answer


def lines(*events):
    return b"".join(json.dumps(event).encode() + b"\n" for event in events)


async def watched(cluster, kind=HPAS, namespace="ns", since="5"):
    told = []
    return await cluster.watch(kind, namespace, since, told.append), told


async def test_a_list_has_the_version_of_its_last_page(server, cluster):
    pages = [
        {"items": [{"metadata": {"name": "a"}}], "metadata": {"continue": "more", "resourceVersion": "9"}},
        {"items": [{"metadata": {"name": "b"}}], "metadata": {"resourceVersion": "9"}},
    ]
    server.answer = lambda _: web.json_response(pages.pop(0))
    listed = await cluster.list_at(HPAS, None)
    assert isinstance(listed, Listed)
    assert ([body["metadata"]["name"] for body in listed.items], listed.version) == (["a", "b"], "9")
    assert [query.get("continue") for _, _, query, *_ in server.asked] == [None, "more"]


@pytest.mark.parametrize(
    ("kind", "namespace", "path"),
    [
        (HPAS, "ns", "/apis/autoscaling/v2/namespaces/ns/horizontalpodautoscalers"),
        (HPAS, None, "/apis/autoscaling/v2/horizontalpodautoscalers"),
        (PODS, "ns", "/api/v1/namespaces/ns/pods"),
    ],
)
async def test_a_watch_begins_at_the_version_and_asks_for_bookmarks(server, cluster, kind, namespace, path):
    server.answer = streaming(lines(an_event()))
    assert await watched(cluster, kind, namespace) == (None, [an_event()])
    method, asked, query, headers, _ = server.asked[0]
    assert (method, asked, headers["User-Agent"]) == ("GET", path, "firstbell")
    assert query == {
        "watch": "true",
        "allowWatchBookmarks": "true",
        "resourceVersion": "5",
        "timeoutSeconds": "40",
    }


async def test_of_one_name_nothing_else_is_listed_or_watched(server, cluster):
    server.answer = lambda _: web.json_response({"items": [], "metadata": {"resourceVersion": "5"}})
    await cluster.list_at(("", "v1", "configmaps"), "ns", "firstbell-stop")
    server.answer = streaming(lines(an_event()))
    await cluster.watch(("", "v1", "configmaps"), "ns", "5", lambda _: None, "firstbell-stop")
    asked = [(path, query["fieldSelector"]) for _, path, query, *_ in server.asked]
    assert asked == [("/api/v1/namespaces/ns/configmaps", "metadata.name=firstbell-stop")] * 2


async def test_events_are_told_however_the_bytes_arrive(server, cluster):
    events = [an_event(version=str(number), text="é" * number) for number in range(3)]
    data = lines(*events)
    server.answer = streaming(*(data[at : at + 7] for at in range(0, len(data), 7)))
    assert await watched(cluster) == (None, events)


async def test_an_object_of_two_mebibytes_is_told(server, cluster):
    big = an_event(text="x" * (2 << 20))
    server.answer = streaming(lines(big))
    assert await watched(cluster) == (None, [big])


@pytest.mark.parametrize("sent_as", ["an event", "an answer"])
async def test_a_version_that_is_too_old_is_told_as_expired(server, cluster, sent_as):
    status = {"kind": "Status", "code": 410, "message": "too old resource version: 5 (9)"}
    server.answer = streaming(lines(an_event(), {"type": "ERROR", "object": status}))
    if sent_as == "an answer":
        server.answer = lambda _: web.json_response(status, status=410)
    failure, _ = await watched(cluster)
    assert (failure.kind, failure.message) == (
        FailureKind.EXPIRED,
        "too old resource version: 5 (9) (410)",
    )


async def test_a_watch_that_is_forbidden_says_so(server, cluster):
    server.answer = lambda _: web.json_response({"kind": "Status", "message": "no"}, status=403)
    failure, told = await watched(cluster)
    assert (failure.kind, told) == (FailureKind.FORBIDDEN, [])


async def test_what_is_not_json_ends_it(server, cluster):
    server.answer = streaming(lines(an_event()), b"<html>\n", lines(an_event()))
    failure, told = await watched(cluster)
    assert (failure.kind, told) == (FailureKind.SERVER_ERROR, [an_event()])


@pytest.mark.parametrize(
    "told",
    [
        b"[]",
        b"{}",
        b'{"type": "MODIFIED"}',
        b'{"type": "MODIFIED", "object": 7}',
        b'{"type": "MODIFIED", "object": {}}',
        b'{"type": "MODIFIED", "object": {"metadata": {"resourceVersion": 7}}}',
        b'{"type": "MOVED", "object": {"metadata": {"resourceVersion": "7"}}}',
        b'{"type": ["ADDED"], "object": {"metadata": {"resourceVersion": "7"}}}',
        b'{"type": "ERROR", "object": {"code": "410"}}',
        b'{"type": "ERROR", "object": {"code": 500, "message": "etcd"}}',
    ],
    ids=bytes.decode,
)
async def test_what_is_no_event_ends_it_as_a_failure_that_may_pass(server, cluster, told):
    server.answer = streaming(lines(an_event()), told + b"\n", lines(an_event()))
    failure, seen = await watched(cluster)
    assert (failure.transient or failure.kind is FailureKind.INVALID, seen) == (True, [an_event()])


async def test_a_line_without_an_end_is_not_kept_for_ever(server, cluster, monkeypatch):
    monkeypatch.setattr(kubernetes, "MOST_EVENT_BYTES", 1000)
    server.answer = streaming(*[b"x" * 400] * 10)
    failure, _ = await watched(cluster)
    assert failure.kind is FailureKind.SERVER_ERROR


async def test_a_connection_that_breaks_is_unreachable_and_what_came_before_is_told(server, cluster):
    async def breaking(request):
        request.transport.abort()

    server.answer = streaming(lines(an_event()), ending=breaking)
    failure, told = await watched(cluster)
    assert (failure.kind, told) == (FailureKind.UNREACHABLE, [an_event()])


async def test_a_watch_that_does_not_begin_ends_at_the_deadline_of_a_request(server, cluster):
    async def never(_):
        await server.closing.wait()

    server.answer = never
    failure, _ = await watched(cluster)
    assert failure.kind is FailureKind.UNREACHABLE


async def test_a_connection_that_falls_silent_ends_after_the_watch_should_have(server, cluster, monkeypatch):
    monkeypatch.setattr(kubernetes, "LONGEST_WATCH_SECONDS", 0.5)

    async def silent(_):
        await server.closing.wait()

    server.answer = streaming(lines(an_event()), ending=silent)
    failure, told = await watched(cluster)
    assert (failure.kind, told) == (FailureKind.UNREACHABLE, [an_event()])
