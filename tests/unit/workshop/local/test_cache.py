"""Where files go, who holds a folder, and what counts as left behind."""

from __future__ import annotations

from pathlib import Path

import pytest

from firstbell_workshop.local import folders
from firstbell_workshop.local.cache import cache_folder, make_folder
from firstbell_workshop.local.control_plane import Provision
from firstbell_workshop.local.errors import ControlPlaneError


@pytest.mark.parametrize(
    ("environ", "want"),
    [
        ({"FIRSTBELL_CACHE": "/own", "XDG_CACHE_HOME": "/xdg"}, "/own"),
        ({"XDG_CACHE_HOME": "/xdg"}, "/xdg/firstbell"),
        ({}, "~/.cache/firstbell"),
        ({"FIRSTBELL_CACHE": "relative", "XDG_CACHE_HOME": "too"}, "~/.cache/firstbell"),
    ],
)
def test_the_cache_folder(environ, want):
    assert Path(want).expanduser() == cache_folder(environ)


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").touch()

    with pytest.raises(ControlPlaneError, match="FIRSTBELL_CACHE"):
        make_folder(tmp_path / "file" / "below")


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("FIRSTBELL_CACHE", str(tmp_path))
    return tmp_path


def swept() -> list[str]:
    found: list[str] = []
    folders.sweep(lambda folder: found.append(folder.name))
    return found


def test_a_held_folder_is_not_swept_and_one_that_was_left_is(cache):  # noqa: ARG001 - moved
    with folders.claimed("one", Provision.LOCAL):
        assert swept() == []

    assert swept() == ["one"]


def test_a_kept_folder_stays(cache):  # noqa: ARG001 - moved
    with folders.claimed("one", Provision.KIND) as folder:
        folders.keep(folder)

    assert swept() == []
    assert [folder] == folders.kept_folders()
    assert Provision.KIND is folders.provision_of(folder)


def test_a_name_in_use_is_refused(cache):  # noqa: ARG001 - moved
    with (
        folders.claimed("one", Provision.LOCAL),
        pytest.raises(ControlPlaneError, match="'one' is there already"),
        folders.claimed("one", Provision.LOCAL),
    ):
        pass
