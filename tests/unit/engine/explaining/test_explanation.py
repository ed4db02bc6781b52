"""An explanation finds and decides what a tick does, and says what it is made of."""

from __future__ import annotations

import pytest

from firstbell.core.absence import Unavailable
from firstbell.engine.explaining.explanation import explain, field_writers
from firstbell.engine.explaining.last_report import lag, not_fine
from firstbell.engine.explaining.what_would_change import levers
from tests.fakes import instant
from tests.unit.engine.bodies import (
    AFTER,
    BEFORE,
    FALL,
    INSIDE,
    KEY,
    PEAK,
    RISE,
    a_calendar,
    a_deployment,
    a_metric,
    an_autoscaler,
    an_hpa,
)
from tests.unit.engine.world import HPAS, World


def explained(world: World, at=INSIDE, **how):
    return explain(world.store, KEY, instant(at), **how)


def told(world: World, at=INSIDE) -> str:
    return " ".join(levers(explained(world, at)))


CASES = {
    "by the floor": {},
    "limited": {"hpa": an_hpa(maximum=40)},
    "by scale": {"hpa": None, "autoscaler": an_autoscaler(minReplicas=4, maxReplicas=200)},
    "dry": {"autoscaler": an_autoscaler(mode="DryRun")},
    "hands off": {"deployment": a_deployment(replicas=0)},
    "no calendar": {"calendar": None},
    "no workload": {"deployment": None},
    "nothing to scale by": {"hpa": None},
}


@pytest.mark.parametrize("at", [BEFORE, INSIDE])
@pytest.mark.parametrize("objects", CASES.values(), ids=CASES.keys())
async def test_it_decides_what_a_tick_decides(objects, at):
    world = World(at, **objects)
    explanation = explained(world, at)
    outcome = await world.tick()
    assert explanation.outcome.decision == outcome.decision


def test_the_peak_comes_with_its_day_factors_and_pupils():
    cohorts = [{"name": "a", "pupils": 3000}, {"name": "b", "pupils": 2000, "startOffsetMinutes": 5}]
    factor = {"name": "mondays", "match": {"dayClasses": ["FirstDayOfWeek"]}, "percent": 150}
    world = World(calendar=a_calendar(cohorts=cohorts), autoscaler=an_autoscaler(dayFactors=[factor]))
    (one,) = explained(world).peaks
    assert [each.name for each in one.peak.surge.factors.factors] == ["mondays"]
    assert (one.pupils, one.cohorts, one.offsets) == (5000, 2, (0, 5))


def test_what_comes_next_is_the_next_write_and_the_next_bells():
    explanation = explained(World(), BEFORE)
    assert (explanation.peaks, explanation.wanted) == ((), 0)
    assert (explanation.following.value, explanation.following.start * 60) == (
        PEAK,
        instant(RISE).timestamp(),
    )
    assert explained(World(), INSIDE).following.start * 60 == instant(FALL).timestamp()
    assert len(explanation.upcoming) == 5


def test_what_does_not_exist_or_never_was_usable_is_absent():
    world = World(autoscaler=None)
    assert explained(world) == Unavailable(
        reason="NotFound",
        message="there is no SchoolAutoscaler web in namespace ns. There is none in it; kubectl get schoolas "
        "-A tells where they are",
    )
    near = explain(World().store, "ns/wbe", instant(INSIDE))
    assert near.message.endswith('The nearest known SchoolAutoscaler is "web"')
    broken = World(autoscaler=an_autoscaler(peaks="none"))
    assert explained(broken).reason == "InvalidSpec"


async def test_the_installation_is_that_which_holds_the_floor():
    world = World(INSIDE, instance="here")
    await world.tick()
    assert explained(world).outcome.situation.actuator.held == PEAK
    assert explained(world, instance="another").outcome.decision.reason == "AnotherInstance"


def test_the_writers_are_the_managers_of_the_field():
    managers = World().get(HPAS)["metadata"]["managedFields"]
    assert [(one.manager, one.operation) for one in field_writers(managers, "minReplicas")] == [
        ("kubectl", "Update")
    ]
    assert field_writers(managers, "nothing") == ()


# What would change it.


def test_a_maximum_that_limits_is_named_with_whose_it_is():
    assert "maxReplicas of HorizontalPodAutoscaler web allows 40 of the 100" in told(
        World(hpa=an_hpa(maximum=40))
    )
    ours = World(autoscaler=an_autoscaler(maxReplicas=30))
    assert "spec.maxReplicas allows 30 of the 100" in told(ours)
    assert "allows" not in told(World())


def test_a_dry_run_a_suspended_calendar_and_hands_off_are_named():
    assert "With Enforce 100 would be" in told(World(autoscaler=an_autoscaler(mode="DryRun")))
    assert "SchoolCalendar school is suspended" in told(World(calendar=a_calendar(suspend=True)))
    assert "Scale the workload to 1 or more" in told(World(deployment=a_deployment(replicas=0)))


def test_while_we_are_stopped_it_is_a_resume_that_changes_it_and_no_hand():
    condition = {"type": "Ready", "status": "False", "reason": "Stopped", "message": "firstbell is stopped"}
    policy = an_autoscaler()
    policy["status"] = {"conditions": [condition | {"lastTransitionTime": "2024-09-09T08:00:00Z"}]}
    levers = told(World(autoscaler=policy))
    assert "firstbell resume has it go on" in levers
    assert "Scale the workload" not in levers


def test_in_a_peak_the_calendar_and_the_peak_are_named_and_otherwise_the_next_bell():
    assert "SchoolCalendar school: an entry in calendarDates" in told(World())
    assert "replicas of peak first-bell" in told(World())
    assert "No bell or event asks for more now" in told(World(), AFTER)


def test_what_is_missing_is_named_with_its_cure():
    assert "Create it or correct the name." in told(World(calendar=None))
    assert "as soon as it is created" in told(World(deployment=None))


# What the operator reported.


def noted(world: World, now=INSIDE) -> str:
    of = explained(world, now)
    return lag(of.seen, of.outcome)


async def test_a_report_on_the_same_number_has_no_note():
    world = World(INSIDE)
    assert "has reported nothing yet" in noted(world)
    await world.tick()
    assert noted(world) == ""
    assert "last decided 100, not 4" in noted(world, AFTER)
    world.respec("schoolautoscalers", minReplicas=5)
    assert "has not looked at the latest edit" in noted(world)


async def test_a_floor_that_was_decided_and_does_not_stand_is_noted():
    world = World(INSIDE)
    await world.tick()
    world.cluster.on_change = None
    world.edit(HPAS, lambda body: (body["metadata"].pop("annotations"), body["spec"].update(minReplicas=4)))
    world.restart()
    assert "HorizontalPodAutoscaler web is not raised" in noted(world)


async def test_only_conditions_that_tell_a_trouble_are_troubles():
    world = World(INSIDE)
    await world.tick()
    assert not_fine(world.status) == ()
    world = World(INSIDE, hpa=an_hpa(maximum=40))
    await world.tick()
    assert [(one.type, one.status.value) for one in not_fine(world.status)] == [
        ("ScalingLimited", "True"),
        ("ReadyForBell", "False"),
    ]


async def test_what_live_metrics_ask_for_is_taken_from_the_operators_report():
    world = World(BEFORE, autoscaler=an_autoscaler(metrics=[a_metric()]))
    world.read(2800)
    await world.tick()
    world.store.answers.readings.clear()  # a command reads no metrics
    decision = explained(world, BEFORE).outcome.decision
    assert (decision.desired, decision.reactive, decision.reason) == (8, 8, "LiveMetric")
    assert decision.message == "pupils-online: 2800 at 350 per replica asks for 8"
    assert explained(world, INSIDE).outcome.decision.reason == "ScheduledPeak"


async def test_without_a_report_of_live_metrics_the_schedule_is_explained_alone():
    world = World(BEFORE, autoscaler=an_autoscaler(metrics=[a_metric()]))
    decision = explained(world, BEFORE).outcome.decision
    assert (decision.desired, decision.reactive, decision.reason) == (4, None, "Baseline")
