"""What the site makes of a page before Sphinx reads it."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def drawings():
    spec = importlib.util.spec_from_file_location("drawings", ROOT / "operator/docs/site/drawings.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_drawing_is_shown_as_its_picture(drawings, tmp_path, monkeypatch):
    monkeypatch.setattr(drawings, "FOLDER", tmp_path)
    name = drawings.digest("x --> y\n")
    (tmp_path / f"{name}.svg").write_text("")
    assert drawings.with_pictures("a\n\n```mermaid\nx --> y\n```\n") == (
        f"a\n\n![drawing](/operator/docs/site/drawings/{name}.svg)\n"
    )


def test_a_drawing_that_was_changed_since_is_shown_as_its_text(drawings):
    assert drawings.with_pictures("```mermaid\nflowchart LR\n    x --> y\n```\n") == (
        "```text\nflowchart LR\n    x --> y\n```\n"
    )


def test_pictures_load_nothing_from_elsewhere(drawings):
    for picture in drawings.FOLDER.glob("*.svg"):
        text = picture.read_text().replace("http://www.w3.org/", "")
        assert [word for word in ("http:", "https:", "<script", "@import") if word in text] == []
