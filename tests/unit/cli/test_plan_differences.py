"""`plan --diff` and `lint --against` tell before what an edit will take away."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from firstbell.cli.main import app

OLD = Path("examples/smallest.yaml").read_text(encoding="utf-8")
DATE = "2026-09-01"


@pytest.fixture
def states(tmp_path):
    def written(change) -> list[str]:
        files = {"old.yaml": OLD, "new.yaml": change(OLD)}
        for name, text in files.items():
            (tmp_path / name).write_text(text, encoding="utf-8")
        return [str(tmp_path / name) for name in files]

    return written


def diff(*arguments):
    return CliRunner().invoke(app, ["plan", "--date", DATE, "--days", "2", "--diff", *arguments])


def later(text):
    assert 'startTime: "08:30"' in text
    return text.replace('startTime: "08:30"', 'startTime: "11:30"')


def test_a_moved_bell_is_told_as_one_lost_and_one_more(states):
    told = diff(*states(later))
    assert told.exit_code == 0
    assert told.output.splitlines() == [
        "default/web, 2026-09-01 to 2026-09-02: bells 2 lost or lower, 2 new or higher",
        "  lower   first-lesson at Tue 01 Sep 08:30: 8 -> 2",
        "  higher  first-lesson at Tue 01 Sep 11:30: 2 -> 8",
        "  lower   first-lesson at Wed 02 Sep 08:30: 8 -> 2",
        "  higher  first-lesson at Wed 02 Sep 11:30: 2 -> 8",
    ]


def test_markdown_is_a_table_for_a_pull_request(states):
    lines = diff(*states(later), "-o", "markdown").output.splitlines()
    assert lines[0] == "### default/web: bells 2 lost or lower, 2 new or higher"
    assert "| lower | first-lesson at Tue 01 Sep 08:30 | 8 | 2 |" in lines


def test_the_same_files_change_nothing(states):
    assert diff(*states(str)).output == "default/web, 2026-09-01 to 2026-09-02: no bell changes\n"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["-f", "examples/smallest.yaml"], "compares two states of files"),
        (["-o", "json"], "prints a table or markdown"),
    ],
)
def test_what_does_not_go_with_it_is_refused(states, arguments, told):
    refused = diff(*states(later), *arguments)
    assert (refused.exit_code, told in refused.output) == (2, True)


def test_markdown_without_two_states_is_refused():
    refused = CliRunner().invoke(app, ["plan", "-f", "examples/smallest.yaml", "-o", "markdown"])
    assert (refused.exit_code, "Give --diff OLD NEW" in refused.output) == (2, True)


def test_lint_tells_each_bell_that_is_lost_against_the_files_as_they_were(states):
    old, new = states(later)
    found = CliRunner().invoke(app, ["lint", new, "--against", old, "--today", DATE, "-o", "json"])
    assert found.exit_code == 1
    assert found.output.count('"PlanShrunk"') == 10
    assert "first-lesson at Tue 01 Sep 08:30: 8 -> 2" in found.output


def test_lint_against_the_same_files_finds_nothing(states):
    old, new = states(str)
    found = CliRunner().invoke(app, ["lint", new, "--against", old, "--today", DATE])
    assert "PlanShrunk" not in found.output
