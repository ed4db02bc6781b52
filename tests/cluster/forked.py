"""Commands of ours as processes of their own, without the half second that each would load for.

They are forked from a process that has loaded everything (`forking.py`). That a command starts by itself is
shown by tests/unit/cli/test_command_line.py, and the operator by tests/component/test_image.py.
"""

from __future__ import annotations

import atexit
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FORKING = Path(__file__).with_name("forking.py")


class Command:
    """A process as `subprocess.Popen` knows one; here its parent is another."""

    def __init__(self, pid: int, answers: IO[bytes]) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._answers = answers

    def poll(self) -> int | None:
        """Return the exit code as soon as it has ended; minus the signal where one has ended it."""
        return self.wait(0)

    def wait(self, seconds: float | None = None) -> int | None:
        """Wait until it has ended, so many seconds at most."""
        if self.returncode is None and select.select([self._answers], [], [], seconds)[0]:
            told = self._answers.readline()
            assert told, "the process that waits for the command is gone"
            self.returncode = int(told)
            self._answers.close()
        return self.returncode

    def send_signal(self, number: signal.Signals) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


class Forking:
    """The process that forks: begun with the first command, ended with the tests."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._commands: socket.socket | None = None

    def start(
        self, argv: Sequence[str], environ: Mapping[str, str], standard: Sequence[IO[bytes]]
    ) -> Command:
        """Run Python with these arguments and this input, output and error."""
        told = {"argv": [*argv], "environ": {**environ}, "folder": str(Path.cwd())}
        read, write = os.pipe()
        answers = os.fdopen(read, "rb", buffering=0)
        with self._lock, os.fdopen(write, "wb") as answer:
            commands = self._commands = self._commands or self._begun()
            descriptors = [each.fileno() for each in (*standard, answer)]
            line = json.dumps(told).encode() + b"\n"
            sent = socket.send_fds(commands, [line], descriptors)
            commands.sendall(line[sent:])
        number = answers.readline()
        assert number, "the process that forks commands has ended: its reason is on standard error"
        return Command(int(number), answers)

    def _begun(self) -> socket.socket:
        ours, theirs = socket.socketpair()
        with theirs:
            process = subprocess.Popen(
                [sys.executable, FORKING, str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
            )

        def end() -> None:
            ours.close()
            process.wait()

        atexit.register(end)
        return ours


FORKING_PROCESS = Forking()


def start(argv: Sequence[object], environ: Mapping[str, str], *standard: IO[bytes]) -> Command:
    """`python ARGV` with this environment, input, output and error."""
    return FORKING_PROCESS.start([str(one) for one in argv], environ, standard)


def run(
    argv: Sequence[object], environ: Mapping[str, str], *, stdin: str | None = None, seconds: float = 180
) -> subprocess.CompletedProcess[str]:
    """`python ARGV` to its end, and what it said."""
    with (
        tempfile.TemporaryFile() as given,
        tempfile.TemporaryFile() as out,
        tempfile.TemporaryFile() as errors,
    ):
        given.write((stdin or "").encode())
        given.seek(0)
        command = start(argv, environ, given, out, errors)
        try:
            code = command.wait(seconds)
        finally:
            command.kill()
        said = []
        for file in (out, errors):
            file.seek(0)
            said.append(file.read().decode())
    assert code is not None, f"{argv} did not end within {seconds} s: {said}"
    return subprocess.CompletedProcess([*argv], code, *said)
