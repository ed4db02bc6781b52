"""How long rises take, as the operator sees it: measured, kept, read back, and acted on.

The schedule is 100 from 08:20 to 09:00 on each school day, the bell at 08:30, the baseline 4.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from firstbell.core.lead import MOST, NO_RISES, Rise
from firstbell.engine.deciding.measured_rises import follow_rises, lead_from_status, lead_to_status
from firstbell.engine.deciding.situation import situation
from firstbell.engine.explaining.explanation import explain
from firstbell.engine.memory.lead import Lead
from tests.fakes import instant
from tests.unit.engine.bodies import KEY, a_deployment, a_metric, an_autoscaler, an_hpa
from tests.unit.engine.world import DEPLOYMENTS, World

MONDAY, TUESDAY, WEDNESDAY = (f"2024-09-{day:02}" for day in (9, 10, 11))
MEASURED = {"leadTime": {"mode": "Measured"}}


def measuring(at: str = f"{MONDAY}T08:00", *, hpa: bool = True, peak_lead: int = 10, **spec) -> World:
    bounds = {} if hpa else {"minReplicas": 4, "maxReplicas": 400}
    body = an_autoscaler(lead=peak_lead, **bounds | spec)
    return World(at, autoscaler=body, hpa=an_hpa() if hpa else None)


def pods(world: World, ready: int, *, updated: int | None = None) -> None:
    """So many replicas of those that are asked for are Ready."""

    def change(body) -> None:
        count = body["spec"]["replicas"]
        body["status"] = {
            "observedGeneration": body["metadata"]["generation"],
            "replicas": count,
            "updatedReplicas": count if updated is None else updated,
            "readyReplicas": ready,
        }

    world.edit(DEPLOYMENTS, change)


async def rise(world: World, day: str = MONDAY, *, seconds: int = 90, at: str = "08:20") -> None:
    """The rise is written, and all are Ready so many seconds later."""
    await world.tick(f"{day}T{at}")
    await later(world, 2)
    pods(world, 60)
    await later(world, max(0, seconds - 2))
    pods(world, world.replicas)
    await world.tick()


async def later(world: World, seconds: int) -> None:
    world.clock.set(world.clock.now() + timedelta(seconds=seconds))
    await world.tick()


async def fall(world: World, day: str = MONDAY) -> None:
    """The window ends, and an autoscaler takes the count down, too."""
    await world.tick(f"{day}T09:00")
    world.respec(DEPLOYMENTS, replicas=4)
    pods(world, 4)
    await world.tick(f"{day}T09:20")


def rises(world: World) -> list[tuple[int, int, int, bool]]:
    told = world.status.get("lead", {}).get("rises", [])
    return [(one["from"], one["to"], one["tookSeconds"], one["ready"]) for one in told]


def too_short(world: World) -> list[str]:
    return [each.message for _, each in world.events.posted if each.reason == "LeadTooShort"]


@pytest.mark.parametrize("hpa", [True, False])
async def test_a_rise_is_measured_from_its_write_until_all_are_ready(hpa):
    world = measuring(hpa=hpa)
    await world.tick()
    await rise(world, seconds=90)
    assert rises(world) == [(4, 100, 90, True)]
    assert world.status["lead"]["rises"][0]["writtenTime"] == f"{MONDAY}T08:20:00Z"


async def test_the_next_rise_is_written_so_much_earlier_in_whole_minutes():
    world = measuring(**MEASURED)
    await rise(world, seconds=90)
    await fall(world)
    await world.tick(f"{TUESDAY}T08:17:59")
    assert world.floor == 4
    await world.tick(f"{TUESDAY}T08:18")
    assert world.floor == 100


async def test_a_fixed_lead_measures_and_writes_no_earlier():
    world = measuring()
    await rise(world, seconds=90)
    await fall(world)
    await world.tick(f"{TUESDAY}T08:19")
    assert (world.floor, len(rises(world))) == (4, 1)
    await world.tick(f"{TUESDAY}T08:20")
    assert world.floor == 100


async def test_a_rise_that_is_quick_again_takes_nothing_back_that_was_written_early():
    world = measuring(hpa=False, behavior={"scaleDown": {"stabilizationWindowSeconds": 0}}, **MEASURED)
    await rise(world, seconds=600)
    await fall(world)
    for day in (TUESDAY, WEDNESDAY, "2024-09-12", "2024-09-13"):
        await rise(world, day, seconds=20, at="08:10")
        await fall(world, day)
    await rise(world, "2024-09-16", seconds=20, at="08:10")
    for minute in (11, 15, 19, 20, 25):
        await world.tick(f"2024-09-16T08:{minute}")
        assert world.replicas == 100
    await fall(world, "2024-09-16")
    await world.tick("2024-09-17T08:18")
    assert world.replicas == 4
    await world.tick("2024-09-17T08:19")
    assert world.replicas == 100


async def test_a_restart_keeps_what_was_measured_and_what_was_written_early():
    world = measuring(hpa=False, behavior={"scaleDown": {"stabilizationWindowSeconds": 0}}, **MEASURED)
    await rise(world, seconds=240)
    await fall(world)
    before = rises(world)
    world.restart()
    await world.tick(f"{TUESDAY}T08:15")
    assert world.replicas == 4
    await rise(world, TUESDAY, seconds=20, at="08:16")
    world.restart()
    await world.tick(f"{TUESDAY}T08:17")
    assert (world.replicas, rises(world)) == (100, [*before, (4, 100, 20, True)])


async def test_a_rise_under_way_when_the_operator_restarts_is_not_measured():
    world = measuring()
    await world.tick(f"{MONDAY}T08:20")
    world.restart()
    await later(world, 300)
    pods(world, 100)
    await later(world, 1)
    assert rises(world) == []


async def test_a_clock_that_was_set_meanwhile_leaves_no_false_measurement():
    world = measuring()
    await world.tick(f"{MONDAY}T08:20")
    world.memory.follow_clock(timedelta(minutes=5))
    pods(world, 100)
    await later(world, 1)
    assert rises(world) == []


async def test_a_rollout_under_way_leaves_no_false_measurement():
    world = measuring()
    await world.tick(f"{MONDAY}T08:20")
    pods(world, 60, updated=30)
    await later(world, 60)
    pods(world, 100)
    await later(world, 60)
    assert rises(world) == []


async def test_a_workload_that_is_made_anew_leaves_no_false_measurement():
    world = measuring()
    await world.tick(f"{MONDAY}T08:20")
    world.remove(DEPLOYMENTS)
    world.put(DEPLOYMENTS, a_deployment(replicas=100))
    await later(world, 60)
    assert rises(world) == []


async def test_pods_that_others_had_started_before_leave_no_false_measurement():
    """The HPA itself had gone to 150 by its own metrics."""
    world = measuring()
    world.respec(DEPLOYMENTS, replicas=150)
    pods(world, 90)
    await world.tick(f"{MONDAY}T08:20")
    pods(world, 150)
    await later(world, 5)
    assert (world.floor, rises(world)) == (100, [])


async def test_what_live_metrics_raise_is_not_measured():
    world = measuring(hpa=False, metrics=[a_metric()])
    await world.tick()
    world.read(350 * 7)
    await world.tick()
    assert world.replicas == 7
    pods(world, 7)
    await later(world, 30)
    assert rises(world) == []


async def test_in_dry_run_nothing_is_measured():
    world = measuring(mode="DryRun")
    await world.tick(f"{MONDAY}T08:20")
    world.respec(DEPLOYMENTS, replicas=100)
    pods(world, 100)
    await later(world, 30)
    assert rises(world) == []


async def test_a_rise_that_is_never_ready_counts_as_the_longest_lead():
    world = measuring(peak_lead=25, leadTime={"mode": "Measured", "maxMinutes": 3})
    await world.tick(f"{MONDAY}T08:05")
    pods(world, 60)
    await later(world, 179)
    assert rises(world) == []
    await later(world, 1)
    assert rises(world) == [(4, 100, 180, False)]


async def test_a_count_that_somebody_else_keeps_low_is_not_taken_for_slow_pods():
    world = measuring(leadTime={"mode": "Measured", "maxMinutes": 3})
    await world.tick(f"{MONDAY}T08:20")
    pods(world, 60)
    seen = world.store.autoscalers[KEY]
    over = world.clock.now() + timedelta(minutes=3)
    stands = situation(world.store, seen, seen.in_force, world.instance, over)
    lead, told = follow_rises(world.memory.lead, stands, over)
    assert [rise.seconds for rise in lead.rises.last] == [180]
    stands = replace(stands, workload=replace(stands.workload, replicas=50, ready=50))
    lead, told = follow_rises(world.memory.lead, stands, over)
    assert (lead.rises.last, lead.under_way, told) == ((), (), ())


@pytest.mark.parametrize(
    ("known", "want"),
    [
        pytest.param(300, [(4, 100, 300, True), (4, 100, 600, False)], id="longer than was known"),
        pytest.param(900, [(4, 100, 900, True)], id="no longer than was known: it tells nothing"),
    ],
)
async def test_a_rise_that_a_fall_cuts_short_counts_if_it_lasted_longer_than_was_known(known, want):
    """LeadMinutes 2, holdMinutes 5: written at 08:25, and taken back at 08:35."""
    at_once = {"scaleDown": {"stabilizationWindowSeconds": 0}}
    world = measuring(hpa=False, peak_lead=2, hold=5, behavior=at_once)
    before = Rise(written=instant("2024-09-05T08:20"), before=4, after=100, seconds=known, ready=True)
    told = {"lead": lead_to_status(Lead(rises=NO_RISES.followed_by(before)))}
    world.edit("schoolautoscalers", lambda body: body.update(status=told))
    world.restart()
    await world.tick(f"{MONDAY}T08:25")
    pods(world, 60)
    await world.tick(f"{MONDAY}T08:34:59")
    await world.tick(f"{MONDAY}T08:35")
    assert world.replicas == 4
    assert rises(world) == want


async def test_a_lead_that_was_too_short_for_the_bell_is_told_with_what_follows():
    """LeadMinutes 2: due at 08:28, and Ready four minutes later, two after the bell."""
    world = measuring(peak_lead=2, **MEASURED)
    await world.tick(f"{MONDAY}T08:20")
    await rise(world, at="08:25", seconds=420)
    (told,) = too_short(world)
    assert told == world.status["lead"]["warning"]
    assert told == (
        "100 replicas, written at 08:25:00 UTC for first-bell at Mon 09 Sep 08:30, were all Ready after "
        "420 s, later than the bell. From now on such a rise is written 7 minutes before it is due."
    )
    await fall(world)
    await rise(world, TUESDAY, at="08:18", seconds=420)
    assert len(too_short(world)) == 1
    assert "warning" not in world.status["lead"]


async def test_a_fixed_lead_that_was_too_short_is_told_with_the_cure():
    world = measuring(peak_lead=2)
    await rise(world, at="08:25", seconds=420)
    (told,) = too_short(world)
    assert told.endswith(
        "later than the bell. Set spec.leadTime.mode to Measured, or raise leadMinutes of that peak."
    )


async def test_a_longest_lead_that_is_too_short_is_told_with_the_cure():
    world = measuring(peak_lead=2, leadTime={"mode": "Measured", "maxMinutes": 5})
    await world.tick(f"{MONDAY}T08:25")
    pods(world, 60)
    await later(world, 301)
    (told,) = too_short(world)
    assert told.endswith(
        "were not all Ready even after 300 s, later than the bell. spec.leadTime.maxMinutes allows no more "
        "than 5 minutes: raise it, or make pods start sooner."
    )


async def test_nothing_changes_in_the_status_on_an_idle_tick():
    world = measuring(**MEASURED)
    await rise(world, seconds=90)
    await later(world, 60)
    patches = sum(path.endswith("/status") for _, path in world.cluster.requests)
    for _ in range(5):
        await later(world, 30)
    assert patches == sum(path.endswith("/status") for _, path in world.cluster.requests)


async def test_what_explains_a_number_knows_the_lead_from_the_status():
    world = measuring(**MEASURED)
    await rise(world, seconds=90)
    await fall(world)
    told = explain(world.store, KEY, instant(f"{TUESDAY}T08:18:30"))
    (ahead,) = told.outcome.plan.brought_forward[:1]
    assert told.outcome.decision.desired == 100
    assert told.outcome.decision.message.startswith("first-bell at Tue 10 Sep 08:30")
    assert (ahead.due - ahead.written, ahead.lead.seconds) == (2, 90)


@pytest.mark.parametrize(
    "lead",
    [
        pytest.param("nonsense", id="text"),
        pytest.param({"rises": "nonsense"}, id="no list"),
        pytest.param({"rises": [None, 3, {"writtenTime": "then"}], "warning": 4}, id="no rises"),
        pytest.param(
            {
                "rises": [
                    {"writtenTime": "2024-09-09T08:20:00", "from": 4, "to": 9, "tookSeconds": 9, "ready": 1}
                ]
            },
            id="a time without a zone",
        ),
        pytest.param(
            {
                "rises": [
                    {"writtenTime": "2024-09-09T08:20:00Z", "from": 9, "to": 4, "tookSeconds": 9, "ready": 1}
                ]
            },
            id="a fall",
        ),
    ],
)
def test_a_status_that_makes_no_sense_is_no_measurement(lead):
    assert lead_from_status({"lead": lead}).rises.last == ()


def told_rise(written: str, *, took: int = 90, before: int = 4, after: int = 100):
    return {"writtenTime": written, "from": before, "to": after, "tookSeconds": took, "ready": True}


@pytest.mark.parametrize(
    "told",
    [
        pytest.param(told_rise("9999-12-31T23:59:59Z"), id="no clock goes so far"),
        pytest.param(told_rise("9999-12-31T23:59:59-14:00"), id="nor in UTC"),
        pytest.param(told_rise("0001-01-01T00:00:00+14:00"), id="before all time"),
        pytest.param(told_rise("2098-01-01T00:00:00Z"), id="of the future"),
        pytest.param(told_rise("2024-09-02T08:20:00Z", took=3601), id="longer than any is waited for"),
        pytest.param(told_rise("2024-09-02T08:20:00Z", took=2**31 - 1), id="for 68 years"),
    ],
)
async def test_a_measurement_that_nobody_can_have_made_changes_neither_the_bell_nor_the_others(told):
    world = World(f"{MONDAY}T08:00", autoscaler=an_autoscaler(**MEASURED))
    rises = [told, told_rise("2024-09-02T08:20:00Z")]
    world.edit("schoolautoscalers", lambda body: body.update(status={"lead": {"rises": rises}}))
    await world.tick()
    assert [one.seconds for one in world.memory.lead.rises.last] == [90]
    await world.tick(f"{MONDAY}T08:25")
    assert world.floor == 100


def test_of_many_sizes_no_more_are_kept_than_a_status_takes():
    rises = NO_RISES
    for n in range(400):
        size = 4 ** (n % 16)
        at = instant(f"{MONDAY}T06:00") + timedelta(minutes=n)
        rises = rises.followed_by(Rise(written=at, before=0, after=size, seconds=n, ready=True))
    assert len(rises.last) == MOST
    assert rises.last[-1].seconds == 399
