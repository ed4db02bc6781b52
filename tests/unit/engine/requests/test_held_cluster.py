"""What is written of a shard: while its Lease counts, and after a last look as it leaves."""

from __future__ import annotations

import asyncio

import pytest

from firstbell.engine.pace.tenure import LeaseTimes, Tenure
from firstbell.engine.ports import Failure, FailureKind, ObjectPath
from firstbell.engine.requests.held_cluster import HeldCluster
from firstbell.engine.requests.last_check import asked_once_more, last_check
from tests.fakes import FakeCluster
from tests.unit.engine.bodies import an_hpa

DURATION = 12.0
HPA = ObjectPath(
    group="autoscaling", version="v2", plural="horizontalpodautoscalers", namespace="ns", name="web"
)
RAISE = [{"op": "add", "path": "/spec/minReplicas", "value": 9}]
EVENT = {"metadata": {"name": "told", "namespace": "ns"}, "involvedObject": {"name": "web"}}


class Here:
    """A gate before a fake API server, by a clock that a test moves."""

    def __init__(self, duration: float = DURATION, shards: int = 1) -> None:
        self.now = 0.0
        self.behind = FakeCluster()
        self.behind.put("autoscaling", "horizontalpodautoscalers", an_hpa())
        self.tenure = Tenure(lambda: self.now, LeaseTimes(duration=duration), shards)
        self.cluster = HeldCluster(self.behind, self.tenure, lambda _: 0)

    async def kind(self) -> FailureKind | None:
        answer = await self.cluster.json_patch(HPA, RAISE)
        return answer.kind if isinstance(answer, Failure) else None


async def test_nothing_is_written_before_a_lease_is_held_nor_from_its_deadline_on():
    here = Here()
    writes = [
        here.cluster.json_patch(HPA, RAISE),
        here.cluster.merge_patch(HPA, {"spec": {"minReplicas": 9}}),
        here.cluster.apply(HPA, {"spec": {"minReplicas": 9}}),
        here.cluster.create("", "v1", "events", "ns", EVENT),
        here.cluster.delete(HPA, "uid", "1"),
    ]
    answers = [await write for write in writes]
    assert [one.kind for one in answers if isinstance(one, Failure)] == [FailureKind.NOT_HELD] * len(writes)
    assert here.behind.requests == []
    here.tenure.taken(0, asked=0.0)
    here.now = DURATION * 2 / 3 - 0.01
    assert await here.kind() is None
    here.now = DURATION * 2 / 3
    assert await here.kind() is FailureKind.NOT_HELD
    assert not isinstance(await here.cluster.get(HPA), Failure)


async def test_a_renewal_counts_from_when_it_was_sent_and_not_from_its_answer():
    here = Here()
    here.now = 7.0
    here.tenure.taken(0, asked=0.0)
    assert await here.kind() is None
    here.now = 8.0
    assert await here.kind() is FailureKind.NOT_HELD


async def test_a_request_without_an_answer_is_given_up_before_the_lease_ends():
    here = Here(duration=0.3)
    here.tenure.taken(0, asked=0.0)
    here.behind.gate = asyncio.Event()
    assert await here.kind() is FailureKind.UNREACHABLE
    assert here.tenure.may_be_written(0), "it may be made all the same"
    here.now = 1.0
    assert not here.tenure.may_be_written(0)


async def test_a_write_under_way_is_known_to_whoever_would_give_the_lease_up():
    here = Here()
    here.tenure.taken(0, asked=0.0)
    here.behind.gate = asyncio.Event()
    writing = asyncio.create_task(here.kind())
    await asyncio.sleep(0)
    assert here.tenure.may_be_written(0)
    here.behind.gate.set()
    assert await writing is None
    assert not here.tenure.may_be_written(0)


async def test_a_write_is_asked_once_more_as_it_leaves():
    here = Here()
    here.tenure.taken(0, asked=0.0)
    leaving = []

    def before() -> None:
        check = last_check()
        assert check is not None
        here.now = 5.0
        leaving.append(check())
        here.now = 60.0  # frozen between the gate and the socket
        leaving.append(check())

    here.behind.before_write = before
    with asked_once_more(lambda: True):
        await here.kind()
    assert leaving == [True, False]
    assert last_check() is None


async def test_every_check_around_a_write_is_asked():
    with asked_once_more(lambda: False), asked_once_more(lambda: True):
        check = last_check()
    assert check is not None
    assert not check()


@pytest.mark.parametrize(("held", "passes"), [(0, False), (1, True)])
async def test_of_several_shards_only_what_is_of_one_that_is_held_is_written(held: int, passes):
    here = Here(shards=2)
    here.cluster = HeldCluster(here.behind, here.tenure, lambda _: 1)
    here.tenure.taken(held, asked=0.0)
    assert (await here.kind() is None) == passes
    anything = HeldCluster(here.behind, here.tenure, lambda _: None)
    assert not isinstance(await anything.create("", "v1", "events", "ns", EVENT), Failure)


async def test_without_leases_everything_is_written():
    here = Here()
    cluster = HeldCluster(here.behind, Tenure(lambda: 0.0), lambda _: 0)
    assert not isinstance(await cluster.json_patch(HPA, RAISE), Failure)
