"""Ready for the bell: compared with the schedule minute by minute, and told when the bell rings."""

from __future__ import annotations

import pytest

from tests.unit.engine.bodies import BEFORE, BELL, INSIDE, RISE, a_calendar, an_autoscaler, an_hpa
from tests.unit.engine.world import DEPLOYMENTS, World


async def raised(world=None):
    """In the window, replicas asked for at 08:20."""
    world = world or World()
    await world.tick(BEFORE)
    await world.tick(RISE)
    return world


def become_ready(world, ready, **status):
    def change(body):
        body["status"] |= {
            "readyReplicas": ready,
            "observedGeneration": body["metadata"]["generation"],
            "replicas": 100,
            "updatedReplicas": 100,
        } | status

    world.edit(DEPLOYMENTS, change)


def told(world, reason):
    return [happening for _, happening in world.events.posted if happening.reason == reason]


async def test_before_any_peak_nothing_is_due():
    world = World()
    await world.tick(BEFORE)
    assert world.condition("ReadyForBell") == ("True", "NothingDue")


@pytest.mark.parametrize("minute", [20, 21])
async def test_pods_that_were_just_asked_for_have_a_short_grace(minute):
    world = await raised()
    become_ready(world, 4)
    await world.tick(f"2024-09-09T08:{minute}")
    assert world.condition("ReadyForBell") == ("Unknown", "OnTrack")
    assert world.told_condition("ReadyForBell")["message"] == (
        "4 of 100 replicas Ready for first-bell at Mon 09 Sep 08:30"
    )
    assert world.status["bell"] == {
        "state": "On track",
        "bellTime": "2024-09-09T08:30:00Z",
        "peak": "first-bell",
        "plannedReplicas": 100,
        "writtenReplicas": 100,
        "writtenTime": "2024-09-09T08:20:00Z",
    }


async def test_after_the_grace_being_behind_is_told_well_before_the_bell():
    world = await raised()
    become_ready(world, 40)
    await world.tick("2024-09-09T08:22")
    assert world.condition("ReadyForBell") == ("False", "BehindSchedule")
    want = "40 of 100 replicas Ready: pods are slow, pending or failing"
    assert world.told_condition("ReadyForBell")["message"] == want
    (happening,) = told(world, "BehindSchedule")
    assert (happening.warning, happening.message) == (True, f"ReadyForBell is False: {want}")


async def test_a_count_that_could_not_be_raised_is_not_blamed_on_the_pods():
    world = await raised()
    world.respec(DEPLOYMENTS, replicas=40)
    become_ready(world, 40)
    world.cluster.fail("Forbidden", path="/scale")
    await world.tick("2024-09-09T08:22")
    assert world.told_condition("ReadyForBell")["message"] == (
        "40 of 100 replicas Ready: spec.replicas is 40, AbleToScale tells why"
    )


async def test_a_count_that_somebody_sets_again_and_again_is_blamed_on_the_contest():
    world = await raised()
    for minute in (21, 22, 23):
        world.edit(DEPLOYMENTS, lambda body: body["spec"].update(replicas=40), manager="flux")
        await world.tick(f"2024-09-09T08:{minute}")
    world.edit(DEPLOYMENTS, lambda body: body["spec"].update(replicas=40), manager="flux")
    become_ready(world, 40)
    await world.tick("2024-09-09T08:23:05")
    assert world.condition("FloorContested")[0] == "True"
    assert world.told_condition("ReadyForBell")["message"] == (
        "40 of 100 replicas Ready: spec.replicas is 40, FloorContested tells why"
    )


async def test_a_condition_names_none_that_is_well():
    world = World(autoscaler=an_autoscaler(mode="DryRun"))
    await world.tick(BEFORE)
    become_ready(world, 4)
    for minute in (20, 25):
        await world.tick(f"2024-09-09T08:{minute}")
    assert world.told_condition("ReadyForBell")["message"] == (
        "4 of 100 replicas Ready: spec.replicas is 4, and nothing is written, because spec.mode is DryRun"
    )


async def test_a_rollout_that_takes_replicas_away_is_named():
    world = await raised()
    become_ready(world, 75, updatedReplicas=30)
    await world.tick(INSIDE)
    assert world.condition("ReadyForBell") == ("False", "RolloutInProgress")


async def test_a_status_behind_its_spec_is_not_judged():
    world = await raised()
    await world.tick(INSIDE)
    assert world.condition("ReadyForBell") == ("Unknown", "StatusBehind")


async def test_a_status_behind_its_spec_takes_nothing_bad_back():
    world = await raised()
    become_ready(world, 4)
    await world.tick(INSIDE)
    assert world.condition("ReadyForBell") == ("False", "AtRisk")
    before = world.told_condition("ReadyForBell")
    world.respec(DEPLOYMENTS, paused=True)
    await world.tick("2024-09-09T08:26")
    assert world.told_condition("ReadyForBell") == before


async def test_a_reason_that_somebody_else_wrote_into_the_status_is_not_handed_on():
    world = await raised()
    become_ready(world, 4)
    await world.tick(INSIDE)

    def forge(body):
        for one in body["status"]["conditions"]:
            one["reason"] = "Anything"

    world.edit("schoolautoscalers", forge)
    world.restart()
    world.respec(DEPLOYMENTS, paused=True)
    await world.tick("2024-09-09T08:26")
    assert world.condition("ReadyForBell") == ("Unknown", "StatusBehind")


async def test_all_ready_is_on_schedule():
    world = await raised()
    become_ready(world, 100)
    await world.tick(INSIDE)
    assert world.condition("ReadyForBell") == ("True", "OnSchedule")


async def test_without_a_plan_nothing_is_claimed():
    world = World(INSIDE, calendar=None)
    await world.tick()
    assert world.condition("ReadyForBell") == ("Unknown", "CalendarNotFound")


async def test_without_a_workload_nothing_is_claimed():
    world = World(INSIDE, deployment=None)
    await world.tick()
    assert world.condition("ReadyForBell") == ("Unknown", "TargetNotFound")


async def test_when_the_bell_rings_it_is_told_how_many_were_ready_and_for_how_long():
    world = await raised()
    become_ready(world, 100)
    await world.tick("2024-09-09T08:24")
    await world.tick(BELL)
    (happening,) = told(world, "ReadyForBell")
    assert (happening.message, happening.warning) == (
        "first-bell at Mon 09 Sep 08:30: 100 of 100 Ready, 6 minutes before the bell",
        False,
    )
    assert world.status["lastPeak"] == {
        "bellTime": "2024-09-09T08:30:00Z",
        "peak": "first-bell",
        "plannedReplicas": 100,
        "readyReplicasAtBell": 100,
        "writtenTime": "2024-09-09T08:20:00Z",
        "readyTime": "2024-09-09T08:24:00Z",
        "readyAfterSeconds": 240,
    }


async def test_late_for_the_bell_is_a_warning():
    world = await raised()
    become_ready(world, 60)
    await world.tick(INSIDE)
    await world.tick(BELL)
    (happening,) = told(world, "LateForBell")
    assert (happening.message, happening.warning) == (
        "first-bell at Mon 09 Sep 08:30: 60 of 100 Ready at the bell",
        True,
    )
    assert "readyTime" not in world.status["lastPeak"]


async def test_a_bell_is_told_once():
    world = await raised()
    become_ready(world, 100)
    for minute in range(24, 40):
        await world.tick(f"2024-09-09T08:{minute}")
    assert len(told(world, "ReadyForBell")) == 1


async def test_between_lead_and_bell_the_next_bell_is_the_one_that_is_near_and_it_is_told():
    world = await raised()
    become_ready(world, 100)
    await world.tick(INSIDE)
    assert world.status["upcoming"][0]["bellTime"] == "2024-09-09T08:30:00Z"
    await world.tick(BELL)
    assert world.status["upcoming"][0]["bellTime"] == "2024-09-10T08:30:00Z"
    assert len(told(world, "ReadyForBell")) == 1


async def test_pods_that_the_first_tick_asked_for_are_not_called_late_at_once():
    """A start within the peak, over a workload that nobody has raised."""
    world = World(at=INSIDE)
    become_ready(world, 4)
    await world.tick(INSIDE)
    become_ready(world, 4)
    await world.tick("2024-09-09T08:26")
    assert world.condition("ReadyForBell") == ("Unknown", "OnTrack")
    assert told(world, "BehindSchedule") == told(world, "AtRisk") == []
    await world.tick("2024-09-09T08:28")
    assert world.condition("ReadyForBell") == ("False", "AtRisk")


async def test_restarted_between_lead_and_bell_the_bell_is_told_all_the_same():
    world = await raised()
    become_ready(world, 100)
    world.restart()
    await world.tick(INSIDE)
    await world.tick(BELL)
    (happening,) = told(world, "ReadyForBell")
    assert "5 minutes before the bell" in happening.message


async def test_after_a_restart_the_last_bell_stays_in_the_status():
    world = await raised()
    become_ready(world, 100)
    await world.tick(INSIDE)
    await world.tick(BELL)
    before = world.status["lastPeak"]
    world.restart()
    await world.tick("2024-09-09T11:00")
    assert world.status["lastPeak"] == before


async def test_a_bell_that_was_moved_is_told_at_its_new_time_only():
    world = await raised()
    become_ready(world, 100)
    schedules = [{"name": "full", "classPeriods": [{"name": "1", "startTime": "08:45", "endTime": "09:20"}]}]
    world.put(
        "schoolcalendars",
        a_calendar(bellSchedules=schedules)
        | {
            "metadata": {
                "namespace": "ns",
                "name": "school",
                "generation": 9,
            }
        },
    )
    for minute in range(21, 50):
        await world.tick(f"2024-09-09T08:{minute}")
    (happening,) = told(world, "ReadyForBell")
    assert "08:45" in happening.message


async def test_a_workload_that_was_ready_all_along_is_told_with_the_time_since_it_was_seen():
    world = World(autoscaler=an_autoscaler(replicas=4))
    await world.tick(BEFORE)
    await world.tick(INSIDE)
    await world.tick(BELL)
    (happening,) = told(world, "ReadyForBell")
    assert "4 of 4 Ready, 30 minutes before the bell" in happening.message


async def test_a_workload_whose_readiness_is_not_known_at_the_bell_is_waited_for():
    world = await raised()
    await world.tick(BELL)
    assert told(world, "ReadyForBell") == told(world, "LateForBell") == []
    become_ready(world, 90)
    await world.tick("2024-09-09T08:31:16")
    (happening,) = told(world, "LateForBell")
    assert happening.message == (
        "first-bell at Mon 09 Sep 08:30: 90 of 100 Ready 76 seconds after the bell, how many at the bell is "
        "not known"
    )
    assert "readyReplicasAtBell" not in world.status["lastPeak"]


async def test_what_is_seen_after_the_bell_is_not_told_as_ready_at_it():
    world = await raised()
    await world.tick(BELL)
    become_ready(world, 100)
    await world.tick("2024-09-09T08:31:16")
    (happening,) = told(world, "BellNotSeen")
    assert "100 of 100 Ready 76 seconds after the bell" in happening.message
    assert told(world, "ReadyForBell") == []
    assert "readyReplicasAtBell" not in world.status["lastPeak"]


@pytest.mark.parametrize(("second", "known"), [(15, True), (16, False)])
async def test_a_count_seen_within_a_quarter_of_a_minute_is_the_count_at_the_bell(second, known):
    world = await raised()
    become_ready(world, 100)
    await world.tick("2024-09-09T08:24")
    await world.tick(f"2024-09-09T08:30:{second}")
    assert ("readyReplicasAtBell" in world.status["lastPeak"]) is known


@pytest.mark.parametrize("spoil", [True, False], ids=["no peak is left", "there are more"])
async def test_what_is_not_known_for_long_is_not_told_and_not_looked_at_without_end(spoil):
    world = await raised()
    if spoil:
        world.respec("schoolcalendars", "school", suspend=True)
    for minute in range(30, 40):
        outcome = await world.tick(f"2024-09-09T08:{minute}")
        world.reporter.ask("ns/web", world.memory, outcome)
        following = await world.reporter.report(("schoolautoscalers", "ns/web"))
        assert following is None or following > outcome.now
    become_ready(world, 100)
    await world.tick("2024-09-09T08:41")
    assert told(world, "ReadyForBell") == told(world, "LateForBell") == []


def trouble(world, **conditions):
    """The Deployment's conditions say so."""
    told = [{"type": kind, **what} for kind, what in conditions.items()]
    world.edit(DEPLOYMENTS, lambda body: body["status"].update(conditions=told))


QUOTA = {
    "status": "True",
    "reason": "FailedCreate",
    "message": 'pods "web-7d-x1" is forbidden: exceeded quota: small, requested: pods=1, used: pods=4, '
    "limited: pods=4",
}


async def test_a_lead_of_a_minute_without_ramp_is_told_at_risk_before_its_bell():
    """Raised at 08:20 for a bell at 08:23, and not one pod becomes Ready."""
    periods = [{"name": "1", "startTime": "08:23", "endTime": "09:20"}]
    world = World(
        BEFORE,
        calendar=a_calendar(bellSchedules=[{"name": "full", "classPeriods": periods}]),
        autoscaler=an_autoscaler(lead=1),
    )
    await world.tick(BEFORE)
    await world.tick(RISE)
    assert world.floor == 100
    seen = []
    for second in range(0, 180, 30):
        become_ready(world, 0)
        await world.tick(f"2024-09-09T08:2{second // 60}:{second % 60:02}")
        seen.append(world.condition("ReadyForBell"))
    assert seen == [("Unknown", "OnTrack")] * 3 + [("False", "AtRisk")] * 3
    assert world.status["upcoming"][0]["atRisk"] is True
    assert "atRisk" not in world.status["upcoming"][1]
    await world.tick("2024-09-09T08:23")
    assert world.condition("ReadyForBell") == ("False", "Late")
    assert world.status["bell"]["state"] == "Late"
    assert "atRisk" not in world.status["upcoming"][0]


async def test_ready_before_such_a_bell_it_is_told_ready_at_it():
    periods = [{"name": "1", "startTime": "08:23", "endTime": "09:20"}]
    world = World(
        BEFORE,
        calendar=a_calendar(bellSchedules=[{"name": "full", "classPeriods": periods}]),
        autoscaler=an_autoscaler(lead=1),
    )
    await world.tick(BEFORE)
    await world.tick(RISE)
    become_ready(world, 100)
    await world.tick("2024-09-09T08:21")
    assert world.condition("ReadyForBell") == ("True", "OnSchedule")
    assert world.status["bell"]["state"] == "Ready"
    await world.tick("2024-09-09T08:23")
    assert world.condition("ReadyForBell") == ("True", "Ready")
    assert world.status["bell"]["state"] == "Ready"


async def test_a_quota_is_told_at_once_and_in_the_words_of_the_server():
    world = await raised()
    become_ready(world, 4, replicas=4, updatedReplicas=4)
    trouble(world, ReplicaFailure=QUOTA)
    await world.tick("2024-09-09T08:20:30")
    assert world.condition("ReadyForBell") == ("False", "AtRisk")
    assert world.told_condition("ReadyForBell")["message"] == (
        "4 of 100 replicas Ready for first-bell at Mon 09 Sep 08:30: 96 ExceededQuota (exceeded quota: "
        "small, requested: pods=1, used: pods=4, limited: pods=4)"
    )
    assert [one["reason"] for one in world.status["bell"]["reasons"]] == ["ExceededQuota"]
    assert world.telemetry.not_ready_for["ns/web"] == {"ExceededQuota": 96}
    (happening,) = told(world, "AtRisk")
    assert happening.warning
    assert "96 ExceededQuota (exceeded quota: small" in happening.message
    assert told(world, "PodsNotReady") == []


async def test_each_reason_is_told_by_one_event_however_often_its_count_and_words_change():
    world = await raised()
    become_ready(world, 4, replicas=4, updatedReplicas=4)
    for second, used in enumerate((4, 5, 6, 5)):
        body = QUOTA | {"message": QUOTA["message"].replace("used: pods=4", f"used: pods={used}")}
        trouble(world, ReplicaFailure=body)
        await world.tick(f"2024-09-09T08:21:{second * 12:02}")
    assert len(told(world, "AtRisk")) == 1
    assert told(world, "PodsNotReady") == []
    stuck = {"status": "False", "reason": "ProgressDeadlineExceeded", "message": "no progress"}
    trouble(world, ReplicaFailure=QUOTA, Progressing=stuck)
    await world.tick("2024-09-09T08:23")
    (happening,) = told(world, "PodsNotReady")
    assert "RolloutStuck (no progress)" in happening.message


async def test_an_autoscalers_maximum_below_the_plan_is_told_as_soon_as_the_rise_is_written():
    world = await raised(World(hpa=an_hpa(maximum=40)))
    become_ready(world, 4, replicas=40, updatedReplicas=40)
    await world.tick("2024-09-09T08:20:10")
    assert world.condition("ReadyForBell") == ("False", "AtRisk")
    assert world.told_condition("ReadyForBell")["message"].endswith(
        "60 AutoscalerMaximum (maxReplicas of HorizontalPodAutoscaler web allows 40, the schedule asks for "
        "100)"
    )
    become_ready(world, 40, replicas=40, updatedReplicas=40)
    await world.tick(INSIDE)
    assert world.condition("ReadyForBell") == ("False", "AtRisk")
    await world.tick(BELL)
    assert world.condition("ReadyForBell") == ("False", "Late")
    (happening,) = told(world, "LateForBell")
    assert happening.message == "first-bell at Mon 09 Sep 08:30: 40 of 100 Ready at the bell"
    last = world.status["lastPeak"]
    assert (last["plannedReplicas"], last["readyReplicasAtBell"]) == (100, 40)
    assert last["reasons"][0]["reason"] == "AutoscalerMaximum"
    assert "readyTime" not in last


async def test_a_maximum_in_the_spec_is_what_its_owner_wants():
    world = await raised(World(autoscaler=an_autoscaler(maxReplicas=40)))
    become_ready(world, 40, replicas=40, updatedReplicas=40)
    await world.tick(INSIDE)
    assert world.condition("ReadyForBell") == ("True", "OnSchedule")


async def test_late_lasts_until_all_are_ready_and_the_last_peak_tells_why():
    world = await raised()
    become_ready(world, 60, replicas=60, updatedReplicas=60)
    trouble(world, ReplicaFailure=QUOTA)
    await world.tick(INSIDE)
    await world.tick(BELL)
    assert world.condition("ReadyForBell") == ("False", "Late")
    assert (
        "after first-bell at Mon 09 Sep 08:30: 40 ExceededQuota"
        in (world.told_condition("ReadyForBell")["message"])
    )
    trouble(world)
    become_ready(world, 100)
    await world.tick("2024-09-09T08:34")
    assert world.condition("ReadyForBell") == ("True", "OnSchedule")
    last = world.status["lastPeak"]
    assert (last["readyReplicasAtBell"], last["readyTime"]) == (60, "2024-09-09T08:34:00Z")
    assert last["readyAfterSeconds"] == 14 * 60
    assert [(one["reason"], one["replicas"]) for one in last["reasons"]] == [("ExceededQuota", 40)]


async def test_pods_that_are_lost_after_a_bell_that_was_met_are_behind_and_not_late():
    world = await raised()
    become_ready(world, 100)
    await world.tick(INSIDE)
    await world.tick(BELL)
    become_ready(world, 80)
    await world.tick("2024-09-09T08:40")
    assert world.condition("ReadyForBell") == ("False", "BehindSchedule")


async def test_pods_that_are_lost_before_the_bell_are_not_ready_since_before():
    world = await raised()
    become_ready(world, 100)
    await world.tick("2024-09-09T08:22")
    become_ready(world, 90)
    await world.tick("2024-09-09T08:24")
    become_ready(world, 100)
    await world.tick("2024-09-09T08:26")
    await world.tick(BELL)
    assert world.status["lastPeak"]["readyTime"] == "2024-09-09T08:26:00Z"


async def test_a_rate_that_does_not_reach_the_bell_is_told_before_it_and_taken_back_once():
    world = await raised()
    seen = []
    for minute, ready in enumerate((4, 8, 12, 16, 40, 70, 100)):
        become_ready(world, ready)
        await world.tick(f"2024-09-09T08:2{minute}")
        seen.append(world.condition("ReadyForBell")[1])
    assert seen == [
        "OnTrack",
        "OnTrack",
        "AtRisk",
        "AtRisk",
        "AtRisk",
        "BehindSchedule",
        "OnSchedule",
    ]


async def test_broken_at_night_is_told_after_five_minutes_and_the_next_bell_is_at_risk():
    world = World("2024-09-09T02:00")
    become_ready(world, 4)
    await world.tick("2024-09-09T02:00")
    become_ready(world, 1)
    for minute in range(1, 6):
        await world.tick(f"2024-09-09T02:0{minute}")
        assert world.condition("ReadyForBell") == ("True", "NothingDue")
    await world.tick("2024-09-09T02:06")
    assert world.condition("ReadyForBell") == ("False", "BaselineNotReady")
    assert world.told_condition("ReadyForBell")["message"] == (
        "1 of 4 replicas Ready, outside of peaks: pods are slow, pending or failing"
    )
    assert world.status["bell"]["state"] == "Baseline not ready"
    assert world.status["upcoming"][0]["atRisk"] is True
    assert len(told(world, "BaselineNotReady")) == 1
    world.restart()
    await world.tick("2024-09-09T02:07")
    assert world.condition("ReadyForBell") == ("False", "BaselineNotReady")
    become_ready(world, 4)
    await world.tick("2024-09-09T02:08")
    assert world.condition("ReadyForBell") == ("True", "NothingDue")
    assert "atRisk" not in world.status["upcoming"][0]


async def test_a_workload_that_is_broken_already_gets_no_grace_when_its_rise_is_written():
    world = World("2024-09-09T08:00")
    become_ready(world, 1)
    for minute in (0, 5, 10):
        await world.tick(f"2024-09-09T08:{minute:02}")
    await world.tick(RISE)
    become_ready(world, 1)
    await world.tick("2024-09-09T08:20:05")
    assert world.condition("ReadyForBell") == ("False", "AtRisk")


async def test_a_baseline_that_is_short_now_and_then_is_no_trouble():
    world = World("2024-09-09T02:00")
    for minute in range(0, 30, 3):
        become_ready(world, 4 if minute % 2 else 3)
        await world.tick(f"2024-09-09T02:{minute:02}")
        assert world.condition("ReadyForBell") == ("True", "NothingDue")


async def test_where_a_person_set_zero_nothing_is_short():
    world = World("2024-09-09T02:00")
    become_ready(world, 4)
    await world.tick("2024-09-09T02:00")
    world.respec(DEPLOYMENTS, replicas=0)
    become_ready(world, 0, replicas=0, updatedReplicas=0)
    for minute in (1, 7, 14):
        await world.tick(f"2024-09-09T02:{minute:02}")
    assert world.condition("ReadyForBell") == ("True", "NothingDue")


async def test_a_restart_in_the_window_goes_on_from_when_the_rise_was_written():
    world = await raised()
    become_ready(world, 4)
    await world.tick("2024-09-09T08:21")
    world.restart()
    await world.tick("2024-09-09T08:22:30")
    assert world.condition("ReadyForBell")[0] == "False"
    assert world.status["bell"]["writtenTime"] == "2024-09-09T08:20:00Z"


async def test_in_the_window_nothing_in_the_status_changes_while_only_time_passes():
    world = await raised()
    become_ready(world, 4)
    told_states = []
    for second in range(0, 600, 20):
        before = world.get("schoolautoscalers")["metadata"]["resourceVersion"]
        await world.tick(f"2024-09-09T08:2{second // 60}:{second % 60:02}")
        if world.get("schoolautoscalers")["metadata"]["resourceVersion"] != before:
            told_states.append(world.condition("ReadyForBell")[1])
    assert told_states == ["OnTrack", "BehindSchedule", "AtRisk"]


async def test_the_grace_is_what_earlier_rises_took_and_begins_with_a_write_that_comes_earlier():
    world = await raised(World(autoscaler=an_autoscaler(leadTime={"mode": "Measured"})))
    for minute, ready in ((22, 40), (24, 100)):
        become_ready(world, ready)
        await world.tick(f"2024-09-09T08:{minute}")
    await world.tick("2024-09-09T09:00")
    world.respec(DEPLOYMENTS, replicas=4)
    become_ready(world, 4, replicas=4, updatedReplicas=4)
    await world.tick("2024-09-09T09:30")
    await world.tick("2024-09-10T08:16")
    assert world.replicas == 100
    seen = {}
    for minute in (16, 18, 19, 20):
        become_ready(world, 4)
        await world.tick(f"2024-09-10T08:{minute}")
        seen[minute] = world.condition("ReadyForBell")
    assert seen == {
        16: ("Unknown", "OnTrack"),
        18: ("Unknown", "OnTrack"),
        19: ("Unknown", "OnTrack"),
        20: ("False", "BehindSchedule"),
    }
    assert world.status["bell"]["writtenTime"] == "2024-09-10T08:16:00Z"


async def test_in_dry_run_nothing_is_written_and_nothing_prepared():
    world = World(autoscaler=an_autoscaler(mode="DryRun"))
    await world.tick(BEFORE)
    become_ready(world, 4)
    await world.tick(RISE)
    assert world.condition("ReadyForBell") == ("True", "NothingDue")
    assert "writtenReplicas" not in world.status["bell"]


async def test_on_the_way_down_of_a_bell_what_was_given_back_is_not_missing_for_the_next_one():
    """Seen with a real Prometheus on the founding morning: at risk for all of the way down, and an alert."""
    peak = {"replicas": 100, "leadMinutes": 10, "rampMinutes": 0, "holdMinutes": 20, "decayMinutes": 60}
    peaks = [
        peak | {"name": "first-bell", "anchor": "FirstPeriodStart"},
        peak
        | {"name": "change", "anchor": "PeriodStart", "replicas": 40, "leadMinutes": 5, "rampMinutes": 15},
    ]
    periods = [
        {"name": "1", "startTime": "08:30", "endTime": "09:20"},
        {"name": "2", "startTime": "09:20", "endTime": "10:10"},
    ]
    world = await raised(
        World(
            calendar=a_calendar(bellSchedules=[{"name": "full", "classPeriods": periods}]),
            autoscaler=an_autoscaler(peaks=peaks),
            hpa=an_hpa(),
        )
    )
    become_ready(world, 100)
    await world.tick("2024-09-09T08:30")
    seen, written = {}, set()
    for minute in range(31, 80):
        at = f"2024-09-09T{8 + minute // 60:02}:{minute % 60:02}"
        await world.tick(at)
        world.respec(DEPLOYMENTS, replicas=world.floor)  # as the HPA does
        become_ready(world, world.floor)
        await world.tick(f"{at}:20")
        seen[at[-5:]] = world.condition("ReadyForBell")[0]
        written.add(world.status["bell"].get("writtenReplicas"))
    assert {at: status for at, status in seen.items() if status != "True"} == {}
    assert len(written) > 3
