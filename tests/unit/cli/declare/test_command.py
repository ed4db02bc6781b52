"""`firstbell declare` on files: the effect, what is refused with its cure, and that nothing is written."""

from __future__ import annotations

import pytest
import typer
import yaml
from typer.testing import CliRunner

from firstbell.cli.declare.command import declare
from tests.unit.cli.planning import AUTOSCALER, CALENDAR, HPA, SNOW, written
from tests.unit.cli.unreachable import nobody_there

APP = typer.Typer()
APP.command()(declare)
LATE = """\
  - name: late
    classPeriods:
    - {name: "1", startTime: "10:30", endTime: "11:20"}
"""
SCHOOL = CALENDAR.replace("  cohorts:\n", LATE + "  cohorts:\n")


def run(tmp_path, *arguments, more=()):
    file = written(tmp_path, "---\n".join([SCHOOL, AUTOSCALER, HPA, *more]))
    return CliRunner().invoke(APP, [*arguments, "-f", str(file)])


def test_a_snow_day_tells_its_days_and_the_bells_that_it_takes(tmp_path):
    done = run(tmp_path, "city", "2025-02-04", "--closed", "--event", "WeatherDay")
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "CalendarException lms/city-2025-02-04-weatherday: WeatherDay",
        "  Tue 04 Feb 2025: in person, bell schedule full from 08:30 -> no lessons (WeatherDay)",
        "lms/web, 2025-02-04 to 2025-02-07: bells 1 lost or lower",
        "  lower   first at Tue 04 Feb 08:30: 9 -> 3",
        "1 of 1 SchoolAutoscalers that use this calendar change",
        "nothing was written",
    ]


def test_lessons_at_another_time_and_at_a_distance(tmp_path):
    done = run(tmp_path, "city", "2025-02-04", "--remote", "--bell", "late")
    assert "remote, bell schedule late from 10:30, InstructionalDay" in done.stdout
    assert "  higher  first at Tue 04 Feb 10:30: 3 -> 9" in done.stdout


def test_the_effect_is_over_what_is_declared_already(tmp_path):
    done = run(tmp_path, "city", "2025-02-04", "--event", "MakeUpDay", "--bell", "late", more=[SNOW])
    assert "no lessons (WeatherDay) -> in person, bell schedule late from 10:30, MakeUpDay" in done.stdout


def test_the_class_of_the_lessons_after_it_is_told_too(tmp_path):
    factor = "  dayFactors:\n  - {name: long, match: {dayClasses: [AfterLongWeekend]}, percent: 50}\n"
    file = written(tmp_path, "---\n".join([SCHOOL, AUTOSCALER + factor]))
    done = CliRunner().invoke(APP, ["city", "2025-02-07", "--closed", "-f", str(file)])
    assert "lower   first at Mon 10 Feb 08:30: 12 -> 6" in done.stdout


def test_the_object_as_yaml_is_what_the_other_commands_take(tmp_path):
    done = run(tmp_path, "city", "2025-02-04", "--closed", "--note", "\u202eevil", "-o", "yaml")
    assert "bells 1 lost or lower" in done.stderr
    assert "\u202e" not in done.stdout + done.stderr
    body = yaml.safe_load(done.stdout)
    assert body["spec"] == {
        "calendarRef": {"name": "city"},
        "startDate": "2025-02-04",
        "event": "NonInstructionalDay",
        "note": "\u202eevil",
    }
    again = run(tmp_path, "city", "2025-02-04", "--closed", more=[done.stdout])
    assert again.exit_code == 2
    assert "is declared already" in again.stderr


def test_a_withdrawal_tells_what_comes_back(tmp_path):
    done = run(tmp_path, "--withdraw", "snow", more=[SNOW])
    assert "  higher  first at Tue 04 Feb 08:30: 3 -> 9" in done.stdout
    assert done.stdout.endswith("nothing was written\n")
    assert "There are: snow" in run(tmp_path, "--withdraw", "storm", more=[SNOW]).stderr


REFUSED = {
    "an unknown bell schedule": (["--bell", "lat"], "--bell: ", 'The nearest known bell schedule is "late"'),
    "an unknown region": (["--closed", "--region", "north"], "--region: ", "remove it"),
    "an unknown event": (["--event", "Weatherday2"], "--event ", 'The nearest known event is "WeatherDay"'),
    "nothing": ([], "nothing is declared", "--remote"),
    "two modes": (["--remote", "--hybrid"], "--remote, --in-person", "Give one"),
    "closed and remote": (["--closed", "--remote"], "--closed: ", "Leave those out"),
    "closed and open": (["--closed", "--event", "ExamDay"], "--closed: ", "Leave one"),
    "a late arrival without bells": (["--event", "LateArrival"], "--bell: ", "Name the bell schedule"),
    "an end before its start": (["--closed", "--until", "2025-02-03"], "--until: ", "inclusive"),
    "no date": (["--closed", "--until", "tonight"], "--until tonight", "2026-09-01"),
    "another century": (["--remote", "--until", "2099-01-01"], "--until: ", "Check the year"),
    "a name that is none": (["--closed", "--name", "Big Name"], "--name: ", "small letters"),
    "a note without end": (["--closed", "--note", "x" * 1025], "--note: ", "at most 1024"),
    "yes to nothing": (["--closed", "--yes"], "--yes: ", "Leave one"),
    "a cluster beside files": (["--closed", "--context", "c"], "-f: ", "out"),
}


@pytest.mark.parametrize(("options", "where", "cure"), REFUSED.values(), ids=REFUSED.keys())
def test_what_nobody_would_take_is_refused_by_its_option_with_the_cure(tmp_path, options, where, cure):
    done = run(tmp_path, "city", "2025-02-04", *options)
    assert (done.exit_code, done.stdout) == (2, "")
    assert where in done.stderr
    assert cure in done.stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["cty", "2025-02-04", "--closed"], 'The nearest known SchoolCalendar is "city"'),
        (["city", "2025-02-30", "--closed"], "DATE 2025-02-30: is not a date"),
        (["city", "2025-02-08", "--event", "LateArrival", "--bell", "late"], "use event MakeUpDay"),
        (["city"], "what is declared?"),
        (["city", "2025-02-04", "--withdraw", "snow"], "by its name alone"),
    ],
)
def test_so_is_what_means_nothing(tmp_path, arguments, told):
    done = run(tmp_path, *arguments)
    assert done.exit_code == 2
    assert told in done.stderr


def test_a_date_after_the_last_school_year_is_named_for_that(tmp_path):
    done = run(tmp_path, "city", "2029-12-03", "--closed")
    assert done.exit_code == 0
    told = "Mon 03 Dec 2029: after the last school year, which ends on 2025-06-27"
    assert f"  no lesson day is changed: {told}\n" in done.stdout


def test_a_calendar_and_a_declaration_may_be_named_with_their_namespace(tmp_path):
    named = run(tmp_path, "lms/city", "2025-02-04", "--closed")
    assert (named.exit_code, named.stdout) == (0, run(tmp_path, "city", "2025-02-04", "--closed").stdout)
    assert "first at Tue 04 Feb 08:30: 3 -> 9" in run(tmp_path, "--withdraw", "lms/snow", more=[SNOW]).stdout
    elsewhere = run(tmp_path, "lms/city", "2025-02-04", "--closed", "-n", "other")
    assert (elsewhere.exit_code, elsewhere.stderr) == (
        2,
        "CALENDAR lms/city: -n says namespace other. Give one of the two.\n",
    )
    assert "is no name" in run(tmp_path, "a/b/c", "2025-02-04", "--closed").stderr


@pytest.mark.parametrize(
    ("word", "cure"),
    [
        ("weatherday", "--event weatherday"),
        ("2025-02-05", "--until 2025-02-05"),
        ("late", "--bell SCHEDULE"),
    ],
)
def test_a_word_after_closed_is_answered_with_the_option_that_it_is_of(tmp_path, word, cure):
    done = run(tmp_path, "city", "2025-02-04", "--closed", word)
    assert (done.exit_code, done.stderr.count("\n")) == (2, 1)
    assert done.stderr.startswith(f"{word}: is one argument too many. ")
    assert cure in done.stderr


def test_today_may_be_written_as_it_stands_in_a_sentence(tmp_path):
    assert run(tmp_path, "city", "Today", "--closed").exit_code == 0


def test_tomorrow_is_that_of_the_school(tmp_path):
    today, tomorrow = (
        yaml.safe_load(run(tmp_path, "city", word, "--closed", "-o", "yaml").stdout)["spec"]["startDate"]
        for word in ("today", "tomorrow")
    )
    assert today < tomorrow


def test_a_cluster_that_is_not_there_is_one_sentence(tmp_path):
    options = ["city", "2025-02-04", "--closed", "--kubeconfig", nobody_there(tmp_path), "-n", "lms"]
    done = CliRunner().invoke(APP, options)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "cannot be reached" in done.stderr


def test_a_calendar_of_the_whole_cluster_takes_no_declaration(tmp_path):
    country = SCHOOL.replace("kind: SchoolCalendar", "kind: ClusterSchoolCalendar")
    country = country.replace("namespace: lms, ", "").replace(", namespace: lms", "")
    file = written(tmp_path, country)
    done = CliRunner().invoke(APP, ["city", "2025-02-04", "--closed", "-f", str(file)])
    assert done.exit_code == 2
    assert done.stderr.strip().endswith(
        "city: is a ClusterSchoolCalendar, which takes late facts only in its calendarDates. Who may edit it "
        "adds it there: kubectl edit cschoolcal"
    )
