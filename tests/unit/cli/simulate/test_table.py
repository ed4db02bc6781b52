"""`firstbell simulate` for people: rows, a strip, sentences, assumptions; and what is refused."""

from __future__ import annotations

import importlib.util
import re
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from firstbell.cli.picture import written as into_file
from firstbell.cli.simulate import plot as simulate_plot
from firstbell.cli.simulate.table import minutes, people, percent
from tests.unit.cli.planning import CALENDAR
from tests.unit.cli.simulating import DATE, POLICY, SCHOOL, run, written

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result

needs_matplotlib = pytest.mark.skipif(
    importlib.util.find_spec("matplotlib") is None, reason="the extra `plot` is not installed"
)


@pytest.fixture(scope="module")
def printed(tmp_path_factory):
    result = run(written(tmp_path_factory.mktemp("school"), SCHOOL), *DATE, width=80)
    assert (result.exit_code, result.stderr) == (0, "")
    return result.stdout.splitlines()


def test_a_row_for_each_way_of_scaling(printed):
    assert printed[0] == "lms/web: Tue 04 Feb 2025 (Europe/Brussels)"
    assert printed[1].split() == ["SHORT", "SLOW", "TURNED", "POD"]
    headings = ["MIN", "MIN", "AWAY", "WAITING", "PEAK", "PODS", "HOURS", "COST", "STARTS"]
    assert printed[2].split() == headings
    assert [line.split("  ")[0] for line in printed[3:6]] == ["HPA alone", "HPA + cron", "firstbell"]
    assert printed[5].split()[1:4] == ["0", "0", "0"]


def test_below_them_stands_what_was_possible_at_the_hpas_target_and_at_full_use(printed):
    at_target, at_full_use = (line.split() for line in printed[6:8])
    assert at_target[:2] == at_full_use[:2] == ["least", "possible"]
    assert (at_target[6:8], at_full_use[6:8]) == (["60", "%"], ["100", "%"])
    assert at_target[-2] == "1.00"
    assert float(at_full_use[-2]) < 1 < float(printed[5].split()[-2])


def test_a_table_fits_into_80_columns(printed):
    assert max(map(len, printed)) <= 80


def test_a_strip_marks_where_it_was_not_enough(printed):
    alone, ours, hours = printed[9], printed[11], printed[12]
    assert "×" in alone
    assert "×" not in ours
    assert ours.strip().endswith("▄")
    assert hours.split()[1] == "08:29"
    assert alone.index("×") < hours.index("08:29")


def test_shortages_are_sentences_with_their_times(printed):
    text = " ".join(printed).replace("  ", " ")
    assert "HPA alone is short for" in text
    assert "firstbell is short for" not in text
    assert "the longest wait is" in text


def test_what_it_rests_on_stands_below(printed):
    at = printed.index("It rests on these assumptions:")
    assert len([line for line in printed[at:] if line.startswith("- ")]) >= 10


class Drawn(NamedTuple):
    """A run that draws: what it says, its file, and the figure that was written into it."""

    result: Result
    picture: Path
    figure: Any


@pytest.fixture(scope="module")
def drawn(tmp_path_factory) -> Drawn:
    folder, shown = tmp_path_factory.mktemp("drawn"), []

    def kept(figure, file):
        shown.append(figure)
        return into_file(figure, file)

    picture = folder / "day.svg"
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(simulate_plot, "written", kept)
        result = run(written(folder, SCHOOL), *DATE, "--plot", picture.as_posix())
    return Drawn(result, picture, shown[0])


@needs_matplotlib
def test_a_picture_is_drawn(drawn):
    assert (0, f"drawn: {drawn.picture}\n") == (drawn.result.exit_code, drawn.result.stderr)
    text = drawn.picture.read_text()
    assert [text.count(f"<!-- {name}: ") for name in ("HPA alone", "HPA + cron", "firstbell")] == [1, 1, 1]


@needs_matplotlib
def test_a_picture_shows_the_highest_of_all_its_panels(drawn):
    """The HPA alone goes higher than firstbell, or the other way round: the axis is that of the higher."""
    for axis in drawn.figure.axes:
        assert axis.get_ylim()[1] >= max(axis.lines[0].get_ydata())
        highest = [path.vertices[:, 1].max() for area in axis.collections for path in area.get_paths()]
        assert axis.get_ylim()[1] > max(highest)


def test_a_day_without_a_bell_says_so_and_when_the_next_one_is(tmp_path):
    result = run(written(tmp_path, SCHOOL), "--date", "2025-02-08")
    assert result.exit_code == 0
    told = " ".join(result.stdout.split())
    assert "Nobody comes on this day: no bell, no event (no-weekly-row)." in told
    assert "The next bell or event is first at Mon 10 Feb 08:30" in told
    assert "00:0000:00" not in told


def test_a_day_after_all_data_has_no_next_bell(tmp_path):
    told = " ".join(run(written(tmp_path, SCHOOL), "--date", "2035-02-08").stdout.split())
    assert "no event (outside-school-year). None is to come either." in told


REFUSED = {
    (): "-f FILE: is missing. Give the calendar and the policy, or --scenarios for mornings on record.",
    ("--scenarios", "--scenario", "x"): (
        "--scenario: one morning, or all of them with --scenarios. Leave one of the two out."
    ),
    ("--scenarios", "--date", "2025-02-04"): "--date: a morning on record has its own. Leave --date out.",
    ("--scenarios", "--preset", "wall"): "--preset: a morning on record has its own. Leave --preset out.",
    ("--scenario", "kreta-2021-03-08", "--load-percent", "100"): (
        "--load-percent: a morning on record has its own. Leave --load-percent out."
    ),
    ("--scenario", "smartschool-2020-04-21"): (
        "--scenario smartschool-2020-04-21: there is no such morning on record. "
        'The nearest known scenario is "smartschool-2020-04-20".'
    ),
    ("--cron", "7-9"): "--cron 7-9: is not a part of a day. Write it like 07:00-09:00.",
    ("--cron", "09:00-07:00"): (
        "--cron 09:00-07:00: ends before it starts. Give two times of one day, the earlier first."
    ),
    ("--plot", "day.pdf"): "day.pdf: a plot ends in .svg or .png. Choose one of them.",
}


@pytest.mark.parametrize(("arguments", "told"), REFUSED.items())
def test_what_cannot_be_meant_is_refused(arguments, told):
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.strip() == told


def test_files_beside_a_morning_on_record_are_refused(tmp_path):
    result = run(written(tmp_path, SCHOOL), "--scenarios")
    assert result.exit_code == 2
    assert result.stderr.startswith("-f: a morning on record has its own.")


def test_files_without_a_policy_are_refused(tmp_path):
    result = run(written(tmp_path, CALENDAR), *DATE)
    assert result.exit_code == 2
    assert "no SchoolAutoscaler in here" in result.stderr


def test_small_words():
    assert (minutes(0), minutes(1), minutes(90)) == ("0", "0.1 min", "1.5 min")
    assert people(1234.4, 5000, counted=True) == "1,234"
    assert people(50, 1000, counted=False) == "5.0 %"
    assert people(0, 0, counted=False) == "0 %"
    assert (percent(99.6), percent(float("inf"))) == ("100 %", "none Ready")


def test_a_strip_shows_the_shortage_where_as_much_is_asked_for_hours_after_it(tmp_path):
    times = 'date: "2025-02-04", startTime: "16:00", endTime: "20:00"'
    event = f"  demandEvents: [{{name: meet, type: Exam, {times}}}]\n"
    text = (CALENDAR + event + "---\n" + POLICY).replace("FirstPeriodStart", "DemandEvent")
    result = run(written(tmp_path, text), *DATE, width=80)

    strips = [line for line in result.stdout.splitlines() if line.startswith("HPA alone")]
    assert "×" in strips[1]


def test_the_hand_written_floor_names_its_zone_where_calendars_of_two_meet(tmp_path):
    farther = CALENDAR.replace("name: city,", "name: west,").replace("Europe/Brussels", "Europe/London")
    both = POLICY.replace("[{name: city}]", "[{name: city}, {name: west}]")

    told = " ".join(run(written(tmp_path, f"{CALENDAR}---\n{farther}---\n{both}"), *DATE).stdout.split())

    assert re.search(r"the hand-written floor is \d+, \d\d:\d\d to \d\d:\d\d Europe/Brussels,", told)


def test_in_the_hour_that_comes_twice_a_shortage_says_in_which_it_is(tmp_path):
    times = 'date: "2024-10-27", startTime: "02:45", endTime: "03:30"'
    event = f"  demandEvents: [{{name: meet, type: Exam, {times}}}]\n"
    text = (CALENDAR + event + "---\n" + POLICY).replace("FirstPeriodStart", "DemandEvent")
    result = run(written(tmp_path, text), "--date", "2024-10-27", width=100)

    told = " ".join(result.stdout.split())
    assert re.search(r"HPA alone is short for [\d.]+ min between 02:\d\d:\d\d CES?T and ", told)
    assert re.search(r" \d\d:\d\d 02:\d\d CES?T ", told), "the hours below the strip"
