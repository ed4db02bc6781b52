"""`firstbell plan --plot`: a picture, or one line that says why not."""

from __future__ import annotations

import importlib.util
import sys

import pytest

from tests.unit.cli.planning import AUTOSCALER, CALENDAR, run, written

BOTH = f"{CALENDAR}---\n{AUTOSCALER}"
DATE = ("--date", "2025-02-04")

needs_matplotlib = pytest.mark.skipif(
    importlib.util.find_spec("matplotlib") is None, reason="the extra `plot` is not installed"
)


@needs_matplotlib
@pytest.mark.parametrize(("name", "head"), [("plan.svg", b"<?xml"), ("plan.PNG", b"\x89PNG\r\n\x1a\n")])
def test_a_picture_is_drawn_beside_the_table(tmp_path, name, head):
    picture = tmp_path / name

    result = run(written(tmp_path, BOTH), *DATE, "--plot", picture.as_posix())

    assert (0, f"drawn: {picture}\n") == (result.exit_code, result.stderr)
    assert picture.read_bytes().startswith(head)
    assert result.stdout == run(written(tmp_path, BOTH), *DATE).stdout


@needs_matplotlib
def test_each_autoscaler_has_a_panel_with_its_name_and_zone(tmp_path):
    more = AUTOSCALER.replace("name: web", "name: api")
    picture = tmp_path / "plan.svg"

    run(written(tmp_path, f"{BOTH}---\n{more}"), *DATE, "--plot", picture.as_posix())

    drawn = picture.read_text()
    assert [
        drawn.count(text)
        for text in (
            "<!-- lms/web (bells dotted) -->",
            "<!-- lms/api (bells dotted) -->",
            "<!-- Europe/Brussels -->",
        )
    ] == [1, 1, 2]


@needs_matplotlib
def test_a_place_that_cannot_be_written_is_told(tmp_path):
    picture = tmp_path / "none" / "plan.svg"

    result = run(written(tmp_path, BOTH), *DATE, "--plot", picture.as_posix())

    want = (
        f"{picture}: cannot be written (no such file or directory). Give a folder that may be written to.\n"
    )
    assert (2, want) == (result.exit_code, result.stderr)


@pytest.mark.parametrize("name", ["plan.pdf", "plan", ".svg"])
def test_a_wrong_suffix_is_told_before_anything_is_printed(tmp_path, name):
    result = run(written(tmp_path, BOTH), *DATE, "--plot", name)

    want = f"{name}: a plot ends in .svg or .png. Choose one of them.\n"
    assert (2, "", want) == (result.exit_code, result.stdout, result.stderr)


def test_without_an_autoscaler_there_is_nothing_to_draw(tmp_path):
    result = run(written(tmp_path, CALENDAR), *DATE, "--plot", "plan.svg")

    want = "nothing to draw: no SchoolAutoscaler in these files. Add one to a -f FILE.\n"
    assert (2, "", want) == (result.exit_code, result.stdout, result.stderr)


def test_more_autoscalers_than_fit_into_a_picture_are_told(tmp_path):
    many = "---\n".join(AUTOSCALER.replace("name: web", f"name: web-{number}") for number in range(51))

    result = run(written(tmp_path, f"{CALENDAR}---\n{many}"), *DATE, "--plot", "plan.png")

    want = "51 autoscalers are too many for a picture of 50. Give fewer files.\n"
    assert (2, "", want) == (result.exit_code, result.stdout, result.stderr)


def test_without_the_extra_the_cure_is_told(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)  # what an import finds of a module that is not there

    result = run(written(tmp_path, BOTH), *DATE, "--plot", "plan.svg")

    want = "drawing needs the extra `plot`. Install it: pip install 'firstbell[plot]'.\n"
    assert (2, "", want) == (result.exit_code, result.stdout, result.stderr)
