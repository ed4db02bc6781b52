"""The check tells what it finds of an operator, and leaves nothing."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from firstbell.cli.check.own_policy import MARK, Place, calendar_of, policy_of
from firstbell.cli.check.questions import answers, decision, pods
from firstbell.engine.objects.lease import LEASES, held_lease
from firstbell.kinds.autoscaler_conversion import read_autoscaler
from firstbell.kinds.calendar_conversion import read_calendar
from firstbell.kinds.problems import Refused
from tests.fakes import FakeCluster, ManualClock, instant

PLACE = Place(operators="ops", name="bells", shards=2, namespace="school")
NOW = instant("2026-11-09T08:00")
SECONDS = 20.0
OURS = ("firstbell.dev", "schoolautoscalers", "school", "bells-check")
SERVING = {"type": "Ready", "status": "True", "reason": "Serving"}
DECIDED = {"desiredReplicas": 1, "decision": {"reason": "Baseline"}, "conditions": [SERVING]}


class Operators:
    """A cluster with two Leases and a Deployment, in which an operator does what the test says."""

    def __init__(self, *, ready: int = 2, renews=(0, 1), status=DECIDED, behind: int = 0) -> None:
        self.clock, self.cluster = ManualClock(NOW), FakeCluster()
        self._renews, self._status, self._behind = renews, status, behind
        metadata = {"name": "bells", "namespace": "ops"}
        running = {"metadata": metadata, "spec": {"replicas": 2}, "status": {"readyReplicas": ready}}
        self.cluster.put("apps", "deployments", running)
        for shard in range(PLACE.shards):
            self.cluster.put(
                LEASES[0], LEASES[2], {"metadata": {"name": f"bells-{shard}", "namespace": "ops"}, "spec": {}}
            )

    async def found(self) -> list[tuple[bool, str]]:
        """What the check says to each question."""

        async def ask():
            return [(one.fine, one.words) async for one in answers(self.cluster, self.clock, PLACE, SECONDS)]

        asking = asyncio.create_task(ask())
        while not asking.done():
            await self.clock.advance(timedelta(seconds=1))
            self._work()
        return await asking

    def _work(self) -> None:
        for shard in self._renews:
            spec = held_lease(f"pod-{shard}", 12, 2, self.clock.now())["spec"]
            self.cluster.edit(
                *LEASES[::2], "ops", f"bells-{shard}", lambda lease, spec=spec: lease.update(spec=spec)
            )
        if self._status and OURS in self.cluster.objects:
            generation = self.cluster.objects[OURS]["metadata"]["generation"]
            observed = {"observedGeneration": generation - self._behind}
            self.cluster.edit(*OURS, lambda policy: policy.update(status=self._status | observed))

    def left(self) -> list[str]:
        return [plural for group, plural, *_ in self.cluster.objects if group == "firstbell.dev"]


async def test_an_operator_that_is_whole_is_said_to_be_and_nothing_is_left():
    operators = Operators()
    found = await operators.found()
    assert [fine for fine, _ in found] == [True] * 4
    assert "2 of 2 pods of Deployment ops/bells are Ready" in found[0][1]
    assert "shard 1 of 2 is held by pod-1, who renews its Lease" in found[2][1]
    assert "school/bells-check was decided on after" in found[3][1]
    assert "1 replicas (Baseline), nothing written" in found[3][1]
    assert operators.left() == []


@pytest.mark.parametrize(
    ("broken", "which", "said"),
    [
        ({"ready": 0}, 0, "0 of 2 pods"),
        ({"renews": (0,)}, 2, "shard 1 of 2: Lease ops/bells-1 is held by nobody within 20 s"),
        ({"status": None}, 3, "was not decided on within 20 s"),
    ],
    ids=["no pod is Ready", "a Lease that nobody holds", "nobody decides"],
)
async def test_what_is_broken_is_named_and_the_rest_is_asked_nevertheless(broken, which, said):
    operators = Operators(**broken)
    found = await operators.found()
    assert [number for number, (fine, _) in enumerate(found) if not fine] == [which]
    assert said in found[which][1]
    assert operators.left() == []


async def test_a_lease_that_is_held_and_not_renewed_is_that_of_one_who_is_gone():
    operators = Operators(renews=())
    spec = held_lease("gone", 12, 2, NOW)["spec"]
    for shard in range(PLACE.shards):
        operators.cluster.edit(*LEASES[::2], "ops", f"bells-{shard}", lambda lease: lease.update(spec=spec))
    found = await operators.found()
    assert "is held by gone, who has not renewed it within 20 s" in found[1][1]


async def test_a_status_of_another_generation_is_no_decision():
    fine, words = (await Operators(behind=1).found())[3]
    assert (fine, "was not decided on" in words) == (False, True)


async def test_where_the_operators_deployment_is_not_the_operator_says_so():
    missing = {"type": "Ready", "status": "False", "reason": "TargetNotFound"}
    found = await Operators(status={"conditions": [missing]}).found()
    assert found[3][0]
    assert "TargetNotFound, nothing written" in found[3][1]


async def test_what_an_earlier_check_left_is_replaced():
    operators = Operators()
    for plural, body in (
        ("schoolcalendars", calendar_of(PLACE, NOW.date())),
        ("schoolautoscalers", policy_of(PLACE)),
    ):
        operators.cluster.put("firstbell.dev", plural, body)
    assert [fine for fine, _ in await operators.found()] == [True] * 4
    assert operators.left() == []


async def test_a_check_that_is_ended_in_the_middle_leaves_nothing():
    operators = Operators()
    asking = asyncio.create_task(decision(operators.cluster, operators.clock, PLACE, SECONDS))
    await operators.clock.advance(timedelta(seconds=1))
    assert operators.left() == ["schoolcalendars", "schoolautoscalers"]
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert operators.left() == []


async def test_a_policy_that_another_check_deletes_meanwhile_is_told_as_that():
    operators = Operators(status=None)
    work = operators._work
    operators._work = lambda: (work(), operators.cluster.objects.pop(OURS, None))
    fine, words = (await operators.found())[3]
    assert not fine
    assert "was deleted by somebody else" in words


@pytest.mark.parametrize(
    "why", ["exceeded quota: few, requested: count/schoolcalendars.firstbell.dev=1", "being terminated"]
)
async def test_what_a_quota_or_the_end_of_a_namespace_forbids_is_no_missing_right(why):
    operators = Operators()
    operators.cluster.fail("Forbidden", verb="POST", path="schoolcalendars", message=f"forbidden: {why}")
    fine, words = (await operators.found())[3]
    assert (fine, "ClusterRole" in words, why in words) == (False, False, True)


async def test_what_is_not_the_checks_own_is_left_alone():
    operators = Operators()
    theirs = calendar_of(PLACE, NOW.date())
    theirs["metadata"]["labels"] = {}
    operators.cluster.put("firstbell.dev", "schoolcalendars", theirs)
    fine, words = (await operators.found())[3]
    assert not fine
    assert "schoolcalendars school/bells-check is there and not the check's own" in words
    assert operators.left() == ["schoolcalendars"]


async def test_a_missing_right_is_named_with_the_role_that_has_it():
    operators = Operators()
    operators.cluster.fail("Forbidden", verb="POST", path="schoolcalendars", message="forbidden")
    fine, words = (await operators.found())[3]
    assert not fine
    assert "firstbell-calendars-edit" in words


async def test_what_cannot_be_deleted_is_told():
    operators = Operators()
    operators.cluster.fail("Forbidden", verb="DELETE", message="forbidden")
    fine, words = (await operators.found())[3]
    assert not fine
    assert "Not deleted afterwards" in words


async def test_an_api_server_that_does_not_answer_is_told_once():
    operators = Operators()
    operators.cluster.fail("Unreachable", message="nobody there")
    assert await operators.found() == [(False, "nobody there")]


async def test_an_api_server_that_is_silent_is_waited_for_as_long_as_was_said():
    operators = Operators()
    operators.cluster.gate = asyncio.Event()
    answer = await pods(operators.cluster, PLACE, 0.05)
    assert (answer.fine, answer.words) == (False, "the API server gave no answer in 0.05 s")
    assert answer.last


def test_its_calendar_and_policy_say_what_they_mean_and_move_nothing():
    policy = policy_of(PLACE)
    assert not isinstance(read_calendar("school", "x", calendar_of(PLACE, NOW.date())["spec"]), Refused)
    assert not isinstance(read_autoscaler(policy["spec"]), Refused)
    assert policy["spec"]["mode"] == "DryRun"
    assert policy["metadata"]["labels"] == {MARK: "true"}


async def without_the_deployment(*namespaces: str) -> list[tuple[bool, str]]:
    operators = Operators(renews=())
    operators.cluster.remove("apps", "deployments", "ops", "bells")
    for name in namespaces:
        operators.cluster.put("", "namespaces", {"metadata": {"name": name, "namespace": ""}})
    before = operators.clock.now()
    found = await operators.found()
    assert operators.clock.now() - before < timedelta(seconds=SECONDS / 2)
    return found


async def test_where_the_operator_is_not_nobody_is_waited_for():
    told = "there is no Deployment 'bells' in namespace ops. Where it runs: --operator-namespace, and --name"
    ((fine, words),) = await without_the_deployment("ops")
    assert (fine, words.startswith(told)) == (False, True), words


async def test_a_namespace_of_the_operator_that_is_not_there_is_named():
    ((fine, words),) = await without_the_deployment()
    told = "there is no namespace 'ops'. Where it runs: --operator-namespace, and --name where"
    assert (fine, words.startswith(told)) == (False, True), words


async def test_a_namespace_for_the_policy_that_is_not_there_is_named():
    operators = Operators()
    message = 'namespaces "school" not found (404)'
    operators.cluster.fail("NotFound", verb="POST", path="schoolcalendars", message=message)
    fine, words = (await operators.found())[3]
    told = "there is no namespace 'school'. Give one that the operator watches: -n"
    assert (fine, words) == (False, told)
