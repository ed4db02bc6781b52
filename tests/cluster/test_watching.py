"""Prometheus through bells: one that is met, and one that a quota keeps from it; who is told what, and when.

A real Prometheus with the chart's alerts scrapes the operator, which runs under the chart's account. First
helm installs the chart, and the founding morning passes at a tenth of its size: half an hour of it takes
half a minute here. The pods of the chart are made up, and the operator runs beside them. Then the smallest
example on its Monday after a holiday, in a namespace with too small a quota, and with a Lease.
"""

from __future__ import annotations

import json
import os
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from firstbell.clock import SystemClock
from firstbell.engine.objects.target_ref import TargetRef
from firstbell_workshop.demo.stage import deployment
from firstbell_workshop.local.cache import cache_folder
from tests.chart.test_dashboard import BOARD, PANELS, filled
from tests.cluster.operator_account import CHART, ROOT, Account, access, helm
from tests.cluster.operator_process import OperatorThread, Sun, settings_for
from tests.cluster.quota import limit_pods
from tests.cluster.stage import NAME, Stage, hpa, workload
from tests.cluster.test_live_metrics import PER_REPLICA, pupils
from tests.cluster.waiting import until
from tests.cluster.watched import LOAD, Alert, Watched

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.cluster.prometheus import Exporter

SMALLEST, FOUNDING = ROOT / "examples" / "smallest.yaml", ROOT / "examples" / "smartschool-monday.yaml"
BEFORE, RISES, BELL = (datetime(2026, 11, 9, 7, minute, tzinfo=UTC) for minute in (0, 15, 30))
SPEED, HURRY = 10, 120
ASKED, ALLOWED = 8, 5
AS_A_NEWCOMER = (
    "--set", "crds.install=false",
    "--set", "alerts.enabled=true", "--set", "alerts.kind=ConfigMap", "--set", "dashboard.enabled=true",
)  # fmt: skip
FOUNDING_NAME = "web-frontend"
FOUNDING_BELL = datetime(2020, 4, 20, 6, 30, tzinfo=UTC)
TENTH = {
    "namespace: learning-platform": "namespace: {namespace}",
    "pupilsPerReplica: 60000 ": "pupilsPerReplica: 600000 ",
    "serverAddress: http://prometheus.monitoring:9090": "serverAddress: {prometheus}",
    'sum(rate(http_requests_total{namespace="learning-platform",app="web-frontend"}[1m]))': LOAD,
}
"""What is put in place of lines of the founding example."""
RISES_OF_THE_FOUNDING_MORNING = {-30: 13, -25: 20, -20: 26, -15: 30, -10: 31, 0: 31, 5: 31}
"""Minutes from its bell, to what is written by then."""


class Morning:
    """The stage, the Prometheus beside it, and the sun."""

    def __init__(self, stage: Stage, watched: Watched, sun: Sun) -> None:
        self.stage, self.watched, self.sun = stage, watched, sun

    def operator(self, account: Account, *, lease: bool = False) -> OperatorThread:
        """The one that is watched."""
        settings = settings_for(account.here, self.stage.namespace)
        return OperatorThread(self.watched.seen(settings, account, lease=lease), self.sun, lambda: None)

    def alert(self, name: str) -> Alert:
        return Alert(name, f"{self.stage.namespace}/{NAME}", "critical")

    def told(self, query: str, value: float) -> None:
        """Waits until Prometheus has this value for a query that gives one sample."""
        until(
            lambda: self.watched.prometheus.value(query) == value,
            lambda: f"{query} is {value}, not {self.watched.prometheus.value(query)}",
            seconds=60,
        )


@contextmanager
def watched_from(  # noqa: PLR0917 - what is put together
    start: datetime,
    name: str,
    stage: Stage,
    program: Path,
    exporter: Exporter,
    folder: Path,
    rules: str | None = None,
) -> Iterator[Morning]:
    sun = Sun.rising(start, SPEED, hurry=HURRY)
    exporter.set("pupils_online", 2 * PER_REPLICA)
    with Watched(program, sun.clock, exporter, stage.namespace, name, folder, rules=rules) as watched:
        yield Morning(stage, watched, sun)


@pytest.fixture
def clean_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with nothing in it, of this process and of all that it starts; but for what was built before."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("FIRSTBELL_CACHE", str(cache_folder()))
    monkeypatch.setenv("HOME", str(home))
    for name in [name for name in os.environ if name.startswith(("XDG_", "HELM_", "KUBE"))]:
        monkeypatch.delenv(name)
    return home


@pytest.fixture
def installed(stage: Stage, clean_home: Path, tmp_path: Path) -> Iterator[Account]:  # noqa: ARG001 - from there
    """The chart as a newcomer installs it, watched; but for the kinds, which are there for all tests."""
    here, name = stage.control_plane, f"firstbell-{stage.namespace}"
    place = ("--namespace", name)
    helm(here, "install", name, str(CHART), *place, "--create-namespace", *AS_A_NEWCOMER)
    try:
        kubeconfig = access(here, name, name, tmp_path / "kubeconfig")
        yield Account(
            name=name, namespace=name, here=replace(here, kubeconfig=kubeconfig, context=None), granted=set()
        )
    finally:
        helm(here, "uninstall", name, *place, "--no-hooks")
        here.kubectl("delete", "namespace", name, "--wait=false")


@pytest.fixture
def founding_morning(
    stage: Stage, installed: Account, prometheus_program: Path, exporter: Exporter, tmp_path: Path
) -> Iterator[Morning]:
    """With the alerts that were installed."""
    begins = FOUNDING_BELL - timedelta(minutes=31)
    found = stage.control_plane.kubectl(
        "-n", installed.namespace, "get", "configmap", f"{installed.name}-alerts", "-o", "json"
    )
    rules = json.loads(found)["data"]["firstbell.rules.yaml"]
    with watched_from(begins, FOUNDING_NAME, stage, prometheus_program, exporter, tmp_path, rules) as morning:
        yield morning


def founding(morning: Morning) -> str:
    """The founding example, smaller."""
    text = FOUNDING.read_text("utf-8")
    for line, put in TENTH.items():
        assert line in text
        text = text.replace(line, put)
    put_in = {"namespace": morning.stage.namespace, "prometheus": morning.watched.prometheus.url}
    for name, value in put_in.items():
        text = text.replace(f"{{{name}}}", value)
    return text


def ready(stage: Stage) -> int:
    body = stage.api.get("Deployment", FOUNDING_NAME) or {}
    return body.get("status", {}).get("readyReplicas", 0)


def test_installed_and_watched_the_founding_morning_passes_without_an_alert(
    founding_morning: Morning, installed: Account
):
    stage, watched, sun = founding_morning.stage, founding_morning.watched, founding_morning.sun
    target = TargetRef(
        namespace=stage.namespace, api_version="apps/v1", kind="Deployment", name=FOUNDING_NAME
    )
    scaler = hpa(minimum=4, maximum=400)
    scaler["metadata"]["name"] = scaler["spec"]["scaleTargetRef"]["name"] = FOUNDING_NAME
    stage.set(deployment(target, 4), scaler)
    stage.kubectl("apply", "-f", "-", stdin=founding(founding_morning))
    with founding_morning.operator(installed):
        founding_morning.told("firstbell_ready_for_bell", 1)
        for minutes, replicas in RISES_OF_THE_FOUNDING_MORNING.items():
            sun.wait_for(FOUNDING_BELL + timedelta(minutes=minutes, seconds=1))
            # Only then time may hurry on: pods take seconds of the wall.
            until(lambda: ready(stage) >= replicas, f"{replicas} are Ready")  # noqa: B023 - asked at once
        founding_morning.told('firstbell_bells_total{outcome="ready"}', 1)
        founding_morning.told('firstbell_bells_total{outcome="late"}', 0)
    assert watched.prometheus.value("max_over_time(firstbell_floor_replicas[5m])") == max(
        RISES_OF_THE_FOUNDING_MORNING.values()
    )
    found = watched.alerts()
    assert {alert for alert in found if alert.fires} == set()
    # The operator ended just now, which is about to be told.
    assert {alert for alert in found if alert.of} == set()


@pytest.fixture
def morning(stage: Stage, prometheus_program: Path, exporter: Exporter, tmp_path: Path) -> Iterator[Morning]:
    with watched_from(BEFORE, NAME, stage, prometheus_program, exporter, tmp_path) as morning:
        yield morning


def test_a_quota_that_is_too_small_is_told_before_the_bell_and_nothing_else_is(morning: Morning):
    stage, watched, sun = morning.stage, morning.watched, morning.sun
    limit_pods(stage, "few", ALLOWED)
    stage.set(workload(), hpa())
    stage.kubectl("apply", "-f", str(SMALLEST))
    metrics = {"spec": {"metrics": [pupils(watched.prometheus.url)]}}
    stage.api.patch("SchoolAutoscaler", NAME, metrics)
    not_ready, missed = morning.alert("FirstbellNotReadyForBell"), morning.alert("FirstbellBellMissed")
    with morning.operator(stage.accounts.operator, lease=True):
        stage.told("MetricsAvailable", "True", "AllRead")
        morning.told("firstbell_ready_for_bell", 1)
        assert watched.alerts("firing") == set()

        sun.wait_for(RISES)
        until(lambda: watched.firing() == {not_ready}, lambda: f"it fires: {watched.firing()}")
        before = BELL - sun.now()
        assert before > timedelta(0), "it was told before the bell"
        said = watched.told()[not_ready.name]
        assert said["summary"] == f"{stage.namespace}/{NAME} will not be ready for its bell"
        assert "ExceededQuota" in said["description"]
        assert f"wants {ASKED}" in said["description"]
        assert watched.alerts("firing") == {not_ready}

        # It rings at the pace at which what the pods say has the time that it has in a cluster.
        sun.wait_for(BELL - timedelta(seconds=10))
        until(
            lambda: watched.firing() == {missed},
            lambda: f"it fires: {watched.firing()}; {stage.conditions()}; {stage.status().get('lastPeak')}",
            seconds=60,
        )
        assert watched.alerts("firing") == {not_ready, missed}

        stage.api.patch("ResourceQuota", "few", {"spec": {"hard": {"pods": "50"}}})
        morning.told("firstbell_ready_for_bell", 1)
        until(
            lambda: not without_an_answer(morning),
            lambda: f"every panel has data: {json.dumps(without_an_answer(morning), indent=1)}",
        )


def without_an_answer(morning: Morning) -> list[tuple[str, str]]:
    """The queries of panels, and of the bells drawn over them, that have no data; raises on an error."""
    prometheus, now = morning.watched.prometheus, SystemClock().now().timestamp()
    asked = [(panel["title"], target["expr"]) for panel in PANELS for target in panel["targets"]]
    asked += [(one["name"], one["expr"]) for one in BOARD["annotations"]["list"]]
    without = []
    for title, query in asked:
        text = filled(query, namespace=morning.stage.namespace, name=NAME)
        found = [value for one in prometheus.ask_range(text, now - 60, now, 1) for _, value in one["values"]]
        if set(found) <= {"NaN"}:
            without.append((title, text))
    return without
