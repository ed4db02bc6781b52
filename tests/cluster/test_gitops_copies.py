"""A tool that applies a copy of the live object in the window does not make our floor the owner's minimum.

Argo CD with RespectIgnoreDifferences puts the live value of each ignored field into the manifest that it
applies, and people do the same with `kubectl get -o yaml`. Taken for a wish, the peak would stay for ever.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml

from tests.cluster.stage import BASELINE, NAME, PEAK, Stage, autoscaler, calendar, hpa, workload
from tests.cluster.waiting import until

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cluster.operator_process import Sun

ARGO_CD = ("--field-manager=argocd-controller",)


def argo_cd_syncs(stage: Stage) -> None:
    """Its own manifest, with what stands live in the ignored /spec/minReplicas."""
    manifest = hpa(minimum=stage.autoscaler["spec"]["minReplicas"])
    stage.kubectl("apply", *ARGO_CD, "-f", "-", stdin=yaml.safe_dump(manifest))


def argo_cd_syncs_server_side(stage: Stage) -> None:
    manifest = hpa(minimum=stage.autoscaler["spec"]["minReplicas"])
    flags = ("--server-side", "--force-conflicts", *ARGO_CD)
    stage.kubectl("apply", *flags, "-f", "-", stdin=yaml.safe_dump(manifest))


def a_person_applies_what_stands_there(stage: Stage) -> None:
    stage.kubectl("apply", "-f", "-", stdin=stage.kubectl("get", "hpa", NAME, "-o", "yaml"))


@pytest.mark.parametrize(
    "copy", [argo_cd_syncs, argo_cd_syncs_server_side, a_person_applies_what_stands_there]
)
def test_the_baseline_comes_back_after_a_copy_of_the_floor_was_applied(
    stage: Stage, rush: Sun, copy: Callable[[Stage], None]
):
    stage.set(workload(), calendar(), autoscaler(behavior={"scaleDown": {"stabilizationWindowSeconds": 0}}))
    stage.kubectl("apply", *ARGO_CD, "-f", "-", stdin=yaml.safe_dump(hpa(minimum=BASELINE)))
    with stage.operator(rush):
        stage.floored(PEAK)
        until(lambda: ("firstbell", "Update") not in stage.owners_of_minimum(), "the field is handed back")
        copy(stage)
        until(lambda: stage.marks().get("firstbell.dev/baseline") == str(BASELINE), "our mark stays")
        assert stage.autoscaler["spec"]["minReplicas"] == PEAK

        stage.end_the_peak()
        stage.released(BASELINE)
        copy(stage)
        stage.released(BASELINE)
