"""Times on the command line: each is the instant that people mean, by the wall that they look at."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import typer

from firstbell.cli.times import MachineWall, SchoolWall, shown, time_meant

BRUSSELS = ZoneInfo("Europe/Brussels")
SCHOOL = SchoolWall(BRUSSELS)
NOON = datetime(2026, 11, 9, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("14:00", "2026-11-09T13:00+00:00"),
        ("13:00", "2026-11-10T12:00+00:00"),
        ("9:30", "2026-11-10T08:30+00:00"),
        ("+90m", "2026-11-09T13:30+00:00"),
        ("+1h30m", "2026-11-09T13:30+00:00"),
        ("+2h", "2026-11-09T14:00+00:00"),
        ("+2d", "2026-11-11T12:00+00:00"),
        ("+1000h", "2026-12-21T04:00+00:00"),
        ("+1d1h1m", "2026-11-10T13:01+00:00"),
        ("2026-11-09T15:00:00+01:00", "2026-11-09T14:00+00:00"),
        ("2026-11-09T15:00", "2026-11-09T14:00+00:00"),
        ("2026-11-09T15:00Z", "2026-11-09T15:00+00:00"),
    ],
)
def test_times_are_of_the_schools_wall_and_the_next_of_their_name(text, want):
    assert time_meant("--until", text, NOON, SCHOOL) == datetime.fromisoformat(want)


@pytest.mark.parametrize(
    "text",
    [
        "10",
        "25:00",
        "+",
        "+x",
        "+1w",
        "+9999999999h",
        "tomorrow",
        "2026-13-01T10:00",
        "0001-01-01T00:00+01:00",
    ],
)
def test_what_is_no_time_is_refused_with_how_to_write_it(text, capsys):
    with pytest.raises(typer.Exit):
        time_meant("--until", text, NOON, SCHOOL)
    assert "Write it like 10:00" in capsys.readouterr().err


def test_without_a_zone_a_time_of_day_is_refused(capsys):
    with pytest.raises(typer.Exit):
        time_meant("--until", "10:00", NOON, None)
    assert "whose clock is not known here. Write it with" in capsys.readouterr().err


def test_why_there_is_no_zone_is_told(capsys):
    with pytest.raises(typer.Exit):
        time_meant("--until", "10:00", NOON, None, "no access to a cluster.")
    assert "whose clock is not known here (no access to a cluster). Write" in capsys.readouterr().err


def test_a_time_in_the_hour_that_comes_twice_says_which_one_it_is():
    night = datetime(2026, 10, 24, 20, tzinfo=UTC)
    at = time_meant("--until", "02:30", night, SCHOOL)
    assert shown(at, BRUSSELS) == "Sun 25 Oct 2026 02:30 CEST"


def test_this_machines_wall_is_read_in_the_same_way():
    soon = NOON.astimezone() + timedelta(hours=1)
    over = NOON.astimezone() - timedelta(hours=1)
    assert time_meant("--until", f"{soon:%H:%M}", NOON, MachineWall()) == soon
    assert time_meant("--until", f"{over:%H:%M}", NOON, MachineWall()) == over + timedelta(days=1)
    assert time_meant("--until", f"{soon:%Y-%m-%dT%H:%M}", NOON, MachineWall()) == soon


def test_a_length_that_leads_out_of_all_years_is_refused(capsys):
    with pytest.raises(typer.Exit):
        time_meant("--until", "+2d", datetime(9999, 12, 31, tzinfo=UTC), SCHOOL)
    assert "Write it like 10:00" in capsys.readouterr().err
