"""`firstbell plan --contexts`: several clusters in one output, each named; one that is silent is told."""

from __future__ import annotations

import json
import socket
from typing import TYPE_CHECKING

import pytest
import yaml

from tests.unit.cli.planning import AUTOSCALER, CALENDAR, run
from tests.unit.cli.small_api import contexts, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

DATE = ("--date", "2025-02-04")
KINDS = (
    "schoolcalendars",
    "schoolautoscalers",
    "calendarexceptions",
    "scalingoverrides",
    "horizontalpodautoscalers",
)


def objects(*texts: str):
    found = {plural: [] for plural in KINDS}
    for body in map(yaml.safe_load, texts):
        found[f"{body['kind'].lower()}s"].append(body)
    return found


@pytest.fixture
def silent() -> Iterator[str]:
    """The address of one that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


@pytest.fixture
def north() -> Iterator[str]:
    with serving(objects(CALENDAR, AUTOSCALER), ["lms"]) as address:
        yield address


@pytest.fixture
def south() -> Iterator[str]:
    broken = AUTOSCALER.replace("name: web", "name: bad").replace("name: city", "name: town")
    bigger = CALENDAR.replace("60000", "90000")
    found = objects(bigger, AUTOSCALER)
    found["schoolautoscalers"].append(yaml.safe_load(broken))
    with serving(found, ["lms"]) as address:
        yield address


def highest(plan) -> int:
    return max(step["replicas"] for one in plan["autoscalers"] for step in one["steps"])


def test_each_cluster_has_its_own_plan_and_those_that_cannot_be_read_are_told(tmp_path, north, south, silent):
    file = contexts(
        tmp_path, {"north": north, "south": south, "silent": silent, "dead": "http://127.0.0.1:1"}
    )

    done = run(
        "--kubeconfig",
        file,
        "--contexts",
        "silent,south,north,dead,gone",
        "--timeout",
        "2",
        "-A",
        *DATE,
        "-o",
        "json",
    )

    found = json.loads(done.stdout)
    assert found["apiVersion"] == "firstbell.dev/plans/v1"
    assert [(one["context"], highest(one["plan"])) for one in found["clusters"]] == [
        ("south", 18),
        ("north", 12),
    ]
    assert {one["plan"]["apiVersion"] for one in found["clusters"]} == {"firstbell.dev/plan/v1"}
    unread = {one["context"]: one["why"] for one in found["unread"]}
    assert list(unread) == ["silent", "dead", "gone"]
    assert "no answer in 2 s" in unread["silent"]
    assert "cannot be reached" in unread["dead"]
    assert "no access to a cluster" in unread["gone"]
    told = done.stderr.splitlines()
    assert told[0].startswith("not planned: south: SchoolAutoscaler lms/bad: spec.calendarRefs[0].name: ")
    assert [line.split(":")[1].strip() for line in told] == ["south", "silent", "dead", "gone"]
    assert done.exit_code == 1


def test_all_of_it_planned_ends_with_0_and_the_table_names_each_cluster(tmp_path, north):
    file = contexts(tmp_path, {"east": north, "west": north})

    done = run("--kubeconfig", file, "--contexts", "east,west", "-n", "lms", *DATE)

    assert (done.exit_code, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert [line for line in lines if line.startswith("===")] == ["=== east", "=== west"]
    assert lines.count("lms/web: peaks") == 2


def test_yaml_holds_the_same_as_json(tmp_path, north):
    asked = ("--kubeconfig", contexts(tmp_path, {"a": north}), "--contexts", "a", "-A", *DATE)

    assert yaml.safe_load(run(*asked, "-o", "yaml").stdout) == json.loads(run(*asked, "-o", "json").stdout)


def test_where_no_cluster_can_be_planned_it_ends_with_2(tmp_path, north):
    file = contexts(tmp_path, {"a": north, "dead": "http://127.0.0.1:1"})

    done = run("--kubeconfig", file, "--contexts", "a,dead", "-n", "nope", *DATE)

    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith("not planned: a: there is no namespace 'nope'. ")


def test_of_one_cluster_a_namespace_that_is_not_there_is_told_too(tmp_path, north):
    done = run("--kubeconfig", contexts(tmp_path, {"a": north}), "-n", "nope", *DATE)

    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith("there is no namespace 'nope'. Give another with -n, or -A for all.")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--contexts", "a", "--context", "b"), "Give either --context or --contexts."),
        (("--contexts", " , "), "--contexts names none."),
        (("--contexts", "a", "-f", "x.yaml"), "-f: "),
        (("--contexts", "a", "--plot", "x.svg"), "--plot: draws one cluster."),
        (("--contexts", "a", "--diff", "x", "y"), "--diff: "),
    ],
)
def test_what_does_not_go_together_is_refused(options, said):
    done = run(*options)

    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith(said)


@pytest.mark.parametrize(
    ("generation", "status", "told"),
    [(2, "False", True), (3, "False", False), (2, "True", False)],
    ids=["it cannot", "that was said of an earlier spec", "it can"],
)
def test_what_is_planned_and_the_operator_cannot_do_is_named(tmp_path, generation, status, told):
    policy = yaml.safe_load(AUTOSCALER)
    policy["metadata"]["generation"] = generation
    condition = {"type": "AbleToScale", "status": status, "observedGeneration": 2}
    condition |= {"reason": "BoundsMissing", "message": "spec.maxReplicas is needed.\x1b[31m"}
    policy["status"] = {"conditions": [{"type": "Ready", "status": "False"}, condition]}
    with serving(objects(CALENDAR, yaml.safe_dump(policy)), ["lms"]) as north:
        kubeconfig = contexts(tmp_path, {"north": north})
        found = run("--kubeconfig", kubeconfig, "--contexts", "north", "-A", *DATE)
    assert found.exit_code == 0
    want = "not carried out: north: lms/web: BoundsMissing: spec.maxReplicas is needed.\\x1b[31m\n"
    assert found.stderr == (want if told else "")
