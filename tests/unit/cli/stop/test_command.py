"""`firstbell stop` and `firstbell resume`: the order given and taken back, and whether it is heard."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import typer
import yaml
from typer.testing import CliRunner

from firstbell.cli.resume.command import resume
from firstbell.cli.stop.command import bell_lines, end_meant, stop
from firstbell.cli.stop.order import (
    Heard,
    coming_bells,
    give,
    heard,
    operators_namespaces,
    standing_order,
    take_back,
    who_am_i,
)
from firstbell.cli.stop.place import end_refused, not_found_out, tell_heard
from firstbell.engine.ports import Failure, FailureKind
from firstbell.kinds.stop_order import STOP_NAME, StopOrder, stop_manifest
from tests.fakes import FakeCluster
from tests.unit.cli.unreachable import nobody_there
from tests.unit.engine.bodies import an_autoscaler

APP = typer.Typer()
APP.command()(stop)
APP.command()(resume)
NS = "firstbell"
NOW = datetime(2026, 11, 9, 7, 5, tzinfo=UTC)


def run(*arguments):
    return CliRunner().invoke(APP, arguments)


def saying(reason: str) -> dict[str, object]:
    body = an_autoscaler()
    condition = {"type": "Ready", "status": "False", "reason": reason, "message": ""}
    body["status"] = {"conditions": [condition | {"lastTransitionTime": "2024-09-09T08:00:00Z"}]}
    return body


def a_cluster(*reasons: str) -> FakeCluster:
    cluster = FakeCluster()
    for number, reason in enumerate(reasons):
        body = saying(reason)
        body["metadata"]["name"] = f"web-{number}"
        cluster.put("firstbell.dev", "schoolautoscalers", body)
    return cluster


async def no_time(_: float) -> None:
    """The wall stands still."""


async def test_an_order_is_given_changed_and_taken_back():
    cluster = a_cluster()
    assert await give(cluster, stop_manifest(NS, "one", by="alice", until=NOW)) is None
    assert await give(cluster, stop_manifest(NS, "another")) is None
    order = await standing_order(cluster, NS)
    assert isinstance(order, StopOrder)
    assert (order.reason, order.until) == ("another", None)
    assert await take_back(cluster, NS) is None
    assert await standing_order(cluster, NS) is None
    assert await take_back(cluster, NS) is None


@pytest.mark.parametrize("reasons", [["Stopped", "Stopped"], []])
async def test_it_is_heard_when_all_say_so(reasons: list[str]):
    found = await heard(a_cluster(*reasons), stopped=True, sleep=no_time)
    assert (found.of, found.saying_so) == (len(reasons), len(reasons))


async def test_who_says_nothing_of_it_is_counted_after_a_while():
    cluster, slept = a_cluster("Stopped", "Serving"), []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    found = await heard(cluster, stopped=True, seconds=2, sleep=sleep)
    assert (found.of, found.saying_so, sum(slept)) == (2, 1, 2)
    assert (await heard(cluster, stopped=False, seconds=1, sleep=no_time)).saying_so == 1


async def test_who_may_not_look_is_told_so():
    cluster = a_cluster("Stopped")
    cluster.fail("Forbidden", verb="LIST", message="forbidden (403)")
    found = await heard(cluster, stopped=True, sleep=no_time)
    assert found.failure is not None
    tell_heard(found, "say so.", "nobody")


async def test_the_operators_namespace_is_found_by_the_charts_label():
    cluster = FakeCluster()
    label = {"app.kubernetes.io/name": "firstbell"}
    for namespace, labels in (("school", {}), (NS, label)):
        metadata = {"name": "one", "namespace": namespace, "labels": labels}
        cluster.put("apps", "deployments", {"metadata": metadata, "spec": {}})
    assert await operators_namespaces(cluster) == [NS]


async def test_a_server_that_does_not_say_who_we_are_stops_nobody_from_stopping():
    cluster = FakeCluster()
    cluster.fail("NotFound", verb="POST")
    assert await who_am_i(cluster) == ""


def test_an_order_that_nobody_hears_ends_with_1(capsys):
    with pytest.raises(typer.Exit) as ended:
        tell_heard(Heard(of=3), "say so.", "nobody has heard")
    assert ended.value.exit_code == 1
    assert capsys.readouterr() == ("0 of 3 SchoolAutoscalers say so.\n", "nobody has heard\n")


def test_a_right_that_is_missing_is_named(capsys):
    failure = Failure(kind=FailureKind.FORBIDDEN, message="cannot patch (403)")
    with pytest.raises(typer.Exit):
        end_refused(failure, NS, "create and patch")
    said = capsys.readouterr().err
    assert f"create and patch on the ConfigMap {STOP_NAME} in namespace {NS}" in said
    assert "RELEASE-stopper" in said


def test_the_config_map_is_printed_as_it_would_be_written(tmp_path):
    done = run(
        "stop", "--reason", "exams", "--until", "2126-11-09T10:00:00+01:00", "-n", NS, "-o", "yaml",
        "--kubeconfig", nobody_there(tmp_path),
    )  # fmt: skip
    until = datetime.fromisoformat("2126-11-09T10:00:00+01:00")
    assert yaml.safe_load(done.stdout) == stop_manifest(NS, "exams", until=until)


def test_a_dry_run_says_what_would_be_and_asks_nobody(tmp_path):
    done = run("stop", "--reason", "exams", "-n", NS, "--dry-run", "--kubeconfig", nobody_there(tmp_path))
    assert done.exit_code == 0
    assert "Order for namespace firstbell: firstbell is stopped and writes nothing: exams." in done.stdout
    assert "floors and counts stay" in done.stdout


def test_where_nobody_answers_nothing_is_done(tmp_path):
    done = run("stop", "--reason", "exams", "-n", NS, "--kubeconfig", nobody_there(tmp_path))
    assert done.exit_code == 1
    assert done.stderr.endswith("Not done: nobody answered. Give --yes.\n")


@pytest.mark.parametrize("command", [["stop", "--reason", "exams"], ["resume"]])
def test_without_a_cluster_it_asks_for_one_and_for_no_namespace(tmp_path, command: list[str]):
    done = run(*command, "--kubeconfig", str(tmp_path / "none"))
    assert done.exit_code == 2
    assert done.stderr.endswith("Give --kubeconfig or --context, or set KUBECONFIG.\n")


def test_who_may_not_look_for_the_operator_gives_its_namespace():
    told = not_found_out(Failure(kind=FailureKind.FORBIDDEN, message="deployments is forbidden."))
    assert told.endswith("cannot be found out: deployments is forbidden. Give its namespace: -n")


def test_an_empty_reason_is_refused(tmp_path):
    done = run("stop", "--reason", "  ", "-n", NS, "--kubeconfig", nobody_there(tmp_path))
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith("--reason: is empty.")


@pytest.mark.parametrize(
    "text", ["2026-11-09T08:05:00+01:00", "2026-11-08T10:00:00", "later", "25:00", "2026-01-01"]
)
def test_an_end_that_is_none_is_refused(text: str, capsys):
    with pytest.raises(typer.Exit):
        end_meant(text, NOW)
    assert f"--until {text}: " in capsys.readouterr().err


def test_a_time_of_day_is_the_next_such():
    local = NOW.astimezone()
    soon, over = local + timedelta(hours=1), local - timedelta(hours=1)
    assert end_meant(f"{soon:%H:%M}", NOW) == soon
    assert end_meant(f"{over:%H:%M}", NOW) > NOW
    assert end_meant("2026-11-09T09:00:00+01:00", NOW) == NOW + timedelta(minutes=55)


async def test_another_operators_objects_are_not_waited_for_long():
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    found = await heard(a_cluster("Stopped", "Serving"), stopped=True, sleep=sleep)
    assert (found.saying_so, found.of) == (1, 2)
    assert sum(slept) <= 4


async def test_the_bells_that_would_find_what_stands_now_are_told_soonest_first():
    cluster = FakeCluster()
    for number in range(8):
        body = an_autoscaler(f"web-{number}")
        bells = [{"bellTime": f"2026-11-09T0{9 - number}:30:00Z", "replicas": 100}] if number < 7 else []
        body["status"] = {"currentReplicas": 4, "upcoming": bells}
        cluster.put("firstbell.dev", "schoolautoscalers", body)
    lines = bell_lines(await coming_bells(cluster, None))
    assert lines[:2] == [
        "Meanwhile 7 next bells find what stands now:",
        "  2026-11-09T03:30:00Z ns/web-6: 100 planned, 4 now",
    ]
    assert lines[-1] == "  and 2 more"
    early = datetime(2026, 11, 9, 4, tzinfo=UTC)
    soon = await coming_bells(cluster, early)
    assert [bell.key for bell in soon] == ["ns/web-6"]
    assert bell_lines(soon)[0] == "Meanwhile 1 next bell finds what stands now:"
    assert bell_lines([]) == []
