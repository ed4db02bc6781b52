"""A minimum that firstbell still owns without need: given back by whoever starts, runs or releases."""

from __future__ import annotations

import asyncio

import pytest

from firstbell.engine.floor.held_floors import held_floors, release_floors
from tests.fakes import FakeTelemetry
from tests.managed_fields import an_entry, owners
from tests.unit.engine.bodies import (
    AFTER,
    BEFORE,
    INSIDE,
    PEAK,
    a_scaled_object,
    an_hpa,
    kedas_hpa,
)
from tests.unit.engine.floor.test_held_floors import marks
from tests.unit.engine.running import Running
from tests.unit.engine.world import HPAS, SCALED, World

APPLIERS = [(), ("helm",), ("argocd", "helm")]
POLICIES = "schoolautoscalers"
FIELD = "minReplicas"


class Killed(BaseException):
    """The process ends where it stands."""


def applied(*managers):
    """The entries of managers that apply the minimum server-side, and of one that applies the rest alone."""
    entries = [an_entry(manager, "Apply", FIELD, "maxReplicas") for manager in managers]
    return [*entries, an_entry("platform", "Apply", "behavior")]


def owned_by(world, plural=HPAS, field=FIELD):
    return [manager for manager, _ in owners(world.get(plural), field)]


def kill_after(world, writes) -> None:
    """Once the server has taken so many writes on the HPA; it does not come to an answer."""
    tell, left = world.told, [writes]

    def told(plural, event):
        tell(plural, event)
        if plural == HPAS:
            left[0] -= 1
            if left[0] == 0:
                raise Killed

    world.cluster.on_change = told


async def morning(world) -> bool:
    """Raised and released: whether it was killed within."""
    try:
        for at in (INSIDE, AFTER):
            await world.tick(at)
    except Killed:
        return True
    return False


async def released_by_command(world):
    """What `firstbell release --all` does."""
    told, deadline = [], asyncio.get_running_loop().time() + 5
    floors = await held_floors(world.cluster, world.instance, (), None)
    await release_floors(world.cluster, FakeTelemetry(), floors, deadline, told.append)
    return told


@pytest.mark.parametrize("managers", APPLIERS)
@pytest.mark.parametrize("writes", [1, 2, 3, 4])
@pytest.mark.parametrize("policy", ["goes on", "is deleted meanwhile"])
async def test_a_kill_after_any_write_leaves_what_the_next_start_mends(managers, writes, policy):
    world = World(BEFORE, hpa=an_hpa(managedFields=applied(*managers)))
    kill_after(world, writes)
    assert await morning(world)
    world.cluster.on_change = None
    if policy != "goes on":
        world.remove(POLICIES)
    async with Running(None, world=world) as running:
        await running.pass_time(seconds=25)
    raised = policy == "goes on" and writes < 3
    assert owned_by(world) == ([] if raised and len(managers) > 1 else list(managers))
    assert world.floor == (PEAK if raised and world.clock.now().hour < 9 else 4)
    kept = {"firstbell.dev/managers"} if raised and len(managers) > 1 else set()
    assert ("firstbell.dev/managers" in (world.get(HPAS)["metadata"].get("annotations") or {})) == bool(kept)
    if not raised:
        assert world.marks == {}


@pytest.mark.parametrize("managers", APPLIERS)
@pytest.mark.parametrize("writes", [1, 2, 3, 4])
async def test_a_kill_after_any_write_leaves_what_a_release_by_command_mends(managers, writes):
    world = World(BEFORE, hpa=an_hpa(managedFields=applied(*managers)))
    kill_after(world, writes)
    assert await morning(world)
    world.cluster.on_change = None
    told = await released_by_command(world)
    assert all(one.fine for one in told)
    assert (world.floor, world.marks, owned_by(world)) == (4, {}, list(managers))
    assert await released_by_command(world) == []


@pytest.mark.parametrize("managers", APPLIERS)
@pytest.mark.parametrize("kind", ["ServerError", "Throttled", "Unreachable"])
@pytest.mark.parametrize("times", [1, 2, 6])
async def test_a_hand_back_that_fails_after_the_policy_was_deleted_is_made_later(managers, kind, times):
    world = World(INSIDE, hpa=an_hpa(managedFields=applied(*managers)))
    async with Running(None, world=world) as running:
        world.cluster.before_hand_backs = [
            lambda: world.cluster.fail(kind, verb="PATCH", path=HPAS, times=times)
        ]
        world.remove(POLICIES)
        await running.pass_time(minutes=2)
        assert (world.floor, world.marks, owned_by(world)) == (4, {}, list(managers))
        before = world.cluster.counted(path=HPAS)
        await running.pass_time(minutes=5)
        assert world.cluster.counted(path=HPAS) == before, "at rest"


async def test_what_nobody_remembers_becomes_nobodys_and_is_anybodys_to_apply():
    kept = [*applied("helm")[1:], an_entry("firstbell", "Update", FIELD)]
    world = World(BEFORE, hpa=an_hpa(managedFields=kept))
    world.remove(POLICIES)
    async with Running(None, world=world) as running:
        await running.pass_time(seconds=1)
    assert (world.floor, owned_by(world)) == (4, [])
    assert world.get(HPAS)["metadata"]["managedFields"] == applied("helm")[1:]


async def test_the_command_tells_of_a_field_that_was_kept_without_a_floor():
    world = World(BEFORE, hpa=an_hpa(managedFields=[an_entry("firstbell", "Update", FIELD)]))
    (one,) = await released_by_command(world)
    assert (one.minimum, one.handed_back, one.fine) == (4, True, True)
    assert owned_by(world) == []


@pytest.mark.parametrize("at", [BEFORE, INSIDE])
async def test_a_note_that_was_left_alone_on_the_object_goes(at):
    note = {"firstbell.dev/managers": '[{"manager":"helm","apiVersion":"autoscaling/v2"}]'}
    world = World(at, hpa=an_hpa(annotations=note, managedFields=applied("argocd")))
    world.remove(POLICIES)
    async with Running(None, world=world) as running:
        await running.pass_time(seconds=11)
    assert (world.marks, owned_by(world)) == ({}, ["argocd"])


async def test_another_installations_field_under_its_floor_is_left_alone():
    theirs = marks(instance="another")
    entries = [an_entry("firstbell", "Update", FIELD)]
    world = World(BEFORE, hpa=an_hpa(minimum=100, annotations=theirs, managedFields=entries))
    async with Running(None, world=world) as running:
        await running.pass_time(minutes=1)
    assert owned_by(world) == ["firstbell"]


async def test_a_policy_that_cannot_decide_still_gives_the_field_back():
    world = World(INSIDE, hpa=an_hpa(managedFields=applied("helm")))
    kill_after(world, 1)
    assert await morning(world)
    world.cluster.on_change = None
    world.remove("schoolcalendars", "school")
    async with Running(None, world=world) as running:
        await running.pass_time(seconds=11)
    assert (world.floor, owned_by(world)) == (PEAK, ["helm"])


async def test_a_foreign_minimum_after_the_kill_is_left_to_who_wrote_it():
    world = World(INSIDE, hpa=an_hpa(managedFields=applied("helm")))
    kill_after(world, 3)
    assert await morning(world)
    world.cluster.on_change = None
    world.remove(POLICIES)
    world.respec(HPAS, minReplicas=9)
    async with Running(None, world=world) as running:
        await running.pass_time(seconds=11)
    assert (world.floor, world.marks, owned_by(world)) == (9, {}, ["kubectl-edit"])


async def test_a_clamped_floor_after_a_kill_is_not_taken_for_the_owners_minimum():
    world = World(INSIDE)

    def clamp(path, body):
        if path.plural == HPAS:
            body["spec"]["minReplicas"] = min(50, body["spec"]["minReplicas"])

    world.cluster.admission = clamp
    kill_after(world, 1)
    assert await morning(world)
    world.cluster.on_change = None
    world.remove(POLICIES)
    async with Running(None, world=world) as running:
        await running.pass_time(seconds=11)
    assert (world.floor, world.marks, owned_by(world)) == (4, {}, [])


async def test_a_scaled_object_is_mended_too():
    world = World(INSIDE, hpa=None)
    kept = [an_entry("firstbell", "Update", "minReplicaCount", apiVersion="keda.sh/v1alpha1")]
    world.put(SCALED, a_scaled_object(managedFields=kept))
    world.put(HPAS, kedas_hpa())
    world.remove(POLICIES)
    running = Running(None, world=world)
    async with running:
        await running.pass_time(seconds=11)
    assert owned_by(world, SCALED, "minReplicaCount") == []
