"""Schedule, live metrics, limits and bounds together, by a table; and what is remembered of a decision."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from pathlib import Path

import pytest
import yaml

from firstbell.core.absence import Unavailable
from firstbell.core.decide import Observation, decide, remembered
from firstbell.core.decision import Ceiling, Recommendation
from firstbell.core.history import History
from firstbell.core.reactive import LiveMetric, MetricTarget, TargetType
from firstbell.core.reasons import DecisionReason, LimitReason
from tests.unit.core.past import NOW, a_behavior, a_history

CASES = yaml.safe_load(Path("tests/data/decision-cases.yaml").read_text(encoding="utf-8"))
ONE_EACH = MetricTarget(name="requests", type=TargetType.AVERAGE_VALUE, amount=Fraction(1))


def known(value, of):
    """A number made by `of`; a word is the reason for which there is none."""
    return Unavailable(reason=value, message=f"not known: {value}") if isinstance(value, str) else of(value)


def scheduled(replicas) -> Recommendation:
    return Recommendation(replicas=replicas, reason=DecisionReason.SCHEDULED_PEAK, message="first-lesson")


def seen(row) -> Observation:
    """The observation of a row, whose columns are taken out of it."""
    behavior = a_behavior(row.pop("up", None), row.pop("down", None))
    recommended = row.pop("recommended", ())
    was = {"live": row.pop("wasLive", None), "scheduled": row.pop("wasScheduled", None)}
    history = History() if recommended == "first" else a_history(behavior, recommended=recommended, **was)
    held = row.pop("held", 10)
    current = row.pop("current", held)
    return Observation(
        now=NOW,
        baseline=row.pop("baseline", 4),
        scheduled=known(row.pop("scheduled", 10), scheduled),
        metrics=tuple(
            LiveMetric(target=ONE_EACH, reading=known(value, Fraction)) for value in row.pop("live", ())
        ),
        behavior=behavior,
        history=history,
        ceiling=Ceiling(replicas=row.pop("maximum", 400)),
        held=held,
        current=current,
        ready=current,
        beside_autoscaler=row.pop("beside", False),
        still_to_come=row.pop("stillToCome", 0),
        reactive_only=row.pop("reactiveOnly", False),
    )


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_one_decision(case):
    row = dict(case)
    del row["name"]

    decision = decide(seen(row))

    got = (decision.desired, decision.reason, [limit.reason for limit in decision.limits])
    assert (row.pop("desired"), row.pop("reason"), row.pop("why", [])) == got
    assert row == {}, "a column that nothing reads"


def follow(values, *, start, every=15, beside=False, planned=0, **behavior) -> list[int]:
    """The counts of a day in which live metrics give these values, one after the other."""
    history, held, counts = History(), start, []
    for index, value in enumerate(values):
        observation = Observation(
            now=NOW + timedelta(seconds=every * index),
            baseline=4,
            scheduled=scheduled(planned),
            metrics=(LiveMetric(target=ONE_EACH, reading=known(value, Fraction)),),
            behavior=a_behavior(**behavior),
            history=history,
            held=held,
            current=held,
            ready=held,
            beside_autoscaler=beside,
        )
        decision = decide(observation)
        history, held = remembered(observation, decision), decision.desired
        counts.append(held)
    return counts


BOTH = pytest.mark.parametrize("beside", [False, True], ids=["alone", "beside an autoscaler"])


@BOTH
def test_a_rise_by_a_step_a_period_is_followed_to_its_end(beside):
    assert follow([100] * 6, start=4, beside=beside) == [8, 16, 32, 64, 100, 100]


@BOTH
def test_a_period_in_which_the_rate_is_used_up_is_waited_for(beside):
    got = follow([100] * 9, start=4, beside=beside, every=5)
    assert got == [8, 8, 8, 16, 16, 16, 32, 32, 32]


@BOTH
def test_a_fall_comes_one_window_after_the_last_high_value(beside):
    got = follow([50, 50, 50, *[20] * 22], start=50, beside=beside)
    assert got == [50] * 22 + [20] * 3


@BOTH
def test_a_fall_by_percent_goes_on_period_by_period(beside):
    down = {
        "stabilizationWindowSeconds": 0,
        "policies": [{"type": "Percent", "value": 10, "periodSeconds": 60}],
    }
    got = follow([20] * 13, start=50, beside=beside, every=20, down=down)
    assert got == [45, 45, 45, 40, 40, 40, 36, 36, 36, 32, 32, 32, 28]


@BOTH
def test_a_gap_in_the_readings_counts_as_asking_for_what_is_there(beside):
    got = follow([50, *["Timeout"] * 40, *[20] * 22], start=50, beside=beside)
    assert got[:41] == [50] * 41
    assert got[41:] == [50] * 19 + [20] * 3


def test_what_the_schedule_raises_takes_nothing_from_the_rate_of_live_metrics():
    history, counts = History(), []
    for second, plan, held in ((0, 10, 10), (5, 100, 10), (10, 100, 100)):
        observation = Observation(
            now=NOW + timedelta(seconds=second),
            baseline=4,
            scheduled=scheduled(plan),
            metrics=(LiveMetric(target=ONE_EACH, reading=Fraction(180)),) if second == 10 else (),
            history=history,
            held=held,
        )
        decision = decide(observation)
        history = remembered(observation, decision)
        counts.append(decision.desired)
    assert counts == [10, 100, 180]


def test_a_day_leaves_a_short_history():
    history, held = History(), 10
    for index in range(24 * 240):
        reading = Fraction((index * 7919) % 397)
        observation = Observation(
            now=NOW + timedelta(seconds=15 * index),
            baseline=4,
            scheduled=scheduled(4),
            metrics=(LiveMetric(target=ONE_EACH, reading=reading),),
            history=history,
            held=held,
        )
        decision = decide(observation)
        history, held = remembered(observation, decision), decision.desired
    assert max(len(history.highest), len(history.lowest)) <= 21
    assert len(history.rescales) <= 120


@pytest.mark.parametrize(("every", "longest"), [(15, 20), (1, 300)])
def test_an_endless_fall_keeps_one_window_and_no_more(every, longest):
    history, behavior = History(), a_behavior()
    for index in range(2000):
        now = NOW + timedelta(seconds=every * index)
        highest, lowest = history.with_recommendation(5000 - index, now, behavior)
        history = History(highest=highest, lowest=lowest)
    assert (len(history.highest), len(history.lowest)) == (longest, 1)


def test_a_history_is_bounded_even_where_time_hardly_passes():
    history, behavior = History(), a_behavior(up={"stabilizationWindowSeconds": 3600})
    for index in range(2000):
        now = NOW + timedelta(milliseconds=index)
        highest, lowest = history.with_recommendation(5000 - index, now, behavior)
        rescales = history.with_rescale(-1, now)
        history = History(highest=highest, lowest=lowest, rescales=rescales)
    assert (len(history.highest), len(history.rescales)) == (512, 512)
    assert history.highest_within(timedelta(seconds=300), now, 0) == 5000
    assert history.change_within(timedelta(seconds=300), now) == -2000


def test_a_person_who_set_0_leaves_the_history_as_it_is():
    observation = Observation(now=NOW, baseline=4, scheduled=scheduled(10), disabled=True)

    assert remembered(observation, decide(observation)) == History()


def test_the_limit_that_decided_says_from_what_to_what():
    decision = decide(seen({"live": [80], "scheduled": 50}))

    (limit,) = decision.limits
    assert (limit.reason, limit.before, limit.after) == (LimitReason.SCALE_UP_LIMIT, 80, 50)
    assert (decision.message, decision.reactive) == ("requests: 80 at 1 per replica asks for 80", 80)
