"""A ScaledObject that goes in mid-window and stays away: its HPA goes with it, and firstbell stands in."""

from __future__ import annotations

from datetime import timedelta
from itertools import groupby
from typing import TYPE_CHECKING

import pytest

from tests.cluster import keda
from tests.cluster.keda import HPA, KEDAS_HPA, Keda, scaled_object
from tests.cluster.operator_process import Sun
from tests.cluster.stage import NAME, PEAK, Stage, at, autoscaler, calendar, workload
from tests.cluster.waiting import holds, until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from firstbell_workshop.local.control_plane import ControlPlane
    from tests.cluster.cluster_api import Json

WAITED_FOR = timedelta(seconds=60)
LAST_KNOWN, BY_HAND = 3, 5
"""The baseline that only the ScaledObject told, and a person's count while it is waited for."""
AT_ONCE = {"scaleDown": {"stabilizationWindowSeconds": 0}}


@pytest.fixture(scope="module", autouse=True)
def _kind_installed(control_plane: ControlPlane) -> Iterator[None]:
    keda.install(control_plane)
    yield
    keda.uninstall(control_plane)


def test_one_that_stays_away_is_waited_for_then_stood_in_for_and_its_baseline_kept(stage: Stage):
    bounds = {"minReplicas": 1, "maxReplicas": 40}
    stage.set(
        workload(), calendar(), scaled_object(minimum=LAST_KNOWN), autoscaler(**bounds, behavior=AT_ONCE)
    )
    late = Sun.rising(at("08:33"), 6, hurry=240)
    counts: list[tuple[int, datetime]] = []

    def note(body: Json) -> None:
        counts.append((body["spec"]["replicas"], late.now()))

    with Keda(stage), stage.operator(late):
        until(lambda: stage.replicas() == PEAK, stage.conditions)
        with stage.api.watching("Deployment", NAME, note):
            gone = late.now()
            stage.kubectl("delete", f"{keda.CRD}/{NAME}", "--timeout=20s")
            stage.told("AbleToScale", "False", "AutoscalerVanished")
            until(lambda: stage.api.get(HPA, KEDAS_HPA) is None, "KEDA has taken its HPA away")
            stage.kubectl("scale", f"deployment/{NAME}", f"--replicas={BY_HAND}")
            until(lambda: stage.replicas() == PEAK, "scaled directly")
            until(lambda: stage.status().get("actuator", {}).get("kind") == "Deployment", "told so")
            late.wait_for(at("08:40"))
            until(lambda: stage.replicas() == LAST_KNOWN, "the baseline that its owner wanted")
            holds(lambda: stage.replicas() == LAST_KNOWN, "not the lower minimum of the policy", seconds=3)
    # In every version of the count, not only in those that were looked at.
    stood = [count for count, _ in groupby(count for count, _ in counts)]
    assert stood == [PEAK, BY_HAND, PEAK, LAST_KNOWN], counts
    by_hand = next(place for place, (count, _) in enumerate(counts) if count == BY_HAND)
    raised = next(time for count, time in counts[by_hand:] if count == PEAK)
    assert raised - gone >= WAITED_FOR, "the count was written while the ScaledObject was still waited for"
