"""A policy completed by its profile: the object wins, field by field, and a field is taken whole."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstbell.kinds.autoscaler_conversion import read_autoscaler, to_policy, to_rules
from firstbell.kinds.cluster_scaling_profile import PROFILE_FIELDS, written_name
from firstbell.kinds.problems import Refused
from firstbell.kinds.profile_over import (
    completed,
    lay_over,
    read_profile,
    repeated_fields,
    taken_fields,
)
from tests.unit.kinds.specimens import MISSING, changed, spec

NAMES = {field: written_name(field) for field in PROFILE_FIELDS}
ONE_PEAK = [{"name": "own", "anchor": "FirstPeriodStart", "loadPercent": 70}]
OTHER = {
    "calendarRefs": [{"name": "other"}],
    "peaks": ONE_PEAK,
    "dayFactors": [{"name": "every", "match": {}, "percent": 120}],
    "maxFactorPercent": 700,
    "holdGapMinutes": 5,
    "leadTime": {"mode": "Fixed"},
    "surge": {"maxPercent": 150},
    "tolerance": "0.2",
    "behavior": {"scaleUp": {"stabilizationWindowSeconds": 7}},
}
"""What an object says itself of each field, other than the specimen of a profile."""


def a_profile(**changes):
    read = read_profile(changed(spec("ClusterScalingProfile"), changes))
    assert not isinstance(read, Refused), [str(problem) for problem in read.problems]
    return read


def a_policy(*given_fields, **changes):
    """A policy that gives these of a profile's fields itself, and no others."""
    left = {name: OTHER[name] if name in given_fields else MISSING for name in NAMES.values()}
    read = read_autoscaler(changed(spec("SchoolAutoscaler"), left | changes))
    assert not isinstance(read, Refused), [str(problem) for problem in read.problems]
    return read


def told(read) -> list[str]:
    assert isinstance(read, Refused)
    return [str(problem) for problem in read.problems]


def test_everything_comes_from_the_profile_where_the_object_says_nothing():
    profile = a_profile()
    whole = completed(a_policy(), profile)
    for field in PROFILE_FIELDS:
        assert getattr(whole, field) == getattr(profile, field), field
    policy, rules = to_policy("ns", "web", whole), to_rules(whole)
    assert policy.calendar_names == ("country", "school")
    assert [ref.key_in("ns") for ref in whole.calendar_refs] == ["country", "ns/school"]
    assert (policy.hold_gap_minutes, policy.max_factor_percent, policy.longest_lead_minutes) == (20, 900, 20)
    assert (rules.surge_max_percent, float(rules.tolerance)) == (200, 0.05)


def test_what_neither_gives_has_the_default():
    bare = a_profile(**dict.fromkeys(set(NAMES.values()) - {"calendarRefs"}, MISSING))
    whole = completed(a_policy(), bare)
    policy, rules = to_policy("ns", "web", whole), to_rules(whole)
    assert (policy.hold_gap_minutes, policy.max_factor_percent, policy.longest_lead_minutes) == (30, 5000, 0)
    assert (rules.surge_max_percent, float(rules.tolerance), policy.peaks) == (None, 0.1, ())


def test_a_list_is_taken_whole_an_empty_one_too():
    profile = a_profile()
    assert [peak.name for peak in completed(a_policy("peaks"), profile).peaks] == ["own"]
    none = completed(a_policy(peaks=[], dayFactors=[]), profile)
    assert (none.peaks, none.day_factors) == ((), ())


def test_a_block_is_taken_whole_too():
    whole = completed(a_policy("behavior", "leadTime"), a_profile())
    assert whole.behavior.scale_down is None
    assert whole.lead_time.max_minutes == 15


@given(st.sets(st.sampled_from(sorted(NAMES.values()))), st.sets(st.sampled_from(sorted(NAMES.values()))))
def test_the_object_wins_field_by_field_and_twice_is_once(mine, theirs):
    policy = a_policy(*mine)
    profile = a_profile(**{name: MISSING for name in NAMES.values() if name not in theirs})
    whole = lay_over(policy, profile)
    for field, name in NAMES.items():
        giver = policy if name in mine else profile if name in theirs else None
        if giver is not None:
            assert getattr(whole, field) == getattr(giver, field), name
    assert {NAMES[field] for field in taken_fields(policy, profile)} == theirs - mine
    assert lay_over(whole, profile) == whole
    assert lay_over(whole, a_profile()) == lay_over(policy, profile) or mine | theirs != set(NAMES.values())
    for field in type(policy).model_fields:
        if field not in PROFILE_FIELDS:
            assert getattr(whole, field) == getattr(policy, field), field


def test_a_profiles_surge_is_left_to_those_who_have_a_metric_for_it():
    without = a_policy(metrics=MISSING)
    assert completed(without, a_profile()).surge is None
    assert "surge" not in taken_fields(without, a_profile())


@pytest.mark.parametrize(
    ("theirs", "mine", "want"),
    [
        pytest.param(
            {"calendarRefs": MISSING},
            {},
            "spec.calendarRefs: is missing, and ClusterScalingProfile everybody does not give it. Add it: "
            "The calendars whose pupils use the workload.",
            id="no calendars",
        ),
        pytest.param(
            {},
            {"capacity": MISSING},
            "spec.capacity: is missing, and peaks[0] of ClusterScalingProfile everybody has no replicas. Add "
            "capacity with replicasAtPeak or pupilsPerReplica.",
            id="peaks that nothing sizes",
        ),
    ],
)
def test_what_neither_gives_and_is_needed_is_told(theirs, mine, want):
    assert told(completed(a_policy(**mine), a_profile(**theirs))) == [want]


def test_peaks_of_the_profile_with_replicas_need_no_capacity():
    sized = [{"name": "first", "anchor": "FirstPeriodStart", "replicas": 9}]
    whole = completed(a_policy(capacity=MISSING), a_profile(peaks=sized))
    assert to_policy("ns", "web", whole).peaks[0].replicas == 9


def test_shares_of_a_profile_and_one_number_of_the_workload():
    shares = [{"name": "first", "anchor": "FirstPeriodStart", "loadPercent": 40}]
    whole = completed(a_policy(capacity={"replicasAtPeak": 60}), a_profile(peaks=shares))
    policy = to_policy("ns", "web", whole)
    assert (policy.peaks[0].load_percent, policy.replicas_at_peak) == (40, 60)


def test_equal_peaks_and_factors_are_the_very_same_values():
    one = to_policy("ns", "one", completed(a_policy(), a_profile()))
    other = to_policy("ns", "other", completed(a_policy(), a_profile()))
    assert one.peaks is other.peaks
    assert one.day_factors is other.day_factors


def test_what_both_say_alike_is_found():
    profile = a_profile(holdGapMinutes=5, peaks=ONE_PEAK)
    assert set(repeated_fields(a_policy("holdGapMinutes", "peaks", "tolerance"), profile)) == {
        "hold_gap_minutes",
        "peaks",
    }
