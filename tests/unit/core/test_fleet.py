"""Many workloads at one bell: sums of parts, pods a minute, and what of it does not fit."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest

from firstbell.core.absence import Unavailable
from firstbell.core.fleet import FleetPart, PodRequest, Resource, Room, fleet_bells
from firstbell.core.policy import PeakAnchor
from tests.builders import (
    a_bell_schedule,
    a_calendar,
    a_cohort,
    a_peak,
    a_policy,
    a_row,
    a_shape,
    a_workload,
    plan_days,
    stamp,
    utc,
)

MONDAY, TUESDAY = utc("2024-09-09T00:00"), utc("2024-09-10T00:00")
SMALL = PodRequest(cpu=250, memory=2**28)
NOT_TOLD = Unavailable(reason="NotRequested", message="container web asks for no cpu")
NO_CPU = PodRequest(cpu=NOT_TOLD, memory=2**28)
ENOUGH = 10_000


def a_school(bell="08:30"):
    return a_calendar(
        bell_schedules=(a_bell_schedule("full", f"{bell}-13:00"),), weekly_schedule=(a_row(bells="full"),)
    )


def a_part(replicas=100, name="ns/web", pod=SMALL, *, bell="08:30", minimum=4, days=2, **shape):
    """A workload that is written 10 minutes before a bell, all at once."""
    peak = a_peak(
        name="first", replicas=replicas, shape=a_shape(**{"lead": 10, "ramp": 0, "decay": 0} | shape)
    )
    namespace, _, short = name.partition("/")
    workload = a_workload(a_policy(peak, namespace=namespace, name=short), a_school(bell), minimum=minimum)
    return FleetPart(key=name, plan=plan_days(workload, "2024-09-09", days), pod=pod)


def bells(*parts, rooms=(), rate=ENOUGH, between=(MONDAY, TUESDAY)):
    return fleet_bells(parts, *between, rooms, rate)


def one_bell(*parts, **given):
    (found,) = bells(*parts, **given)
    return found


def test_all_are_counted_that_ask_for_pods_at_a_bell_and_those_that_rise_for_it():
    resting = a_part(name="ns/other", bell="12:00", minimum=7)
    morning = next(
        one for one in bells(a_part(), a_part(50, "ns/b"), resting) if one.bell == utc("2024-09-09T06:30")
    )
    assert (morning.asked.pods, morning.more, morning.workloads) == (100 + 50 + 7, 96 + 46, 2)
    assert (morning.asked.cpu, morning.asked.memory) == (157 * 250, 157 * 2**28)
    assert morning.peaks == (("first", 2),)


def test_what_is_not_known_of_a_pod_is_counted_beside_and_never_as_0():
    bell = one_bell(a_part(), a_part(name="ns/b", pod=NO_CPU))
    assert (bell.asked.pods, bell.asked.cpu, bell.asked.pods_without_cpu) == (200, 25_000, 100)
    assert (bell.asked.memory, bell.asked.pods_without_memory) == (200 * 2**28, 0)


def test_pods_a_minute_are_those_that_the_write_leaves_until_the_bell():
    assert one_bell(a_part(100)).pods_per_minute == 10, "96 in 10 minutes"
    assert one_bell(a_part(100, lead=1)).pods_per_minute == 20, "written at the mark five minutes before"
    assert one_bell(a_part(100, lead=0)).pods_per_minute == 96, "at the bell itself: in that minute"


def test_of_a_ramp_the_part_counts_from_which_the_most_is_left_to_be_made_in_the_least_time():
    part = a_part(604, ramp=20, lead=10)
    bell = one_bell(part)
    writes = [(run.start, run.value) for run in part.plan.writes if run.start <= bell.bell]
    left = [(bell.bell - at, 604 - before) for (_, before), (at, _) in pairwise(writes)]
    assert len(left) > 3
    assert bell.pods_per_minute == max(-(-pods // minutes) for minutes, pods in left)


def test_what_is_due_for_another_bell_meanwhile_is_made_as_well():
    early, late = a_part(100, bell="08:25"), a_part(100, name="ns/b", bell="08:30")
    by_bell = {stamp(one.bell)[-5:]: one for one in bells(early, late)}
    assert by_bell["06:25"].pods_per_minute == 10
    assert by_bell["06:30"].pods_per_minute == 13, "from 08:15 on 192 in 15 minutes"
    assert {one.more for one in by_bell.values()} == {96}, "each rise is for the bell of its workload"


def test_more_than_the_controllers_make_is_told_with_how_many_are_not_made():
    bell = one_bell(a_part(4004, lead=10), rate=340)
    (strain,) = bell.misfits
    assert (strain.resource, strain.wanted, strain.most) == (Resource.PODS_PER_MINUTE, 400, 340)
    assert bell.unmade == 4000 - 3400
    assert not one_bell(a_part(3404), rate=340).misfits


@pytest.mark.parametrize(("most", "fits"), [(200, True), (199, False)])
def test_a_room_is_for_all_or_for_one_namespace(most, fits):
    parts = a_part(), a_part(name="other/web")
    everywhere = Room(where="nodes", resource=Resource.PODS, most=most, taken=NOT_TOLD)
    assert (not one_bell(*parts, rooms=[everywhere]).misfits) is fits
    here = Room(where="quota", resource=Resource.PODS, most=100, taken=0, namespace="other")
    assert not one_bell(*parts, rooms=[here]).misfits


def test_what_others_have_of_a_room_is_wanted_beside():
    room = Room(where="quota", resource=Resource.CPU, most=26_000, taken=1_001, namespace="ns")
    (strain,) = one_bell(a_part(), rooms=[room]).misfits
    assert (strain.wanted, strain.unknown) == (26_001, 0)


def test_a_room_that_is_too_small_for_what_is_known_is_told_with_what_is_not():
    room = Room(where="nodes", resource=Resource.CPU, most=24_999, taken=NOT_TOLD)
    (strain,) = one_bell(a_part(), a_part(name="ns/b", pod=NO_CPU), rooms=[room]).misfits
    assert (strain.wanted, strain.most, strain.unknown) == (25_000, 24_999, 100)


def test_the_worst_is_first_and_what_has_no_room_at_all_is_worse_than_anything():
    nothing = Room(where="quota", resource=Resource.PODS, most=0, taken=0, namespace="other")
    found = bells(a_part(4000), a_part(5, "other/web", bell="12:00"), rooms=[nothing], rate=100)
    assert [one.strains[0].where for one in found] == ["quota", "quota"]
    small, large = a_part(100, bell="12:00"), a_part(200, "ns/b")
    shares = [one.strains[0].share for one in bells(small, large)]
    assert shares == sorted(shares, reverse=True)
    assert shares[0] == Fraction(20, ENOUGH)


def test_bells_that_are_over_or_too_far_are_not_counted():
    part = a_part()
    at = utc("2024-09-09T06:30")
    assert [one.bell for one in bells(part, between=(at, at + 1))] == [at]
    assert bells(part, between=(at + 1, TUESDAY)) == ()
    assert bells(part, between=(MONDAY, at)) == ()


def test_cohorts_that_come_later_are_counted_when_they_are_there():
    spread = a_calendar(
        bell_schedules=(a_bell_schedule("full", "08:30-09:20"),),
        weekly_schedule=(a_row(bells="full"),),
        cohorts=(a_cohort(10_000), a_cohort(50_000, offset=20, name="late")),
    )
    peak = a_peak(name="first", shape=a_shape(lead=0, ramp=0, hold=60, decay=0))
    plan = plan_days(a_workload(a_policy(peak, pupils_per_replica=1000), spread), "2024-09-09", 2)
    bell = one_bell(FleetPart(key="ns/web", plan=plan, pod=SMALL))
    assert (stamp(bell.bell)[-5:], stamp(bell.at)[-5:], bell.asked.pods) == ("06:30", "06:50", 60)


def test_a_workload_with_several_peaks_at_one_bell_is_one_workload():
    peaks = [a_peak(PeakAnchor.FIRST_PERIOD_START, name=name, replicas=20) for name in ("a", "b")]
    plan = plan_days(a_workload(a_policy(*peaks), a_school(), minimum=4), "2024-09-09", 2)
    bell = one_bell(FleetPart(key="ns/web", plan=plan, pod=SMALL))
    assert (bell.workloads, bell.asked.pods, bell.peaks) == (1, 20, (("a", 1), ("b", 1)))


def test_a_fleet_of_nobody_has_no_bells():
    assert bells() == ()
