"""`firstbell schema`: printed whole, by kind, or written to a folder."""

from __future__ import annotations

import json

import pytest
import typer
from typer.testing import CliRunner

from firstbell.cli.schema.command import schema
from firstbell.kinds.editor_schema import schema_of, schema_of_all, schemas_by_file

APP = typer.Typer()
APP.command()(schema)


def run(*arguments):
    return CliRunner().invoke(APP, [str(argument) for argument in arguments])


def test_every_kind_is_printed_as_one_schema():
    result = run()
    assert result.exit_code == 0
    assert json.loads(result.stdout) == schema_of_all()


@pytest.mark.parametrize("name", ["SchoolCalendar", "schoolcalendar"])
def test_one_kind_is_printed_alone(name):
    assert json.loads(run(name).stdout) == schema_of("SchoolCalendar")


def test_an_unknown_kind_is_refused_with_the_nearest():
    result = run("SchoolCalender")
    assert result.stderr == 'There is no kind "SchoolCalender". The nearest known kind is "SchoolCalendar".\n'
    assert (result.exit_code, result.stdout) == (2, "")


def test_all_are_written_to_a_folder_by_the_names_that_catalogues_use(tmp_path):
    result = run("--write", tmp_path / "new")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [str(tmp_path / "new" / name) for name in schemas_by_file()]
    read = {name: json.loads((tmp_path / "new" / name).read_text()) for name in schemas_by_file()}
    assert read == schemas_by_file()
    assert "firstbell.dev/schoolcalendar_v1alpha1.json" in read


@pytest.mark.parametrize("arguments", [["SchoolCalendar", "--write", "x"], ["--write", "/dev/null/x"]])
def test_what_cannot_be_written_is_refused_without_a_traceback(arguments):
    result = run(*arguments)
    assert result.exit_code == 2
    assert "Traceback" not in result.output
    assert len(result.stderr.splitlines()) == 1
