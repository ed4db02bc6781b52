"""Which label a day carries, with Hold and with Skip, by day and by week.

Default calendar: 2 September 2024 (a Monday) to 30 June 2025, Monday to Friday; the anchor is its first day.
"""

from __future__ import annotations

import pytest

from firstbell.core.calendar import CalendarEvent, OnClosure, RotationType, Weekday
from firstbell.core.days import SchoolDays, each_day
from firstbell.core.rotation import week_start
from tests.builders import (
    a_calendar,
    a_holiday,
    a_range,
    a_rotation,
    a_row,
    a_school_year,
    an_exception,
    on,
)

E = CalendarEvent
HOLD, SKIP = OnClosure.HOLD, OnClosure.SKIP
WEEKS = RotationType.ALTERNATING_WEEKS
SNOW = an_exception(E.WEATHER_DAY, "2024-09-03")  # the first Tuesday


def labels(first: str, last: str, *, region: str | None = None, **fields) -> str:
    """The labels of those dates, `.` for a day without lessons and `-` for lessons without a label."""
    days = SchoolDays(a_calendar(**fields))
    seen = [days.day(region, date).lessons for date in each_day(a_range(first, last))]
    return "".join("." if lessons is None else lessons.label or "-" for lessons in seen)


def fortnight(**fields) -> str:
    return labels("2024-09-02", "2024-09-15", **fields)


def cycle(on_closure: OnClosure, **fields):
    return a_rotation(on_closure=on_closure, **fields)


def weeks(on_closure: OnClosure, **fields):
    return a_rotation(type=WEEKS, on_closure=on_closure, **fields)


def test_without_a_rotation_no_day_has_a_label():
    assert fortnight() == "-----..-----.."


@pytest.mark.parametrize("on_closure", [HOLD, SKIP])
def test_a_day_cycle_runs_on_over_the_weekend(on_closure):
    assert fortnight(rotation=cycle(on_closure)) == "ABABA..BABAB.."


def test_a_longer_cycle_runs_through_its_labels_in_order():
    assert fortnight(rotation=a_rotation("1 2 3 4 5 6")) == "12345..61234.."


def test_the_cycle_runs_on_over_summer():
    """The first year ends on a B: the second starts with an A, whatever the calendar says in between."""
    years = (a_school_year("2024-09-02", "2024-09-05"), a_school_year("2025-09-01", "2025-09-03"))
    assert labels("2025-09-01", "2025-09-03", sessions=years, rotation=cycle(HOLD)) == "ABA"
    odd = (a_school_year("2024-09-02", "2024-09-04"), years[1])
    assert labels("2025-09-01", "2025-09-03", sessions=odd, rotation=cycle(HOLD)) == "BAB"


@pytest.mark.parametrize(
    ("closing", "hold", "skip"),
    [
        pytest.param(
            {"holidays": (a_holiday("2024-09-03"),)},
            "A.BAB..ABABA..",
            "A.BAB..ABABA..",
            id="a printed holiday uses no label up in either",
        ),
        pytest.param(
            {"calendar_dates": (SNOW,)},
            "A.BAB..ABABA..",
            "A.ABA..BABAB..",
            id="a snow day holds its label with Hold and loses it with Skip",
        ),
    ],
)
def test_hold_uses_a_label_up_on_days_with_lessons_and_skip_on_printed_ones(closing, hold, skip):
    assert hold == fortnight(rotation=cycle(HOLD), **closing)
    assert skip == fortnight(rotation=cycle(SKIP), **closing)


def test_a_day_opened_off_the_printed_calendar_has_the_next_label_with_hold_and_none_with_skip():
    """A Saturday make-up day."""
    makeup = an_exception(E.MAKE_UP_DAY, "2024-09-07", bell_schedule_name="short")
    assert fortnight(rotation=cycle(HOLD), calendar_dates=(makeup,)) == "ABABAB.ABABA.."
    assert fortnight(rotation=cycle(SKIP), calendar_dates=(makeup,)) == "ABABA-.BABAB.."


def test_a_printed_day_that_was_closed_and_opened_again_has_its_printed_label():
    again = an_exception(E.INSTRUCTIONAL_DAY, "2024-09-03")
    for rotation in (cycle(HOLD), cycle(SKIP)):
        assert fortnight(rotation=rotation, calendar_dates=(SNOW, again)) == "ABABA..BABAB.."


def test_the_first_row_that_matches_weekday_and_candidate_decides():
    """A days have full bells; B days are short except on Thursday."""
    rows = (
        a_row("Thu", "late"),
        a_row(labels=("A",)),
        a_row(bells="short", labels=("B",)),
    )
    days = SchoolDays(a_calendar(rotation=cycle(HOLD), weekly_schedule=rows))
    got = [days.day(None, on(f"2024-09-0{day}")).lessons.bell_schedule_name for day in range(2, 7)]
    assert got == ["full", "short", "full", "late", "full"]


def test_a_day_on_which_no_row_takes_the_candidate_has_no_lessons_and_keeps_the_label():
    """B is taught on Fridays only: after Monday's A everybody waits for Friday."""
    rows = (a_row(labels=("A",)), a_row("Fri", labels=("B",)))
    for rotation in (cycle(HOLD), cycle(SKIP)):
        assert fortnight(rotation=rotation, weekly_schedule=rows) == "A...B..A...B.."


def test_under_skip_a_holiday_opened_again_has_no_label_and_so_no_labelled_row():
    """Its own bells open it; without them nothing says what lessons it has."""
    fields = {"rotation": cycle(SKIP), "holidays": (a_holiday("2024-09-03"),)}
    rows = {"weekly_schedule": (a_row(labels=("A", "B")),)}
    bare = an_exception(E.INSTRUCTIONAL_DAY, "2024-09-03")
    named = an_exception(E.INSTRUCTIONAL_DAY, "2024-09-03", bell_schedule_name="short")
    assert fortnight(**fields, **rows, calendar_dates=(bare,))[:4] == "A.BA"
    assert fortnight(**fields, **rows, calendar_dates=(named,))[:4] == "A-BA"
    assert fortnight(**fields, calendar_dates=(bare,))[:4] == "A-BA"


def test_under_hold_a_holiday_opened_again_takes_the_held_label_and_its_row():
    fields = {"rotation": cycle(HOLD), "holidays": (a_holiday("2024-09-03"),)}
    bare = an_exception(E.INSTRUCTIONAL_DAY, "2024-09-03")
    rows = (a_row(labels=("A",)), a_row(bells="short", labels=("B",)))
    got = fortnight(**fields, weekly_schedule=rows, calendar_dates=(bare,))
    assert got == "ABABA..BABAB.."


@pytest.mark.parametrize(("name", "want"), [(None, "short"), ("late", "late")])
def test_an_exam_day_without_a_label_has_the_bells_of_the_label_that_was_due_or_those_it_names(name, want):
    exam = an_exception(E.EXAM_DAY, "2024-09-03", labelled=False, bell_schedule_name=name)
    rows = (a_row(labels=("A",)), a_row(bells="short", labels=("B",)))
    days = SchoolDays(a_calendar(rotation=cycle(HOLD), weekly_schedule=rows, calendar_dates=(exam,)))
    lessons = days.day(None, on("2024-09-03")).lessons
    assert (lessons.label, lessons.bell_schedule_name) == (None, want)


def test_a_label_is_held_per_region():
    snow = an_exception(E.WEATHER_DAY, "2024-09-03", regions=("a",))
    fields = {"regions": ("a", "b"), "cohorts": (), "calendar_dates": (snow,), "rotation": cycle(HOLD)}
    assert fortnight(region="a", **fields) == "A.BAB..ABABA.."
    assert fortnight(region="b", **fields) == "ABABA..BABAB.."


def test_before_the_anchor_there_are_no_labels():
    """Which leaves rows with labels without lessons: lint tells."""
    late = cycle(HOLD, anchor=on("2024-09-05"))
    assert fortnight(rotation=late) == "---AB..ABABA.."
    rows = (a_row(labels=("A", "B")),)
    assert fortnight(rotation=late, weekly_schedule=rows) == "...AB..ABABA.."
    held = weeks(HOLD, anchor=on("2024-09-09"))
    assert fortnight(rotation=held) == "-----..AAAAA.."


def test_an_anchor_on_a_day_without_lessons_gives_its_label_to_the_next():
    assert fortnight(rotation=cycle(HOLD, anchor=on("2024-08-25"))) == "ABABA..BABAB.."


def four_weeks(**fields) -> str:
    """One letter a week, of four weeks from the first: the labels seen in it."""
    seen = labels("2024-09-02", "2024-09-29", **fields)
    return " ".join("".join(sorted(set(seen[i : i + 7]) - {"."})) or "." for i in range(0, 28, 7))


def test_alternating_weeks_count_from_the_week_that_holds_the_anchor():
    assert four_weeks(rotation=weeks(SKIP)) == "A B A B"
    assert four_weeks(rotation=weeks(SKIP, anchor=on("2024-09-13"))) == "B A B A"
    assert four_weeks(rotation=weeks(HOLD, anchor=on("2024-09-06"))) == "A B A B"


@pytest.mark.parametrize(
    "closing",
    [
        pytest.param({"holidays": (a_holiday("2024-09-09", "2024-09-15"),)}, id="a holiday week"),
        pytest.param({"calendar_dates": (an_exception(E.STRIKE, "2024-09-09", "2024-09-13"),)}, id="strikes"),
    ],
)
def test_skip_counts_every_week_and_hold_only_weeks_with_a_lesson_day(closing):
    assert four_weeks(rotation=weeks(SKIP), **closing) == "A . A B"
    assert four_weeks(rotation=weeks(HOLD), **closing) == "A . B A"


def test_one_lesson_day_is_enough_for_a_week_to_count():
    closing = {"holidays": (a_holiday("2024-09-09", "2024-09-12"),)}
    assert four_weeks(rotation=weeks(HOLD), **closing) == "A B A B"


def test_a_week_without_lessons_in_one_region_holds_its_label_there_only():
    closing = {"holidays": (a_holiday("2024-09-09", "2024-09-13", regions=("a",)),)}
    fields = {"regions": ("a", "b"), "cohorts": (), "rotation": weeks(HOLD)} | closing
    assert four_weeks(region="a", **fields) == "A . B A"
    assert four_weeks(region="b", **fields) == "A B A B"


def test_a_day_opened_off_the_printed_calendar_has_its_week_s_label():
    makeup = an_exception(E.MAKE_UP_DAY, "2024-09-07", bell_schedule_name="short")
    for rotation in (weeks(HOLD), weeks(SKIP)):
        assert fortnight(rotation=rotation, calendar_dates=(makeup,)) == "AAAAAA.BBBBB.."


@pytest.mark.parametrize(
    ("starts", "want"),
    [
        pytest.param(Weekday.MONDAY, "AAAAA..BBBBB..", id="weeks from Monday"),
        pytest.param(Weekday.SUNDAY, "AAAAA..BBBBB..", id="from Sunday, which has no lessons"),
        pytest.param(Weekday.WEDNESDAY, "AABBB..BBAAA..", id="from Wednesday: the anchor's week has 2 days"),
    ],
)
@pytest.mark.parametrize("on_closure", [HOLD, SKIP])
def test_weeks_start_on_week_starts_on(on_closure, starts, want):
    assert want == fortnight(rotation=weeks(on_closure, week_starts_on=starts))


def test_a_sunday_of_lessons_belongs_to_the_week_that_starts_with_it():
    rows = (a_row("Sun Mon Tue Wed Thu"),)
    fields = {"weekly_schedule": rows, "rotation": weeks(HOLD, week_starts_on=Weekday.SUNDAY)}
    assert fortnight(**fields) == "AAAA..BBBBB..A"


@pytest.mark.parametrize(
    ("day", "starts", "want"),
    [
        ("2024-09-02", Weekday.MONDAY, "2024-09-02"),
        ("2024-09-08", Weekday.MONDAY, "2024-09-02"),
        ("2024-09-08", Weekday.SUNDAY, "2024-09-08"),
        ("2024-09-07", Weekday.SUNDAY, "2024-09-01"),
    ],
)
def test_a_week_starts_on_the_last_such_weekday(day, starts, want):
    assert on(want) == week_start(on(day), starts)


def test_printed_weeks_run_backwards_from_the_anchor_too():
    """With Skip a week before the anchor has a label: the printed calendar knows no beginning."""
    summer = {"sessions": (a_school_year("2024-08-26"),), "rotation": weeks(SKIP, anchor=on("2024-09-09"))}
    assert labels("2024-09-06", "2024-09-06", **summer) == "B"
    assert labels("2024-08-30", "2024-08-30", **summer) == "A"


def test_saturday_school_rotates_by_week_like_any_other():
    fields = {"weekly_schedule": (a_row("Sat"),), "rotation": weeks(HOLD)}
    closing = {"holidays": (a_holiday("2024-09-14"),)}
    assert four_weeks(**fields, **closing) == "A . B A"
