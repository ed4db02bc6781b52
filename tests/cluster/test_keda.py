"""Where KEDA scales the workload, the floor is its ScaledObject's, before, in and after the peak."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml

from tests.cluster import keda
from tests.cluster.commands import firstbell, said
from tests.cluster.keda import HPA, KEDAS_HPA, KIND, PAUSED, Keda, scaled_object
from tests.cluster.operator_account import access
from tests.cluster.operator_process import Sun
from tests.cluster.stage import (
    ANNOTATION_PREFIX,
    BASELINE,
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
    from tests.cluster.cluster_api import Json

AT_ONCE_SECONDS = 5
AT_ONCE = {"scaleDown": {"stabilizationWindowSeconds": 0}}


@pytest.fixture(scope="module", autouse=True)
def _kind_installed(control_plane: ControlPlane) -> Iterator[None]:
    keda.install(control_plane)
    yield
    keda.uninstall(control_plane)


@pytest.fixture
def kedas(stage: Stage) -> Iterator[Stage]:
    """A stage on which KEDA is at work; tests put the ScaledObject there."""
    with Keda(stage):
        stage.set(workload(), calendar())
        yield stage


@pytest.fixture
def rush() -> Sun:
    """In the middle of the peak, and slow enough to stay there."""
    return Sun.rising(at("08:22"), 4)


def body(stage: Stage, kind: str = KIND, name: str = NAME) -> Json:
    return stage.api.get(kind, name) or {}


def floor(stage: Stage) -> int | None:
    return body(stage)["spec"].get("minReplicaCount")


def marks(stage: Stage) -> dict[str, str]:
    annotations = body(stage)["metadata"].get("annotations") or {}
    return {key: value for key, value in annotations.items() if key.startswith(ANNOTATION_PREFIX)}


def copied(stage: Stage) -> int | None:
    return body(stage, HPA, KEDAS_HPA).get("spec", {}).get("minReplicas")


def managers(stage: Stage, kind: str = KIND, name: str = NAME) -> set[str]:
    return {entry["manager"] for entry in body(stage, kind, name)["metadata"]["managedFields"]}


def made(stage: Stage) -> None:
    until(lambda: copied(stage) is not None, "KEDA has made its HPA")


def floored(stage: Stage) -> None:
    until(
        lambda: (floor(stage), copied(stage), stage.replicas()) == (PEAK, PEAK, PEAK),
        lambda: f"floor, copy and count {PEAK}; conditions {stage.conditions()}",
    )


def released(stage: Stage, baseline: int = BASELINE, *, seconds: float = 30) -> None:
    """The baseline is back, and nothing of ours is left on either of the two."""
    until(lambda: (floor(stage), marks(stage)) == (baseline, {}), f"a floor of {baseline}", seconds=seconds)
    until(lambda: "firstbell" not in managers(stage), "the field is handed back", seconds=AT_ONCE_SECONDS)
    until(lambda: copied(stage) == max(baseline, 1), f"a copy of {baseline}", seconds=AT_ONCE_SECONDS)
    assert "firstbell" not in managers(stage, HPA, KEDAS_HPA)


def test_a_morning_from_the_baseline_and_back(kedas: Stage):
    kedas.set(scaled_object(), autoscaler())
    made(kedas)
    versions: dict[str, list[tuple[int, int]]] = {HPA: [], "Deployment": []}

    def note(seen: Json) -> None:
        spec = seen["spec"]
        count = spec["minReplicas"] if seen["kind"] == HPA else spec["replicas"]
        versions[seen["kind"]].append((count, int(seen["metadata"]["resourceVersion"])))

    morning = Sun.rising(at("08:19"), 10, hurry=120)
    watches = (kedas.api.watching(HPA, KEDAS_HPA, note), kedas.api.watching("Deployment", NAME, note))
    with watches[0], watches[1], kedas.operator(morning):
        morning.wait_for(at("08:20"))
        floored(kedas)
        assert marks(kedas) == {
            "firstbell.dev/floor": str(PEAK),
            "firstbell.dev/baseline": str(BASELINE),
            "firstbell.dev/autoscaler": f"{kedas.namespace}/{NAME}",
            "firstbell.dev/instance": kedas.namespace,
        }
        until(lambda: kedas.status().get("actuator", {}).get("floor") == PEAK, "the floor in the status")
        actuator = kedas.status()["actuator"]
        assert (actuator["kind"], actuator["name"]) == (KIND, NAME)
        morning.wait_for(at("08:41"))
        released(kedas)
    shown, scaled = (next(v for count, v in versions[kind] if count == PEAK) for kind in versions)
    assert shown < scaled, "the count was raised before KEDA's HPA knew of the floor"


def test_scale_to_zero_is_left_and_come_back_to(kedas: Stage, rush):
    kedas.api.patch("Deployment", NAME, {"spec": {"replicas": 0}})
    kedas.set(scaled_object(minimum=None), autoscaler(behavior=AT_ONCE))
    made(kedas)
    with kedas.operator(rush):
        floored(kedas)
        kedas.end_the_peak()
        released(kedas, 0)


def test_a_persons_zero_over_a_minimum_of_zero_stands_and_takes_the_floor_away(kedas: Stage, rush):
    kedas.set(scaled_object(minimum=0), autoscaler())
    made(kedas)
    with kedas.operator(rush):
        floored(kedas)
        kedas.kubectl("scale", f"deployment/{NAME}", "--replicas=0")
        kedas.told("AbleToScale", "False", "ScalingDisabled")
        released(kedas, 0)
        holds(lambda: (kedas.replicas(), floor(kedas)) == (0, 0), "the 0 stands", seconds=3)
        kedas.kubectl("scale", f"deployment/{NAME}", "--replicas=1")
        floored(kedas)


def test_a_stateful_set_is_a_target_like_any_other(kedas: Stage, rush):
    kind = "StatefulSet"
    kedas.set(workload(kind), scaled_object(kind=kind), autoscaler(kind=kind))
    made(kedas)
    with kedas.operator(rush):
        until(lambda: (floor(kedas), copied(kedas), kedas.replicas(kind)) == (PEAK,) * 3, kedas.conditions)


def test_one_that_idles_is_reported_and_untouched(kedas: Stage, rush):
    body_of_it = scaled_object()
    body_of_it["spec"]["idleReplicaCount"] = 0
    kedas.set(body_of_it, autoscaler())
    with kedas.operator(rush):
        kedas.told("AbleToScale", "False", "AutoscalerIdles")
        assert (floor(kedas), marks(kedas)) == (BASELINE, {})
        kedas.api.patch(KIND, NAME, {"spec": {"idleReplicaCount": None}})
        floored(kedas)


def test_a_paused_one_is_reported_and_untouched_until_it_goes_on(kedas: Stage, rush):
    kedas.set(scaled_object(**{PAUSED: "true"}), autoscaler())
    with kedas.operator(rush):
        message = kedas.told("AbleToScale", "False", "AutoscalerPaused")
        assert f"is paused by its annotation {PAUSED}" in message
        generation = body(kedas)["metadata"]["generation"]
        assert (generation, marks(kedas), kedas.replicas()) == (1, {}, BASELINE)
        command = message.partition("Resume it: kubectl ")[2]
        kedas.kubectl(*command.split())
        floored(kedas)
        kedas.told("AbleToScale", "True", "ReadyForNewScale")


def test_deleting_the_autoscaler_releases_at_once(kedas: Stage, rush):
    kedas.set(scaled_object(), autoscaler())
    with kedas.operator(rush):
        floored(kedas)
        kedas.kubectl("delete", f"schoolas/{NAME}", "--timeout=20s")
        released(kedas, seconds=AT_ONCE_SECONDS)


def test_a_change_by_hand_is_raised_again_and_becomes_the_baseline(kedas: Stage, rush):
    kedas.set(scaled_object(), autoscaler(behavior=AT_ONCE))
    with kedas.operator(rush):
        floored(kedas)
        kedas.api.patch(KIND, NAME, {"spec": {"minReplicaCount": 5}})
        until(lambda: marks(kedas).get("firstbell.dev/baseline") == "5", "a baseline of 5")
        floored(kedas)
        kedas.end_the_peak()
        released(kedas, 5)


def test_one_applied_server_side_is_applied_again_without_a_conflict(kedas: Stage, rush, tmp_path):
    manifest = tmp_path / "scaled-object.yaml"
    manifest.write_text(yaml.safe_dump(scaled_object()))
    apply = ("apply", "--server-side", "--field-manager=argocd", "-f", str(manifest))
    kedas.kubectl(*apply)
    kedas.set(autoscaler())
    with kedas.operator(rush):
        floored(kedas)
        until(lambda: "firstbell" not in minimum_owners(kedas), "the field is handed back")
        kedas.kubectl(*apply)
        until(lambda: floor(kedas) == PEAK, "raised again", seconds=AT_ONCE_SECONDS)
        until(lambda: minimum_owners(kedas) == {"argocd"}, "the field is its applier's")


def test_two_that_apply_it_meet_no_conflict_in_the_window_and_own_it_after(kedas: Stage, rush):
    managers = ("argocd", "platform")

    def apply_as(manager: str) -> None:
        flags = ("--server-side", f"--field-manager={manager}")
        kedas.kubectl("apply", *flags, "-f", "-", stdin=yaml.safe_dump(scaled_object()))

    for manager in managers:
        apply_as(manager)
    kedas.set(autoscaler(behavior=AT_ONCE))
    with kedas.operator(rush):
        floored(kedas)
        for manager in managers:
            until(lambda: not minimum_owners(kedas), "the field is nobody's")
            apply_as(manager)
            until(lambda: floor(kedas) == PEAK, "raised again", seconds=AT_ONCE_SECONDS)
        kedas.end_the_peak()
        released(kedas)
        until(lambda: minimum_owners(kedas) == set(managers), "the field is theirs")


def minimum_owners(stage: Stage) -> set[str]:
    return {
        entry["manager"]
        for entry in body(stage)["metadata"]["managedFields"]
        if "f:minReplicaCount" in entry["fieldsV1"].get("f:spec", {})
    }


def test_deleted_and_made_again_in_the_window(kedas: Stage, rush):
    kedas.set(scaled_object(), autoscaler())
    with kedas.operator(rush):
        floored(kedas)
        kedas.kubectl("delete", f"{keda.CRD}/{NAME}", "--timeout=20s")
        kedas.told("AbleToScale", "False", "AutoscalerVanished")
        assert kedas.replicas() == PEAK
        kedas.set(scaled_object(minimum=3))
        floored(kedas)
        assert marks(kedas)["firstbell.dev/baseline"] == "3"
        kedas.told("AbleToScale", "True", "ReadyForNewScale")


def test_one_that_appears_in_the_window_is_floored_and_gives_way_to_an_hpa(kedas: Stage, rush):
    kedas.set(autoscaler(minReplicas=BASELINE, maxReplicas=40))
    with kedas.operator(rush):
        until(lambda: kedas.replicas() == PEAK, "scaled directly")
        kedas.set(scaled_object(minimum=3))
        floored(kedas)
        assert marks(kedas)["firstbell.dev/baseline"] == "3"
        kedas.kubectl("delete", f"{keda.CRD}/{NAME}", "--timeout=20s")
        until(lambda: kedas.api.get(HPA, KEDAS_HPA) is None, "KEDA has taken its HPA away")
        kedas.set(hpa())
        kedas.floored(PEAK)
        assert kedas.marks()["firstbell.dev/baseline"] == str(BASELINE)
        kedas.kubectl("delete", f"schoolas/{NAME}", "--timeout=20s")
        kedas.left_alone()


def test_keda_takes_over_from_an_hpa_in_the_window(kedas: Stage, rush):
    kedas.set(hpa(), autoscaler())
    with kedas.operator(rush):
        kedas.floored(PEAK)
        kedas.set(scaled_object())
        kedas.told("AbleToScale", "False", "AmbiguousAutoscaler")
        kedas.kubectl("delete", f"hpa/{NAME}", "--timeout=20s")
        floored(kedas)


def test_the_next_start_releases_a_floor_whose_owner_was_deleted(kedas: Stage, rush):
    kedas.set(scaled_object(), autoscaler())
    with kedas.operator(rush):
        floored(kedas)
    kedas.kubectl("delete", f"schoolas/{NAME}", "--timeout=20s")
    holds(lambda: floor(kedas) == PEAK, "a stop releases nothing", seconds=1)
    with kedas.operator(rush):
        released(kedas, seconds=AT_ONCE_SECONDS)


def test_release_gives_a_scaled_object_back_without_an_operator(kedas: Stage, rush):
    kedas.set(scaled_object(), autoscaler())
    with kedas.operator(rush):
        floored(kedas)
    release = ("release", "--all", "-n", kedas.namespace, "--instance", kedas.namespace)
    want = f"{KIND} {kedas.namespace}/{NAME}: minReplicaCount {PEAK} -> {BASELINE}"
    assert said(kedas, *release).startswith(want)
    released(kedas, seconds=AT_ONCE_SECONDS)
    assert said(kedas, *release, "--never-fail").startswith("no floor of installation")


def test_who_may_not_look_is_told_to_look_for_scaled_objects_too(kedas: Stage, tmp_path):
    kedas.kubectl("create", "serviceaccount", "nobody")
    nobody = access(kedas.control_plane, kedas.namespace, "nobody", tmp_path / "nobody")
    done = firstbell(kedas, "release", "--all", "--kubeconfig", nobody)
    assert (done.returncode, done.stdout) == (2, "")
    for kind in ("hpa", "scaledobject"):
        assert f"kubectl get {kind} -A -o yaml | grep firstbell.dev/" in done.stderr
