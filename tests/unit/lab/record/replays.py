"""Recordings and trials for tests of what a backtest comes to.

The school of the builders in Brussels: 60,000 pupils at 08:30, 10,000 of them to a replica. The load is
counted in replicas: one replica carries 1.
"""

from __future__ import annotations

from bisect import bisect_right
from fractions import Fraction
from math import nan
from typing import TYPE_CHECKING

from firstbell.core.reactive import MetricTarget, TargetType
from firstbell.lab.record.outcome import Outcome, Variant
from firstbell.lab.record.recording import Recording, Sample, recorded
from firstbell.lab.record.trial import Trial, run_trial
from tests.builders import a_peak, a_policy, a_shape, a_workload, utc

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from firstbell.core.plan import Workload

ONE = Fraction(1)
METRIC = MetricTarget(name="load", type=TargetType.AVERAGE_VALUE, amount=ONE)
STEP = a_shape(lead=10, ramp=0, hold=30, decay=0)


def a_school(*calendars, minimum: int = 1, maximum: int = 50, **policy) -> Workload:
    return a_workload(a_policy(a_peak(shape=STEP), **policy), *calendars, minimum=minimum, maximum=maximum)


def a_recording(start: str, end: str, load: Callable[[int], float], step: int = 15) -> Recording:
    """From one time to another in UTC: `load` gives the value so many seconds after the start."""
    first, last = utc(start) * 60, utc(end) * 60
    samples: Iterable[Sample] = (Sample(at, load(at - first)) for at in range(first, last, step))
    found = recorded(samples)
    assert found is not None
    return found


def levels(*changes: tuple[str, float]) -> Callable[[str], Callable[[int], float]]:
    """A load that changes at times of the day in UTC (`07:30`), for a recording from a time of that day."""

    def seconds(text: str) -> int:
        hours, minutes = text.split(":")
        return int(hours) * 3600 + int(minutes) * 60

    since = [seconds(text) for text, _ in changes]

    def beginning(start: str) -> Callable[[int], float]:
        first = seconds(start)

        def load(second: int) -> float:
            return changes[bisect_right(since, first + second) - 1][1]

        return load

    return beginning


def tried(workload: Workload, recording: Recording, **options) -> Outcome:
    """The outcome with live metrics, unless `metric=None`."""
    defaults = {"per_replica": ONE, "hpa_bounds": workload.bounds, "metric": METRIC, "overrides": ()}
    return run_trial(Trial(workload=workload, **defaults | options), recording)


def short_minutes(outcome: Outcome) -> dict[str, float]:
    """Minutes short of each variant over the whole time."""
    return {variant.value: outcome.totals[variant].tally.short_seconds / 60 for variant in Variant}


UNKNOWN = nan
