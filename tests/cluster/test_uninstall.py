"""An uninstall in a window: the floors come back, nobody raises them again, and nothing stands in its way.

No container runs on made-up nodes. The pod of the hook's Job fits no node here, and while the real helm
waits for it the test does what the kubelet would: it runs the command line of that pod, under the pod's
account with its rights and no others, and reports it as succeeded.
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import pytest

from firstbell.settings import Settings
from firstbell_workshop.local.errors import ControlPlaneError
from tests.cluster import keda
from tests.cluster.admission import Denial
from tests.cluster.chart_release import HOOK, NAME, Release
from tests.cluster.hook_pods import HelmAtWork, play_kubelet, pod_of
from tests.cluster.operator_account import EVERY_RIGHT
from tests.cluster.operator_process import OperatorThread, Sun
from tests.cluster.stage import BASELINE, PEAK, Stage, at, autoscaler, calendar, hpa, workload
from tests.cluster.test_chart import KEPT, named
from tests.cluster.waiting import holds, until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.cluster.cluster_api import Json

STUBBORN, STUBBORN_TOO = "stubborn", "stubborn-too"
FLOOR_STAYS = Denial(
    ("autoscaling", "keda.sh"),
    ("horizontalpodautoscalers", "scaledobjects"),
    f"!object.metadata.name.startsWith('{STUBBORN}') "
    "|| 'firstbell.dev/floor' in object.metadata.?annotations.orValue({})",
)


def command_line(body: Json) -> list[str]:
    """What the pod of a Deployment or Job of the chart runs."""
    (container,) = body["spec"]["template"]["spec"]["containers"]
    return container["args"]


def running(release: Release, sun: Sun, folder: Path) -> OperatorThread:
    """The operator under the chart's token, for the installation and the namespaces of its command line."""
    flags = [arg.partition("=") for arg in command_line(release.deployment())]
    (instance,) = [value for flag, _, value in flags if flag == "--instance"]
    settings = Settings(
        kubeconfig=release.access(folder / "operator"),
        instance=instance,
        namespaces=tuple(value for flag, _, value in flags if flag == "--namespace"),
        metrics_port=0,
        probe_port=0,
    )
    return OperatorThread(settings, sun, lambda: None)


class Uninstall(HelmAtWork):
    """`helm uninstall` while the block lasts."""

    def __init__(self, release: Release) -> None:
        super().__init__(release, "uninstall", NAME)


def hooks_pod(release: Release) -> Json:
    """The pod that helm waits for, as soon as it is there and fits no node."""
    return pod_of(release, f"job-name={HOOK}")


@pytest.fixture
def rush() -> Sun:
    """In the middle of the peak, and slow enough to stay there."""
    return Sun.rising(at("08:22"), 2)


def install(release: Release, *options: str) -> None:
    """A release whose pods fit no node."""
    release.install("--set", "nodeSelector.no-node-is=like-this", *options)
    release.served()


@pytest.fixture
def stubborn(release: Release, scene: Stage) -> Iterator[Stage]:
    """Workloads, and admission control that lets nobody take two floors away, of an HPA and of KEDA's."""
    keda.install(release.control_plane)
    install(release, *EVERY_RIGHT)
    scene.set(workload(), hpa(), calendar(), autoscaler())
    scene.set(*(named(body, STUBBORN) for body in (workload(), hpa(), autoscaler())))
    scene.set(*(named(body, STUBBORN_TOO) for body in (workload(), keda.scaled_object(), autoscaler())))
    FLOOR_STAYS.impose(scene.control_plane, scene.namespace)
    with keda.Keda(scene):
        yield scene
    FLOOR_STAYS.lift(scene.control_plane, scene.namespace)
    keda.uninstall(release.control_plane)


def stubborn_minimums(scene: Stage) -> tuple[int, int]:
    """Of the HPA and of the ScaledObject."""
    its_own = scene.api.get("HorizontalPodAutoscaler", STUBBORN) or {}
    kedas = scene.api.get(keda.KIND, STUBBORN_TOO) or {}
    return its_own["spec"]["minReplicas"], kedas["spec"]["minReplicaCount"]


def is_denied(scene: Stage) -> bool:
    try:
        scene.kubectl("annotate", "hpa", STUBBORN, "firstbell.dev/floor-", "--dry-run=server")
    except ControlPlaneError:
        return True
    return False


@pytest.mark.parametrize("confined", [False, True], ids=["all namespaces", "one namespace"])
def test_the_floors_come_back_and_a_running_operator_does_not_raise_them(
    release: Release, scene: Stage, rush: Sun, tmp_path: Path, confined
):
    install(release, *(("--set", f"watch.namespaces={{{scene.namespace}}}") if confined else ()))
    scene.set(workload(), hpa(), calendar(), autoscaler())
    with running(release, rush, tmp_path):
        scene.floored(PEAK)
        with Uninstall(release) as uninstall:
            told = play_kubelet(release, hooks_pod(release), tmp_path)
            code, said = uninstall.ends(seconds=60)
        assert f"{scene.namespace}/web: minReplicas {PEAK} -> {BASELINE}" in told
        assert code == 0, said
        assert (scene.minimum(), scene.marks()) == (BASELINE, {})
        assert "firstbell" not in {manager for manager, _ in scene.owners_of_minimum()}
        until(lambda: release.objects() == KEPT, lambda: f"only the definitions: {release.objects()}")
        holds(lambda: scene.minimum() == BASELINE, "nobody raises it again", seconds=6)


def test_what_cannot_be_given_back_is_told_as_a_kubectl_line_and_every_right_is_used(
    release: Release, stubborn: Stage, rush: Sun, tmp_path: Path
):
    with running(release, rush, tmp_path):
        stubborn.floored(PEAK)
        until(lambda: stubborn_minimums(stubborn) == (PEAK, PEAK), "the other two are floored")
    until(lambda: is_denied(stubborn), "the floor cannot be taken away")
    with Uninstall(release) as uninstall:
        pod = hooks_pod(release)
        granted = release.granted("ClusterRole", HOOK)
        told = play_kubelet(release, pod, tmp_path)
        assert uninstall.ends(seconds=60)[0] == 0
    assert release.requests(HOOK) == (granted, set())
    assert (stubborn.minimum(), stubborn_minimums(stubborn)) == (BASELINE, (PEAK, PEAK))

    FLOOR_STAYS.lift(stubborn.control_plane, stubborn.namespace)
    until(lambda: not is_denied(stubborn), "admission control lets it go")
    lines = [line for line in told.splitlines() if line.startswith("  kubectl ")]
    for line in lines[-2:]:  # it has looked twice
        stubborn.control_plane.kubectl(*shlex.split(line)[1:])
    assert stubborn_minimums(stubborn) == (BASELINE, BASELINE)


def test_a_pod_that_never_starts_does_not_keep_the_release_from_going(
    release: Release, scene: Stage, rush: Sun, tmp_path: Path
):
    install(release, "--set", "uninstall.deadlineSeconds=20")
    scene.set(workload(), hpa(), calendar(), autoscaler())
    with running(release, rush, tmp_path):
        scene.floored(PEAK)
    with Uninstall(release) as uninstall:
        code, said = uninstall.ends(seconds=50)
    assert (code, HOOK in said) == (1, True), said
    until(lambda: release.objects() == KEPT, lambda: f"only the definitions: {release.objects()}")
    assert release.helm("list", "--short").strip() == ""
    assert scene.minimum() == PEAK
    release.install()
