"""Figures: bounded labels, series that go with their object, and what is not known has no sample."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import pytest

from firstbell.adapters import object_figures
from firstbell.adapters.telemetry import PrometheusTelemetry
from firstbell.core.capacity import Requested
from firstbell.engine.ports import NOT_KNOWN, CalendarFigures, ComingBell, FleetFigures, Standing
from tests.unit.adapters.scraping import conditions, labels_of, samples

AUTOSCALER, CALENDAR = "SchoolAutoscaler", "SchoolCalendar"


@pytest.fixture
def telemetry():
    return PrometheusTelemetry()


def value(telemetry, sample, /, **labels):
    return samples(telemetry).get((sample, frozenset(labels.items())))


def replicas(telemetry, kind):
    return value(telemetry, f"firstbell_{kind}_replicas", namespace="ns", name="web")


def test_what_an_autoscaler_stands_at(telemetry):
    telemetry.decided("ns/web", Standing(current=4, ready=3, desired=100))
    assert [replicas(telemetry, kind) for kind in ("current", "ready", "desired")] == [4, 3, 100]


def test_what_is_not_known_has_no_sample(telemetry):
    telemetry.decided("ns/web", Standing(current=4, ready=3, desired=100))
    telemetry.decided("ns/web", Standing(current=4))
    assert [replicas(telemetry, kind) for kind in ("current", "ready", "desired")] == [4, None, None]


def test_the_series_go_with_the_object(telemetry):
    telemetry.decided("ns/web", Standing(current=4, ready=3, desired=100))
    telemetry.forget(AUTOSCALER, "ns/web")
    telemetry.forget(AUTOSCALER, "ns/web")
    telemetry.forget(AUTOSCALER, "ns/never")
    assert [replicas(telemetry, kind) for kind in ("current", "ready", "desired")] == [None] * 3


def test_writes_are_counted_by_what_and_outcome(telemetry):
    for outcome in ("ok", "ok", "Throttled"):
        telemetry.wrote("floor", outcome)
    assert value(telemetry, "firstbell_writes_total", what="floor", outcome="ok") == 2
    assert value(telemetry, "firstbell_writes_total", what="floor", outcome="Throttled") == 1


def test_ticks_are_measured(telemetry):
    telemetry.ticked(0.01)
    assert value(telemetry, "firstbell_tick_duration_seconds_count") == 1
    assert value(telemetry, "firstbell_tick_duration_seconds_bucket", le="0.02") == 1


def test_two_processes_in_one_do_not_share_figures(telemetry):
    telemetry.ticked(1)
    assert value(PrometheusTelemetry(), "firstbell_tick_duration_seconds_count") == 0


def test_why_replicas_are_not_ready_is_told_by_reason_and_gone_with_it(telemetry):
    def shown():
        reasons = ("Unschedulable", "Crash")
        return [
            value(telemetry, "firstbell_not_ready_replicas", namespace="ns", name="web", reason=reason)
            for reason in reasons
        ]

    telemetry.not_ready("ns/web", {"Unschedulable": 28, "Crash": 2})
    assert shown() == [28, 2]
    telemetry.not_ready("ns/web", {"Crash": 3})
    assert shown() == [None, 3]
    telemetry.forget(AUTOSCALER, "ns/web")
    telemetry.forget(AUTOSCALER, "ns/web")
    assert shown() == [None, None]


def next_bell(telemetry):
    return {
        name.removeprefix("firstbell_next_bell_"): telemetry.registry.get_sample_value(name)
        for name in (metric.name for metric in telemetry.registry.collect())
        if name.startswith("firstbell_next_bell_")
    }


def test_the_next_bell_is_told_for_all_workloads_together_and_without_labels(telemetry):
    assert all(math.isnan(value) for value in next_bell(telemetry).values())
    asked = Requested(pods=300, cpu=100_500, memory=2**30, pods_without_cpu=100, pods_without_memory=20)
    bell = datetime(2024, 9, 9, 8, 30, tzinfo=UTC)
    telemetry.fleet(FleetFigures(bell=bell, workloads=3, asked=asked, more=288, pods_per_minute=29))
    assert next_bell(telemetry) == {
        "timestamp_seconds": bell.timestamp(),
        "rising_workloads": 3,
        "more_pods": 288,
        "pods_per_minute": 29,
        "pods": 300,
        "cpu_cores": 100.5,
        "memory_bytes": 2**30,
        "pods_of_unknown_requests": 100,
    }
    telemetry.fleet(None)
    assert all(math.isnan(value) for value in next_bell(telemetry).values())


def test_which_shards_this_process_writes_is_shown_and_none_where_there_are_no_leases(telemetry):
    assert value(telemetry, "firstbell_shard_held", shard="0") is None
    telemetry.held({0: True, 1: False})
    assert [value(telemetry, "firstbell_shard_held", shard=str(shard)) for shard in range(2)] == [1, 0]
    telemetry.held({0: False, 1: False})
    assert value(telemetry, "firstbell_shard_held", shard="0") == 0


def test_every_number_of_a_standing_has_its_series_and_nothing_is_left_of_what_is_not_known(telemetry):
    known = Standing(current=1, ready=2, desired=3, floor=4, scheduled=5, wanted=6, maximum=7)
    telemetry.decided("ns/web", known)
    fields = Standing.__dataclass_fields__
    assert [replicas(telemetry, field) for field in fields] == [1, 2, 3, 4, 5, 6, 7]
    telemetry.decided("ns/web", NOT_KNOWN)
    assert [replicas(telemetry, field) for field in fields] == [None] * 7


def test_of_a_condition_the_status_that_holds_has_a_sample_and_no_other(telemetry):
    of = {"kind": AUTOSCALER, "namespace": "ns", "name": "web"}
    telemetry.reported(AUTOSCALER, "ns/web", conditions(("Ready", "True", "Resolved")))
    telemetry.reported(AUTOSCALER, "ns/web", conditions(("Ready", "False", "CalendarMissing")))
    told = {**of, "type": "Ready", "status": "False", "reason": "CalendarMissing"}
    assert labels_of(telemetry, "firstbell_condition") == [told]
    assert value(telemetry, "firstbell_condition", **told) == 1


def test_an_object_of_the_whole_cluster_has_an_empty_namespace(telemetry):
    telemetry.reported("ClusterScalingProfile", "small", conditions(("Valid", "True", "Resolved")))
    assert labels_of(telemetry, "firstbell_condition") == [
        {
            "kind": "ClusterScalingProfile",
            "namespace": "",
            "name": "small",
            "type": "Valid",
            "status": "True",
            "reason": "Resolved",
        }
    ]


@pytest.mark.parametrize(("status", "shown"), [("True", 1), ("False", 0), ("Unknown", None)])
def test_ready_for_the_bell_is_one_or_zero_and_nothing_while_unknown(telemetry, status, shown):
    telemetry.reported(AUTOSCALER, "ns/web", conditions(("ReadyForBell", "True", "Ready")))
    telemetry.reported(AUTOSCALER, "ns/web", conditions(("ReadyForBell", status, "Any")))
    assert value(telemetry, "firstbell_ready_for_bell", namespace="ns", name="web") == shown


def test_bells_are_counted_by_outcome_from_zero_on(telemetry):
    def counted():
        of = {"namespace": "ns", "name": "web"}
        return [value(telemetry, "firstbell_bells_total", **of, outcome=one) for one in ("ready", "late")]

    assert counted() == [None, None]
    telemetry.decided("ns/web", NOT_KNOWN)
    assert counted() == [0, 0], "an increase needs a value to come from"
    for late in (False, True, False):
        telemetry.rang("ns/web", late=late)
    telemetry.decided("ns/web", NOT_KNOWN)
    assert counted() == [2, 1]
    telemetry.forget(AUTOSCALER, "ns/web")
    assert counted() == [None, None]


def test_how_early_or_late_workloads_were_is_a_histogram_on_both_sides_of_the_bell(telemetry):
    for seconds in (240.0, -90.0):
        telemetry.ready_before_bell(seconds)
    name = "firstbell_ready_before_bell_seconds"
    assert value(telemetry, f"{name}_bucket", le="-60.0") == 1
    assert value(telemetry, f"{name}_bucket", le="0.0") == 1
    assert value(telemetry, f"{name}_count") == 2


def test_the_next_bell_of_a_workload_its_calendar_and_orders(telemetry):
    bell = datetime(2024, 9, 9, 8, 30, tzinfo=UTC)
    of = {"namespace": "ns", "name": "web"}
    telemetry.coming_bell("ns/web", ComingBell(at=bell, replicas=100))
    telemetry.planned_peak("ns/web", 300)
    telemetry.override_ends("ns/exam", bell)
    figures = CalendarFigures(last_day=bell, days={"north": "Regular", "south": None})
    telemetry.calendar(CALENDAR, "ns/school", figures)
    assert value(telemetry, "firstbell_workload_next_bell_timestamp_seconds", **of) == bell.timestamp()
    assert value(telemetry, "firstbell_workload_next_bell_replicas", **of) == 100
    assert value(telemetry, "firstbell_planned_peak_replicas", **of) == 300
    end = value(telemetry, "firstbell_override_end_timestamp_seconds", namespace="ns", name="exam")
    assert end == bell.timestamp()
    school = {"kind": CALENDAR, "namespace": "ns", "name": "school"}
    assert value(telemetry, "firstbell_calendar_last_day_timestamp_seconds", **school) == bell.timestamp()
    days = labels_of(telemetry, "firstbell_day_class")
    assert {(day["region"], day["class"]) for day in days} == {("north", "Regular"), ("south", "NoLessons")}


def test_after_a_look_at_everything_anew_nothing_of_before_is_told(telemetry):
    empty = len(samples(telemetry))
    telemetry.decided("ns/web", Standing(current=4))
    telemetry.reported(CALENDAR, "ns/school", conditions(("Valid", "True", "Resolved")))
    telemetry.begin_anew()
    assert len(samples(telemetry)) == empty


def test_before_everything_is_looked_at_anew_no_shard_is_held_and_nothing_known_of_a_stop(telemetry):
    telemetry.held({0: True, 1: False})
    telemetry.stopped(False)
    telemetry.clock_off(3)
    telemetry.begin_anew(range(2))
    held = [value(telemetry, "firstbell_shard_held", shard=shard) for shard in "01"]
    assert held == [0, 0]
    for unknown in ("firstbell_stopped", "firstbell_clock_offset_seconds"):
        assert math.isnan(value(telemetry, unknown))


def test_requests_and_queries_are_counted_by_closed_words(telemetry):
    telemetry.requested("patch", "schoolautoscalers/status", "NotFound", 0.02)
    telemetry.queried("EmptyResult", 0.3)
    told = {"verb": "patch", "resource": "schoolautoscalers/status", "outcome": "notFound"}
    assert value(telemetry, "firstbell_api_requests_total", **told) == 1
    assert value(telemetry, "firstbell_prometheus_queries_total", outcome="emptyResult") == 1
    assert value(telemetry, "firstbell_prometheus_query_duration_seconds_count") == 1


def test_names_that_change_for_ever_are_not_kept(telemetry):
    """Whoever edits a calendar may rename its regions again and again."""
    for edit in range(500):
        telemetry.calendar(CALENDAR, "ns/c", CalendarFigures(days={f"{edit}-{n}": None for n in range(24)}))
    assert len(telemetry.objects._texts) <= object_figures.MOST_TEXTS
    assert len(labels_of(telemetry, "firstbell_day_class")) == 24
