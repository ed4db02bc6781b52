"""Rises are written earlier by what was measured; falls stay, and never is there less."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from firstbell.core.bells import instant_of
from firstbell.core.brought_forward import brought_forward, raised
from firstbell.core.lead import NO_RISES, Rise, Rises
from tests.unit.core.test_coalesce import runs

if TYPE_CHECKING:
    from firstbell.core.coalesce import Run

LONG_AGO = -600


def measured(*seconds_of_pods: tuple[int, int], minute: int = LONG_AGO) -> Rises:
    """What rises took: (pods, seconds)."""
    rises = NO_RISES
    for pods, seconds in seconds_of_pods:
        rises = rises.followed_by(
            Rise(written=instant_of(minute), before=0, after=pods, seconds=seconds, ready=True)
        )
    return rises


def written(due: list[Run], rises: Rises, longest: int = 15) -> list[tuple[int, int]]:
    found = raised(due, brought_forward(due, rises, longest))
    assert [run.start for run in found[1:]] == [run.end for run in found[:-1]]
    return [(run.start, run.value) for run in found]


@pytest.mark.parametrize(
    ("due", "rises", "want"),
    [
        pytest.param(runs((60, 4), (30, 60), (30, 4)), measured((56, 20)),
                     [(0, 4), (59, 60), (90, 4)], id="20 s are a minute, the fall stays"),
        pytest.param(runs((60, 4), (30, 60), (30, 4)), measured((56, 241)),
                     [(0, 4), (55, 60), (90, 4)], id="241 s are five minutes"),
        pytest.param(runs((60, 4), (30, 60)), measured((56, 3000)), [(0, 4), (45, 60)],
                     id="no more than the longest lead"),
        pytest.param(runs((60, 4), (30, 60)), measured((56, 0)), [(0, 4), (60, 60)], id="at once is no lead"),
        pytest.param(runs((60, 4), (5, 60), (30, 116)), measured((56, 240)),
                     [(0, 4), (56, 60), (61, 116)], id="each step of a ramp"),
        pytest.param(runs((60, 4), (5, 60), (30, 140)), measured((56, 20), (80, 600)),
                     [(0, 4), (55, 140)], id="a slow step ahead of a quick one takes its place"),
        pytest.param(runs((60, 10), (10, 4), (30, 10)), measured((6, 600)),
                     [(0, 10)], id="a dip that is no longer than the lead is filled"),
        pytest.param(runs((60, 10), (20, 4), (30, 10)), measured((6, 600)),
                     [(0, 10), (60, 4), (70, 10)], id="a fall stays where it is"),
        pytest.param(runs((60, 10), (20, 4), (30, 12)), measured((8, 3000)),
                     [(0, 10), (60, 4), (65, 12)], id="a rise is not asked for in the peak before it"),
        pytest.param(runs((3, 4), (30, 60)), measured((56, 600)), [(0, 60)],
                     id="a plan that begins in the lead begins with the rise"),
    ],
)  # fmt: skip
def test_rises_are_written_earlier_and_falls_are_not(due, rises, want):
    assert written(due, rises) == want


def test_without_a_lead_or_a_measurement_nothing_is_moved():
    due = runs((60, 4), (30, 60), (30, 4))
    assert raised(due, brought_forward(due, measured((56, 240)), 0)) == due
    assert raised(due, brought_forward(due, NO_RISES, 15)) == due


def test_a_measurement_that_comes_while_the_rise_could_be_written_already_moves_nothing():
    """Due at :60 and at most 15 minutes early: what is known by :45 counts."""
    due = runs((60, 4), (30, 60))
    slow = measured((56, 600))
    quick = Rise(written=instant_of(44), before=4, after=60, seconds=60, ready=True)
    late = Rise(written=instant_of(44), before=4, after=60, seconds=61, ready=True)
    rises = measured((56, 20))
    assert written(due, rises.followed_by(quick)) == [(0, 4), (59, 60)]
    assert written(due, slow.followed_by(late)) == [(0, 4), (50, 60)]
    assert written(due, NO_RISES.followed_by(late)) == [(0, 4), (60, 60)]


def test_it_is_told_which_rise_and_why():
    due = runs((60, 4), (30, 60))
    (told,) = brought_forward(due, measured((56, 90)), 15)
    assert (told.written, told.due, told.replicas) == (58, 60, 60)
    assert (told.lead.seconds, told.lead.least, told.lead.most, told.lead.rises) == (90, 16, 63, 1)
    assert instant_of(told.due) - instant_of(told.written) == timedelta(minutes=2)
