"""Processes are known by the folder that their program lies in, and by nothing else."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from firstbell_workshop.local.processes import _commands_from_ps, end_processes_of, path_inside, processes_of


def test_a_folders_processes_end_and_its_readers_stay(tmp_path):
    sleep = shutil.which("sleep")
    (tmp_path / "bin").mkdir()
    ours = tmp_path / "bin" / "etcd"
    ours.symlink_to(sleep)
    (tmp_path / "log").touch()
    with (
        subprocess.Popen([ours, "60"]) as component,
        subprocess.Popen(["tail", "-f", tmp_path / "log"]) as reader,
    ):
        assert {component.pid: "etcd"} == processes_of(tmp_path)

        end_processes_of(tmp_path)

        assert component.wait(5) < 0
        assert reader.poll() is None
        reader.terminate()


def test_a_folder_whose_name_begins_alike_is_another(tmp_path):
    ours = tmp_path / "run-12"
    ours.mkdir()
    (ours / "etcd").symlink_to(shutil.which("sleep"))
    with subprocess.Popen([ours / "etcd", "60"]) as component:
        assert processes_of(tmp_path / "run-1") == {}
        component.terminate()


def test_without_a_proc_file_system_ps_is_asked():
    if shutil.which("ps") is None:
        return
    assert any("python" in command or "pytest" in command for command in _commands_from_ps().values())


def test_a_program_that_is_just_being_loaded_is_seen(tmp_path):
    sleep = path_inside(tmp_path, Path(shutil.which("sleep")))
    for _ in range(20):
        with subprocess.Popen([sleep, "60"]) as component:
            assert {component.pid: "sleep"} == processes_of(tmp_path)
            component.kill()
            component.wait()
        assert processes_of(tmp_path) == {}
