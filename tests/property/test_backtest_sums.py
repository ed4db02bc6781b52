"""What must hold of any backtest, whatever was recorded."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from firstbell.lab.record.outcome import Variant
from tests.unit.lab.record.replays import UNKNOWN, a_recording, a_school, tried

LEVELS = st.lists(
    st.tuples(st.integers(1, 45), st.sampled_from([0.0, 0.5, 2.0, 6.0, 7.5, 20.0, UNKNOWN])), max_size=12
)


def a_morning(changes, factor: float = 1.0):
    """From 06:40 to 08:20 UTC with changes after so many minutes each; the bell is at 07:30.

    Replicas are wanted for it from 07:20 to 08:00: what stands before and what is left behind is seen.
    """
    values, level = [], 1.0
    for minutes, after in changes:
        values += [level] * minutes
        level = after
    values += [level] * 100

    def load(second: int) -> float:
        return factor * values[second // 60]

    return a_recording("2025-02-04T06:40", "2025-02-04T08:20", load)


@settings(max_examples=40, deadline=None)
@given(LEVELS, st.booleans(), st.integers(0, 180))
def test_no_load_is_no_short_time_and_sums_are_within_their_stretch(changes, beside, start_seconds):
    recording = a_morning(changes)
    outcome = tried(a_school(), recording, beside_autoscaler=beside, start_seconds=start_seconds)
    nothing = tried(a_school(), a_morning(changes, factor=0.0), beside_autoscaler=beside)
    for variant in Variant:
        assert nothing.totals[variant].tally.short_seconds == 0
        total = outcome.totals[variant].tally
        assert 0 <= total.short_seconds <= outcome.known_seconds
        assert (total.short_seconds > 0) == (total.most_missing > 0)
        assert total.waste <= total.replica_seconds
        assert sum(bell.tallies[variant].short_seconds for bell in outcome.bells) <= total.short_seconds
    assert outcome.totals[Variant.FIXED].tally.short_seconds == 0
    assert outcome.totals[Variant.FIXED].tally.replica_seconds == outcome.fixed * (
        recording.end - recording.start
    )


@settings(max_examples=40, deadline=None)
@given(LEVELS, st.sampled_from([1.1, 2.0, 5.0]))
def test_more_load_never_means_less_short_time_for_a_count_that_does_not_follow_it(changes, factor):
    """A fixed size, and the calendar alone.

    What follows the load may be the better for a larger one: a rise of nine percent is within an HPA's
    tolerance, one of eleven is not.
    """
    less, more = (tried(a_school(), a_morning(changes, by), metric=None, fixed=6) for by in (1.0, factor))
    assert less.totals[Variant.FIXED].tally.short_seconds <= more.totals[Variant.FIXED].tally.short_seconds
    for one, two in zip(less.bells, more.bells, strict=True):
        for variant in (Variant.FIXED, Variant.FIRSTBELL):
            assert one.tallies[variant].short_seconds <= two.tallies[variant].short_seconds


@settings(max_examples=40, deadline=None)
@given(LEVELS, st.integers(0, 120))
def test_pods_that_start_sooner_are_never_short_longer(changes, start_seconds):
    recording = a_morning(changes)
    sooner = tried(a_school(), recording, start_seconds=start_seconds)
    later = tried(a_school(), recording, start_seconds=start_seconds + 60)
    for variant in Variant:
        assert sooner.totals[variant].tally.short_seconds <= later.totals[variant].tally.short_seconds
        assert sooner.totals[variant].tally.waste == later.totals[variant].tally.waste


@settings(max_examples=40, deadline=None)
@given(LEVELS, st.booleans())
def test_with_live_metrics_there_are_never_fewer_replicas_than_by_the_calendar_alone(changes, beside):
    recording = a_morning(changes)
    alone = tried(a_school(), recording, metric=None, beside_autoscaler=beside)
    both = tried(a_school(), recording, beside_autoscaler=beside)
    assert (
        both.totals[Variant.FIRSTBELL].tally.short_seconds
        <= alone.totals[Variant.FIRSTBELL].tally.short_seconds
    )
