"""Who comes on a day, from calendars and policies."""

from __future__ import annotations

import pytest

from firstbell.core.plan import make_plan
from firstbell.core.policy import PeakAnchor
from firstbell.lab.day.arrivals import Preset, work_rates
from firstbell.lab.day.crowd import Coming, Surprise, crowd
from tests.builders import a_calendar, a_cohort, a_peak, a_policy, a_workload, an_event, daily_cron, utc

DAY = utc("2024-09-10T22:00")  # Wednesday 11 September in Brussels
FIRST = a_peak(PeakAnchor.FIRST_PERIOD_START)


def came(*peaks, coming=None, **calendar):
    workload = a_workload(a_policy(*(peaks or (FIRST,))), a_calendar(**calendar))
    return crowd(workload, DAY, DAY + 1440, coming or Coming())


def test_every_pupil_comes_to_the_first_bell():
    assert sum(came().users) == pytest.approx(60_000)


def test_the_peak_of_one_cohort_is_what_its_load_test_says():
    """60,000 pupils at 10,000 a replica are 6 replicas at the busiest second."""
    assert max(work_rates(came().work)) == pytest.approx(6)


@pytest.mark.parametrize("preset", Preset)
def test_that_peak_is_the_same_however_close_they_come(preset):
    assert max(work_rates(came(coming=Coming(shape=preset.shape)).work)) == pytest.approx(6)


def test_they_come_around_the_bell_on_the_wall_of_the_school():
    users = came().users
    busiest = users.index(max(users))
    assert busiest / 60 == pytest.approx(8 * 60 + 28, abs=0.2)


def test_cohorts_that_start_apart_need_less_at_once():
    together = came(cohorts=(a_cohort(30_000, name="a"), a_cohort(30_000, name="b")))
    apart = came(cohorts=(a_cohort(30_000), a_cohort(30_000, offset=30)))
    assert sum(together.users) == pytest.approx(sum(apart.users))
    assert max(work_rates(apart.work)) < 0.6 * max(work_rates(together.work))


def test_of_two_peaks_at_one_bell_the_larger_counts():
    both = came(
        a_peak(PeakAnchor.PERIOD_START), a_peak(PeakAnchor.AFTER_BREAK, name="after", load_percent=150)
    )
    changes = came(a_peak(PeakAnchor.PERIOD_START))
    assert sum(both.users) == pytest.approx(sum(changes.users))
    assert max(both.work) > max(changes.work)


def test_more_can_come_than_was_expected():
    assert sum(came(coming=Coming(load_percent=150)).work) == pytest.approx(1.5 * sum(came().work))


def test_an_event_with_an_end_keeps_its_height():
    event = came(
        a_peak(PeakAnchor.DEMAND_EVENT),
        demand_events=(an_event("2024-09-11", "19:00", "21:00"),),
    )
    rates = work_rates(event.work)
    assert rates[20 * 3600] == pytest.approx(6)
    assert rates[18 * 3600] == 0


EVENT = a_peak(PeakAnchor.DEMAND_EVENT)
EVENING = an_event("2024-09-11", "16:00", "19:00")
SLOTS = an_event(
    name="slots",
    start=None,
    when=daily_cron(*(f"{16 + slot // 12}:{5 * (slot % 12):02}" for slot in range(36)), minutes=5),
)
REMINDERS = an_event(name="reminders", start=None, when=daily_cron("16:10", "16:10", "16:15", "17:00"))


def test_the_crowd_of_overlapping_events_comes_once():
    """An evening of three hours, and its 36 slots of five minutes, for the same parents."""
    alone, slots, both = (
        came(EVENT, demand_events=events) for events in ((EVENING,), (SLOTS,), (EVENING, SLOTS))
    )
    assert sum(both.users) == pytest.approx(sum(alone.users)) == pytest.approx(sum(slots.users))
    assert max(work_rates(both.work)) == pytest.approx(6)


@pytest.mark.parametrize("seed", [None, 3])
@pytest.mark.parametrize("events", [(REMINDERS,), (EVENING, REMINDERS), (SLOTS, REMINDERS)])
def test_events_that_overlap_ask_for_what_the_plan_has_for_them(events, seed):
    """Not to the last digit: pages follow their logins by minutes, from one event into the next."""
    workload = a_workload(a_policy(EVENT), a_calendar(demand_events=events))
    planned = max(make_plan(workload, DAY, DAY + 1440).wanted.between(DAY, DAY + 1440))
    rates = work_rates(crowd(workload, DAY, DAY + 1440, Coming(seed=seed)).work)
    assert planned == 6
    assert max(rates) == pytest.approx(6, rel=0.02 if seed is None else 0.1)


def test_of_an_event_and_a_bell_the_larger_counts_for_each_cohort():
    """An exam over the first bell: who has the earlier bell sits in it, too."""
    cohorts = (a_cohort(30_000), a_cohort(30_000, offset=30))
    exam = an_event("2024-09-11", "08:00", "10:00")
    with_bells = came(FIRST, EVENT, demand_events=(exam,), cohorts=cohorts)
    rates = work_rates(with_bells.work)
    assert max(rates[8 * 3600 : 10 * 3600]) == pytest.approx(6, rel=0.02)
    assert sum(with_bells.first_bells) < 20_000


def test_an_event_of_some_cohorts_brings_their_pupils_and_each_once():
    cohorts = (a_cohort(30_000, name="a"), a_cohort(20_000, name="b"), a_cohort(10_000, name="c"))
    one = an_event("2024-09-11", "18:00", "19:00", name="one", cohorts=("a",))
    two = an_event("2024-09-11", "18:00", "19:00", name="two", cohorts=("a", "c"))
    for events, replicas in (((one,), 3), ((two,), 4), ((one, two), 4)):
        found = came(EVENT, demand_events=events, cohorts=cohorts)
        assert max(work_rates(found.work)) == pytest.approx(replicas, rel=0.02)


def test_an_event_far_from_bells_takes_nobody_away_from_them():
    both = came(FIRST, EVENT, demand_events=(EVENING,))
    apart = sum(came(FIRST).users) + sum(came(EVENT, demand_events=(EVENING,)).users)
    assert sum(both.users) == pytest.approx(apart)
    assert sum(both.first_bells) == pytest.approx(60_000)


def test_somebody_can_come_whom_no_calendar_knows():
    surprise = Surprise(minute=utc("2024-09-11T18:00"), pupils=5_000)
    unknown = came(coming=Coming(surprises=(surprise,)))
    assert sum(unknown.users) == pytest.approx(65_000)
    assert max(unknown.users[19 * 3600 :]) > 0


@pytest.mark.parametrize("counted", [True, False])
def test_a_stranger_costs_by_replicas_at_peak_what_a_known_pupil_does(counted):
    """As many strangers as there are pupils ask for as much as those."""
    cohorts = {} if counted else {"cohorts": ()}
    policy = a_policy(a_peak(), pupils_per_replica=None, replicas_at_peak=6)
    at_bell = crowd(a_workload(policy, a_calendar(**cohorts)), DAY, DAY + 1440, Coming())
    surprise = Surprise(minute=utc("2024-09-11T18:00"), pupils=round(sum(at_bell.users)))
    both = crowd(a_workload(policy, a_calendar(**cohorts)), DAY, DAY + 1440, Coming(surprises=(surprise,)))
    assert sum(both.work) == pytest.approx(2 * sum(at_bell.work))


def test_what_lies_outside_of_the_day_is_cut_off():
    surprise = Surprise(minute=DAY, pupils=10_000)
    users = came(coming=Coming(surprises=(surprise,))).users
    assert 60_000 < sum(users) < 70_000


def test_a_calendar_without_cohorts_counts_nobody():
    nobody = came(a_peak(PeakAnchor.FIRST_PERIOD_START, replicas=6), cohorts=())
    assert not nobody.counted
    assert max(work_rates(nobody.work)) == pytest.approx(6)


def test_drawn_arrivals_are_whole_pupils_the_same_for_one_seed_and_all_of_them():
    one, again, other = (came(coming=Coming(seed=seed)) for seed in (7, 7, 8))
    assert one.users == again.users != other.users
    assert sum(one.users) == 60_000
    assert all(pupils == int(pupils) for pupils in one.users)


def test_a_day_without_lessons_has_nobody():
    assert sum(came(suspended=True).users) == 0


def test_those_who_come_to_a_first_bell_are_counted_as_pupils_of_a_regular_lesson_start():
    half = came(a_peak(load_percent=50), a_peak(PeakAnchor.PERIOD_START, name="change"))
    assert sum(half.first_bells) == pytest.approx(30_000)
    assert sum(came(coming=Coming(load_percent=300)).first_bells) == pytest.approx(180_000)
