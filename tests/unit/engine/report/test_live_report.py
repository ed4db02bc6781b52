"""What is told of live metrics that are read, not read yet, or missing."""

from __future__ import annotations

from fractions import Fraction

import pytest

from firstbell.core.absence import Unavailable
from firstbell.core.conditions import Truth
from firstbell.core.reactive import LiveMetric, MetricTarget, TargetType
from firstbell.engine.report.live_report import metrics_available

TIMEOUT = Unavailable(
    reason="Timeout", message="metric a: http://prometheus:9090 did not answer. Is it well?"
)
EMPTY = Unavailable(reason="EmptyResult", message="metric b: http://prometheus:9090 has no sample")
NOT_YET = Unavailable(reason="NotRead", message="metric c has not been read from http://prometheus:9090 yet")
HELD = "Until it is read, nothing is scaled down."


def metrics(*readings):
    target = MetricTarget(name="a", type=TargetType.VALUE, amount=Fraction(1))
    return tuple(LiveMetric(target=target, reading=reading) for reading in readings)


CASES = {
    "none are asked for": ((), Truth.UNKNOWN, "NoMetrics", "spec.metrics asks for none"),
    "one is read": ((Fraction(1),), Truth.TRUE, "AllRead", "the metric is read"),
    "all are read": ((Fraction(1), Fraction(0)), Truth.TRUE, "AllRead", "all 2 metrics are read"),
    "one is not read yet": (
        (Fraction(1), NOT_YET),
        Truth.UNKNOWN,
        "NotRead",
        "metric c has not been read from http://prometheus:9090 yet.",
    ),
    "one is missing": ((Fraction(1), TIMEOUT), Truth.FALSE, "Timeout", f"{TIMEOUT.message} {HELD}"),
    "two are missing": (
        (EMPTY, Fraction(1), TIMEOUT),
        Truth.FALSE,
        "EmptyResult",
        f"{EMPTY.message}. 1 more cannot be read either. {HELD}",
    ),
    "what is wrong comes before what is to come": (
        (NOT_YET, TIMEOUT),
        Truth.FALSE,
        "Timeout",
        f"{TIMEOUT.message} 1 more cannot be read either. {HELD}",
    ),
}


@pytest.mark.parametrize(("readings", "status", "reason", "message"), CASES.values(), ids=CASES.keys())
def test_the_condition_tells_what_is_missing_and_what_follows(readings, status, reason, message):
    told = metrics_available(metrics(*readings))

    assert (told.status, told.reason, told.message) == (status, reason, message)
