"""Days on the command line: a date, or a word for today and tomorrow where the school is."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
import yaml
from typer.testing import CliRunner

from firstbell import clock
from firstbell.cli.dates import DaysAhead, date_of, day_meant
from firstbell.cli.main import app
from tests.unit.cli.planning import AUTOSCALER, CALENDAR, written

if TYPE_CHECKING:
    from pathlib import Path

KIRITIMATI = ZoneInfo("Pacific/Kiritimati")
"""14 hours ahead: its date is seldom the machine's."""


def test_a_word_is_a_day_before_it_is_known_where():
    assert [day_meant(text, "--date") for text in ("today", "Tomorrow")] == [DaysAhead(0), DaysAhead(1)]
    assert day_meant("2026-11-09", "--date") == date(2026, 11, 9)
    day = date(2026, 12, 31)
    assert [date_of(one, day) for one in (None, DaysAhead(1), date(2020, 1, 1))] == [
        day,
        date(2027, 1, 1),
        date(2020, 1, 1),
    ]


@pytest.fixture
def school(tmp_path: Path) -> Path:
    return written(tmp_path, f"{CALENDAR}---\n{AUTOSCALER}".replace("Europe/Brussels", KIRITIMATI.key))


@pytest.mark.parametrize(("word", "ahead"), [("today", 0), ("tomorrow", 1)])
def test_plan_takes_today_and_tomorrow_of_the_school(school, word, ahead):
    before = clock.today(KIRITIMATI)
    done = CliRunner().invoke(app, ["plan", "-f", str(school), "--date", word, "-o", "yaml"])
    after = clock.today(KIRITIMATI)
    assert (done.exit_code, done.stderr) == (0, "")
    found = date.fromisoformat(yaml.safe_load(done.stdout)["from"]) - timedelta(days=ahead)
    assert before <= found <= after


@pytest.mark.parametrize("command", ["plan", "simulate", "fleet"])
def test_every_command_with_a_first_date_takes_the_same_words(school, command):
    for word in ("today", "tomorrow"):
        done = CliRunner().invoke(app, [command, "-f", str(school), "--date", word])
        assert done.exit_code in {0, 1}, done.stderr
        assert "is not a date" not in done.stderr
    wrong = CliRunner().invoke(app, [command, "-f", str(school), "--date", "yesterday"])
    assert (wrong.exit_code, wrong.stderr) == (
        2,
        "--date yesterday: is not a date. Write it like 2026-09-01.\n",
    )


@pytest.mark.parametrize("command", ["plan", "simulate", "fleet", "backtest"])
def test_a_file_without_its_option_is_answered_with_it(command):
    done = CliRunner().invoke(app, [command, "calendar.yaml"])
    told = f"is one argument too many. Files go with -f: firstbell {command} -f calendar.yaml"
    assert (done.exit_code, done.stderr) == (2, f"calendar.yaml: {told}\n")


def test_what_merge_cannot_read_is_told_with_what_it_takes():
    done = CliRunner().invoke(app, ["merge", "nope"])
    why = "cannot be read (no such file or directory)"
    cure = "Give the files that firstbell backtest --all --shard has written, or their folder."
    assert (done.exit_code, done.stderr) == (2, f"nope: {why}. {cure}\n")
