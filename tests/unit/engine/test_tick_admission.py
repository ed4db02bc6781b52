"""Admission control that makes less of a floor or a count than was asked for: told, and not fought over."""

from __future__ import annotations

from datetime import timedelta

from firstbell.engine.tick import next_looks
from tests.unit.engine.bodies import AFTER, INSIDE, PEAK, an_autoscaler
from tests.unit.engine.world import DEPLOYMENTS, HPAS, World


class Clamped(World):
    """Admission control lets nobody set a minimum above 50."""

    def __init__(self, *args, **more) -> None:
        super().__init__(*args, **more)
        self.cluster.admission = self._clamp

    @staticmethod
    def _clamp(path, body) -> None:
        if path.plural == HPAS:
            body["spec"]["minReplicas"] = min(50, body["spec"]["minReplicas"])


async def test_a_floor_that_admission_control_clamps_is_ours_as_it_stands():
    world = Clamped(INSIDE)
    await world.tick()
    assert (world.floor, world.replicas, world.marks["floor"], world.marks["baseline"]) == (50, 50, "50", "4")
    assert world.condition("ScalingLimited") == ("True", "Admission")
    assert world.told_condition("ScalingLimited")["message"] == (
        f"the schedule asks for {PEAK} replicas, admission control of the API server allows 50"
    )


async def test_a_clamped_floor_is_not_fought_over():
    world = Clamped(INSIDE)
    await world.tick()
    before = world.writes
    for minute in range(26, 35):
        await world.tick(f"2024-09-09T08:{minute}")
    assert world.writes == before
    await world.tick("2024-09-09T08:36")  # after ten minutes it is asked for once more
    assert world.writes > before


async def test_after_a_clamped_window_the_baseline_comes_back():
    world = Clamped(INSIDE)
    await world.tick()
    world.restart()
    await world.tick("2024-09-09T08:30")
    await world.tick(AFTER)
    assert (world.floor, world.marks) == (4, {})


class ClampedCount(World):
    """Admission control lets nobody scale above 50."""

    def __init__(self, *args, **more) -> None:
        super().__init__(*args, **more)
        self.cluster.admission = self._clamp

    @staticmethod
    def _clamp(path, body) -> None:
        if path.subresource == "scale":
            body["spec"]["replicas"] = min(50, body["spec"]["replicas"])


LIMITED = f"the schedule asks for {PEAK} replicas, admission control of the API server allows 50"


async def test_a_count_that_admission_control_clamps_is_told_and_not_fought_over():
    world = ClampedCount(INSIDE, hpa=None, autoscaler=an_autoscaler(minReplicas=4, maxReplicas=400))
    outcome = await world.tick()
    assert (world.replicas, world.status["desiredReplicas"]) == (50, 50)
    assert world.condition("ScalingLimited") == ("True", "Admission")
    assert world.told_condition("ScalingLimited")["message"] == LIMITED
    again = [at for at, _ in next_looks(outcome, world.memory)]
    assert outcome.now + timedelta(minutes=10) in again
    before = world.writes
    for minute in range(26, 35):
        await world.tick(f"2024-09-09T08:{minute}")
    assert world.writes == before
    world.cluster.admission = None
    await world.tick("2024-09-09T08:36")
    assert (world.replicas, world.condition("ScalingLimited")) == (PEAK, ("False", "DesiredWithinRange"))


async def test_a_clamped_count_beside_an_hpa_leaves_the_floor_and_blames_nobody():
    world = ClampedCount(INSIDE)
    for minute in range(25, 60):
        await world.tick(f"2024-09-09T08:{minute}")
        assert (world.floor, world.replicas) == (PEAK, 50)
        assert world.condition("FloorContested") == ("False", "NotContested")
        assert world.condition("ScalingLimited") == ("True", "Admission")
    assert world.cluster.counted("PATCH", "/scale") == 4  # one in ten minutes


async def test_a_person_who_scales_below_a_clamped_count_is_answered():
    world = ClampedCount(INSIDE)
    await world.tick()
    world.respec(DEPLOYMENTS, replicas=20)
    await world.tick()
    assert world.replicas == 50
