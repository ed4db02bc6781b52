"""The status: complete from the first tick, silent when nothing changed, exact when something did."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from firstbell.core.conditions import Truth
from firstbell.engine.objects.status_values import merge_patch, read_conditions, without_absent
from firstbell.engine.report.report_due import changed
from tests.fakes import settled
from tests.unit.engine.bodies import (
    AFTER,
    BEFORE,
    BELL,
    INSIDE,
    RISE,
    a_calendar,
    a_deployment,
    an_autoscaler,
    an_hpa,
)
from tests.unit.engine.world import DEPLOYMENTS, HPAS, World

CONDITIONS = [
    "Ready",
    "CalendarResolved",
    "MetricsAvailable",
    "AbleToScale",
    "ScalingLimited",
    "ReadyForBell",
    "FloorContested",
    "ReturnedToBaseline",
    "PlanShrunk",
    "ClockInSync",
    "ChangedByHand",
]


@pytest.mark.parametrize(
    "world",
    [
        pytest.param(World, id="all is well"),
        pytest.param(lambda: World(calendar=None), id="no calendar"),
        pytest.param(lambda: World(deployment=None), id="no workload"),
        pytest.param(lambda: World(hpa=None), id="no way to scale"),
        pytest.param(lambda: World(autoscaler=an_autoscaler(calendarRefs=[])), id="an invalid spec"),
        pytest.param(lambda: World(deployment=a_deployment(replicas=0)), id="hands off"),
    ],
)
async def test_all_conditions_exist_from_the_first_tick_each_with_its_generation(world):
    world = world()
    await world.tick()
    told = world.status["conditions"]
    assert [item["type"] for item in told] == CONDITIONS
    assert {item["observedGeneration"] for item in told} == {1} == {world.status["observedGeneration"]}
    assert {item["lastTransitionTime"] for item in told} == {"2024-09-09T08:00:00Z"}
    assert all(item["reason"].isalnum() for item in told)


async def test_a_tick_that_changes_nothing_writes_no_status():
    world = World()
    await world.tick(BEFORE)
    before = world.cluster.counted("PATCH", "/status")
    for minute in range(1, 19):
        await world.tick(f"2024-09-09T08:{minute:02}")
    assert world.cluster.counted("PATCH", "/status") == before


async def test_a_restart_that_changes_nothing_writes_no_status():
    world = World()
    for at in (BEFORE, RISE, INSIDE, BELL, AFTER):
        await world.tick(at)
    await world.tick("2024-09-09T10:30")
    before = world.cluster.counted("PATCH", "/status")
    world.restart()
    await world.tick("2024-09-09T10:31")
    assert world.cluster.counted("PATCH", "/status") == before


async def test_what_is_told_of_the_decision():
    world = World(INSIDE)
    await world.tick()
    assert world.status["decision"] == {
        "reason": "ScheduledPeak",
        "message": "first-bell at Mon 09 Sep 08:30 (FirstDayOfWeek, 2 days off before, InPerson)",
        "scheduledReplicas": 100,
    }
    assert world.status["calendars"] == [{"name": "school", "observedGeneration": 1}]
    assert world.status["actuator"] == {
        "kind": "HorizontalPodAutoscaler",
        "name": "web",
        "uid": world.get(HPAS)["metadata"]["uid"],
        "floor": 100,
        "baselineMinReplicas": 4,
        "maxReplicas": 400,
    }


async def test_by_scale_the_actuator_is_the_workload():
    world = World(hpa=None, autoscaler=an_autoscaler(minReplicas=4, maxReplicas=9))
    await world.tick()
    assert world.status["actuator"] == {
        "kind": "Deployment",
        "name": "web",
        "baselineMinReplicas": 4,
        "maxReplicas": 9,
    }


async def test_what_is_gone_of_the_decision_is_gone_in_the_api_too():
    world = World(INSIDE, hpa=an_hpa(maximum=60))
    await world.tick()
    assert world.status["decision"]["limits"] == [
        {"reason": "AutoscalerMaxReplicas", "before": 100, "after": 60}
    ]
    world.respec(HPAS, maxReplicas=400)
    await world.tick()
    assert "limits" not in world.status["decision"]


async def test_the_last_actions_are_kept_newest_first_and_bounded():
    world = World(autoscaler=an_autoscaler(behavior={"scaleDown": {"stabilizationWindowSeconds": 0}}))
    for day in range(9, 14):
        for at in ("08:00", "08:20", "09:00"):
            await world.tick(f"2024-09-{day:02}T{at}")
    for day in range(16, 21):
        await world.tick(f"2024-09-{day:02}T08:20")
        await world.tick(f"2024-09-{day:02}T09:00")
    told = world.status["lastActions"]
    assert (len(told), told[0]["time"]) == (10, "2024-09-20T09:00:00Z")
    assert [action["to"] for action in told[:2]] == [4, 100]


async def test_transition_times_move_only_when_the_status_of_a_condition_does():
    world = World()
    await world.tick(BEFORE)
    world.remove("schoolcalendars", "school")
    await world.tick("2024-09-09T08:05")
    assert world.told_condition("Ready")["lastTransitionTime"] == "2024-09-09T08:05:00Z"
    assert world.told_condition("AbleToScale")["lastTransitionTime"] == "2024-09-09T08:00:00Z"
    world.remove(DEPLOYMENTS)
    await world.tick("2024-09-09T08:06")
    assert world.told_condition("Ready")["lastTransitionTime"] == "2024-09-09T08:05:00Z"


def set_ready(world, ready):
    def change(body):
        body["status"] |= {
            "readyReplicas": ready,
            "replicas": 100,
            "updatedReplicas": 100,
            "observedGeneration": body["metadata"]["generation"],
        }

    world.edit(DEPLOYMENTS, change)


async def test_while_pods_become_ready_the_status_is_written_at_most_every_10_seconds():
    world = World()
    await world.tick(BEFORE)
    await world.tick("2024-09-09T08:25:00")
    set_ready(world, 5)
    await world.tick("2024-09-09T08:25:00.500000")
    before = world.cluster.counted("PATCH", "/status")
    for tenth in range(10, 100):
        set_ready(world, tenth)
        await world.tick(f"2024-09-09T08:25:0{tenth // 10}.{tenth % 10}00000")
    assert world.cluster.counted("PATCH", "/status") == before
    set_ready(world, 99)
    await world.tick("2024-09-09T08:25:10.500000")
    assert world.cluster.counted("PATCH", "/status") == before + 1
    assert world.status["readyReplicas"] == 99
    assert "99 of 100" in world.told_condition("ReadyForBell")["message"]


async def test_counts_that_were_held_back_are_looked_at_again():
    world = World()
    await world.tick(BEFORE)
    world.edit(DEPLOYMENTS, lambda body: body["status"].update(readyReplicas=3))
    outcome = await world.tick("2024-09-09T08:00:03")
    assert world.status["readyReplicas"] == 4
    world.reporter.ask("ns/web", world.memory, outcome)
    following = await world.reporter.report(("schoolautoscalers", "ns/web"))
    assert (following - world.memory.told.reported_at).total_seconds() == 10


async def test_a_change_that_matters_does_not_wait():
    world = World()
    await world.tick(BEFORE)
    world.remove("schoolcalendars", "school")
    await world.tick("2024-09-09T08:00:01")
    assert world.condition("CalendarResolved")[0] == "False"


OLD = {"a": 1, "counts": 2, "map": {"x": 1, "y": 2}, "list": [1]}


@pytest.mark.parametrize(
    ("new", "want"),
    [
        pytest.param(OLD, {}, id="nothing changed"),
        pytest.param({"a": 2}, {"a": 2}, id="a value"),
        pytest.param({"a": None}, {"a": None}, id="a value that goes"),
        pytest.param({"gone": None}, {}, id="what was never there"),
        pytest.param({"map": {"x": 1}}, {"map": {"x": 1, "y": None}}, id="a part of a map that goes"),
        pytest.param({"list": []}, {"list": []}, id="lists are whole"),
        pytest.param({"map": None}, {"map": None}, id="a map that goes"),
    ],
)
def test_the_merge_patch_from_one_status_to_the_other(new, want):
    assert want == merge_patch(OLD, new)


@pytest.mark.parametrize(
    ("since", "want"),
    [(None, True), (timedelta(seconds=9), False), (timedelta(seconds=10), True)],
    ids=["the first", "too soon", "soon enough"],
)
def test_counts_alone_wait_for_their_time(since, want):
    patch = changed({"currentReplicas": 1}, {"currentReplicas": 2, "readyReplicas": None}, since_last=since)
    assert want == bool(patch)


def test_a_status_without_what_is_absent():
    assert without_absent({"a": 0, "b": None, "c": ""}) == {"a": 0, "c": ""}


def test_conditions_that_cannot_be_read_are_left_out():
    unreadable = [{"type": "Ready", "status": "Maybe"}, "Ready", None, {"status": "True"}, {"type": "Ready"}]
    valid = {"type": "Valid", "status": "True", "observedGeneration": 3}
    (condition,) = read_conditions({"conditions": [*unreadable, {"type": "Ready", "status": {}}, valid]})
    assert (condition.type, condition.status, condition.since) == ("Valid", Truth.TRUE, None)
    assert condition.observed_generation == 3
    assert [read_conditions({"conditions": none}) for none in (None, "Ready", {"type": "Ready"})] == [[]] * 3


async def test_the_figures_follow():
    world = World(INSIDE)
    await world.tick()
    assert world.telemetry.standing == {"ns/web": (4, 4, 100)}
    assert world.telemetry.writes == {
        ("floor", "ok"): 1,
        ("handback", "ok"): 1,
        ("scale", "ok"): 1,
        ("status", "ok"): 1,
    }


async def test_two_reports_of_one_object_never_overlap():
    """The older of them could be written last."""
    world = World()
    await world.tick(BEFORE)
    world.cluster.gate = asyncio.Event()
    world.remove("schoolcalendars", "school")
    first = asyncio.ensure_future(world.tick("2024-09-09T08:05"))
    await settled()
    world.put("schoolcalendars", a_calendar())
    outcome = await world.ticker.tick("ns/web", world.memory, world.clock.now())
    world.reporter.ask("ns/web", world.memory, outcome)
    assert world.cluster.counted("PATCH", "/status") == 2
    world.cluster.gate.set()
    await first
    assert world.condition("CalendarResolved")[0] == "False"
    async with asyncio.timeout(5):
        await world.reporter.report(await world.reporter.get())
    assert world.condition("CalendarResolved")[0] == "True"
