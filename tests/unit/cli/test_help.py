"""`-h` of every command: no types of a programming language, and an example that holds."""

from __future__ import annotations

import re
import shlex
from functools import cache

import pytest
import typer
from typer.testing import CliRunner

from firstbell.cli.main import app
from firstbell.cli.mounted import Unloaded

COMMAND = typer.main.get_command(app)


def commands(group=COMMAND, path: tuple[str, ...] = ()):
    """Every command and group by its words, the root included."""
    yield path
    for name, command in below(group).items():
        yield from commands(command, (*path, name))


def below(group):
    """The commands of a group, loaded; none of a command."""
    names = group.list_commands(None) if hasattr(group, "list_commands") else []
    return {name: loaded(group.get_command(None, name)) for name in names}


def loaded(command):
    return once_loaded(command.mounted) if isinstance(command, Unloaded) else command


@cache
def once_loaded(mounted):
    return mounted.load()


each_command = pytest.mark.parametrize("words", list(commands()), ids=" ".join)


def shown(*arguments: str) -> str:
    result = CliRunner().invoke(app, list(arguments), env={"COLUMNS": "80", "TERM": "dumb"})
    assert (result.exit_code, result.stderr) == (0, "")
    return result.stdout


@cache
def help_of(words: tuple[str, ...]) -> str:
    return shown(*words, "-h")


@each_command
def test_h_is_help_everywhere(words):
    assert help_of(words) == shown(*words, "--help")
    assert help_of(words).lstrip().startswith(f"Usage: firstbell {' '.join(words)}".rstrip())


@each_command
def test_no_help_names_a_type_of_the_programming_language(words):
    assert re.findall(r"<(?:bool|str|int|float|path|list|Path)\b[^>]*>?", help_of(words)) == []


NEVER_1 = {("crds",), ("schema",), ("run",), ("explain",)} | {
    words for words in commands() if words[:1] == ("cluster",)
}
"""Commands that do what they are for, or end with 2."""


def prose(words: tuple[str, ...]) -> str:
    """What a help says before its options and arguments."""
    return help_of(words).partition("╭")[0]


@each_command
def test_a_help_says_when_its_command_ends_with_1(words):
    told = re.search(r"xit\s+codes?\b.*\b1\b|Ends\s+with\s+1", prose(words), re.DOTALL)
    assert (told is None) is (words in NEVER_1), help_of(words)


@each_command
def test_a_help_says_when_its_command_ends_with_2(words):
    told = re.search(r"xit\s+codes?\b.*\b2\b|else\s+with\s+2", prose(words), re.DOTALL)
    assert (told is None) is (words == ("cluster", "list")), help_of(words)


@pytest.mark.parametrize("words", [(), ("check",), ("rehearse",)], ids=" ".join)
def test_a_help_says_how_an_interrupted_command_ends(words):
    assert re.search(r"\b130\b.*\b143\b.*interrupted", prose(words), re.DOTALL)


@each_command
def test_every_help_ends_in_an_example_that_can_be_typed(words):
    example = help_of(words).rstrip().splitlines()[-1].strip()
    assert example.startswith("Example: ")
    line = example.removeprefix("Example: ").removeprefix('eval "$(').removesuffix(')"')
    program, *arguments = shlex.split(line.split(" | ", maxsplit=1)[0])
    assert program == "firstbell"
    assert tuple(arguments[: len(words)]) == words
    parsed(COMMAND, arguments)


def parsed(command, arguments):
    """Goes down to the command that is meant and has it read its options; a wrong one raises."""
    if hasattr(command, "list_commands"):
        return parsed(below(command)[arguments[0]], arguments[1:])
    return command.make_context("firstbell", list(arguments))


@pytest.mark.parametrize("command", ["declare", "status"])
def test_the_line_of_usage_passes_over_what_is_only_there_to_be_refused(command):
    told = CliRunner().invoke(app, [command, "--help"]).stdout
    usage = next(line for line in told.splitlines() if "Usage:" in line)
    assert "..." not in usage


@each_command
def test_at_80_columns_nothing_is_cut_off(words):
    assert "…" not in help_of(words)
    assert max(map(len, help_of(words).splitlines())) <= 80


@each_command
def test_at_80_columns_every_option_and_variable_stands_in_one_piece(words):
    command = COMMAND
    for word in words:
        command = loaded(command.get_command(None, word))
    context = command.make_context("firstbell", ["-h"], resilient_parsing=True)
    shown_options = [one for one in command.get_params(context) if one.param_type_name == "option"]
    assert len(shown_options) > 0
    for option in shown_options:
        for name in (*option.opts, *option.secondary_opts, *filter(None, [option.envvar])):
            assert re.search(rf"(?<![\w-]){name}(?![\w-])", help_of(words)), name


def test_a_paragraph_is_one_whatever_the_lines_of_its_source():
    told = help_of(("release",))
    assert "Exit code 1: some were not brought back, and are named." in " ".join(told.split())
    assert not any(line.strip() == "Exit code 1: some were not" for line in told.splitlines())


def test_a_flag_with_two_names_says_which_is_the_default():
    assert "[default: lease]" in help_of(("run",))
