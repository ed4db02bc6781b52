"""A floor is written to a foreign HPA, and the hand-back follows each write."""

from __future__ import annotations

from firstbell.engine.floor.patches import raise_patch, release_patch
from firstbell.engine.floor.reading import seen_hpa
from firstbell.engine.floor.writing import write_floor
from firstbell.engine.ports import Failure, FailureKind
from tests.fakes import FakeCluster, FakeTelemetry
from tests.managed_fields import an_entry, owners
from tests.unit.engine.bodies import an_hpa


class Held:
    """An HPA in a fake cluster, and what it takes to write its floor."""

    def __init__(self, *entries) -> None:
        self.cluster, self.telemetry = FakeCluster(), FakeTelemetry()
        fields = {"managedFields": list(entries)} if entries else {}
        self.body = self.cluster.put("autoscaling", "horizontalpodautoscalers", an_hpa(**fields))

    async def raised(self):
        seen = seen_hpa(self.body)
        patch = raise_patch(seen, 100, 4, "ns/web", "firstbell")
        written = await write_floor(self.cluster, self.telemetry, seen, patch)
        return written if isinstance(written, Failure) else written.latest


async def test_each_floor_write_is_followed_by_the_hand_back():
    held = Held()
    got = await held.raised()
    assert (got["spec"]["minReplicas"], owners(got, "minReplicas")) == (100, [])
    assert held.telemetry.writes == {("floor", "ok"): 1, ("handback", "ok"): 1}


async def test_the_apply_manager_owns_the_minimum_before_and_after():
    held = Held(an_entry("helm", "Apply", "minReplicas", "maxReplicas"))
    assert owners(await held.raised(), "minReplicas") == [("helm", "Apply")]


async def test_a_minimum_in_common_is_nobodys_while_floored_and_everybodys_afterwards():
    both = [("argocd", "Apply"), ("helm", "Apply")]
    held = Held(
        an_entry("helm", "Apply", "minReplicas", "maxReplicas"), an_entry("argocd", "Apply", "minReplicas")
    )
    raised = await held.raised()
    assert (raised["spec"]["minReplicas"], owners(raised, "minReplicas")) == (100, [])

    seen = seen_hpa(raised)
    written = await write_floor(held.cluster, held.telemetry, seen, release_patch(seen, 4))

    released = written.latest
    assert (released["spec"]["minReplicas"], owners(released, "minReplicas")) == (4, both)
    assert "annotations" not in released["metadata"] or not released["metadata"]["annotations"]


async def test_a_write_between_floor_and_hand_back_is_read_and_the_hand_back_made_again():
    held = Held()
    calls = []

    def status_write():
        calls.append(1)
        if len(calls) == 1:  # the floor itself; the next write is the hand-back
            held.cluster.before_write = status_write
            return
        held.cluster.edit(
            "autoscaling", "horizontalpodautoscalers", "ns", "web", lambda body: body.update(status={"x": 1})
        )

    held.cluster.before_write = status_write
    got = await held.raised()
    assert (got["spec"]["minReplicas"], owners(got, "minReplicas")) == (100, [])
    assert held.telemetry.writes == {("floor", "ok"): 1, ("handback", "Overtaken"): 1, ("handback", "ok"): 1}


async def test_a_failed_write_is_not_followed_by_anything():
    held = Held()
    held.cluster.fail("Throttled", verb="PATCH")
    got = await held.raised()
    assert isinstance(got, Failure)
    assert FailureKind.THROTTLED is got.kind
    assert len(held.cluster.requests) == 1


async def test_a_hand_back_that_fails_leaves_the_floor_in_force_and_is_counted():
    held = Held()

    def break_down():
        held.cluster.fail("Throttled", verb="PATCH")

    held.cluster.before_write = break_down
    got = await held.raised()
    assert got["spec"]["minReplicas"] == 100
    assert held.telemetry.writes["handback", "Throttled"] == 1
    assert seen_hpa(got).kept
