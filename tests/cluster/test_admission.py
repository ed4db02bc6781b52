"""Admission control that does not let a floor be what we ask for: told apart from people, and not fought."""

from __future__ import annotations

import contextlib
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from kubernetes.client.exceptions import ApiException

from tests.cluster.admission import Clamp, Denial
from tests.cluster.audited import Audited
from tests.cluster.operator_process import Sun
from tests.cluster.stage import BASELINE, NAME, PEAK, Stage, at, autoscaler, calendar, hpa, workload
from tests.cluster.waiting import holds, until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cluster.cluster_api import Json

HPA = "HorizontalPodAutoscaler"
ALLOWED = 4
LIMITED = f"the schedule asks for {PEAK} replicas, admission control of the API server"
AT_ONCE, AT_ONCE_SECONDS = {"scaleDown": {"stabilizationWindowSeconds": 0}}, 5
ASKED_AGAIN = timedelta(minutes=10)
"""After which a clamped floor is asked for again; a sooner refusal is, too."""
ASKED_AGAIN_SECONDS = 10
"""Of the wall, from then on."""
SPEED, HURRY = 30, 240
FEW, FEW_SECONDS = 6, 4
"""As often a refused floor is asked for in two minutes of the operator's clock: after 2 s, 4, 8."""
CLAMPED = Clamp("autoscaling", ("horizontalpodautoscalers",), "minReplicas", ALLOWED)
DENIED = Denial(("autoscaling",), ("horizontalpodautoscalers",), f"object.spec.minReplicas <= {ALLOWED}")
COUNT = Clamp("apps", ("deployments/scale",), "replicas", ALLOWED)


@pytest.fixture
def rush() -> Sun:
    """In the middle of a peak of an hour, so that ten minutes pass within it."""
    return Sun.rising(at("08:21"), SPEED, hurry=HURRY)


def of_an_hour(**spec: object) -> Json:
    body = autoscaler(**spec)
    body["spec"]["peaks"][0]["holdMinutes"] = 60
    return body


@contextlib.contextmanager
def imposed(rule: Clamp | Denial, stage: Stage) -> Iterator[None]:
    """The rule is in force within the block."""
    rule.impose(stage.control_plane, stage.namespace)
    allows = may_scale if rule is COUNT else may_floor
    try:
        until(lambda: not allows(stage, PEAK), "the API server heeds the rule")
        yield
    finally:
        rule.lift(stage.control_plane, stage.namespace)
    until(lambda: allows(stage, PEAK), "the API server has forgotten the rule")


def may_scale(stage: Stage, replicas: int) -> bool:
    """Whether somebody else's count would be taken as it is."""
    told = stage.api.patch("Deployment", NAME, {"spec": {"replicas": replicas}}, "scale", dry_run=True)
    return told["spec"]["replicas"] == replicas


def may_floor(stage: Stage, minimum: int) -> bool:
    """Whether somebody else's minimum would be taken as it is."""
    try:
        told = stage.api.patch(HPA, NAME, {"spec": {"minReplicas": minimum}}, dry_run=True)
    except ApiException:
        return False
    return told["spec"]["minReplicas"] == minimum


class Writes:
    """How often the operator has written autoscalers and counts here, also in vain.

    Where nobody audits, as on kind, they are not counted, and the test ends by saying so: `were_counted`.
    """

    def __init__(self, stage: Stage) -> None:
        self._audited = Audited.of(stage)

    def so_far(self) -> int:
        events = [] if self._audited is None else self._audited.events()
        return sum(
            event["verb"] == "patch" and event["objectRef"].get("apiGroup") in {"apps", "autoscaling"}
            for event in events
        )

    def were_counted(self) -> None:
        """The last line of a test; where nobody audits it is a skip, as the rest of the test holds."""
        if self._audited is None:
            pytest.skip("all else holds, but nobody audits this API server: writes were not counted")


def test_a_clamped_floor_is_told_not_fought_and_raised_when_the_clamp_goes(stage: Stage, rush):
    stage.set(workload(), hpa(), calendar(), of_an_hour(behavior=AT_ONCE))
    with contextlib.ExitStack() as operator:
        with imposed(CLAMPED, stage):
            operator.enter_context(stage.operator(rush))
            stage.floored(ALLOWED)
            assert stage.told("ScalingLimited", "True", "Admission") == f"{LIMITED} allows {ALLOWED}"
            assert (stage.marks()["firstbell.dev/floor"], baseline(stage)) == (str(ALLOWED), BASELINE)
            before = (writes := Writes(stage)).so_far()
            holds(lambda: (stage.minimum(), writes.so_far()) == (ALLOWED, before), "not fought", seconds=3)

            # A person is told apart from admission control: this one is answered, and owns the baseline.
            stage.kubectl("patch", "hpa", NAME, "--type=merge", "-p", '{"spec":{"minReplicas":3}}')
            stage.floored(ALLOWED, seconds=AT_ONCE_SECONDS)
            until(lambda: baseline(stage) == 3, "a baseline of 3", seconds=AT_ONCE_SECONDS)
            stage.told("FloorContested", "False", "NotContested")
        rush.wait_for(rush.now() + ASKED_AGAIN)
        stage.floored(PEAK, seconds=ASKED_AGAIN_SECONDS)
        stage.told("ScalingLimited", "False", "DesiredWithinRange")
        stage.end_the_peak()
        stage.released(3)
        until(lambda: ("firstbell", "Update") not in stage.owners_of_minimum(), "the field is handed back")
    writes.were_counted()


def test_a_refused_floor_is_told_in_the_policys_words_and_raised_when_it_may_be(stage: Stage, rush):
    stage.set(workload(), hpa(), calendar())
    with contextlib.ExitStack() as operator:
        with imposed(DENIED, stage):
            stage.set(of_an_hour())
            operator.enter_context(stage.operator(rush))
            message = stage.told("AbleToScale", "False", "FailedUpdate")
            assert f"failed expression: {DENIED.expression}" in message
            assert (stage.minimum(), stage.marks(), stage.replicas()) == (BASELINE, {}, BASELINE)
            before = (writes := Writes(stage)).so_far()
            holds(lambda: writes.so_far() <= before + FEW, "asked for seldom", seconds=FEW_SECONDS)
            # Others write on meanwhile.
            stage.kubectl("patch", "hpa", NAME, "--type=merge", "-p", '{"spec":{"minReplicas":3}}')
        stage.floored(PEAK, seconds=3 * ASKED_AGAIN_SECONDS)
        assert baseline(stage) == 3
        stage.told("AbleToScale", "True", "ReadyForNewScale")
    writes.were_counted()


@pytest.mark.parametrize("beside", [True, False], ids=["beside an HPA", "by itself"])
def test_a_clamped_count_is_told_not_fought_and_blamed_on_nobody(stage: Stage, rush, beside):
    stage.set(workload(), calendar(), *([hpa()] if beside else []))
    with contextlib.ExitStack() as operator:
        with imposed(COUNT, stage):
            stage.set(of_an_hour(minReplicas=BASELINE, maxReplicas=40))
            operator.enter_context(stage.operator(rush))
            until(lambda: stage.replicas() == ALLOWED, f"{ALLOWED} replicas")
            message = stage.told("ScalingLimited", "True", "Admission")
            assert message == f"{LIMITED} allows {ALLOWED}"
            before = (writes := Writes(stage)).so_far()
            # A minute and a half of the operator's clock: its own looks after a rise are within it.
            holds(lambda: writes.so_far() == before, "not fought", seconds=3)
            stage.told("FloorContested", "False", "NotContested")
            if beside:
                assert stage.minimum() == PEAK
        rush.wait_for(rush.now() + ASKED_AGAIN)
        until(lambda: stage.replicas() == PEAK, f"{PEAK} replicas", seconds=ASKED_AGAIN_SECONDS)
        stage.told("ScalingLimited", "False", "DesiredWithinRange")
    writes.were_counted()


def baseline(stage: Stage) -> int:
    return int(stage.marks().get("firstbell.dev/baseline", "-1"))
