"""Fewer writes than steps: rises and falls on five-minute marks, gaps held."""

from __future__ import annotations

import pytest

from firstbell.core.coalesce import Run, coalesce, context_minutes, highest_by_mark, merge, runs_of


def runs(*values: tuple[int, int]) -> list[Run]:
    """(minutes, value) one after the other from minute 0."""
    found, start = [], 0
    for minutes, value in values:
        found.append(Run(start, start + minutes, value))
        start += minutes
    return found


@pytest.mark.parametrize(
    ("values", "want"),
    [
        pytest.param([], [], id="nothing"),
        pytest.param([3], [Run(100, 101, 3)], id="one minute"),
        pytest.param([3, 3, 4, 3], [Run(100, 102, 3), Run(102, 103, 4), Run(103, 104, 3)], id="changes"),
    ],
)
def test_values_become_runs_of_equal_ones(values, want):
    assert want == runs_of(values, 100)


@pytest.mark.parametrize(
    ("start", "values", "want"),
    [
        pytest.param(0, [0, 0, 0, 0, 7] + [7] * 5, [(0, 10, 7)], id="a rise at :04 is made at :00"),
        pytest.param(0, [0] * 5 + [7] * 5, [(0, 5, 0), (5, 10, 7)], id="a rise on a mark is made there"),
        pytest.param(0, [9, 0, 0, 0, 0, 0], [(0, 5, 9), (5, 6, 0)], id="the highest of each five minutes"),
        pytest.param(
            3, [1, 2, 3, 3, 3, 3, 3, 4], [(3, 5, 2), (5, 10, 3), (10, 11, 4)], id="from its mark on"
        ),
        pytest.param(3, [1], [(3, 4, 1)], id="less than five minutes"),
        pytest.param(0, [], [], id="nothing"),
    ],
)
def test_rises_are_made_on_five_minute_marks_and_never_late(start, values, want):
    assert want == highest_by_mark(values, start)


@pytest.mark.parametrize(
    ("start", "values", "want"),
    [
        pytest.param(0, [5] * 5 + [1] * 5, [(0, 5, 5), (5, 10, 1)], id="a fall on a mark is made there"),
        pytest.param(0, [5] * 6 + [1] * 9, [(0, 10, 5), (10, 15, 1)], id="another is put off to the next"),
        pytest.param(
            0, [9, 7, 5, 3, 2] + [1] * 5, [(0, 5, 9), (5, 10, 1)], id="falls between two marks are one"
        ),
        pytest.param(
            2, [9, 8, 7, 6, 5, 4, 3, 2], [(2, 5, 9), (5, 10, 6)], id="a decay is a fall every five minutes"
        ),
        pytest.param(0, [5, 1, 1, 1, 1, 1, 6], [(0, 5, 5), (5, 7, 6)], id="a rise is never put off"),
    ],
)
def test_falls_are_made_on_the_next_five_minute_mark_and_never_early(start, values, want):
    assert want == coalesce(highest_by_mark(values, start), hold_gap_minutes=0)


@pytest.mark.parametrize(
    ("marked", "gap", "want"),
    [
        pytest.param(runs((20, 5), (20, 1), (20, 5)), 20, [(0, 60, 5)], id="a gap exactly as long is held"),
        pytest.param(
            runs((20, 5), (20, 1), (20, 5)),
            19,
            [(0, 20, 5), (20, 40, 1), (40, 60, 5)],
            id="a longer gap is not",
        ),
        pytest.param(
            runs((20, 5), (20, 1), (20, 9)), 30, [(0, 40, 5), (40, 60, 9)], id="held at the lower left shore"
        ),
        pytest.param(
            runs((20, 9), (20, 1), (20, 5)), 30, [(0, 20, 9), (20, 60, 5)], id="held at the lower right shore"
        ),
        pytest.param(
            runs((20, 9), (20, 4), (20, 1), (20, 5), (20, 9)),
            20,
            [(0, 20, 9), (20, 60, 4), (60, 80, 5), (80, 100, 9)],
            id="the inner dip is held at its own shores, the outer one is too long",
        ),
        pytest.param(
            runs((20, 9), (20, 6), (20, 3), (20, 8)),
            40,
            [(0, 20, 9), (20, 80, 8)],
            id="a dip in stairs is one dip",
        ),
        pytest.param(
            runs((20, 9), (20, 2), (20, 5), (20, 2), (20, 9)),
            60,
            [(0, 100, 9)],
            id="two dips beside a hill are one gap where that is short enough",
        ),
        pytest.param(
            runs((20, 9), (60, 1), (20, 4), (20, 2), (20, 4)),
            30,
            [(0, 20, 9), (20, 80, 1), (80, 140, 4)],
            id="a long gap before it does not keep a short one from being held",
        ),
        pytest.param(
            runs((20, 1), (20, 5), (20, 1)), 60, [(0, 20, 1), (20, 40, 5), (40, 60, 1)], id="a hill stays"
        ),
        pytest.param(
            runs((20, 5), (20, 1)), 60, [(0, 20, 5), (20, 40, 1)], id="nothing returns: a fall is a fall"
        ),
    ],
)
def test_a_fall_is_left_out_where_a_value_at_least_as_high_returns_within_the_gap(marked, gap, want):
    assert want == coalesce(marked, hold_gap_minutes=gap)


def test_equal_neighbours_are_one_run_and_empty_ones_none():
    assert merge([Run(0, 5, 1), Run(5, 5, 9), Run(5, 9, 1), Run(9, 10, 2)]) == [Run(0, 9, 1), Run(9, 10, 2)]


def test_the_context_is_the_gap_and_a_mark():
    assert context_minutes(30) == 35
