"""Values of a policy: defaults, and what they refuse to be."""

from __future__ import annotations

import pytest

from firstbell.core.policy import Bounds, Peak, PeakAnchor, Shape
from tests.builders import a_cohort, a_factor, a_peak, a_policy, a_shape


def test_a_peak_leads_by_ten_minutes_ramps_twenty_and_holds_and_decays_thirty():
    peak = Peak(name="p", anchor=PeakAnchor.FIRST_PERIOD_START)
    assert (Shape(lead=10, ramp=20, hold=30, decay=30), 100, 10) == (
        peak.shape,
        peak.load_percent,
        peak.min_break_minutes,
    )


def test_a_policy_caps_at_fifty_times_and_holds_gaps_of_half_an_hour():
    assert (a_policy().max_factor_percent, a_policy().hold_gap_minutes) == (5000, 30)


def test_a_policy_is_known_by_namespace_and_name():
    assert a_policy(namespace="lms", name="sso").key == "lms/sso"


@pytest.mark.parametrize(
    ("build", "message"),
    [
        pytest.param(lambda: a_shape(ramp=-1), "at least 0", id="a negative ramp"),
        pytest.param(lambda: a_shape(lead=-1), "at least 0", id="a negative lead"),
        pytest.param(lambda: a_shape(lead=0, hold=0), "at least 1 minute", id="no width at all"),
        pytest.param(lambda: Bounds(minimum=3, maximum=2), "above maxReplicas 2", id="bounds turned round"),
        pytest.param(lambda: Bounds(minimum=-1, maximum=2), "at least 0", id="a negative minimum"),
        pytest.param(lambda: a_policy(pupils_per_replica=None), "has no replicas", id="nothing to size by"),
        pytest.param(
            lambda: a_policy(a_peak(replicas=3), a_peak(), pupils_per_replica=None),
            "has no replicas",
            id="one peak of two without a size",
        ),
        pytest.param(lambda: a_policy(pupils_per_replica=0), "at least 1", id="replicas that carry nobody"),
        pytest.param(lambda: a_policy(max_factor_percent=-1), "at least 0", id="a negative cap"),
        pytest.param(lambda: a_policy(hold_gap_minutes=-1), "at least 0", id="a negative gap"),
        pytest.param(lambda: a_factor(-1), "at least 0", id="a negative factor"),
        pytest.param(lambda: a_peak(load_percent=-1), "at least 0", id="a negative load"),
        pytest.param(lambda: a_peak(replicas=-1), "at least 0", id="a negative size"),
        pytest.param(lambda: a_peak(min_break_minutes=-1), "at least 0", id="a negative break"),
        pytest.param(lambda: a_cohort(-1), "negative", id="negative pupils"),
    ],
)
def test_what_a_value_may_not_be_is_refused_when_it_is_built(build, message):
    with pytest.raises(ValueError, match=message):
        build()


@pytest.mark.parametrize(
    "build",
    [
        pytest.param(lambda: a_shape(lead=0, hold=1), id="a minute from the bell on"),
        pytest.param(lambda: a_shape(lead=1, hold=0), id="a minute before the bell"),
        pytest.param(lambda: a_shape(ramp=0, decay=0), id="steps up and down"),
        pytest.param(lambda: Bounds(minimum=2, maximum=2), id="equal bounds"),
        pytest.param(lambda: Bounds(minimum=0, maximum=None), id="no ceiling, and scale to zero"),
        pytest.param(lambda: a_policy(a_peak(replicas=3), pupils_per_replica=None), id="sized by replicas"),
    ],
)
def test_what_stands_at_the_edge_is_accepted(build):
    assert build() is not None
