"""Bells in figures: each counted once as it rings, with how early or late its workload was."""

from __future__ import annotations

from firstbell.engine.ports import ComingBell
from tests.fakes import instant
from tests.unit.engine.bodies import (
    AFTER,
    BEFORE,
    BELL,
    INSIDE,
    KEY,
    PEAK,
)
from tests.unit.engine.report.test_readiness import become_ready
from tests.unit.engine.world import DEPLOYMENTS, World


async def test_the_next_bell_is_told_until_it_rings_and_then_the_following_one():
    world = World()
    await world.tick(BEFORE)
    first = ComingBell(at=instant(BELL), replicas=PEAK)
    assert world.telemetry.coming[KEY] == first
    await world.tick(BELL)
    assert world.telemetry.coming[KEY] == ComingBell(at=instant("2024-09-10T08:30"), replicas=PEAK)


async def test_a_bell_that_was_met_is_counted_once_with_how_early_it_was():
    world = World()
    for at in (BEFORE, "2024-09-09T08:20", INSIDE):
        await world.tick(at)
    become_ready(world, PEAK)
    await world.tick("2024-09-09T08:26")
    assert world.telemetry.bells == []
    for at in (BELL, BELL, "2024-09-09T08:31"):
        await world.tick(at)
    assert world.telemetry.bells == [(KEY, False)]
    assert world.telemetry.before_bell == [240.0]


async def test_a_bell_that_was_missed_is_late_once_and_how_late_is_told_when_it_is_known():
    world = World()
    for at in (BEFORE, "2024-09-09T08:20"):
        await world.tick(at)
    become_ready(world, 60)
    for at in (INSIDE, BELL, "2024-09-09T08:31"):
        await world.tick(at)
    assert world.telemetry.bells == [(KEY, True)]
    assert world.telemetry.before_bell == []
    become_ready(world, PEAK)
    for at in ("2024-09-09T08:32", "2024-09-09T08:33"):
        await world.tick(at)
    assert world.telemetry.before_bell == [-120.0]
    assert world.telemetry.bells == [(KEY, True)]


async def test_a_restart_after_a_bell_does_not_count_it_again():
    world = World()
    for at in (BEFORE, INSIDE, BELL):
        await world.tick(at)
    world.restart()
    for at in ("2024-09-09T08:30:20", "2024-09-09T08:31", AFTER):
        await world.tick(at)
    assert world.telemetry.bells == []


async def test_a_bell_at_which_readiness_was_not_known_is_not_counted_as_met():
    world = World()
    for at in (BEFORE, INSIDE):
        await world.tick(at)
    world.edit(DEPLOYMENTS, lambda body: body["status"].update(observedGeneration=0))
    await world.tick(BELL)
    become_ready(world, PEAK)
    await world.tick("2024-09-09T08:32")
    assert world.telemetry.bells == []
    assert world.telemetry.before_bell == []
