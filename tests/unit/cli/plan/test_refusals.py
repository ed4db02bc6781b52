"""What `firstbell plan` cannot read: exit code 2, nothing printed, and a line that names place and cure."""

from __future__ import annotations

import pytest

from tests.unit.cli.planning import AUTOSCALER, CALENDAR, HPA, SNOW, WITHOUT_BOUNDS, run, written

BOTH = f"{CALENDAR}---\n{AUTOSCALER}"
UNREADABLE = "Give a file that exists and may be read."


def refused(*arguments) -> list[str]:
    """The lines on stderr of a command that refuses."""
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert isinstance(result.exception, SystemExit)
    return result.stderr.splitlines()


@pytest.mark.parametrize(
    ("text", "want"),
    [
        pytest.param(
            "kind: [SchoolCalendar\nspec: {",
            ":2: is not YAML: did not find expected ',' or ']'. Check indentation, quotes and colons on this "
            "line and the one before.",
            id="not YAML",
        ),
        pytest.param(
            BOTH.replace('startTime: "08:30"', "startTime: 13:30"),
            ":13: spec.bellSchedules[0].classPeriods[0].startTime: 13:30 is not in quotes, and YAML "
            'can read it as the number 810. Quote it: "13:30".',
            id="an unquoted bell that YAML reads as a number",
        ),
        pytest.param(
            CALENDAR.replace("  cohorts:", "  timeZone: Europe/Paris\n  cohorts:"),
            ":15: spec.timeZone: stands here already on line 5. Keep one of the two.",
            id="a key that stands twice",
        ),
        pytest.param(
            CALENDAR.replace("holidays:", "holiday:"),
            ':17: spec.holiday: is not a known field. The nearest known field is "holidays".',
            id="an unknown field",
        ),
        pytest.param(
            CALENDAR.replace("SchoolCalendar", "SchoolCalender"),
            ':2: kind: firstbell.dev has no kind "SchoolCalender". The nearest known kind is '
            '"SchoolCalendar".',
            id="an unknown kind",
        ),
        pytest.param(
            CALENDAR.replace("v1alpha1", "v2"),
            ':1: apiVersion: "firstbell.dev/v2" is not a version of SchoolCalendar. Write apiVersion: '
            "firstbell.dev/v1alpha1.",
            id="an unknown version",
        ),
        pytest.param("", ":1: is empty. Give a file with a SchoolCalendar in it.", id="an empty file"),
        pytest.param(
            "---\n# later\n", ":1: is empty. Give a file with a SchoolCalendar in it.", id="a comment"
        ),
        pytest.param(
            b"\x89PNG\r\n\x1a\n\x00", ":1: is not text in UTF-8. Save the file as UTF-8.", id="binary"
        ),
        pytest.param(
            b"a: b\n\x00\x01",
            ":2: is not YAML: control characters are not allowed. Check",
            id="binary as UTF-8",
        ),
        pytest.param(
            "just words\n",
            ':1: must be an object of Kubernetes, not the text "just words". Give apiVersion and kind.',
            id="no object",
        ),
        pytest.param(
            AUTOSCALER,
            ':6: spec.calendarRefs[0].name: there is no SchoolCalendar "city" in namespace lms. Give the '
            "file of that calendar too.",
            id="a calendar that is in no file",
        ),
        pytest.param(
            BOTH.replace("calendarRefs: [{name: city}]", "calendarRefs: [{name: sity}]"),
            ':25: spec.calendarRefs[0].name: there is no SchoolCalendar "sity" in namespace lms. The nearest '
            'known SchoolCalendar is "city".',
            id="a calendar of another name",
        ),
        pytest.param(
            BOTH.replace("web, namespace: lms", "web, namespace: other"),
            ':25: spec.calendarRefs[0].name: there is no SchoolCalendar "city" in namespace other. It is in '
            "namespace lms: both must be in the same.",
            id="a calendar in another namespace",
        ),
        pytest.param(
            BOTH.replace("bellScheduleName: full", "bellScheduleName: fulll"),
            ':9: spec.weeklySchedule[0].bellScheduleName: there is no bell schedule "fulll". The nearest '
            'known bell schedule is "full".',
            id="bells that do not exist",
        ),
        pytest.param(
            f"{CALENDAR}---\n{SNOW.replace('{name: city}', '{name: town}')}",
            ':23: spec.calendarRef.name: there is no SchoolCalendar "town" in namespace lms.',
            id="an exception to a calendar that does not exist",
        ),
        pytest.param(
            BOTH.replace("  cohorts:\n  - {name: all, pupils: 60000}\n", ""),
            ':23: spec.calendarRefs[0]: Calendar "city" has no cohorts, but capacity.pupilsPerReplica sizes '
            "peak first by pupils. Add cohorts with pupils to the calendar, or give every peak replicas, or "
            "capacity.replicasAtPeak instead.",
            id="pupils that nobody counts",
        ),
        pytest.param(
            CALENDAR.replace("Europe/Brussels", "Europe/Brusels"),
            ":5: spec.timeZone: ",
            id="an unknown zone",
        ),
        pytest.param(
            BOTH.replace('endDate: "2025-04-21"', 'endDate: "2025-04-31"'),
            ':18: spec.holidays[0].endDate: the text "2025-04-31" is not a date that exists',
            id="a date that does not exist",
        ),
        pytest.param(
            "---\n".join([CALENDAR, WITHOUT_BOUNDS, HPA, HPA.replace("name: web, n", "name: b, n")]),
            ":24: spec.scaleTargetRef: HorizontalPodAutoscaler web and HorizontalPodAutoscaler b scale the "
            "same workload, and bounds are missing here. Give minReplicas and maxReplicas, or keep one of "
            "the two.",
            id="two autoscalers of one workload and no bounds",
        ),
    ],
)
def test_one_line_names_the_place_and_the_cure(tmp_path, text, want):
    file = written(tmp_path, text)

    (line,) = refused(file, "--date", "2025-02-04")

    assert line.startswith(f"{file}:")
    assert want in line
    assert line.endswith(".")


def test_two_objects_of_one_name_are_told_with_the_first(tmp_path):
    one, two = written(tmp_path, CALENDAR, "one.yaml"), written(tmp_path, CALENDAR, "two.yaml")

    want = (
        f"{two}:3: metadata.name: SchoolCalendar lms/city stands already in {one}:1. Keep one of the two, or "
        "rename one."
    )
    assert [want] == refused(one, two)


def test_a_missing_file(tmp_path):
    file = tmp_path / "none.yaml"

    assert [f"{file}: cannot be read (no such file or directory). {UNREADABLE}"] == refused(file)


def test_a_folder_without_a_file_of_ours(tmp_path):
    told = "has no file that ends in .yaml or .yml. Give the folder that they are in."
    assert [f"{tmp_path}: {told}"] == refused(tmp_path)


def test_a_folder_is_all_files_in_it_and_below_it(tmp_path):
    (tmp_path / "lms").mkdir()
    written(tmp_path, CALENDAR, "calendar.yaml")
    written(tmp_path / "lms", AUTOSCALER, "policy.yml")
    written(tmp_path, "kind: [", "notes.txt")
    result = run(tmp_path, "--date", "2025-02-04")
    assert (result.exit_code, result.stderr) == (0, "")
    assert "lms/web: writes, 2 to 40 replicas (Europe/Brussels)\n" in result.stdout


def test_a_file_over_10_mb_is_not_read(tmp_path):
    file = tmp_path / "large.yaml"
    with file.open("wb") as stream:
        stream.truncate(10_000_001)  # holes: it takes no room, and reading it would find no YAML

    want = f"{file}: is larger than 10 MB. Split it: a calendar has a few hundred kilobytes at most."
    assert [want] == refused(file)


def test_no_calendar_in_any_file(tmp_path):
    one, two = (
        written(tmp_path, HPA, "one.yaml"),
        written(tmp_path, "kind: Job\napiVersion: batch/v1\n", "two.yaml"),
    )

    want = f"{one}, {two}: no SchoolCalendar in here. Give the file of the calendar with -f."
    assert [want] == refused(one, two)


def test_every_problem_of_every_file_is_told(tmp_path):
    one = written(tmp_path, CALENDAR.replace("holidays:", "holiday:").replace("pupils: 60000", "pupils: -1"))
    two = written(tmp_path, AUTOSCALER.replace("maxReplicas: 40", "maxReplicas: 0"), "policy.yaml")

    lines = refused(one, two)

    assert {f"{one}:16", f"{one}:17", f"{two}:8"} == {line.split(": ")[0] for line in lines}


def test_every_autoscaler_that_cannot_be_planned_is_told(tmp_path):
    bare = CALENDAR.replace("  cohorts:\n  - {name: all, pupils: 60000}\n", "")
    more = AUTOSCALER.replace("name: web", "name: api")
    file = written(tmp_path, f"{bare}---\n{AUTOSCALER}---\n{more}")

    assert [f"{file}:23", f"{file}:35"] == [line.split(": ")[0] for line in refused(file)]


def test_control_characters_of_a_file_are_spelled_out(tmp_path):
    file = written(tmp_path, CALENDAR.replace("bellScheduleName: full", r'bellScheduleName: "\e[31mfull"'))

    (line,) = refused(file)

    assert line.isprintable()


# Options.


@pytest.mark.parametrize("text", ["20-04-2020", "2025-02-30", "yesterday", "", "2025-2-4"])
def test_what_is_no_date_is_told_with_an_example(tmp_path, text):
    want = f"--date {text}: is not a date. Write it like 2026-09-01."
    assert [want] == refused(written(tmp_path, BOTH), "--date", text)


@pytest.mark.parametrize("text", ["0001-01-01", "1969-12-31", "2100-01-01", "9999-12-31"])
def test_a_date_beyond_all_calendars_is_told(tmp_path, text):
    want = f"--date {text}: is out of range. Give a year from 1970 to 2099."
    assert [want] == refused(written(tmp_path, BOTH), "--date", text)


@pytest.mark.parametrize("days", [0, -1, 801])
def test_a_number_of_days_that_cannot_be_planned_is_told(tmp_path, days):
    want = f"--days {days}: is not a number of dates that can be planned. Give 1 to 800."
    assert [want] == refused(written(tmp_path, BOTH), "--days", str(days))


@pytest.mark.parametrize(
    ("arguments", "want"),
    [
        pytest.param(
            ["-f", "a.yaml", "-o", "xml"], "is not one of 'table', 'json', 'yaml'", id="unknown output"
        ),
        pytest.param(["-f", "a.yaml", "--days", "x"], "--days", id="no number"),
        pytest.param(["-f", "a.yaml", "--dat", "x"], "--date", id="unknown option"),
    ],
)
def test_a_usage_error_names_the_option(arguments, want):
    result = run(*arguments)

    assert (result.exit_code, result.stdout) == (2, "")
    assert want in " ".join(result.stderr.replace("│", " ").split())
