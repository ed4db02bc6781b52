"""Plans are made once, kept, and made again when what they stand on changes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from firstbell.core.absence import Unavailable
from firstbell.core.bells import minute_of
from firstbell.engine.deciding.planning import bounds_in_force, coming_peaks, current_plan
from firstbell.engine.deciding.situation import situation
from firstbell.engine.memory.memory import Memory
from tests.fakes import instant
from tests.unit.engine.bodies import BEFORE, BELL, KEY, RISE, a_calendar, an_autoscaler, an_hpa
from tests.unit.engine.world import World

NOW = minute_of(instant(BEFORE))


def planned(world, memory, minute=NOW):
    seen = world.store.autoscalers[KEY]
    stands = situation(world.store, seen, seen.in_force, world.instance, world.clock.now())
    return current_plan(stands, stands.actuator, memory, minute)


def bounds(world):
    seen = world.store.autoscalers[KEY]
    stands = situation(world.store, seen, seen.rules, world.instance, world.clock.now())
    got = bounds_in_force(stands, stands.actuator)
    return got.minimum, got.maximum


@pytest.mark.parametrize(
    ("spec", "hpa", "want"),
    [
        pytest.param({}, (4, 400), (4, 400), id="the HPA's own"),
        pytest.param({"minReplicas": 10}, (4, 400), (10, 400), id="a higher minimum of ours"),
        pytest.param({"minReplicas": 2}, (4, 400), (4, 400), id="a lower minimum of ours lowers nothing"),
        pytest.param({"maxReplicas": 50}, (4, 400), (4, 50), id="a lower maximum of ours"),
        pytest.param({"maxReplicas": 500}, (4, 400), (4, 400), id="a higher maximum of ours raises nothing"),
        pytest.param({"maxReplicas": 3}, (4, 400), (4, 4), id="the baseline is never undercut"),
        pytest.param({"minReplicas": 10}, (4, 8), (8, 8), id="the HPA's maximum wins over our minimum"),
        pytest.param({"minReplicas": 2, "maxReplicas": 9}, None, (2, 9), id="without an HPA the spec's own"),
    ],
)
def test_the_bounds_in_force_are_the_tighter_of_each(spec, hpa, want):
    body = an_hpa(minimum=hpa[0], maximum=hpa[1]) if hpa else None
    assert want == bounds(World(hpa=body, autoscaler=an_autoscaler(**spec)))


def test_a_plan_is_kept_while_nothing_changes():
    world, memory = World(), Memory()
    first = planned(world, memory)
    assert planned(world, memory, NOW + 600) is first


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda world: world.respec("schoolcalendars", "school", suspend=True), id="calendar"),
        pytest.param(lambda world: world.respec("schoolautoscalers", minReplicas=6), id="policy"),
        pytest.param(lambda world: world.respec("horizontalpodautoscalers", minReplicas=6), id="baseline"),
        pytest.param(lambda world: world.respec("horizontalpodautoscalers", maxReplicas=50), id="ceiling"),
    ],
)
def test_a_plan_is_made_again_when_what_it_stands_on_changes(change):
    world, memory = World(), Memory()
    first = planned(world, memory)
    change(world)
    assert planned(world, memory) is not first


def test_an_edit_of_a_status_changes_no_plan():
    world, memory = World(), Memory()
    first = planned(world, memory)
    for plural, name in (("schoolcalendars", "school"), ("schoolautoscalers", "web")):
        world.edit(plural, lambda body: body.update(status={"observedGeneration": 1}), name)
    assert planned(world, memory) is first


def test_a_plan_always_reaches_a_day_ahead():
    world, memory = World(), Memory()
    for hours in range(0, 24 * 7, 5):
        minute = NOW + hours * 60
        plan = planned(world, memory, minute)
        assert plan.start <= minute - 10
        assert plan.end > minute + 24 * 60


def test_a_clock_that_was_set_back_gets_a_plan_of_its_time():
    world, memory = World(), Memory()
    planned(world, memory)
    back = NOW - 24 * 60
    assert planned(world, memory, back).write_at(back - 10) == 4


UNUSABLE = [
    pytest.param(lambda world: world.remove("schoolcalendars", "school"), id="deleted"),
    pytest.param(
        lambda world: world.respec("schoolcalendars", "school", timeZone="Nowhere/At"), id="invalid"
    ),
]


@pytest.mark.parametrize("spoil", UNUSABLE)
def test_the_last_plan_is_held_while_the_calendar_is_unusable(spoil):
    world, memory = World(), Memory()
    first = planned(world, memory)
    spoil(world)
    assert planned(world, memory) is first
    a_week_on = NOW + 7 * 24 * 60
    rise = minute_of(instant(RISE)) + 7 * 24 * 60
    assert planned(world, memory, a_week_on).write_at(rise) == 100


@pytest.mark.parametrize("spoil", UNUSABLE)
def test_reactive_only_has_no_plan_while_the_calendar_is_unusable(spoil):
    world, memory = World(autoscaler=an_autoscaler(onCalendarError="ReactiveOnly")), Memory()
    planned(world, memory)
    spoil(world)
    assert isinstance(planned(world, memory), Unavailable)


def test_without_any_good_calendar_so_far_there_is_no_plan():
    assert planned(World(calendar=None), Memory()).reason == "CalendarNotFound"


def test_a_calendar_that_comes_back_is_followed_again():
    world, memory = World(), Memory()
    first = planned(world, memory)
    world.remove("schoolcalendars", "school")
    planned(world, memory)
    world.put("schoolcalendars", a_calendar(suspend=True))
    assert {4} == {run.value for run in planned(world, memory).writes}
    assert 100 in {run.value for run in first.writes}


def test_the_coming_peaks_are_five_and_move_on_when_one_has_passed():
    world, memory = World(), Memory()
    plan = planned(world, memory)
    first = coming_peaks(plan, memory.plans, NOW)
    assert coming_peaks(plan, memory.plans, NOW + 5) is first
    assert coming_peaks(plan, memory.plans, minute_of(instant(RISE))) is first, "its bell has not rung"
    after = coming_peaks(plan, memory.plans, minute_of(instant(BELL)))
    assert (len(first), len(after)) == (5, 5)
    assert first[1:] == after[:4] or [p.ready_by for p in first[1:]] == [p.ready_by for p in after[:4]]
    days = [peak.ready_by - NOW for peak in first]
    assert timedelta(minutes=days[0]) < timedelta(hours=1)
