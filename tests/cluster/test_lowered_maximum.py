"""An owner lowers the HPA's maximum below the floor that is held: the maximum wins, and where it cannot.

The API server refuses an HPA whose minimum is above its maximum, and the minimum in the window is our floor.
So an edit of the maximum alone is refused, and one that bears the minimum, as a manifest does, is not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml

from firstbell_workshop.local.errors import ControlPlaneError
from tests.cluster.stage import BASELINE, NAME, PEAK, Stage, autoscaler, calendar, hpa, workload

if TYPE_CHECKING:
    from tests.cluster.operator_process import Sun

LESS = 4
CLIENT_SIDE, SERVER_SIDE = ("apply",), ("apply", "--server-side")


@pytest.mark.parametrize("how", [CLIENT_SIDE, SERVER_SIDE], ids=["client-side", "server-side"])
def test_a_manifest_with_both_bounds_is_taken_and_its_maximum_limits(stage: Stage, rush: Sun, how):
    def apply(maximum: int) -> None:
        stage.kubectl(*how, "-f", "-", stdin=yaml.safe_dump(hpa(maximum=maximum)))

    stage.set(workload(), calendar(), autoscaler())
    apply(40)
    with stage.operator(rush):
        stage.floored(PEAK)
        apply(LESS)
        stage.floored(LESS)
        assert stage.marks()["firstbell.dev/baseline"] == str(BASELINE)
        stage.told("ScalingLimited", "True", "AutoscalerMaxReplicas")


def test_the_maximum_alone_is_refused_below_the_floor_and_with_the_minimum_taken(stage: Stage, rush: Sun):
    def edit(**bounds: int) -> None:
        stage.kubectl("patch", "hpa", NAME, "--type=merge", "-p", yaml.safe_dump({"spec": bounds}))

    stage.set(workload(), hpa(), calendar(), autoscaler())
    with stage.operator(rush):
        stage.floored(PEAK)
        with pytest.raises(ControlPlaneError, match="greater than or equal to"):
            edit(maxReplicas=LESS)
        edit(minReplicas=BASELINE, maxReplicas=LESS)
        stage.floored(LESS)
        stage.told("ScalingLimited", "True", "AutoscalerMaxReplicas")
