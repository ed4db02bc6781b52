"""Two managers that own a minimum together: copies of the floor, changes by hand, a release by command."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cluster.commands import said
from tests.cluster.manifest_clients import apply_as
from tests.cluster.stage import BASELINE, PEAK, Stage, autoscaler, calendar, workload
from tests.cluster.waiting import until

if TYPE_CHECKING:
    from tests.cluster.operator_process import Sun

FLUX, PLATFORM = "flux", "platform"
BOTH = (FLUX, PLATFORM)
RAISED_WITHIN_SECONDS = 5
AT_ONCE = {"scaleDown": {"stabilizationWindowSeconds": 0}}


@pytest.fixture
def shared(stage: Stage) -> Stage:
    """A stage whose HPA both have applied."""
    stage.set(workload(), calendar(), autoscaler(behavior=AT_ONCE))
    for manager in BOTH:
        apply_as(stage, manager, BASELINE)
    assert stage.appliers_of_minimum() == set(BOTH)
    return stage


def raised_over(stage: Stage, baseline: int) -> None:
    stage.floored(PEAK, seconds=RAISED_WITHIN_SECONDS)
    until(lambda: stage.marks()["firstbell.dev/baseline"] == str(baseline), f"a baseline of {baseline}")
    until(lambda: not stage.owners_of_minimum(), lambda: f"nobody's: {stage.owners_of_minimum()}")


def given_back_to_both(stage: Stage, baseline: int) -> None:
    stage.left_alone(baseline)
    assert stage.owners_of_minimum() == {(manager, "Apply") for manager in BOTH}


def test_a_copy_of_the_floor_by_one_is_no_conflict_for_the_other(shared: Stage, rush: Sun):
    with shared.operator(rush):
        raised_over(shared, BASELINE)
        apply_as(shared, FLUX, PEAK)
        raised_over(shared, BASELINE)
        apply_as(shared, PLATFORM, BASELINE)
        raised_over(shared, BASELINE)
        shared.end_the_peak()
        given_back_to_both(shared, BASELINE)


def test_release_gives_the_minimum_back_to_both(shared: Stage, rush: Sun):
    with shared.operator(rush):
        raised_over(shared, BASELINE)
    said(shared, "release", "--all", "-n", shared.namespace, "--instance", shared.namespace)
    given_back_to_both(shared, BASELINE)


def test_a_change_by_hand_takes_the_minimum_from_both(shared: Stage, rush: Sun):
    with shared.operator(rush):
        raised_over(shared, BASELINE)
        shared.kubectl("patch", "hpa", "web", "--type=merge", "-p", '{"spec":{"minReplicas":5}}')
        raised_over(shared, 5)
        shared.end_the_peak()
        shared.left_alone(5)
    for manager in BOTH:
        apply_as(shared, manager, BASELINE)
    assert shared.appliers_of_minimum() == set(BOTH)
