"""The adapter and a real Prometheus: what it says of queries, and what becomes of a value on its way.

No control plane is needed. Secrets are in memory here; `test_live_metrics.py` has real ones.
"""

from __future__ import annotations

import asyncio
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

from firstbell.adapters.prometheus import PrometheusMetrics
from firstbell.clock import SystemClock
from firstbell.core.absence import Unavailable
from firstbell.engine.ports import MetricQuery
from tests.cluster.waiting import until
from tests.fakes import FakeCluster
from tests.unit.adapters.test_prometheus_tokens import KEY, secret

if TYPE_CHECKING:
    from firstbell.engine.ports import SecretKey
    from tests.cluster.prometheus import Exporter, Gate, Prometheus


def asked(
    url: str, query: str, *, seconds: float = 20, token: SecretKey | None = None
) -> Fraction | Unavailable:
    """What the adapter says."""
    secrets = FakeCluster()
    secrets.put("", "secrets", secret("s3cret"))

    async def ask() -> Fraction | Unavailable:
        async with PrometheusMetrics(secrets, SystemClock(), seconds=seconds) as metrics:
            return await metrics.read(MetricQuery(server_address=url, query=query, token=token))

    return asyncio.run(ask())


VALUES = {
    "a sum": ("sum(pupils_online)", Fraction(4200)),
    "a value that no float holds in binary": ("max(latency_seconds)", Fraction(1, 10)),
    "a scalar": ("scalar(sum(pupils_online)) / 8", Fraction(525)),
    "a large number": ("vector(1e21)", Fraction(10**21)),
    "a negative one": ("vector(-2.5)", Fraction(-5, 2)),
    "a default for nothing": ("sum(nothing) or vector(0)", Fraction(0)),
}

TROUBLES = {
    "an open bracket": ("sum(", "QueryRefused", "parse error: unclosed left parenthesis"),
    "a function that refuses": ('label_replace(vector(1),"a","$1","x","(")', "QueryRefused", "(422)"),
    "nothing": ("sum(nothing)", "EmptyResult", "no sample"),
    "ten series": ("online_by_pod", "SeveralSamples", "gives 10 samples"),
    "a range": ("pupils_online[1m]", "NotAVector", "rate()"),
    "zero by zero": ("vector(0) / vector(0)", "NotANumber", "'NaN'"),
    "one by zero": ("vector(1) / vector(0)", "NotANumber", "'+Inf'"),
    "a text": ('"lms"', "NotANumber", "'lms'"),
    "a value of long ago": ("pupils_online offset 1h", "EmptyResult", "not scraped"),
    "types that do not fit": ("sum(pupils_online[1m])", "QueryRefused", "expected type instant vector"),
}


@pytest.fixture
def school(exporter: Exporter, prometheus: Prometheus) -> Prometheus:
    """A school's figures, scraped."""
    for pod in range(10):
        exporter.set(f'online_by_pod{{pod="{pod}"}}', pod)
    exporter.set("latency_seconds", 0.1)
    exporter.set("pupils_online", 4200)
    until(lambda: prometheus.value("pupils_online") == 4200, "the figures are scraped")
    return prometheus


def test_values_come_as_they_are(school: Prometheus):
    found = {case: asked(school.url, query) for case, (query, _) in VALUES.items()}
    assert found == {case: want for case, (_, want) in VALUES.items()}


def test_what_is_no_value_comes_with_the_servers_own_words(school: Prometheus):
    for case, (query, reason, says) in TROUBLES.items():
        found = asked(school.url, query)
        assert isinstance(found, Unavailable), case
        assert (case, found.reason, says in found.message) == (case, reason, True), found.message


def test_a_server_that_goes_and_comes_back_is_unreachable_meanwhile(school: Prometheus):
    async def story() -> list[Fraction | Unavailable]:
        async with PrometheusMetrics(FakeCluster(), SystemClock()) as metrics:
            query = MetricQuery(server_address=school.url, query="vector(7)")
            seen = [await metrics.read(query)]
            school.stop()
            seen.append(await metrics.read(query))
            school.start()
            return [*seen, await metrics.read(query)]

    before, meanwhile, after = asyncio.run(story())
    assert (before, after) == (7, 7)
    assert isinstance(meanwhile, Unavailable)
    assert (meanwhile.reason, "connection refused" in meanwhile.message) == ("Unreachable", True)


def test_what_is_no_longer_scraped_is_unknown_and_not_zero(exporter: Exporter, school: Prometheus):
    exporter.drop("pupils_online")
    until(lambda: school.value("pupils_online") == -1, "it is no longer scraped")
    found = asked(school.url, "sum(pupils_online)")
    assert isinstance(found, Unavailable)
    assert found.reason == "EmptyResult"


def test_a_slow_answer_and_a_query_without_end_are_given_up(school: Prometheus, gate: Gate):
    gate.slow_seconds = 3
    slow = asked(gate.url, "vector(1)", seconds=1)
    endless = asked(school.url, "sum_over_time(vector(1)[365d:1s])", seconds=1)
    assert [each.reason for each in (slow, endless) if isinstance(each, Unavailable)] == ["Timeout"] * 2


def test_a_token_opens_the_gate_and_another_one_does_not(school: Prometheus, gate: Gate):  # noqa: ARG001
    gate.token = "s3cret"  # noqa: S105 - of this test
    assert asked(gate.url, "vector(1)", token=KEY) == 1
    gate.token = "another"  # noqa: S105 - of this test
    found = asked(gate.url, "vector(1)", token=KEY)
    assert isinstance(found, Unavailable)
    assert (found.reason, "s3cret" in found.message) == ("Unauthorized", False)
