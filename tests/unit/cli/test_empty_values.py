"""What a shell gives for a variable that is not set is refused: it means neither all nor the default."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import typer
from typer.testing import CliRunner

from firstbell.cli.cluster_options import namespaced
from firstbell.cli.main import app
from tests.unit.cli.test_help import COMMAND, commands, loaded
from tests.unit.cli.unreachable import nobody_there

if TYPE_CHECKING:
    from pathlib import Path

ENOUGH = {
    "declare": ("school", "today", "--remote"),
    "explain": ("school/web",),
    "override": ("web", "--floor", "3", "--until", "+1h", "--reason", "exams"),
    "rehearse": ("web", "--peak", "first", "--date", "today"),
    "release": ("--all",),
    "stop": ("--reason", "a test"),
}
"""What a command is given beside, so that it would go on."""
NAMED = ("--context", "--namespace", "--operator-namespace", "--stop-namespace", "--lease-namespace")


def command_of(words: tuple[str, ...]):
    found = COMMAND
    for word in words:
        found = loaded(found.get_command(None, word))
    return found


OPTIONS = [
    (*words, option)
    for words in commands()
    for param in command_of(words).params
    for option in param.opts
    if option in NAMED
]


def told(*arguments: str, **variables: str) -> list[str]:
    """What is said of arguments that are refused."""
    result = CliRunner().invoke(app, list(arguments), env=variables)
    assert (result.exit_code, result.stdout) == (2, ""), result.output
    return result.stderr.splitlines()


def test_every_command_that_asks_a_cluster_is_tried():
    tried = {words[0] for words in OPTIONS}
    assert tried >= {"run", "plan", "status", "fleet", "backtest", "check", "resume", "demo", *ENOUGH}


@pytest.mark.parametrize("value", ["", " "])
@pytest.mark.parametrize("words", OPTIONS, ids=" ".join)
def test_an_empty_value_is_neither_all_nor_the_default(words, value, tmp_path):
    *command, option = words
    where = ("--kubeconfig", nobody_there(tmp_path))  # of the demo, too: else it would make a cluster

    (line,) = told(*command, *ENOUGH.get(command[0], ()), option, value, *where)

    assert f"{option}" in line
    assert f"{value!r}: is empty, as where a shell's variable is not set. Give" in line
    assert line.endswith("or leave it out.")


@pytest.mark.parametrize("value", ["a/b", "two words", "../x", "school?x"])
def test_what_would_be_more_than_a_name_in_an_address_is_no_namespace(value, tmp_path):
    line = f"--namespace/-n {value!r}: is no namespace's name. Give one namespace, like school."
    assert told("release", "--all", "-n", value, "--kubeconfig", nobody_there(tmp_path)) == [line]


def test_one_empty_namespace_among_several_is_refused(tmp_path):
    where = ("--kubeconfig", nobody_there(tmp_path))
    (line,) = told("release", "--all", "-n", "school", "-n", "", *where)
    assert line.startswith("--namespace/-n '': is empty")


@pytest.mark.parametrize(
    "variable", ["FIRSTBELL_NAMESPACES", "FIRSTBELL_STOP_NAMESPACE", "FIRSTBELL_LEASE_NAMESPACE"]
)
def test_a_variable_of_run_that_is_set_and_empty_is_refused_too(variable, tmp_path):
    want = [f"{variable}: is empty. Give a namespace, or unset it."]
    assert told("run", "--kubeconfig", nobody_there(tmp_path), **{variable: ""}) == want


def test_what_is_given_counts_before_an_empty_variable():
    seen: list[list[str] | None] = []
    one = typer.Typer()

    @one.command()
    def run(
        spaces: list[str] | None = typer.Option(  # noqa: B008 - as Typer wants it
            None, "-n", envvar="FIRSTBELL_NAMESPACES", callback=namespaced
        ),
    ) -> None:
        seen.append(spaces)

    for variables in ({"FIRSTBELL_NAMESPACES": ""}, {}):
        assert CliRunner().invoke(one, ["-n", "school"], env=variables).exit_code == 0
    assert CliRunner().invoke(one, [], env={"FIRSTBELL_NAMESPACES": "a b"}).exit_code == 0
    assert CliRunner().invoke(one, []).exit_code == 0
    assert seen == [["school"], ["school"], ["a", "b"], None]


def test_an_end_that_is_empty_does_not_stop_for_ever(tmp_path: Path):
    arguments = ("stop", "--reason", "a test", "--until", "", "-n", "ops", "-o", "yaml")
    (line,) = told(*arguments, "--kubeconfig", nobody_there(tmp_path))
    assert line.startswith("--until : is no time.")


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (("plan", "-f", ""), "--file/-f"),
        (("plan", "--file="), "--file/-f"),
        (("declare", "school", "today", "--closed", "-f", "here.yaml", "-f", ""), "--file/-f"),
        (("crds", "--write", "--directory", ""), "--directory"),
        (("schema", "--write", ""), "--write"),
        (("explain", "web", "--kubeconfig", ""), "--kubeconfig"),
        (("lint", ""), "FILES"),
        (("merge", ""), "FILES"),
    ],
)
def test_a_file_without_a_name_is_not_the_folder_that_we_are_in(arguments, name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "here.yaml").write_text("")
    cure = "is empty, as where a shell's variable is not set. Give a file or a folder; . is this one."
    assert told(*arguments) == [f"{name} '': {cure}"]
    assert [one.name for one in tmp_path.iterdir()] == ["here.yaml"]


def test_the_folder_that_we_are_in_may_be_named(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert CliRunner().invoke(app, ["schema", "--write", "."]).exit_code == 0
    assert (tmp_path / "firstbell.json").exists()


@pytest.mark.parametrize("target", ["", " ", "/", "school/", "/web", "school/ ", "a/b/c"])
@pytest.mark.parametrize("command", ["release", "explain", "rehearse"])
def test_a_name_that_is_empty_is_none(command, target, tmp_path):
    beside = ENOUGH["rehearse"][1:] if command == "rehearse" else ()
    (line,) = told(command, target, *beside, "--kubeconfig", nobody_there(tmp_path))
    assert line.endswith(": is no name. Give NAME, with -n NAMESPACE, or NAMESPACE/NAME.")


@pytest.mark.parametrize("command", ["release", "explain", "rehearse"])
def test_a_name_and_an_option_that_disagree_are_told_apart(command, tmp_path):
    beside = ENOUGH["rehearse"][1:] if command == "rehearse" else ()
    where = ("-n", "other", "--kubeconfig", nobody_there(tmp_path))
    want = "NAME default/web: -n says namespace other. Give one of the two."
    assert told(command, "default/web", *beside, *where) == [want]
