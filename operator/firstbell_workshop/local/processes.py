"""The processes of one cluster folder.

The programs of a control plane outlive the program that started them, and a start that is cut short has not
noted all of them. What they share is the folder: each is run by a path inside it, and nothing else is. So a
process is known by its id and by that path together, never by a name: an id that was given to somebody else
meanwhile is left alone, and so is a person's `kubectl --kubeconfig` on a file of the folder.
"""

from __future__ import annotations

import contextlib
import os
import signal
import time
from pathlib import Path

from firstbell_workshop.local.cache import make_folder
from firstbell_workshop.local.command import run
from firstbell_workshop.local.errors import ControlPlaneError

_PROC = Path("/proc")
_POLL_SECONDS = 0.05
_PS_COLUMNS = 3
_LOADING_LOOKS = 20
_LOADING_SECONDS = 0.005


def path_inside(folder: Path, program: Path) -> Path:
    """Return a path inside the folder by which a program is run, so that its process is known by it."""
    path = make_folder(folder / "bin") / program.name
    with contextlib.suppress(FileExistsError):
        path.symlink_to(program)
    return path


def processes_of(folder: Path) -> dict[int, str]:
    """Return the living processes of a cluster folder: id and the name of the program."""
    inside = f"{folder}{os.sep}"
    commands = _commands_from_proc() if _PROC.joinpath("self/cmdline").exists() else _commands_from_ps()
    return {
        pid: command.removeprefix(inside).split()[0].rsplit(os.sep)[-1]
        for pid, command in commands.items()
        if command.startswith(inside)
    }


def end_processes_of(folder: Path, *, seconds: float = 10) -> None:
    """End every process of a cluster folder and wait until it is gone."""
    deadline = time.monotonic() + seconds
    while processes := processes_of(folder):
        if time.monotonic() > deadline:
            raise ControlPlaneError(
                f"processes {', '.join(map(str, sorted(processes)))} of {folder} do not end: end them by hand"
            )
        for pid in processes:
            # There is nothing to save: the folder goes next.
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(_POLL_SECONDS)


def _commands_from_proc() -> dict[int, str]:
    commands = {}
    for entry in _PROC.iterdir():
        if entry.name.isdigit():
            # It may end between the listing and the reading.
            with contextlib.suppress(OSError):
                command = _command_line(entry).replace(b"\0", b" ")
                commands[int(entry.name)] = command.decode(errors="replace")
    return commands


def _command_line(entry: Path) -> bytes:
    """Read a command line, which is empty for a moment while the program is being loaded.

    It stays empty for what has no program: threads of the kernel, and who only waits to be collected.
    """
    for _ in range(_LOADING_LOOKS):
        command = entry.joinpath("cmdline").read_bytes()
        if command:
            return command
        entry.joinpath("exe").readlink()  # an error if there is no program
        time.sleep(_LOADING_SECONDS)
    return b""


def _commands_from_ps() -> dict[int, str]:
    finished = run(["ps", "-axww", "-o", "pid=,stat=,command="], seconds=10)
    rows = (line.split(maxsplit=2) for line in finished.stdout.splitlines())
    return {int(row[0]): row[2] for row in rows if len(row) == _PS_COLUMNS and not row[1].startswith("Z")}
