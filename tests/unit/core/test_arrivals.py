"""The share of a school that is there around its bell."""

from __future__ import annotations

import pytest

from firstbell.core.arrivals import BELL, RELAXED, WALL


@pytest.mark.parametrize(
    ("minutes", "share"),
    [
        pytest.param(-61, 0.0, id="nobody comes more than an hour early"),
        pytest.param(-34, 0.075, id="half of the early ones, half an hour before"),
        pytest.param(-2, 0.15 + 0.375, id="all early ones and half of those who come for the bell"),
        pytest.param(120, 1.0, id="all in the end"),
    ],
)
def test_what_share_is_there(minutes, share):
    assert BELL.arrived(minutes) == pytest.approx(share, abs=1e-4)


@pytest.mark.parametrize("shape", [WALL, BELL, RELAXED])
def test_nobody_leaves(shape):
    shares = [shape.arrived(minutes / 4) for minutes in range(-400, 400)]
    assert shares == sorted(shares)
    assert 0 <= shares[0] < shares[-1] <= 1


def test_a_wall_is_steeper_than_a_bell_and_that_than_relaxed_lessons():
    def within(shape):
        return shape.arrived(2) - shape.arrived(-6)

    assert within(WALL) > within(BELL) > within(RELAXED)
