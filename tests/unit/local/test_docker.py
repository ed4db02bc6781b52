"""Docker counts where its daemon answers, and soon."""

from __future__ import annotations

import time

import pytest

from firstbell.local.lookup import docker_answers
from tests.unit.local.stub_programs import put, telling


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

    assert want is docker_answers()


def test_a_daemon_that_hangs_does_not_answer(tmp_path, monkeypatch):
    put(tmp_path, "docker", "while :; do :; done")
    monkeypatch.setenv("PATH", str(tmp_path))
    began = time.monotonic()

    assert not docker_answers(seconds=0.2)

    assert time.monotonic() - began < 5


def test_no_docker_is_none(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))

    assert not docker_answers()
