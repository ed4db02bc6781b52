"""The Prometheus adapter over real HTTP: what it sends, and how each failure comes back as a value."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
from fractions import Fraction

import pytest
from aiohttp import web

from firstbell.adapters.prometheus import CaBundleError, PrometheusMetrics, check_ca_bundle
from firstbell.adapters.prometheus_session import MOST_BYTES
from firstbell.core.absence import Unavailable
from firstbell.engine.ports import MetricQuery
from tests.fakes import FakeCluster, ManualClock
from tests.unit.adapters.answers import NOW, answer, error, scalar, sends, vector
from tests.unit.adapters.test_prometheus_tokens import KEY, renew, secret

SOON = 0.3
LONG = 20.0
"""Longer than any test; none waits for it."""


@pytest.fixture
def secrets():
    return FakeCluster()


@pytest.fixture
def clock():
    return ManualClock(NOW)


@pytest.fixture
async def metrics(secrets, clock):
    async with PrometheusMetrics(secrets, clock, seconds=LONG) as adapter:
        yield adapter


@pytest.fixture
async def hasty(secrets, clock):
    """The adapter with a deadline that tests can wait for."""
    async with PrometheusMetrics(secrets, clock, seconds=SOON) as adapter:
        yield adapter


def asking(url: str, query: str = "sum(pupils_online)", token=None) -> MetricQuery:
    return MetricQuery(server_address=url, query=query, token=token)


async def test_a_query_is_asked_as_prometheus_wants_it(server, metrics):
    server.answer = sends(vector("350.5"))
    assert await metrics.read(asking(server.url, 'sum(up{job="lms"})')) == Fraction(701, 2)
    method, path, query, headers, _ = server.asked[0]
    assert (method, path, query["query"]) == ("GET", "/api/v1/query", 'sum(up{job="lms"})')
    # The real one refuses 18.000s; tests/cluster asks it.
    assert 0 < int(query["timeout"].removesuffix("ms")) < LONG * 1000
    assert (query["partial_response"], query["deny_partial_response"]) == ("false", "1")
    assert (headers["User-Agent"], headers["Accept-Encoding"]) == ("firstbell", "identity")
    assert "Authorization" not in headers


async def test_a_scalar_is_a_value(server, metrics):
    server.answer = sends(scalar("12"))
    assert await metrics.read(asking(server.url)) == 12


async def test_a_prefix_and_a_slash_at_the_end_of_an_address_are_kept_apart(server, metrics):
    server.answer = sends(vector("1"))
    await metrics.read(asking(f"{server.url}/select/0/prometheus/"))
    assert server.asked[0][1] == "/select/0/prometheus/api/v1/query"


PARSE_ERROR = 'invalid parameter "query": 1:5: parse error: unexpected end of input'
ANSWERS = {
    "400 with a message": (sends(error("bad_data", PARSE_ERROR), 400), "QueryRefused",
                           f"refuses the query (400): {PARSE_ERROR}. Correct"),
    "422": (sends(error("execution", "many-to-many matching"), 422), "QueryRefused", "many-to-many matching"),
    "a message over lines, in colours": (sends(error("bad_data", "a\n\x1b[31mb\u202e" + "c" * 999), 400),
                                         "QueryRefused", r"(400): a \x1b[31mb\u202eccc"),
    "401": (sends("no", 401), "Unauthorized", "wants a token (401). Name a Secret"),
    "403": (sends("no", 403), "Forbidden", "does not allow the query (403). Check what the token"),
    "404 of a page": (sends("<html>not here</html>", 404), "NotPrometheus", "has no /api/v1/query (404)"),
    "404 of Mimir": (sends(error("not_found", "no such tenant"), 404), "QueryRefused", "no such tenant"),
    "429": (sends("slow down", 429), "ServerError", "is in trouble (429)"),
    "500": (sends(error("internal", "out of disk"), 500), "ServerError", "(500): out of disk. Look"),
    "502 of a proxy": (sends("<html>bad gateway</html>", 502), "ServerError", "is in trouble (502). Look"),
    "503 that took too long": (sends(error("timeout", "query timed out"), 503), "Timeout", "needs too long"),
    "a redirect": (sends("", 302, Location="https://login.example/?a=b"), "Redirected",
                   "to https://login.example/?a=b. Redirects are not followed"),
    "no body": (sends(""), "NotPrometheus", "none of Prometheus"),
    "a page": (sends("<html>welcome</html>"), "NotPrometheus", "none of Prometheus"),
    "JSON of something else": (sends({"kind": "Status"}), "NotPrometheus", "none of Prometheus"),
    "a list": (sends([1]), "NotPrometheus", "none of Prometheus"),
    "JSON without end": (sends("[" * 100_000), "NotPrometheus", "none of Prometheus"),
    "a number without end": (sends("1" * 100_000), "NotPrometheus", "none of Prometheus"),
    "an error with 200": (sends(error("internal", "x")), "NotPrometheus", "none of Prometheus"),
    "nothing": (sends(answer("vector", [])), "EmptyResult", "Either nothing matches it"),
    "ten series": (sends(vector(*map(str, range(10)))), "SeveralSamples", "10 samples"),
    "NaN": (sends(vector("NaN")), "NotANumber", "'NaN'"),
    "an old sample": (sends(vector("1", at=NOW.timestamp() - 400)), "Stale", "five minutes"),
    "more than anybody reads": (sends(" " * MOST_BYTES + "1"), "TooLarge", "more than 1 MiB"),
}  # fmt: skip


@pytest.mark.parametrize(("sent", "reason", "says"), ANSWERS.values(), ids=ANSWERS)
async def test_each_failure_is_a_reason_and_a_sentence_with_the_servers_address(
    server, metrics, sent, reason, says
):
    server.answer = sent
    found = await metrics.read(asking(server.url))
    assert (found.reason, found.message[: 14 + len(server.url)]) == (reason, f"Prometheus at {server.url}")
    assert says in found.message
    assert found.message.isprintable()
    assert len(found.message) < 700
    assert len(server.asked) == 1


async def test_a_redirect_is_not_followed_and_the_token_stays(server, metrics, secrets):
    secrets.put("", "secrets", secret())
    server.answer = lambda request: web.Response(
        status=307, headers={"Location": f"{server.url}/elsewhere?{request.query_string}"}
    )
    assert (await metrics.read(asking(server.url, token=KEY))).reason == "Redirected"
    assert [asked[1] for asked in server.asked] == ["/api/v1/query"]


# Time, size and connections


async def hanging(server):
    await server.closing.wait()
    return web.Response()


async def test_a_server_that_hangs_is_given_up(server, hasty):
    server.answer = lambda _: hanging(server)
    found = await hasty.read(asking(server.url))
    assert found.reason == "Timeout"
    assert "gave no answer in time" in found.message


class Raw:
    """A server whose bytes a test chooses; `serve` gets the streams of each connection."""

    def __init__(self, serve) -> None:
        self.connections = 0
        self.closed = asyncio.Event()
        self._serve = serve
        self._serving = set()

    async def __aenter__(self):
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_):
        self._server.close()
        for task in self._serving:
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)

    async def _accept(self, reader, writer):
        self.connections += 1
        self._serving.add(asyncio.current_task())
        try:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
                await self._serve(reader, writer)
        finally:
            self.closed.set()
            writer.close()


async def dripping_headers(reader, writer):
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\nX-A: ")
    while not reader.at_eof():
        writer.write(b"a")
        await writer.drain()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(reader.read(1), 0.02)


async def dripping_body(reader, writer):
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
    while not reader.at_eof():
        writer.write(b" ")
        await writer.drain()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(reader.read(1), 0.02)


@pytest.mark.parametrize("serve", [dripping_headers, dripping_body], ids=["headers", "body"])
async def test_a_server_that_sends_a_byte_now_and_then_holds_no_thread(hasty, serve):
    async with Raw(serve) as raw:
        found = await hasty.read(asking(raw.url))
        assert found.reason == "Timeout"
        async with asyncio.timeout(5):
            await raw.closed.wait()


async def test_a_stop_ends_what_is_under_way(secrets, clock):
    arrived = asyncio.Event()

    async def serve(reader, _writer):
        await reader.readuntil(b"\r\n\r\n")
        arrived.set()
        await reader.read(1)

    async with Raw(serve) as raw:
        async with PrometheusMetrics(secrets, clock, seconds=LONG) as metrics:
            reading = asyncio.create_task(metrics.read(asking(raw.url)))
            await arrived.wait()
            reading.cancel()
        async with asyncio.timeout(5):
            await raw.closed.wait()
    assert reading.cancelled()


async def test_nobody_there_is_unreachable_and_says_why(metrics, unused_port):
    found = await metrics.read(asking(f"http://127.0.0.1:{unused_port}"))
    assert found.reason == "Unreachable"
    assert "cannot be reached: connection refused. Check spec.metrics[]" in found.message


@pytest.fixture
def unused_port():
    import socket  # noqa: PLC0415

    with socket.socket() as here:
        here.bind(("127.0.0.1", 0))
        return here.getsockname()[1]


ADDRESSES = {
    "a name that nobody has": ("http://prometheus.invalid:9090", "its name is not known"),
    "a port that is none": ("http://127.0.0.1:99999", "that is no address"),
    "a bracket too few": ("http://[::1", "that is no address"),
    "a host with an empty label": ("http://a..b:9090", "that is no address"),
}


@pytest.mark.parametrize(("address", "says"), ADDRESSES.values(), ids=ADDRESSES)
async def test_an_address_that_leads_nowhere_is_told(metrics, address, says):
    found = await metrics.read(asking(address))
    assert found.reason == "Unreachable"
    assert says in found.message


async def test_a_server_that_drops_every_connection_is_tried_twice(metrics):
    async def serve(reader, _writer):
        await reader.readuntil(b"\r\n\r\n")

    async with Raw(serve) as raw:
        found = await metrics.read(asking(raw.url))
    assert (found.reason, raw.connections) == ("Unreachable", 2)


async def test_a_kept_connection_that_was_closed_costs_no_reading(metrics):
    async def serve(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        body = str(scalar("7")).replace("'", '"').encode()
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
        await reader.readuntil(b"\r\n\r\n")  # and then it closes without an answer

    async with Raw(serve) as raw:
        assert await metrics.read(asking(raw.url)) == 7
        assert await metrics.read(asking(raw.url)) == 7
    assert raw.connections == 2


async def test_one_connection_serves_one_query_after_the_other(metrics):
    async def serve(reader, writer):
        while True:
            await reader.readuntil(b"\r\n\r\n")
            body = str(scalar("7")).replace("'", '"').encode()
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))

    async with Raw(serve) as raw:
        for number in range(5):
            assert await metrics.read(asking(raw.url, f"q{number}")) == 7
        await metrics.__aexit__(None, None, None)
    assert raw.connections == 1


async def test_at_most_eight_ask_one_server_and_the_others_wait(server, metrics):
    inside, most = 0, 0
    go = asyncio.Event()

    async def serve():
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        await go.wait()
        inside -= 1
        return web.json_response(vector("1"))

    server.answer = lambda _: serve()
    reading = [asyncio.create_task(metrics.read(asking(server.url, f"q{n}"))) for n in range(20)]
    while inside < 8:  # noqa: ASYNC110 - a count
        await asyncio.sleep(0.001)
    go.set()
    assert set(await asyncio.gather(*reading)) == {Fraction(1)}
    assert most == 8


async def test_a_server_that_hangs_keeps_nobody_from_asking_another_one(server, metrics):
    async def serve(reader, _writer):
        await reader.read()

    server.answer = sends(vector("1"))
    async with Raw(serve) as raw:
        hanging_on = [asyncio.create_task(metrics.read(asking(raw.url, f"q{n}"))) for n in range(100)]
        while raw.connections < 8:  # noqa: ASYNC110 - a count
            await asyncio.sleep(0.001)
        async with asyncio.timeout(5):
            assert await metrics.read(asking(server.url)) == 1
        assert (raw.connections, any(task.done() for task in hanging_on)) == (8, False)
        for task in hanging_on:
            task.cancel()
        await asyncio.gather(*hanging_on, return_exceptions=True)


async def test_environment_and_cookies_have_no_say(server, metrics, monkeypatch, tmp_path):
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login a password b\n")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    server.answer = sends(vector("1"), **{"Set-Cookie": "session=1"})
    for _ in range(2):
        assert await metrics.read(asking(server.url)) == 1
    assert not any({"Authorization", "Cookie"} & set(headers) for *_, headers, _ in server.asked)


# Tokens


def wants(server, token: str):
    def answer_to(request):
        if request.headers.get("Authorization") != f"Bearer {token}":
            said = f"not {request.headers.get('Authorization')}"
            return web.json_response(error("unauthorized", said), status=401)
        return web.json_response(vector("5"))

    server.answer = answer_to


async def test_the_token_of_a_marked_secret_is_sent(server, metrics, secrets):
    secrets.put("", "secrets", secret("s3cret"))
    wants(server, "s3cret")
    assert await metrics.read(asking(server.url, token=KEY)) == 5
    assert await metrics.read(asking(server.url, "other", token=KEY)) == 5
    assert secrets.counted("GET") == 1


async def test_without_its_mark_nothing_is_sent(server, metrics, secrets):
    secrets.put("", "secrets", secret("s3cret", team="a"))
    assert (await metrics.read(asking(server.url, token=KEY))).reason == "SecretNotLabelled"
    assert server.asked == []


async def test_a_renewed_token_is_read_after_a_401_and_asked_with_at_once(server, metrics, secrets, clock):
    secrets.put("", "secrets", secret("old"))
    wants(server, "old")
    assert await metrics.read(asking(server.url, token=KEY)) == 5
    renew(secrets, "new")
    wants(server, "new")
    clock.set(NOW.replace(second=30))
    assert await metrics.read(asking(server.url, token=KEY)) == 5
    assert [headers["Authorization"] for *_, headers, _ in server.asked] == [
        "Bearer old",
        "Bearer old",
        "Bearer new",
    ]


async def test_a_wrong_token_is_told_with_its_secret_and_not_asked_with_twice(server, metrics, secrets):
    secrets.put("", "secrets", secret("s3cret"))
    wants(server, "another")
    found = await metrics.read(asking(server.url, token=KEY))
    assert (found.reason, len(server.asked)) == ("Unauthorized", 1)
    assert "refuses the token (401). Renew key token of Secret prometheus." in found.message


async def test_a_secret_that_is_gone_when_its_token_is_refused_is_told(server, metrics, secrets, clock):
    secrets.put("", "secrets", secret("s3cret"))
    wants(server, "s3cret")
    await metrics.read(asking(server.url, token=KEY))
    secrets.remove("", "secrets", KEY.namespace, KEY.name)
    wants(server, "another")
    clock.set(NOW.replace(second=30))
    assert (await metrics.read(asking(server.url, token=KEY))).reason == "SecretNotFound"


async def test_a_server_that_repeats_the_token_does_not_bring_it_into_a_message(
    server, metrics, secrets, caplog
):
    caplog.set_level("DEBUG")
    secrets.put("", "secrets", secret("s3cret"))
    server.answer = lambda request: web.json_response(
        error("bad_data", f"I know {request.headers['Authorization']}"), status=400
    )
    found = await metrics.read(asking(server.url, token=KEY))
    assert "(400): I know Bearer (token). Correct" in found.message
    assert "s3cret" not in caplog.text


async def test_a_password_in_an_address_is_used_and_not_told(server, metrics):
    server.answer = sends("no", 500)
    found = await metrics.read(asking(server.url.replace("http://", "http://lms:hush@")))
    assert server.asked[0][3]["Authorization"].startswith("Basic ")
    assert f"Prometheus at {server.url} is in trouble" in found.message


# TLS


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for 127.0.0.1 that nobody has signed, with its key in the same file."""
    path = tmp_path_factory.mktemp("tls") / "loopback.pem"
    made = subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
         "-subj", "/CN=loopback", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2",
         "-keyout", str(path), "-out", str(path.with_suffix(".crt"))],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    path.write_text(path.read_text() + path.with_suffix(".crt").read_text())
    return path


async def nine(_):
    return web.json_response(vector("9"))


@pytest.fixture
async def secure(certificate):
    import ssl  # noqa: PLC0415

    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    app = web.Application()
    app.router.add_get("/api/v1/query", nine)
    runner = web.AppRunner(app, shutdown_timeout=0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
    yield f"https://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


async def test_a_certificate_of_a_ca_of_ones_own_is_trusted_when_it_is_given(
    secure, certificate, secrets, clock
):
    bundle = certificate.with_suffix(".crt")
    check_ca_bundle(bundle)
    async with PrometheusMetrics(secrets, clock, ca_bundle=bundle, seconds=LONG) as metrics:
        assert await metrics.read(asking(secure)) == 9


async def test_an_unknown_certificate_is_told_with_the_setting_that_helps(secure, metrics):
    found = await metrics.read(asking(secure))
    assert found.reason == "Unreachable"
    assert "has a certificate that is not trusted: " in found.message
    assert "--prometheus-ca" in found.message


async def test_plain_http_for_https_is_told(server, metrics):
    found = await metrics.read(asking(server.url.replace("http://", "https://")))
    assert found.reason == "Unreachable"
    assert "does not speak TLS as it should" in found.message


def test_a_bundle_that_is_none_is_told_before_the_start(tmp_path):
    empty = tmp_path / "ca.pem"
    empty.write_text("no certificate")
    with pytest.raises(CaBundleError, match=r"ca\.pem cannot be used: it holds no certificate in PEM form"):
        check_ca_bundle(empty)
    with pytest.raises(CaBundleError, match="No such file or directory"):
        check_ca_bundle(tmp_path / "missing.pem")


async def test_every_failure_is_a_value_that_can_be_told_apart(server, metrics):
    server.answer = sends(vector("NaN"))
    first, second = [await metrics.read(asking(server.url)) for _ in range(2)]
    assert isinstance(first, Unavailable)
    assert first == second
