"""`firstbell crds`: printed, or written to a folder."""

from __future__ import annotations

import typer
from typer.testing import CliRunner

from firstbell.cli.crds.command import crds
from firstbell.kinds.crds import RENDERED_KINDS, render

APP = typer.Typer()
APP.command()(crds)


def run(*arguments):
    return CliRunner().invoke(APP, [str(argument) for argument in arguments])


def test_all_are_printed_for_kubectl():
    assert run().stdout == "".join(map(render, RENDERED_KINDS))


def test_each_is_written_to_a_file_of_its_own(tmp_path):
    result = run("--write", "--directory", tmp_path / "new")
    files = [tmp_path / "new" / kind.file_name for kind in RENDERED_KINDS]
    assert result.stdout.splitlines() == list(map(str, files))
    assert [file.read_text() for file in files] == list(map(render, RENDERED_KINDS))


def test_a_folder_that_cannot_be_written_to_is_named_without_a_traceback():
    result = run("--write", "--directory", "/dev/null/x")
    assert (result.exit_code, result.stdout) == (2, "")
    (line,) = result.stderr.splitlines()
    assert line.startswith("/dev/null/x/")
    assert line.endswith("cannot be written (not a directory). Give a folder that may be written to.")
