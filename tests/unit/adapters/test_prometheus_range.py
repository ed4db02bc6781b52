"""A load of the past from Prometheus: in pieces, with gaps as gaps, and each failure told with its cure."""

from __future__ import annotations

import asyncio
import json
from itertools import pairwise
from math import isnan

import pytest
from aiohttp import web

from firstbell.adapters.prometheus_range import MOST_POINTS, RangeQuery, pieces, read_range
from firstbell.adapters.prometheus_session import MOST_BYTES
from firstbell.core.absence import Unavailable
from tests.unit.adapters.answers import answer, error, sends

START = 1_587_340_800  # a multiple of 15
BEARER = "s3cret"


def a_query(url: str = "http://prometheus", **fields) -> RangeQuery:
    defaults = {"server_address": url, "query": "sum(online)", "start": START, "end": START + 60, "step": 15}
    return RangeQuery(**defaults | fields)


def matrix(*points: tuple[int, str], series: int = 1) -> dict:
    values = [[START + second, value] for second, value in points]
    return answer("matrix", [{"metric": {"pod": str(n)}, "values": values} for n in range(series)])


async def read(url: str, *, seconds: float = 20, **fields):
    return await asyncio.to_thread(read_range, a_query(url, **fields), seconds)


def test_a_range_is_asked_for_in_pieces_that_follow_each_other():
    year = list(pieces(a_query(start=START, end=START + 365 * 86_400)))
    assert len(year) == 211
    assert year[0] == (START, START + (MOST_POINTS - 1) * 15)
    assert all(later[0] - earlier[1] == 15 for earlier, later in pairwise(year))
    assert year[-1][1] == START + 365 * 86_400 - 15


@pytest.mark.parametrize(
    ("start", "end", "want"),
    [
        (START, START + 60, [(START, START + 45)]),
        (START + 1, START + 61, [(START + 15, START + 60)]),
        (START + 1, START + 15, []),
        (START, START + 1, [(START, START)]),
    ],
)
def test_times_are_whole_multiples_of_the_step_and_the_end_is_out(start, end, want):
    assert list(pieces(a_query(start=start, end=end))) == want


async def test_values_come_with_their_seconds_and_gaps_stay_gaps(server):
    server.answer = sends(matrix((0, "350"), (15, "0.1"), (45, "NaN")))
    points = await read(server.url)
    assert list(points.seconds) == [START, START + 15, START + 45]
    assert list(points.values[:2]) == [350.0, 0.1]
    assert isnan(points.values[2])
    (method, path, query, headers, _) = server.asked[0]
    assert (method, path) == ("GET", "/api/v1/query_range")
    assert (query["query"], query["step"]) == ("sum(online)", "15")
    assert (int(query["start"]), int(query["end"])) == (START, START + 45)
    assert query["partial_response"] == "false"
    assert "Authorization" not in headers


async def test_pieces_are_put_together_and_an_empty_one_is_a_gap(server):
    def piece(request):
        first = int(request.query["start"])
        empty = first != START
        return web.Response(text=json.dumps(answer("matrix", []) if empty else matrix((0, "1"))))

    server.answer = piece
    points = await read(server.url, end=START + 15 * (MOST_POINTS + 1))
    assert len(server.asked) == 2
    assert list(points.values) == [1.0]


async def test_a_token_is_sent_and_never_told(server):
    server.answer = sends(error("forbidden", "token s3cret has no right"), 403)
    found = await read(server.url, token=BEARER)
    assert server.asked[0][3]["Authorization"] == "Bearer s3cret"
    assert "s3cret" not in found.message
    assert "s3cret" not in repr(a_query(token=BEARER))


TROUBLES = {
    "a query that is none": (sends(error("bad_data", "no"), 400), "QueryRefused", "Correct --query"),
    "no token": (sends("", 401), "Unauthorized", "Name a file with one by --token-file."),
    "another server": (sends("hello"), "NotPrometheus", "Check --prometheus: the address"),
    "a redirect": (sends("", 302, Location="http://x/"), "Redirected", "address into --prometheus."),
    "trouble": (sends(error("internal", "disk"), 500), "ServerError", "is in trouble (500): disk"),
    "nothing": (sends(answer("matrix", [])), "EmptyResult", "has no value in that time. Check --query"),
    "two series": (sends(matrix((0, "1"), series=2)), "SeveralSamples", "gives 2 series for the query."),
    "too much": (sends("x" * (MOST_BYTES + 1)), "TooLarge", "more than 1 MiB"),
    "no matrix": (sends(answer("scalar", [START, "1"])), "NotPrometheus", "none of Prometheus"),
}  # fmt: skip


@pytest.mark.parametrize("name", TROUBLES)
async def test_each_failure_is_told_with_its_cure(server, name):
    server.answer, reason, said = TROUBLES[name]
    found = await read(server.url)
    assert isinstance(found, Unavailable)
    assert found.reason == reason
    assert said in found.message


async def test_a_refused_token_is_told(server):
    server.answer = sends("", 401)
    found = await read(server.url, token=BEARER)
    assert "refuses the token (401). Renew it." in found.message


async def test_a_server_that_never_ends_is_not_waited_for(server):
    async def drips(request):
        response = web.StreamResponse()
        await response.prepare(request)
        while not server.closing.is_set():
            await response.write(b" ")
            await asyncio.sleep(0.02)
        return response

    server.answer = drips
    found = await read(server.url, seconds=0.3)
    assert found.reason == "Timeout"


async def test_nobody_there_is_told():
    found = await read("http://127.0.0.1:9")
    assert found.reason == "Unreachable"
    assert "Check --prometheus" in found.message


@pytest.mark.parametrize("second", [-15, 60, 86_400])
async def test_a_sample_of_another_time_than_was_asked_for_is_stale(server, second):
    server.answer = sends(matrix((0, "1"), (second, "2")))
    found = await read(server.url)
    assert (found.reason, "a sample of another time" in found.message) == ("Stale", True)
