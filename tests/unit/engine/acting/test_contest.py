"""Somebody writes over our floor again and again: answered, counted, told, and answered less often."""

from __future__ import annotations

import pytest

from tests.managed_fields import an_entry
from tests.unit.engine.bodies import AFTER, a_deployment, an_autoscaler
from tests.unit.engine.world import DEPLOYMENTS, HPAS, World

NOT_CONTESTED = ("False", "NotContested")
CONTESTED = ("True", "RevertedRepeatedly")


def inside(minute, second=0):
    return f"2024-09-09T08:{minute:02}:{second:02}"


def revert(world, value, manager="argocd-controller"):
    """Somebody sets the minimum, as a GitOps sync does."""
    world.edit(HPAS, lambda body: body["spec"].update(minReplicas=value), manager=manager)


@pytest.fixture
async def raised():
    """In the window, with the floor raised."""
    world = World()
    await world.tick(inside(22))
    return world


@pytest.fixture
async def reverted(raised):
    """Three times in three minutes, and answered each time."""
    for minute in (23, 24, 25):
        revert(raised, 4)
        await raised.tick(inside(minute))
        assert raised.floor == 100
    return raised


async def test_two_foreign_writes_are_a_change_of_mind(raised):
    for minute, value in ((23, 5), (24, 6)):
        revert(raised, value)
        await raised.tick(inside(minute))
    assert raised.condition("FloorContested") == NOT_CONTESTED
    assert (raised.floor, raised.marks["baseline"]) == (100, "6")


async def test_the_third_in_ten_minutes_is_a_contest_with_a_name_and_a_cure(reverted):
    assert reverted.condition("FloorContested") == CONTESTED
    message = reverted.told_condition("FloorContested")["message"]
    assert message.startswith("argocd-controller set spec.minReplicas of HorizontalPodAutoscaler web to 4, ")
    assert "/spec/minReplicas" in message


async def test_a_release_beside_the_operator_is_told_apart_from_a_manifest(raised):
    for minute in (23, 24, 25):
        revert(raised, 4, manager="firstbell")
        await raised.tick(inside(minute))
    message = raised.told_condition("FloorContested")["message"]
    assert message.startswith("somebody who is not on record set spec.minReplicas")
    assert message.endswith("If that was `firstbell release`: stop the operator before it.")


async def test_a_contest_is_an_event(reverted):
    (told,) = [event for _, event in reverted.events.posted if event.reason == "RevertedRepeatedly"]
    assert told.warning


async def test_in_a_contest_the_floor_is_raised_half_a_minute_after_the_last_time(reverted):
    revert(reverted, 4)
    await reverted.tick(inside(25, 29))
    assert reverted.floor == 4
    assert any(at.strftime("%H:%M:%S") == "08:25:30" for at in reverted.memory.looks_again.times)
    await reverted.tick(inside(25, 30))
    assert reverted.floor == 100


async def test_ten_minutes_after_the_first_of_three_the_contest_is_over(reverted):
    await reverted.tick(inside(32, 59))
    assert reverted.condition("FloorContested") == CONTESTED
    await reverted.tick(inside(33))
    assert reverted.condition("FloorContested") == NOT_CONTESTED


async def test_an_answer_that_failed_is_not_counted_twice(raised):
    revert(raised, 4)
    raised.cluster.fail("ServerError", verb="PATCH")
    for second in range(5):
        await raised.tick(inside(23, second))
    raised.cluster.heal()
    await raised.tick(inside(23, 10))
    assert (raised.floor, len(raised.memory.written.contest.times)) == (100, 1)


@pytest.mark.parametrize(
    ("manager", "want"),
    [
        pytest.param("flux", CONTESTED, id="a manifest that sets replicas"),
        pytest.param("kube-controller-manager", NOT_CONTESTED, id="an HPA that was computing just then"),
    ],
)
async def test_counts_below_an_intact_floor_are_repaired_and_counted(raised, manager, want):
    for minute in (23, 24, 25):
        raised.edit(DEPLOYMENTS, lambda body: body["spec"].update(replicas=30), manager=manager)
        await raised.tick(inside(minute))
        assert raised.replicas == 100
    assert raised.condition("FloorContested") == want


async def test_a_manifest_that_raises_the_minimum_itself_contests_nothing(raised):
    for minute in (23, 24, 25):
        revert(raised, 100 + minute)
        await raised.tick(inside(minute))
    assert raised.condition("FloorContested") == NOT_CONTESTED


async def test_the_owners_minimum_stands_after_a_contest(reverted):
    revert(reverted, 7)
    await reverted.tick(AFTER)
    assert (reverted.floor, reverted.marks) == (7, {})


@pytest.mark.parametrize(
    ("operation", "want"),
    [
        pytest.param("Apply", ("True", "ReplicasContested"), id="a manifest that sets it"),
        pytest.param("Update", NOT_CONTESTED, id="whoever created it owns the default too"),
    ],
)
async def test_in_scale_mode_whoever_applies_replicas_is_named_with_the_cure(operation, want):
    deployment = a_deployment()
    deployment["metadata"]["managedFields"] = [an_entry("flux", operation, "replicas")]
    world = World(hpa=None, deployment=deployment, autoscaler=an_autoscaler(minReplicas=4, maxReplicas=200))
    await world.tick(inside(0))
    assert world.condition("FloorContested") == want
    message = world.told_condition("FloorContested")["message"]
    assert ("flux applies spec.replicas of Deployment web" in message) == (operation == "Apply")
