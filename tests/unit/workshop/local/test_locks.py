"""Locks: one holder, who is waited for with a deadline and forgotten when it is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import contextmanager

import pytest

from firstbell_workshop.local.cache import file_lock, is_locked
from firstbell_workshop.local.errors import ControlPlaneError

HOLDER = """
import subprocess, sys, time
from pathlib import Path
from firstbell_workshop.local.cache import file_lock

with file_lock(Path(sys.argv[1]), seconds=5):
    child = subprocess.Popen(["sleep", "60"], start_new_session=True, stdout=subprocess.DEVNULL)
    print(child.pid, flush=True)
    time.sleep(60)
"""


@contextmanager
def holder(path):
    """Another process that holds the lock, and the id of a program that it started meanwhile."""
    with subprocess.Popen([sys.executable, "-c", HOLDER, path], stdout=subprocess.PIPE, text=True) as process:
        child = int(process.stdout.readline())
        try:
            yield process, child
        finally:
            process.kill()
            os.kill(child, signal.SIGKILL)


@pytest.fixture
def lock(tmp_path):
    return tmp_path / "folder" / "a.lock"


def test_a_lock_nobody_made_is_free(lock):
    assert not is_locked(lock)


def test_a_lock_is_held_for_the_block(lock):
    with file_lock(lock, seconds=1):
        assert is_locked(lock)

    assert not is_locked(lock)


def test_asking_does_not_take_it(lock):
    with file_lock(lock, seconds=1):
        pass
    assert not is_locked(lock)

    with file_lock(lock, seconds=0):
        pass


def test_a_holder_is_waited_for_with_a_deadline_and_a_sentence(lock):
    told = []
    with (
        holder(lock),
        pytest.raises(ControlPlaneError, match=r"another firstbell held .*a\.lock for 0\.2 s: end it"),
        file_lock(lock, seconds=0.2, waiting=lambda: told.append("waiting")),
    ):
        pytest.fail("two hold it")

    assert told == ["waiting"]


def test_what_a_killed_holder_started_does_not_keep_the_lock(lock):
    with holder(lock) as (process, child):
        assert is_locked(lock)

        process.kill()
        process.wait(5)

        os.kill(child, 0)  # it lives
        assert not is_locked(lock)
