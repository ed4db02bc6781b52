"""A value that an option does not take is refused in words of people, whichever option it is."""

from __future__ import annotations

import re

import pytest
from typer.testing import CliRunner

from firstbell.cli.main import app


def told(*arguments: str) -> str:
    """What stands in the frame, on one line."""
    done = CliRunner().invoke(app, list(arguments), env={"COLUMNS": "80", "TERM": "dumb"})
    assert (done.exit_code, done.stdout) == (2, "")
    lines = [line.strip("│ ") for line in done.stderr.splitlines() if line.startswith("│")]
    return " ".join(lines)


@pytest.mark.parametrize(
    ("arguments", "want"),
    [
        (("plan", "-o", "xml"), "'xml' is not one of 'table', 'json', 'yaml', 'markdown'."),
        (("simulate", "--preset", "x"), "'x' is not one of 'wall', 'bell', 'relaxed'."),
        (("demo", "--example", "x"), "'x' is not one of 'smartschool-monday', 'us-district-ab'."),
        (("plan", "--days", "abc"), "'abc' is no whole number."),
        (("plan", "--days", ""), "'' is no whole number."),
        (("fleet", "--days", "1.5"), "'1.5' is no whole number."),
        (("fleet", "--days", "0"), "0 is too small: the least is 1."),
        (("fleet", "--days", "500"), "500 is too large: the most is 92."),
        (("release", "--all", "--timeout", "x"), "'x' is no number."),
        (("release", "--all", "--timeout", "0.5"), "0.5 is too small: the least is 1."),
        (("cluster", "up", "--nodes", "500"), "500 is too large: the most is 100."),
        (("run", "--log-level", "loud"), "'loud' is not one of 'debug', 'info', 'warning', 'error'."),
    ],
)
def test_it_says_what_is_wrong_and_what_is_taken(arguments, want):
    found = told(*arguments)
    assert re.fullmatch(rf"Invalid value for '--.*: {re.escape(want)}", found), found


def test_what_was_never_a_value_keeps_the_words_of_the_library():
    assert told("plan", "--nope").startswith("No such option: --nope")
