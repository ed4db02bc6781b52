"""`firstbell plan` without files: the same plan of the same objects, or one sentence that points to -f."""

from __future__ import annotations

import asyncio

import pytest
import yaml

from firstbell.api.manifests import gather
from firstbell.cli.live_objects import live_object, live_objects
from firstbell.engine.ports import Failure
from tests.fakes import FakeCluster
from tests.unit.cli.planning import AUTOSCALER, CALENDAR, HPA, run, written
from tests.unit.cli.unreachable import nobody_there

HPAS = ("autoscaling", "horizontalpodautoscalers")
CALENDARS, AUTOSCALERS = ("firstbell.dev", "schoolcalendars"), ("firstbell.dev", "schoolautoscalers")
MARK = {"floor": "8", "baseline": "3", "autoscaler": "lms/web", "instance": "firstbell"}


def a_cluster(hpa=None) -> FakeCluster:
    cluster = FakeCluster()
    cluster.put(*CALENDARS, yaml.safe_load(CALENDAR))
    cluster.put(*AUTOSCALERS, yaml.safe_load(AUTOSCALER))
    cluster.put(*HPAS, hpa or yaml.safe_load(HPA))
    return cluster


def look(cluster, namespace="lms"):
    return asyncio.run(live_objects(cluster, namespace))


def test_every_kind_is_read_and_belongs_to_its_namespace():
    manifests = gather(look(a_cluster()))

    assert [one.calendar.key for one in manifests.calendars] == ["lms/city"]
    assert [one.policy.key for one in manifests.autoscalers] == ["lms/web"]
    assert [(one.minimum, one.maximum) for one in manifests.autoscaler_bounds] == [(3, 9)]
    assert look(a_cluster(), "elsewhere") == ()


def test_a_floor_of_ours_is_planned_with_the_baseline_under_it():
    hpa = yaml.safe_load(HPA)
    hpa["spec"]["minReplicas"] = 8
    hpa["metadata"]["annotations"] = {f"firstbell.dev/{name}": value for name, value in MARK.items()}

    manifests = gather(look(a_cluster(hpa)))

    assert [one.minimum for one in manifests.autoscaler_bounds] == [3]


def test_a_problem_of_an_object_names_the_object_and_no_line():
    body = yaml.safe_load(CALENDAR)
    body["spec"]["timeZone"] = "Mars/Olympus"

    unreadable = gather([live_object("firstbell.dev/v1alpha1", "SchoolCalendar", body)])

    assert str(unreadable.problems[0]).startswith("SchoolCalendar lms/city: spec.timeZone: ")


def test_a_cluster_without_keda_is_a_cluster_like_any_other():
    cluster = a_cluster()
    cluster.fail("NotFound", verb="LIST", path="keda.sh")

    assert len(look(cluster)) == 3


def test_a_cluster_without_our_kinds_is_told_how_to_get_them():
    cluster = a_cluster()
    cluster.fail("NotFound", verb="LIST", path="schoolcalendars")

    found = look(cluster)

    assert isinstance(found, Failure)
    assert found.message.endswith("firstbell crds | kubectl apply --server-side -f -")


def test_without_a_cluster_one_sentence_points_to_files(tmp_path):
    result = run("--kubeconfig", str(tmp_path / "none"))

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.count("\n") == 1
    assert "there is no such file" in result.stderr
    assert result.stderr.endswith("To plan from files instead, give them with -f.\n")


def test_a_server_that_is_not_there_is_one_sentence_too(tmp_path):
    result = run("--kubeconfig", nobody_there(tmp_path))

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("the API server cannot be reached: ")
    assert result.stderr.endswith("To plan from files instead, give them with -f.\n")


@pytest.mark.parametrize("option", [["-n", "lms"], ["-A"], ["--context", "x"], ["--kubeconfig", "x"]])
def test_files_and_a_cluster_exclude_each_other(tmp_path, option):
    result = run(written(tmp_path, CALENDAR), *option)

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("-f: ")
