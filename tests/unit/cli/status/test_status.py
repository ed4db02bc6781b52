"""A line for each workload, worst first; what cannot be read is a line, too; the exit code says how it is."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest
import typer
import yaml
from typer.testing import CliRunner

from firstbell.cli.many_clusters import Connections, Unread
from firstbell.cli.status.command import status
from firstbell.cli.status.look import Looks, Seen, lines
from firstbell.cli.status.standing import Standing, standing, worst_first
from firstbell.cli.status.table import status_document, status_lines
from firstbell.engine.ports import Failure
from tests.fakes import FakeCluster, ManualClock
from tests.unit.cli.unreachable import nobody_there

APP = typer.Typer()
APP.command()(status)
NOW = datetime(2026, 3, 4, 8, 22, tzinfo=UTC)
CONDITIONS = {
    "Ready": ("True", "OnSchedule"),
    "On track": ("Unknown", "OnTrack"),
    "At risk": ("False", "AtRisk"),
    "Behind": ("False", "BehindSchedule"),
    "Late": ("False", "Late"),
    "Nothing due": ("True", "NothingDue"),
    "Baseline not ready": ("False", "BaselineNotReady"),
}


def an_object(
    name, state="Ready", *, mode="Enforce", bell="2026-03-04T08:30:00Z", ready=("True", ""), why="why"
):
    truth, reason = CONDITIONS[state]
    return {
        "metadata": {"namespace": "ns", "name": name},
        "spec": {"mode": mode},
        "status": {
            "conditions": [
                {"type": "Ready", "status": ready[0], "reason": ready[1], "message": "the calendar is gone"},
                {"type": "ReadyForBell", "status": truth, "reason": reason, "message": why},
            ],
            "bell": {"state": state},
            "upcoming": [{"bellTime": bell, "replicas": 40, "peak": "first"}],
            "desiredReplicas": 40,
            "readyReplicas": 12,
        },
    }


def a_line(body):
    return standing(body, NOW)


def test_a_line_tells_bell_planned_written_ready_and_why():
    assert a_line(an_object("web", "At risk", why="28 Unschedulable")) == Standing(
        context="",
        namespace="ns",
        name="web",
        state="At risk",
        red=True,
        mode="Enforce",
        peak="first",
        bell=datetime(2026, 3, 4, 8, 30, tzinfo=UTC),
        planned=40,
        written=40,
        ready=12,
        why="28 Unschedulable",
    )


@pytest.mark.parametrize("state", CONDITIONS)
def test_red_is_what_is_not_as_ready_as_it_has_to_be(state):
    assert a_line(an_object("web", state)).red is (CONDITIONS[state][0] == "False")


def test_of_what_is_well_nothing_is_said():
    assert a_line(an_object("web")).why == ""


def test_in_dry_run_nothing_is_written_and_nothing_is_red():
    line = a_line(an_object("web", "Behind", mode="DryRun"))
    assert (line.red, line.written, line.state) == (False, None, "Behind")


def test_what_is_broken_otherwise_is_red_with_its_own_reason():
    line = a_line(an_object("web", "Nothing due", ready=("False", "CalendarNotFound")))
    assert (line.state, line.red, line.why) == ("Not ready", True, "CalendarNotFound: the calendar is gone")


@pytest.mark.parametrize("status", [None, {}, {"conditions": []}])
def test_what_nobody_has_reported_on_is_red(status):
    line = a_line({"metadata": {"namespace": "ns", "name": "web"}, "spec": {}, "status": status})
    assert (line.state, line.red) == ("Not reported", True)


def test_a_bell_that_rang_and_is_still_told_as_the_next_one_means_that_nobody_reports():
    assert a_line(an_object("web", bell="2026-03-04T08:19:00Z")).state == "Not reported"
    assert a_line(an_object("web", bell="2026-03-04T08:21:00Z")).state == "Ready"
    assert a_line(an_object("web", bell="2020-04-20T06:30:00Z")).state == "Ready"


def test_the_worst_comes_first_and_among_equals_the_nearest_bell():
    bodies = [
        an_object("calm", "Nothing due"),
        an_object("ready"),
        an_object("later", "At risk", bell="2026-03-04T09:30:00Z"),
        an_object("sooner", "At risk"),
        an_object("track", "On track"),
        an_object("late", "Late"),
        an_object("dry", "Behind", mode="DryRun"),
        an_object("night", "Baseline not ready"),
    ]
    names = [one.name for one in worst_first(map(a_line, bodies))]
    assert names == ["late", "sooner", "later", "night", "dry", "track", "ready", "calm"]


@pytest.mark.parametrize("value", ["x", 3, None, "2026-13-01T00:00:00Z"])
def test_a_status_that_somebody_else_wrote_breaks_nothing(value):
    body = an_object("web")
    body["status"] |= {"upcoming": [{"bellTime": value, "replicas": value}], "readyReplicas": "many"}
    assert a_line(body).bell is None


async def test_three_thousand_are_read_page_by_page():
    cluster = FakeCluster()
    for number in range(3000):
        cluster.put("firstbell.dev", "schoolautoscalers", an_object(f"web-{number}"))
    found = await lines(cluster, None, NOW, "")
    assert not isinstance(found, Failure)
    assert len(found) == 3000
    assert {verb for verb, _ in cluster.requests} == {"LIST"}


async def test_a_right_that_is_missing_is_named():
    cluster = FakeCluster()
    cluster.fail("Forbidden", path="schoolautoscalers")
    found = await lines(cluster, None, NOW, "east")
    assert isinstance(found, Failure)
    assert found.message.endswith(
        "Needed is the right to list schoolautoscalers.firstbell.dev; of one namespace: -n."
    )


NAMESPACES = ("", "namespaces")


async def test_a_namespace_that_is_not_there_is_no_namespace_without_workloads():
    cluster = FakeCluster()
    cluster.put(*NAMESPACES, {"metadata": {"namespace": "", "name": "empty"}})
    assert await lines(cluster, "empty", NOW, "") == []
    found = await lines(cluster, "nope", NOW, "")
    assert isinstance(found, Failure)
    assert found.message.startswith("there is no namespace 'nope'. ")


async def test_who_may_not_read_namespaces_is_told_of_none_that_is_missing():
    cluster = FakeCluster()
    cluster.fail("Forbidden", path="/namespaces/nope", verb="GET")
    assert await lines(cluster, "nope", NOW, "") == []


def seen(*standings, unread=()):
    return Seen(standings=tuple(standings), unread=tuple(unread))


@pytest.mark.parametrize(
    ("found", "code"),
    [
        (seen(), 0),
        (seen(a_line(an_object("a"))), 0),
        (seen(a_line(an_object("a")), unread=[Unread(context="b", why="no answer")]), 2),
        (seen(a_line(an_object("a", "Late")), unread=[Unread(context="b", why="no answer")]), 1),
    ],
    ids=["nothing", "all well", "one unread", "one red beside one unread"],
)
def test_the_exit_code_says_how_it_is(found, code):
    assert found.exit_code == code


def shown(found, **how):
    return status_lines(found, NOW, **{"contexts": False} | how)


def test_the_table_has_a_line_for_each_and_for_what_was_not_read():
    found = seen(
        a_line(an_object("web", "At risk", why="28 Unschedulable")),
        a_line(an_object("api", mode="DryRun")),
        unread=[Unread(context="east", why="no answer in 10 s")],
    )
    text = shown(found, contexts=True)
    assert text[0].split() == [
        "CONTEXT",
        "NAMESPACE",
        "NAME",
        "BELL",
        "NEXT",
        "BELL",
        "PLANNED",
        "WRITTEN",
        "READY",
        "WHY",
    ]
    assert "At risk" in text[1]
    assert "2026-03-04 08:30Z (8 min)" in text[1]
    assert text[1].endswith("28 Unschedulable")
    assert "Ready (DryRun)" in text[2]
    assert text[3:] == ["east: not read: no answer in 10 s", "1 of 2 red"]


def test_nothing_that_a_terminal_obeys_is_shown():
    body = an_object("web", "At risk", why="a\x1b[31m\u202e\nb")
    (_, line, _) = shown(seen(a_line(body)))
    assert line.endswith("a\\x1b[31m\\u202e\\nb")


def test_at_one_bell_the_most_important_come_first():
    bodies = [an_object(name, "At risk") for name in ("reports", "sign-on", "web")]
    bodies[0]["spec"]["priority"], bodies[1]["spec"]["priority"] = 10, 90
    lines = worst_first(map(a_line, bodies))
    assert [(one.name, one.priority) for one in lines] == [("sign-on", 90), ("web", 50), ("reports", 10)]
    assert [one["priority"] for one in status_document(seen(*lines))["workloads"]] == [90, 50, 10]


def test_a_terminal_gets_one_line_for_each_and_the_worst_that_it_has_room_for():
    found = seen(*(a_line(an_object(f"web-{number:02}", "At risk", why="x" * 500)) for number in range(50)))
    lines = shown(found, width=100, height=24)
    assert len(lines) == 24
    assert {len(line) for line in lines[1:22]} == {100}
    assert lines[-2:] == ["... and 29 more", "50 of 50 red"]
    assert len(shown(found)[1]) > 500


def test_the_document_has_the_same():
    (one,) = status_document(seen(a_line(an_object("web", "Late"))))["workloads"]
    assert (one["state"], one["red"], one["nextBellTime"]) == ("Late", True, "2026-03-04T08:30:00Z")
    assert [one["plannedReplicas"], one["writtenReplicas"], one["readyReplicas"]] == [40, 40, 12]


def run(*arguments):
    return CliRunner().invoke(APP, arguments)


def test_a_cluster_that_does_not_answer_is_one_line_and_ends_with_two(tmp_path):
    done = run("--kubeconfig", nobody_there(tmp_path), "-A")
    assert done.exit_code == 2
    assert "not read: the API server cannot be reached" in done.stdout


def test_each_context_is_asked_and_one_that_is_not_there_is_a_line(tmp_path):
    done = run("--kubeconfig", nobody_there(tmp_path), "-A", "--contexts", "here, gone", "-o", "json")
    assert done.exit_code == 2
    assert [one["context"] for one in json.loads(done.stdout)["unread"]] == ["here", "gone"]


def test_yaml_is_yaml(tmp_path):
    done = run("--kubeconfig", nobody_there(tmp_path), "-n", "ns", "-o", "yaml")
    assert yaml.safe_load(done.stdout)["workloads"] == []


@pytest.mark.parametrize(
    "arguments",
    [("-A", "-n", "ns"), ("--contexts", "a", "--context", "b"), ("-w", "-o", "json"), ("--contexts", " , ")],
)
def test_what_does_not_go_together_is_refused(arguments):
    assert run(*arguments).exit_code == 2


def at_port(folder, port):
    path = Path(nobody_there(folder))
    path.write_text(path.read_text().replace("127.0.0.1:1", f"127.0.0.1:{port}"))
    return path


async def says_nothing(reader, writer):
    await reader.read()
    writer.close()
    await writer.wait_closed()


async def test_one_that_is_silent_holds_nobody_up(tmp_path):
    server = await asyncio.start_server(says_nothing, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    path = at_port(tmp_path, port)
    async with server, AsyncExitStack() as stack:
        looks = Looks(
            contexts=("here",),
            namespace=None,
            everywhere=True,
            clock=ManualClock(NOW),
            connections=Connections(kubeconfig=path, seconds=0.3, stack=stack),
        )
        found = await looks.look()
    (unread,) = found.unread
    assert "no answer in 0.3 s" in unread.why


def test_watching_goes_on_until_it_is_told_to_end_and_ends_at_once(tmp_path):
    """Started as people start it; nobody is there, which is told once and no reason to end."""
    argv = [sys.executable, "-m", "firstbell", "status", "-A", "-w", "--kubeconfig", nobody_there(tmp_path)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        first = process.stdout.readline()
        assert "not read" in first
        assert process.poll() is None
        process.send_signal(signal.SIGINT)
        said, trouble = process.communicate(timeout=60)
    assert (process.returncode, trouble) == (2, "")
    assert "Traceback" not in said


def test_a_workload_that_is_named_is_answered_with_the_command_for_one(tmp_path):
    done = CliRunner().invoke(APP, ["school/web", "--kubeconfig", nobody_there(tmp_path)])
    assert done.exit_code == 2
    assert done.stderr.endswith("Of one: firstbell explain school/web\n")


@pytest.mark.parametrize(
    ("state", "told"),
    [("Ready", "PlanShrunk: an edit"), ("On track", "PlanShrunk: an edit"), ("Late", "why")],
)
def test_an_edit_that_is_held_back_is_told_unless_a_bell_is_missed(state, told):
    body = an_object("web", state)
    body["status"]["conditions"].append(
        {"type": "PlanShrunk", "status": "True", "reason": "BellLost", "message": "an edit"}
    )
    assert standing(body, NOW).why == told
