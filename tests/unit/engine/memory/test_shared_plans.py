"""Plans are shared by all whose workloads are equal, and made anew where anything that counts differs."""

from __future__ import annotations

import pytest

from firstbell.core.absence import Unavailable
from firstbell.core.bells import minute_of
from firstbell.core.days import SchoolDays
from firstbell.core.effort import planned_around
from firstbell.core.lead import NO_RISES
from firstbell.core.plan import Workload, make_plan
from firstbell.core.policy import Bounds
from firstbell.core.reasons import AbsenceReason
from firstbell.engine.deciding.planning import coming_peaks, current_plan
from firstbell.engine.deciding.situation import situation
from firstbell.engine.memory.kept_plans import KeptPlans
from firstbell.engine.memory.memory import Memory
from firstbell.engine.memory.shared_plans import SharedPlans
from tests.builders import a_calendar, a_peak, a_policy
from tests.fakes import instant
from tests.unit.engine.bodies import BEFORE, KEY, an_hpa
from tests.unit.engine.world import HPAS, World

MINUTE = minute_of(instant(BEFORE))
START, END = planned_around(MINUTE)
DAYS = SchoolDays(a_calendar())


def a_workload(name="web", days=DAYS, bounds=(4, 100), **policy):
    least, most = bounds
    asked = {"name": name, "peaks": (a_peak(replicas=30),)} | policy
    return Workload(
        policy=a_policy(**asked),
        bounds=Bounds(minimum=least, maximum=most),
        calendars=(days,),
        rises=NO_RISES,
    )


def planned(world, shared):
    """The plan of a new process's memory of the one autoscaler, in a process that shares these plans."""
    seen, memory = world.store.autoscalers[KEY], Memory(plans=KeptPlans(shared=shared))
    stands = situation(world.store, seen, seen.in_force, world.instance, world.clock.now())
    return current_plan(stands, stands.actuator, memory, MINUTE), memory


def test_equal_workloads_have_the_very_same_plan_and_coming_peaks():
    world, shared = World(), SharedPlans()
    (one, remembered), (other, too) = planned(world, shared), planned(world, shared)
    assert one is other
    assert coming_peaks(one, remembered.plans, MINUTE) is coming_peaks(other, too.plans, MINUTE)


def test_other_bounds_are_another_plan_of_the_same_schedule():
    world, shared = World(), SharedPlans()
    one, _ = planned(world, shared)
    world.put(HPAS, an_hpa(minimum=5, maximum=50))
    other, _ = planned(world, shared)
    assert other is not one
    assert other.schedule is one.schedule
    alone = make_plan(other.workload, one.start, one.end)
    assert (other.writes, other.peaks[0].replicas) == (alone.writes, alone.peaks[0].replicas)
    assert max(run.value for run in other.writes) == 50


def test_whose_a_policy_is_and_how_its_calendars_are_called_changes_no_form():
    assert a_workload().form == a_workload(name="api", namespace="other", calendar_names=("lyceum",)).form


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(
            a_workload(days=SchoolDays(a_calendar())), id="another calendar, though it says the same"
        ),
        pytest.param(a_workload(bounds=(5, 100)), id="another minimum"),
        pytest.param(a_workload(peaks=(a_peak(replicas=31),)), id="another peak"),
        pytest.param(a_workload(hold_gap_minutes=5), id="another gap"),
        pytest.param(a_workload(longest_lead_minutes=9), id="another lead"),
    ],
)
def test_what_counts_for_a_plan_is_in_its_form(other):
    assert a_workload().form != other.form


def test_a_plan_that_does_not_fit_any_more_is_made_anew_for_all():
    shared, workload = SharedPlans(), a_workload()
    shared.keep(make_plan(workload, START, END))
    assert shared.plan(workload.form, lambda plan: plan.start > START) is None
    later = make_plan(workload, START + 60, END + 60)
    shared.keep(later)
    assert shared.plan(workload.form, lambda _: True) is later
    assert shared.schedule(workload.load_form, lambda _: True) is later.schedule


def test_a_plan_is_an_equal_ones_else_by_anothers_schedule_else_made_anew():
    shared, made = SharedPlans(), []

    def of(workload, fits=lambda _: True):
        def make():
            made.append(workload)
            return make_plan(workload, START, END)

        return shared.planned(workload, fits, make)

    one, narrow, other = a_workload(), a_workload(bounds=(4, 20)), a_workload(peaks=(a_peak(replicas=40),))
    first = of(one)
    assert of(a_workload()) is first
    assert of(narrow).schedule is first.schedule
    of(other)
    assert made == [one, other]
    of(one, fits=lambda _: False)
    assert made == [one, other, one]


def test_what_could_not_be_planned_is_not_kept():
    shared = SharedPlans()
    refused = Unavailable(reason=AbsenceReason.TOO_COSTLY, message="too costly")
    assert shared.planned(a_workload(), lambda _: True, lambda: refused) is refused
    assert shared.plan(a_workload().form, lambda _: True) is None


def test_of_more_forms_than_are_kept_those_asked_for_last_stay():
    shared = SharedPlans(most_plans=2)
    workloads = [a_workload(bounds=(least, 100)) for least in (1, 2, 3)]
    for workload in workloads[:2]:
        shared.keep(make_plan(workload, START, END))
    assert shared.plan(workloads[0].form, lambda _: True) is not None
    shared.keep(make_plan(workloads[2], START, END))
    kept = [shared.plan(workload.form, lambda _: True) is not None for workload in workloads]
    assert kept == [True, False, True]
