"""`kubectl firstbell <TAB>`: what the program prints that kubectl asks.

kubectl itself asks it in tests/cluster/test_plan_command.py.
"""

from __future__ import annotations

import os

import pytest

from firstbell.cli.commands import COMMANDS
from firstbell.cli.kubectl_completion import FILES, NO_FILES, completions


def words(*typed: str) -> list[str]:
    """The first of each line, without the help behind it."""
    return [line.partition("\t")[0] for line in completions(typed[:-1], typed[-1])]


def test_every_command_is_offered_with_its_help():
    offered = completions([], "")
    assert {command.name for command in COMMANDS} <= {line.partition("\t")[0] for line in offered}
    assert all("\t" in line for line in offered[:-1])
    assert offered[-1] == NO_FILES


def test_a_command_an_option_and_a_choice_are_completed():
    assert words("pl") == ["plan", NO_FILES]
    assert words("plan", "--da") == ["--date", "--days", NO_FILES]
    assert words("plan", "-o", "j") == ["json", NO_FILES]
    assert words("plan", "-f", "a b.yaml", "--da") == ["--date", "--days", NO_FILES]


@pytest.mark.parametrize("command", ["plan", "run", "simulate", "declare"])
def test_a_long_help_is_one_line(command):
    assert all(word.startswith("--") for word in words(command, "--")[:-1])


@pytest.mark.parametrize(
    "typed", [("plan", "-f", ""), ("plan", "-f", "exam"), ("lint", ""), ("lint", "it's")]
)
def test_files_are_left_to_the_shell(typed):
    assert words(*typed) == [FILES]


@pytest.mark.parametrize("typed", [("--none",), ("plan", "--none")])
def test_an_option_that_is_none_is_no_file(typed):
    assert words(*typed) == [NO_FILES]


def test_nothing_is_left_in_the_environment():
    before = dict(os.environ)
    completions(["plan"], "--da")
    assert dict(os.environ) == before
