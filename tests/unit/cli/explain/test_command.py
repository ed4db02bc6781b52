"""`firstbell explain`: the text fits a screen, the document is stable, and what cannot be is one sentence."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
import typer
from rich.console import Console
from typer.testing import CliRunner

from firstbell.cli.explain.command import explain_command
from firstbell.cli.explain.document import explain_document
from firstbell.cli.explain.text import print_explanation
from firstbell.engine.explaining.explanation import explain, field_writers
from tests.fakes import instant
from tests.unit.cli.unreachable import nobody_there
from tests.unit.engine.bodies import (
    AFTER,
    BEFORE,
    INSIDE,
    KEY,
    a_calendar,
    a_deployment,
    a_metric,
    an_autoscaler,
    an_exception,
    an_hpa,
    an_override,
)
from tests.unit.engine.running import Running
from tests.unit.engine.world import HPAS, OVERRIDES, World

APP = typer.Typer()
APP.command()(explain_command)
A_SCREEN = 48
HARD = {
    "hpa": an_hpa(maximum=40),
    "calendar": a_calendar(
        timeZone="Europe/Brussels",
        cohorts=[{"name": "a", "pupils": 3000}, {"name": "b", "pupils": 2000, "startOffsetMinutes": 5}],
    ),
    "autoscaler": an_autoscaler(
        mode="DryRun",
        dayFactors=[{"name": "mondays", "match": {"dayClasses": ["FirstDayOfWeek"]}, "percent": 150}],
    ),
}
BELL = "2024-09-09T06:25"
AT_A_LOSS = "2024-09-09T08:25:10"
ODD = {
    "no calendar": {"calendar": None},
    "no workload": {"deployment": None},
    "no autoscaler": {"hpa": None},
    "by scale": {"hpa": None, "autoscaler": an_autoscaler(minReplicas=3, maxReplicas=200)},
    "hands off": {"deployment": a_deployment(replicas=0)},
    "suspended": {"calendar": a_calendar(suspend=True)},
}


def explained(world: World, at=INSIDE):
    managers = world.get(HPAS)["metadata"]["managedFields"] if world.store.floors else ()
    return replace(explain(world.store, KEY, instant(at)), writers=field_writers(managers, "minReplicas"))


def text(world: World, at=INSIDE) -> str:
    console = Console(width=80, markup=False, highlight=False, emoji=False, force_terminal=False)
    with console.capture() as captured:
        print_explanation(console, explained(world, at))
    return captured.get()


def rows(told: str) -> dict[str, str]:
    """What stands beside each label, continued lines joined; of equal labels the first."""
    found, label = {}, ""
    for line in told.splitlines():
        if "  " in line.rstrip() and not line.startswith(" "):
            label, _, value = line.partition("  ")
            found.setdefault(label, value.strip())
        elif label and line.startswith("  "):
            found[label] += f" {line.strip()}"
    return found


async def test_the_number_and_every_reason_for_it_are_told():
    world = World(BELL, **HARD)
    await world.tick()
    told = text(world, BELL)
    found = rows(told)
    head, time = told.splitlines()[:2]
    assert head == "ns/web: 40 replicas (ScheduledPeak, not written: DryRun)"
    assert time == "Mon 09 Sep 2024 08:25 (06:25 UTC), Europe/Brussels"
    assert found["peak"] == "first-bell: 150 replicas at its height, bell Mon 09 Sep 08:30 (06:30 UTC)"
    assert found["day"] == "FirstDayOfWeek, 2 days off before, InPerson (by weekly)"
    assert found["factors"] == "mondays 150 % = 150 %"
    assert found["pupils"] == "5,000 in 2 cohorts that start at the bell +0 to +5 minutes"
    assert found["limit"] == "150 -> 40: AutoscalerMaxReplicas"
    assert found["baseline"] == "4, what minReplicas is without firstbell"
    assert found["who writes"].startswith("kubectl (Update")
    assert found["live load"] == "spec.metrics asks for none"
    assert found["write"].startswith("4 replicas at Mon 09 Sep 09:05 (07:05 UTC)")
    assert "ScalingLimited=True" in found["trouble"]


@pytest.mark.parametrize("at", [INSIDE, AFTER])
@pytest.mark.parametrize("objects", [{}, HARD, *ODD.values()], ids=["plain", "hard", *ODD])
async def test_it_fits_a_screen_whatever_is_odd(objects, at):
    world = World(at, **objects)
    await world.tick()
    lines = text(world, at).splitlines()
    assert len(lines) <= A_SCREEN
    assert max(map(len, lines)) <= 80
    assert json.dumps(explain_document(explained(world, at)))


async def test_a_late_fact_is_named_as_the_reason_of_the_day():
    world = World(INSIDE)
    world.put("calendarexceptions", an_exception(event="InstructionalDay", instructionMode="Remote"))
    await world.tick()
    day = rows(text(world))["day"]
    assert "Remote" in day
    assert "by exceptions/snow" in day


async def test_with_an_order_in_force_it_tells_when_it_ends_and_what_follows():
    world = World(AFTER, hpa=an_hpa(maximum=200))
    world.put(OVERRIDES, an_override("exams", floorReplicas=60, until="11:00"))
    world.put(OVERRIDES, an_override("later", hold=True, since="12:00", until="13:00"))
    await world.tick(AFTER)
    told = text(world, AFTER).partition("NEXT")[2]
    found = rows(told)
    assert found["write"].startswith("4 replicas (the baseline, 4) at Mon 09 Sep 11:00")
    assert found["order"].startswith("exams ends at Mon 09 Sep 11:00 UTC: then 4 replicas (the baseline, 4)")
    assert "later begins at Mon 09 Sep 12:00 UTC: then nothing is written" in " ".join(told.split())
    document = explain_document(explained(world, AFTER))
    assert document["nextWrite"] == {"time": "2024-09-09T11:00:00Z", "replicas": 4}
    ends, begins = document["overrideTurns"]
    assert (ends["turn"], ends["time"], ends["replicas"]) == ("Ends", "2024-09-09T11:00:00Z", 4)
    assert (begins["turn"], begins["replicas"], begins["reason"]) == ("Begins", None, "HeldByOverride")


async def test_the_next_write_is_no_write_of_the_plan_that_an_order_is_above():
    world = World("2024-09-09T08:05", hpa=an_hpa(maximum=200))
    world.put(OVERRIDES, an_override(floorReplicas=150, until="12:00"))
    await world.tick("2024-09-09T08:05")
    found = rows(text(world, "2024-09-09T08:05").partition("NEXT")[2])
    assert found["write"].startswith("4 replicas (the baseline, 4) at Mon 09 Sep 12:00")


async def test_under_a_hold_the_next_write_is_the_first_after_it():
    world = World("2024-09-09T08:05", hpa=an_hpa(maximum=200))
    world.put(OVERRIDES, an_override(hold=True, until="08:40"))
    await world.tick("2024-09-09T08:05")
    found = rows(text(world, "2024-09-09T08:05").partition("NEXT")[2])
    assert found["write"].startswith("100 replicas (first-bell at Mon 09 Sep 08:30")
    assert "at Mon 09 Sep 08:40" in found["write"]
    assert found["order"].startswith("order ends at Mon 09 Sep 08:40 UTC: then 100 replicas")


async def test_while_firstbell_is_stopped_no_write_comes_next():
    world = World(AFTER)
    world.put(OVERRIDES, an_override("exams", floorReplicas=60, until="11:00"))
    told = {"type": "Ready", "status": "False", "reason": "Stopped", "message": "firstbell is stopped: x"}
    world.edit("schoolautoscalers", lambda one: one.update(status={"conditions": [told]}))
    assert rows(text(world, AFTER).partition("NEXT")[2])["write"] == "none while firstbell is stopped"
    assert explain_document(explained(world, AFTER))["nextWrite"] is None


async def test_an_order_is_told_with_the_command_that_ends_it():
    world = World(AFTER, hpa=an_hpa(maximum=200))
    world.put(OVERRIDES, an_override("exams", floorReplicas=60, until="11:00"))
    world.put(OVERRIDES, an_override("small", floorReplicas=50, until="11:00"))
    await world.tick(AFTER)
    assert "To end it now: firstbell override --end exams -n ns" in " ".join(text(world, AFTER).split())


async def test_on_a_day_without_lessons_it_tells_which_fact_closes_it():
    world = World(INSIDE)
    world.put("calendarexceptions", an_exception(event="WeatherDay"))
    await world.tick()
    found = rows(text(world))
    assert found["reason"] == "the baseline, 4"
    assert found["day"].endswith(": no lessons (exceptions/snow)")


def test_a_number_that_nothing_can_have_is_told_at_once():
    head = text(World(deployment=None)).splitlines()[0]
    assert head == "ns/web: 100 replicas (ScheduledPeak, nothing to scale: TargetNotFound)"
    head = text(World(deployment=a_deployment(replicas=0))).splitlines()[0]
    assert head == "ns/web: nothing is written (HandsOff)"


async def test_the_document_has_its_version_and_its_fields():
    world = World(INSIDE)
    await world.tick()
    document = explain_document(explained(world))
    assert list(document) == [
        "apiVersion", "autoscaler", "time", "mode", "target", "decision", "peaks", "liveMetricsRead", "live",
        "actuator", "calendars", "nextWrite", "upcoming", "overrides", "overrideTurns", "wouldChange",
        "reported", "writes", "writesIfEnforced", "lead", "priority",
    ]  # fmt: skip
    assert document["apiVersion"] == "firstbell.dev/explain/v1"
    assert document["time"] == "2024-09-09T08:25:00Z"
    assert document["actuator"]["floor"] == 100
    assert document["nextWrite"] == {"time": "2024-09-09T09:00:00Z", "replicas": 4}


async def test_in_dry_run_the_patches_are_told_that_enforce_then_sends():
    document = explain_document(explained(World(INSIDE, autoscaler=an_autoscaler(mode="DryRun"))))
    told = [(each["path"], each["operations"]) for each in document["writesIfEnforced"]]
    assert document["writes"] == []
    world = World(INSIDE)
    assert explain_document(explained(world))["writesIfEnforced"] is None
    await world.tick()
    assert told == sent(world)
    assert [path.rpartition("/")[2] for path, _ in told] == ["web", "scale"]


async def test_what_is_still_to_be_sent_is_told_to_the_letter_and_nothing_once_it_was():
    world = World(INSIDE)
    told = text(world)
    await world.tick()
    for path, operations in sent(world):
        assert path in told.replace("\n", "").replace(" ", "")
        for operation in operations:
            value = json.dumps(operation["value"]).replace(" ", "")
            assert f"{operation['op']}{operation['path']}{value}" in "".join(told.split())
    assert "PATCH" not in text(world)


def sent(world):
    """The patches that were sent, but for hand-backs, which depend on the answers to them."""
    return [
        (path, operations)
        for path, operations in world.cluster.patches
        if not any(each["path"] == "/metadata/managedFields" for each in operations)
    ]


async def test_live_metrics_are_told_as_the_operator_last_reported_them():
    world = World(BEFORE, autoscaler=an_autoscaler(metrics=[a_metric()]))
    world.read(2800)
    await world.tick()
    found = rows(text(world, BEFORE))
    assert found["reason"] == "pupils-online: 2800 at 350 per replica asks for 8"
    assert found["live load"] == "8 asked for by the operator's last report; AllRead: the metric is read"
    document = explain_document(explained(world, BEFORE))
    assert document["liveMetricsRead"] is True
    assert document["live"] == {
        "metrics": [
            {
                "name": "pupils-online",
                "serverAddress": "http://prometheus:9090",
                "query": "sum(pupils_online)",
                "targetType": "AverageValue",
                "target": "350",
            }
        ],
        "reactiveReplicas": 8,
        "available": "True",
        "reason": "AllRead",
        "message": "the metric is read",
    }


def test_live_metrics_that_nobody_has_reported_are_not_known():
    world = World(BEFORE, autoscaler=an_autoscaler(metrics=[a_metric()]))
    assert rows(text(world, BEFORE))["live load"] == "not reported yet"
    assert explain_document(explained(world))["liveMetricsRead"] is False


def test_what_is_absent_has_its_reason_in_the_document():
    document = explain_document(explained(World(deployment=None, calendar=None)))
    assert document["target"]["problem"]["reason"] == "TargetNotFound"
    assert document["calendars"]["reason"] == "CalendarNotFound"


@pytest.mark.parametrize("time", ["tomorrow", "2026-09-01T06:30", "06:30Z"])
def test_a_time_without_its_zone_is_told_with_an_example(time):
    result = CliRunner().invoke(APP, ["ns/web", "--at", time])
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.endswith("Write it like 2026-09-01T06:30Z.\n")


@pytest.mark.parametrize("kubeconfig", [nobody_there, lambda folder: str(folder / "none")])
def test_without_a_cluster_it_points_to_plan(tmp_path, kubeconfig):
    result = CliRunner().invoke(APP, ["ns/web", "--kubeconfig", kubeconfig(tmp_path)])
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.endswith("What files would do: firstbell plan -f FILE.\n")


def measured(mode: str) -> World:
    rise = {"writtenTime": "2024-09-06T08:20:00Z", "from": 4, "to": 100, "tookSeconds": 200, "ready": True}
    world = World(autoscaler=an_autoscaler(leadTime={"mode": mode}))
    world.edit("schoolautoscalers", lambda body: body.update(status={"lead": {"rises": [rise]}}))
    return world


def test_a_measured_lead_is_told_and_by_how_much_the_next_write_is_earlier():
    found = rows(text(measured("Measured"), BEFORE))
    assert found["lead"] == "64 to 255 pods took 200 s; rises are written up to 15 min earlier"
    assert found["write"] == "100 replicas at Mon 09 Sep 08:16 UTC, 4 min before it is due"
    lead = {"fromPods": 64, "toPods": 255, "seconds": 200, "ready": True}
    assert explain_document(explained(measured("Measured")))["lead"] == [lead]


def test_a_priority_is_told_where_somebody_gave_one():
    important, whenever = (World(BEFORE, autoscaler=an_autoscaler(priority=each)) for each in (90, 10))
    before = "90 of 100: at a bell it is raised before workloads without a priority (50)"
    assert rows(text(important, BEFORE))["priority"] == before
    assert "10 of 100: at a bell it is raised after" in rows(text(whenever, BEFORE))["priority"]
    assert explain_document(explained(important))["priority"] == 90
    assert "priority" not in rows(text(World(BEFORE), BEFORE))


def test_a_fixed_lead_is_told_with_what_was_measured_all_the_same():
    found = rows(text(measured("Fixed"), BEFORE))
    assert found["lead"] == "64 to 255 pods took 200 s; spec.leadTime is Fixed: no earlier"
    assert found["write"] == "100 replicas at Mon 09 Sep 08:20 UTC"


async def test_an_edit_that_is_held_back_is_the_reason_and_what_ends_it_is_told():
    world = World("2024-09-09T07:00")
    async with Running(world=world) as run:
        await run.until(INSIDE)
        world.respec("schoolautoscalers", peaks=an_autoscaler(replicas=60)["spec"]["peaks"])
        await run.pass_time(seconds=5)
        world.respec("schoolcalendars", "school", weeklySchedule=[])
        await run.pass_time(seconds=5)
        world.store = run.engine.store
    told = text(world, AT_A_LOSS)
    found = rows(told)
    assert told.splitlines()[0] == "ns/web: 100 replicas (PlanShrunk)"
    assert found["reason"].startswith(
        "SchoolCalendar school (generation 2, by kubectl) lost what was planned"
    )
    assert found["limit"] == "4 -> 100: PlanShrunk"
    assert found["write"].startswith("60 replicas (SchoolCalendar school (generation 2, by kubectl) lost")
    assert found["write"].endswith("at Mon 09 Sep 08:30 UTC")
    assert "PATCHES STILL TO BE SENT" not in told
    assert "note" not in found
    levers = explain_document(explained(world, AT_A_LOSS))["wouldChange"]
    assert levers[0] == (
        "Undo the edit of SchoolCalendar school (generation 2, by kubectl), and of SchoolAutoscaler web "
        "(generation 2, by kubectl): what it took of the plan is back at once."
    )
    assert levers[1].endswith("firstbell.dev/confirm-plan=20240909-082505 --overwrite")


async def with_an_edit_held_back() -> World:
    """A world in whose window the calendar was emptied, five seconds ago, as its operator has it."""
    world = World("2024-09-09T07:00")
    async with Running(world=world) as run:
        await run.until(INSIDE)
        world.respec("schoolcalendars", "school", weeklySchedule=[])
        await run.pass_time(seconds=5)
        world.store = run.engine.store
    return world


async def test_the_document_of_an_edit_that_is_held_back_is_what_the_operator_decided():
    world = await with_an_edit_held_back()
    found, reported = explain_document(explained(world, AT_A_LOSS)), world.status["decision"]
    decision = found["decision"]
    assert (decision["replicas"], decision["reason"]) == (100, "PlanShrunk")
    assert (decision["message"], decision["limits"]) == (reported["message"], reported["limits"])
    assert found["reported"]["note"] is None
    assert found["writes"] == []
    assert found["nextWrite"] == {"time": "2024-09-09T08:30:00Z", "replicas": 4}
    after = explain_document(explained(world, "2024-09-09T08:30:00"))
    assert (after["decision"]["replicas"], after["decision"]["reason"]) == (4, "Baseline")


async def test_by_the_line_that_confirms_an_edit_is_explained_as_followed():
    world = await with_an_edit_held_back()
    seen = replace(world.store.autoscalers[KEY], confirmed="20240909-082500")
    world.store.autoscalers[KEY] = seen
    assert world.status["planLosses"]
    assert explain_document(explained(world, AT_A_LOSS))["decision"]["replicas"] == 4
