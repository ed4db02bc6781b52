"""Writes that admission control refuses: asked for once, then after 2 s, doubled up to 2 min."""

from __future__ import annotations

from itertools import pairwise

import pytest

from tests.fakes import settled
from tests.json_patch import PatchError
from tests.unit.engine.bodies import FALL, INSIDE, an_autoscaler
from tests.unit.engine.running import Running
from tests.unit.engine.world import DEPLOYMENTS, HPAS

POLICY = "denied by a policy"
REFUSALS = ["Invalid", "Forbidden"]
DIRECT = {"hpa": None, "autoscaler": an_autoscaler(minReplicas=4, maxReplicas=400)}


def asked_at(run, path):
    """The seconds after the begin at which patches of a path were asked for, from now on."""
    times, begun, ask = [], run.world.clock.now(), run.world.cluster._asked

    async def noting(verb, where):
        if verb == "PATCH" and path in where:
            times.append((run.world.clock.now() - begun).total_seconds())
        return await ask(verb, where)

    run.world.cluster._asked = noting
    return times


def is_doubled(times):
    """Whether the waits double from two seconds to two minutes, give or take a fifth."""
    waits = [later - earlier for earlier, later in pairwise(times)]
    wanted = [min(120, 2**power) for power in range(1, len(waits) + 1)]
    return all(
        0.8 * want <= wait <= min(120, 1.2 * want) + 0.1 for wait, want in zip(waits, wanted, strict=True)
    )


@pytest.mark.parametrize("kind", REFUSALS)
@pytest.mark.parametrize(("path", "objects"), [(HPAS, {}), ("/scale", DIRECT)], ids=["floor", "count"])
async def test_a_refused_write_is_asked_for_once_and_then_less_and_less_often(kind, path, objects):
    run = Running(INSIDE, **objects)
    run.world.cluster.fail(kind, verb="PATCH", path=path, message=POLICY)
    times = asked_at(run, path)
    async with run:
        assert times == [0]
        await run.until("2024-09-09T08:35")
        assert 7 <= len(times) <= 12
        assert is_doubled(times)


@pytest.mark.parametrize("kind", REFUSALS)
async def test_whatever_else_happens_a_refused_write_waits(kind):
    run = Running(INSIDE)
    run.world.cluster.fail(kind, verb="PATCH", path=HPAS, message=POLICY)
    times = asked_at(run, HPAS)
    async with run:
        for ready in range(300):
            run.world.edit(
                DEPLOYMENTS, lambda body, ready=ready: body["status"].update(readyReplicas=ready % 4)
            )
            await run.pass_time(seconds=1)
        assert is_doubled(times)
        assert len(times) <= 8


@pytest.mark.parametrize("kind", REFUSALS)
async def test_the_words_of_a_refusal_stay_while_it_is_not_asked_for_again(kind):
    run = Running(INSIDE)
    run.world.cluster.fail(kind, verb="PATCH", path=HPAS, message=POLICY)
    async with run:
        told = set()
        for _ in range(30):
            run.world.respec("schoolautoscalers", maxReplicas=300 + len(told))
            await run.pass_time(seconds=1)
            condition = run.world.told_condition("AbleToScale")
            told.add((condition["reason"], condition["message"]))
        assert told == {("FailedUpdate" if kind == "Invalid" else "Forbidden", POLICY)}
        assert run.events.reasons.count("FailedUpdate") + run.events.reasons.count("Forbidden") == 1


async def test_another_value_over_a_refused_floor_is_asked_for_at_once():
    run = Running(INSIDE)
    run.world.cluster.fail("Invalid", verb="PATCH", path=HPAS, message=POLICY)
    async with run:
        await run.until("2024-09-09T08:29")
        run.world.cluster.heal()
        await settled()
        assert run.floor == 4
        run.world.respec(HPAS, minReplicas=3)
        await settled()
        assert (run.floor, run.world.marks["baseline"]) == (100, "3")


async def test_a_refused_floor_is_raised_within_two_minutes_of_the_end_of_the_policy():
    run = Running(INSIDE)
    run.world.cluster.fail("Invalid", verb="PATCH", path=HPAS, message=POLICY)
    async with run:
        await run.until("2024-09-09T08:45:01")
        run.world.cluster.heal()
        await run.until("2024-09-09T08:47:02")
        assert (run.floor, run.replicas) == (100, 100)
        assert run.world.condition("AbleToScale") == ("True", "ReadyForNewScale")


async def test_what_comes_while_another_value_is_refused_is_asked_for_at_its_time():
    """A policy allows no more than 50: 100 is refused, and 40 is in time all the same."""
    autoscaler = an_autoscaler()
    first = autoscaler["spec"]["peaks"][0]
    autoscaler["spec"]["peaks"].append(first | {"name": "second", "replicas": 40, "holdMinutes": 60})
    run = Running(INSIDE, autoscaler=autoscaler)

    def no_more_than_50(path, body):
        if path.plural == HPAS and body["spec"]["minReplicas"] > 50:
            raise PatchError(POLICY)

    run.world.cluster.admission = no_more_than_50
    async with run:
        await run.until("2024-09-09T08:59:58")
        assert run.floor == 4
        await run.until(FALL)
        assert run.floor == 40
