"""`firstbell plan` without files is the plan of files with the same objects."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from firstbell.cli.kubectl_completion import NO_FILES
from tests.cluster.commands import firstbell, said
from tests.cluster.operator_process import Sun
from tests.cluster.stage import PEAK, at, autoscaler, calendar, hpa, workload

if TYPE_CHECKING:
    from firstbell_workshop.local.control_plane import ControlPlane
    from tests.cluster.stage import Stage

DAY = ("--date", "2026-03-04", "-o", "json")
KINDS = "schoolcalendars,schoolautoscalers,horizontalpodautoscalers"


def test_the_cluster_and_an_export_of_it_give_the_same_plan(stage: Stage):
    stage.set(workload(), hpa(), calendar(), autoscaler())
    exported = stage.kubectl("get", KINDS, "-o", "yaml")

    from_files = said(stage, "plan", "-f", "-", *DAY, stdin=exported)

    assert f'"replicas": {PEAK}' in from_files
    assert said(stage, "plan", "-n", stage.namespace, *DAY) == from_files


def test_a_context_that_is_not_the_current_one_is_planned_by_its_name(stage: Stage, tmp_path: Path):
    stage.set(workload(), hpa(), calendar(), autoscaler())
    here = stage.control_plane
    view = ("config", "view", "--raw", "--minify", *(("--context", here.context) if here.context else ()))
    config = yaml.safe_load(stage.kubectl(*view, "-o", "yaml"))
    (live,) = config["contexts"]
    nowhere = {"name": "nowhere", "cluster": {"server": "https://127.0.0.1:1"}}
    config["clusters"].append(nowhere)
    config["contexts"] = [
        {"name": "elsewhere", "context": {**live["context"], "cluster": nowhere["name"]}},
        {"name": "school", "context": live["context"]},
    ]
    config["current-context"] = "elsewhere"
    kubeconfig = tmp_path / "kubeconfig"
    kubeconfig.write_text(yaml.safe_dump(config))

    asked = ("plan", "-n", stage.namespace, "--kubeconfig", kubeconfig, *DAY)

    assert firstbell(stage, *asked).returncode == 2
    planned = json.loads(said(stage, *asked, "--context", "school"))
    assert [one["autoscaler"] for one in planned["autoscalers"]] == [f"{stage.namespace}/web"]


def test_a_raised_floor_does_not_change_the_plan(stage: Stage):
    stage.set(workload(), hpa(), calendar(), autoscaler())
    before = said(stage, "plan", "-n", stage.namespace, *DAY)
    with stage.operator(Sun.rising(at("08:22"), 4)):
        stage.floored(PEAK)
    assert said(stage, "plan", "-n", stage.namespace, *DAY) == before


def test_all_namespaces_are_planned_together(stage: Stage):
    stage.set(workload(), hpa(), calendar(), autoscaler())
    # What cannot be planned in a namespace that another test left is told, and ends it with 1.
    done = firstbell(stage, "plan", "-A", *DAY)
    assert f"{stage.namespace}/web" in [one["autoscaler"] for one in json.loads(done.stdout)["autoscalers"]]
    assert f"{stage.namespace}/" not in done.stderr


def test_a_namespace_without_calendars_is_told(stage: Stage):
    done = firstbell(stage, "plan", "-n", stage.namespace, *DAY)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"there is no SchoolCalendar in namespace {stage.namespace}.")


def test_a_policy_whose_calendar_is_not_there_is_named_and_the_others_are_planned(stage: Stage):
    lost = autoscaler(calendarRefs=[{"name": "moved-away"}])
    lost["metadata"]["name"] = "lost"
    stage.set(workload(), hpa(), calendar(), autoscaler(), lost)

    done = firstbell(stage, "plan", "-n", stage.namespace, *DAY)

    planned = json.loads(done.stdout)["autoscalers"]
    assert [one["autoscaler"] for one in planned] == [f"{stage.namespace}/web"]
    assert done.stderr.startswith(
        f"not planned: SchoolAutoscaler {stage.namespace}/lost: spec.calendarRefs[0].name: "
        'there is no SchoolCalendar "moved-away"'
    )
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)


def test_kubectl_finds_the_plugin_and_completes_its_commands(control_plane: ControlPlane):
    installed = Path(sys.executable).parent
    path = f"{installed}{os.pathsep}{os.environ['PATH']}"
    kubectl = str(control_plane.program("kubectl"))

    def asked(*words: str) -> list[str]:
        done = subprocess.run(
            [kubectl, *words],
            env=os.environ | control_plane.environment | {"PATH": path},
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
        )
        return done.stdout.splitlines()

    assert str(installed / "kubectl-firstbell") in asked("plugin", "list")
    offered = [line.partition("\t")[0] for line in asked("__complete", "firstbell", "plan", "--da")]
    assert offered == ["--date", "--days", NO_FILES]
