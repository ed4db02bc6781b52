"""One tick beside an HPA: raise, follow up, release, and whatever others do in between."""

from __future__ import annotations

import json

import pytest

from firstbell.engine.floor.marks import LAST_APPLIED
from tests.managed_fields import an_entry, owners
from tests.unit.engine.bodies import (
    AFTER,
    BEFORE,
    FALL,
    INSIDE,
    RISE,
    a_deployment,
    an_autoscaler,
    an_hpa,
)
from tests.unit.engine.world import DEPLOYMENTS, HPAS, World

MARKS = {"floor": "100", "baseline": "4", "autoscaler": "ns/web", "instance": "firstbell"}


@pytest.fixture
async def raised():
    """A world in the window, with the floor raised and the workload scaled."""
    world = World()
    await world.tick(BEFORE)
    await world.tick(INSIDE)
    world.cluster.requests.clear()
    return world


async def test_before_the_window_nothing_is_written():
    world = World()
    await world.tick(BEFORE)
    assert (world.writes, world.floor, world.marks) == (0, 4, {})


async def test_in_the_window_the_floor_is_raised_marked_and_followed_by_the_scale():
    world = World()
    await world.tick(RISE)
    assert (world.floor, world.replicas, world.marks) == (100, 100, MARKS)
    assert [path.rpartition("/")[2] for verb, path in world.cluster.requests] == [
        "web",  # the floor
        "web",  # the hand-back
        "scale",
        "status",
    ]


async def test_where_a_manifest_leaves_the_minimum_out_the_policys_own_is_held():
    world = World(hpa=an_hpa(minimum=None), autoscaler=an_autoscaler(minReplicas=6))
    await world.tick(BEFORE)
    assert (world.floor, world.marks["baseline"]) == (6, "1")
    await world.tick(INSIDE)
    await world.tick(AFTER)
    assert (world.floor, world.marks["baseline"]) == (6, "1")


async def test_a_second_tick_writes_nothing(raised):
    await raised.tick()
    assert raised.writes == 0


async def test_after_the_window_only_the_floor_is_lowered(raised):
    await raised.tick(FALL)
    assert (raised.floor, raised.replicas, raised.marks) == (4, 100, {})
    assert raised.cluster.counted("PATCH", "/scale") == 0


async def test_nobody_but_those_before_owns_the_minimum_at_any_time():
    helm = an_entry("helm", "Apply", "minReplicas", "maxReplicas")
    world = World(hpa=an_hpa(managedFields=[helm]))
    for at in (BEFORE, RISE, FALL):
        await world.tick(at)
        assert owners(world.get(HPAS), "minReplicas") == [("helm", "Apply")]


@pytest.mark.parametrize("replicas", [100, 250])
async def test_a_workload_that_stands_higher_is_not_lowered(replicas):
    world = World(deployment=a_deployment(replicas=replicas))
    await world.tick(INSIDE)
    assert (world.floor, world.replicas) == (100, replicas)
    assert world.cluster.counted("PATCH", "/scale") == 0


async def test_replicas_below_an_intact_floor_are_repaired(raised):
    raised.respec(DEPLOYMENTS, replicas=30)
    await raised.tick()
    assert raised.replicas == 100
    assert raised.cluster.counted("PATCH", HPAS) == 0


@pytest.mark.parametrize("foreign", [1, 12])
async def test_a_foreign_minimum_is_the_new_baseline_and_is_raised_again(raised, foreign):
    raised.respec(HPAS, minReplicas=foreign)
    await raised.tick()
    assert (raised.floor, raised.marks["baseline"]) == (100, str(foreign))
    await raised.tick(AFTER)
    assert (raised.floor, raised.marks) == (foreign, {})


async def test_a_foreign_minimum_above_the_plan_stays_and_our_marks_go(raised):
    raised.respec(HPAS, minReplicas=150)
    await raised.tick()
    assert (raised.floor, raised.marks) == (150, {})


async def test_our_value_in_the_last_applied_manifest_is_the_owners_wish(raised):
    applied = json.dumps({"spec": {"minReplicas": 100}})
    raised.edit(HPAS, lambda body: body["metadata"]["annotations"].update({LAST_APPLIED: applied}))
    await raised.tick()
    assert (raised.floor, raised.marks) == (100, {})
    await raised.tick(AFTER)
    assert raised.floor == 100


async def test_lost_marks_are_restored_from_the_status(raised):
    raised.edit(HPAS, lambda body: body["metadata"].update(annotations={}))
    await raised.tick()
    assert (raised.floor, raised.marks) == (100, MARKS)
    await raised.tick(AFTER)
    assert raised.floor == 4


async def test_marks_lost_together_with_the_value_make_a_new_baseline(raised):
    raised.edit(
        HPAS, lambda body: (body["metadata"].update(annotations={}), body["spec"].update(minReplicas=7))
    )
    await raised.tick()
    assert (raised.floor, raised.marks["baseline"]) == (100, "7")


async def test_a_re_created_autoscaler_brings_its_own_baseline(raised):
    raised.remove(HPAS)
    raised.put(HPAS, an_hpa(minimum=9))
    await raised.tick()
    assert (raised.floor, raised.marks["baseline"]) == (100, "9")


async def test_a_re_created_autoscaler_whose_minimum_is_that_of_our_floor_keeps_it(raised):
    raised.remove(HPAS)
    raised.put(HPAS, an_hpa(minimum=100))
    await raised.tick(AFTER)
    assert raised.floor == 100


async def test_after_the_release_the_value_of_our_floor_is_anybodys(raised):
    """What the status remembered of the floor is gone with the floor."""
    await raised.tick(AFTER)
    assert "floor" not in raised.status["actuator"]
    raised.restart()
    raised.respec(HPAS, minReplicas=100)
    await raised.tick()
    assert (raised.floor, raised.marks) == (100, {})


async def test_a_person_who_sets_0_in_the_window_is_obeyed(raised):
    raised.respec(DEPLOYMENTS, replicas=0)
    await raised.tick()
    assert (raised.replicas, raised.writes) == (0, 0)
    assert raised.condition("AbleToScale") == ("False", "ScalingDisabled")
    raised.respec(DEPLOYMENTS, replicas=1)
    await raised.tick()
    assert raised.replicas == 100


async def test_a_person_who_set_0_before_the_window_gets_no_floor():
    world = World(deployment=a_deployment(replicas=0))
    await world.tick(INSIDE)
    assert (world.floor, world.replicas, world.writes) == (4, 0, 0)


async def test_a_baseline_of_0_is_scale_to_zero_and_both_are_written():
    world = World(hpa=an_hpa(minimum=0), deployment=a_deployment(replicas=0))
    await world.tick(INSIDE)
    assert (world.floor, world.replicas, world.marks["baseline"]) == (100, 100, "0")
    await world.tick(AFTER)
    assert world.floor == 0


async def test_a_person_who_sets_0_between_reading_and_writing_is_obeyed():
    world = World(hpa=an_hpa(minimum=100))
    world.respec("schoolautoscalers", minReplicas=120)
    count = []

    def stop():
        count.append(1)
        if len(count) < 3:  # floor, hand-back, then the scale
            world.cluster.before_write = stop
            return
        world.respec(DEPLOYMENTS, replicas=0)

    world.cluster.before_write = stop
    await world.tick(BEFORE)
    assert (world.replicas, world.floor) == (0, 120)
    assert world.condition("AbleToScale") == ("False", "ScalingDisabled")


async def test_a_foreign_write_between_reading_and_writing_is_read_and_respected():
    world = World()
    world.cluster.on_change = None  # the watch is behind
    world.cluster.before_write = lambda: world.respec(HPAS, minReplicas=9)
    outcome = await world.tick(INSIDE)
    assert outcome.failure is None
    assert (world.floor, world.marks["baseline"], world.replicas) == (100, "9", 100)


async def test_a_maximum_that_was_lowered_meanwhile_is_read_and_respected():
    world = World()
    world.cluster.on_change = None
    world.respec(HPAS, maxReplicas=60)
    outcome = await world.tick(INSIDE)
    assert (outcome.failure, world.floor, world.replicas) == (None, 60, 60)


async def test_a_maximum_below_the_plan_clamps_it_and_is_named():
    world = World(hpa=an_hpa(maximum=60))
    await world.tick(INSIDE)
    assert (world.floor, world.condition("ScalingLimited")) == (60, ("True", "AutoscalerMaxReplicas"))
    assert world.told_condition("ScalingLimited")["message"] == (
        "the schedule asks for 100 replicas, maxReplicas of HorizontalPodAutoscaler web allows 60"
    )


async def test_a_maximum_of_our_own_below_the_plan_clamps_it_and_is_named():
    world = World(autoscaler=an_autoscaler(maxReplicas=50))
    await world.tick(INSIDE)
    assert (world.floor, world.condition("ScalingLimited")) == (50, ("True", "TooManyReplicas"))
    assert "spec.maxReplicas allows 50" in world.told_condition("ScalingLimited")["message"]


async def test_a_missing_target_gets_its_floor_and_is_scaled_when_it_is_created():
    world = World(deployment=None)
    await world.tick(INSIDE)
    assert (world.floor, world.condition("AbleToScale")) == (100, ("False", "TargetNotFound"))
    world.put(DEPLOYMENTS, a_deployment(replicas=1))
    await world.tick()
    assert (world.replicas, world.condition("AbleToScale")) == (100, ("True", "ReadyForNewScale"))


async def test_failing_metrics_of_the_hpa_do_not_keep_the_floor_down():
    body = an_hpa()
    body["status"] = {"conditions": [{"type": "ScalingActive", "status": "False", "message": "no metrics"}]}
    world = World(hpa=body)
    await world.tick(INSIDE)
    assert (world.floor, world.replicas) == (100, 100)
    await world.tick(AFTER)
    assert world.condition("ReturnedToBaseline") == ("False", "AutoscalerHasNoMetrics")
    message = world.told_condition("ReturnedToBaseline")["message"]
    assert "no metrics" in message
    assert "kubectl scale --replicas=4 -n ns deployment/web" in message


async def test_a_paused_deployment_is_scaled_as_usual():
    world = World()
    world.respec(DEPLOYMENTS, paused=True)
    await world.tick(INSIDE)
    assert world.replicas == 100


async def test_a_suspended_calendar_releases_the_floor_five_minutes_after_it_was_seen():
    world = World()
    await world.tick("2024-09-09T08:22")
    world.respec("schoolcalendars", "school", suspend=True)
    await world.tick("2024-09-09T08:30")  # one stabilization window after the start of this process
    assert world.floor == 100
    await world.tick("2024-09-09T08:35")
    assert (world.floor, world.marks) == (4, {})
