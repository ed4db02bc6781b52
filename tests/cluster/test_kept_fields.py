"""A minimum that firstbell was kept from handing back: mended by a start, by the operator, by a release."""

from __future__ import annotations

import json
import signal
from typing import TYPE_CHECKING

import pytest

from firstbell_workshop.local.errors import ControlPlaneError
from tests.cluster.admission import Denial
from tests.cluster.commands import said
from tests.cluster.manifest_clients import apply_as
from tests.cluster.operator_process import fast_process
from tests.cluster.stage import BASELINE, NAME, PEAK, Stage, autoscaler, calendar, workload
from tests.cluster.waiting import until

if TYPE_CHECKING:
    from tests.cluster.cluster_api import Json

HPA, POLICY = "HorizontalPodAutoscaler", "SchoolAutoscaler"
PIPELINE, OURS = "pipeline", "firstbell"
MENDED_WITHIN_SECONDS = 30
ONLY_FLOORS = Denial(
    ("autoscaling",), ("horizontalpodautoscalers",), "object.spec.minReplicas != oldObject.spec.minReplicas"
)
"""Floors and releases pass, hand-backs do not."""


@pytest.fixture
def applied(stage: Stage) -> Stage:
    """The stage with an HPA that a pipeline applies server-side."""
    stage.set(workload(), calendar())
    apply_as(stage, PIPELINE, BASELINE)
    return stage


def patch_as_us(stage: Stage, minimum: int, annotations: dict[str, str | None]) -> None:
    """What firstbell sends, without what follows: as if it was killed in between."""
    patch = json.dumps({"metadata": {"annotations": annotations}, "spec": {"minReplicas": minimum}})
    stage.kubectl("patch", "hpa", NAME, f"--field-manager={OURS}", "--type=merge", "-p", patch)
    assert (OURS, "Update") in stage.owners_of_minimum()


def left_behind(stage: Stage, *, noted: bool) -> None:
    """Released by a process that was killed before its hand-back; `noted` who had owned the field."""
    owners = json.dumps([{"manager": PIPELINE, "apiVersion": "autoscaling/v2"}])
    patch_as_us(stage, PEAK, {"firstbell.dev/managers": owners if noted else None})
    patch_as_us(stage, BASELINE, {})
    with pytest.raises(ControlPlaneError, match="conflict with"):
        apply_as(stage, PIPELINE, BASELINE + 1)


@pytest.mark.parametrize("noted", [True, False], ids=["noted", "by nobody known"])
def test_a_start_hands_back_what_a_killed_process_left(applied: Stage, rush, noted):
    left_behind(applied, noted=noted)
    with applied.operator(rush):
        applied.left_alone(seconds=MENDED_WITHIN_SECONDS)
        assert applied.appliers_of_minimum() == ({PIPELINE} if noted else set())
        apply_as(applied, PIPELINE, BASELINE + 1)
    assert applied.appliers_of_minimum() == {PIPELINE}


def test_a_release_by_command_hands_it_back_too(applied: Stage):
    left_behind(applied, noted=True)
    release = ("release", "--all", "-n", applied.namespace, "--instance", applied.namespace)
    assert said(applied, *release).startswith(
        f"{HPA} {applied.namespace}/{NAME}: minReplicas stays {BASELINE}, its field is handed back"
    )
    assert (applied.appliers_of_minimum(), applied.marks()) == ({PIPELINE}, {})
    apply_as(applied, PIPELINE, BASELINE + 1)
    assert said(applied, *release, "--never-fail").startswith("no floor of installation")


def test_a_hand_back_that_fails_after_the_policy_is_gone_is_made_when_it_can_be(applied: Stage, rush):
    applied.set(autoscaler())
    with applied.operator(rush):
        applied.floored()
        until(lambda: applied.owners_of_minimum() == {(PIPELINE, "Apply")}, "the field is its applier's")
        ONLY_FLOORS.impose(applied.control_plane, applied.namespace)
        try:
            until(lambda: not may_annotate(applied), "the API server heeds the rule")
            applied.kubectl("delete", f"schoolas/{NAME}", "--timeout=20s")
            until(lambda: applied.minimum() == BASELINE, "released")
            until(lambda: applied.owners_of_minimum() == {(OURS, "Update")}, "not handed back")
        finally:
            ONLY_FLOORS.lift(applied.control_plane, applied.namespace)
        applied.left_alone(seconds=MENDED_WITHIN_SECONDS)
        assert applied.appliers_of_minimum() == {PIPELINE}
        apply_as(applied, PIPELINE, BASELINE + 1)


def may_annotate(stage: Stage) -> bool:
    """Whether the API server takes a write that leaves the minimum alone."""
    try:
        stage.kubectl("annotate", "hpa", NAME, "tried=it", "--dry-run=server", "--overwrite")
    except ControlPlaneError:
        return False
    return True


@pytest.mark.parametrize("manager", ["one", "two"])
def test_a_process_killed_as_its_floor_shows_leaves_what_the_next_one_mends(
    applied: Stage, rush, tmp_path, manager
):
    appliers = {PIPELINE}
    if manager == "two":
        apply_as(applied, "another", BASELINE)
        appliers.add("another")
    applied.set(autoscaler())
    operator = fast_process(applied.for_operator, applied.namespace, rush, tmp_path / "operator.log")

    def kill(body: Json) -> None:
        if body["spec"]["minReplicas"] == PEAK and operator.process.poll() is None:
            operator.process.kill()

    with operator, applied.api.watching(HPA, NAME, kill):
        assert operator.ends(seconds=60) == -signal.SIGKILL
    assert applied.minimum() == PEAK
    applied.kubectl("delete", f"schoolas/{NAME}", "--timeout=20s")
    with applied.operator(rush):
        applied.left_alone(seconds=MENDED_WITHIN_SECONDS)
        until(lambda: applied.appliers_of_minimum() == appliers, "its owners own it")
    for each in sorted(appliers):
        apply_as(applied, each, BASELINE)
