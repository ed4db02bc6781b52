"""One tick with live metrics: they raise and lower within their limits, and what is not known holds.

The schedule of these tests is 100 from 08:20 to 09:00, the baseline 4, and one replica carries 350.
"""

from __future__ import annotations

import pytest

from tests.unit.engine.bodies import (
    AFTER,
    BEFORE,
    INSIDE,
    KEY,
    a_calendar,
    a_deployment,
    a_metric,
    an_autoscaler,
    an_hpa,
)
from tests.unit.engine.world import DEPLOYMENTS, HPAS, World

AT_ONCE = {"scaleDown": {"stabilizationWindowSeconds": 0}}


def live(at=BEFORE, *, floor=False, metrics=None, deployment=None, **spec) -> World:
    """A workload with a live metric: scaled itself, or by the floor of its HPA."""
    bounds = {} if floor else {"minReplicas": 4, "maxReplicas": 400}
    autoscaler = an_autoscaler(**{"metrics": metrics or [a_metric()]} | bounds | spec)
    hpa = an_hpa() if floor else None
    return World(at, hpa=hpa, autoscaler=autoscaler, deployment=deployment or a_deployment())


async def readings(world, *answers, every=15, start="08:00:00") -> list[int]:
    """What stands after each answer, one every so many seconds."""
    hours, minutes, seconds = map(int, start.split(":"))
    at, stood = hours * 3600 + minutes * 60 + seconds, []
    for answer in answers:
        world.clock.set(world.clock.now().replace(hour=at // 3600, minute=at // 60 % 60, second=at % 60))
        world.read(answer)
        await world.tick()
        if DEPLOYMENTS in {plural for _, plural, _, _ in world.cluster.objects}:
            ready = world.replicas
            world.edit(DEPLOYMENTS, lambda body, ready=ready: body["status"].update(readyReplicas=ready))
        stood.append(world.floor if HPAS in {key[1] for key in world.cluster.objects} else world.replicas)
        at += every
    return stood


async def test_the_workload_follows_its_load_at_the_rate_of_an_hpa():
    world = live()
    assert await readings(world, 1400, 4200, 4200, 4200, 8400) == [4, 8, 12, 12, 24]
    assert world.status["decision"]["reason"] == "LiveMetric"
    assert world.status["decision"]["message"] == "pupils-online: 8400 at 350 per replica asks for 24"


async def test_it_goes_down_one_stabilization_window_after_the_load():
    world = live()
    got = await readings(world, *[2800] * 4, *[1400] * 21)
    assert got == [8] * 23 + [4] * 2


async def test_a_floor_is_raised_beside_an_hpa_and_the_workload_with_it():
    world = live(floor=True)
    assert await readings(world, 1400, 2800, 4200) == [4, 8, 12]
    assert world.replicas == 12
    assert world.status["actuator"]["floor"] == 12


async def test_a_floor_falls_after_our_window_and_never_by_scale():
    world = live(floor=True)
    assert await readings(world, 2800, *[1400] * 20) == [8] * 20 + [4]
    assert world.replicas == 8


async def test_scaled_in_an_hpas_place_what_its_own_metric_gave_is_held_for_our_window():
    world = live(floor=True, deployment=a_deployment(replicas=40), minReplicas=4, maxReplicas=400)
    await readings(world, *[1400] * 24)
    world.respec("schoolautoscalers", actuation="Scale")
    await readings(world, *[1400] * 20, start="08:06:00")
    assert world.replicas == 40
    await readings(world, 1400, start="08:11:00")
    assert world.replicas == 4


async def test_an_hpa_above_the_floor_by_its_own_metric_is_not_pulled_down():
    world = live(floor=True, deployment=a_deployment(replicas=40))
    assert await readings(world, 4200, 1400, 700) == [12, 12, 12]
    assert world.replicas == 40


async def test_beside_an_hpa_a_rise_counts_from_what_the_hpa_runs():
    world = live(floor=True, deployment=a_deployment(replicas=40))
    assert await readings(world, 21000) == [60]


async def test_the_schedule_rises_above_what_live_metrics_ask_for_and_falls_back_to_it():
    world = live(floor=True)
    await readings(world, 2800)
    assert await readings(world, 2800, start="08:20:00") == [100]
    assert world.status["decision"]["reactiveReplicas"] == 8
    assert await readings(world, 2800, start="09:00:00") == [8]


@pytest.mark.parametrize("floor", [False, True], ids=["alone", "beside an HPA"])
async def test_load_above_the_plan_raises_beyond_it(floor):
    world = live(INSIDE, floor=floor)
    await world.tick()
    assert await readings(world, 52500, start="08:26:00") == [150]


@pytest.mark.parametrize("floor", [False, True], ids=["alone", "beside an HPA"])
@pytest.mark.parametrize("answer", ["Timeout", "EmptyResult", -1])
async def test_what_is_not_known_lowers_nothing_even_after_the_peak(floor, answer):
    world = live(INSIDE, floor=floor, behavior=AT_ONCE)
    await readings(world, 1400, start="08:25:00")
    got = await readings(world, *[answer] * 20, every=60, start="08:55:00")
    assert got == [100] * 20
    assert world.status["decision"]["reason"] == "HeldWithoutMetrics"
    assert world.status["decision"]["limits"] == [{"reason": "HeldWithoutMetrics", "before": 4, "after": 100}]
    assert world.condition("MetricsAvailable") == ("False", "NegativeValue" if answer == -1 else answer)
    assert await readings(world, 1400, start="09:20:00") == [4]


@pytest.mark.parametrize("floor", [False, True], ids=["alone", "beside an HPA"])
async def test_before_the_first_answer_nothing_is_waited_for_and_nothing_lowered(floor):
    world = live(INSIDE, floor=floor, behavior=AT_ONCE)
    await world.tick()
    assert world.replicas == 100
    world.restart()
    await world.tick(AFTER)
    assert world.replicas == 100
    assert world.condition("MetricsAvailable") == ("Unknown", "NotRead")


@pytest.mark.parametrize("floor", [False, True], ids=["alone", "beside an HPA"])
async def test_an_answer_older_than_five_minutes_is_none(floor):
    world = live(floor=floor, behavior=AT_ONCE)
    await readings(world, 2800)
    await world.tick("2024-09-09T08:05:00")
    assert world.condition("MetricsAvailable") == ("True", "AllRead")
    await world.tick("2024-09-09T08:05:01")
    assert world.condition("MetricsAvailable") == ("False", "Stale")
    assert "2024-09-09T08:00:00Z" in world.told_condition("MetricsAvailable")["message"]
    assert (world.floor if floor else world.replicas) == 8


async def test_since_when_a_metric_is_missing_is_told_and_where_and_what_follows():
    world = live()
    await readings(world, 2800, "Timeout", "Timeout", "Unreachable")
    told = world.told_condition("MetricsAvailable")
    assert (told["status"], told["reason"]) == ("False", "Unreachable")
    assert told["lastTransitionTime"] == "2024-09-09T08:00:15Z"
    assert told["message"] == (
        "metric pupils-online: http://prometheus:9090 failed: Unreachable. "
        "Until it is read, nothing is scaled down."
    )
    await readings(world, 2800, start="08:02:00")
    assert world.condition("MetricsAvailable") == ("True", "AllRead")
    turned = [reason for reason in world.events.reasons if reason in {"Timeout", "Unreachable", "AllRead"}]
    assert turned == ["Timeout", "Unreachable", "AllRead"]


async def test_one_of_several_that_is_missing_lowers_nothing_and_lets_others_raise():
    world = live(metrics=[a_metric(), a_metric("logins")], behavior=AT_ONCE)
    await readings(world, 2800)
    world.read("Timeout", "logins")
    got = await readings(world, 1400, 4200, 1400, start="08:01:00")
    assert got == [8, 12, 12]


async def test_a_value_counts_the_ready_replicas():
    world = live(metrics=[a_metric(value="300")], deployment=a_deployment(replicas=10, ready=6))
    assert await readings(world, 900) == [18]
    assert world.status["decision"]["message"] == (
        "pupils-online: 900 where 300 is the target, with 6 Ready, asks for 18"
    )


async def test_readiness_that_is_not_known_yet_changes_nothing():
    deployment = a_deployment(replicas=10)
    deployment["status"]["observedGeneration"] = 0
    world = live(metrics=[a_metric(value="300")], deployment=deployment)
    assert await readings(world, 900) == [10]


async def test_dry_run_writes_nothing_and_says_what_it_would_do():
    world = live(floor=True, mode="DryRun")
    assert await readings(world, 2800, 4200) == [4, 4]
    assert world.status["desiredReplicas"] == 12


async def test_values_that_ask_for_the_same_change_no_status():
    world = live()
    await readings(world, 2800, 2750)
    before = world.cluster.counted("PATCH", "/status")
    await readings(world, 2799, 2760, 2780, 2799, every=60, start="08:01:00")
    assert world.cluster.counted("PATCH", "/status") == before


async def test_what_live_metrics_ask_for_without_effect_is_told_at_most_once_a_minute():
    world = live(INSIDE)
    await readings(world, 2800, start="08:25:00")
    world.read(2800)
    await world.tick("2024-09-09T08:28:00")
    before = world.cluster.counted("PATCH", "/status")
    await readings(world, 2800, 3150, 3500, 3850, start="08:28:15")
    assert world.cluster.counted("PATCH", "/status") <= before + 1
    await readings(world, 3850, start="08:30:30")
    assert world.status["decision"]["reactiveReplicas"] == 11


async def test_the_maximum_is_said_to_cut_what_live_metrics_ask_for():
    world = live(maxReplicas=6)
    await readings(world, 2800)
    assert world.told_condition("ScalingLimited")["message"] == (
        "live metrics ask for more than the 6 replicas that spec.maxReplicas allows"
    )


async def test_a_load_that_varies_above_the_maximum_is_told_at_most_once_a_minute():
    world = live(maxReplicas=6)
    await readings(world, 2800, 2800, 2800, every=60)
    before = world.cluster.counted("PATCH", "/status")
    await readings(world, 3150, 3500, 3850, 4200, start="08:03:15")
    assert world.cluster.counted("PATCH", "/status") <= before + 1
    assert world.status["desiredReplicas"] == 6


async def test_a_load_that_varies_around_the_schedule_is_told_at_most_once_a_minute():
    world = live(INSIDE)
    await readings(world, 35350, 30000, start="08:25:00")
    await readings(world, 35350, start="08:27:00")
    before = world.cluster.counted("PATCH", "/status")
    await readings(world, 30000, 35350, 30000, 35350, start="08:28:15")
    assert world.cluster.counted("PATCH", "/status") <= before + 1
    assert world.status["desiredReplicas"] == 101


@pytest.mark.parametrize("floor", [False, True], ids=["alone", "beside an HPA"])
async def test_reactive_only_follows_live_metrics_alone_while_the_calendar_is_unusable(floor):
    world = live(INSIDE, floor=floor, onCalendarError="ReactiveOnly", behavior=AT_ONCE)
    await readings(world, 1400, start="08:25:00")
    world.remove("schoolcalendars", "school")
    assert await readings(world, 10500, start="08:31:00") == [30]
    assert world.status["decision"]["reason"] == "CalendarNotFound"
    assert await readings(world, "Timeout", 2800, start="08:31:15") == [30, 8]
    world.put("schoolcalendars", a_calendar())
    assert await readings(world, 2800, start="08:32:00") == [100]


async def test_hold_last_plan_follows_the_plan_and_live_metrics():
    world = live(floor=True)
    await readings(world, 1400)
    world.remove("schoolcalendars", "school")
    await readings(world, 1400, start="08:20:00")
    assert world.floor == 100


async def test_a_peak_under_way_keeps_what_live_metrics_have_raised_through_a_dip():
    """100 are scheduled until 09:00, 150 run by their load, which drops for a while."""
    world = live(INSIDE, behavior=AT_ONCE)
    await readings(world, 1400, start="08:20:00")
    assert await readings(world, 52500, 1400, start="08:26:00") == [150, 100]
    assert [limit["reason"] for limit in world.status["decision"].get("limits", ())] == []


async def test_a_metric_that_is_taken_out_of_the_policy_is_forgotten():
    world = live(floor=True)
    await readings(world, 2800)
    world.respec("schoolautoscalers", metrics=[])
    await world.tick("2024-09-09T08:06")
    assert world.floor == 4
    assert world.condition("MetricsAvailable") == ("Unknown", "NoMetrics")
    assert not world.store.answers.queries


async def test_two_policies_with_the_same_query_share_its_answer():
    world = live(floor=True)
    other = an_autoscaler("other", target="other", metrics=[a_metric(average="700")])
    world.put("schoolautoscalers", other)
    assert len(world.store.answers.queries) == 1
    (query,) = world.store.answers.queries
    world.read(2800)
    assert world.store.answers.put(query, world.store.answers.readings[query]) == {KEY, "ns/other"}
