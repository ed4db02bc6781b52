"""One sample is a number, exact to the last digit; everything else is unknown, for a reason."""

from __future__ import annotations

from fractions import Fraction

import pytest

from firstbell.adapters.prometheus_answer import sample
from firstbell.adapters.prometheus_trouble import Asked
from tests.unit.adapters.answers import NOW, SERIES, THEN

ASKED = Asked(address="http://prometheus:9090", secret=None, token=None)

NUMBERS = {
    "350": Fraction(350),
    "0": Fraction(0),
    "-0": Fraction(0),
    "0.1": Fraction(1, 10),
    "-2.5": Fraction(-5, 2),
    "1e+06": Fraction(10**6),
    "1.5E-3": Fraction(3, 2000),
    "9007199254740993": Fraction(2**53 + 1),
    "1e308": Fraction(10**308),
}

POINT = [THEN, "1"]
TROUBLES = {
    "nothing": ([], "EmptyResult", "has no sample"),
    "ten series": (
        [SERIES] * 10,
        "SeveralSamples",
        "gives 10 samples for the query. Aggregate it, for example",
    ),
    "two series": ([SERIES] * 2, "SeveralSamples", "gives 2 samples"),
    "twenty series": ([SERIES] * 20, "SeveralSamples", "gives 20 samples"),
    "a series of each pod": ([SERIES] * 137, "SeveralSamples", "gives at least 100 samples"),
    "hundreds more": ([SERIES] * 1999, "SeveralSamples", "gives at least 1000 samples"),
    "a range": ([{"metric": {}, "values": [POINT, POINT]}], "NotAVector", "rate()"),
    "a histogram": ([{"metric": {}, "histogram": [THEN, {"count": "2"}]}], "NotAVector", "histogram_count()"),
    "NaN": ([{"metric": {}, "value": [THEN, "NaN"]}], "NotANumber", "gives 'NaN'"),
    "+Inf": ([{"metric": {}, "value": [THEN, "+Inf"]}], "NotANumber", "gives '+Inf'"),
    "-Inf": ([{"metric": {}, "value": [THEN, "-Inf"]}], "NotANumber", "gives '-Inf'"),
    "words": ([{"metric": {}, "value": [THEN, "many"]}], "NotANumber", "gives 'many'"),
    "a scalar that is none": ([THEN, "NaN"], "NotANumber", "division by zero"),
    "a text": ([THEN, "lms\nis\x1b[31m down"], "NotANumber", r"gives 'lms is\x1b[31m down'"),
    "a number that fills the memory": ([THEN, "1e999999999"], "NotANumber", "1e999999999"),
    "digits without end": ([THEN, "1" * 10_000], "NotANumber", "1…'"),
    "digits of another script": ([THEN, "١٢"], "NotANumber", "'١٢'"),
    "a sample of tomorrow": ([NOW.timestamp() + 86400, "1"], "Stale", "a sample of the future"),
    "a sample of a minute ahead": ([{"metric": {}, "value": [NOW.timestamp() + 60, "1"]}], "Stale", "future"),
    "a text that turns": ([THEN, "1\u202e2"], "NotANumber", r"gives '1\u202e2'"),
    "a sample of long ago": ([NOW.timestamp() - 301, "1"], "Stale", "more than five minutes ago"),
    "no list": ({"a": 1}, "NotPrometheus", "without /api/v1"),
    "a point of three": ([{"metric": {}, "value": [THEN, "1", "2"]}], "NotPrometheus", ""),
    "no point": ([{"metric": {}}], "NotPrometheus", ""),
    "a time that is none": ([True, "1"], "NotPrometheus", ""),
    "a time without end": ([float("nan"), "1"], "NotPrometheus", ""),
    "a value that is a number": ([THEN, 1.5], "NotPrometheus", ""),
    "texts": (["a", "b", "c"], "NotPrometheus", ""),
}


@pytest.mark.parametrize(("text", "want"), NUMBERS.items(), ids=NUMBERS)
def test_a_value_is_exactly_what_was_sent(text, want):
    assert sample([{"metric": {}, "value": [THEN, text]}], NOW, ASKED) == want


def test_a_scalar_is_a_value_too():
    assert sample([THEN, "12.5"], NOW, ASKED) == Fraction(25, 2)


@pytest.mark.parametrize(("result", "reason", "says"), TROUBLES.values(), ids=TROUBLES)
def test_anything_else_is_unknown_for_a_reason(result, reason, says):
    found = sample(result, NOW, ASKED)
    assert found.reason == reason
    assert found.message.startswith("Prometheus at http://prometheus:9090 ")
    assert says in found.message
    assert found.message.isprintable()


def test_five_minutes_are_not_too_old_and_a_clock_a_little_ahead_is_not_either():
    assert sample([NOW.timestamp() - 300, "1"], NOW, ASKED) == 1
    assert sample([NOW.timestamp() + 30, "1"], NOW, ASKED) == 1
