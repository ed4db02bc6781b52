"""`firstbell release`: floors come back without an operator, and neither it nor what it leaves blocks."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING

import pytest
import yaml

from tests.cluster.commands import firstbell, said
from tests.cluster.operator_process import Sun
from tests.cluster.stage import BASELINE, NAME, PEAK, Stage, at, autoscaler, calendar, hpa, workload
from tests.cluster.waiting import until

if TYPE_CHECKING:
    from pathlib import Path

HPAS = "HorizontalPodAutoscaler"


@pytest.fixture
def floored(stage: Stage) -> Stage:
    """A floor in the middle of the peak, whose operator is gone. The HPA was applied server-side."""
    stage.set(workload(), calendar(), autoscaler())
    stage.kubectl("apply", "--server-side", "--field-manager=helm", "-f", "-", stdin=manifest())
    with stage.operator(Sun.rising(at("08:22"), 4)):
        stage.floored(PEAK)
        until(lambda: stage.owners_of_minimum() == {("helm", "Apply")}, "the field is handed back")
        until(lambda: stage.status().get("actuator", {}).get("floor") == PEAK, "the floor is in the status")
    return stage


def manifest(maximum: int = 40) -> str:
    return json.dumps(hpa(maximum=maximum))


def of(stage: Stage) -> tuple[str, ...]:
    return ("-n", stage.namespace, "--instance", stage.namespace)


def of_people(stage: Stage) -> tuple[str, str]:
    """Who may look for namespaces, as the account of the chart's Job may not."""
    return "--kubeconfig", str(stage.control_plane.kubeconfig)


def test_all_floors_come_back_and_nothing_of_ours_stays(floored: Stage):
    dry = said(floored, "release", "--all", "--dry-run", *of(floored))
    assert f"minReplicas would go {PEAK} -> {BASELINE}" in dry
    assert floored.minimum() == PEAK

    done = firstbell(floored, "release", "--all", *of(floored))

    want = f"{HPAS} {floored.namespace}/{NAME}: minReplicas {PEAK} -> {BASELINE}"
    assert (done.returncode, done.stdout.startswith(want)) == (0, True), done
    assert "A running operator of this installation raises these floors again." in done.stderr
    assert (floored.minimum(), floored.marks()) == (BASELINE, {})
    assert floored.owners_of_minimum() == {("helm", "Apply")}
    floored.kubectl("apply", "--server-side", "--field-manager=helm", "-f", "-", stdin=manifest(41))
    assert said(floored, "release", "--all", *of(floored), *of_people(floored)).startswith("no floor of")
    misspelt = firstbell(floored, "release", "--all", "-n", f"{floored.namespace}s", *of_people(floored))
    assert (misspelt.returncode, misspelt.stdout) == (2, "")
    assert misspelt.stderr.startswith(f"there is no namespace '{floored.namespace}s'. Give another")


def test_it_works_when_our_own_objects_are_gone(floored: Stage):
    floored.kubectl("delete", f"schoolas/{NAME}", "schoolcal/school", "--timeout=20s")
    said(floored, "release", f"{floored.namespace}/{NAME}", "--instance", floored.namespace)
    assert (floored.minimum(), floored.marks()) == (BASELINE, {})


def test_a_floor_whose_marks_were_taken_away_comes_back_too(floored: Stage):
    floored.kubectl("annotate", "hpa", NAME, *(f"{mark}-" for mark in floored.marks()))
    said(floored, "release", "--all", *of(floored))
    assert floored.minimum() == BASELINE


def test_another_installations_floor_is_left_alone(floored: Stage):
    told = said(
        floored, "release", "--all", "-n", floored.namespace, "--instance", "another", *of_people(floored)
    )
    assert told == f"no floor of installation another is raised in {floored.namespace}\n"
    assert floored.minimum() == PEAK


def test_without_the_right_to_write_the_line_for_kubectl_does_it(floored: Stage, tmp_path: Path):
    reader = reader_of(floored, tmp_path)
    done = firstbell(floored, "release", "--all", *of(floored), "--kubeconfig", reader)
    assert done.returncode == 1
    assert "NOT RELEASED" in done.stdout
    assert "Traceback" not in done.stderr
    assert floored.minimum() == PEAK

    hook = firstbell(floored, "release", "--all", "--never-fail", *of(floored), "--kubeconfig", reader)
    assert hook.returncode == 0

    (line,) = [line for line in done.stdout.splitlines() if line.startswith("  kubectl ")]
    floored.control_plane.kubectl(*shlex.split(line)[1:])
    assert (floored.minimum(), floored.marks()) == (BASELINE, {})


def reader_of(stage: Stage, tmp_path: Path) -> Path:
    """A kubeconfig of a service account that may only look."""
    stage.kubectl("create", "serviceaccount", "reader")
    stage.kubectl(
        "create", "role", "reader", "--verb=get,list", "--resource=horizontalpodautoscalers.autoscaling"
    )
    stage.kubectl(
        "create", "rolebinding", "reader", "--role=reader", f"--serviceaccount={stage.namespace}:reader"
    )
    token = stage.kubectl("create", "token", "reader").strip()
    config = yaml.safe_load(stage.kubectl("config", "view", "--minify", "--raw"))
    config["users"][0]["user"] = {"token": token}
    path = tmp_path / "reader"
    path.write_text(yaml.safe_dump(config))
    return path
