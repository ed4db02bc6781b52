"""What every decision keeps to: bounds, more load never fewer replicas, ignorance and a restart never fewer.

And the behavior against an HPA's own bookkeeping, written down plainly: whole lists, nothing left out.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from functools import cache
from math import ceil

from hypothesis import given
from hypothesis import strategies as st

from firstbell.core.absence import Unavailable
from firstbell.core.behavior import Behavior, RatePolicy, RateType, ScalingRules, SelectPolicy
from firstbell.core.decide import Observation, decide, remembered
from firstbell.core.decision import Ceiling, Recommendation
from firstbell.core.history import History
from firstbell.core.limits import behaved
from firstbell.core.reactive import LiveMetric, MetricTarget, TargetType
from firstbell.core.reasons import DecisionReason

NOW = datetime(2021, 2, 8, 7, 30, tzinfo=UTC)
MISSING = Unavailable(reason="Timeout", message="Prometheus did not answer")


@cache
def numerators(least: int, most: int) -> st.SearchStrategy[int]:
    return st.integers(least, most)


@st.composite
def fractions(draw, least: int, most: int, denominators: st.SearchStrategy[int]) -> Fraction:
    """What `st.fractions` draws with a largest denominator, without making five strategies for each."""
    denominator = draw(denominators)
    return Fraction(draw(numerators(least * denominator, most * denominator)), denominator)


counts = st.integers(0, 60)
seconds = st.sampled_from([0, 1, 15, 30, 60, 300, 1800])
readings = fractions(0, 6000, st.integers(1, 8))
policies = st.builds(
    RatePolicy,
    type=st.sampled_from(RateType),
    value=st.integers(1, 150),
    period=st.sampled_from([5, 15, 60, 600]).map(lambda length: timedelta(seconds=length)),
)
rules = st.builds(
    ScalingRules,
    window=seconds.map(lambda length: timedelta(seconds=length)),
    policies=st.lists(policies, max_size=3).map(tuple),
    select=st.sampled_from(SelectPolicy),
)
behaviors = st.builds(Behavior, up=rules, down=rules)
targets = st.builds(
    MetricTarget,
    name=st.just("pupils-online"),
    type=st.sampled_from(TargetType),
    amount=fractions(1, 400, st.integers(1, 4)),
)
schedules = counts.map(
    lambda replicas: Recommendation(
        replicas=replicas, reason=DecisionReason.SCHEDULED_PEAK, message="first-lesson"
    )
)


# Made once: to make and to check a strategy costs more than to draw from it.
maybe_counts = st.none() | counts
ages_of_entries = st.lists(st.integers(0, 3600), max_size=6)
rescales = st.integers(-20, 20)
baselines = st.integers(0, 20)
maybe_schedules = schedules | st.just(MISSING)
one_to_three_metrics = st.lists(
    st.builds(LiveMetric, target=targets, reading=readings), min_size=1, max_size=3
)
tolerances = fractions(0, 1, st.integers(1, 20))
booleans = st.booleans()


@cache
def ceilings(baseline: int) -> st.SearchStrategy:
    return st.none() | st.integers(baseline, 60).map(lambda most: Ceiling(replicas=most))


@st.composite
def histories(draw, behavior):
    """A past that decisions have left: recommendations and changes of the last hour."""
    history = History()
    ages = sorted(draw(ages_of_entries), reverse=True)
    for age in ages:
        at = NOW - timedelta(seconds=age)
        highest, lowest = history.with_recommendation(draw(counts), at, behavior)
        history = History(highest=highest, lowest=lowest, rescales=history.with_rescale(draw(rescales), at))
    live = draw(maybe_counts)
    return replace(history, live=live, scheduled=draw(maybe_counts))


@st.composite
def observations(draw):
    """Anything that can be seen, with one to three metrics that are known."""
    behavior = draw(behaviors)
    baseline = draw(baselines)
    metrics = draw(one_to_three_metrics)
    return Observation(
        now=NOW,
        baseline=baseline,
        scheduled=draw(maybe_schedules),
        metrics=tuple(metrics),
        tolerance=draw(tolerances),
        behavior=behavior,
        history=draw(histories(behavior)),
        ceiling=draw(ceilings(baseline)),
        held=draw(maybe_counts),
        current=draw(maybe_counts),
        ready=draw(maybe_counts),
        beside_autoscaler=draw(booleans),
        still_to_come=draw(counts),
        reactive_only=draw(booleans),
    )


def most(seen) -> int:
    return seen.ceiling.replicas if seen.ceiling is not None else 2**31


def with_reading(seen, index, reading) -> Observation:
    metrics = list(seen.metrics)
    metrics[index % len(metrics)] = replace(metrics[index % len(metrics)], reading=reading)
    return replace(seen, metrics=tuple(metrics))


@given(observations())
def test_never_below_the_minimum_nor_above_the_maximum(seen):
    assert seen.baseline <= decide(seen).desired <= most(seen)


@given(observations())
def test_what_is_scheduled_is_there_at_once(seen):
    if not isinstance(seen.scheduled, Unavailable):
        assert decide(seen).desired >= min(seen.scheduled.replicas, most(seen))


@given(observations(), st.integers(0, 2), readings)
def test_more_load_never_gives_fewer_replicas(seen, index, more):
    metric = seen.metrics[index % len(seen.metrics)]
    busier = with_reading(seen, index, metric.reading + more)

    assert decide(busier).desired >= decide(seen).desired


@given(observations(), st.integers(0, 2))
def test_a_missing_metric_never_gives_fewer_replicas_than_there_are(seen, index):
    blind = with_reading(seen, index, MISSING)

    assert decide(blind).desired >= min(seen.held or 0, most(seen))


@given(observations(), st.integers(0, 2), st.fractions(-100, -1))
def test_a_metric_below_0_is_a_missing_one(seen, index, below):
    negative = decide(with_reading(seen, index, below))

    assert negative.desired == decide(with_reading(seen, index, MISSING)).desired


@given(observations())
def test_a_missing_schedule_never_gives_fewer_replicas_than_there_are(seen):
    blind = replace(seen, scheduled=MISSING, reactive_only=False)

    assert decide(blind).desired >= min(seen.held or 0, most(seen))


@given(observations())
def test_a_restart_never_gives_fewer_replicas_than_there_are(seen):
    window = timedelta(seconds=1) + seen.behavior.down.window
    behavior = replace(seen.behavior, down=replace(seen.behavior.down, window=window))
    restarted = replace(seen, history=History(), behavior=behavior, hold_until=NOW + window)

    assert decide(restarted).desired >= min(seen.held or 0, most(seen))
    if not seen.beside_autoscaler:
        assert decide(replace(restarted, hold_until=None)).desired >= min(seen.held or 0, most(seen))


@given(observations())
def test_every_step_from_proposal_to_decision_has_its_reason(seen):
    decision = decide(seen)

    values = [limit.after for limit in decision.limits]
    assert [limit.before for limit in decision.limits][1:] == values[:-1]
    assert all(limit.before != limit.after for limit in decision.limits)
    if values:
        assert values[-1] == decision.desired


@given(observations(), st.integers(1, 400))
def test_the_same_again_a_moment_later_changes_nothing_back(seen, later):
    decision = decide(seen)
    again = replace(
        seen,
        now=NOW + timedelta(seconds=later),
        held=decision.desired,
        history=remembered(seen, decision),
        scheduled=MISSING,
        reactive_only=False,
    )
    assert decide(again).desired >= min(decision.desired, most(seen))


class PlainAutoscaler:
    """An HPA's bookkeeping: every recommendation and every event of an hour, looked through each time."""

    def __init__(self, behavior, current, start) -> None:
        self.behavior, self.current = behavior, current
        self.recommendations = [(start, current)]
        self.events = []

    def sync(self, wanted, now) -> int:
        up, down = self.behavior.up, self.behavior.down
        lowest = min([wanted, *self._within(self.recommendations, up.window, now)])
        highest = max([wanted, *self._within(self.recommendations, down.window, now)])
        value = min(max(self.current, lowest), highest)
        self.recommendations.append((now, wanted))
        if value > self.current:
            value = min(value, max(self.current, self._limit(up, now, rises=True)))
        if value < self.current:
            value = max(value, min(self.current, self._limit(down, now, rises=False)))
        if value != self.current:
            self.events.append((now, value - self.current))
        self.current = value
        return value

    def _limit(self, rules, now, *, rises) -> int:
        if rules.select is SelectPolicy.DISABLED:
            return self.current
        limits = []
        for policy in rules.policies:
            start = self.current - sum(self._within(self.events, policy.period, now))
            sign = 1 if rises else -1
            part = Fraction(start * policy.value, 100) if policy.type is RateType.PERCENT else policy.value
            limit = start + sign * part
            limits.append(ceil(limit) if rises else limit.__floor__())
        if not limits:
            return 2**31 - 1 if rises else 0
        return (max if rises is (rules.select is SelectPolicy.MAX) else min)(limits)

    @staticmethod
    def _within(entries, window, now) -> list[int]:
        return [value for time, value in entries if time > now - window]


@given(
    behaviors,
    counts,
    st.lists(st.tuples(st.sampled_from([1, 5, 15, 30, 61, 301]), counts), min_size=1, max_size=40),
)
def test_the_short_history_stands_for_the_whole_of_an_autoscalers(behavior, start, syncs):
    now, current = NOW, start
    plain = PlainAutoscaler(behavior, start, now)
    history = History.seeded(now, start)
    for later, wanted in syncs:
        now += timedelta(seconds=later)
        after, _ = behaved(wanted, current, history, behavior, now)
        highest, lowest = history.with_recommendation(wanted, now, behavior)
        history = History(highest=highest, lowest=lowest, rescales=history.with_rescale(after - current, now))
        current = after

        assert current == plain.sync(wanted, now)
