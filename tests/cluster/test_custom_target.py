"""A kind of somebody's own that has a scale subresource, with an HPA and without one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cluster import keda, portal
from tests.cluster.operator_process import Sun
from tests.cluster.stage import (
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
from tests.cluster.waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstbell_workshop.local.control_plane import ControlPlane

API_VERSION = f"{portal.GROUP}/v1"


@pytest.fixture(scope="module", autouse=True)
def _kind_installed(control_plane: ControlPlane) -> Iterator[None]:
    portal.install(control_plane)
    yield
    portal.uninstall(control_plane)


@pytest.fixture
def portals(stage: Stage) -> Iterator[Stage]:
    with portal.controller(stage):
        yield stage


def on_portal(**spec):
    body = autoscaler(**spec)
    body["spec"]["scaleTargetRef"] = {"apiVersion": API_VERSION, "kind": portal.KIND, "name": NAME}
    return body


def replicas(stage: Stage) -> int:
    return (stage.api.get(portal.KIND, NAME) or {})["spec"]["replicas"]


def test_its_scale_is_written_and_its_ready_pods_are_counted(portals: Stage):
    portals.set(portal.portal(), calendar(), on_portal(minReplicas=BASELINE, maxReplicas=40))
    with portals.operator(sun := Sun.rising(at("08:18"), 20)):
        portals.told("Ready", "True", "Serving")
        sun.wait_for(at("08:20"))
        until(lambda: replicas(portals) == PEAK, f"{PEAK} replicas", seconds=5)
        portals.told("ReadyForBell", "True", "OnSchedule")
        assert portals.ready() == PEAK


def test_the_floor_of_its_hpa_is_raised_and_the_count_follows(portals: Stage):
    its_hpa = hpa(kind=portal.KIND)
    its_hpa["spec"]["scaleTargetRef"]["apiVersion"] = API_VERSION
    portals.set(portal.portal(), its_hpa, calendar(), on_portal())
    with portals.operator(Sun.rising(at("08:22"), 10)):
        until(lambda: (portals.minimum(), replicas(portals)) == (PEAK, PEAK), f"floor and count {PEAK}")


@pytest.fixture
def kedas(control_plane: ControlPlane, portals: Stage) -> Iterator[Stage]:
    """A stage of portals on which KEDA is at work, too."""
    keda.install(control_plane)
    with keda.Keda(portals):
        yield portals
    keda.uninstall(control_plane)


def test_the_floor_of_its_scaled_object_is_raised_and_comes_back(kedas: Stage):
    its_scaled_object = keda.scaled_object(kind=portal.KIND)
    its_scaled_object["spec"]["scaleTargetRef"]["apiVersion"] = API_VERSION
    kedas.set(
        portal.portal(),
        its_scaled_object,
        calendar(),
        on_portal(behavior={"scaleDown": {"stabilizationWindowSeconds": 0}}),
    )

    def minima() -> tuple[int | None, int | None]:
        """Of the ScaledObject, and of the HPA that KEDA makes of it."""
        of = ((keda.KIND, NAME, "minReplicaCount"), (keda.HPA, keda.KEDAS_HPA, "minReplicas"))
        first, second = (
            (kedas.api.get(kind, name) or {}).get("spec", {}).get(field) for kind, name, field in of
        )
        return first, second

    with kedas.operator(Sun.rising(at("08:22"), 4)):
        until(lambda: (*minima(), replicas(kedas)) == (PEAK,) * 3, kedas.conditions)
        assert kedas.status()["actuator"]["kind"] == keda.KIND
        kedas.end_the_peak()
        until(lambda: minima() == (BASELINE, BASELINE), "the baseline is back")


def test_one_that_is_created_later_is_scaled_then(portals: Stage):
    portals.set(calendar(), on_portal(minReplicas=BASELINE, maxReplicas=40))
    with portals.operator(Sun.rising(at("08:22"), 4)):
        portals.told("AbleToScale", "False", "TargetNotFound")
        portals.set(portal.portal())
        until(lambda: replicas(portals) == PEAK, f"{PEAK} replicas")


def test_a_kind_that_the_cluster_does_not_have_is_told(portals: Stage):
    body = on_portal(minReplicas=BASELINE, maxReplicas=40)
    body["spec"]["scaleTargetRef"]["kind"] = "Gate"
    portals.set(calendar(), body)
    with portals.operator(Sun.rising(at("08:22"), 4)):
        message = portals.told("AbleToScale", "False", "TargetNotScalable")
    assert f"no kind Gate of {API_VERSION}" in message


def test_pods_of_a_neighbour_with_the_same_label_are_not_its_own(portals: Stage):
    portals.set(portal.portal(), calendar(), on_portal(minReplicas=BASELINE, maxReplicas=40))
    made = portals.api.get(portal.KIND, NAME) or {}
    owner = {"apiVersion": API_VERSION, "kind": portal.KIND, "name": NAME, "uid": made["metadata"]["uid"]}
    portals.api.patch("Deployment", NAME, {"metadata": {"ownerReferences": [owner | {"controller": True}]}})
    canary = workload(replicas=8)
    canary["metadata"]["name"] = "canary"
    for labels in (
        canary["spec"]["selector"]["matchLabels"],
        canary["spec"]["template"]["metadata"]["labels"],
    ):
        labels["track"] = "canary"
    portals.set(canary)
    until(lambda: len(portals.ready_since()) == 8 + BASELINE, "the canary is Ready")
    with portals.operator(Sun.rising(at("08:21"), 10)):
        portals.told("ReadyForBell", "True", "OnSchedule")
        assert portals.status()["readyReplicas"] == PEAK
        assert len(portals.ready_since()) == 8 + PEAK
