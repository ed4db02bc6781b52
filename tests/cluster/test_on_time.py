"""What is planned is there at its instant, on a clock that runs as fast as the one on the wall."""

from __future__ import annotations

from tests.cluster.operator_process import Sun
from tests.cluster.stage import BASELINE, PEAK, Stage, at, autoscaler, calendar, hpa, workload
from tests.cluster.waiting import LOOK_EVERY_SECONDS, until

SHORTLY_BEFORE, PLANNED = at("08:19:50"), at("08:20")


def rise(stage: Stage, stands, baseline, want) -> tuple:
    """When the rise of 08:20 was first seen, and when last not, on the clock of the operator."""
    last_not = None
    with stage.operator(sun := Sun.rising(SHORTLY_BEFORE, 1)):
        stage.told("Ready", "True", "Serving")

        def risen():
            nonlocal last_not
            now = sun.now()
            if (stood := stands()) == want:
                return now
            assert stood in {baseline, (want[0], baseline[-1])}
            last_not = now
            return None

        first = until(risen, f"{want}", seconds=20, every=LOOK_EVERY_SECONDS)
    return last_not, first


def test_floor_and_scale_are_there_when_they_are_planned_and_no_second_earlier_than_need_be(stage: Stage):
    stage.set(workload(), hpa(), calendar(), autoscaler())

    def floor_and_count() -> tuple[int, int]:
        # The count is read first, for the floor is written first: between two reads both may be written.
        count = stage.replicas()
        return stage.minimum(), count

    last_not, first = rise(stage, floor_and_count, (BASELINE, BASELINE), (PEAK, PEAK))
    assert at("08:19:58") <= last_not < first <= PLANNED


def test_scale_is_there_when_it_is_planned_where_there_is_no_autoscaler(stage: Stage):
    stage.set(workload(), calendar(), autoscaler(minReplicas=BASELINE, maxReplicas=40))
    last_not, first = rise(stage, lambda: (stage.replicas(),), (BASELINE,), (PEAK,))
    assert at("08:19:58") <= last_not < first <= PLANNED
