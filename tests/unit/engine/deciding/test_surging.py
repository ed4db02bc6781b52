"""Early arrivals raise a peak above its plan: in ticks, in the status, and over a restart.

10,000 pupils; the schedule is 100 from 08:20 to 09:00, the bell at 08:30, the baseline 4.
"""

from __future__ import annotations

from datetime import timedelta
from math import ceil

import pytest

from firstbell.core.arrivals import BELL
from firstbell.engine.explaining.explanation import explain
from tests.fakes import instant
from tests.unit.engine.bodies import INSIDE, KEY, RISE, a_calendar, a_metric, an_autoscaler, an_hpa
from tests.unit.engine.world import World

PUPILS = 10_000
BELL_TIME, STEP = instant("2024-09-09T08:30"), timedelta(seconds=15)


def surging(*, floor=False, most=200, per_pupil="1", average="1000", **spec) -> World:
    """A workload whose metric counts pupils; a target this high asks for nothing by itself."""
    metric = a_metric(average=average) | ({"perPupil": per_pupil} if per_pupil else {})
    bounds = {} if floor else {"minReplicas": 4, "maxReplicas": 400}
    more = {"surge": {"maxPercent": most}} if most else {}
    autoscaler = an_autoscaler(metrics=[metric], **bounds | more | spec)
    calendar = a_calendar(cohorts=[{"name": "all", "pupils": PUPILS}])
    return World(RISE, hpa=an_hpa() if floor else None, autoscaler=autoscaler, calendar=calendar)


def arriving(world, times) -> None:
    """So many times the pupils that are expected have come."""
    after_bell = (world.clock.now() - BELL_TIME).total_seconds() // 60
    world.read(ceil(times * PUPILS * BELL.arrived(after_bell)))


async def come(world, times, *, first=RISE, last=INSIDE):
    """A reading and a tick every fifteen seconds."""
    world.clock.set(instant(first))
    while world.clock.now() <= instant(last):
        arriving(world, times)
        await world.tick()
        world.clock.set(world.clock.now() + STEP)


@pytest.mark.parametrize("floor", [True, False])
async def test_half_as_many_again_as_planned_raise_the_rest_of_the_peak(floor):
    world = surging(floor=floor)
    await come(world, 1.5)
    assert (world.floor if floor else world.replicas) == 150
    decision = world.status["decision"]
    assert decision["reason"] == "SurgeCorrection"
    assert decision["message"].endswith(
        "150 % of the arrivals that were planned had come at 2024-09-09T08:22:00Z: the plan's 100 are raised "
        "to 150 %"
    )
    assert world.status["surge"] == {
        "percent": 150,
        "sinceTime": "2024-09-09T08:22:00Z",
        "untilTime": "2024-09-09T09:00:00Z",
    }


async def test_it_ends_with_the_peak():
    world = surging(floor=True)
    await come(world, 1.5)
    world.clock.set(instant("2024-09-09T09:01"))
    world.read(2000)
    await world.tick()
    assert (world.floor, "surge" in world.status) == (4, False)


@pytest.mark.parametrize("spec", [{"most": None}, {"most": None, "per_pupil": None}])
async def test_it_is_off_unless_it_is_asked_for(spec):
    world = surging(**spec)
    await come(world, 1.5)
    assert world.replicas == 100


async def test_it_is_capped():
    world = surging(most=120)
    await come(world, 3)
    assert world.replicas == 120


async def test_the_most_of_the_autoscaler_wins():
    world = surging(maxReplicas=130)
    await come(world, 1.5)
    assert world.replicas == 130
    assert world.condition("ScalingLimited") == ("True", "TooManyReplicas")


async def test_a_reading_that_stays_away_is_no_evidence():
    world = surging()
    world.clock.set(instant(RISE))
    arriving(world, 3)
    for _ in range(20):
        await world.tick()
        world.clock.set(world.clock.now() + STEP)
    assert world.replicas == 100


@pytest.mark.parametrize("floor", [True, False])
async def test_a_restart_in_the_ramp_keeps_it(floor):
    world = surging(floor=floor)
    await come(world, 1.5)
    world.restart()
    await world.tick()
    assert (world.floor if floor else world.replicas) == 150
    assert world.status["surge"]["percent"] == 150


async def test_a_status_that_makes_no_sense_is_none():
    world = surging()
    world.edit("schoolautoscalers", lambda body: body.update(status={"surge": {"percent": "many"}}))
    world.restart()
    await come(world, 1.0)
    assert world.replicas == 100


async def test_it_is_explained():
    world = surging(floor=True)
    await come(world, 1.5)
    explained = explain(world.store, KEY, world.clock.now())
    assert explained.outcome.decision.desired == 150
    assert "raised to 150 %" in explained.outcome.decision.message
