"""What an HPA makes of an external metric with a target per replica, by Kubernetes' rule."""

from __future__ import annotations

from fractions import Fraction

import pytest

from firstbell.lab.day.external_metric import HpaTolerances, external_replicas

TENTH = Fraction(1, 10)


@pytest.mark.parametrize(
    ("current", "value", "per_replica", "tolerance", "wanted"),
    [
        (4, 400, 100, TENTH, 4),
        (4, 440, 100, TENTH, 4),  # just within the tolerance, upwards
        (4, 441, 100, TENTH, 5),
        (4, 360, 100, TENTH, 4),  # and downwards
        (4, 359, 100, TENTH, 4),  # outside, and rounded up to the same
        (4, 300, 100, TENTH, 3),
        (4, 301, 100, TENTH, 4),
        (4, 4000, 100, TENTH, 40),
        (4, 0, 100, TENTH, 0),
        (0, 0, 100, TENTH, 0),
        (0, 1, 100, TENTH, 1),
        (10, 1050, 100, Fraction(0), 11),
        (3, Fraction(3, 10), Fraction(1, 10), Fraction(0), 3),
    ],
)
def test_the_value_over_the_target_counts_outside_of_the_tolerance(
    current, value, per_replica, tolerance, wanted
):
    both = HpaTolerances(tolerance, tolerance)
    assert external_replicas(current, Fraction(value), Fraction(per_replica), both) == wanted


@pytest.mark.parametrize(
    ("value", "wanted"),
    [(1009, 11), (1000, 10), (701, 10), (699, 7), (1005, 10)],
    ids=["a rise beyond its own", "none", "a fall within its own", "beyond it", "a rise within"],
)
def test_each_direction_may_have_a_tolerance_of_its_own(value, wanted):
    tolerances = HpaTolerances(up=Fraction(1, 200), down=Fraction(3, 10))
    assert external_replicas(10, Fraction(value), Fraction(100), tolerances) == wanted
