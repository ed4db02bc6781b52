"""A person's 0 stands where the baseline is 0, too; an autoscaler's own is raised from at the bell."""

from __future__ import annotations

import pytest

from tests.managed_fields import owners
from tests.unit.engine.bodies import (
    AFTER,
    BEFORE,
    INSIDE,
    PEAK,
    a_deployment,
    a_scaled_object,
    an_autoscaler,
    an_hpa,
    kedas_hpa,
)
from tests.unit.engine.world import DEPLOYMENTS, HPAS, SCALED, World

BOUNDS = {"minReplicas": 4, "maxReplicas": 400}
LATER = "2024-09-09T08:26"
DISABLED = ("False", "ScalingDisabled")
RUNS = {"type": "ScalingActive", "status": "True", "reason": "ValidMetricFound"}
STOPPED = {"type": "ScalingActive", "status": "False", "reason": "ScalingDisabled"}


def scaled_to_zero(status):
    return {"type": "ScaledToZero", "status": status, "reason": "told"}


class Beside(World):
    """Beside an HPA whose minimum is 0; the workload runs."""

    def __init__(self, at=BEFORE, *, replicas=3, **more) -> None:
        objects = {"hpa": an_hpa(minimum=0), "deployment": a_deployment(replicas=replicas)}
        super().__init__(at, **objects | more)

    def says(self, *conditions, **status) -> None:
        """The HPA's own word."""
        told = {"conditions": list(conditions), "desiredReplicas": 0} | status
        self.edit(HPAS, lambda body: body.update(status=told), manager="kube-controller-manager")

    def scale(self, replicas) -> None:
        """As `kubectl scale` does it, and everything that writes a count through /scale."""

        def change(body):
            body["spec"]["replicas"] = replicas
            for entry in body["metadata"]["managedFields"]:
                entry["fieldsV1"].get("f:spec", {}).pop("f:replicas", None)

        self.edit(DEPLOYMENTS, change, manager="kubectl")

    @property
    def stands(self):
        return (self.floor, self.replicas, self.condition("AbleToScale"))


class Kedas(Beside):
    """Beside a ScaledObject whose minimum is 0."""

    def __init__(self, at=BEFORE, **more) -> None:
        super().__init__(at, hpa=None, **more)
        self.put(SCALED, a_scaled_object(minimum=0))
        self.put(HPAS, kedas_hpa(minimum=1))

    def says(self, active) -> None:
        told = {"conditions": [{"type": "Active", "status": active, "reason": "told"}]}
        self.edit(SCALED, lambda body: body.update(status=told), manager="keda")

    @property
    def floor(self):
        return self.get(SCALED)["spec"]["minReplicaCount"]


async def raised(world):
    """In the window, with floor and count raised."""
    await world.tick(INSIDE)
    for follower in ("keda-hpa-web",):
        if isinstance(world, Kedas):
            world.respec(HPAS, name=follower, minReplicas=PEAK)
            await world.tick(INSIDE)
    assert (world.floor, world.replicas) == (PEAK, PEAK)


@pytest.mark.parametrize("kind", [Beside, Kedas])
async def test_a_zero_set_before_the_window_stands_in_it_and_a_count_ends_it(kind):
    world = kind()
    await world.tick()
    world.scale(0)
    for at in (BEFORE, INSIDE, LATER, AFTER):
        await world.tick(at)
        assert world.stands == (0, 0, DISABLED)
    assert world.writes == 0
    world.scale(2)
    await world.tick("2024-09-10T08:25")
    assert world.floor == PEAK


@pytest.mark.parametrize("kind", [Beside, Kedas])
async def test_a_zero_set_in_the_window_stands_and_takes_the_floor_from_under_it(kind):
    world = kind()
    await raised(world)
    world.scale(0)
    for at in (INSIDE, LATER):
        await world.tick(at)
        assert world.stands == (0, 0, DISABLED)
    assert world.status["actuator"].get("floor") is None
    assert world.condition("FloorContested") == ("False", "NotContested")
    world.scale(1)
    await world.tick(LATER)
    assert world.floor == PEAK


@pytest.mark.parametrize("word", ["False", "True"])
async def test_in_the_window_a_zero_is_a_persons_whatever_keda_says(word):
    world = Kedas()
    world.says("False")
    await raised(world)
    world.says(word)
    world.scale(0)
    for at in (INSIDE, LATER):
        await world.tick(at)
        assert world.stands == (0, 0, DISABLED)
    world.restart()
    await world.tick("2024-09-09T08:27")
    assert world.stands == (0, 0, DISABLED)


@pytest.mark.parametrize("kind", [Beside, Kedas])
@pytest.mark.parametrize("at", [BEFORE, INSIDE])
async def test_a_zero_set_while_no_operator_ran_stands(kind, at):
    world = kind()
    await (world.tick() if at == BEFORE else raised(world))
    world.scale(0)
    world.restart()
    for later in (LATER, "2024-09-09T08:27"):
        await world.tick(later)
        assert world.stands == (0, 0, DISABLED)


@pytest.mark.parametrize("kind", [Beside, Kedas])
async def test_a_zero_that_stands_outlives_a_restart(kind):
    world = kind()
    await world.tick()
    world.scale(0)
    await world.tick()
    world.restart()
    for at in (INSIDE, LATER):
        await world.tick(at)
        assert world.stands == (0, 0, DISABLED)


async def test_a_zero_that_the_hpa_says_is_not_its_own_stands_from_the_first_look():
    world = Beside(INSIDE)
    world.scale(0)
    world.says(STOPPED)
    world.restart()
    await world.tick()
    assert world.stands == (0, 0, DISABLED)


async def test_the_condition_tells_who_and_how_to_undo_it():
    world = Beside()
    await world.tick()
    world.scale(0)
    await world.tick()
    message = world.told_condition("AbleToScale")["message"]
    assert message.startswith(
        "a person (not on record, as whoever scales to 0) set the workload to 0 replicas"
    )
    assert message.endswith("To undo it: kubectl scale --replicas=1 -n ns deployment/web")
    world.scale(3)
    await world.tick()
    world.respec(DEPLOYMENTS, replicas=0)
    await world.tick()
    assert "a person (kubectl-edit) set" in world.told_condition("AbleToScale")["message"]


@pytest.mark.parametrize(
    "said",
    [
        pytest.param((scaled_to_zero("True"), RUNS), id="since Kubernetes 1.37"),
        pytest.param((scaled_to_zero("True"), {**RUNS, "status": "False"}), id="and without metrics now"),
        pytest.param((RUNS,), id="before it"),
    ],
)
async def test_a_zero_of_the_hpas_own_is_raised_from_at_the_bell(said):
    world = Beside()
    await world.tick()
    world.scale(0)  # the watch tells of the count before it tells of the HPA
    await world.tick()
    assert world.condition("AbleToScale") == DISABLED
    world.says(*said)
    await world.tick(INSIDE)
    assert world.stands == (PEAK, PEAK, ("True", "ReadyForNewScale"))
    await world.tick(AFTER)
    assert (world.floor, world.marks) == (0, {})


async def test_a_persons_zero_after_the_hpas_own_stands_although_the_hpa_takes_it_for_its_own():
    world = Beside(replicas=0)
    world.says(scaled_to_zero("True"), RUNS, lastScaleTime="2024-09-09T01:00:00Z")
    await raised(world)
    world.scale(0)
    for at in (INSIDE, LATER):
        await world.tick(at)
        assert world.stands == (0, 0, DISABLED)
    world.restart()
    await world.tick("2024-09-09T08:27")
    assert world.stands == (0, 0, DISABLED)


async def test_a_zero_of_the_hpas_own_after_a_persons_is_raised_from_by_a_new_process():
    world = Beside()
    await world.tick()
    world.scale(0)
    await world.tick()
    # It was set back, and the HPA went to 0, while no operator ran.
    world.says(scaled_to_zero("True"), RUNS, lastScaleTime="2024-09-09T08:10:00Z")
    world.restart()
    await world.tick(INSIDE)
    assert (world.floor, world.replicas) == (PEAK, PEAK)


@pytest.mark.parametrize("word", ["False", "Unknown"])
async def test_a_zero_of_kedas_own_is_raised_from_at_the_bell(word):
    world = Kedas()
    world.says("True")
    await world.tick()
    world.says(word)
    world.scale(0)
    await raised(world)


async def test_a_zero_while_keda_sees_load_is_a_persons():
    world = Kedas()
    world.says("True")
    await world.tick()
    world.scale(0)
    await world.tick(INSIDE)
    assert world.stands == (0, 0, DISABLED)


async def test_after_the_window_the_hand_back_waits_until_the_hpa_has_acted():
    world = Beside()
    await raised(world)

    def acted(generation):
        world.says(RUNS, observedGeneration=generation)

    acted(world.get(HPAS)["metadata"]["generation"])
    await world.tick(AFTER)
    await world.tick(AFTER)
    assert (world.floor, owners(world.get(HPAS), "minReplicas")) == (0, [("firstbell", "Update")])
    acted(world.get(HPAS)["metadata"]["generation"])
    await world.tick(AFTER)
    assert owners(world.get(HPAS), "minReplicas") == []


async def test_a_floor_that_could_not_be_followed_at_once_is_followed_from_the_hpas_zero():
    world = Beside(INSIDE, replicas=0)
    world.says(scaled_to_zero("True"), RUNS)
    world.cluster.fail("ServerError", verb="PATCH", path="/scale", times=1)
    await world.tick()
    assert (world.floor, world.replicas) == (PEAK, 0)
    world.restart()
    await world.tick()
    assert world.replicas == PEAK


async def test_a_workload_that_is_made_again_at_zero_is_not_a_persons_order():
    world = Beside()
    await world.tick()
    world.remove(DEPLOYMENTS)
    world.put(DEPLOYMENTS, a_deployment(replicas=0))
    await world.tick(INSIDE)
    assert (world.floor, world.replicas) == (PEAK, PEAK)


async def test_a_paused_rollout_is_scaled_and_its_zero_stands_like_any_other():
    world = Beside()
    world.edit(DEPLOYMENTS, lambda body: body["spec"].update(paused=True))
    await raised(world)
    world.scale(0)
    await world.tick(LATER)
    assert world.stands == (0, 0, DISABLED)


async def test_without_an_autoscaler_a_zero_set_while_no_operator_ran_stands():
    world = World(INSIDE, hpa=None, autoscaler=an_autoscaler(**BOUNDS))
    await world.tick()
    world.respec(DEPLOYMENTS, replicas=0)
    world.restart()
    for at in (LATER, AFTER, "2024-09-10T08:25"):
        await world.tick(at)
        assert (world.replicas, world.condition("AbleToScale")) == (0, DISABLED)
    world.respec(DEPLOYMENTS, replicas=1)
    await world.tick("2024-09-10T08:26")
    assert world.replicas == PEAK
