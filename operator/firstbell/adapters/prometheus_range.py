"""The past of a load from Prometheus: one query over a range, asked for in pieces that it answers.

Prometheus gives no more than 11,000 points an answer, so a year at 15 seconds is 211 requests, one after the
other, each with its own deadline. A time at which it has no value is left out of its answer: that is how
a gap comes out, and it has looked back five minutes by itself then.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Timer
from typing import TYPE_CHECKING, Any, NamedTuple

import requests
from prometheus_api_client import PrometheusConnect

from firstbell.adapters.breakable_http import Exchange
from firstbell.adapters.prometheus import FAILURES, WHOLE, why_not
from firstbell.adapters.prometheus_session import BearerToken, PrometheusSession
from firstbell.adapters.prometheus_trouble import Asked, Places, Trouble, told

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from firstbell.core import Unavailable

MOST_POINTS = 10_000
READ_SECONDS = 60.0
"""For one piece. Prometheus itself gives up after two minutes, unless told otherwise."""
PLACES = Places(
    address="--prometheus",
    query="--query",
    token="a file with one by --token-file",  # noqa: S106 - words
    ca="Give its CA by --prometheus-ca.",
)
_ONE = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class RangeQuery:
    """What is asked over [start, end), in seconds since 1970, at every whole multiple of `step` seconds."""

    server_address: str
    query: str
    start: int
    end: int
    step: int
    token: str | None = field(default=None, repr=False)
    ca_bundle: Path | None = None


def pieces(query: RangeQuery) -> Iterator[tuple[int, int]]:
    """Yield the first and the last time of each request, both included."""
    first = -(-query.start // query.step) * query.step
    while first < query.end:
        last = min(first + (MOST_POINTS - 1) * query.step, (query.end - 1) // query.step * query.step)
        yield first, last
        first = last + query.step


class Points(NamedTuple):
    """Values by second since 1970, ascending: two arrays, because a year has two million."""

    seconds: array[int]
    values: array[float]


def read_range(query: RangeQuery, seconds: float = READ_SECONDS) -> Points | Unavailable:
    """Return the values of the range, or why there are none. `seconds` is the deadline of each piece."""
    asked = Asked(address=told(query.server_address), secret=None, token=query.token, places=PLACES)
    found = Points(array("q"), array("d"))
    with PrometheusSession(query.ca_bundle, connections=1) as session:
        auth = BearerToken(query.token) if query.token else None
        connect = PrometheusConnect(url=query.server_address.rstrip("/"), session=session, auth=auth)
        for first, last in pieces(query):
            try:
                series = _asked(connect, query, first, last, seconds)
                trouble = _take(found, series, asked, range(first, last + 1))
            except FAILURES as error:
                return why_not(error, asked)
            if trouble is not None:
                return trouble
    if not found.seconds:
        cure = f"Check {PLACES.query}, and that it keeps data for so long."
        return asked.trouble(Trouble.EMPTY_RESULT, f"has no value in that time. {cure}")
    return found


def _asked(connect: PrometheusConnect, query: RangeQuery, first: int, last: int, seconds: float) -> Any:
    exchange = Exchange(seconds)
    # Whatever the server does, the exchange ends: reads alone have a timeout each.
    ending = Timer(seconds, exchange.break_off)
    ending.daemon = True
    ending.start()
    try:
        return connect.custom_query_range(
            query.query,
            start_time=datetime.fromtimestamp(first, UTC),
            end_time=datetime.fromtimestamp(last, UTC),
            step=str(query.step),
            params=dict(WHOLE),
            timeout=exchange,
        )
    except requests.RequestException as error:
        if exchange.over:
            raise requests.ReadTimeout from error
        raise
    finally:
        ending.cancel()


def _take(found: Points, series: Any, asked: Asked, times: range) -> Unavailable | None:
    """Add the values of the only series; raises one of FAILURES where that is not what came."""
    if len(series) > _ONE and isinstance(series[0], dict):
        cure = f"Aggregate it in {PLACES.query}, for example with sum()."
        return asked.trouble(Trouble.SEVERAL_SAMPLES, f"gives {len(series)} series for the query. {cure}")
    for one in series:
        # Of anything but a matrix these are no mappings, which is an error of FAILURES, too.
        for at, value in one["values"]:
            if int(at) not in times:
                cure = f"Check what answers at {PLACES.address}, and caches in between."
                return asked.trouble(Trouble.STALE, f"answers with a sample of another time. {cure}")
            found.seconds.append(int(at))
            found.values.append(float(value))
    return None
