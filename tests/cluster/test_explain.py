"""`firstbell explain` from the live objects: what it says is what the operator did."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.cluster.commands import firstbell, said
from tests.cluster.operator_process import Sun
from tests.cluster.stage import BASELINE, NAME, PEAK, at, autoscaler, calendar, hpa, workload
from tests.cluster.waiting import until

if TYPE_CHECKING:
    from tests.cluster.stage import Stage

INSIDE, OUTSIDE = "2026-03-04T08:25Z", "2026-03-04T10:00Z"
A_SCREEN = 45


@pytest.fixture
def floored(stage: Stage) -> Stage:
    """A floor in the middle of the peak that an operator raised, reported and left behind."""
    stage.set(workload(), calendar(), autoscaler())
    stage.kubectl("apply", "--server-side", "--field-manager=helm", "-f", "-", stdin=json.dumps(hpa()))
    with stage.operator(Sun.rising(at("08:22"), 4)):
        stage.floored(PEAK)
        until(lambda: stage.status().get("desiredReplicas") == PEAK, "the operator has reported it")
        until(lambda: stage.owners_of_minimum() == {("helm", "Apply")}, "the field is handed back")
    return stage


def document(stage: Stage, time: str = INSIDE) -> dict:
    return json.loads(said(stage, "explain", f"{stage.namespace}/{NAME}", "--at", time, "-o", "json"))


def test_the_number_is_the_operators_and_so_is_the_reason(floored: Stage):
    found, status = document(floored), floored.status()

    decided = found["decision"]
    assert found["apiVersion"] == "firstbell.dev/explain/v1"
    assert (decided["replicas"], decided["reason"]) == (PEAK, "ScheduledPeak")
    assert (decided["replicas"], decided["message"]) == (
        status["desiredReplicas"],
        status["decision"]["message"],
    )
    assert found["reported"]["note"] is None
    assert found["reported"]["desiredReplicas"] == PEAK
    floor = found["actuator"]
    assert (floor["value"], floor["floor"], floor["baselineMinReplicas"]) == (PEAK, PEAK, BASELINE)
    assert [writer["manager"] for writer in floor["writers"]] == ["helm"]
    assert found["nextWrite"] == {"time": "2026-03-04T08:40:00Z", "replicas": BASELINE}


def test_it_fits_a_screen_and_names_bell_writer_and_next_write(floored: Stage):
    lines = said(floored, "explain", NAME, "-n", floored.namespace, "--at", INSIDE).splitlines()

    assert lines[0] == f"{floored.namespace}/{NAME}: {PEAK} replicas (ScheduledPeak)"
    assert len(lines) <= A_SCREEN
    assert max(map(len, lines)) <= 80
    text = "\n".join(lines)
    for words in ("first-lesson", "Wed 04 Mar 08:30 UTC", "helm (Apply", "Wed 04 Mar 08:40 UTC"):
        assert words in text


def test_after_the_peak_it_says_that_the_operator_is_behind(floored: Stage):
    found = document(floored, OUTSIDE)
    assert (found["decision"]["replicas"], found["decision"]["reason"]) == (BASELINE, "Baseline")
    assert f"last decided {PEAK}, not {BASELINE}" in found["reported"]["note"]


def test_a_dry_run_and_a_low_maximum_are_told(stage: Stage):
    stage.set(workload(), hpa(maximum=4), calendar(), autoscaler(mode="DryRun"))
    found = document(stage)
    assert found["decision"]["limits"] == [{"reason": "AutoscalerMaxReplicas", "before": PEAK, "after": 4}]
    told = " ".join(found["wouldChange"])
    assert "spec.mode is DryRun" in told
    assert f"maxReplicas of HorizontalPodAutoscaler {NAME} allows 4 of the {PEAK}" in told


def test_class_factors_cohorts_and_live_metrics_are_told(stage: Stage):
    cohorts = [{"name": "lower", "pupils": 300}, {"name": "upper", "pupils": 200}]
    factor = {"name": "spring", "match": {"dayClasses": ["Regular"]}, "percent": 150}
    metric = {
        "name": "requests",
        "prometheus": {"serverAddress": "http://127.0.0.1:9", "query": "sum(requests)"},
        "target": {"type": "AverageValue", "averageValue": "350"},
    }
    policy = autoscaler(dayFactors=[factor], maxFactorPercent=500, metrics=[metric])
    stage.set(workload(), hpa(), calendar(cohorts=cohorts), policy)
    found = document(stage)
    [peak] = found["peaks"]
    assert (found["decision"]["wantedReplicas"], peak["dayClass"], peak["factorPercent"]) == (
        PEAK * 3 // 2,
        "Regular",
        150,
    )
    assert peak["factors"] == [{"name": "spring", "percent": 150}]
    assert (peak["pupils"], peak["cohorts"]) == (500, 2)
    [asked] = found["live"]["metrics"]
    assert (asked["name"], asked["query"], asked["target"]) == ("requests", "sum(requests)", "350")


def test_without_an_autoscaler_the_workload_itself_is_explained(stage: Stage):
    stage.set(workload(), calendar(), autoscaler(minReplicas=BASELINE, maxReplicas=40))
    actuator = document(stage)["actuator"]
    assert (actuator["kind"], actuator["field"]) == ("Deployment", "replicas")


def test_what_does_not_exist_is_one_sentence(stage: Stage):
    done = firstbell(stage, "explain", f"{stage.namespace}/{NAME}")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"there is no SchoolAutoscaler {NAME} in namespace {stage.namespace}. ")
