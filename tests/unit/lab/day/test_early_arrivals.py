"""Early arrivals on a simulated day: the first bell's peak rises above its plan, in time, and no other."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import pytest

from firstbell.core.calendar import InstructionMode
from firstbell.core.policy import PeakAnchor
from firstbell.core.rules import DEFAULT_RULES
from firstbell.lab.day.arrivals import Preset
from firstbell.lab.day.compare import Conditions, Variant, compare
from firstbell.lab.day.crowd import Coming
from tests.builders import a_calendar, a_factor, a_peak, a_policy, a_row, a_shape, a_workload, on

if TYPE_CHECKING:
    from firstbell.lab.day.outcome import Outcome

DAY = on("2024-09-11")
BELL = 8 * 60 + 30
CHANGE = 9 * 60 + 20


@cache
def played(*, surge: int | None = 200, come: int = 150, preset=Preset.BELL, beside=True) -> Outcome:
    """60,000 pupils at home: 120 replicas at the first bell, 54 at a lesson change, the baseline 4."""
    shape = a_shape(ramp=60)
    policy = a_policy(
        a_peak(shape=shape),
        a_peak(PeakAnchor.PERIOD_START, shape=a_shape(ramp=10, hold=10, decay=10), load_percent=45),
        day_factors=(a_factor(2000, instruction_modes={InstructionMode.REMOTE}),),
    )
    at_home = a_calendar(weekly_schedule=(a_row(instruction_mode=InstructionMode.REMOTE),))
    workload = a_workload(policy, at_home, minimum=4, maximum=400)
    conditions = Conditions(
        coming=Coming(shape=preset.shape, load_percent=come),
        rules=replace(DEFAULT_RULES, surge_max_percent=surge),
        beside_autoscaler=beside,
    )
    return compare(workload, DAY, conditions, (Variant.FIRSTBELL,)).outcomes[Variant.FIRSTBELL]


@pytest.mark.parametrize("beside", [True, False])
def test_half_as_much_again_raises_the_peak_a_quarter_of_an_hour_before_the_bell(beside):
    floors = [moment.floor for moment in played(beside=beside).moments]
    assert max(floors) == 180
    assert next(minute for minute, floor in enumerate(floors) if floor > 120) < BELL - 15


def test_off_it_stays_at_the_plan():
    assert max(moment.floor for moment in played(surge=None).moments) == 120


def test_what_comes_as_planned_raises_nothing():
    assert max(moment.floor for moment in played(come=100).moments) == 120


def test_less_than_planned_lowers_nothing():
    assert max(moment.floor for moment in played(come=60).moments) == 120


def test_the_cap_holds():
    assert max(moment.floor for moment in played(come=300).moments) == 240


def test_a_later_lesson_change_is_not_raised():
    assert max(moment.floor for moment in played(beside=True).moments[CHANGE + 50 :]) == 54


def test_pupils_who_spread_out_are_taken_for_more_and_cost_replicas_only():
    """The production rule expects an ordinary bell: its error is upwards."""
    spread = played(come=100, preset=Preset.RELAXED)
    assert max(moment.floor for moment in spread.moments) > 120
    assert spread.held
