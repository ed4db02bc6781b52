"""A hand on what firstbell holds is told once: who it was, what becomes of it, and what ends by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.fakes import instant
from tests.unit.engine.bodies import AFTER, BEFORE, INSIDE, PEAK, a_scaled_object, an_autoscaler, an_override
from tests.unit.engine.world import DEPLOYMENTS, HPAS, OVERRIDES, SCALED, World

if TYPE_CHECKING:
    from firstbell.engine.ports import Json

MINIMUM, COUNT = "MinimumSetByHand", "ReplicasSetByHand"
SCALED_DIRECTLY = {"hpa": None, "autoscaler": an_autoscaler(minReplicas=4, maxReplicas=400)}
LATER, AND_LATER = "2024-09-09T08:26", "2024-09-09T08:27"


def by_hand(world: World, plural: str, manager: str = "kubectl-patch", **spec: int) -> None:
    world.edit(plural, lambda body: body["spec"].update(spec), manager=manager)


def told(world: World) -> list[str]:
    return [one.message for _, one in world.events.posted if one.reason in {MINIMUM, COUNT}]


def condition(world: World) -> tuple[str, str]:
    return world.condition("ChangedByHand")


async def test_a_minimum_that_is_set_in_the_window_is_told_with_who_and_how_to_undo_it():
    world = World()
    await world.tick(INSIDE)
    assert condition(world) == ("False", "NotChangedByHand")
    by_hand(world, HPAS, minReplicas=150)
    await world.tick(LATER)
    (message,) = told(world)
    assert message == world.told_condition("ChangedByHand")["message"]
    assert message == (
        "kubectl-patch set minReplicas of HorizontalPodAutoscaler web from 4 to 150 at 08:26:00 UTC, "
        "while firstbell held it raised. This stays, afterwards too: it is the new minimum. To set it back: "
        'kubectl patch hpa web -n ns --type=merge -p \'{"spec":{"minReplicas":4}}\'. What ends by itself: '
        'firstbell override ns/web --floor 150 --until TIME --reason "..."'
    )
    assert condition(world) == ("True", MINIMUM)
    await world.tick(AFTER)
    assert (world.floor, len(told(world)), condition(world)) == (150, 1, ("True", MINIMUM))


async def test_under_an_order_no_peak_is_claimed():
    world = World(AFTER)
    world.put(OVERRIDES, an_override(floorReplicas=60, until="11:00"))
    await world.tick(AFTER)
    by_hand(world, HPAS, minReplicas=50)
    await world.tick("2024-09-09T10:05")
    (message,) = told(world)
    assert "while firstbell held it raised" in message
    assert "peak" not in message


async def test_it_is_told_below_the_floor_too_where_the_floor_goes_over_it_again():
    world = World()
    await world.tick(INSIDE)
    by_hand(world, HPAS, minReplicas=50)
    await world.tick(LATER)
    assert (world.floor, world.marks["baseline"], len(told(world))) == (PEAK, "50", 1)


async def test_it_is_told_no_more_once_it_is_set_back():
    world = World()
    await world.tick(INSIDE)
    by_hand(world, HPAS, minReplicas=50)
    await world.tick(LATER)
    await world.tick(AFTER)
    by_hand(world, HPAS, minReplicas=4)
    await world.tick("2024-09-09T10:05")
    assert (condition(world), len(told(world))) == (("False", "NotChangedByHand"), 1)
    assert "lastHand" not in world.status


async def test_a_program_that_applies_its_value_again_and_again_is_no_news():
    world = World()
    await world.tick(INSIDE)
    for minute in (26, 28, 30, 32):
        by_hand(world, HPAS, manager="argocd-controller", minReplicas=50)
        await world.tick(f"2024-09-09T08:{minute}")
    assert len(told(world)) == 1


async def test_a_program_that_applies_the_baseline_is_none():
    world = World()
    await world.tick(INSIDE)
    by_hand(world, HPAS, manager="argocd-controller", minReplicas=4)
    await world.tick(LATER)
    assert (told(world), world.floor) == ([], PEAK)


async def test_an_edit_while_nothing_is_due_is_its_owners_matter():
    world = World(BEFORE)
    await world.tick(BEFORE)
    by_hand(world, HPAS, minReplicas=9)
    await world.tick("2024-09-09T08:05")
    await world.tick(INSIDE)
    assert (told(world), condition(world)) == ([], ("False", "NotChangedByHand"))
    assert world.marks["baseline"] == "9"


async def test_two_hands_between_two_looks_are_told_once_each():
    world = World()
    await world.tick(INSIDE)
    by_hand(world, HPAS, manager="kubectl-patch", minReplicas=50)
    by_hand(world, HPAS, manager="kubectl-edit", minReplicas=150)
    await world.tick(LATER)
    await world.tick(AND_LATER)
    first, second = told(world)
    assert first.startswith("kubectl-patch set minReplicas of HorizontalPodAutoscaler web from 4 to 50")
    assert second.startswith("kubectl-edit set minReplicas of HorizontalPodAutoscaler web from 50 to 150")


async def test_a_second_hand_after_the_first_has_taken_the_floor_away_is_told_too():
    world = World()
    await world.tick(INSIDE)
    by_hand(world, HPAS, minReplicas=150)
    await world.tick(LATER)
    assert world.marks == {}
    by_hand(world, HPAS, minReplicas=200)
    await world.tick(AND_LATER)
    assert "from 150 to 200" in told(world)[1]


async def test_a_restart_neither_forgets_it_nor_tells_it_again():
    world = World()
    await world.tick(INSIDE)
    by_hand(world, HPAS, minReplicas=150)
    await world.tick(LATER)
    message = world.told_condition("ChangedByHand")["message"]
    world.restart()
    await world.tick(AND_LATER)
    assert (told(world), world.told_condition("ChangedByHand")["message"]) == ([], message)


async def test_a_hand_while_no_operator_runs_is_told_by_the_next_start():
    world = World()
    await world.tick(INSIDE)
    by_hand(world, HPAS, minReplicas=50)
    world.restart()
    await world.tick(LATER)
    assert len(told(world)) == 1


async def test_a_scaled_object_is_told_with_its_own_field():
    world = World(hpa=None)
    world.put(SCALED, a_scaled_object())
    await world.tick(INSIDE)
    world.edit(SCALED, lambda body: body["spec"].update(minReplicaCount=150), manager="kubectl-patch")
    await world.tick(LATER)
    (message,) = told(world)
    assert "set minReplicaCount of ScaledObject web from 4 to 150" in message
    assert "kubectl patch scaledobject web" in message


async def test_a_count_that_is_set_where_we_scale_directly_is_set_back_and_told_once():
    world = World(**SCALED_DIRECTLY)
    await world.tick(INSIDE)
    by_hand(world, DEPLOYMENTS, "kubectl-scale", replicas=7)
    await world.tick(LATER)
    assert (world.replicas, condition(world)) == (PEAK, ("True", COUNT))
    by_hand(world, DEPLOYMENTS, "kubectl-scale", replicas=7)
    await world.tick(AND_LATER)
    (message,) = told(world)
    assert message == (
        "kubectl-scale set replicas of Deployment web from 100 to 7 at 08:26:00 UTC: firstbell set it back. "
        'What ends by itself: firstbell override ns/web --floor 7 --until TIME --reason "..."'
    )
    await world.tick("2024-09-09T08:40")
    assert condition(world) == ("False", "NotChangedByHand")


async def test_a_count_below_our_floor_is_told_as_set_back():
    world = World()
    await world.tick(INSIDE)
    by_hand(world, DEPLOYMENTS, "kubectl-scale", replicas=7)
    await world.tick(LATER)
    assert (world.replicas, len(told(world))) == (PEAK, 1)


@pytest.mark.parametrize("floor", [4, PEAK])
async def test_what_we_write_ourselves_is_nobodys_hand(floor: int):
    world = World(BEFORE)
    for minute in range(0, 120, 10):
        await world.tick(f"2024-09-09T{8 + minute // 60:02}:{minute % 60:02}")
    assert (told(world), floor in {world.floor, PEAK}) == ([], True)


async def test_an_autoscaler_that_is_made_anew_in_the_window_is_no_hand():
    world = World()
    await world.tick(INSIDE)
    body: Json = world.get(HPAS)
    world.remove(HPAS)
    body["metadata"] = {"name": "web", "namespace": "ns"}
    body["spec"]["minReplicas"] = 30
    world.put(HPAS, body)
    await world.tick(LATER)
    assert told(world) == []


async def test_a_hostile_name_of_a_program_is_shown_and_not_obeyed():
    world = World()
    await world.tick(INSIDE)
    by_hand(world, HPAS, manager="a\u202eb\nc", minReplicas=50)
    await world.tick(LATER)
    assert world.told_condition("ChangedByHand")["message"].isprintable()


async def test_a_clock_that_is_set_changes_nothing_of_it():
    world = World()
    await world.tick(INSIDE)
    by_hand(world, HPAS, minReplicas=50)
    await world.tick(LATER)
    world.clock.jump(instant(LATER) - instant(INSIDE))
    await world.tick()
    assert (len(told(world)), condition(world)) == (1, ("True", MINIMUM))


async def test_two_programs_that_fight_over_it_are_told_as_a_contest_and_in_few_events():
    world = World()
    await world.tick(INSIDE)
    for second in range(0, 120, 2):
        by_hand(world, HPAS, manager=f"program-{second % 3}", minReplicas=50 + second % 3)
        await world.tick(f"2024-09-09T08:{26 + second // 60}:{second % 60:02}")
    assert world.condition("FloorContested") == ("True", "RevertedRepeatedly")
    assert len(told(world)) <= 5
