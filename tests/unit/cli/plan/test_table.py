"""`firstbell plan` for people: tables that fit their terminal and say why."""

from __future__ import annotations

import json

import pytest

from firstbell.cli.plan.table import bar
from tests.unit.cli.planning import AUTOSCALER, CALENDAR, EXAMPLES, WITHOUT_BOUNDS, run, written

FOUNDING_DAY = (EXAMPLES / "smartschool-monday.yaml", "--date", "2020-04-20")
BOTH = f"{CALENDAR}---\n{AUTOSCALER}"


def shown(*arguments, width: int = 100) -> list[str]:
    """The lines of the table, without blanks at their ends."""
    result = run(*arguments, width=width)
    assert (result.exit_code, result.stderr) == (0, "")
    assert all(len(line) <= width for line in result.stdout.splitlines())
    return [line.rstrip() for line in result.stdout.splitlines()]


def test_the_founding_morning():
    want = """\
learning-platform/flanders-secondary-2019-2020 (Europe/Brussels)
DATE            DAY                                         BELL   REASON
Mon 2020-04-20  RestartAfterHoliday, after 16 days, Remote  08:30  calendarDates/pre-teaching

learning-platform/web-frontend: writes, 4 to 400 replicas (Europe/Brussels)
LOCAL  UTC    REPLICAS                                    PEAK
00:00  22:00         4  ▍                                 minReplicas
07:45  05:45         6  ▋                                 first-lesson
07:50  05:50        22  ██▎                               first-lesson
07:55  05:55        58  ██████                            first-lesson
08:00  06:00       127  █████████████▎                    first-lesson
08:05  06:05       198  ████████████████████▋             first-lesson
08:10  06:10       259  ███████████████████████████       first-lesson
08:15  06:15       300  ███████████████████████████████▎  first-lesson
08:20  06:20       307  ████████████████████████████████  first-lesson
08:50  06:50       304  ███████████████████████████████▋  first-lesson
08:55  06:55       296  ██████████████████████████████▉   first-lesson
"""

    assert want.splitlines() == shown(*FOUNDING_DAY)[:17]


def test_each_peak_says_why_it_is_that_high():
    lines = shown(*FOUNDING_DAY, width=140)

    start = lines.index("learning-platform/web-frontend: peaks")
    assert lines[start + 1] == "READY BY  WANTED  PLAN  WHY"
    assert lines[start + 2].startswith(
        "08:20        307   307  first-lesson at Mon 20 Apr 08:30 (RestartAfterHoliday, 16 days off before, "
        "Remote): remote 2000 % x restart 220 %"
    )


@pytest.mark.parametrize("width", [60, 80])
def test_no_word_of_a_day_or_peak_is_cut_where_there_is_room(width):
    lines = shown(*FOUNDING_DAY, width=width)

    assert any(line.startswith("Mon 2020-04-20  RestartAfterHoliday,") for line in lines)
    assert any(
        line.startswith("08:20  06:20       307  ") and line.endswith(" first-lesson") for line in lines
    )


def test_at_the_usual_width_of_80_a_reason_stays_whole():
    assert shown(*FOUNDING_DAY, width=80)[2].endswith("  08:30  calendarDates/pre-teaching")


def test_steps_are_the_schedule_before_it_is_coalesced():
    writes, steps = shown(*FOUNDING_DAY), shown(*FOUNDING_DAY, "--steps")

    assert "learning-platform/web-frontend: schedule, 4 to 400 replicas (Europe/Brussels)" in steps
    assert any(line.startswith("07:48  05:48         5 ") for line in steps)
    assert not any(line.startswith("07:48") for line in writes)
    assert len(steps) > 4 * len(writes)


def test_several_days_have_their_dates(tmp_path):
    lines = shown(written(tmp_path, BOTH), "--date", "2025-02-03", "--days", "2")

    assert "Mon 2025-02-03  FirstDayOfWeek, after 2 days, InPerson  08:30  weekly" in lines
    assert "Tue 2025-02-04  Regular, InPerson                       08:30  weekly" in lines
    assert any(line.startswith("Tue 04 Feb 08:15  07:15        12 ") for line in lines)
    assert any(line.startswith("Tue 04 Feb 08:19      12    12  first at Tue 04 Feb 08:30") for line in lines)


def test_the_longest_day_of_a_clock_change_is_one_day(tmp_path):
    lines = shown(written(tmp_path, BOTH), "--date", "2024-10-27")

    assert any(line.startswith("00:00  22:00         2 ") for line in lines)


def test_the_tail_of_last_nights_event_has_its_date():
    lines = shown(EXAMPLES / "us-district-ab.yaml", "--date", "2027-03-01")

    assert any(
        line.startswith("Sun 28 Feb 22:22       3     3  deadline at Sun 28 Feb 22:30") for line in lines
    )


def test_regions_are_told_by_day_and_by_peak():
    lines = shown(EXAMPLES / "france-zones.yaml", "--date", "2027-03-01", width=120)

    assert "Mon 2027-03-01  zone-a  RestartAfterHoliday, after 16 days, InPerson  08:00  weekly" in lines
    assert (
        "Mon 2027-03-01  zone-b  no lessons                                    -      holidays/winter-b"
        in lines
    )
    peaks = lines[lines.index("ent/sign-on: peaks") :]
    assert peaks[1] == "READY BY  WANTED  PLAN  REGION  WHY"
    assert peaks[2].startswith("08:19         29    53  zone-a  first-lesson at Mon 01 Mar 08:00")
    assert any(line.startswith("08:20         25    53  zone-c  first-lesson at") for line in peaks)


def test_peaks_are_in_order_of_time_whatever_their_region():
    lines = shown(EXAMPLES / "france-zones.yaml", "--date", "2027-03-01", width=150)

    times = [line[:5] for line in lines[lines.index("ent/sign-on: peaks") + 2 :] if line]
    assert len(times) == 16
    assert sorted(times) == times


def test_labels_are_told_where_there_is_a_rotation():
    lines = shown(EXAMPLES / "us-district-ab.yaml", "--date", "2027-02-10")

    assert lines[1].split() == ["DATE", "DAY", "BELL", "LABEL", "REASON"]
    assert lines[2].endswith("08:00  B      calendarDates/snow-remote")


def test_two_calendars_are_told_apart_in_the_peaks(tmp_path):
    calendars = f"{CALENDAR}---\n{CALENDAR.replace('city', 'town').replace('name: all', 'name: rest')}"
    policy = AUTOSCALER.replace("[{name: city}]", "[{name: city}, {name: town}]")

    lines = shown(written(tmp_path, f"{calendars}---\n{policy}"), "--date", "2025-02-04")

    assert "READY BY  WANTED  PLAN  CALENDAR  WHY" in lines
    assert any(line.startswith("08:19         12    23  lms/town  first at ") for line in lines)


def test_a_day_without_peaks_says_so(tmp_path):
    lines = shown(written(tmp_path, BOTH), "--date", "2025-04-12")

    assert "Sat 2025-04-12  no lessons  -     holidays/easter" in lines
    assert "no bell or event in this time" in lines


def test_a_maximum_that_holds_back_is_told(tmp_path):
    file = written(tmp_path, BOTH.replace("maxReplicas: 40", "maxReplicas: 9"))

    assert any(line.endswith("first, at maxReplicas") for line in shown(file, "--date", "2025-02-04"))


def test_without_a_maximum_there_is_a_least(tmp_path):
    file = written(tmp_path, f"{CALENDAR}---\n{WITHOUT_BOUNDS}")

    assert "lms/web: writes, at least 1 replicas (Europe/Brussels)" in shown(file, "--date", "2025-02-04")


def test_a_suspended_calendar_says_that_it_brings_no_load(tmp_path):
    file = written(tmp_path, f"{CALENDAR}  suspend: true\n---\n{AUTOSCALER}")

    lines = shown(file, "--date", "2025-02-04")

    assert lines[0] == "lms/city (Europe/Brussels), suspended: no load"
    assert "Tue 2025-02-04  Regular, InPerson  08:30  weekly" in lines
    assert "no bell or event in this time" in lines


def test_names_of_a_file_are_shown_and_never_obeyed(tmp_path):
    file = written(tmp_path, CALENDAR.replace("name: easter", 'name: "[red]:bell:[/red]"'))

    assert any(line.endswith("holidays/[red]:bell:[/red]") for line in shown(file, "--date", "2025-04-08"))


@pytest.mark.parametrize(
    ("value", "highest", "want"),
    [
        pytest.param(100, 100, "█" * 32, id="the highest"),
        pytest.param(50, 100, "█" * 16, id="half of it"),
        pytest.param(99, 100, "█" * 31 + "▋", id="253.44 eighths of 256 are 31 cells and 5 eighths"),
        pytest.param(1, 4000, "▏", id="never empty above 0"),
        pytest.param(0, 100, "", id="nothing"),
        pytest.param(0, 0, "", id="nothing of nothing"),
    ],
)
def test_a_bar_is_as_long_as_its_value(value, highest, want):
    assert want == bar(value, highest)


def test_no_name_hides_or_turns_what_stands_beside_it(tmp_path):
    hidden = "eas\\u202e\\u2066\\uFE0F\\u200bter"
    file = written(tmp_path, CALENDAR.replace("name: easter", f'name: "{hidden}"'))
    text = "\n".join(shown(file, "--date", "2025-04-08", width=200))
    assert r"holidays/eas\u202e\u2066\ufe0f\u200bter" in text
    assert not set("\u202e\u2066\ufe0f\u200b") & set(text)


def test_where_calendars_of_several_zones_meet_each_time_names_its_zone(tmp_path):
    """One exam at nine o'clock of two zones: alone each time stands as it is."""
    perth = CALENDAR.replace("name: city", "name: perth").replace("Europe/Brussels", "Australia/Perth")
    both = AUTOSCALER.replace("calendarRefs: [{name: city}]", "calendarRefs: [{name: city}, {name: perth}]")
    text = f"{CALENDAR}---\n{perth}---\n{both}"
    lines = shown(written(tmp_path, text), "--date", "2025-02-04", width=140)
    peaks = lines[lines.index("lms/web: peaks") + 2 :]

    assert [line[:24].strip() for line in peaks if line] == [
        "08:19 Australia/Perth",
        "08:19 Europe/Brussels",
    ]
    assert "first at Tue 04 Feb 08:30 Australia/Perth (Regular, InPerson)" in peaks[0]
    assert "first at Tue 04 Feb 08:30 Europe/Brussels (Regular, InPerson)" in peaks[1]


def test_two_calendars_of_one_zone_need_no_names_of_zones(tmp_path):
    other = CALENDAR.replace("name: city", "name: town")
    both = AUTOSCALER.replace("calendarRefs: [{name: city}]", "calendarRefs: [{name: city}, {name: town}]")
    lines = shown(written(tmp_path, f"{CALENDAR}---\n{other}---\n{both}"), "--date", "2025-02-04")

    assert not any(line.startswith("08:19 Europe") for line in lines)


NIGHT = """\
  demandEvents:
  - {name: update, type: Other, startTime: "02:45", endTime: "02:50", date: "2024-10-27"}
"""


def at_night(*, of: str = "2024-10-27"):
    autoscaler = AUTOSCALER.replace(
        "anchor: FirstPeriodStart}", "anchor: DemandEvent, demandEventTypes: [Other], rampMinutes: 60}"
    )
    return f"{CALENDAR}{NIGHT}---\n{autoscaler}".replace("2024-10-27", of)


def test_in_the_hour_that_comes_twice_no_two_rows_look_the_same(tmp_path):
    lines = shown(written(tmp_path, at_night()), "--date", "2024-10-27", "--steps")
    start = lines.index("lms/web: schedule, 2 to 40 replicas (Europe/Brussels)")
    clocks = [line.split("  ")[0] for line in lines[start + 2 : lines.index("", start)]]
    assert len(set(clocks)) == len(clocks)
    assert {"02:21 CEST", "02:25 CET"} <= set(clocks)
    assert any(line.endswith("first at Sun 27 Oct 02:45 CEST") for line in lines)


def test_on_any_other_day_a_time_stands_alone(tmp_path):
    lines = shown(written(tmp_path, at_night(of="2024-10-20")), "--date", "2024-10-20", "--steps")
    assert not any("CEST" in line for line in lines)


MEASURED_STATUS = """\
status:
  lead:
    rises:
    - {writtenTime: "2024-09-02T06:20:00Z", from: 4, to: 44, tookSeconds: 30, ready: true}
    - {writtenTime: "2024-09-03T06:20:00Z", from: 2, to: 12, tookSeconds: 200, ready: true}
    - {writtenTime: "2024-09-04T06:20:00Z", from: 2, to: 4, tookSeconds: 900, ready: false}
"""


def measured(mode: str = "Measured") -> str:
    spec = AUTOSCALER.replace("minReplicas: 2", f"minReplicas: 2\n  leadTime: {{mode: {mode}}}").replace(
        "anchor: FirstPeriodStart", "anchor: FirstPeriodStart, rampMinutes: 0, decayMinutes: 0"
    )
    return f"{CALENDAR}---\n{spec}{MEASURED_STATUS}"


def test_a_write_that_is_brought_forward_says_by_how_much_and_why(tmp_path):
    file = written(tmp_path, measured())
    lines = shown(file, "--date", "2024-09-11", width=110)
    rise = next(line for line in lines if line.startswith("08:16  06:16        12  "))
    assert rise.endswith("  first, 4 min early: 4 to 15 pods took 200 s")
    (autoscaler,) = json.loads(run(file, "--date", "2024-09-11", "-o", "json").stdout)["autoscalers"]
    assert autoscaler["writes"][1] == {
        "time": "2024-09-11T06:16:00Z",
        "replicas": 12,
        "dueTime": "2024-09-11T06:20:00Z",
        "leadSeconds": 200,
    }


def test_a_fixed_lead_brings_nothing_forward_whatever_was_measured(tmp_path):
    fixed = measured("Fixed")
    without = fixed.partition("status:")[0].replace("leadTime: {mode: Fixed}", "")
    files = (written(tmp_path, fixed), written(tmp_path, without, "plain.yaml"))
    assert shown(files[0], "--date", "2024-09-11") == shown(files[1], "--date", "2024-09-11")
