"""What live metrics ask for, by a table; and the sentence that says why."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
import yaml

from firstbell.core.absence import Unavailable
from firstbell.core.reactive import (
    LiveMetric,
    MetricTarget,
    Standing,
    TargetType,
    Tolerances,
    asked_by_all,
    asked_for,
    sentence,
)

CASES = yaml.safe_load(Path("tests/data/reactive-cases.yaml").read_text(encoding="utf-8"))
MISSING = Unavailable(reason="Timeout", message="Prometheus did not answer")


def metric(reading, target="350", kind="AverageValue", name="pupils-online") -> LiveMetric:
    reading = Fraction(reading) if isinstance(reading, str) else reading
    return LiveMetric(
        target=MetricTarget(name=name, type=TargetType(kind), amount=Fraction(target)), reading=reading
    )


def standing(current=10, ready=None, in_force=None, tolerance="0.1", *, up=None, down=None) -> Standing:
    ready = current if ready is None else None if ready == "unknown" else ready
    return Standing(
        in_force=current if in_force is None else in_force,
        current=current,
        ready=ready,
        tolerances=Tolerances(Fraction(tolerance), up and Fraction(up), down and Fraction(down)),
    )


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_one_metric(case):
    row = dict(case)
    want = row.pop("asks")
    stands = standing(
        row.pop("current", 10),
        row.pop("ready", None),
        row.pop("inForce", None),
        row.pop("tolerance", "0.1"),
        up=row.pop("up", None),
        down=row.pop("down", None),
    )
    name, kind = row.pop("name"), row.pop("type", "AverageValue")

    asked = asked_for(metric(row.pop("value"), row.pop("target"), kind), stands)

    assert row == {}, f"{name}: a column that nothing reads"
    assert want == (asked.reason if isinstance(asked, Unavailable) else asked)


def test_the_most_of_several_counts_and_the_first_that_is_missing_is_named():
    other = Unavailable(reason="EmptyResult", message="no sample")
    low, high = metric("700"), metric("4200", name="logins")

    live = asked_by_all([low, metric(MISSING), high, metric(other)], standing())

    assert (12, high, MISSING) == (live.asked, live.by, live.missing)


def test_no_metric_known_asks_for_nothing_at_all():
    live = asked_by_all([metric(MISSING)], standing())

    assert (live.asked, live.by, live.missing, sentence(live)) == (None, None, MISSING, "")


SENTENCES = {
    "per replica": (metric("4200"), {}, "pupils-online: 4200 at 350 per replica asks for 12"),
    "with parts": (
        metric("4200.12345", "0.5"),
        {},
        "pupils-online: 4200.123 at 0.5 per replica asks for 8401",
    ),
    "a small fall": (
        metric("3200"),
        {},
        "pupils-online: 3200 at 350 per replica asks for 10",
    ),
    "a fall within the tolerance": (
        metric("3150"),
        {},
        "pupils-online: 3150 at 350 per replica asks for 9, within the tolerance of 10",
    ),
    "a value": (
        metric("900", "300", "Value"),
        {"ready": 8},
        "pupils-online: 900 where 300 is the target, with 8 Ready, asks for 24",
    ),
    "a value on target": (
        metric("310", "300", "Value"),
        {},
        "pupils-online: 310 where 300 is the target asks for no change from 10",
    ),
    "a value from 0": (
        metric("900", "300", "Value"),
        {"current": 0},
        "pupils-online: 900 where 300 is the target asks for 3",
    ),
}


@pytest.mark.parametrize(("one", "stands", "want"), SENTENCES.values(), ids=SENTENCES.keys())
def test_the_sentence_says_why(one, stands, want):
    assert sentence(asked_by_all([one], standing(**stands))) == want


@pytest.mark.parametrize("amount", [0, -1])
def test_a_target_must_be_above_0(amount):
    with pytest.raises(ValueError, match="must be above 0"):
        MetricTarget(name="x", type=TargetType.VALUE, amount=Fraction(amount))
