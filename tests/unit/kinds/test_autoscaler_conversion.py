"""What a policy's spec becomes, and what else the engine reads off it."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
import yaml

from firstbell.core.calendar import CalendarEvent, DemandEventType, InstructionMode
from firstbell.core.days import DayClass, Transition
from firstbell.core.policy import DayFactor, Match, Peak, PeakAnchor, Shape
from firstbell.kinds.autoscaler_conversion import (
    read_autoscaler,
    to_behavior,
    to_policy,
    to_scaling_rules,
)
from firstbell.kinds.behavior import DEFAULT_SCALE_DOWN, DEFAULT_SCALE_UP, SelectPolicy
from firstbell.kinds.problems import Refused
from firstbell.kinds.school_autoscaler import Actuation, Mode, OnCalendarError, SchoolAutoscalerSpec
from tests.unit.kinds.specimens import MISSING, changed, spec

EXAMPLES = Path(__file__).parents[3] / "examples"


def read(**changes) -> SchoolAutoscalerSpec:
    model = read_autoscaler(changed(spec("SchoolAutoscaler"), changes))
    assert not isinstance(model, Refused), [str(problem) for problem in model.problems]
    return model


def test_a_policy_has_what_planning_needs():
    policy = to_policy("ns", "web", read())
    assert policy.key == "ns/web"
    assert policy.calendar_names == ("school", "evening-school")
    assert policy.pupils_per_replica == 1000
    assert policy.max_factor_percent == 900
    assert policy.hold_gap_minutes == 20


def test_replicas_at_peak_take_the_place_of_pupils_per_replica():
    policy = to_policy("ns", "web", read(capacity={"replicasAtPeak": 60}))
    assert (policy.pupils_per_replica, policy.replicas_at_peak) == (None, 60)


def test_peaks_take_the_defaults_of_the_design():
    assert to_policy("ns", "web", read()).peaks == (
        Peak(
            name="first",
            anchor=PeakAnchor.FIRST_PERIOD_START,
            shape=Shape(lead=15, ramp=0, hold=20, decay=25),
            load_percent=110,
        ),
        Peak(
            name="after-break",
            anchor=PeakAnchor.AFTER_BREAK,
            shape=Shape(lead=10, ramp=20, hold=30, decay=30),
            min_break_minutes=15,
            load_percent=40,
        ),
        Peak(
            name="cards",
            anchor=PeakAnchor.DEMAND_EVENT,
            demand_event_types=frozenset({DemandEventType.REPORT_CARD}),
            min_break_minutes=10,
            load_percent=100,
            replicas=12,
        ),
    )


def test_factors_keep_every_list_of_their_match():
    assert to_policy("ns", "web", read()).day_factors == (
        DayFactor(
            name="remote",
            match=Match(
                day_classes=frozenset({DayClass.FIRST_DAY_OF_WEEK}),
                instruction_modes=frozenset({InstructionMode.REMOTE}),
                transitions=frozenset({Transition.TO_REMOTE}),
                events=frozenset({CalendarEvent.INSTRUCTIONAL_DAY}),
                labels=frozenset({"A"}),
                regions=("zone-a",),
            ),
            percent=300,
        ),
    )


def test_without_capacity_every_peak_brings_its_replicas():
    sized = [{"name": "first", "anchor": "FirstPeriodStart", "replicas": 3}]
    policy = to_policy("ns", "web", read(capacity=MISSING, peaks=sized))
    assert policy.pupils_per_replica is None
    assert policy.peaks[0].replicas == 3


def test_a_policy_may_leave_bounds_to_the_autoscaler():
    model = read(minReplicas=MISSING, maxReplicas=MISSING)
    assert model.min_replicas is None
    assert model.max_replicas is None


def test_words_of_the_policy_are_read():
    model = read()
    assert model.actuation is Actuation.AUTOSCALER_FLOOR
    assert model.mode is Mode.DRY_RUN
    assert model.on_calendar_error is OnCalendarError.REACTIVE_ONLY
    least = {"scaleTargetRef": spec("SchoolAutoscaler")["scaleTargetRef"], "calendarRefs": [{"name": "c"}]}
    default = read_autoscaler(least)
    assert not isinstance(default, Refused)
    assert (default.actuation, default.mode) == (Actuation.AUTO, Mode.ENFORCE)
    assert default.on_calendar_error is OnCalendarError.HOLD_LAST_PLAN
    assert default.tolerance_ratio == Fraction(1, 10)


def test_behavior_is_filled_in_as_the_hpa_does():
    behavior = read().behavior
    assert behavior is not None
    assert behavior.up.stabilization_window_seconds == 0
    assert behavior.up.select_policy is SelectPolicy.MIN
    assert [policy.value for policy in behavior.up.policies] == [10]
    assert behavior.down.stabilization_window_seconds == 900
    assert behavior.down.policies == DEFAULT_SCALE_DOWN.policies


def test_a_window_of_nothing_is_not_the_default_one():
    behavior = read(**{"behavior.scaleDown.stabilizationWindowSeconds": 0}).behavior
    assert behavior is not None
    assert behavior.down.stabilization_window_seconds == 0


def test_no_behavior_is_the_default_one():
    behavior = to_behavior(read(behavior=MISSING))
    assert behavior.up == to_scaling_rules(DEFAULT_SCALE_UP)
    assert behavior.down == to_scaling_rules(DEFAULT_SCALE_DOWN)


@pytest.mark.parametrize(
    ("quantity", "amount"),
    [("350", Fraction(350)), ("500m", Fraction(1, 2)), ("1.5k", Fraction(1500)), ("2Ki", Fraction(2048))],
)
def test_metric_targets_are_exact(quantity, amount):
    model = read(**{"metrics[0].target.averageValue": quantity})
    assert model.metrics[0].target.amount == amount
    assert model.metrics[1].target.amount == 100


@pytest.mark.parametrize("name", ["smartschool-monday", "us-district-ab"])
def test_the_founding_examples_are_read(name):
    body = list(yaml.safe_load_all((EXAMPLES / f"{name}.yaml").read_text("utf-8")))[1]["spec"]
    model = read_autoscaler(body)
    assert not isinstance(model, Refused)
    assert [peak.name for peak in to_policy("ns", name, model).peaks] == [
        peak["name"] for peak in body["peaks"]
    ]


def test_each_direction_of_the_behavior_may_have_a_tolerance():
    behavior = to_behavior(read(behavior={"scaleUp": {"tolerance": "0.05"}, "scaleDown": {}}))
    assert (behavior.up.tolerance, behavior.down.tolerance) == (Fraction(1, 20), None)
