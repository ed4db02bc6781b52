"""Who holds no Lease knows everything and writes nothing; who takes it goes on where the other was."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from firstbell.core.instants import minute_of
from firstbell.engine.pace.tenure import LeaseTimes, Tenure
from firstbell.engine.seen.shards import shard_of
from tests.fakes import instant, settled
from tests.unit.engine.bodies import (
    AFTER,
    BEFORE,
    INSIDE,
    KEY,
    a_deployment,
    a_profile,
    an_autoscaler,
    an_hpa,
    an_override,
    profiled,
)
from tests.unit.engine.running import Running
from tests.unit.engine.world import DEPLOYMENTS, HPAS, World

PEAK = 100
DURATION = 12.0
DIRECTLY = {"hpa": None, "autoscaler": an_autoscaler(minReplicas=4, maxReplicas=120)}


class Lease(Tenure):
    """A tenure by a clock that a test moves: it renews by itself for as long as it is `held_by_us`."""

    def __init__(self, shards: int = 1) -> None:
        self.steady = 0.0
        super().__init__(lambda: self.steady, LeaseTimes(duration=DURATION), shards)


def take(run: Running, lease: Lease, shard: int = 0) -> None:
    """As `Holding` does it."""
    run.engine.fence.shut("taken")
    lease.taken(shard, lease.steady)
    run.engine.look_at_shards()


async def lose(run: Running, lease: Lease) -> None:
    """It could not be renewed for a while."""
    lease.steady += DURATION
    run.engine.look_at_shards()
    await settled()


@pytest.mark.parametrize("objects", [{}, DIRECTLY], ids=["by a floor", "by /scale"])
async def test_who_stands_by_writes_nothing_at_a_bell_and_goes_on_as_soon_as_it_holds_the_lease(objects):
    lease = Lease()
    async with Running(BEFORE, lease=lease, **objects) as run:
        await run.until(INSIDE)
        assert (run.writes, run.replicas) == (0, 4)
        assert run.events.posted == []
        assert run.world.get("schoolautoscalers").get("status", {}) == {}
        assert run.world.get("schoolcalendars", "school").get("status", {}) == {}
        assert run.telemetry.shards == {0: False}
        take(run, lease)
        await settled()
        await run.pass_time(seconds=2)
        assert run.replicas == PEAK
        assert run.telemetry.shards == {0: True}
        assert run.world.get("schoolautoscalers")["status"]["desiredReplicas"] == PEAK


async def test_a_lease_that_was_not_renewed_in_time_ends_all_writing_without_anybody_looking():
    lease = Lease()
    lease.taken(0, 0.0)
    async with Running(BEFORE, lease=lease) as run:
        lease.steady = DURATION * 2 / 3
        before = run.writes
        await run.until(INSIDE)
        assert (run.writes, run.floor) == (before, 4)
        assert run.telemetry.shards == {0: False}


async def test_who_takes_over_lowers_no_floor_that_another_one_holds():
    lease = Lease()
    async with Running(INSIDE) as run:
        assert run.floor == PEAK
    run.world.clock.set(run.world.clock.now() + timedelta(minutes=2))
    second = Running(world=run.world, lease=lease)
    async with second:
        take(second, lease)
        await settled()
        await second.pass_time(minutes=1)
        assert second.floor == PEAK
        await second.until(AFTER)
        assert second.floor == 4


async def test_what_was_written_meanwhile_is_known_when_the_lease_is_taken_anew():
    lease = Lease()
    lease.taken(0, 0.0)
    async with Running(INSIDE, lease=lease) as run:
        assert run.floor == PEAK
        await lose(run, lease)
        assert KEY not in run.telemetry.standing
        run.world.respec("schoolautoscalers", peaks=an_autoscaler(replicas=110)["spec"]["peaks"])
        await run.pass_time(minutes=1)
        assert run.floor == PEAK
        # The other one has followed the edit, and somebody has set the count by hand since.
        notes = {"floor": "110", "baseline": "4", "autoscaler": KEY, "instance": "firstbell"}

        def raised(body) -> None:
            body["spec"]["minReplicas"] = 110
            body["metadata"]["annotations"] = {f"firstbell.dev/{key}": value for key, value in notes.items()}

        run.world.edit(HPAS, raised)
        run.world.respec(DEPLOYMENTS, replicas=110)
        take(run, lease)
        await settled()
        await run.pass_time(seconds=5)
        assert (run.floor, run.replicas) == (110, 110)
        status = run.world.get("schoolautoscalers")["status"]
        told = {one["type"]: (one["status"], one["reason"]) for one in status["conditions"]}
        assert told["FloorContested"][0] == "False"


async def test_a_deletion_that_nobody_saw_to_is_made_up_for_by_who_takes_over():
    lease = Lease()
    async with Running(INSIDE) as run:
        assert run.floor == PEAK
    second = Running(world=run.world, lease=lease)
    async with second:
        second.world.remove("schoolautoscalers")
        await second.pass_time(minutes=1)
        assert second.floor == PEAK
        take(second, lease)
        await settled()
        await second.pass_time(seconds=5)
        assert second.floor == 4


def on_shard(shard: int, but: str = "") -> str:
    """A workload of a shard of two."""
    names = (f"web-{number}" for number in range(100))
    return next(name for name in names if shard_of("ns", name, 2) == shard and name != but)


async def test_of_two_shards_a_process_writes_what_is_of_its_own():
    lease = Lease(shards=2)
    lease.taken(1, 0.0)
    async with Running(INSIDE, lease=lease, hpa=None, deployment=None, autoscaler=None) as run:
        for shard in range(2):
            name = on_shard(shard)
            run.world.put(HPAS, an_hpa(name=name, target=name))
            run.world.put(DEPLOYMENTS, a_deployment(name=name))
            run.world.put("schoolautoscalers", an_autoscaler(name=name, target=name))
        await run.pass_time(seconds=5)
        assert [run.minimum(on_shard(shard)) for shard in range(2)] == [4, PEAK]
        take(run, lease, 0)
        await settled()
        await run.pass_time(seconds=5)
        assert [run.minimum(on_shard(shard)) for shard in range(2)] == [PEAK, PEAK]


def put(run: Running, name: str) -> None:
    run.world.put(HPAS, an_hpa(name=name, target=name))
    run.world.put(DEPLOYMENTS, a_deployment(name=name))
    run.world.put("schoolautoscalers", an_autoscaler(name=name, target=name))


async def test_who_stands_by_has_made_the_plan_of_an_edited_profile():
    world = World(BEFORE, instance="firstbell", autoscaler=profiled())
    world.put("clusterscalingprofiles", a_profile())
    async with Running(world=world, lease=Lease()) as run:
        before = run.engine._memories[KEY].plans.plan
        half = {"name": "half", "anchor": "FirstPeriodStart", "loadPercent": 50}
        run.world.respec("clusterscalingprofiles", "standard", peaks=[half])
        await settled()
        plan = run.engine._memories[KEY].plans.plan
        assert before is not None
        assert plan is not None
        assert plan.write_at(minute_of(instant(INSIDE))) == PEAK / 2


async def test_of_two_shards_the_figures_of_the_next_bell_add_up():
    shares = []
    for shard in range(2):
        lease = Lease(shards=2)
        lease.taken(shard, 0.0)
        async with Running(
            "2024-09-09T07:00", lease=lease, hpa=None, deployment=None, autoscaler=None
        ) as run:
            for name in ("web-1", "web-2", "web-3", "web-4"):
                put(run, name)
            await run.pass_time(seconds=5)
            shares.append(await run.engine._next_bell.look())
    told = [share for share in shares if share is not None]
    assert sum(share.workloads for share in told) == 4
    assert sum(share.asked.pods for share in told) == 4 * PEAK
    assert sum(share.more for share in told) == 4 * (PEAK - 4)


async def follow_the_first_of(run: Running, here: str, there: str) -> None:
    """Two workloads, and a policy for the first."""
    for name in (here, there):
        run.world.put(HPAS, an_hpa(name=name, target=name))
        run.world.put(DEPLOYMENTS, a_deployment(name=name))
    run.world.put("schoolautoscalers", an_autoscaler(name="policy", target=here))
    await run.pass_time(seconds=5)


async def move_to(run: Running, target: str) -> None:
    """The policy is for that workload from now on."""

    def moved(body) -> None:
        body["spec"]["scaleTargetRef"]["name"] = target

    run.world.cluster.edit("firstbell.dev", "schoolautoscalers", "ns", "policy", moved)
    await run.pass_time(seconds=5)


async def test_an_order_to_write_nothing_keeps_a_floor_that_was_left_for_another_shard_until_its_end():
    lease = Lease(shards=2)
    lease.taken(0, 0.0)
    here, there = on_shard(0), on_shard(1)
    async with Running(INSIDE, lease=lease, hpa=None, deployment=None, autoscaler=None) as run:
        await follow_the_first_of(run, here, there)
        order = an_override(hold=True, autoscalerRefs=[{"name": "policy"}], until="09:00")
        run.world.put("scalingoverrides", order)
        await run.pass_time(seconds=5)
        await move_to(run, there)
        assert run.minimum(here) == PEAK
        lease.taken(0, lease.steady)
        await run.until("2024-09-09T09:00:05")
        assert run.minimum(here) == 4


async def test_a_floor_that_a_policy_leaves_for_another_shard_is_given_back_by_the_process_that_wrote_it():
    lease = Lease(shards=2)
    lease.taken(0, 0.0)
    here, there = on_shard(0), on_shard(1)
    async with Running(INSIDE, lease=lease, hpa=None, deployment=None, autoscaler=None) as run:
        await follow_the_first_of(run, here, there)
        assert run.minimum(here) == PEAK
        await move_to(run, there)
        assert (run.minimum(here), run.minimum(there)) == (4, 4)


async def test_a_policy_that_leaves_for_another_shard_is_told_of_by_its_process_alone():
    lease = Lease(shards=2)
    lease.taken(0, 0.0)
    here, there = on_shard(0), on_shard(1)
    async with Running(INSIDE, lease=lease, hpa=None, deployment=None, autoscaler=None) as run:
        await follow_the_first_of(run, here, there)
        assert "ns/policy" in run.telemetry.standings
        await move_to(run, there)
        assert run.telemetry.standings == run.telemetry.coming == {}
        assert ("SchoolAutoscaler", "ns/policy") not in run.telemetry.conditions


async def test_rises_of_an_earlier_term_are_not_taken_off_those_of_a_new_one():
    lease = Lease()
    async with Running(BEFORE, lease=lease) as run:
        take(run, lease)
        await settled()
        await run.pass_time(seconds=2)
        before = run.engine._written_rises.pace
        run.engine._memories[KEY].written.rises = 120  # two months of bells
        run.world.cluster.gate = asyncio.Event()
        await run.until(INSIDE)
        await settled()
        assert run.engine._ticking == {KEY}
        await lose(run, lease)
        run.open()
        await settled()
        assert run.engine._written_rises.pace == before


async def test_who_stands_by_tells_dashboards_of_no_object_and_who_has_lost_the_lease_of_none_any_more():
    lease = Lease()
    async with Running(BEFORE, lease=lease) as run:
        await run.pass_time(seconds=5)
        assert run.telemetry.conditions == run.telemetry.standings == run.telemetry.calendars == {}
        take(run, lease)
        await settled()
        await run.pass_time(seconds=5)
        assert {kind for kind, _ in run.telemetry.conditions} == {"SchoolAutoscaler", "SchoolCalendar"}
        await lose(run, lease)
        await run.pass_time(minutes=1)
        assert run.telemetry.conditions == run.telemetry.standings == run.telemetry.calendars == {}
