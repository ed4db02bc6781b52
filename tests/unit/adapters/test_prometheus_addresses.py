"""Which addresses a policy may have asked, however they are written and whatever a name leads to."""

from __future__ import annotations

import socket

import pytest
import requests

from firstbell.adapters import prometheus_addresses
from firstbell.adapters.breakable_http import Exchange
from firstbell.adapters.prometheus import PrometheusMetrics
from firstbell.adapters.prometheus_addresses import (
    AddressError,
    ForbiddenAddressError,
    addresses_of,
    allowed_addresses,
    is_forbidden,
)
from firstbell.adapters.prometheus_session import PrometheusSession
from firstbell.core.absence import Unavailable
from firstbell.engine.ports import MetricQuery
from tests.fakes import FakeCluster, ManualClock, instant

ALLOWED = allowed_addresses(
    ["http://prometheus.monitoring:9090", "https://metrics.example.org", "http://[2001:db8::1]:9090",
     "http://127.0.0.1:9090", "http://bücher.example"]
)  # fmt: skip


@pytest.mark.parametrize(
    "address",
    [
        "http://prometheus.monitoring:9090",
        "http://prometheus.monitoring:9090/prom/",
        "HTTP://Prometheus.Monitoring:9090",
        "https://metrics.example.org:443/x",
        "http://[2001:DB8:0:0::1]:9090",
        "http://xn--bcher-kva.example:80",
    ],
)
def test_the_same_server_is_allowed_however_it_is_written(address):
    assert ALLOWED.allows(address)


@pytest.mark.parametrize(
    "address",
    [
        pytest.param("https://prometheus.monitoring:9090", id="another scheme"),
        pytest.param("http://prometheus.monitoring", id="another port"),
        pytest.param("http://prometheus.monitoring.evil.example:9090", id="a longer name"),
        pytest.param("http://evil-prometheus.monitoring:9090", id="a name with the same end"),
        pytest.param("http://prometheus.monitoring.:9090", id="a name with its dot, another one to the DNS"),
        pytest.param("http://prometheus.monitoring:9090@evil.example", id="a user's name that looks like it"),
        pytest.param("http://user:word@prometheus.monitoring:9090", id="with a password"),
        pytest.param("http://evil.example\\@prometheus.monitoring:9090", id="a backslash"),
        pytest.param("http://evil.example#@prometheus.monitoring:9090", id="a fragment"),
        pytest.param("http://0x7f.1:9090", id="hexadecimal"),
        pytest.param("http://2130706433:9090", id="one number"),
        pytest.param("http://0177.0.0.1:9090", id="octal"),
        pytest.param("http://127.1:9090", id="short"),
        pytest.param("http://[::ffff:127.0.0.1]:9090", id="mapped into IPv6"),
        pytest.param("http://[::1]:9090", id="another loopback"),
        pytest.param("http://prometheus\u3002monitoring:9091", id="another dot"),
        pytest.param("http://pr\u043emetheus.monitoring:9090", id="a letter of another alphabet"),
        pytest.param("http://:9090", id="no host"),
        pytest.param("ftp://prometheus.monitoring:9090", id="no web address"),
    ],
)
def test_another_one_is_not(address):
    assert not ALLOWED.allows(address)


def test_without_a_list_any_may_be_named():
    assert allowed_addresses([]).allows("http://anywhere.example")


@pytest.mark.parametrize(
    "entry", ["prometheus:9090", "http://", "http://a/path", "http://u@a", "http://a?x", "http://*.example"]
)
def test_an_entry_that_is_no_server_is_refused_with_the_cure(entry):
    with pytest.raises(AddressError, match="Write --prometheus-allow like"):
        allowed_addresses([entry])


@pytest.mark.parametrize(
    "address",
    ["169.254.169.254", "169.254.0.1", "fe80::1", "fe80::1%eth0", "::ffff:169.254.169.254",
     "::169.254.169.254", "::ffff:0:169.254.169.254", "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::1",
     "64:ff9b:1:a9fe:a9:fe00::", "64:ff9b:1:a9:fe:a9fe::", "64:ff9b:1:0:a9:fea9:fe00:0",
     "64:ff9b:1::a9fe:a9fe", "fd00:ec2::254", "100.100.100.200"],
)  # fmt: skip
def test_link_local_and_metadata_are_forbidden_in_every_form(address):
    assert is_forbidden(address)


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1", "::1", "2001:db8::1", "169.253.0.1", "fd00::1"])
def test_others_are_not(address):
    assert not is_forbidden(address)


@pytest.mark.parametrize(
    "host", ["169.254.169.254", "0xa9.0xfea9fe", "2852039166", "0251.0376.0251.0376", "[fe80::1]"]
)
def test_odd_forms_are_read_as_the_resolver_does(host):
    with pytest.raises(ForbiddenAddressError):
        addresses_of(host, 80)


def test_a_name_that_leads_to_a_forbidden_address_is_not_connected_to(monkeypatch):
    told(monkeypatch, [["10.0.0.1", "169.254.169.254"]])
    with pytest.raises(ForbiddenAddressError):
        ask("http://rebound.example")


def test_a_name_is_resolved_once_and_what_was_looked_at_is_connected_to(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        asked = told(monkeypatch, [["127.0.0.1"], ["169.254.169.254"]])
        server.settimeout(5)
        with pytest.raises(requests.Timeout):
            ask(f"http://rebound.example:{port}")
        connection, _ = server.accept()
        connection.close()
    assert asked == ["rebound.example"]


@pytest.mark.parametrize(
    ("allowed", "address", "said"),
    [
        pytest.param(
            ALLOWED, "http://evil.example", "not among the addresses that may be asked", id="not listed"
        ),
        pytest.param(
            None, "http://169.254.169.254/latest", "a link-local or metadata address", id="forbidden"
        ),
        pytest.param(None, "http://[::ffff:a9fe:a9fe]", "a link-local or metadata address", id="in IPv6"),
    ],
)
async def test_a_metric_at_such_an_address_is_told(allowed, address, said):
    clock = ManualClock(instant("2024-09-09T08:00"))
    async with PrometheusMetrics(FakeCluster(), clock, allowed=allowed) as metrics:
        got = await metrics.read(MetricQuery(server_address=address, query="up"))
    assert isinstance(got, Unavailable)
    assert (got.reason, said in got.message) == ("AddressNotAllowed", True)
    assert "spec.metrics[].prometheus.serverAddress" in got.message


def ask(url):
    session = PrometheusSession(None, connections=1)
    return session.request("GET", url, timeout=Exchange(0.5))


def told(monkeypatch, answers):
    """The DNS says something else each time it is asked for the name; addresses are their own."""
    real, asked = socket.getaddrinfo, []

    def getaddrinfo(host, port, *args, **options):
        if not host.endswith(".example"):
            return real(host, port, *args, **options)
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in answers[len(asked) - 1]]

    monkeypatch.setattr(prometheus_addresses.socket, "getaddrinfo", getaddrinfo)
    return asked
