"""Several operators of one installation: one writes, the others stand by and take over.

Whoever held the Lease is killed, frozen, cut off, or ends cleanly. By the audit log nothing was written by
two within one Lease, and what was frozen or cut off writes nothing when it is back.
"""

from __future__ import annotations

import copy
import signal
from typing import TYPE_CHECKING

import pytest

from firstbell.engine.seen.shards import shard_of
from tests.cluster.contenders import Contender, Contenders, follows, overlaps
from tests.cluster.operator_process import Sun
from tests.cluster.stage import NAME, PEAK, Stage, at, autoscaler, calendar, hpa, workload
from tests.cluster.waiting import holds, until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.cluster.cluster_api import Json

SECONDS = 6
AGAIN = "everything was read again"
LOST = " lost "


@pytest.fixture
def contenders(stage: Stage, tmp_path: Path) -> Iterator[Contenders]:
    if stage.control_plane.audit_log is None:
        pytest.skip("who wrote what is read off the audit log, which kind does not keep")
    stage.set(workload(), hpa(), calendar(), autoscaler())
    with Contenders(stage, Sun.rising(at("08:22"), 1), tmp_path, SECONDS) as found:
        yield found


def asks_for(stage: Stage, count: int) -> None:
    """An edit that somebody has to follow."""
    stage.api.patch(
        "SchoolAutoscaler", NAME, {"spec": {"peaks": autoscaler(replicas=count)["spec"]["peaks"]}}
    )


def is_followed(stage: Stage, count: int) -> bool:
    return stage.minimum() == count and stage.replicas() == count


def pair(contenders: Contenders) -> tuple[Contender, Contender]:
    """One that holds the Lease, and one that stands by."""
    contenders.nobody_holds()
    holder = contenders.start()
    holder.process.says(" holds ", seconds=100)
    contenders.stage.floored(PEAK, seconds=60)
    other = contenders.start()
    follows(other)
    other.process.says("stands by")
    return holder, other


def wrote(contenders: Contenders, who: Contender) -> int:
    """How many writes of its were taken, but for those to Leases."""
    return sum(one.who == who.name and not one.is_of_the_lease for one in contenders.writes())


def test_who_stands_by_writes_nothing_and_takes_over_from_one_that_is_frozen_then_cut_off_then_killed(
    stage: Stage, contenders: Contenders
):
    first, second = pair(contenders)
    asks_for(stage, 8)
    until(lambda: is_followed(stage, 8), "the holder follows an edit")
    assert wrote(contenders, second) == 0

    first.send(signal.SIGSTOP)
    asks_for(stage, 9)
    until(lambda: is_followed(stage, 9), "the other one follows an edit", seconds=60)
    before = wrote(contenders, first)
    first.send(signal.SIGCONT)
    first.process.says(LOST, seconds=60)
    asks_for(stage, 10)
    until(lambda: is_followed(stage, 10), "it goes on to")
    until(lambda: AGAIN in first.process.said, "what was frozen knows everything again", seconds=60)
    assert wrote(contenders, first) == before

    second.cut()
    asks_for(stage, 11)
    until(lambda: is_followed(stage, 11), "the first one takes over again", seconds=60)
    second.process.says(LOST)
    before = wrote(contenders, second)
    second.join()
    asks_for(stage, 12)
    until(lambda: is_followed(stage, 12), "and goes on")
    assert wrote(contenders, second) == before

    until(lambda: second.process.said.count("stands by") > 1, "it knows who holds the Lease", seconds=60)
    first.send(signal.SIGKILL)
    asks_for(stage, 13)
    until(lambda: is_followed(stage, 13), "what was cut off takes over", seconds=60)
    assert overlaps(contenders.writes(), SECONDS, clean=set()) == []


def test_a_clean_stop_hands_over_at_once_and_no_floor_falls(stage: Stage, contenders: Contenders):
    first, second = pair(contenders)
    holder = contenders.holder()
    first.send(signal.SIGTERM)
    until(lambda: contenders.holder() not in {"", holder}, "the other one holds it", every=0.05)
    second.process.says(AGAIN)
    assert is_followed(stage, PEAK)
    asks_for(stage, 8)
    until(lambda: is_followed(stage, 8), "the other one follows")
    assert first.process.ends(seconds=20) == 0
    # Long before its Lease would have run out by itself.
    assert overlaps(contenders.writes(), SECONDS, clean={first.name}) == []
    given_up = max(write.at for write in contenders.writes() if write.who == first.name)
    taken = min(
        write.at for write in contenders.writes() if write.who == second.name and write.is_of_the_lease
    )
    assert taken - given_up < SECONDS


def named(body: Json, name: str) -> Json:
    body = copy.deepcopy(body)
    body["metadata"]["name"] = name
    if "scaleTargetRef" in body["spec"]:
        body["spec"]["scaleTargetRef"]["name"] = name
    return body


def test_three_share_two_shards_and_a_workload_has_one_writer(stage: Stage, contenders: Contenders):
    contenders.shards = 2
    contenders.nobody_holds()
    all_names = [f"web-{number}" for number in range(40)]
    halves = [[each for each in all_names if shard_of(stage.namespace, each, 2) == shard] for shard in (0, 1)]
    names = [*halves[0][:3], *halves[1][:3]]
    for name in names:
        stage.set(*(named(body, name) for body in (workload(), hpa(), autoscaler())))
    everybody = [contenders.start() for _ in range(3)]
    for one in everybody:
        follows(one)

    def shared() -> bool:
        held = [contenders.holder(shard) for shard in range(2)]
        return "" not in held and len(set(held)) == 2

    until(shared, "two of them hold one each", seconds=60)

    def stand_at(count: int) -> bool:
        found = [stage.api.get("HorizontalPodAutoscaler", name)["spec"]["minReplicas"] for name in names]
        return set(found) == {count}

    until(lambda: stand_at(PEAK), f"floors of {PEAK}", seconds=60)
    since = len(contenders.writes())
    for name in names:
        stage.api.patch(
            "SchoolAutoscaler", name, {"spec": {"peaks": autoscaler(replicas=9)["spec"]["peaks"]}}
        )
    until(lambda: stand_at(9), "floors of 9", seconds=60)
    floors = [one for one in contenders.writes()[since:] if one.resource == "horizontalpodautoscalers"]
    writers = {name: {one.who for one in floors if one.name == name} for name in names}
    assert all(len(who) == 1 for who in writers.values()), writers
    assert len(set.union(*writers.values())) == 2

    def writes_shard_0() -> Contender | None:
        named = contenders.holder(0)
        return next((one for one in everybody if named and one.identity == named), None)

    holding = until(writes_shard_0, "one of them holds the first shard")
    assert holding is not None
    holding.send(signal.SIGKILL)
    until(
        lambda: contenders.holder(0) not in {"", holding.identity}, "another one takes its shard", seconds=60
    )
    holds(lambda: stand_at(9), "no floor falls", seconds=2)
