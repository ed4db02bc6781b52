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
    assert "| lower | `first-lesson at Tue 01 Sep 08:30` | 8 | 2 |" in lines


def test_markdown_names_what_does_not_change_in_one_line(states):
    assert diff(*states(str), "-o", "markdown").output == "No bell changes for default/web.\n"


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("first | lesson", r"`first \| lesson at"),
        ("`first` ``lesson``", r"``` `first` ``lesson`` at"),
        ("<img src=x>", "`<img src=x> at"),
        ("@everyone", "`@everyone at"),
        ("[a](http://b)", "`[a](http://b) at"),
    ],
)
def test_names_of_files_stay_text_in_a_comment(states, name, cell):
    named = lambda text: later(text).replace("name: first-lesson", f"name: '{name}'")  # noqa: E731
    output = diff(*states(named), "-o", "markdown").output
    rows = [line for line in output.splitlines() if line.startswith(("| higher", "| lower"))]
    assert any(cell in row for row in rows)
    assert all(row.replace(r"\|", "").count("|") == 5 for row in rows)


@pytest.mark.parametrize(("order", "word"), [(1, "new"), (-1, "lost")])
def test_a_folder_in_which_nothing_is_yet_or_any_more_is_a_state(states, tmp_path, order, word):
    (tmp_path / "empty").mkdir()
    old, _ = states(str)
    told = diff(*[str(tmp_path / "empty"), old][::order], "-o", "markdown")
    assert told.exit_code == 0
    numbers = "|  | 8 |" if word == "new" else "| 8 |  |"
    assert f"| {word} | `first-lesson at Tue 01 Sep 08:30` {numbers}" in told.output.splitlines()


def test_nothing_in_either_state_is_told(tmp_path):
    told = diff(str(tmp_path), str(tmp_path))
    assert (told.exit_code, "no SchoolAutoscaler in either" in told.output) == (2, True)


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


@pytest.mark.parametrize("output", [[], ["-o", "markdown"]])
def test_a_bell_that_is_moved_into_its_own_time_is_told_with_where_it_is_now(states, output):
    """The old bell holds as much at the new one's time, which has no line of its own."""
    soon = lambda text: text.replace('startTime: "08:30"', 'startTime: "08:50"')  # noqa: E731
    told = diff(*states(soon), *output).output
    lines = [line for line in told.splitlines() if "08:30" in line]
    assert len(lines) == 2
    assert "moved to Tue 01 Sep 08:50" in lines[0]
    assert "higher" not in told
    old, new = states(soon)
    found = CliRunner().invoke(app, ["lint", new, "--against", old, "--today", DATE, "-o", "json"])
    assert "first-lesson at Tue 01 Sep 08:30: 8 -> 2, moved to Tue 01 Sep 08:50" in found.output
