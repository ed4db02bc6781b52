"""What is told of a shortage of firstbell's: which of three it is, and the cure."""

from __future__ import annotations

from firstbell.core.calendar import InstructionMode
from firstbell.lab.day.advice import advice
from firstbell.lab.day.compare import Conditions, Variant, compare
from firstbell.lab.day.crowd import Coming
from firstbell.lab.day.day import World
from firstbell.lab.day.faults import SharedLimit
from firstbell.lab.day.pods import Cluster
from tests.builders import a_calendar, a_factor, a_peak, a_policy, a_row, a_shape, a_workload, on


def told(*, lead=10, **conditions) -> str | None:
    remote = a_factor(2000, instruction_modes={InstructionMode.REMOTE})
    policy = a_policy(a_peak(shape=a_shape(lead=lead, ramp=60)), day_factors=(remote,))
    at_home = a_calendar(weekly_schedule=(a_row(instruction_mode=InstructionMode.REMOTE),))
    workload = a_workload(policy, at_home, minimum=4, maximum=200)
    conditions = Conditions(beside_autoscaler=False, **conditions)
    return advice(compare(workload, on("2024-09-11"), conditions, (Variant.FIRSTBELL,)))


def test_where_it_held_there_is_none():
    assert told() is None


def test_pods_that_come_too_late_need_more_lead():
    late = World(cluster=Cluster(node_seconds=1500))
    assert "a pod takes 1540 s to be Ready. Raise leadMinutes" in told(lead=0, world=late)


def test_a_plan_that_asks_for_too_little_says_how_much_is_needed():
    text = told(coming=Coming(load_percent=300))
    assert text.startswith("the plan asks for 120 where ") or "would carry what comes" in text
    assert "rampMinutes, leadMinutes" in text


def test_what_no_replica_helps_is_told_so():
    assert "no scaling helps" in told(world=World(faults=(SharedLimit(replicas=20),)))


def test_without_firstbell_there_is_nothing_to_say():
    workload = a_workload(a_policy(a_peak()), a_calendar(), minimum=1, maximum=9)
    assert advice(compare(workload, on("2024-09-11"), Conditions(), (Variant.HPA_ALONE,))) is None
