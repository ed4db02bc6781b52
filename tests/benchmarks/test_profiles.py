"""What one profile of ten thousand workloads costs: processor time. Budgets are printed, never enforced.

    pytest --benchmark-only tests/benchmarks/test_profiles.py

Ten thousand SchoolAutoscalers of one ClusterScalingProfile and one ClusterSchoolCalendar, each with an HPA
and one number of its own, of 200 different ones, all in one store. A plan is what the operator keeps: 48
hours.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import pytest

from firstbell.core import Plan
from firstbell.core.instants import minute_of
from firstbell.engine.deciding.planning import current_plan
from firstbell.engine.deciding.situation import situation
from firstbell.engine.floor.reading import seen_floor
from firstbell.engine.memory.kept_plans import KeptPlans
from firstbell.engine.memory.memory import Memory
from firstbell.engine.memory.shared_plans import SharedPlans
from firstbell.engine.seen.own_kinds import seen_autoscaler, seen_calendar, seen_profile
from firstbell.engine.seen.store import Store
from firstbell.engine.seen.workloads import DEPLOYMENT, seen_workload
from firstbell.kinds.foreign_autoscalers import HPA
from tests.fakes import instant
from tests.unit.engine.bodies import BEFORE, a_cluster_calendar, a_deployment, a_profile, an_hpa, profiled

pytestmark = pytest.mark.benchmark(timer=time.process_time, group="profiles")
MANY, NUMBERS = 10_000, 200
NOW = instant(BEFORE)
REFS = [{"name": "everybody", "kind": "ClusterSchoolCalendar"}]
PEAKS = [
    {"name": "first", "anchor": "FirstPeriodStart"},
    {"name": "change", "anchor": "PeriodStart", "loadPercent": 45},
    {"name": "noon", "anchor": "AfterBreak", "loadPercent": 60},
]


def told(body, generation=1):
    body["metadata"] |= {"uid": body["metadata"]["name"], "generation": generation, "resourceVersion": "1"}
    return body


@dataclass
class Many:
    """The store with all of them, what each remembers, and how often the profile was edited."""

    store: Store
    memories: dict[str, Memory]
    edits: int = 1

    def edit(self) -> None:
        """Somebody edits the profile: another share for the first lesson."""
        self.edits += 1
        peaks = [{**PEAKS[0], "loadPercent": 50 + self.edits}, *PEAKS[1:]]
        self.store.put_profile(seen_profile(told(a_profile(calendarRefs=REFS, peaks=peaks), self.edits)))

    def plan(self) -> int:
        """Everybody looks: rules completed anew, and a plan of 48 hours; how many have one."""
        planned = 0
        for key, memory in self.memories.items():
            seen = self.store.current(key)
            stands = situation(self.store, seen, seen.in_force, "firstbell", NOW)
            plan = current_plan(stands, stands.actuator, memory, minute_of(NOW))
            planned += isinstance(plan, Plan)
        return planned


@pytest.fixture(scope="module")
def many() -> Many:
    store, shared = Store(), SharedPlans()
    store.put_calendar(seen_calendar(told(a_cluster_calendar())))
    store.put_profile(seen_profile(told(a_profile(calendarRefs=REFS, peaks=PEAKS))))
    memories = {}
    for number in range(MANY):
        name = f"web-{number}"
        capacity = {"replicasAtPeak": 1 + number % NUMBERS}
        body = profiled(name, target=name, calendarRefs=None, capacity=capacity)
        store.put_autoscaler(seen_autoscaler(told(body)))
        store.put_floor(seen_floor(told(an_hpa(name, target=name)), HPA))
        store.put_workload(seen_workload(told(a_deployment(name)), DEPLOYMENT))
        memories[f"ns/{name}"] = Memory(plans=KeptPlans(shared=shared))
    return Many(store=store, memories=memories)


def test_ten_thousand_of_one_profile_are_planned(benchmark, many):
    """Budget: 3 s."""
    assert benchmark.pedantic(many.plan, setup=many.edit, rounds=3) == MANY


def test_an_edit_of_the_profile_of_ten_thousand_is_noted(benchmark, many):
    """No budget: all that is done before anybody else's turn. A slice has 500 ms."""
    benchmark.pedantic(many.edit, rounds=5)
    assert many.store.profiles.is_stale("ns/web-1")
