"""kind's container engine counts where it answers, and soon: Docker's daemon, or the engine kind was told."""

from __future__ import annotations

import time

import pytest

from firstbell_workshop.local.lookup import engine_answers
from tests.unit.workshop.local.stub_programs import put, telling


@pytest.fixture(autouse=True)
def _no_engine_named(monkeypatch):
    monkeypatch.delenv("KIND_EXPERIMENTAL_PROVIDER", raising=False)


@pytest.mark.parametrize(
    ("script", "want"),
    [
        pytest.param(telling("29.1.0"), True, id="the daemon tells its version"),
        pytest.param("echo 'Cannot connect to the Docker daemon' >&2; exit 1", False, id="a client only"),
        pytest.param("echo; exit 0", False, id="a client that answers for no daemon"),
    ],
)
def test_the_daemon_is_asked(tmp_path, monkeypatch, script, want):
    put(tmp_path, "docker", script)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert want is engine_answers()


def test_a_daemon_that_hangs_does_not_answer(tmp_path, monkeypatch):
    put(tmp_path, "docker", "while :; do :; done")
    monkeypatch.setenv("PATH", str(tmp_path))
    began = time.monotonic()

    assert not engine_answers(seconds=0.2)

    assert time.monotonic() - began < 5


def test_no_docker_is_none(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))

    assert not engine_answers()


@pytest.mark.parametrize(
    ("script", "want"),
    [
        pytest.param('test "$1" = info && echo host', True, id="it tells about itself"),
        pytest.param("echo 'no such storage' >&2; exit 125", False, id="it could run nothing"),
    ],
)
def test_the_engine_that_kind_was_told_is_asked_and_no_docker(tmp_path, monkeypatch, script, want):
    put(tmp_path, "docker", "exit 1")
    put(tmp_path, "podman", script)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("KIND_EXPERIMENTAL_PROVIDER", "podman")

    assert want is engine_answers()


def test_docker_does_not_stand_in_for_the_engine_that_kind_was_told(tmp_path, monkeypatch):
    put(tmp_path, "docker", telling("29.1.0"))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("KIND_EXPERIMENTAL_PROVIDER", "podman")

    assert not engine_answers()
