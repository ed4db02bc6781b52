"""What goes through while an order to stop is in force: what moves nothing, and no path of a write beside."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

import pytest

from firstbell.engine.pace.fence import Fence
from firstbell.engine.pace.stop import Stop
from firstbell.engine.pace.tenure import LeaseTimes, Tenure
from firstbell.engine.ports import Cluster, Failure, FailureKind, ObjectPath
from firstbell.engine.requests.fenced_cluster import FencedCluster
from firstbell.engine.requests.held_cluster import HeldCluster
from firstbell.engine.requests.stopped_cluster import StoppedCluster
from firstbell.kinds.stop_order import StopOrder
from tests.fakes import FakeCluster, ManualClock, instant
from tests.unit.engine.bodies import INSIDE, a_calendar, an_autoscaler, an_hpa

if TYPE_CHECKING:
    from firstbell.engine.requests.relayed_cluster import RelayedCluster

READS = {"get", "list_all", "list_each", "list_page", "resources"}
REQUESTS = {name for name, _ in inspect.getmembers(Cluster, inspect.isfunction) if not name.startswith("_")}
HPA = ObjectPath(
    group="autoscaling", version="v2", plural="horizontalpodautoscalers", namespace="ns", name="web"
)
OWN = ObjectPath(
    group="firstbell.dev", version="v1alpha1", plural="schoolautoscalers", namespace="ns", name="web"
)
STATUS = ObjectPath(
    group="firstbell.dev",
    version="v1alpha1",
    plural="schoolautoscalers",
    namespace="ns",
    name="web",
    subresource="status",
)
RAISE = [{"op": "add", "path": "/spec/minReplicas", "value": 9}]


@pytest.fixture
def behind() -> FakeCluster:
    cluster = FakeCluster()
    cluster.put("autoscaling", "horizontalpodautoscalers", an_hpa())
    cluster.put("firstbell.dev", "schoolautoscalers", an_autoscaler())
    return cluster


@pytest.fixture
def stop() -> Stop:
    found = Stop(ManualClock(instant(INSIDE)))
    found.read(StopOrder(reason="exam"))
    return found


WRITES = {
    "json_patch": (HPA, RAISE),
    "merge_patch": (HPA, {"spec": {"minReplicas": 9}}),
    "apply": (HPA, {"spec": {"minReplicas": 9}}),
    "create": ("firstbell.dev", "v1alpha1", "schoolcalendars", "ns", a_calendar()),
    "delete": (HPA, "uid", "1"),
}


def shut(gate: type[RelayedCluster], behind: FakeCluster, stop: Stop) -> RelayedCluster:
    if gate is StoppedCluster:
        return StoppedCluster(behind, stop)
    if gate is HeldCluster:
        return HeldCluster(behind, Tenure(lambda: 0.0, LeaseTimes(duration=12.0)), lambda _: 0)
    fence = Fence(lambda: 0.0)
    fence.shut("as after a gap")
    return FencedCluster(behind, fence)


@pytest.mark.parametrize("gate", [StoppedCluster, FencedCluster, HeldCluster])
async def test_every_request_that_may_write_has_the_gate_before_it(
    gate: type[RelayedCluster], behind: FakeCluster, stop: Stop
):
    """A request more in the port is named here until the gates know it, or it is said to read."""
    assert READS < REQUESTS
    assert set(WRITES) == REQUESTS - READS
    cluster = shut(gate, behind, stop)
    answers = {name: await getattr(cluster, name)(*given) for name, given in WRITES.items()}
    unguarded = {name for name, answer in answers.items() if not isinstance(answer, Failure)}
    assert unguarded == set()
    assert len({answer.kind for answer in answers.values()}) == 1
    assert behind.requests == []


async def test_nothing_but_a_status_of_ours_is_sent(behind: FakeCluster, stop: Stop):
    cluster = StoppedCluster(behind, stop)
    answers = [
        await cluster.json_patch(HPA, RAISE),
        await cluster.merge_patch(HPA, {"spec": {"minReplicas": 9}}),
        await cluster.merge_patch(OWN, {"spec": {"mode": "DryRun"}}),
        await cluster.create("firstbell.dev", "v1alpha1", "schoolcalendars", "ns", a_calendar()),
    ]
    assert [one.kind for one in answers if isinstance(one, Failure)] == [FailureKind.STOPPED] * len(answers)
    assert behind.requests == []
    assert not isinstance(await cluster.merge_patch(STATUS, {"status": {"desiredReplicas": 4}}), Failure)
    assert not isinstance(await cluster.get(HPA), Failure)


async def test_a_status_of_somebody_elses_object_is_no_report_of_ours(behind: FakeCluster, stop: Stop):
    theirs = ObjectPath(
        group="autoscaling",
        version="v2",
        plural="horizontalpodautoscalers",
        namespace="ns",
        name="web",
        subresource="status",
    )
    answer = await StoppedCluster(behind, stop).merge_patch(theirs, {"status": {}})
    assert isinstance(answer, Failure)


async def test_without_an_order_everything_is_sent(behind: FakeCluster, stop: Stop):
    stop.read(None)
    assert not isinstance(await StoppedCluster(behind, stop).json_patch(HPA, RAISE), Failure)
