"""Which days a factor is for, how factors multiply, and the cap."""

from __future__ import annotations

from fractions import Fraction

import pytest

from firstbell.core.calendar import CalendarEvent, InstructionMode
from firstbell.core.days import Day, DayClass, Transition
from firstbell.core.factors import factor_product
from tests.builders import a_calendar, a_factor, a_policy, a_rotation, an_exception, day_of

REMOTE, HYBRID = InstructionMode.REMOTE, InstructionMode.HYBRID
WEEK, RESTART = DayClass.FIRST_DAY_OF_WEEK, DayClass.RESTART_AFTER_HOLIDAY


def remote_monday(region: str | None = None) -> Day:
    """A first day of the week, label A, an ExamDay that turns remote."""
    calendar = a_calendar(
        regions=("north", "south") if region else (),
        cohorts=(),
        rotation=a_rotation(),
        calendar_dates=(an_exception(CalendarEvent.EXAM_DAY, "2024-09-16", instruction_mode=REMOTE),),
    )
    return day_of(calendar, "2024-09-16", region)


def test_the_day_that_these_tests_are_about():
    lessons = remote_monday().lessons
    assert (lessons.day_class, lessons.transition, lessons.label) == (WEEK, Transition.TO_REMOTE, "A")


@pytest.mark.parametrize(
    ("match", "want"),
    [
        pytest.param({}, True, id="a match that asks nothing accepts every day"),
        pytest.param({"day_classes": {WEEK}}, True, id="class"),
        pytest.param({"day_classes": {RESTART}}, False, id="another class"),
        pytest.param({"day_classes": {RESTART, WEEK}}, True, id="lists are OR inside"),
        pytest.param({"instruction_modes": {REMOTE}}, True, id="mode"),
        pytest.param({"instruction_modes": {HYBRID}}, False, id="another mode"),
        pytest.param({"transitions": {Transition.TO_REMOTE}}, True, id="transition"),
        pytest.param({"transitions": {Transition.TO_HYBRID}}, False, id="another transition"),
        pytest.param({"events": {CalendarEvent.EXAM_DAY}}, True, id="event"),
        pytest.param({"events": {CalendarEvent.MAKE_UP_DAY}}, False, id="another event"),
        pytest.param({"labels": {"A"}}, True, id="label"),
        pytest.param({"labels": {"B"}}, False, id="another label"),
        pytest.param({"regions": ("north",)}, True, id="region"),
        pytest.param({"regions": ("south",)}, False, id="another region"),
        pytest.param({"day_classes": {WEEK}, "instruction_modes": {REMOTE}}, True, id="both"),
        pytest.param({"day_classes": {WEEK}, "labels": {"B"}}, False, id="AND between lists"),
    ],
)
def test_lists_are_or_inside_and_and_between(match, want):
    assert want == a_factor(200, **match).match.accepts(remote_monday("north"))


@pytest.mark.parametrize(
    ("match", "want"),
    [
        pytest.param({}, True, id="a match that asks nothing applies"),
        pytest.param({"regions": ("north",)}, True, id="a match on its region applies"),
        pytest.param({"regions": ("south",)}, False, id="a match on another region does not"),
        pytest.param({"day_classes": set(DayClass)}, False, id="every class"),
        pytest.param({"instruction_modes": set(InstructionMode)}, False, id="every mode"),
        pytest.param({"transitions": set(Transition)}, False, id="every transition"),
        pytest.param({"events": {CalendarEvent.HOLIDAY}}, False, id="even the event that closed it"),
        pytest.param({"labels": {"A", "B"}}, False, id="every label"),
    ],
)
def test_a_day_without_lessons_has_none_so_factors_that_match_on_them_do_not_apply(match, want):
    closed = an_exception(CalendarEvent.HOLIDAY, "2024-09-16")
    calendar = a_calendar(regions=("north",), cohorts=(), rotation=a_rotation(), calendar_dates=(closed,))
    assert want == a_factor(200, **match).match.accepts(day_of(calendar, "2024-09-16", "north"))


def test_a_day_without_transition_or_event_is_matched_by_none_of_them():
    plain = day_of(a_calendar(), "2024-09-17")
    assert not a_factor(200, transitions=set(Transition)).match.accepts(plain)
    assert not a_factor(200, events=set(CalendarEvent)).match.accepts(plain)
    assert not a_factor(200, labels={"A"}).match.accepts(plain)


def test_every_match_multiplies():
    policy = a_policy(
        day_factors=(
            a_factor(2000, instruction_modes={REMOTE}),
            a_factor(150, day_classes={RESTART}),
            a_factor(110, day_classes={WEEK}),
        )
    )
    product = factor_product(policy, remote_monday())
    assert [factor.percent for factor in product.factors] == [2000, 110]
    assert (product.percent, product.uncapped_percent, product.capped) == (2200, 2200, False)


def test_no_match_is_a_hundred_percent():
    policy = a_policy(day_factors=(a_factor(50, day_classes={RESTART}),))
    product = factor_product(policy, remote_monday())
    assert (product.factors, product.percent, product.capped) == ((), 100, False)


@pytest.mark.parametrize(
    ("cap", "want"),
    [(2199, (2199, True)), (2200, (2200, False)), (2201, (2200, False)), (50, (50, True))],
)
def test_max_factor_percent_caps_the_product_and_capping_is_told(cap, want):
    factors = (a_factor(2000), a_factor(110))
    product = factor_product(a_policy(day_factors=factors, max_factor_percent=cap), remote_monday())
    assert want == (product.percent, product.capped)
    assert product.uncapped_percent == 2200


def test_the_product_is_exact():
    """Three times a tenth more is 133.1 %, not 133.10000000000002 %."""
    product = factor_product(a_policy(day_factors=(a_factor(110),) * 3), remote_monday())
    assert product.percent == Fraction(1331, 10)


def test_a_factor_of_zero_takes_all_load_away():
    assert factor_product(a_policy(day_factors=(a_factor(0),)), remote_monday()).percent == 0
