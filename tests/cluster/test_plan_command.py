"""`firstbell plan` without files is the plan of files with the same objects."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.cluster.commands import firstbell, said
from tests.cluster.operator_process import Sun
from tests.cluster.stage import PEAK, at, autoscaler, calendar, hpa, workload

if TYPE_CHECKING:
    from tests.cluster.stage import Stage

DAY = ("--date", "2026-03-04", "-o", "json")
KINDS = "schoolcalendars,schoolautoscalers,horizontalpodautoscalers"


def test_the_cluster_and_an_export_of_it_give_the_same_plan(stage: Stage):
    stage.set(workload(), hpa(), calendar(), autoscaler())
    exported = stage.kubectl("get", KINDS, "-o", "yaml")

    from_files = said(stage, "plan", "-f", "-", *DAY, stdin=exported)

    assert f'"replicas": {PEAK}' in from_files
    assert said(stage, "plan", "-n", stage.namespace, *DAY) == from_files


def test_a_raised_floor_does_not_change_the_plan(stage: Stage):
    stage.set(workload(), hpa(), calendar(), autoscaler())
    before = said(stage, "plan", "-n", stage.namespace, *DAY)
    with stage.operator(Sun.rising(at("08:22"), 4)):
        stage.floored(PEAK)
    assert said(stage, "plan", "-n", stage.namespace, *DAY) == before


def test_all_namespaces_are_planned_together(stage: Stage):
    stage.set(workload(), hpa(), calendar(), autoscaler())
    document = json.loads(said(stage, "plan", "-A", *DAY))
    assert f"{stage.namespace}/web" in [one["autoscaler"] for one in document["autoscalers"]]


def test_a_namespace_without_calendars_is_told(stage: Stage):
    done = firstbell(stage, "plan", "-n", stage.namespace, *DAY)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"there is no SchoolCalendar in namespace {stage.namespace}.")
