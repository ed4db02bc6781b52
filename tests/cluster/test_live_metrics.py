"""Live metrics on the real API server, from a real Prometheus, read under the chart's account.

One replica carries 350 pupils. Nobody rings a bell for what happens here, but where a test says so.
"""

from __future__ import annotations

import base64
import time
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from firstbell.adapters.prometheus_tokens import LABEL
from tests.cluster.operator_process import Sun
from tests.cluster.stage import BASELINE, NAME, PEAK, Stage, at, autoscaler, calendar, hpa, workload
from tests.cluster.waiting import holds, until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cluster.cluster_api import Json
    from tests.cluster.prometheus import Exporter, Gate, Prometheus

PER_REPLICA = 350
QUERY = "sum(pupils_online)"
BOUNDS = {"minReplicas": BASELINE, "maxReplicas": 40}
SPEED = 30
"""A poll every half second, a stabilization window of two seconds."""
SLOW_SPEED, HURRY = 10, 120
DEADLINE_SECONDS = 9
"""Of a query, by the clock on the wall."""
SECRET = "prometheus-token"  # noqa: S105 - its name


def pupils(url: str, query: str = QUERY, **prometheus: Any) -> Json:
    """A metric of the policy."""
    return {
        "name": "pupils-online",
        "prometheus": {"serverAddress": url, "query": query, **prometheus},
        "target": {"type": "AverageValue", "averageValue": str(PER_REPLICA)},
    }


def with_token(url: str) -> Json:
    return pupils(url, bearerTokenSecretRef={"name": SECRET, "key": "token"})


def secret(token: str, **labels: str) -> Json:
    metadata = {"name": SECRET, "labels": labels}
    data = {"token": base64.b64encode(token.encode()).decode()}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "data": data}


@pytest.fixture
def online(exporter: Exporter, prometheus: Prometheus) -> Iterator[Online]:
    """How many pupils are online: as many as two replicas carry, until a test says otherwise."""
    prometheus.up()
    here = Online(exporter, prometheus)
    here.are(BASELINE * PER_REPLICA)
    yield here
    for pod in range(10):
        exporter.drop(f'pupils_online{{pod="{pod}"}}')


class Online:
    """The load, as Prometheus sees it."""

    def __init__(self, exporter: Exporter, prometheus: Prometheus) -> None:
        self._exporter, self._prometheus = exporter, prometheus

    def are(self, pupils: int) -> None:
        """So many come or stay; returns when Prometheus knows."""
        for pod in range(10):
            self._exporter.set(f'pupils_online{{pod="{pod}"}}', pupils / 10)
        until(lambda: self._prometheus.value(QUERY) == pupils, f"{pupils} pupils in Prometheus")


@pytest.fixture
def recess() -> Sun:
    """Ten in the morning: the plan asks for nothing."""
    return Sun.rising(at("10:00"), SPEED)


def counts(stage: Stage, replicas: int, *, seconds: float = 30) -> None:
    until(
        lambda: stage.replicas() == replicas,
        lambda: f"{replicas} replicas, not {stage.replicas()}; {stage.status().get('decision')}",
        seconds=seconds,
    )


def test_a_load_that_nobody_announced_is_followed_up_and_down(
    stage: Stage, prometheus: Prometheus, online: Online, recess: Sun
):
    stage.set(workload(), calendar(), autoscaler(metrics=[pupils(prometheus.url)], **BOUNDS))
    with stage.operator(recess):
        stage.told("MetricsAvailable", "True", "AllRead")
        holds(lambda: stage.replicas() == BASELINE, "two are enough", seconds=2)
        online.are(PEAK * PER_REPLICA)
        counts(stage, PEAK)
        until(lambda: stage.status()["decision"]["reactiveReplicas"] == PEAK, "the status tells it")
        decision = stage.status()["decision"]
        assert decision["reason"] == "LiveMetric"
        assert "pupils-online" in decision["message"]
        online.are(BASELINE * PER_REPLICA)
        counts(stage, BASELINE)


def test_beside_an_hpa_the_floor_follows_and_no_metrics_api_is_needed(
    stage: Stage, prometheus: Prometheus, online: Online, recess: Sun
):
    stage.set(workload(), hpa(), calendar(), autoscaler(metrics=[pupils(prometheus.url)]))
    with stage.operator(recess):
        stage.told("MetricsAvailable", "True", "AllRead")
        assert stage.minimum() == BASELINE
        online.are(PEAK * PER_REPLICA)
        stage.floored(PEAK)
        online.are(BASELINE * PER_REPLICA)
        stage.released()


MODES = {"by /scale": ((), BOUNDS), "by the floor of an HPA": ((hpa(),), {})}


@pytest.mark.parametrize(("beside", "bounds"), MODES.values(), ids=MODES)
def test_where_prometheus_goes_in_the_middle_of_a_peak_nothing_falls_until_it_is_back(
    stage: Stage, prometheus: Prometheus, online: Online, beside, bounds
):
    """The operator is started anew meanwhile: what it no longer remembers is no reason to fall either."""
    online.are(2 * PEAK * PER_REPLICA)
    stage.set(workload(), *beside, calendar(), autoscaler(metrics=[pupils(prometheus.url)], **bounds))
    sun = Sun.rising(at("08:30"), SPEED / 3, hurry=HURRY)
    seen: list[int] = []
    with stage.operator(sun):
        counts(stage, 2 * PEAK)
        stage.told("MetricsAvailable", "True", "AllRead")
        stopping = sun.now().replace(microsecond=0)  # conditions tell whole seconds
        prometheus.stop()
        message = stage.told("MetricsAvailable", "False", "Unreachable")
        since = stage.condition("MetricsAvailable")["lastTransitionTime"]
        assert f"Prometheus at {prometheus.url} cannot be reached: connection refused" in message
        assert stopping <= datetime.fromisoformat(since) < at("08:40")
    with (
        stage.api.watching("Deployment", NAME, lambda body: seen.append(body["spec"]["replicas"])),
        stage.operator(sun),
    ):
        stage.told("MetricsAvailable", "False", "Unreachable")
        sun.wait_for(at("08:44"))
        asked = f"the peak asks for {PEAK} until 08:40, and nobody knows of fewer pupils: {seen}"
        holds(lambda: set(seen) == {2 * PEAK}, asked, seconds=3)
        prometheus.start()
        online.are(BASELINE * PER_REPLICA)
        stage.told("MetricsAvailable", "True", "AllRead")
        stage.released() if beside else counts(stage, BASELINE)


def test_a_wrong_token_is_told_and_a_renewed_one_taken(stage: Stage, gate: Gate, online: Online, recess: Sun):
    gate.token = "right"  # noqa: S105 - of this test
    stage.api.create(secret("wrong", **{LABEL: "true"}))
    stage.set(workload(), calendar(), autoscaler(metrics=[with_token(gate.url)], **BOUNDS))
    online.are(PEAK * PER_REPLICA)
    with stage.operator(recess):
        message = stage.told("MetricsAvailable", "False", "Unauthorized")
        assert "refuses the token (401)" in message
        assert SECRET in message
        assert "wrong" not in str(stage.status())
        assert stage.replicas() == BASELINE
        stage.api.patch("Secret", SECRET, {"data": secret("right")["data"]})
        stage.told("MetricsAvailable", "True", "AllRead")
        counts(stage, PEAK)


def test_a_secret_without_the_mark_goes_nowhere(stage: Stage, gate: Gate, online: Online, recess: Sun):  # noqa: ARG001
    gate.token = "right"  # noqa: S105 - of this test
    stage.api.create(secret("right", team="school"))
    stage.set(workload(), calendar(), autoscaler(metrics=[with_token(gate.url)], **BOUNDS))
    with stage.operator(recess):
        message = stage.told("MetricsAvailable", "False", "SecretNotLabelled")
        cure = f"kubectl -n {stage.namespace} label secret {SECRET} {LABEL}=true"
        assert cure in message
        assert gate.asked == 0
        stage.kubectl(*cure.split()[3:])
        stage.told("MetricsAvailable", "True", "AllRead")
    if stage.for_operator.audit_log is not None:
        used, _ = stage.accounts.operator.requests()
        assert {right.verb for right in used if right.resource == "secrets"} == {"get"}


def test_slow_answers_are_given_up_and_nothing_falls(stage: Stage, gate: Gate, online: Online):
    online.are(PEAK * PER_REPLICA)
    stage.set(workload(), calendar(), autoscaler(metrics=[pupils(gate.url)], **BOUNDS))
    with stage.operator(Sun.rising(at("10:00"), SLOW_SPEED)):
        counts(stage, PEAK)
        gate.slow_seconds = 2 * DEADLINE_SECONDS
        online.are(BASELINE * PER_REPLICA)
        stage.told("MetricsAvailable", "False", "Timeout", seconds=3 * DEADLINE_SECONDS)
        holds(lambda: stage.replicas() == PEAK, "all of them, as nobody knows", seconds=DEADLINE_SECONDS)
        gate.slow_seconds = 0
        stage.told("MetricsAvailable", "True", "AllRead")
        counts(stage, BASELINE)


def test_ten_series_are_no_number_and_the_cure_is_told(
    stage: Stage, prometheus: Prometheus, online: Online, recess: Sun
):
    stage.set(workload(), calendar(), autoscaler(metrics=[pupils(prometheus.url, "pupils_online")], **BOUNDS))
    online.are(40 * PER_REPLICA)
    with stage.operator(recess):
        message = stage.told("MetricsAvailable", "False", "SeveralSamples")
        assert "gives 10 samples for the query. Aggregate it, for example with sum()" in message
        assert stage.replicas() == BASELINE


def settled(stage: Stage) -> str:
    """The version of the autoscaler once it has stood for two seconds."""

    def version() -> str:
        return (stage.api.get("SchoolAutoscaler", NAME) or {})["metadata"]["resourceVersion"]

    def stood() -> str:
        before = version()
        time.sleep(2)
        return before if before == version() else ""

    return until(stood, "nothing is written")


def test_a_load_that_wavers_and_a_metric_that_stays_away_write_nothing(
    stage: Stage, gate: Gate, online: Online, recess: Sun
):
    online.are(PEAK * PER_REPLICA)
    stage.set(workload(), calendar(), autoscaler(metrics=[pupils(gate.url)], **BOUNDS))
    with stage.operator(recess):
        counts(stage, PEAK)
        before = settled(stage)
        for load in (2000, 2090, 1800, 2010):  # all of them ask for as many replicas
            online.are(load)
        assert settled(stage) == before
        gate.token = "nobody has one"  # noqa: S105 - of this test
        stage.told("MetricsAvailable", "False", "Unauthorized")
        before, asked = settled(stage), gate.asked
        until(lambda: gate.asked > asked + 5, "it asks again and again")
        assert settled(stage) == before
