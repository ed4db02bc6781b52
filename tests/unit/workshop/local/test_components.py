"""A component that gave up because another was not up yet is started once more, and only once."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from firstbell_workshop.local.components import Components, state_folder
from firstbell_workshop.local.errors import ControlPlaneError
from firstbell_workshop.local.processes import end_processes_of, path_inside

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAME = "run-1"
STAYS, ENDS = "60", "0"
HASTY, OTHER = "kube-controller-manager", "kube-scheduler"


class Cluster:
    """Components of a folder; `start` starts those that have no pid file, as kwokctl does.

    Each is a `sleep`, of as long as its next life is.
    """

    def __init__(self, folder: Path, **lives: list[str]) -> None:
        self.lives = {name.replace("_", "-"): [*each] for name, each in lives.items()}
        self._folder, self._state, self._running = folder, state_folder(folder, NAME), []
        for kind in ("pids", "logs"):
            (self._state / kind).mkdir(parents=True)
        self.components = Components(folder=folder, name=NAME, start=self.start)
        self.start()

    def start(self) -> None:
        for name, lives in self.lives.items():
            pid_file = self._state / "pids" / f"{name}.pid"
            if not pid_file.exists():
                program = path_inside(self._folder, self._folder / name)
                program.unlink()
                program.symlink_to(shutil.which("sleep"))
                life = lives.pop(0)
                process = subprocess.Popen([program, life], start_new_session=True)
                self._running.append(process)
                pid_file.write_text(str(process.pid))
                if life == ENDS:
                    process.wait()
                    (self._state / "logs" / f"{name}.log").write_text("the API server is not healthy\n")

    def end(self) -> None:
        end_processes_of(self._folder)
        for process in self._running:
            process.wait()


@pytest.fixture
def cluster(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Cluster]:
    """One whose controller manager has these lives, and whose scheduler has one."""
    found = Cluster(tmp_path, kube_controller_manager=request.param, kube_scheduler=[STAYS])
    yield found
    found.end()


@pytest.mark.parametrize("cluster", [[ENDS, STAYS]], indirect=True)
def test_what_has_ended_is_started_again_and_what_runs_is_left_alone(cluster):
    assert cluster.components.ended() == [HASTY]
    assert cluster.components.last_words() == f"; {HASTY} ended: the API server is not healthy"

    cluster.components.start_again()

    assert (cluster.components.ended(), cluster.components.last_words()) == ([], "")
    cluster.components.start_again()
    assert cluster.lives == {HASTY: [], OTHER: []}


@pytest.mark.parametrize("cluster", [[ENDS, ENDS, STAYS]], indirect=True)
def test_what_ends_twice_is_told_with_its_last_words_and_not_started_a_third_time(cluster):
    cluster.components.start_again()

    said = f"^the control plane did not stay up; {HASTY} ended twice: the API server is not healthy$"
    with pytest.raises(ControlPlaneError, match=said):
        cluster.components.start_again()

    assert cluster.lives[HASTY] == [STAYS]


@pytest.mark.parametrize("cluster", [[ENDS, STAYS]], indirect=True)
def test_before_the_api_server_answers_only_what_it_needs_is_started_again(cluster):
    cluster.components.start_foundations_again()

    assert cluster.components.ended() == [HASTY]
