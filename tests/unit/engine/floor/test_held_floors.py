"""All floors of an installation, found by their marks alone and brought back."""

from __future__ import annotations

import asyncio

import pytest

from firstbell.engine.floor.held_floors import held_floors, release_floors
from firstbell.engine.ports import Failure
from tests.fakes import FakeCluster, FakeTelemetry
from tests.unit.engine.bodies import INSIDE, a_scaled_object, an_hpa
from tests.unit.engine.world import World

HPAS = ("autoscaling", "horizontalpodautoscalers")
OWN = "firstbell.dev/"


def marks(owner="ns/web", *, floor=100, baseline=4, instance="firstbell"):
    mark = {"floor": floor, "baseline": baseline, "autoscaler": owner, "instance": instance}
    return {f"{OWN}{name}": str(value) for name, value in mark.items()}


def a_cluster(**annotations) -> FakeCluster:
    """An HPA for each keyword, with these annotations and a minimum of 100."""
    cluster = FakeCluster()
    for name, notes in annotations.items():
        cluster.put(*HPAS, an_hpa(name, minimum=100, annotations=notes))
    return cluster


async def held(cluster, *, instance="firstbell", namespaces=(), owner=None):
    return await held_floors(cluster, instance, namespaces, owner)


def names(floors):
    return [seen.autoscaler.name for seen in floors]


async def released(cluster, floors=None, *, seconds=5):
    told, deadline = [], asyncio.get_running_loop().time() + seconds
    floors = await held(cluster) if floors is None else floors
    await release_floors(cluster, FakeTelemetry(), floors, deadline, told.append)
    return told


async def test_only_floors_of_the_installation_are_found_and_our_own_kinds_need_not_be_there():
    cluster = a_cluster(ours=marks(), theirs=marks(instance="other"), nobodys={})
    cluster.fail("NotFound", path="schoolautoscalers")
    assert names(await held(cluster)) == ["ours"]
    assert names(await held(cluster, instance="other")) == ["theirs"]
    assert await held(cluster, namespaces=("elsewhere",)) == []


async def test_one_autoscaler_can_be_named():
    cluster = a_cluster(a=marks("ns/a"), b=marks("ns/b"))
    assert names(await held(cluster, owner="ns/b")) == ["b"]


async def test_the_baseline_is_back_and_nothing_of_ours_stays():
    cluster = a_cluster(a=marks(), b=marks(baseline=7))
    told = await released(cluster)
    assert [(one.minimum, one.fine) for one in told] == [(4, True), (7, True)]
    for key, body in cluster.objects.items():
        assert "annotations" not in body["metadata"], key
        owners = [entry["manager"] for entry in body["metadata"]["managedFields"]]
        assert "firstbell" not in owners
    assert await held(cluster) == []


async def test_a_value_of_somebody_elses_stays():
    cluster = a_cluster(a=marks(floor=90))
    (one,) = await released(cluster)
    assert (one.minimum, one.fine) == (100, True)


@pytest.mark.parametrize("kind", ["Forbidden", "Unreachable", "Throttled"])
async def test_one_that_fails_is_told_and_the_others_go_on(kind):
    cluster = a_cluster(a=marks(), b=marks())
    cluster.fail(kind, verb="PATCH", path="scalers/a")
    told = {one.seen.autoscaler.name: one for one in await released(cluster)}
    assert (told["a"].failure, told["a"].fine, told["b"].minimum) == ("made to fail", False, 4)


async def test_a_floor_whose_field_cannot_be_handed_back_is_not_fine():
    cluster = a_cluster(a=marks())
    floors = await held(cluster)
    cluster.before_write = lambda: cluster.fail("Forbidden", verb="PATCH", path="scalers/a")
    told = await released(cluster, floors)
    assert [(one.minimum, one.kept, one.fine) for one in told] == [(4, True, False)]


async def test_a_floor_that_is_raised_again_meanwhile_is_told_and_not_fine():
    cluster = a_cluster(a=marks())
    floors = await held(cluster)

    def raised_again():
        """After the release and before the hand-back, as an operator that still runs does it."""
        cluster.before_write = lambda: cluster.edit(*HPAS, "ns", "a", again)

    def again(body):
        body["spec"]["minReplicas"] = 100
        body["metadata"]["annotations"] = marks()

    cluster.before_write = raised_again
    (one,) = await released(cluster, floors)
    assert (one.fine, "raised it again" in (one.failure or "")) == (False, True)


async def test_one_that_is_made_anew_meanwhile_is_told_with_what_it_has():
    cluster = a_cluster(a=marks())
    floors = await held(cluster)

    def made_anew():
        cluster.remove(*HPAS, "ns", "a")
        cluster.put(*HPAS, an_hpa("a", minimum=6))

    cluster.before_write = made_anew
    told = await released(cluster, floors)
    assert [(one.minimum, one.fine) for one in told] == [(6, True)]


async def test_one_that_is_gone_by_then_is_fine():
    cluster = a_cluster(a=marks())
    floors = await held(cluster)
    cluster.remove(*HPAS, "ns", "a")
    told = await released(cluster, floors)
    assert [(one.gone, one.fine) for one in told] == [(True, True)]


async def test_a_floor_without_marks_is_known_by_the_status_of_its_autoscaler():
    world = World(INSIDE)
    await world.tick()
    world.cluster.on_change = None
    world.edit(HPAS[1], lambda body: body["metadata"].pop("annotations"))
    (one,) = await released(world.cluster)
    assert (one.minimum, one.fine, world.floor) == (4, True, 4)
    assert await held(world.cluster) == []


async def test_a_value_of_somebody_elses_without_marks_is_no_floor():
    world = World(INSIDE)
    await world.tick()
    world.cluster.on_change = None
    world.edit(
        HPAS[1], lambda body: (body["metadata"].pop("annotations"), body["spec"].update(minReplicas=9))
    )
    assert await held(world.cluster) == []


async def test_damaged_marks_are_told_rather_than_guessed_at():
    damaged = marks()
    del damaged[f"{OWN}baseline"]
    cluster = a_cluster(a=damaged)
    (one,) = await released(cluster)
    assert "annotations are incomplete or damaged" in one.failure
    assert await held(cluster, owner="ns/web") == []


async def test_a_server_that_does_not_answer_ends_at_the_deadline():
    cluster = a_cluster(a=marks(), b=marks())
    floors = await held(cluster)
    cluster.gate = asyncio.Event()
    told = await released(cluster, floors, seconds=0.05)
    assert [one.failure for one in told] == ["the time for it was over"] * 2


async def test_a_list_that_fails_is_a_failure():
    cluster = a_cluster()
    cluster.fail("Forbidden", verb="LIST", path="horizontalpodautoscalers")
    assert isinstance(await held(cluster), Failure)


async def test_the_floor_of_a_scaled_object_is_released_beside_that_of_an_hpa_of_its_name():
    cluster = a_cluster(web=marks())
    cluster.put("keda.sh", "scaledobjects", a_scaled_object(minimum=100, annotations=marks(baseline=0)))
    assert [each.minimum for each in await released(cluster)] == [4, 0]


@pytest.mark.parametrize("kind", ["NotFound", "Forbidden"])
async def test_a_cluster_without_keda_has_no_floors_of_it(kind):
    cluster = a_cluster(web=marks())
    cluster.fail(kind, path="scaledobjects")
    assert names(await held(cluster)) == ["web"]
