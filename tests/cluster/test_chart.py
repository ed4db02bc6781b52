"""The chart on a real API server, by the real helm, and the operator under the chart's account.

Installed, upgraded, rolled back, uninstalled; and every right that the operator needs, and none beside.
The control plane is one of its own: on the shared one the kinds and the accounts are there already.
No image is pulled on made-up nodes, so the operator runs beside the pod that stands for it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from firstbell.settings import Settings
from firstbell_workshop.local.errors import ControlPlaneError
from tests.chart import rendering
from tests.cluster import buffer, keda, portal, prometheus_operator
from tests.cluster.admission import Denial
from tests.cluster.audit import rights_of
from tests.cluster.chart_release import DEFINITIONS, NAMESPACE, Release, changed_chart
from tests.cluster.chart_release import NAME as RELEASE_NAME
from tests.cluster.commands import said
from tests.cluster.conftest import install_kinds
from tests.cluster.hook_pods import HelmAtWork, play_kubelet, pod_of
from tests.cluster.operator_account import CHART, EVERY_RIGHT, EVERYTHING, access
from tests.cluster.operator_process import OperatorThread, Sun, run_command
from tests.cluster.people import bind, may, user
from tests.cluster.stage import (
    BASELINE,
    CALENDAR,
    NAME,
    PEAK,
    Stage,
    at,
    autoscaler,
    calendar,
    hpa,
    order,
    workload,
)
from tests.cluster.stand_ins import free_port
from tests.cluster.test_run_command import read
from tests.cluster.waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cluster.cluster_api import Json

OF_BEFORE = Path(__file__).parents[1] / "data" / "upgrade"
KEPT = sorted(f"CustomResourceDefinition/{name}" for name in DEFINITIONS)
AT_ONCE = {"scaleDown": {"stabilizationWindowSeconds": 0}}
BOUNDS = {"minReplicas": BASELINE, "maxReplicas": 40}
UNLUCKY = 11


@pytest.fixture
def rush() -> Sun:
    """In the middle of the peak, and slow enough to stay there."""
    return Sun.rising(at("08:22"), 4)


def operator_of(release: Release, sun: Sun, tmp_path: Path, *namespaces: str, before=lambda: None):
    """The operator with the chart's token and no other way to the API, of the chart's installation."""
    (pod,) = release.deployment()["spec"]["template"]["spec"]["containers"]
    (instance,) = [arg.partition("=")[2] for arg in pod["args"] if arg.startswith("--instance=")]
    settings = Settings(
        kubeconfig=release.access(tmp_path / "kubeconfig"),
        instance=instance,
        namespaces=namespaces,
        metrics_port=0,
        probe_port=0,
        stop_namespace=NAMESPACE,
        lease_namespace=NAMESPACE,
    )
    return OperatorThread(settings, sun, before)


@pytest.fixture
def newcomer(release: Release) -> Release:
    """A release where no definition was left by another."""
    release.remove_definitions()
    return release


def test_definitions_that_were_applied_before_are_taken_over_and_go_too_without_keep(newcomer: Release):
    release = newcomer
    install_kinds(release.control_plane)
    release.install("--take-ownership", "--set", "crds.keep=false")
    assert set(KEPT) <= set(release.objects())
    release.helm("uninstall", "firstbell")
    until(release.definitions_are_gone, "the definitions are gone", seconds=120)
    until(lambda: release.objects() == [], lambda: f"nothing: {release.objects()}")


def test_a_release_comes_changes_goes_back_and_goes(newcomer: Release, scene: Stage, tmp_path):
    release = newcomer

    def short_names() -> list[str]:
        return release.definition(DEFINITIONS[0])["spec"]["names"]["shortNames"]

    release.make_restricted_namespace()
    notes = release.install("--wait", "--timeout", "60s")
    assert f"kubectl -n {NAMESPACE} rollout status deployment/firstbell" in notes
    assert "kubectl apply -n NAMESPACE -f calendar.yaml" in notes
    assert "kubectl get schoolcal,schoolas --all-namespaces" in notes
    assert f"helm test firstbell -n {NAMESPACE}" in notes
    release.served()
    assert release.deployment()["status"]["readyReplicas"] == 2
    scene.set(calendar())

    release.helm("upgrade", "firstbell", str(changed_chart(tmp_path)), "--wait")
    assert short_names() == ["schoolcal", "bells"]
    described = release.definition(DEFINITIONS[0])["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    assert described["description"] == "Said with {{ braces }}."
    release.helm("rollback", "firstbell", "--wait")
    assert short_names() == ["schoolcal"]

    release.helm("uninstall", "firstbell", "--wait")
    until(lambda: release.objects() == KEPT, lambda: f"only the definitions: {release.objects()}")
    assert scene.api.get("SchoolCalendar", CALENDAR) is not None
    release.install()
    assert release.deployment()["metadata"]["name"] == "firstbell"


@pytest.fixture
def prometheus_kinds(release: Release) -> Iterator[None]:
    prometheus_operator.install(release.control_plane)
    yield
    release.helm("uninstall", "firstbell", "--ignore-not-found", "--no-hooks")
    prometheus_operator.uninstall(release.control_plane)


@pytest.mark.usefixtures("prometheus_kinds")
def test_with_every_value_on_the_api_server_knows_each_field_and_the_pods_run(release: Release):
    """In a namespace of the level restricted, and without a number for the user, as OpenShift has it."""
    plane = release.control_plane
    release.make_restricted_namespace()
    for values in (rendering.KEPT[case] for case in ("everything", "others", "less")):
        text = release.helm(
            "template", "firstbell", str(CHART), *values, "--set", "crds.install=false", "--skip-tests"
        )
        plane.kubectl("apply", "--dry-run=server", "--validate=strict", "-f", "-", stdin=text)

    release.install(*EVERYTHING, "--wait", "--timeout", "90s")
    assert release.deployment()["status"]["readyReplicas"] == 2
    monitor = plane.kubectl("-n", NAMESPACE, "get", "servicemonitors,prometheusrules", "-o", "name")
    assert len(monitor.split()) == 2
    seen = json.loads(plane.kubectl("-n", NAMESPACE, "get", "pods", "-o", "json"))["items"]
    assert {pod["metadata"]["labels"]["team"] for pod in seen} == {"platform"}
    assert not any("runAsUser" in pod["spec"]["securityContext"] for pod in seen)

    release.helm("uninstall", "firstbell", "--wait", "--no-hooks")
    until(lambda: release.objects() == KEPT, lambda: f"only the definitions: {release.objects()}")
    left = plane.kubectl("-n", NAMESPACE, "get", "servicemonitors,prometheusrules", "-o", "name")
    assert left.split() == []


def test_the_pods_command_line_serves_what_its_probes_ask(release: Release, scene: Stage, tmp_path):
    metrics, probe = free_port(), free_port()
    release.install("--set", f"metrics.port={metrics},probe.port={probe}")
    release.served()
    pod = release.deployment()["spec"]["template"]["spec"]["containers"][0]
    ports = {port["name"]: port["containerPort"] for port in pod["ports"]}
    asked = pod["livenessProbe"]["httpGet"]
    command, *flags = pod["args"]
    assert command == "run"
    scene.set(workload(), hpa(), calendar(), autoscaler())
    access = release.access(tmp_path / "kubeconfig")
    with run_command(access, tmp_path / "log", "--listen", "127.0.0.1", *flags) as operator:
        until(
            lambda: read(ports[asked["port"]], asked["path"].lstrip("/")),
            "the liveness probe is answered",
            seconds=120,
        )
        until(lambda: "firstbell_desired_replicas" in read(ports["metrics"], "metrics"), "/metrics")
        scene.told("Ready", "True", "Serving")
        assert operator.stops(seconds=5) == 0
    assert release.requests()[1] == set()


def test_named_namespaces_need_no_right_of_the_whole_cluster(release: Release, scene: Stage, rush, tmp_path):
    release.install("--set", f"watch.namespaces={{{scene.namespace}}}")
    release.served()
    assert "ClusterRoleBinding/firstbell" not in release.objects()
    scene.set(workload(), hpa(), calendar(), autoscaler())
    with operator_of(release, rush, tmp_path, scene.namespace):
        scene.floored(PEAK)
        scene.told("Ready", "True", "Serving")
    assert release.requests()[1] == set()


def floor_of_before(scene: Stage) -> list[Json]:
    """The HPA with the floor that the operator of the chart of before raised, and what it had reported."""
    text = (OF_BEFORE / "floor-of-before.yaml").read_text("utf-8")
    return list(yaml.safe_load_all(text.replace("NAMESPACE", scene.namespace)))


def has_reported(scene: Stage) -> bool:
    """Whether the operator has written the status, in which a test had put what one of before had said."""
    written = (scene.api.get("SchoolAutoscaler", NAME) or {})["metadata"]["managedFields"]
    return "firstbell" in {entry["manager"] for entry in written}


def has_observed(scene: Stage) -> bool:
    """Whether the status is of the policy as it is now."""
    policy = scene.api.get("SchoolAutoscaler", NAME) or {}
    return policy["status"]["observedGeneration"] == policy["metadata"]["generation"]


def test_an_upgrade_from_the_chart_of_before_and_back_in_mid_window_keeps_the_floor(
    newcomer: Release, scene: Stage, rush, tmp_path
):
    """That one had one pod, no Leases and fewer kinds; its pod goes on until the new one is ready.

    Back, and up once more: what the chart of before does not know stays, and nobody lowers anything.
    """
    release = newcomer
    release.install(chart=OF_BEFORE / "chart-of-before.tgz")
    release.served("schoolcalendars.firstbell.dev", "schoolautoscalers.firstbell.dev")
    floored, told = floor_of_before(scene)
    before: int = floored["spec"]["minReplicas"]
    scene.set(workload(replicas=before), floored, calendar(), autoscaler(replicas=before))
    told["status"]["actuator"]["uid"] = scene.autoscaler["metadata"]["uid"]
    scene.api.patch("SchoolAutoscaler", NAME, {"status": told["status"]}, "status")
    assert (scene.minimum(), scene.marks()) == (before, floored["metadata"]["annotations"])
    granted_before = release.granted("ClusterRole")
    minimums, counts = [], []

    with (
        scene.api.watching("HorizontalPodAutoscaler", NAME, lambda hpa: minimums.append(hpa["spec"])),
        scene.api.watching("Deployment", NAME, lambda web: counts.append(web["spec"]["replicas"])),
    ):
        release.helm("upgrade", "firstbell", str(CHART), "--wait", "--timeout", "90s")
        release.served()
        assert granted_before <= release.granted("ClusterRole"), "what the pod of before goes on with"
        with operator_of(release, rush, tmp_path):
            until(lambda: has_reported(scene), "the operator of now has said what it found")
            scene.told("ReadyForBell", "True", "OnSchedule")
            scene.told("Ready", "True", "Serving")
            assert scene.condition("FloorContested")["status"] == "False"

        release.helm("rollback", RELEASE_NAME, "1", "--wait", "--timeout", "90s")
        assert all(release.definition(name) for name in DEFINITIONS)
        release.helm("upgrade", RELEASE_NAME, str(CHART), "--wait", "--timeout", "90s")
        release.served()
        with operator_of(release, rush, tmp_path):
            scene.api.patch("SchoolAutoscaler", NAME, {"spec": {"holdGapMinutes": 31}})
            until(lambda: has_observed(scene), "the operator has looked at it again")
            scene.told("ReadyForBell", "True", "OnSchedule")
            assert min(spec["minReplicas"] for spec in minimums) == min(counts) == before
            scene.end_the_peak()
            scene.left_alone()
    assert release.requests()[1] == set()


CHECK = f"{RELEASE_NAME}-check"


@pytest.fixture
def no_room(release: Release) -> Iterator[None]:
    """Nodes that take no more pods: that of a hook stays for a test to play the kubelet."""
    plane = release.control_plane
    nodes = plane.kubectl("get", "nodes", "-o", "name").split()
    cordoned: list[str] = []

    def cordon() -> None:
        plane.kubectl("cordon", *nodes)
        cordoned.extend(nodes)

    yield cordon
    if cordoned:
        plane.kubectl("uncordon", *cordoned)


def checked(release: Release, folder: Path, *, code: int) -> str:
    """What `helm test` says, which has to end like this."""
    with HelmAtWork(release, "test", RELEASE_NAME) as testing:
        pod = pod_of(release, f"app.kubernetes.io/name={CHECK}")
        said = play_kubelet(release, pod, folder, code=code)
        ended, told = testing.ends(seconds=60)
    assert (ended != 0) == (code != 0), told
    return said


def left_of_the_check(release: Release) -> list[str]:
    kinds = "schoolautoscalers,schoolcalendars,roles,rolebindings,serviceaccounts,pods"
    found = release.control_plane.kubectl("-n", NAMESPACE, "get", kinds, "-o", "name").split()
    return [name for name in found if CHECK in name]


def test_helm_test_tells_whether_the_operator_decides_and_uses_each_of_its_rights(
    release: Release, no_room, tmp_path
):
    release.make_restricted_namespace()
    release.install("--set", "check.seconds=1", "--wait", "--timeout", "60s")
    release.served()
    no_room()
    said = checked(release, tmp_path, code=1)
    assert "Lease operators/firstbell-0 is held by nobody" in said
    assert "was not decided on within 1 s" in said
    assert left_of_the_check(release) == [f"pod/{CHECK}"], "for its log"

    release.helm("upgrade", RELEASE_NAME, str(CHART), "--set", "check.seconds=30")
    with operator_of(release, Sun.rising(at("08:22"), 4), tmp_path):
        said = checked(release, tmp_path, code=0)
    assert "2 of 2 pods of Deployment operators/firstbell are Ready" in said
    assert "shard 0 of 1 is held by" in said
    assert "operators/firstbell-check was decided on after" in said
    assert left_of_the_check(release) == []
    assert release.requests(CHECK) == (rights_of(of_the_check(release)), set())
    assert release.requests(RELEASE_NAME)[1] == set()


def of_the_check(release: Release) -> list[Json]:
    """The Roles of `helm test`, which are there no more."""
    rendered = release.helm("template", RELEASE_NAME, str(CHART))
    bodies = [body for body in yaml.safe_load_all(rendered) if body]
    return [body for body in bodies if body["kind"] == "Role" and CHECK in body["metadata"]["name"]]


def test_people_of_a_namespace_may_edit_or_view_our_kinds_in_it_and_explain_and_plan_it(
    release: Release, scene: Stage, tmp_path
):
    """And the definitions stay when the chart is told to install them no more."""
    release.install()
    release.served()
    scene.set({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "viewer"}})
    viewer = f"system:serviceaccount:{scene.namespace}:viewer"
    bind(scene, "edit", user("editor"))
    bind(scene, "view", {"kind": "ServiceAccount", "name": "viewer"})
    until(lambda: may(scene, "editor", "create", "schoolautoscalers"), "an editor creates")
    assert may(scene, "editor", "delete", "schoolcalendars")
    assert not may(scene, "editor", "patch", "schoolautoscalers", "status")
    until(lambda: may(scene, viewer, "list", "schoolcalendars"), "a viewer lists")
    assert not may(scene, viewer, "create", "schoolautoscalers")

    scene.set(workload(), hpa(), calendar(), autoscaler())
    token = access(scene.control_plane, scene.namespace, "viewer", tmp_path / "viewer")
    reached = ("-n", scene.namespace, "--kubeconfig", token)
    told = said(scene, "explain", NAME, *reached, "--at", "2026-03-04T08:25Z")
    assert f"{PEAK} replicas (ScheduledPeak)" in told
    assert str(PEAK) in said(scene, "plan", *reached, "--date", "2026-03-04")

    release.helm("upgrade", "firstbell", str(CHART), "--set", "crds.install=false", "--wait")
    assert set(KEPT) <= set(release.objects())
    assert scene.api.get("SchoolCalendar", CALENDAR) is not None


def named(body: Json, name: str) -> Json:
    """The same object under another name, an autoscaler for the workload of that name."""
    body["metadata"]["name"] = name
    if "scaleTargetRef" in body["spec"]:
        body["spec"]["scaleTargetRef"]["name"] = name
    return body


def by_scale(kind: str, name: str, **spec: Any) -> list[Json]:
    """A workload without an HPA, and its policy, which asks for a count that is refused at first."""
    policy = autoscaler(kind=kind, replicas=UNLUCKY, behavior=AT_ONCE, **BOUNDS, **spec)
    return [named(workload(kind), name), named(policy, name)]


TOKEN = {"name": "missing", "key": "token"}
METRIC = {
    "name": "pupils-online",
    "prometheus": {"serverAddress": "http://localhost:1", "query": "up", "bearerTokenSecretRef": TOKEN},
    "target": {"type": "AverageValue", "averageValue": "350"},
}
"""A live metric whose token is looked for; it does not matter here that there is none."""


def gone_soon() -> list[Json]:
    """One of each kind; the deletion of the autoscaler's HPA and workload has no consequence."""
    bodies = [workload(), workload("StatefulSet"), hpa(), keda.scaled_object(), calendar(), autoscaler()]
    bodies += [order(hold=True), closed_on("2026-03-20")]
    return [named(body, "gone") for body in bodies]


def of_the_whole_cluster(name: str) -> list[Json]:
    """A calendar and a profile for all namespaces, which nobody here refers to."""
    shared = calendar() | {"kind": "ClusterSchoolCalendar"}
    profile = shared | {"kind": "ClusterScalingProfile", "spec": {"holdGapMinutes": 20}}
    return [body | {"metadata": {"name": f"firstbell-chart-{name}"}} for body in (shared, profile)]


def closed_on(day: str, name: str = "closed") -> Json:
    """A late fact of one day, which has nothing to do with the day that is played."""
    spec = {"calendarRef": {"name": CALENDAR}, "startDate": day, "event": "WeatherDay"}
    return {
        "apiVersion": "firstbell.dev/v1alpha1",
        "kind": "CalendarException",
        "metadata": {"name": name},
        "spec": {**spec, "ttlSecondsAfterFinished": 0},
    }


def by_keda(name: str) -> list[Json]:
    """A workload that KEDA scales, and its policy."""
    return [named(body, name) for body in (workload(), keda.scaled_object(), autoscaler())]


def by_scale_of_a_portal(name: str) -> list[Json]:
    """A kind that the chart's values name, and its policy."""
    policy = named(autoscaler(**BOUNDS), name)
    target = {"apiVersion": f"{portal.GROUP}/v1", "kind": portal.KIND, "name": name}
    policy["spec"]["scaleTargetRef"] = target
    return [named(portal.portal(), name), policy]


def by_scale_of_a_buffer(name: str) -> list[Json]:
    """A kind without pods, whose own status tells who is ready, and its policy."""
    policy = named(autoscaler(**BOUNDS), name)
    policy["spec"]["scaleTargetRef"] = buffer.target(name)
    return [buffer.a_buffer(name), policy]


UNLUCKY_COUNTS = Denial(
    ("apps",), ("deployments/scale", "statefulsets/scale"), f"object.spec.replicas != {UNLUCKY}"
)
"""What a lost race looks like, at any time."""


def is_refused(scene: Stage, name: str) -> bool:
    try:
        scene.kubectl("scale", f"deployment/{name}", f"--replicas={UNLUCKY}", "--dry-run=server")
    except ControlPlaneError:
        return True
    return False


@pytest.fixture
def every_kind(release: Release, scene: Stage) -> Iterator[Stage]:
    """A release with every right that the chart can give, and something for each of them to be needed."""
    plane = release.control_plane
    for kind in (keda, portal, buffer):
        kind.install(plane)
    release.install(*EVERY_RIGHT)
    release.served()
    scene.set(workload(), hpa(), calendar(), autoscaler(behavior=AT_ONCE))
    scene.set(*by_scale("Deployment", "shop"), *by_scale("StatefulSet", "base", metrics=[METRIC]))
    scene.set(closed_on("2026-03-20"), closed_on("2026-02-02", "past"))
    scene.set(order("over", since="00:00", until="00:01", hold=True, ttlSecondsAfterFinished=0))
    scene.set(*by_keda("busy"), *by_scale_of_a_portal("gate"), *by_scale_of_a_buffer("room"), *gone_soon())
    # From the selector in its status the API server makes the one of its scale.
    status = {"replicas": BASELINE, "selector": "app=web"}
    scene.api.patch(portal.KIND, "gate", {"status": status}, "status")
    clusterwide = yaml.safe_dump_all([*of_the_whole_cluster("kept"), *of_the_whole_cluster("gone")])
    plane.kubectl("apply", "-f", "-", stdin=clusterwide)
    with keda.Keda(scene):
        yield scene
    plane.kubectl("delete", "--ignore-not-found", "-f", "-", stdin=clusterwide)
    for kind in (keda, portal, buffer):
        kind.uninstall(plane)


def test_every_right_is_used_and_no_request_is_denied(release: Release, every_kind: Stage, rush, tmp_path):
    plane, scene = release.control_plane, every_kind
    UNLUCKY_COUNTS.impose(plane, scene.namespace)
    until(lambda: is_refused(scene, "shop"), "the unlucky count is refused")

    def delete_unseen() -> None:
        for body in gone_soon():
            scene.api.delete(body["kind"], "gone")
        plane.kubectl("delete", "-f", "-", stdin=yaml.safe_dump_all(of_the_whole_cluster("gone")))

    with operator_of(release, rush, tmp_path, before=delete_unseen):
        scene.floored(PEAK)
        scene.told("Ready", "True", "Serving")
        UNLUCKY_COUNTS.lift(plane, scene.namespace)
        for kind, name, field, count in (
            ("Deployment", "shop", "replicas", UNLUCKY),
            ("StatefulSet", "base", "replicas", UNLUCKY),
            (portal.KIND, "gate", "replicas", PEAK),
            (buffer.KIND, "room", "replicas", PEAK),
            (keda.KIND, "busy", "minReplicaCount", PEAK),
        ):
            until(
                lambda k=kind, n=name, f=field, c=count: (scene.api.get(k, n) or {})["spec"][f] == c,
                f"{field} of {kind} {name} is {count}",
            )
        granted = release.granted("ClusterRole")
        for role in ("firstbell-stop", "firstbell-leases"):
            granted |= release.granted("Role", role)

        def all_used_after_another_round() -> bool:
            """The same events again, which are counted and not posted anew, unless there are too many."""
            scene.end_the_peak()
            scene.floored(BASELINE)
            scene.api.patch("SchoolCalendar", CALENDAR, {"spec": {"suspend": False}})
            scene.floored(PEAK)
            return granted <= release.requests(RELEASE_NAME)[0]

        until(all_used_after_another_round, lambda: f"unused: {granted - release.requests(RELEASE_NAME)[0]}")
    used, denied = release.requests(RELEASE_NAME)
    assert denied == set()
    assert used == granted
