"""Polling: each distinct query once in its interval, spread and bounded; failures are values."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from itertools import pairwise

import pytest

from firstbell.core.absence import Unavailable
from firstbell.engine.live import polling
from tests.fakes import settled
from tests.unit.engine.bodies import BEFORE, a_deployment, a_metric, an_autoscaler, an_hpa
from tests.unit.engine.running import Running
from tests.unit.engine.world import DEPLOYMENTS, HPAS, World

BOUNDS = {"minReplicas": 4, "maxReplicas": 400}


def a_world(*metrics, others=(), **spec) -> World:
    """The workload `web` with these metrics, and `others`: the metrics of further ones, each with its HPA."""
    world = World(BEFORE, hpa=None, autoscaler=an_autoscaler(**BOUNDS | {"metrics": list(metrics)} | spec))
    for index, more in enumerate(others):
        name = f"web-{index}"
        world.put("schoolautoscalers", an_autoscaler(name, target=name, metrics=list(more)))
        world.put(HPAS, an_hpa(name, target=name))
        world.put(DEPLOYMENTS, a_deployment(name))
    return world


def times(running, query=None) -> list[float]:
    """When queries were asked, in seconds from 08:00."""
    start = running.world.clock.now().replace(hour=8, minute=0, second=0, microsecond=0)
    asked = [at for at, one in running.metrics.asked if query is None or query in one.query]
    return [(at - start).total_seconds() for at in asked]


async def test_where_nobody_has_metrics_nothing_is_asked():
    async with Running(None, world=a_world()) as running:
        await running.pass_time(minutes=5)
        assert running.metrics.asked == []


async def test_a_metric_is_asked_at_once_and_then_every_fifteen_seconds():
    async with Running(None, world=a_world(a_metric()), answers={"pupils_online": 2800}) as running:
        assert (times(running), running.replicas) == ([0], 8)
        await running.pass_time(minutes=2)
        asked = times(running)
        gaps = [round(after - before, 3) for before, after in pairwise(asked[1:])]
        assert gaps == [15] * len(gaps)
        assert 7.5 <= asked[1] <= 22.5
        assert len(asked) == 9


async def test_the_workload_follows_each_answer():
    async with Running(None, world=a_world(a_metric()), answers={"pupils_online": 2800}) as running:
        running.metrics.answers["pupils_online"] = 5600
        await running.pass_time(seconds=23)
        assert running.replicas == 16


async def test_an_identical_query_is_asked_once_for_all_who_share_it():
    shared = [(a_metric(),), (a_metric(average="700"),)]
    async with Running(None, world=a_world(a_metric(), others=shared)) as running:
        running.metrics.answers["pupils_online"] = 2800
        await running.pass_time(minutes=1)
        assert len(running.metrics.asked) in {4, 5}
        assert [running.minimum(f"web-{index}") for index in range(2)] == [8, 4]
        assert running.replicas == 8


@pytest.mark.parametrize(
    "other",
    [a_metric("logins"), a_metric(server="http://other:9090"), a_metric(bearer_of="prometheus")],
    ids=["another query", "another server", "another token"],
)
async def test_what_differs_is_asked_apart(other):
    async with Running(None, world=a_world(a_metric(), others=[(other,)])) as running:
        assert len(running.metrics.asked) == 2


async def test_many_queries_are_spread_over_the_interval():
    metrics = [(a_metric(f"m-{index}"),) for index in range(60)]
    async with Running(None, world=a_world(others=metrics)) as running:
        running.metrics.asked.clear()
        await running.pass_time(seconds=30)
        running.metrics.asked.clear()
        await running.pass_time(seconds=15)
        asked = times(running)
        assert len(asked) == 60
        thirds = [sum(int(at) % 15 // 5 == third for at in asked) for third in range(3)]
        assert min(thirds) >= 10


async def test_a_server_that_hangs_is_asked_only_so_much_and_others_are_read():
    metrics = [(a_metric(f"m-{index}"),) for index in range(60)]
    metrics.append((a_metric("other", server="http://other:9090"),))
    world = a_world(others=metrics)
    answer = asyncio.get_running_loop().create_future()
    running = Running(None, world=world, answers={f"m_{index}": answer for index in range(60)})
    async with running:
        assert running.metrics.under_way == polling.AT_ONCE_OF_ONE_SERVER
        assert [query.query for query in running.engine.store.answers.readings] == ["sum(other)"]
        answer.set_result(2800)
        await settled()
        assert len(running.metrics.asked) == 61
        assert running.metrics.most_under_way <= polling.AT_ONCE_OF_ONE_SERVER + 1


async def test_no_query_is_asked_again_while_its_answer_is_awaited():
    answer = asyncio.get_running_loop().create_future()
    async with Running(None, world=a_world(a_metric()), answers={"pupils_online": answer}) as running:
        await running.pass_time(minutes=2)
        assert len(running.metrics.asked) == 1
        answer.set_result(2800)
        await settled()
        assert running.replicas == 8
        await running.pass_time(seconds=23)
        assert len(running.metrics.asked) >= 2


async def test_a_server_that_does_not_answer_is_given_up_after_its_deadline(monkeypatch):
    monkeypatch.setattr(polling, "DEADLINE_SECONDS", 0.01)
    answer = asyncio.get_running_loop().create_future()
    async with Running(None, world=a_world(a_metric()), answers={"pupils_online": answer}) as running:
        await asyncio.sleep(0.05)
        await settled()
        assert running.world.condition("MetricsAvailable") == ("False", "Timeout")
        assert "http://prometheus:9090" in running.world.told_condition("MetricsAvailable")["message"]


async def test_a_fault_of_ours_is_a_missing_metric_and_the_others_are_read():
    metrics = [a_metric(), a_metric("logins")]
    answers = {"pupils_online": RuntimeError("boom"), "logins": 4200}
    async with Running(None, world=a_world(*metrics), answers=answers) as running:
        assert running.replicas == 8
        assert running.world.condition("MetricsAvailable") == ("False", "ReadFailed")
        await running.pass_time(seconds=30)
        assert running.replicas == 12


async def test_what_is_missing_holds_until_it_is_read_again():
    down = {"scaleDown": {"stabilizationWindowSeconds": 60}}
    world = a_world(a_metric(), behavior=down)
    async with Running(None, world=world, answers={"pupils_online": 2800}) as running:
        await running.pass_time(minutes=5)
        running.metrics.answers["pupils_online"] = Unavailable(reason="Unreachable", message="nobody there")
        await running.pass_time(minutes=7)
        assert (running.replicas, world.condition("MetricsAvailable")) == (8, ("False", "Unreachable"))
        running.metrics.answers["pupils_online"] = 1400
        await running.pass_time(seconds=45)
        assert running.replicas == 8
        await running.pass_time(seconds=45)
        assert (running.replicas, world.condition("MetricsAvailable")) == (4, ("True", "AllRead"))


async def test_a_metric_that_is_added_is_asked_at_once_and_one_that_goes_not_any_more():
    async with Running(None, world=a_world()) as running:
        await running.pass_time(seconds=40)
        running.world.respec("schoolautoscalers", metrics=[a_metric()])
        await settled()
        assert len(running.metrics.asked) == 1
        running.world.respec("schoolautoscalers", metrics=[a_metric("logins")])
        await running.pass_time(minutes=1)
        assert len(times(running, "pupils_online")) == 1
        assert len(times(running, "logins")) in {4, 5}
        assert len(running.engine.store.answers.readings) == 1


async def test_an_answer_that_comes_after_its_metric_went_is_dropped():
    answer = asyncio.get_running_loop().create_future()
    async with Running(None, world=a_world(a_metric()), answers={"pupils_online": answer}) as running:
        running.world.respec("schoolautoscalers", metrics=[])
        await settled()
        answer.set_result(2800)
        await running.pass_time(minutes=1)
        assert (running.engine.store.answers.readings, running.replicas) == ({}, 4)


async def test_a_metric_that_goes_and_comes_back_while_it_is_asked_has_one_turn():
    answer = asyncio.get_running_loop().create_future()
    async with Running(None, world=a_world(a_metric()), answers={"pupils_online": answer}) as running:
        for metrics in ([], [a_metric()], [], [a_metric()]):
            running.world.respec("schoolautoscalers", metrics=metrics)
            await settled()
        answer.set_result(2800)
        await running.pass_time(seconds=30)
        running.metrics.asked.clear()
        await running.pass_time(minutes=1)
        assert len(running.metrics.asked) == 4


async def test_a_restart_holds_what_live_metrics_had_raised_until_they_are_read():
    world = a_world(a_metric())
    async with Running(None, world=world, answers={"pupils_online": 2800}) as running:
        assert running.replicas == 8
        told = world.status
    answer = asyncio.get_running_loop().create_future()
    again = Running(None, world=world, answers={"pupils_online": answer})
    async with again:
        await again.pass_time(minutes=15)
        assert again.replicas == 8
        assert world.status == told
        answer.set_result(4200)
        await settled()
        assert again.replicas == 12


async def test_a_steady_load_writes_nothing():
    async with Running(None, world=a_world(a_metric()), answers={"pupils_online": 2800}) as running:
        await running.pass_time(seconds=30)
        before = len(running.world.cluster.requests)
        await running.pass_time(minutes=10)
        assert len(running.world.cluster.requests) == before
        assert running.world.clock.now() - timedelta(minutes=10) > running.metrics.asked[0][0]


async def test_each_query_is_counted_by_how_it_ended():
    metrics = [a_metric(), a_metric("logins")]
    missing = Unavailable(reason="EmptyResult", message="no sample")
    answers = {"pupils_online": missing, "logins": 4200}
    async with Running(None, world=a_world(*metrics), answers=answers) as running:
        assert sorted(outcome for outcome, _ in running.telemetry.queries) == ["EmptyResult", "ok"]
        assert all(seconds >= 0 for _, seconds in running.telemetry.queries)
