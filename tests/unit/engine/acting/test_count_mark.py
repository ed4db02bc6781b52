"""Two installations, or two operators of one, on a workload without an autoscaler: one sets its count."""

from __future__ import annotations

import pytest

from tests.fakes import ManualClock, instant
from tests.unit.engine.bodies import BEFORE, KEY, RISE, an_autoscaler
from tests.unit.engine.world import DEPLOYMENTS, World

BOUNDS = {"minReplicas": 4, "maxReplicas": 400}
AUTOSCALERS = "schoolautoscalers"


def scaled(at=BEFORE, instance="blue", **objects):
    return World(at, hpa=None, autoscaler=an_autoscaler(**BOUNDS), instance=instance, **objects)


def beside(world, instance="green", clock=None):
    """Another operator on the same cluster, which sees what becomes of it."""
    other = World.__new__(World)
    other.clock, other.cluster, other.instance = clock or world.clock, world.cluster, instance
    other.restart()

    def told(plural, event):
        world.told(plural, event)
        other.told(plural, event)

    world.cluster.on_change = told
    return other


def mark(world):
    actuator = world.status.get("actuator") or {}
    return actuator.get("instance"), actuator.get("challenger")


async def test_a_count_is_marked_before_it_is_set_and_not_at_rest():
    world = scaled()
    await world.tick()
    assert mark(world) == (None, None)
    await world.tick(RISE)
    assert (world.replicas, mark(world)) == (100, ("blue", None))
    patched = [path for verb, path in world.cluster.requests if verb == "PATCH"]
    assert patched[-3:-1] == [
        "/apis/firstbell.dev/v1alpha1/namespaces/ns/schoolautoscalers/web/status",
        "/apis/apps/v1/namespaces/ns/deployments/web/scale",
    ]


async def test_of_two_installations_one_sets_the_count_and_the_other_says_why_it_does_not():
    world = scaled(RISE)
    other = beside(world)
    await world.tick()
    world.respec(DEPLOYMENTS, replicas=7)
    await other.tick()
    assert world.replicas == 7
    assert other.condition("AbleToScale") == ("False", "AnotherInstance")
    assert "installation blue sets the replicas" in other.told_condition("AbleToScale")["message"]
    assert mark(world)[0] == "blue"


async def test_of_two_that_begin_at_once_the_one_that_writes_second_writes_nothing():
    world = scaled(RISE)
    other = beside(world)
    world.cluster.on_change = world.told  # the other's watch lags behind
    await world.tick()
    world.respec(DEPLOYMENTS, replicas=7)
    await other.tick()
    assert (world.replicas, mark(world)[0]) == (7, "blue")
    assert other.condition("AbleToScale") == ("False", "AnotherInstance")


async def test_a_mark_that_somebody_else_was_first_with_is_no_failed_write():
    world = scaled(RISE)
    other = beside(world)
    world.cluster.on_change = world.told  # the other's watch lags behind
    await world.tick()
    await other.tick()
    assert world.telemetry.writes["mark", "ok"] == 1
    assert {outcome for what, outcome in other.telemetry.writes if what == "mark"} == {"Overtaken", "ok"}


async def test_whoever_is_asked_answers_and_goes_on():
    world = scaled(RISE)
    other = beside(world)
    await world.tick()
    await other.tick("2024-09-09T08:21")
    assert mark(world) == ("blue", "green")
    await world.tick("2024-09-09T08:21:01")
    assert mark(world) == ("blue", None)
    for minute in range(22, 31):
        await other.tick(f"2024-09-09T08:{minute}")
        await world.tick()
    assert mark(world) == ("blue", None)
    assert other.cluster.counted("PATCH", "/scale") == 1


async def test_the_mark_of_an_installation_that_is_gone_is_taken_over_in_a_minute():
    world = scaled()
    await world.tick(RISE)
    world.respec(DEPLOYMENTS, replicas=7)
    successor = beside(world)
    await successor.tick("2024-09-09T08:21")
    await successor.tick("2024-09-09T08:21:59")
    assert (world.replicas, mark(world)) == (7, ("blue", "green"))
    assert instant("2024-09-09T08:22") in successor.memory.looks_again.times
    await successor.tick("2024-09-09T08:22")
    await successor.tick("2024-09-09T08:22:01")
    assert (world.replicas, mark(world)) == (100, ("green", None))
    assert successor.condition("AbleToScale") == ("True", "ReadyForNewScale")


async def test_a_report_of_the_other_leaves_the_mark():
    world = scaled(RISE)
    other = beside(world)
    await world.tick()
    for minute in range(21, 40):
        for each in (other, world):
            await each.tick(f"2024-09-09T08:{minute}")
    assert mark(world) == ("blue", None)


async def test_a_dry_run_marks_nothing_and_asks_nobody():
    world = World(RISE, hpa=None, autoscaler=an_autoscaler(mode="DryRun", **BOUNDS), instance="blue")
    other = beside(world)
    await world.tick()
    await other.tick()
    assert mark(world) == (None, None)
    assert other.condition("AbleToScale")[0] == "True"


@pytest.mark.parametrize("value", [2, 300], ids=["down", "up"])
async def test_a_count_that_is_changed_again_and_again_is_set_three_times_and_then_seldom(value):
    world = scaled(RISE)
    await world.tick()
    for second in range(1, 46):
        world.edit(DEPLOYMENTS, lambda body: body["spec"].update(replicas=value), manager="kubectl")
        await world.tick(f"2024-09-09T08:20:{second:02}")
    assert world.cluster.counted("PATCH", "/scale") == 1 + 3 + 1
    assert world.condition("FloorContested") == ("True", "RevertedRepeatedly")
    message = world.told_condition("FloorContested")["message"]
    assert message.startswith(
        f"kubectl set spec.replicas of Deployment web to {value}, 3 times in 10 minutes"
    )
    assert "Leave spec.replicas out of what kubectl applies" in message


async def test_a_rise_of_the_plan_does_not_wait_for_a_contest():
    world = scaled("2024-09-09T08:19")
    await world.tick()
    for second in range(1, 30):
        world.edit(DEPLOYMENTS, lambda body: body["spec"].update(replicas=2), manager="kubectl")
        await world.tick(f"2024-09-09T08:19:{second:02}")
    assert world.replicas == 2
    await world.tick(RISE)
    assert world.replicas == 100


async def test_one_count_of_a_person_is_brought_back_and_told_as_no_contest():
    world = scaled(RISE)
    await world.tick()
    world.edit(DEPLOYMENTS, lambda body: body["spec"].update(replicas=2), manager="kubectl")
    await world.tick("2024-09-09T08:21")
    assert (world.replicas, world.condition("FloorContested")) == (100, ("False", "NotContested"))


async def test_two_operators_of_one_name_that_disagree_do_not_fight():
    at_once = {"scaleDown": {"stabilizationWindowSeconds": 0}}
    world = World(RISE, hpa=None, autoscaler=an_autoscaler(behavior=at_once, **BOUNDS), instance="blue")
    # The other one sees the day before, where nobody needs more than the minimum.
    other = beside(world, instance="blue", clock=ManualClock(instant("2024-09-08T08:20")))
    for second in range(45):
        await world.tick(f"2024-09-09T08:20:{second:02}")
        await other.tick(f"2024-09-08T08:30:{second:02}")
    assert world.cluster.counted("PATCH", "/scale") <= 2 * (1 + 3 + 2)
    assert world.condition("FloorContested")[0] == "True"
    assert "let only one of them watch" in world.told_condition("FloorContested")["message"]


async def test_statuses_of_a_workload_that_changes_all_the_time_are_bounded():
    world = scaled(RISE)
    await world.tick()
    for tenth in range(1200):
        replicas = 2 if tenth % 2 else 300
        world.edit(
            DEPLOYMENTS,
            lambda body, replicas=replicas: (
                body["spec"].update(replicas=replicas),
                body.update(status={"observedGeneration": 10_000, "readyReplicas": replicas}),
            ),
            manager="kubectl",
        )
        await world.tick(f"2024-09-09T08:{30 + tenth // 600}:{tenth // 10 % 60:02}.{tenth % 10}")
    assert world.cluster.counted("PATCH", f"{AUTOSCALERS}/web/status") <= 30
    assert KEY in world.memories


@pytest.mark.parametrize("kind", ["Forbidden", "Invalid", "ServerError", "Conflict", "Unreachable"])
async def test_a_mark_that_cannot_be_written_keeps_nobody_from_a_bell(kind):
    world = scaled()
    await world.tick()
    world.cluster.fail(kind, verb="PATCH", path="/status")
    await world.tick(RISE)
    assert world.replicas == 100


async def test_a_mark_that_the_definition_does_not_know_keeps_nobody_from_a_bell():
    world = scaled()
    await world.tick()

    def pruned(path, body):
        if path.subresource == "status":
            (body["status"].get("actuator") or {}).pop("instance", None)

    world.cluster.admission = pruned
    await world.tick(RISE)
    assert (world.replicas, mark(world)) == (100, (None, None))
