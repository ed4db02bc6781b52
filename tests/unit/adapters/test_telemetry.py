"""Figures: bounded labels, series that go with their object, and what is not known has no sample."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import pytest

from firstbell.adapters.telemetry import PrometheusTelemetry
from firstbell.core import Requested
from firstbell.engine.ports import FleetFigures


@pytest.fixture
def telemetry():
    return PrometheusTelemetry()


def value(telemetry, sample, /, **labels):
    return telemetry.registry.get_sample_value(sample, labels)


def replicas(telemetry, kind):
    return value(telemetry, f"firstbell_{kind}_replicas", namespace="ns", name="web")


def test_what_an_autoscaler_stands_at(telemetry):
    telemetry.decided("ns/web", current=4, ready=3, desired=100)
    assert [replicas(telemetry, kind) for kind in ("current", "ready", "desired")] == [4, 3, 100]


def test_what_is_not_known_has_no_sample(telemetry):
    telemetry.decided("ns/web", current=4, ready=3, desired=100)
    telemetry.decided("ns/web", current=4, ready=None, desired=None)
    assert [replicas(telemetry, kind) for kind in ("current", "ready", "desired")] == [4, None, None]


def test_the_series_go_with_the_object(telemetry):
    telemetry.decided("ns/web", current=4, ready=3, desired=100)
    telemetry.forget("ns/web")
    telemetry.forget("ns/web")
    telemetry.forget("ns/never")
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
    telemetry.forget("ns/web")
    telemetry.forget("ns/web")
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
