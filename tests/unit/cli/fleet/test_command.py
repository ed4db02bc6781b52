"""`firstbell fleet`: bells of all workloads together, from files and from a cluster with whatever rights."""

from __future__ import annotations

import asyncio
import json

import pytest
import typer
import yaml
from typer.testing import CliRunner

from firstbell.cli.fleet import gathering, reading
from firstbell.cli.fleet.command import fleet
from firstbell.cli.fleet.gathering import Horizon
from firstbell.engine.ports import Failure
from tests.builders import on
from tests.fakes import FakeCluster
from tests.unit.cli.planning import AUTOSCALER, CALENDAR, written
from tests.unit.cli.unreachable import nobody_there

APP = typer.Typer()
APP.command()(fleet)
DATE = "2024-09-09"
DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: lms}
spec:
  replicas: 2
  template:
    spec:
      containers:
      - {name: app, resources: {requests: {cpu: 500m, memory: 1Gi}}}
"""
QUOTA = """\
apiVersion: v1
kind: ResourceQuota
metadata: {name: all, namespace: lms}
spec: {hard: {pods: "11", requests.cpu: "6"}}
"""


def run(*arguments):
    return CliRunner().invoke(APP, [str(one) for one in arguments], env={"COLUMNS": "100"})


def of_files(folder, *texts, options=()):
    file = written(folder, "---\n".join(texts))
    return run("-f", file, "--date", DATE, *options)


def document(folder, *texts, options=()):
    result = of_files(folder, *texts, options=("-o", "json", *options))
    return json.loads(result.stdout)


def test_every_bell_of_two_weeks_is_told_with_what_all_ask_for(tmp_path):
    other = AUTOSCALER.replace("name: web", "name: api")
    found = document(tmp_path, CALENDAR, AUTOSCALER, other, DEPLOYMENT)
    (told,) = found["fleets"]
    assert (told["workloads"], len(told["bells"])) == (2, 10)
    assert {bell["bellTime"][11:] for bell in told["bells"]} == {"06:30:00Z"}
    bell = told["bells"][0]
    assert (bell["pods"], bell["podsMore"], bell["workloadsRising"]) == (24, 20, 2)
    assert (bell["cpuMillicores"], bell["podsWithoutCpu"]) == (6000, 12), "of the other nobody knows"
    assert told["unknownRequests"] == [{"why": "its manifest is not among the files", "workloads": 1}]
    assert bell["fits"]


def test_what_does_not_fit_is_told_and_is_the_exit_code(tmp_path):
    result = of_files(tmp_path, CALENDAR, AUTOSCALER, DEPLOYMENT, QUOTA)
    assert result.exit_code == 1, result.output
    assert "10 bells of 1 workload, 10 of them do not fit" in result.stdout
    assert "Mon 09 Sep 08:30: quota lms/all: 12 pods wanted, 11 pods there" in result.stdout
    assert "cores wanted" not in result.stdout, "6 cores are there"
    assert "nodes are not in files" in result.stdout
    assert of_files(tmp_path, CALENDAR, AUTOSCALER, DEPLOYMENT).exit_code == 0


def test_a_capacity_buffer_makes_room_for_pods_and_is_none(tmp_path):
    buffer = AUTOSCALER.replace("name: web", "name: room").replace(
        "apiVersion: apps/v1, kind: Deployment",
        "apiVersion: autoscaling.x-k8s.io/v1beta1, kind: CapacityBuffer",
    )
    (told,) = document(tmp_path, CALENDAR, AUTOSCALER, buffer, DEPLOYMENT)["fleets"]
    assert (told["workloads"], told["bells"][0]["pods"], told["unknownRequests"]) == (1, 12, [])
    assert "CapacityBuffers make room for pods and are not counted: 1" in told["notes"]


def test_a_workload_is_counted_once_and_one_in_dry_run_as_if_it_were_not(tmp_path):
    second = AUTOSCALER.replace("metadata: {name: web", "metadata: {name: again") + "  mode: DryRun\n"
    dry = second.replace("kind: Deployment, name: web", "kind: Deployment, name: other")
    dry = dry.replace("name: again", "name: dry")
    (told,) = document(tmp_path, CALENDAR, AUTOSCALER, second, dry, DEPLOYMENT)["fleets"]
    assert (told["workloads"], told["bells"][0]["pods"]) == (2, 24)
    assert [note for note in told["notes"] if note != "nodes are not in files"] == [
        "not counted, because an older SchoolAutoscaler is for the same workload: 1",
        "in DryRun, and counted as if they were not: 1",
    ]


def test_the_rate_is_a_parameter(tmp_path):
    slow = of_files(tmp_path, CALENDAR, AUTOSCALER, options=("--pods-per-minute", "1", "--bells", "1"))
    assert slow.exit_code == 0, "2 to 12 over the ramp of half an hour"
    at_once = AUTOSCALER.replace("FirstPeriodStart}", "FirstPeriodStart, rampMinutes: 0, leadMinutes: 0}")
    late = of_files(tmp_path, CALENDAR, at_once, options=("--pods-per-minute", "4", "--bells", "1"))
    assert "controllers: 10 pods a minute wanted, 4 made: 6 not made in time" in late.stdout
    assert "and 9 more bells, none of them worse" in late.stdout
    assert late.exit_code == 1


def test_numbers_and_names_are_those_of_a_table_that_fits_a_terminal(tmp_path):
    lines = of_files(tmp_path, CALENDAR, AUTOSCALER, options=("--bells", "1")).stdout.splitlines()
    assert max(map(len, lines)) <= 100
    heading, row = next((one, lines[at + 1]) for at, one in enumerate(lines) if one.startswith("BELL"))
    assert heading.split() == ["BELL", "PODS", "MORE", "CPU", "MEMORY", "/MIN", "FITS", "PEAKS"]
    assert row.split() == ["Mon", "09", "Sep", "08:30", "12", "+10", "?", "?", "1", "yes", "first"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("-f", "x.yaml", "-A"), "-f: the files are all"),
        (("-A", "-n", "lms"), "Give either -A or -n"),
        (("--date", "yesterday"), "is not a date"),
        (("--contexts", " , "), "--contexts names none"),
        (("--context", "a", "--contexts", "b"), "Give either --context or --contexts"),
        (("-f", "nothing.yaml"), "cannot be read"),
    ],
)
def test_what_makes_no_sense_is_refused_with_what_to_do(options, said):
    result = run(*options)
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr


def test_clusters_that_do_not_answer_are_named_and_nothing_was_counted(tmp_path):
    done = run("--kubeconfig", nobody_there(tmp_path), "-A", "--contexts", "here, gone", "-o", "json")
    assert done.exit_code == 2
    found = json.loads(done.stdout)
    assert (found["fleets"], [one["context"] for one in found["unread"]]) == ([], ["here", "gone"])
    assert [line.split(": ")[:2] for line in done.stderr.splitlines()] == [
        ["not read", "here"],
        ["not read", "gone"],
    ]


def test_files_without_an_autoscaler_are_no_fleet(tmp_path):
    result = of_files(tmp_path, CALENDAR)
    assert result.exit_code == 2
    assert "no SchoolAutoscaler in here" in result.stderr


def a_cluster() -> FakeCluster:
    cluster = FakeCluster()
    cluster.put("firstbell.dev", "schoolcalendars", yaml.safe_load(CALENDAR))
    cluster.put("firstbell.dev", "schoolautoscalers", yaml.safe_load(AUTOSCALER))
    cluster.put("apps", "deployments", yaml.safe_load(DEPLOYMENT))
    quota = yaml.safe_load(QUOTA)
    quota["status"] = {"used": {"pods": "5", "requests.cpu": "1500m"}}
    cluster.put("", "resourcequotas", quota)
    node = {
        "metadata": {"name": "one", "namespace": ""},
        "status": {
            "allocatable": {"cpu": "4", "memory": "64Gi", "pods": "110"},
            "conditions": [{"type": "Ready", "status": "True"}],
        },
    }
    cluster.put("", "nodes", node)
    return cluster


def counted(cluster, namespace="lms"):
    read = asyncio.run(reading.read_cluster(cluster, namespace))
    assert not isinstance(read, Failure)
    return gathering._of_cluster(
        "here", namespace, read, Horizon(first=on(DATE), days=1, pods_per_minute=340)
    )


def strains(found):
    (bell,) = found.bells
    return {(one.where, one.resource.value): (one.wanted, one.most) for one in bell.strains}


def test_in_a_cluster_what_others_have_of_a_quota_counts_and_what_the_workloads_have_does_not():
    told = strains(counted(a_cluster()))
    assert told["quota lms/all", "pods"] == (12 + 3, 11)
    assert told["quota lms/all", "cpu"] == (6000 + 500, 6000)
    assert told["nodes", "cpu"] == (6000, 4000)
    assert told["nodes", "pods"] == (12, 110)


def test_what_may_not_be_read_is_told_and_the_rest_is_counted():
    cluster = a_cluster()
    for path in ("nodes", "resourcequotas", "deployments"):
        cluster.fail("Forbidden", path=f"/{path}", message=f"you may not list {path} (403)")
    found = counted(cluster)
    assert found.notes == (
        "nodes are not counted: you may not list nodes (403)",
        "quotas are not counted: you may not list resourcequotas (403)",
    )
    assert found.unknown == (("you may not list deployments (403)", 1),)
    assert strains(found).keys() == {("controllers", "podsPerMinute")}
    assert (found.bells[0].asked.pods, found.bells[0].asked.pods_without_cpu) == (12, 12)


def test_what_is_used_of_a_quota_counts_not_at_all_where_the_workloads_part_of_it_is_not_known():
    cluster = a_cluster()
    cluster.fail("Forbidden", path="/deployments")
    assert strains(counted(cluster))["quota lms/all", "pods"] == (12, 11)


def test_a_kind_of_somebodys_own_is_found_by_discovery_and_its_template_counted():
    cluster = a_cluster()
    rollout = yaml.safe_load(DEPLOYMENT) | {"apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout"}
    cluster.put("argoproj.io", "rollouts", rollout)
    cluster.served["argoproj.io", "v1alpha1"] = [
        {"name": "rollouts", "kind": "Rollout"},
        {"name": "rollouts/scale", "kind": "Scale"},
    ]
    ref = {"apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "name": "web"}
    cluster.edit(
        "firstbell.dev",
        "schoolautoscalers",
        "lms",
        "web",
        lambda body: body["spec"].update(scaleTargetRef=ref),
    )
    assert counted(cluster).bells[0].asked.cpu == 6000


def test_of_two_for_one_workload_the_older_is_counted_as_the_operator_does():
    cluster = a_cluster()
    older = yaml.safe_load(AUTOSCALER.replace("metadata: {name: web", "metadata: {name: zero"))
    older["metadata"]["creationTimestamp"] = "2024-01-01T00:00:00Z"
    older["spec"]["maxReplicas"] = 5
    cluster.put("firstbell.dev", "schoolautoscalers", older)
    (bell,) = counted(cluster).bells
    assert bell.asked.pods == 5


def test_one_policy_that_cannot_be_planned_is_named_and_hides_nobody():
    cluster = a_cluster()
    broken = yaml.safe_load(AUTOSCALER.replace("name: web, namespace", "name: api, namespace"))
    broken["spec"]["calendarRefs"] = [{"name": "nowhere"}]
    cluster.put("firstbell.dev", "schoolautoscalers", broken)
    found = counted(cluster)
    assert found.workloads == 1
    assert ["api" in str(problem) for problem in found.problems] == [True]


def test_a_namespace_without_any_is_told_as_not_read_and_one_that_is_not_there_as_that():
    cluster = FakeCluster()
    missing = asyncio.run(reading.read_cluster(cluster, "lms"))
    assert isinstance(missing, Failure)
    assert "there is no namespace 'lms'" in missing.message
    cluster.put("", "namespaces", {"metadata": {"name": "lms", "namespace": ""}})
    read = asyncio.run(reading.read_cluster(cluster, "lms"))
    found = gathering._of_cluster("", "lms", read, Horizon(first=None, days=1, pods_per_minute=340))
    assert "no SchoolAutoscaler in namespace lms" in found.why
