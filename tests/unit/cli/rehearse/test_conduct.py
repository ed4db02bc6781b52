"""A rehearsal is watched, told, and taken back, however it ends."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from firstbell.cli.rehearse.conduct import Conductor
from firstbell.cli.rehearse.words import outcome_lines
from tests.fakes import FakeCluster, instant
from tests.unit.cli.rehearse.test_rehearsal import EVENING, asked
from tests.unit.engine.bodies import NS, a_deployment, an_autoscaler
from tests.unit.engine.world import World

if TYPE_CHECKING:
    from collections.abc import Callable

OVERRIDES = ("firstbell.dev", "scalingoverrides")
STOPPED = "firstbell is stopped and writes nothing: moving house. What is raised stays."


class Evening:
    """A cluster with an operator that follows the order at once, and pods that are Ready `pods` s later.

    Its clock leaps: each wait is over at once, and what happens by then happens.
    """

    def __init__(self, *, pods: float = 20, operator: bool = True, returns: float = 5) -> None:
        self.cluster = FakeCluster()
        self.cluster.put("firstbell.dev", "schoolautoscalers", an_autoscaler())
        self.cluster.put("apps", "deployments", a_deployment())
        self._pods, self._operator, self._returns = pods, operator, returns
        self.passed, self.raised_at, self.ended_at = 0.0, -1.0, -1.0
        self.meanwhile: Callable[[], object] = lambda: None
        self.lines: list[str] = []
        self.stopped_at = float("inf")
        self.stop = asyncio.Event()

    def now(self) -> datetime:
        return instant(EVENING) + timedelta(seconds=self.passed)

    def monotonic(self) -> float:
        return self.passed

    async def sleep(self, seconds: float) -> None:
        self.passed += seconds
        self._follow()
        self.meanwhile()
        await asyncio.sleep(0)

    @property
    def orders(self) -> list[dict]:
        return [body for (_, plural, _, _), body in self.cluster.objects.items() if plural == OVERRIDES[1]]

    def _follow(self) -> None:
        """What operator and pods have come to."""
        in_force = [
            one
            for one in self.orders
            if datetime.fromisoformat(one["spec"]["endTime"]).astimezone(UTC) > self.now()
        ]
        if in_force and self._operator and self.raised_at < 0:
            self.raised_at = self.passed
        if not in_force and self.raised_at >= 0 and self.ended_at < 0:
            self.ended_at = self.passed
        raised = self.raised_at >= 0
        over = self.ended_at >= 0 and self.passed >= self.ended_at + self._returns
        wanted = 100 if raised and not over else 4
        ready = 100 if raised and self.passed >= self.raised_at + self._pods else 4
        self._set("deployments", "apps", lambda body: self._counted(body, wanted, min(ready, wanted)))
        late = {"type": "ReadyForBell", "status": "False", "reason": "AtRisk", "message": "Unschedulable: 96"}
        status = {"desiredReplicas": wanted, "decision": {"reason": "ScalingOverride"}}
        status["conditions"] = [late] if ready < wanted else []
        if self.passed >= self.stopped_at:
            told = {"type": "Ready", "status": "False", "reason": "Stopped", "message": STOPPED}
            status = {"decision": {"reason": "Stopped"}, "conditions": [told]}
        self._set("schoolautoscalers", "firstbell.dev", lambda body: body.update(status=status))

    @staticmethod
    def _counted(body, wanted: int, ready: int) -> None:
        body["spec"]["replicas"] = wanted
        body["status"] = {
            "observedGeneration": body["metadata"]["generation"] + 9,
            "replicas": wanted,
            "updatedReplicas": wanted,
            "readyReplicas": ready,
        }

    def _set(self, plural: str, group: str, change) -> None:
        self.cluster.edit(group, plural, NS, "web", change)

    async def conduct(self):
        of = asked(World(EVENING))
        came = await Conductor(self.cluster, self, of, self.stop, self.lines.append).conduct()
        return came, outcome_lines(of, came)


async def test_all_ready_is_told_with_the_time_and_the_order_is_taken_back_at_once():
    evening = Evening(pods=47)
    came, lines = await evening.conduct()
    assert (came.ready_after, evening.orders) == (48, [])
    assert evening.lines[:3] == [
        "ScalingOverride rehearsal-web-20240909-190000 asks for 100 replicas",
        "   0 s: 4 of 100 replicas Ready",
        "  10 s: 4 of 100 replicas Ready",
    ]
    assert evening.lines[-2:] == ["  48 s: 100 of 100 replicas Ready", "the order is ended"]
    assert lines[0] == "all 100 replicas were Ready 48 s after they were asked for"
    assert lines[1].startswith("no more than 4 are asked for again, 5")


async def test_not_ready_in_time_is_told_with_what_stops_it_and_taken_back():
    evening = Evening(pods=10_000)
    came, lines = await evening.conduct()
    assert (came.ready_after, evening.orders) == (None, [])
    assert lines[:2] == [
        "not Ready in time: at most 4 of 100 replicas were",
        "  ReadyForBell: Unschedulable: 96",
    ]
    assert evening.passed < 1000


async def test_an_interruption_takes_the_order_back_at_once():
    evening = Evening(pods=300)
    evening.meanwhile = lambda: evening.stop.set() if evening.passed >= 30 else None
    came, lines = await evening.conduct()
    assert came.interrupted
    assert (evening.orders, evening.passed) == ([], 30)
    assert lines == [
        "interrupted: at most 4 of 100 replicas were Ready until then",
        "the order is ended, and the workload comes back by itself",
    ]


async def test_an_order_to_stop_that_comes_meanwhile_ends_it_and_is_told_with_what_stays():
    evening = Evening(pods=300)
    evening.stopped_at = 30
    came, lines = await evening.conduct()
    assert (came.ready_after, came.returned_after, evening.orders) == (None, None, [])
    assert evening.passed == 30
    assert lines == [
        "given up: at most 4 of 100 replicas were Ready until then",
        f"{STOPPED} The order is ended; back to 4: after firstbell resume",
    ]


async def test_an_order_to_stop_that_comes_on_the_way_back_is_told_and_not_waited_for():
    evening = Evening(pods=20, returns=300)
    evening.stopped_at = 40
    came, lines = await evening.conduct()
    assert (came.ready_after, came.returned_after, evening.passed) == (21, None, 40)
    assert lines[0] == "all 100 replicas were Ready 21 s after they were asked for"
    assert "What is raised stays. The order is ended" in lines[1]


async def test_what_goes_wrong_meanwhile_takes_the_order_back_too():
    """Nobody reads what it says any more: `firstbell rehearse ... | head -1`."""
    evening = Evening()

    def nobody_reads(line: str) -> None:
        if "Ready" in line:
            raise BrokenPipeError

    conductor = Conductor(evening.cluster, evening, asked(World(EVENING)), evening.stop, nobody_reads)
    with pytest.raises(BrokenPipeError):
        await conductor.conduct()
    assert evening.orders == []


async def test_without_an_operator_it_ends_early_and_says_so():
    evening = Evening(operator=False)
    came, lines = await evening.conduct()
    assert (came.taken_up, evening.orders) == (False, [])
    assert evening.passed < 70
    assert lines[0] == "no operator has taken the order up: does it run, and does it watch this namespace?"


async def test_without_the_right_to_give_orders_it_says_which_one_is_missing():
    evening = Evening()
    evening.cluster.fail("Forbidden", verb="POST", path="scalingoverrides")
    came, lines = await evening.conduct()
    assert came.ready_after is None
    assert lines[-1].endswith(
        "The right is create and delete on scalingoverrides.firstbell.dev in namespace ns. "
        "The chart's ClusterRole firstbell-overrides-edit has it."
    )


async def test_an_order_whose_answer_was_lost_is_taken_back():
    evening = Evening()
    create = evening.cluster.create

    async def lost(*arguments):
        from firstbell.engine.ports import Failure, FailureKind  # noqa: PLC0415

        await create(*arguments)
        return Failure(kind=FailureKind.UNREACHABLE, message="no answer")

    evening.cluster.create = lost
    came, lines = await evening.conduct()
    assert (evening.orders, came.failure) == ([], "the order could not be given: no answer.")
    assert lines == ["the order could not be given: no answer."]


async def test_who_may_not_delete_orders_sets_their_end():
    evening = Evening()
    evening.cluster.fail("Forbidden", verb="DELETE", path="scalingoverrides")
    came, _ = await evening.conduct()
    assert came.failure == ""
    (order,) = evening.orders
    assert order["spec"]["endTime"] < "2024-09-09T19:01:00Z"


async def test_an_order_that_cannot_be_ended_is_told_with_its_end():
    evening = Evening()
    evening.cluster.fail("Forbidden", verb="DELETE", path="scalingoverrides", times=99)
    evening.cluster.fail("Forbidden", verb="PATCH", path="scalingoverrides", times=99)
    came, lines = await evening.conduct()
    assert came.ready_after is not None
    assert lines[-1].startswith("the order could not be ended, and ends by itself at 2024-09-09T19:15:00Z: ")
