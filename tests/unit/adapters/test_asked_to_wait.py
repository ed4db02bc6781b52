"""`Retry-After`: how it is read, within which bounds, and what it holds up."""

from __future__ import annotations

import pytest
from aiohttp import web

from firstbell.adapters import asked_to_wait
from firstbell.adapters.asked_to_wait import seconds_asked
from firstbell.engine.ports import FailureKind, ObjectPath

AT = {"Date": "Sun, 29 Nov 2026 08:00:00 GMT"}


@pytest.mark.parametrize(
    ("headers", "want"),
    [
        ({}, 0),
        ({"Retry-After": "7"}, 7),
        ({"Retry-After": " 1.5 "}, 1.5),
        ({"Retry-After": "0"}, 0),
        ({"Retry-After": "-7"}, 0),
        ({"Retry-After": "86400"}, 120),
        ({"Retry-After": "inf"}, 120),
        ({"Retry-After": "nan"}, 0),
        ({"Retry-After": "soon"}, 0),
        ({"Retry-After": ""}, 0),
        ({"Retry-After": "Sun, 29 Nov 2026 08:00:30 GMT", **AT}, 30),
        ({"Retry-After": "Sun, 29 Nov 2026 09:00:00 GMT", **AT}, 120),
        ({"Retry-After": "Sun, 29 Nov 2026 07:00:00 GMT", **AT}, 0),
        ({"Retry-After": "Sun, 29 Nov 2026 08:00:30 GMT"}, 0),
        ({"Retry-After": "Sun, 29 Nov 2026 08:00:30 GMT", "Date": "today"}, 0),
    ],
    ids=str,
)
def test_seconds_or_an_instant_within_two_minutes(headers, want):
    assert seconds_asked(headers) == want


def path(name):
    return ObjectPath(group="apps", version="v1", plural="deployments", namespace="ns", name=name)


@pytest.fixture
def seconds(monkeypatch):
    found = [1000.0]
    monkeypatch.setattr(asked_to_wait, "_now", lambda: found[0])
    return found


@pytest.mark.parametrize("status", [429, 503])
async def test_one_request_waits_and_others_do_not(server, cluster, seconds, status):
    def answer(request):
        if request.method == "PATCH" and request.path.endswith("/busy"):
            return web.json_response({}, status=status, headers={"Retry-After": "30"})
        return web.json_response({"metadata": {}})

    server.answer = answer
    await cluster.merge_patch(path("busy"), {})
    held = await cluster.merge_patch(path("busy"), {})
    assert held.kind is FailureKind.THROTTLED
    assert held.message == "the API server has asked to wait with this request for 30 s"
    assert len(server.asked) == 1
    assert await cluster.merge_patch(path("free"), {}) == {"metadata": {}}
    assert await cluster.get(path("busy")) == {"metadata": {}}
    seconds[0] += 29
    assert await cluster.merge_patch(path("busy"), {}) == held, "a condition that changed would be written"
    assert len(server.asked) == 3
    seconds[0] += 2
    await cluster.merge_patch(path("busy"), {})
    assert len(server.asked) == 4


@pytest.mark.parametrize("status", [200, 404, 409, 500])
async def test_other_answers_hold_up_nothing(server, cluster, status):
    server.answer = lambda _: web.json_response({}, status=status, headers={"Retry-After": "30"})
    for _ in range(2):
        await cluster.get(path("web"))
    assert len(server.asked) == 2


async def test_what_is_over_is_forgotten(server, cluster, seconds):
    server.answer = lambda _: web.json_response({}, status=429, headers={"Retry-After": "5"})
    for name in "abc":
        await cluster.get(path(name))
    seconds[0] += 6
    await cluster.get(path("d"))
    assert len(cluster.connection._waits._until) == 1
