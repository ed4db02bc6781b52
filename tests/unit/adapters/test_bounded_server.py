"""Whoever reaches the pod's ports keeps nobody else from them, and takes no more than a little of it."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
import urllib.error
import urllib.request

import pytest

from firstbell.adapters import bounded_server, exposition, metrics_server
from firstbell.adapters.bounded_server import BoundedServer, one_at_a_time
from firstbell.adapters.metrics_server import serving_metrics
from firstbell.adapters.telemetry import PrometheusTelemetry
from tests.cluster.stand_ins import free_port

MOST = 4


@pytest.fixture
def few(monkeypatch):
    monkeypatch.setattr(BoundedServer, "most_connections", MOST)


@pytest.fixture
def hasty(monkeypatch):
    monkeypatch.setattr(BoundedServer, "connection_seconds", 0.2)


def told(_environ, start_response):
    start_response("200 OK", [("Content-Length", "2")])
    return [b"ok"]


def read(port: int, address: str = "127.0.0.1") -> bytes:
    host = f"[{address}]" if ":" in address else address
    with urllib.request.urlopen(f"http://{host}:{port}/metrics", timeout=10) as answer:
        return answer.read()


@pytest.fixture
def port():
    chosen = free_port()
    with serving_metrics(told, "127.0.0.1", chosen):
        yield chosen


@pytest.fixture
def silent(port):
    """Opens connections on which nothing is said."""
    with contextlib.ExitStack() as opened:

        def connect(number: int) -> list[socket.socket]:
            return [
                opened.enter_context(socket.create_connection(("127.0.0.1", port), timeout=10))
                for _ in range(number)
            ]

        yield connect


@pytest.mark.usefixtures("few")
def test_however_many_connections_are_held_open_a_new_one_is_answered(port, silent):
    held = silent(5 * MOST)
    assert read(port) == b"ok"
    threads = [each for each in threading.enumerate() if "process_request_thread" in each.name]
    assert len(threads) <= MOST + 1
    assert held[0].recv(1) == b"", "the oldest was ended"


@pytest.mark.usefixtures("few")
def test_who_opens_many_connections_ends_his_own_and_nobody_elses(port, silent):
    """The kubelet is another address, and a probe may wait for its answer while somebody goes on opening."""
    try:
        probe = socket.create_connection(("127.0.0.1", port), timeout=10, source_address=("127.0.0.2", 0))
    except OSError as error:
        pytest.skip(f"one address of our own is all there is here: {error}")
    with probe:
        held = silent(5 * MOST)
        assert held[-MOST - 1].recv(1) == b"", "all were taken up"
        probe.sendall(b"GET /metrics HTTP/1.1\r\n\r\n")
        assert probe.recv(12) == b"HTTP/1.0 200"


@pytest.mark.usefixtures("hasty")
def test_a_connection_ends_at_its_deadline_though_it_sends_a_byte_now_and_then(silent):
    (one,) = silent(1)
    one.settimeout(0.05)
    sent = b"GET /metrics HTTP/1.1\r\nX-Slow: " + b"x" * 1000
    for byte in sent:
        with contextlib.suppress(TimeoutError):
            one.sendall(bytes([byte]))
            if one.recv(1) == b"":
                break
    else:
        pytest.fail("it was served to the end")


def test_who_asks_and_does_not_read_leaves_no_line_in_the_log(monkeypatch, capfd):
    monkeypatch.setattr(metrics_server._Handler, "timeout", 0.1)
    ended = threading.Event()
    whole = BoundedServer.shutdown_request
    monkeypatch.setattr(BoundedServer, "shutdown_request", lambda *given: (whole(*given), ended.set()))
    body = b"x" * 20_000_000
    chosen = free_port()

    def much(_environ, start_response):
        start_response("200 OK", [("Content-Length", str(len(body)))])
        return [body]

    with serving_metrics(much, "127.0.0.1", chosen), socket.socket() as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        one.connect(("127.0.0.1", chosen))
        one.sendall(b"GET /metrics HTTP/1.1\r\n\r\n")
        assert ended.wait(30)
    assert capfd.readouterr().err == ""


def test_of_large_answers_one_is_held_at_a_time_however_many_ask_and_do_not_read(monkeypatch):
    """Of 10,000 workloads one is 25 MB, and a pod has 256 MiB."""
    monkeypatch.setattr(exposition, "KEPT_BYTES", 1000)
    monkeypatch.setattr(exposition, "REST_FACTOR", 0)
    monkeypatch.setattr(metrics_server._Handler, "timeout", 3)
    telemetry, chosen = PrometheusTelemetry(), free_port()
    for number in range(100_000):
        telemetry.planned_peak(f"ns/{number}", 1)
    with serving_metrics(telemetry.app, "127.0.0.1", chosen), contextlib.ExitStack() as opened:
        heads = []
        for _ in range(3):
            one = opened.enter_context(socket.socket())
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            one.settimeout(30)
            one.connect(("127.0.0.1", chosen))
            one.sendall(b"GET /metrics HTTP/1.1\r\n\r\n")
            heads.append(one.recv(12))
        assert heads == [b"HTTP/1.0 200", b"HTTP/1.0 503", b"HTTP/1.0 503"]

        until = time.monotonic() + 30
        while time.monotonic() < until:  # the first is given up, and the next one is answered whole
            with contextlib.suppress(urllib.error.HTTPError):
                assert read(chosen).count(b"planned_peak_replicas{") == 100_000
                break
            time.sleep(0.2)
        else:
            pytest.fail("nobody is answered any more")


@pytest.mark.usefixtures("hasty")
def test_a_server_serves_on_after_it_ended_others(port, silent):
    for one in silent(3):
        assert one.recv(1) == b""
    assert read(port) == b"ok"


def test_it_listens_on_ipv6_where_it_is_told_so():
    chosen = free_port()
    try:
        with serving_metrics(told, "::1", chosen):
            assert read(chosen, "::1") == b"ok"
    except OSError as error:
        pytest.skip(f"no IPv6 here: {error}")


def test_one_answer_is_made_at_a_time():
    at_work, most, lock = 0, 0, threading.Lock()
    met = threading.Event()

    def app(_environ, _start_response):
        nonlocal at_work, most
        with lock:
            at_work += 1
            most = max(most, at_work)
        met.wait(0.02)
        with lock:
            at_work -= 1
        return []

    alone = one_at_a_time(app)
    threads = [threading.Thread(target=alone, args=({}, None)) for _ in range(5)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert most == 1


def test_the_bounds_leave_room_for_probes_and_scrapes():
    """Prometheus gives up a scrape after ten seconds, the kubelet a probe of the chart after five."""
    assert bounded_server.CONNECTION_SECONDS > 10 > metrics_server.CLIENT_SECONDS
    assert bounded_server.MOST_CONNECTIONS > 10
    assert BoundedServer.request_queue_size > bounded_server.MOST_CONNECTIONS
