"""`firstbell lint`: its lines, its JSON, its annotations, its exit codes; never a traceback."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from firstbell.cli.lint.command import lint
from firstbell.cli.lint.text import github_data, github_property
from tests.unit.cli.planning import AUTOSCALER, CALENDAR, HEAD

APP = typer.Typer()
APP.command()(lint)

EXAMPLES = sorted((Path(__file__).parents[4] / "examples").glob("*.yaml"))

LATE_CLOSURE = (
    HEAD
    + """\
kind: CalendarException
metadata: {name: snow, namespace: lms}
spec: {calendarRef: {name: city}, startDate: "2025-02-04", event: WeatherDay}
---
"""
    + HEAD
    + """\
kind: CalendarException
metadata: {name: open, namespace: lms}
spec: {calendarRef: {name: city}, startDate: "2025-02-04", event: InstructionalDay}
"""
)
LATE_YEAR = 'name: easter, startDate: "2026-04-07", endDate: "2026-04-21"'


def written(tmp_path, text: str, name: str = "calendar.yaml"):
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    return file


def run(*arguments, today: str | None = "2025-02-01"):
    given = [str(argument) for argument in arguments]
    return CliRunner().invoke(APP, [*given, *(["--today", today] if today else [])])


@pytest.fixture
def clean(tmp_path):
    return written(tmp_path, f"{CALENDAR}---\n{AUTOSCALER}")


@pytest.fixture
def mistyped(tmp_path):
    return written(tmp_path, CALENDAR.replace("2025-04", "2026-04"))


def test_files_without_findings(clean):
    result = run(clean)

    assert result.output == "1 file: nothing found\n"
    assert result.exit_code == 0


@pytest.mark.parametrize(
    ("text", "kind", "exit_code"),
    [
        pytest.param(CALENDAR.replace("2025-04", "2026-04"), "HolidayOutsideSchoolYears", 1, id="a warning"),
        pytest.param(
            CALENDAR.replace("2025-04-07", "2024-09-01").replace("2025-04-21", "2025-06-30"),
            "NoLessons",
            1,
            id="an error that all can be read of",
        ),
        pytest.param(
            CALENDAR + "---\n" + AUTOSCALER.replace("minReplicas: 2", "minReplicas: 41"),
            "Invalid",
            2,
            id="cannot be",
        ),
        pytest.param(CALENDAR.replace("2025-04-21", "2025-04-01"), "Invalid", 2, id="ends before it starts"),
        pytest.param(
            CALENDAR + "---\n" + AUTOSCALER.replace("name: city", "name: ctiy"), "Invalid", 2, id="not there"
        ),
        pytest.param("kind: [", "Invalid", 2, id="cannot be read"),
    ],
)
def test_what_is_invalid_ends_with_2_and_a_finding_that_is_more_than_a_notice_with_1(
    tmp_path, text, kind, exit_code
):
    result = run(written(tmp_path, text), "-o", "json")
    assert kind in {finding["kind"] for finding in json.loads(result.output)["findings"]}
    assert result.exit_code == exit_code


def test_files_without_an_object_of_firstbell_are_said_to_have_none(tmp_path):
    settings = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"
    result = run(written(tmp_path, settings))
    told = "1 file: nothing found, for there is no object of firstbell: no calendar, no SchoolAutoscaler\n"
    assert (result.exit_code, result.output) == (0, told)


def test_a_finding_is_one_line_with_file_and_line(mistyped):
    result = run(mistyped)

    assert result.output == (
        f'{mistyped}:18: warning: spec.holidays[0]: Holiday "easter" (2026-04-07 to 2026-04-21) lies outside '
        "every school year. Check its year, or remove it.\n1 file: 1 warning\n"
    )
    assert result.exit_code == 1


def test_a_finding_of_a_policy_stands_at_the_policy(tmp_path):
    calendar = written(tmp_path, CALENDAR)
    policy = written(tmp_path, AUTOSCALER.replace("FirstPeriodStart", "DemandEvent"), "policy.yaml")

    result = run(calendar, policy)

    assert result.output.startswith(f'{policy}:11: warning: spec.peaks[0]: Peak "first" never occurs')
    assert result.output.endswith("2 files: 1 warning\n")


def test_findings_are_in_the_order_of_files_and_lines(tmp_path, mistyped):
    text = CALENDAR.replace("name: city", "name: other").replace('"08:30"', '"05:30"')
    other = written(tmp_path, text.replace("2025-04", "2026-04"), "a.yaml")

    lines = run(mistyped, other).output.splitlines()

    places = [line.split(": ")[0] for line in lines[:-1]]
    assert places == [f"{mistyped}:18", f"{other}:13", f"{other}:18"]


def test_more_than_can_be_planned_is_an_error_of_the_policy(tmp_path):
    event = '  - {{name: "e{n}", type: Other, recurrence: {{schedule: "{n},{later} * * * *"}}}}\n'
    events = "".join(event.format(n=n, later=n + 30) for n in range(30))
    busy = CALENDAR.replace("  holidays:\n", f"  demandEvents:\n{events}  holidays:\n")
    policy = AUTOSCALER + "".join(f"  - {{name: e{n}, anchor: DemandEvent}}\n" for n in range(10))
    result = run(written(tmp_path, f"{busy}---\n{policy}"))
    assert result.exit_code == 1
    assert "A plan would take" in result.output
    assert "spec.demandEvents" in result.output


ACCEPTED = 'metadata: {name: city, namespace: lms, annotations: {accept.firstbell.dev/%s: "%s"}}'


def annotated(kind: str, reason: str) -> str:
    """The mistyped calendar, whose author accepts findings of a kind."""
    named = "metadata: {name: city, namespace: lms}"
    return CALENDAR.replace("2025-04", "2026-04").replace(named, ACCEPTED % (kind, reason))


def test_a_finding_that_the_file_accepts_with_a_reason_is_a_notice(tmp_path):
    result = run(written(tmp_path, annotated("HolidayOutsideSchoolYears", "kept for the archive")))
    assert result.exit_code == 0
    assert "notice: spec.holidays[0]" in result.output
    assert "(accepted: kept for the archive)" in result.output


@pytest.mark.parametrize(
    ("kind", "reason", "want"),
    [
        ("HolidayLongg", "by decree", 'The nearest known kind is "HolidayLong".'),
        ("holidaylong", "by decree", 'The nearest known kind is "HolidayLong".'),
        ("x", "by decree", "Use a known kind: NoLessons, "),
        ("", "by decree", "Use a known kind: NoLessons, "),
        ("HolidayLong", "  ", "No reason is given, so HolidayLong is not accepted. Write as its value why "),
    ],
)
def test_an_annotation_that_accepts_nothing_is_told_and_changes_no_exit_code(tmp_path, kind, reason, want):
    named = "metadata: {name: city, namespace: lms}"
    text = CALENDAR.replace(named, ACCEPTED % (kind, reason))
    result = run(written(tmp_path, text), "--today", "2025-02-01")
    assert ":3: notice: metadata.annotations" in result.output
    assert want in result.output
    assert result.exit_code == 0


@pytest.mark.parametrize(
    ("kind", "reason"), [("HolidayOutsideSchoolYears", " "), ("HolidayLong", "another kind")]
)
def test_without_a_reason_or_of_another_kind_nothing_is_accepted(tmp_path, kind, reason):
    assert run(written(tmp_path, annotated(kind, reason))).exit_code == 1


def test_a_peak_above_the_maximum_is_a_warning_unless_it_is_accepted(tmp_path):
    capped = AUTOSCALER.replace("maxReplicas: 40", "maxReplicas: 5")
    result = run(written(tmp_path, f"{CALENDAR}---\n{capped}"))
    assert ':27: warning: spec.maxReplicas: Peak "first" asks for 12 replicas on 2024-09-02' in result.output
    assert result.exit_code == 1
    annotated = 'metadata: {name: web, namespace: lms, annotations: {accept.firstbell.dev/%s: "licences"}}'
    meant = capped.replace("metadata: {name: web, namespace: lms}", annotated % "PlanAboveMaximum")
    result = run(written(tmp_path, f"{CALENDAR}---\n{meant}"))
    assert "maxReplicas is 5 (accepted: licences)" in result.output
    assert result.exit_code == 0


def test_an_error_is_never_accepted(tmp_path):
    ice = '  - {name: ice, startDate: "2025-02-08", event: LateArrival, bellScheduleName: full}\n'
    holidays = "  holidays:\n"
    closed = CALENDAR.replace(holidays, f"  calendarDates:\n{ice}{holidays}")
    named = "metadata: {name: city, namespace: lms}"
    closed = closed.replace(named, ACCEPTED % ("ShortenedDayClosed", "we know"))
    result = run(written(tmp_path, closed))
    assert result.exit_code == 1
    assert "error: spec.calendarDates[0]" in result.output


def test_notices_alone_are_fine(tmp_path):
    text = CALENDAR.replace("2024-09-02", "2025-01-06")

    result = run(written(tmp_path, text))

    assert ": notice: spec.academicSessions[0]: " in result.output
    assert result.output.endswith("1 file: 1 notice\n")
    assert result.exit_code == 0


def test_many_findings_of_one_kind_are_folded_but_not_in_json(tmp_path):
    more = "".join(
        f'  - {{name: h{day}, startDate: "2026-05-0{day}", endDate: "2026-05-0{day}"}}\n'
        for day in range(1, 7)
    )
    file = written(tmp_path, CALENDAR + more)

    text, tool = run(file).output.splitlines(), json.loads(run(file, "-o", "json").output)

    assert len(text) == 5
    assert text[3].startswith(f"{file}:21: warning: and 3 more of kind HolidayOutsideSchoolYears.")
    assert text[4] == "1 file: 6 warnings"
    assert len(tool["findings"]) == 6


def test_json_is_versioned_and_stable(mistyped):
    result = run(mistyped, "--output", "json")

    assert json.loads(result.output) == {
        "apiVersion": "firstbell.dev/lint/v1",
        "findings": [
            {
                "file": str(mistyped),
                "line": 18,
                "column": 5,
                "object": "SchoolCalendar lms/city",
                "severity": "Warning",
                "kind": "HolidayOutsideSchoolYears",
                "path": "spec.holidays[0]",
                "message": 'Holiday "easter" (2026-04-07 to 2026-04-21) lies outside every school year',
                "cure": "Check its year, or remove it",
                "accepted": "",
            }
        ],
        "summary": {"errors": 0, "warnings": 1, "notices": 0},
    }
    assert result.exit_code == 1


def test_markdown_is_a_table_in_which_names_stay_text(tmp_path):
    name = "name: '@all | `x`'"
    file = written(tmp_path, CALENDAR.replace("2025-04", "2026-04").replace("name: easter", name))

    lines = run(file, "-o", "markdown").output.splitlines()

    assert lines[:2] == ["| | where | what |", "|---|---|---|"]
    assert lines[2].startswith(f'| warning | `{file}:18` | ``spec.holidays[0]: Holiday "@all \\| `x`" (')
    assert lines[3:] == ["", "1 file: 1 warning"]


def test_markdown_of_nothing_found_is_its_one_line(clean):
    assert run(clean, "-o", "markdown").output == "1 file: nothing found\n"


def test_github_annotations(tmp_path):
    file = written(tmp_path, CALENDAR.replace("2025-04", "2026-04"), "a,b: 100%.yaml")

    first, summary = run(file, "-o", "github").output.splitlines()

    place = str(file).replace("a,b: 100%", "a%2Cb%3A 100%25")
    title = "firstbell%3A HolidayOutsideSchoolYears"
    assert first.startswith(f"::warning file={place},line=18,col=5,title={title}::spec.holidays[0]: ")
    assert summary == "1 file: 1 warning"


@pytest.mark.parametrize(
    ("text", "data", "value"),
    [
        ("a: b, c", "a: b, c", "a%3A b%2C c"),
        ("100%\r\n::error::x", "100%25%0D%0A::error::x", "100%25%0D%0A%3A%3Aerror%3A%3Ax"),
        ("%0A", "%250A", "%250A"),
        ("\x1b[31m", "\\x1b[31m", "\\x1b[31m"),
    ],
)
def test_github_escapes(text, data, value):
    assert github_data(text) == data
    assert github_property(text) == value


@pytest.mark.parametrize("output", ["text", "json", "github", "sarif", "markdown"])
def test_control_characters_of_a_file_are_written_out(tmp_path, output):
    text = CALENDAR.replace("2025-04", "2026-04").replace(
        "name: easter", r'name: "ea\e[31m\a\n::error::st\u202eer"'
    )

    result = run(written(tmp_path, text), "-o", output)

    assert result.exit_code in {1, 2}
    assert not set(result.output) & set("\x1b\x07\u202e")
    assert not any(line.startswith("::error::") for line in result.output.splitlines())


# The end of the data.


@pytest.mark.parametrize(
    ("today", "kind"),
    [("2025-02-01", None), ("2025-06-01", "CalendarExpiring"), ("2025-07-01", "CalendarEnded")],
)
def test_today_may_be_given(clean, today, kind):
    findings = json.loads(run(clean, "-o", "json", today=today).output)["findings"]

    assert [finding["kind"] for finding in findings] == ([kind] if kind else [])


def test_today_is_the_clocks_where_it_is_not_given(clean):
    findings = json.loads(run(clean, "-o", "json", today=None).output)["findings"]

    assert [finding["kind"] for finding in findings] == ["CalendarEnded"]


def test_what_is_no_date_is_refused_as_other_commands_do(clean):
    result = run(clean, today="tomorrow")

    assert result.stderr == "--today tomorrow: is not a date. Write it like 2026-09-01.\n"
    assert result.exit_code == 2


@pytest.mark.parametrize("output", ["text", "github"])
def test_a_folder_without_files_is_told_without_a_line(tmp_path, output):
    result = run(tmp_path, "-o", output)

    assert "has no file that ends in .yaml or .yml" in result.output
    assert ":0:" not in result.output
    assert "line=" not in result.output


@pytest.mark.parametrize(
    "bound", ["excludeHolidays: true", 'startDate: "2026-10-08"', 'endDate: "2026-10-08"']
)
def test_a_peak_of_what_recurs_within_one_bound_occurs_without_a_school_year(tmp_path, bound):
    event = f'{{name: e, type: Exam, recurrence: {{daysOfWeek: [Friday]}}, startTime: "10:00", {bound}}}'
    calendar = (
        "apiVersion: firstbell.dev/v1alpha1\nkind: SchoolCalendar\nmetadata: {name: city, namespace: lms}\n"
        f"spec: {{timeZone: Europe/Oslo, demandEvents: [{event}], cohorts: [{{name: all, pupils: 60000}}]}}\n"
    )
    policy = AUTOSCALER.replace("FirstPeriodStart", "DemandEvent")

    result = run(written(tmp_path, f"{calendar}---\n{policy}"))

    assert "never occurs" not in result.output


def test_a_large_calendar_is_told(tmp_path):
    note = "x" * 900
    dates = "".join(
        f'  - {{name: d{number}, startDate: "2025-02-04", event: Strike, note: {note}}}\n'
        for number in range(220)
    )

    result = run(written(tmp_path, f"{CALENDAR}  calendarDates:\n{dates}"))

    assert ": notice: spec: The calendar is " in result.output
    assert "kubectl apply --server-side" in result.output
    assert result.exit_code == 0


# CalendarExceptions.


def test_a_finding_about_a_calendar_exception_stands_in_its_file(tmp_path):
    calendar = written(tmp_path, CALENDAR)
    late = written(tmp_path, LATE_CLOSURE, "late.yaml")

    (finding,) = json.loads(run(calendar, late, "-o", "json").output)["findings"]

    assert finding["file"] == str(late)
    assert finding["line"] == 9
    assert finding["object"] == "CalendarException lms/open"
    assert finding["kind"] == "ExceptionsConflict"
    assert finding["path"] == "spec"


# What cannot be read.


@pytest.mark.parametrize(
    ("text", "want"),
    [
        pytest.param(": - [", ":1: error: is not YAML", id="not YAML"),
        pytest.param("", ":1: error: is empty", id="empty"),
        pytest.param(
            CALENDAR.replace("Europe/Brussels", "Europe/Brusels"), "Europe/Brussels", id="unknown zone"
        ),
        pytest.param(CALENDAR.replace('"08:30"', "13:30"), "Quote it", id="an unquoted bell"),
        pytest.param(CALENDAR.replace("holidays:", "holiday:"), "holidays", id="an unknown field"),
        pytest.param(
            AUTOSCALER, 'there is no SchoolCalendar "city" in namespace lms', id="a missing calendar"
        ),
        pytest.param(f"{CALENDAR}---\n{CALENDAR}", "stands already in", id="two of one name"),
    ],
)
def test_what_cannot_be_read_is_told_with_exit_code_2(tmp_path, text, want):
    result = run(written(tmp_path, text))

    assert want in result.output
    assert result.output.endswith("1 file: 1 error\n")
    assert result.exit_code == 2


def test_what_cannot_be_read_is_one_more_kind(tmp_path):
    (finding,) = json.loads(run(written(tmp_path, ""), "-o", "json").output)["findings"]

    assert (finding["kind"], finding["object"], finding["path"]) == ("Invalid", None, "")


def test_a_problem_of_a_reference_leaves_the_calendars_findings(tmp_path, mistyped):
    policy = written(tmp_path, AUTOSCALER.replace("{name: city}", "{name: town}"), "policy.yaml")

    result = run(mistyped, policy, "-o", "json")

    found = [(one["kind"], one["severity"]) for one in json.loads(result.output)["findings"]]
    assert found == [("HolidayOutsideSchoolYears", "Warning"), ("Invalid", "Error")]
    assert result.exit_code == 2


@pytest.mark.parametrize(
    "arguments", [["missing.yaml"], [], ["--today", "2025-02-30", "a.yaml"], ["-o", "xml", "a.yaml"]]
)
def test_usage_errors_end_with_exit_code_2(arguments):
    result = run(*arguments, today=None)

    assert result.exit_code == 2
    assert "Traceback" not in result.output


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_examples_have_no_errors(example):
    result = run(example, "-o", "json")

    assert json.loads(result.output)["summary"]["errors"] == 0


def test_two_hands_on_one_count_are_told_at_their_lines(tmp_path):
    deployment = (
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: lms}\nspec:\n  replicas: 3\n"
    )
    text = "---\n".join(
        (CALENDAR, AUTOSCALER, AUTOSCALER.replace("{name: web, n", "{name: old, n"), deployment)
    )
    done = CliRunner().invoke(APP, [str(written(tmp_path, text)), "--today", "2024-09-02"])
    assert done.exit_code == 1, done.output
    lines = text.splitlines()
    told = [line for line in done.output.splitlines() if "scaleTargetRef" in line or "spec.replicas" in line]
    second = [at for at, line in enumerate(lines, 1) if "scaleTargetRef" in line][1]
    assert f":{second}: warning: spec.scaleTargetRef: Deployment web is the target of" in told[0]
    count = lines.index("  replicas: 3") + 1
    assert f":{count}: warning: spec.replicas: The manifest sets 3 replicas" in told[1]
