"""A server that is called because a policy names it takes neither memory nor time nor anybody's place."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import socket
import threading
import tracemalloc
import zlib
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from firstbell.adapters import breakable_http
from firstbell.adapters.breakable_http import Exchange
from firstbell.adapters.prometheus import AT_ONCE_OF_ONE_ASKER, FAILURES, PrometheusMetrics, _server_of
from firstbell.adapters.prometheus_addresses import Endpoint, ForbiddenAddressError, allowed_addresses
from firstbell.adapters.prometheus_session import PrometheusSession
from firstbell.core.absence import Unavailable
from firstbell.engine.ports import MetricQuery
from tests.fakes import FakeCluster, ManualClock
from tests.unit.adapters.answers import NOW, sends, vector

if TYPE_CHECKING:
    from collections.abc import Callable

MEGABYTE = 1 << 20


def bomb(megabytes: int, times: int = 1) -> bytes:
    """So many megabytes of zeros, packed so many times."""
    packing = zlib.compressobj(9, zlib.DEFLATED, 31)
    packed = b"".join(packing.compress(bytes(MEGABYTE)) for _ in range(megabytes)) + packing.flush()
    for _ in range(times - 1):
        packed = gzip.compress(packed)
    return packed


def packed_answer(body: bytes, times: int) -> bytes:
    how = ", ".join(["gzip"] * times)
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\nContent-Encoding: {how}\r\n\r\n"
    return head.encode() + body


TOO_LONG = b"HTTP/1.1 200 OK\r\nContent-Length: 9999999999\r\n\r\n"
IN_CHUNKS = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
CHUNK = b"10000\r\n" + bytes(0x10000) + b"\r\n"
HOSTILE: dict[str, Callable[[], bytes]] = {
    "200 MB in 200 kB": lambda: packed_answer(bomb(200), 1),
    "200 MB packed twice": lambda: packed_answer(bomb(200, 2), 2),
    "packed more often than anybody does": lambda: packed_answer(bomb(1, 7), 7),
    "more than it says": lambda: (
        b"HTTP/1.1 200 OK\r\nContent-Length: 9999999999\r\n\r\n" + bytes(3 * MEGABYTE)
    ),
    "chunks without end": lambda: IN_CHUNKS + CHUNK * 64,
    "a chunk of a size that is none": lambda: IN_CHUNKS + b"F" * 17 + b"\r\n",
    "a header without end": lambda: b"HTTP/1.1 200 OK\r\nX: " + b"x" * MEGABYTE,
    "headers without end": lambda: b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 100_000,
    "a status without end": lambda: b"HTTP/1.1 " + b"2" * MEGABYTE,
    "no HTTP": lambda: b"\0" * 1000,
}


@pytest.fixture
def answering():
    """Serves one connection with these bytes; gives its port."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve(said: bytes) -> int:
            def work() -> None:
                connection, _ = server.accept()
                with connection:
                    connection.recv(4096)
                    try:
                        connection.sendall(said)
                    except OSError:
                        return

            threading.Thread(target=work, daemon=True).start()
            return server.getsockname()[1]

        yield serve


@pytest.mark.parametrize("said", HOSTILE.values(), ids=HOSTILE)
def test_an_answer_takes_a_few_megabytes_at_most_and_is_a_failure_that_is_told(answering, said):
    port = answering(said())
    session = PrometheusSession(None, connections=1)
    tracemalloc.start()
    try:
        with pytest.raises(FAILURES):
            session.request("GET", f"http://127.0.0.1:{port}/api/v1/query", timeout=Exchange(9))
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
        session.close()
    assert most < 8 * MEGABYTE


@pytest.mark.parametrize(
    "address",
    [
        "http://prometheus.monitoring:9090/a",
        "HTTP://Prometheus.monitoring:9090/b/",
        "http://prometheus.monitoring:9090?x",
    ],
)
def test_one_server_named_by_many_paths_has_the_places_of_one(address):
    assert _server_of(address) == _server_of("http://prometheus.monitoring:9090")


ALLOWED = allowed_addresses(["http://prometheus.monitoring:9090", "https://metrics.example.org"])
PIECES = st.sampled_from(
    ["http://", "https://", "HTTP:", "//", "/", "prometheus.monitoring", "metrics.example.org", "[::1]",
     "evil.example", "127.1", ":9090", ":443", ":80", "@", ":", "?", "#", "%40", "%2f", "%00", "\\", "..",
     ";", "\t", "\n", " ", "\u3002", "\uff0e", "\u200b", "a@b", "&", "\r\nHost: evil.example"]
)  # fmt: skip


@given(st.lists(PIECES, max_size=8).map("".join))
@example("http://prometheus.monitoring:9090@evil.example")
@example("http://evil.example#@prometheus.monitoring:9090")
@example("http://prometheus.monitoring:9090\\@evil.example")
@example("http:prometheus.monitoring:9090")
@example("http://prometheus.monitoring:9090?@evil.example/")
def test_whatever_is_allowed_is_what_is_connected_to(address):
    """However an address is put together: the list and the client read it alike."""
    if not ALLOWED.allows(address):
        return
    asked = []

    def resolved(host, port):
        asked.append((host.strip("[]").lower(), port))
        raise ForbiddenAddressError(host)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(breakable_http, "addresses_of", resolved)
        session = PrometheusSession(None, connections=1)
        with pytest.raises(ForbiddenAddressError):
            session.request("GET", f"{address.rstrip('/')}/api/v1/query", timeout=Exchange(1))
    known = {(one.host, one.port) for one in ALLOWED.endpoints or ()}
    assert set(asked) <= known
    assert asked


def test_a_server_is_told_by_scheme_host_and_port():
    assert _server_of("https://[::1]") == str(Endpoint(scheme="https", host="::1", port=443))


def at_work() -> int:
    return sum(thread.name.startswith("call ") for thread in threading.enumerate())


async def test_servers_that_do_not_answer_take_the_places_of_those_who_named_them(server):
    """However many there are: a query of another namespace is answered."""
    server.answer = sends(vector("7"))
    with socket.create_server(("0.0.0.0", 0), backlog=1000) as silent:  # noqa: S104 - each of 127.0.1.x
        port = silent.getsockname()[1]
        theirs = [MetricQuery(server_address=f"http://127.0.1.{n}:{port}", query="up") for n in range(1, 200)]
        async with (
            PrometheusMetrics(FakeCluster(), ManualClock(NOW), seconds=20) as metrics,
            asyncio.timeout(20),
        ):
            waiting = [asyncio.create_task(metrics.read(query, "theirs")) for query in theirs]
            while at_work() < AT_ONCE_OF_ONE_ASKER:  # noqa: ASYNC110 - threads count it
                await asyncio.sleep(0.01)
            ours = await metrics.read(MetricQuery(server_address=server.url, query="up"), "ours")
            assert not isinstance(ours, Unavailable), ours
            assert at_work() <= AT_ONCE_OF_ONE_ASKER + 1
            for task in waiting:
                task.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)


DRIPS = {
    "headers": ("http", b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"),
    "promises": ("http", b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "chunks": ("http", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
    "a TLS handshake": ("https", b"\x16\x03\x03", b"\x02"),
}


@pytest.mark.parametrize(("scheme", "begins", "drips"), DRIPS.values(), ids=DRIPS)
async def test_what_drips_ends_at_the_deadline_and_keeps_no_thread(scheme, begins, drips):
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip() -> None:
            connection, _ = server.accept()
            with connection, contextlib.suppress(OSError):
                connection.sendall(begins)
                while not over.wait(0.05):
                    connection.sendall(drips)

        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        address = f"{scheme}://127.0.0.1:{server.getsockname()[1]}"
        async with PrometheusMetrics(FakeCluster(), ManualClock(NOW), seconds=0.5) as metrics:
            answer = await metrics.read(MetricQuery(server_address=address, query="up"))
            async with asyncio.timeout(10):
                while at_work():  # noqa: ASYNC110 - threads count it
                    await asyncio.sleep(0.01)
        over.set()
        thread.join(5)
    assert isinstance(answer, Unavailable)
    assert answer.reason == "Timeout"
