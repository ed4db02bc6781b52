"""`firstbell plan` without files: the same plan of the same objects, or one sentence that points to -f."""

from __future__ import annotations

import asyncio
import json

import pytest
import typer
import yaml

from firstbell.cli import planned as planned_module
from firstbell.cli.live_objects import live_object, live_objects
from firstbell.cli.planned import plan_objects
from firstbell.engine.ports import Failure
from firstbell.engine.seen.watched_kinds import WATCHED_KINDS
from firstbell.files.manifests import gather
from tests.builders import on
from tests.fakes import FakeCluster
from tests.unit.cli.planning import AUTOSCALER, CALENDAR, HPA, SNOW, run, written
from tests.unit.cli.unreachable import nobody_there

HPAS = ("autoscaling", "horizontalpodautoscalers")
KINDS = {kind.kind: kind for kind in WATCHED_KINDS}
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

    unreadable = gather([live_object(KINDS["SchoolCalendar"], body)])

    assert str(unreadable.problems[0]).startswith("SchoolCalendar lms/city: spec.timeZone: ")


def test_exceptions_are_laid_in_the_order_of_their_creation_and_a_broken_one_is_named():
    cluster = a_cluster()
    remote = "event: MakeUpDay, bellScheduleName: full, instructionMode: Remote"
    for name, created, event in (
        ("a", "2025-02-02T00:00:00Z", remote),
        ("b", "2025-02-01T00:00:00Z", "event: WeatherDay"),
        ("c", "2025-02-03T00:00:00Z", "event: Strike, regions: [north]"),
    ):
        body = yaml.safe_load(SNOW.replace("event: WeatherDay", event))
        body["metadata"] |= {"name": name, "creationTimestamp": created}
        cluster.put("firstbell.dev", "calendarexceptions", body)

    planned = plan_objects(look(cluster), "here", on("2025-02-04"), 1)

    day = planned.calendars[0].day(None, on("2025-02-04"))
    assert (day.reason, day.lessons.instruction_mode) == ("exceptions/a", "Remote")
    assert [str(problem)[:31] for problem in planned.problems] == ["CalendarException lms/c: spec.r"]


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


BAD = AUTOSCALER.replace("metadata: {name: web", "metadata: {name: bad")
OF_TOWN = BAD.replace("name: city", "name: town")
TOWN = CALENDAR.replace("metadata: {name: city", "metadata: {name: town")
REF = "SchoolAutoscaler lms/bad: spec.calendarRefs[0].name: "
BROKEN = {
    "a policy that cannot be read": (
        BAD.replace("FirstPeriodStart", "FirstPeriod"),
        ["SchoolAutoscaler lms/bad: spec.peaks[0].anchor: "],
    ),
    "a policy whose calendar is not there": (OF_TOWN, [f"{REF}there is no SchoolCalendar"]),
    "a calendar that cannot be read, and its policy": (
        TOWN.replace("Europe/Brussels", "Mars/Olympus") + "---\n" + OF_TOWN,
        [
            "SchoolCalendar lms/town: spec.timeZone: ",
            f'{REF}the SchoolCalendar "town" cannot be read. Mend it first.',
        ],
    ),
}


def the_objects(*texts: str):
    bodies = [body for text in texts for body in yaml.safe_load_all(text)]
    return [live_object(KINDS[body["kind"]], body) for body in bodies]


@pytest.mark.parametrize(("broken", "want"), BROKEN.values(), ids=BROKEN)
def test_what_can_be_planned_is_planned_and_the_rest_is_named(broken, want):
    planned = plan_objects(the_objects(broken, CALENDAR, AUTOSCALER), "here", on("2025-02-04"), 1)

    assert [plan.workload.policy.key for plan in planned.plans] == ["lms/web"]
    assert [str(found)[: len(said)] for found, said in zip(planned.problems, want, strict=True)] == want


def test_where_one_is_not_planned_it_is_told_after_the_others_with_exit_code_1(monkeypatch):
    found = the_objects(CALENDAR, AUTOSCALER, BROKEN["a policy that cannot be read"][0])
    monkeypatch.setattr(planned_module, "ask_cluster", lambda *_: tuple(found))

    result = run("-n", "lms", "--date", "2025-02-04", "-o", "json")

    assert result.exit_code == 1
    assert [one["autoscaler"] for one in json.loads(result.stdout)["autoscalers"]] == ["lms/web"]
    assert result.stderr.startswith("not planned: SchoolAutoscaler lms/bad: spec.peaks[0].anchor: ")
    assert result.stderr.count("\n") == 1


def test_where_nothing_can_be_planned_the_command_refuses(capsys):
    broken = CALENDAR.replace("Europe/Brussels", "Mars/Olympus")

    with pytest.raises(typer.Exit) as ended:
        plan_objects(the_objects(broken, AUTOSCALER), "here", None, 1)

    assert ended.value.exit_code == 2
    assert capsys.readouterr().err.startswith("SchoolCalendar lms/city: spec.timeZone: ")


def with_what_is_the_clusters() -> FakeCluster:
    """A policy that names a profile of the cluster's calendar; another of each that nobody here names."""
    cluster = a_cluster()
    policy = yaml.safe_load(AUTOSCALER)
    policy["metadata"]["name"] = "profiled"
    policy["spec"]["scaleTargetRef"]["name"] = "profiled"
    del policy["spec"]["calendarRefs"]
    policy["spec"]["profileRef"] = {"name": "used"}
    cluster.put(*AUTOSCALERS, policy)
    for name in ("used", "other"):
        calendar = {**yaml.safe_load(CALENDAR), "metadata": {"name": name}}
        spec = {"calendarRefs": [{"name": name, "kind": "ClusterSchoolCalendar"}]}
        cluster.put("firstbell.dev", "clusterschoolcalendars", calendar)
        cluster.put("firstbell.dev", "clusterscalingprofiles", {"metadata": {"name": name}, "spec": spec})
    return cluster


def test_of_one_namespace_only_what_it_refers_to_of_the_cluster_is_planned():
    cluster = with_what_is_the_clusters()

    manifests = gather(look(cluster))
    assert sorted(one.calendar.key for one in manifests.calendars) == ["lms/city", "used"]
    assert [one.name for one in manifests.profiles] == ["used"]
    planned = plan_objects(look(cluster), "here", on("2025-02-04"), 1)
    assert [plan.workload.policy.key for plan in planned.plans] == ["lms/web", "lms/profiled"]
    assert (planned.problems, look(cluster, "elsewhere")) == ((), ())

    everything = gather(look(cluster, None))
    assert sorted(one.calendar.key for one in everything.calendars) == ["lms/city", "other", "used"]


def test_who_may_not_see_what_is_the_clusters_plans_the_rest_and_is_told_the_right():
    cluster = with_what_is_the_clusters()
    cluster.fail("Forbidden", verb="LIST", path="clusterscalingprofiles")

    planned = plan_objects(look(cluster), "here", on("2025-02-04"), 1)

    assert [plan.workload.policy.key for plan in planned.plans] == ["lms/web"]
    (problem,) = {str(problem) for problem in planned.problems if "profileRef" in str(problem)}
    assert problem == (
        'SchoolAutoscaler lms/profiled: spec.profileRef.name: there is no ClusterScalingProfile "used". Give '
        "its file too; in a cluster, it takes the right to list clusterscalingprofiles to see it."
    )
