"""A CPU HPA of the real controller manager above our floor: it goes there by its own metric, and stays.

Pods say by annotation what they use, metrics-server reads it, the HPA acts on it. Each pod asks for 100m and
the HPA aims at 60 percent: it wants one pod for every 60m that all pods together use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cluster.conftest import staged
from tests.cluster.operator_process import Sun
from tests.cluster.stage import (
    BASELINE,
    CPU,
    NAME,
    PEAK,
    Stage,
    at,
    autoscaler,
    calendar,
    hpa,
    workload,
)
from tests.cluster.waiting import holds, until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstbell_workshop.local.control_plane import ControlPlane
    from tests.cluster.operator_account import ChartsAccounts

SPEED = 6
"""The peak, from 08:20 to 08:40, lasts 200 seconds of the wall."""
AIM = 60
HPA_SECONDS = 100
"""metrics-server needs two samples, 15 seconds apart; the HPA looks every 15 and may take several steps."""
LOOKS_SECONDS = 22
"""A pass of the HPA, whenever its last one was; the operator itself looks 2 and 20 seconds after a rise."""


@pytest.fixture(scope="module", autouse=True)
def _beside_the_real_morning(request: pytest.FixtureRequest) -> None:
    """Begins it in a run that looks at it: it waits for six minutes, as these tests do."""
    if any(item.path.name == "test_simulation.py" for item in request.session.items):
        request.getfixturevalue("real_morning")


@pytest.fixture
def watched(stage: Stage) -> Stage:
    """The stage, on a cluster that serves CPU metrics."""
    if not stage.control_plane.has_metrics:
        pytest.skip("this cluster serves no CPU metrics, so no HPA acts on it")
    return stage


@pytest.fixture(scope="module")
def climbing(control_plane: ControlPlane, accounts: ChartsAccounts) -> Iterator[Stage]:
    """A workload that its HPA brings to four times its count while other tests run."""
    if not control_plane.has_metrics:
        pytest.skip("this cluster serves no CPU metrics, so no HPA acts on it")
    with staged(control_plane, accounts) as stage:
        stage.set(workload(), hpa(metric=CPU))
        until(lambda: stage.ready() == BASELINE, f"{BASELINE} Ready")
        use(stage, 300)  # more than four times the target in each of the two: it may stop a tenth short
        yield stage


def use(stage: Stage, milli_cpu: int) -> None:
    """What each pod that is there uses from now on; later ones use next to nothing."""
    usage = f"kwok.x-k8s.io/usage-cpu={milli_cpu}m"
    stage.kubectl("annotate", "pods", "--all", "--overwrite", usage)


def wanted(stage: Stage) -> int:
    """What the HPA last decided on."""
    return stage.autoscaler.get("status", {}).get("desiredReplicas", 0)


def utilization(stage: Stage) -> int | None:
    """What the HPA last read, in percent of what the pods ask for."""
    told = stage.autoscaler.get("status", {}).get("currentMetrics") or [{}]
    return told[0].get("resource", {}).get("current", {}).get("averageUtilization")


def above(stage: Stage, replicas: int) -> None:
    """Waits until the HPA has brought the workload above its floor, by its metric and not by us."""
    until(
        lambda: stage.replicas() >= replicas and wanted(stage) >= replicas,
        lambda: f"{replicas} by the HPA's own metric; HPA {stage.autoscaler.get('status')}",
        seconds=HPA_SECONDS,
    )


def last_writer(stage: Stage) -> str:
    """Who set the replicas that the Deployment has now."""
    entries = (stage.api.get("Deployment", NAME) or {})["metadata"]["managedFields"]
    owners = [
        entry["manager"] for entry in entries if "f:replicas" in entry.get("fieldsV1", {}).get("f:spec", {})
    ]
    return owners[-1] if owners else ""


@pytest.mark.usefixtures("climbing")
def test_an_hpa_goes_above_the_floor_by_its_own_metric_and_the_floor_never_pulls_it_down(watched: Stage):
    stage = watched
    stage.set(workload(), hpa(metric=CPU), calendar(), autoscaler())
    with stage.operator(Sun.rising(at("08:19:54"), SPEED)):
        stage.floored(PEAK)
        until(lambda: stage.ready() == PEAK, f"{PEAK} Ready")
        use(stage, 135)  # more than twice the target, in each of them: the HPA may stop a tenth short
        above(stage, 2 * PEAK)
        holds(
            lambda: stage.replicas() >= 2 * PEAK and stage.minimum() == PEAK,
            "above an intact floor",
            seconds=LOOKS_SECONDS,
        )
        assert last_writer(stage) == "kube-controller-manager"

        stage.end_the_peak()
        stage.released()
        holds(
            lambda: stage.replicas() >= 2 * PEAK,
            "still there without a floor: its metric asks for it",
            seconds=LOOKS_SECONDS,
        )
        use(stage, 1)
        until(
            lambda: stage.replicas() == BASELINE,
            lambda: f"back at {BASELINE} by the HPA itself; HPA {stage.autoscaler.get('status')}",
            seconds=HPA_SECONDS,
        )
        stage.told("ReturnedToBaseline", "True", "AtBaseline")


def test_a_count_that_the_hpa_holds_after_the_window_is_told_with_the_command_that_ends_it(watched: Stage):
    stage = watched
    at_once = {"scaleDown": {"stabilizationWindowSeconds": 0}}
    stage.set(workload(), hpa(metric=CPU), calendar(), autoscaler(behavior=at_once))
    with stage.operator(Sun.rising(at("08:21"), SPEED)):
        stage.floored(PEAK)
        until(lambda: stage.ready() == PEAK, f"{PEAK} Ready")
        use(stage, 60)  # just what the HPA aims at, in each of them: it has no reason to move
        until(lambda: utilization(stage) == AIM, lambda: f"{stage.autoscaler['status']}", seconds=HPA_SECONDS)
        stage.end_the_peak()
        stage.released()
        message = stage.told("ReturnedToBaseline", "False", "HeldByAutoscaler")
        assert f"HorizontalPodAutoscaler {NAME} holds {PEAK} replicas by its own metrics" in message
        assert (stage.minimum(), stage.replicas()) == (BASELINE, PEAK)
        command = message.partition("by hand: kubectl ")[2]
        stage.control_plane.kubectl(*command.split())
        stage.told("ReturnedToBaseline", "True", "AtBaseline")
        assert stage.replicas() == BASELINE


def test_a_floor_below_what_the_hpa_runs_already_lowers_nothing(climbing: Stage):
    stage = climbing
    above(stage, 4 * BASELINE)
    stage.set(calendar(), autoscaler())
    with stage.operator(Sun.rising(at("08:19:54"), SPEED)):
        until(lambda: stage.minimum() == PEAK, f"a floor of {PEAK}")
        holds(
            lambda: stage.replicas() >= 4 * BASELINE and stage.minimum() == PEAK,
            "the count of the HPA, above a floor that was raised under it",
            seconds=LOOKS_SECONDS,
        )
        assert last_writer(stage) == "kube-controller-manager"
