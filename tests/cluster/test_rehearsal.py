"""`firstbell rehearse` against a real API server and an operator, in real time, and however it ends."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
import yaml

from firstbell.clock import SystemClock
from tests.cluster.commands import firstbell
from tests.cluster.operator_account import access
from tests.cluster.operator_process import Process, Sun
from tests.cluster.slow_pods import SlowPods, slow
from tests.cluster.stage import BASELINE, PEAK, autoscaler, calendar, workload
from tests.cluster.waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.cluster.stage import Stage

DATE = "2000-11-15"
RBAC = "rbac.authorization.k8s.io/v1"
YEAR = {"name": "year", "type": "SchoolYear", "startDate": "2000-09-01", "endDate": "2001-06-30"}


@pytest.fixture
def evening(stage: Stage) -> Stage:
    """A workload whose lessons are long ago, so that no real bell is near, whenever this runs."""
    now = {"behavior": {"scaleDown": {"stabilizationWindowSeconds": 0}}, "minReplicas": BASELINE}
    stage.set(slow(workload()), calendar(academicSessions=[YEAR]), autoscaler(maxReplicas=40, **now))
    return stage


def asked(stage: Stage, *more: str) -> list[str]:
    return ["rehearse", f"{stage.namespace}/web", "--peak", "first-lesson", "--date", DATE, *more]


def rehearsing(stage: Stage, log: Path, *more: str) -> Process:
    here = stage.control_plane
    access = {"KUBECONFIG": str(here.kubeconfig)}
    return Process(["-m", "firstbell", *asked(stage, "--yes", *more)], log, access)


def orders(stage: Stage) -> list[str]:
    return [one["metadata"]["name"] for one in stage.api.list("ScalingOverride")]


def nothing_is_left(stage: Stage) -> None:
    until(
        lambda: not orders(stage) and stage.replicas() == BASELINE,
        lambda: f"no order, and {BASELINE} replicas; orders {orders(stage)}, {stage.replicas()} replicas",
        seconds=60,
    )


@contextmanager
def at_work(evening: Stage, **seconds: float) -> Iterator[None]:
    """An operator that has reported, and pods that take so many seconds from then on."""
    sun = Sun.rising(SystemClock().now(), 1)
    with SlowPods(evening.api, sun, **seconds), evening.operator(sun):
        until(lambda: bool(evening.status()), "the operator has reported", seconds=60)
        yield


def test_what_was_shown_first_is_done_all_are_ready_and_everything_is_as_before(evening: Stage):
    with at_work(evening, web=3):
        until(lambda: evening.ready() == BASELINE, "pods are there", seconds=60)
        dry = firstbell(evening, *asked(evening, "--dry-run"))
        assert (dry.returncode, dry.stderr) == (0, "")
        printed = firstbell(evening, *asked(evening, "-o", "yaml"))
        assert orders(evening) == []
        evening.kubectl("apply", "--dry-run=server", "-f", "-", stdin=printed.stdout)
        done = firstbell(evening, *asked(evening, "--yes", "--for", "3m"))
    assert done.returncode == 0, done.stdout + done.stderr
    for shown in (dry, done):
        assert f"web: {BASELINE} -> {PEAK} replicas, as first-lesson at Wed 15 Nov 08:30" in shown.stdout
    assert f"{PEAK} of {PEAK} replicas Ready" in done.stdout
    assert f"all {PEAK} replicas were Ready " in done.stdout
    assert f"no more than {BASELINE} are asked for again" in done.stdout
    nothing_is_left(evening)
    rises = evening.status()["lead"]["rises"]
    assert [(one["from"], one["to"], one["ready"]) for one in rises] == [(BASELINE, PEAK, True)]


@pytest.mark.parametrize("which", [signal.SIGINT, signal.SIGKILL])
def test_a_rehearsal_that_is_interrupted_leaves_nothing_behind(
    evening: Stage, tmp_path: Path, which: signal.Signals
):
    with at_work(evening, web=600):
        with rehearsing(evening, tmp_path / "log", "--for", "40s") as process:
            process.says("replicas Ready", seconds=120)
            until(lambda: evening.replicas() == PEAK, "the order counts", seconds=60)
            code = process.ends(which, seconds=60)
        if which is signal.SIGKILL:
            assert len(orders(evening)) == 1
        else:
            assert code == 128 + which
            assert "the order is ended" in process.said
            assert orders(evening) == []
        nothing_is_left(evening)


def test_what_is_not_ready_in_time_is_told_and_taken_back(evening: Stage):
    with at_work(evening, web=600):
        done = firstbell(evening, *asked(evening, "--yes", "--for", "15s"))
        assert done.returncode == 1, done.stdout + done.stderr
        assert f"not Ready in time: at most {BASELINE} of {PEAK} replicas were" in done.stdout.replace(
            "0 of", "2 of"
        )
        nothing_is_left(evening)


READS = {
    "firstbell.dev": ["schoolcalendars", "schoolautoscalers", "scalingoverrides", "calendarexceptions"],
    "apps": ["deployments", "statefulsets"],
    "autoscaling": ["horizontalpodautoscalers"],
}


def a_user(stage: Stage, folder: Path, *verbs: str) -> Path:
    """The kubeconfig of somebody who reads what `explain` reads, and may do this with orders; no more."""
    rules = [
        {"apiGroups": [group], "resources": plurals, "verbs": ["get", "list"]}
        for group, plurals in READS.items()
    ]
    orders = {"apiGroups": ["firstbell.dev"], "resources": ["scalingoverrides"], "verbs": list(verbs)}
    rules += [orders] if verbs else []
    role = {"apiVersion": RBAC, "kind": "Role", "metadata": {"name": "duty"}, "rules": rules}
    binding = {
        "apiVersion": RBAC,
        "kind": "RoleBinding",
        "metadata": {"name": "duty"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "duty"},
        "subjects": [{"kind": "ServiceAccount", "name": "duty", "namespace": stage.namespace}],
    }
    stage.kubectl("create", "serviceaccount", "duty")
    stage.kubectl("apply", "-f", "-", stdin=yaml.safe_dump_all([role, binding]))
    return access(stage.control_plane, stage.namespace, "duty", folder / "kubeconfig")


@pytest.mark.parametrize(
    ("verbs", "code", "told"),
    [
        pytest.param((), 1, "The right is create and delete on scalingoverrides", id="no order"),
        pytest.param(("create", "delete"), 0, f"all {PEAK} replicas were Ready", id="orders"),
        pytest.param(("create", "patch"), 0, f"all {PEAK} replicas were Ready", id="orders, not to delete"),
    ],
)
def test_few_rights_are_enough_and_a_missing_one_is_named(
    evening: Stage, tmp_path: Path, verbs: tuple[str, ...], code: int, told: str
):
    user = a_user(evening, tmp_path, *verbs)
    with at_work(evening):
        until(lambda: evening.ready() == BASELINE, "pods are there", seconds=60)
        done = firstbell(evening, *asked(evening, "--yes", "--kubeconfig", str(user)))
        assert (done.returncode, done.stderr) == (code, ""), done.stdout
        assert told in done.stdout
        nothing_is_left(evening)
