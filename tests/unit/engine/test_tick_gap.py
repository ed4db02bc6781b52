"""What others write between our floor and its hand-back is theirs, and never taken for admission control."""

from __future__ import annotations

import json

import pytest

from tests.fakes import OURS
from tests.unit.engine.bodies import (
    AFTER,
    BEFORE,
    FALL,
    INSIDE,
    PEAK,
    a_scaled_object,
    an_autoscaler,
    an_hpa,
    kedas_hpa,
)
from tests.unit.engine.world import DEPLOYMENTS, HPAS, SCALED, World

NOT_LIMITED = ("False", "DesiredWithinRange")
CLAMP = 50


class Gap(World):
    """The n-th of `writes` happens in the n-th gap between a write of ours and its hand-back."""

    def __init__(self, at=INSIDE, *writes, **more) -> None:
        super().__init__(at, **more)
        self.foreign(*writes)

    def foreign(self, *writes) -> None:
        self.cluster.before_hand_backs = [lambda write=write: write(self) for write in writes]

    def clamp(self, path, body) -> None:
        """Admission control lets nobody set a minimum above 50."""
        if path.plural == HPAS:
            body["spec"]["minReplicas"] = min(CLAMP, body["spec"]["minReplicas"])

    @property
    def stands(self):
        return (self.floor, self.replicas, self.marks.get("floor"), self.marks.get("baseline"))


def minimum(value, manager="argocd-controller", **spec):
    """Somebody sets the minimum, as a GitOps sync does."""

    def write(world):
        def change(body):
            body["spec"].update(minReplicas=value, **spec)

        world.edit(HPAS, change, manager=manager)

    return write


def status_write(world):
    world.edit(HPAS, lambda body: body.update(status={"currentReplicas": world.replicas}), manager="hpa")


def ours_over(baseline, floor=PEAK):
    return (floor, floor, str(floor), str(baseline))


async def test_a_foreign_minimum_in_the_gap_is_the_baseline_and_raised_over_at_once():
    world = Gap(INSIDE, minimum(3))
    await world.tick()
    assert world.stands == ours_over(3)
    assert world.memory.written.admitted is None
    assert (world.condition("ScalingLimited"), world.condition("AbleToScale")[0]) == (NOT_LIMITED, "True")
    await world.tick(AFTER)
    assert (world.floor, world.marks) == (3, {})


@pytest.mark.parametrize("value", [1, 4, 12, PEAK - 1, PEAK + 1, 300])
async def test_whatever_minimum_somebody_sets_there_it_is_theirs(value):
    world = Gap(INSIDE, minimum(value))
    await world.tick()
    await world.tick(AFTER)
    assert (world.floor, world.marks) == (value, {})


async def test_two_writes_in_one_gap_count_as_the_later():
    world = Gap(INSIDE, lambda world: (minimum(3)(world), minimum(6)(world)))
    await world.tick()
    assert world.stands == ours_over(6)


async def test_a_write_beside_the_minimum_in_the_gap_changes_nothing():
    world = Gap(INSIDE, status_write)
    await world.tick()
    assert world.stands == ours_over(4)


async def test_somebody_who_writes_in_every_gap_is_contested():
    world = Gap(INSIDE, *[minimum(value) for value in (3, 5, 3, 5, 3, 5)])
    await world.tick()
    await world.tick("2024-09-09T08:25:02")
    assert world.condition("FloorContested") == ("True", "RevertedRepeatedly")
    assert "argocd-controller set spec.minReplicas" in world.told_condition("FloorContested")["message"]
    world.foreign()
    await world.tick("2024-09-09T08:25:40")
    assert world.floor == PEAK


async def test_our_own_value_in_the_gap_leaves_the_baseline_as_it_is():
    world = Gap(INSIDE, lambda world: (minimum(3)(world), minimum(PEAK)(world)))
    await world.tick()
    assert world.stands == ours_over(4)
    await world.tick(AFTER)
    assert (world.floor, world.marks) == (4, {})


async def test_our_own_value_declared_in_the_gap_is_the_baseline():
    last_applied = "kubectl.kubernetes.io/last-applied-configuration"

    def apply(world):
        manifest = json.dumps({"spec": {"minReplicas": PEAK}})
        world.edit(HPAS, lambda body: body["metadata"]["annotations"].update({last_applied: manifest}))

    world = Gap(INSIDE, apply)
    await world.tick()
    await world.tick(AFTER)
    assert (world.floor, world.marks) == (PEAK, {})


async def test_a_maximum_that_is_lowered_with_the_minimum_in_the_gap_is_heeded():
    world = Gap(INSIDE, minimum(3, maxReplicas=8))
    await world.tick()
    assert world.stands == ours_over(3, 8)
    assert world.condition("ScalingLimited") == ("True", "AutoscalerMaxReplicas")


@pytest.mark.parametrize("when", ["in the gap", "before the write"])
async def test_a_maximum_that_is_raised_unseen_is_heeded(when):
    def lift(world):
        world.respec(HPAS, maxReplicas=400)

    world = Gap(INSIDE, *([lift] if when == "in the gap" else []), hpa=an_hpa(maximum=40))
    if when == "before the write":
        tell, world.cluster.on_change = world.cluster.on_change, None

        def unseen():
            lift(world)
            world.cluster.on_change = tell

        world.cluster.before_write = unseen
    await world.tick()
    assert world.stands == ours_over(4)


@pytest.mark.parametrize("again", [3, PEAK])
async def test_one_that_is_made_again_in_the_gap_is_floored_anew(again):
    def replace(world):
        world.remove(HPAS)
        world.put(HPAS, an_hpa(minimum=again))

    world = Gap(INSIDE, replace)
    await world.tick()
    assert (world.floor, world.memory.written.admitted) == (PEAK, None)
    await world.tick(AFTER)
    assert (world.floor, world.marks) == (again, {})


async def test_one_that_is_deleted_in_the_gap_is_not_known_any_more():
    world = Gap(INSIDE, lambda world: world.remove(HPAS))
    outcome = await world.tick()
    assert world.store.floors == {}
    assert outcome.failure is not None
    await world.tick("2024-09-09T08:25:02")
    assert world.condition("AbleToScale") == ("False", "AutoscalerVanished")


async def test_annotations_that_are_taken_away_in_the_gap_come_back_over_the_same_baseline():
    world = Gap(INSIDE, lambda world: world.edit(HPAS, lambda body: body["metadata"].pop("annotations")))
    await world.tick()
    assert world.stands == ours_over(4)


async def test_another_installations_floor_in_the_gap_is_left_to_it():
    def another(world):
        def change(body):
            body["spec"]["minReplicas"] = 200
            body["metadata"]["annotations"].update(
                {"firstbell.dev/instance": "another", "firstbell.dev/floor": "200"}
            )

        world.edit(HPAS, change, manager=OURS)

    world = Gap(INSIDE, another)
    await world.tick()
    assert (world.floor, world.marks["instance"]) == (200, "another")
    assert world.condition("AbleToScale") == ("False", "AnotherInstance")


async def test_a_release_by_command_in_the_gap_is_raised_over():
    def released(world):
        def change(body):
            body["spec"]["minReplicas"] = 4
            for name in [name for name in body["metadata"]["annotations"] if "firstbell" in name]:
                del body["metadata"]["annotations"][name]

        world.edit(HPAS, change, manager=OURS)

    world = Gap(INSIDE, released)
    await world.tick()
    assert world.stands == ours_over(4)


async def test_a_clamp_and_a_foreign_minimum_at_once_are_told_apart():
    world = Gap(INSIDE, minimum(3))
    world.cluster.admission = world.clamp
    await world.tick()
    assert world.stands == ours_over(3, CLAMP)
    assert world.condition("ScalingLimited") == ("True", "Admission")
    await world.tick(AFTER)
    assert (world.floor, world.marks) == (3, {})


async def test_a_clamp_that_is_asked_again_leaves_the_baseline_whatever_is_written_meanwhile():
    world = Gap(INSIDE)
    world.cluster.admission = world.clamp
    await world.tick()
    world.foreign(status_write)
    await world.tick("2024-09-09T08:36")  # after ten minutes it is asked for once more
    assert world.stands == ours_over(4, CLAMP)
    world.restart()
    await world.tick("2024-09-09T08:37")
    await world.tick(AFTER)
    assert (world.floor, world.marks) == (4, {})


@pytest.mark.parametrize("value", [0, 2])
async def test_a_count_that_somebody_sets_between_floor_and_scale_is_not_admission(value):
    world = Gap(INSIDE, lambda world: world.respec(DEPLOYMENTS, replicas=value))
    await world.tick()
    assert (world.floor, world.replicas) == (PEAK, PEAK if value else 0)
    assert world.memory.written.admitted_count is None
    assert world.condition("ScalingLimited") == NOT_LIMITED


async def test_a_foreign_minimum_between_a_release_and_its_hand_back_stands():
    world = Gap(INSIDE)
    await world.tick()
    world.foreign(minimum(9))
    await world.tick(FALL)
    assert (world.floor, world.marks) == (9, {})
    assert world.status["actuator"]["baselineMinReplicas"] == 9
    assert world.condition("ScalingLimited") == NOT_LIMITED
    for minute in range(1, 5):
        await world.tick(f"2024-09-09T09:0{minute}")
        assert (world.floor, world.marks) == (9, {})


async def test_a_scaled_object_has_its_gap_too():
    world = World(INSIDE, hpa=None)
    world.put(SCALED, a_scaled_object())
    world.put(HPAS, kedas_hpa(minimum=4, maximum=400))
    world.cluster.before_hand_backs = [lambda: world.respec(SCALED, minReplicaCount=3)]
    await world.tick()
    body = world.get(SCALED)
    assert body["spec"]["minReplicaCount"] == PEAK
    assert body["metadata"]["annotations"]["firstbell.dev/baseline"] == "3"
    assert world.condition("ScalingLimited") == NOT_LIMITED


async def test_a_peak_that_is_above_the_foreign_minimum_is_all_that_is_raised():
    world = Gap(BEFORE, autoscaler=an_autoscaler(replicas=20))
    world.foreign(minimum(30))
    await world.tick(INSIDE)
    assert (world.floor, world.marks) == (30, {})
