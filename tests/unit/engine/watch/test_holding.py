"""Leases taken, renewed, watched and given up; who may write is in tests/property/test_leases.py."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from firstbell.engine.objects.lease import LEASES, seen_lease
from firstbell.engine.pace.fence import Fence
from firstbell.engine.pace.tenure import LeaseTimes, Tenure
from firstbell.engine.watch.holding import Holding
from tests.fakes import FakeCluster

if TYPE_CHECKING:
    from firstbell.engine.objects.lease import SeenLease
    from firstbell.engine.ports import Json

GROUP, _, PLURAL = LEASES
DURATION = 12.0
NOW = datetime(2026, 3, 4, 8, tzinfo=UTC)


class Here:
    """One process and the Leases of its installation; time is moved by hand."""

    def __init__(self, cluster: FakeCluster | None = None, name: str = "one", shards: int = 1) -> None:
        self.cluster = cluster or FakeCluster()
        self.now = 100.0
        self.tenure = Tenure(lambda: self.now, LeaseTimes(duration=DURATION), shards)
        self.fence = Fence(lambda: self.now)
        self.holding = Holding(
            self.cluster,
            self.tenure,
            self.fence,
            namespace="operators",
            name="firstbell",
            identity=name,
            now=lambda: NOW,
            monotonic=lambda: self.now,
        )

    async def start(self) -> None:
        """It begins, and its first look finds everything."""
        await self.holding.first_try()
        self.holding.has_looked()

    def lease(self, holder: str, *, shard: int = 0, seconds: int = 12, **annotations: str) -> None:
        """Somebody else holds it, or (empty) nobody does."""
        marks = {f"firstbell.dev/{key.replace('_', '-')}": value for key, value in annotations.items()}
        metadata = {"namespace": "operators", "name": f"firstbell-{shard}", "annotations": marks}
        spec = {"holderIdentity": holder, "leaseDurationSeconds": seconds}
        self.cluster.put(GROUP, PLURAL, {"metadata": metadata, "spec": spec})

    def renew(self, *, shard: int = 0) -> None:
        def renewed(body: Json) -> None:
            body["spec"]["renewTime"] = f"{self.now}"

        self.cluster.edit(GROUP, PLURAL, "operators", f"firstbell-{shard}", renewed)

    def seen(self, shard: int = 0) -> SeenLease:
        return seen_lease(self.cluster.objects[GROUP, PLURAL, "operators", f"firstbell-{shard}"])

    async def pass_time(self, seconds: float, *, shard: int = 0) -> None:
        """It does in this time what it would do."""
        end = self.now + seconds
        while self.now < end:
            self.now = min(end, self.now + min(2.0, max(0.1, await self.holding.step(shard))))


async def test_what_nobody_holds_is_taken_at_once_and_renewed_for_good():
    here = Here()
    here.lease("")
    await here.start()
    assert here.tenure.held() == {0: 1}
    assert here.fence.is_open, "nothing was looked at yet that would have to be read again"
    await here.pass_time(100)
    assert here.tenure.held() == {0: 1}
    assert (here.seen().holder, here.seen().transitions, here.seen().shards) == ("one", 1, 1)


async def test_each_renewal_changes_its_lease_also_where_the_walls_clock_stands_still():
    here = Here(shards=2)
    here.lease("")
    here.lease("", shard=1)
    await here.start()
    for _ in range(4):
        before = [here.seen(shard).version for shard in range(2)]
        here.now += 2
        for shard in range(2):
            await here.holding.step(shard)
        assert all(here.seen(shard).version != version for shard, version in enumerate(before))


async def test_a_lease_that_it_makes_counts_only_when_nobody_can_hold_one_that_was_deleted():
    here = Here()
    await here.start()
    assert (here.seen().holder, here.tenure.held()) == ("one", {})
    await here.pass_time(DURATION - 0.5)
    assert here.tenure.held() == {}
    await here.pass_time(3)
    assert here.tenure.held() == {0: 1}


async def test_a_lease_that_is_deleted_under_its_holder_is_made_anew_without_a_gap():
    here = Here()
    here.lease("")
    await here.start()
    here.cluster.remove(GROUP, PLURAL, "operators", "firstbell-0")
    await here.pass_time(DURATION)
    assert here.tenure.held() == {0: 1}


async def test_anothers_lease_is_taken_when_it_has_not_changed_for_so_long_and_all_is_read_again():
    here = Here()
    here.lease("other", seconds=20)
    await here.start()
    await here.pass_time(15)
    here.renew()
    await here.pass_time(19)
    assert here.tenure.held() == {}
    assert here.fence.is_open
    await here.pass_time(6)
    assert here.tenure.held() == {0: 1}
    assert not here.fence.is_open


async def test_no_lease_counts_for_longer_than_a_minute_whatever_stands_in_it():
    here = Here()
    here.lease("other", seconds=10**9)
    await here.start()
    await here.pass_time(65)
    assert here.tenure.held() == {0: 1}


async def test_renewals_that_fail_end_the_writing_before_the_lease_ends():
    here = Here()
    here.lease("")
    await here.start()
    here.cluster.fail("Unreachable", path="leases")
    with capture_logs() as told:
        await here.pass_time(7.9)
        assert here.tenure.held() == {0: 1}
        await here.pass_time(0.6)
    assert here.tenure.held() == {}
    assert ("lost", "it was not renewed") in [(one["event"], one.get("why")) for one in told]
    here.cluster.heal()
    await here.pass_time(3)
    assert here.tenure.held() == {0: 2}, "another term, for which all is read again"
    assert not here.fence.is_open


async def test_what_it_gives_up_is_free_and_who_hears_of_it_takes_it_at_once():
    cluster = FakeCluster()
    first, second = Here(cluster), Here(cluster, "two")
    first.lease("")
    await first.start()
    await second.start()
    assert second.tenure.held() == {}
    await first.holding.give_up()
    assert (first.tenure.held(), first.seen().holder) == ({}, "")
    second.holding._heard(0, first.seen())
    await second.holding.step(0)
    assert second.tenure.held() == {0: 1}


async def test_a_write_that_may_still_be_made_keeps_a_lease_from_being_given_up(monkeypatch):
    monkeypatch.setattr("firstbell.engine.watch.holding.LOOKS_SECONDS", 0.0)
    here = Here()
    here.lease("")
    await here.start()
    with contextlib.suppress(TimeoutError), here.tenure.writing(0):
        raise TimeoutError
    await here.holding.give_up()
    assert (here.tenure.held(), here.seen().holder) == ({}, "one"), "it runs out by itself"


async def test_a_process_that_divides_the_work_otherwise_waits_for_those_that_do_not():
    here = Here()
    here.lease("")
    here.lease("other", shard=1, shards="2")
    here.holding.has_looked()
    with capture_logs() as told:
        for _ in range(5):
            here.renew(shard=1)
            await here.pass_time(4)
    assert here.tenure.held() == {}
    assert any("divides the work into 2 shards, and not into 1" in one.get("says", "") for one in told)
    await here.pass_time(DURATION + 4)
    assert here.tenure.held() == {0: 1}
    assert here.seen(1).holder == ""


async def test_of_two_shards_one_is_left_to_a_process_that_has_none():
    cluster = FakeCluster()
    first, second = Here(cluster, shards=2), Here(cluster, "two", shards=2)
    for shard in range(2):
        first.lease("", shard=shard)
    await first.start()
    await first.pass_time(5, shard=1)
    assert first.tenure.held().keys() == {0, 1}
    second.holding.has_looked()
    for _ in range(6):
        for shard in range(2):
            await second.holding.step(shard)
            second.now += 1
            await first.holding.step(shard)
            first.now += 1
    assert (len(first.tenure.held()), len(second.tenure.held())) == (1, 1)
    assert not first.tenure.held().keys() & second.tenure.held().keys()


@pytest.mark.parametrize("kind", ["Forbidden", "Unauthenticated", "Unreachable"])
async def test_what_stands_in_the_way_is_said_once(kind):
    here = Here()
    here.cluster.fail(kind, path="leases")
    with capture_logs() as told:
        await here.pass_time(30)
    said = [one["says"] for one in told if one["event"] == "lease"]
    assert len(said) == 1
    assert ("grant get, list, watch and patch" in said[0]) == (kind == "Forbidden")
    assert not here.holding.has_read
    here.cluster.heal()
    await here.pass_time(2)
    assert here.holding.has_read


async def test_a_namespace_that_is_not_there_is_said_once_and_makes_nobody_ready():
    here = Here()
    here.cluster.fail("NotFound", verb="POST", path="leases")
    with capture_logs() as told:
        await here.start()
        await here.pass_time(30)
    assert [one["says"] for one in told if one["event"] == "lease"] == [
        "there is no namespace operators: create it, or give another --lease-namespace"
    ]
    assert not here.holding.has_read
    here.cluster.heal()
    await here.pass_time(DURATION + 2)
    assert here.holding.has_read
    assert here.tenure.holds(0)


async def test_it_works_by_itself_until_it_gives_up():
    here = Here()
    here.lease("")
    await here.start()
    here.holding.begin()
    await asyncio.sleep(0)
    await here.holding.give_up()
    assert here.seen().holder == ""
    assert here.holding._work == []


async def test_who_is_not_named_any_more_stops_writing_at_once():
    here = Here()
    here.lease("")
    await here.start()

    def cleared(body: Json) -> None:
        body["spec"]["holderIdentity"] = "other"

    here.cluster.edit(GROUP, PLURAL, "operators", "firstbell-0", cleared)
    here.holding._heard(0, here.seen())
    assert here.holding._news[0].is_set()
    with capture_logs() as told:
        await here.holding.step(0)
    assert here.tenure.held() == {}
    assert ("lost", "other holds it now") in [(one["event"], one.get("why")) for one in told]


@pytest.mark.parametrize("failures", [1, 2, 3])
async def test_an_answer_that_fails_does_not_cost_a_whole_further_lease(failures):
    here = Here()
    here.lease("other")
    await here.start()
    here.cluster.fail("ServerError", verb="patch", path="leases", times=failures)
    await here.pass_time(DURATION + 3)
    assert here.tenure.held() == {0: 1}


async def test_who_does_not_know_everything_yet_leaves_a_lease_that_ran_out_to_who_does():
    here = Here()
    here.lease("other", shards="1")
    await here.holding.first_try()
    await here.pass_time(3 * DURATION)
    assert here.seen().holder == "other"
    here.holding.has_looked()
    await here.pass_time(1)
    assert here.tenure.held() == {0: 1}
    assert not here.fence.is_open


async def test_who_cannot_look_at_everything_gives_up_what_it_took_as_it_began_until_it_can():
    here = Here()
    here.lease("")
    await here.holding.first_try()
    assert here.tenure.held() == {0: 1}
    here.holding.stand_back()
    await here.holding.step(0)
    assert (here.tenure.held(), here.seen().holder) == ({}, "")
    await here.pass_time(3 * DURATION)
    assert here.seen().holder == ""
    warm = Here(here.cluster, "warm")
    await warm.start()
    assert warm.tenure.held() == {0: 1}
    await warm.holding.give_up()
    here.holding.has_looked()
    await here.holding._read(0)
    await here.pass_time(1)
    assert here.tenure.held() == {0: 2}
    assert not here.fence.is_open, "another one may have written since the look began"


async def test_what_is_held_is_kept_through_a_first_look_that_takes_long():
    here = Here()
    here.lease("")
    await here.holding.first_try()
    await here.pass_time(3 * DURATION)
    assert here.tenure.held() == {0: 1}
    here.cluster.remove(GROUP, PLURAL, "operators", "firstbell-0")
    here.holding._heard(0, None)
    await here.pass_time(DURATION)
    assert here.tenure.held() == {0: 1}
    assert here.fence.is_open
