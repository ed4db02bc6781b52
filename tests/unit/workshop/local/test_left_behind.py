"""What a killed holder left goes with the next start; what somebody holds or keeps stays."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager

import pytest

from firstbell_workshop.local import folders
from firstbell_workshop.local.cache import is_locked
from firstbell_workshop.local.processes import path_inside, processes_of
from firstbell_workshop.local.programs import Programs
from firstbell_workshop.local.progress import LogProgress
from firstbell_workshop.local.provision import take_down

HOLDER = """
import subprocess, sys, time
from pathlib import Path
from firstbell_workshop.local import folders
from firstbell_workshop.local.control_plane import Provision
from firstbell_workshop.local.processes import path_inside

with folders.claimed(sys.argv[1], Provision.LOCAL) as folder:
    program = path_inside(folder, Path(sys.argv[2]))
    subprocess.Popen([program, "60"], start_new_session=True, stdout=subprocess.DEVNULL)
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("FIRSTBELL_CACHE", str(tmp_path / "cache"))
    yield tmp_path / "cache"
    for folder in folders.clusters_folder().glob("*"):
        for pid in processes_of(folder):
            os.kill(pid, signal.SIGKILL)


@contextmanager
def holder(name: str):
    """Another process that holds a folder in which a detached program runs."""
    argv = [sys.executable, "-c", HOLDER, name, shutil.which("sleep")]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout.readline() == "held\n"
            yield process
        finally:
            process.kill()


def sweep() -> None:
    programs = Programs(progress=LogProgress(), environ={"PATH": ""})
    folders.sweep(lambda folder: take_down(folder, programs))


def test_a_living_holder_keeps_its_folder_and_a_killed_one_does_not():
    folder = folders.clusters_folder() / "one"
    with holder("one") as process:
        sweep()
        assert list(processes_of(folder).values()) == ["sleep"]

        process.kill()
        process.wait(5)
        assert list(processes_of(folder).values()) == ["sleep"]  # it runs on, and holds no lock
        sweep()

    assert not processes_of(folder)
    assert not folder.exists()


def test_a_kept_folder_stays_with_what_runs_in_it():
    with holder("one") as process:
        folder = folders.clusters_folder() / "one"
        folders.keep(folder)
        process.kill()
        process.wait(5)

        sweep()

        assert list(processes_of(folder).values()) == ["sleep"]


def test_a_folder_that_was_cut_short_at_its_very_beginning_goes():
    empty = folders.clusters_folder() / "one"
    empty.mkdir(parents=True)

    sweep()

    assert not empty.exists()


def test_a_program_of_a_folder_is_run_by_a_path_inside_it(tmp_path):
    program = path_inside(tmp_path, tmp_path / "elsewhere" / "etcd")

    assert tmp_path / "bin" / "etcd" == program
    assert program == path_inside(tmp_path, tmp_path / "elsewhere" / "etcd")


def test_nobody_claims_a_folder_while_another_process_sweeps(cache):
    seen = []
    (folders.clusters_folder() / "one").mkdir(parents=True)

    folders.sweep(lambda folder: seen.append((folder.name, is_locked(cache / "clusters.lock"))))

    assert seen == [("one", True)]
    assert not is_locked(cache / "clusters.lock")
