"""Running one program to its end: always with a deadline, never through a shell.

Programs run in a session of their own. A Ctrl-C in the terminal then reaches firstbell alone, which ends what
it started in the right order, instead of every child at once. Whatever way a call ends, by deadline, signal
or exception, the program and its children have ended before it returns.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from firstbell_workshop.local.errors import ControlPlaneError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path


@dataclass(frozen=True, kw_only=True, slots=True)
class Finished:
    """What a program left: its exit code and everything it printed."""

    code: int
    stdout: str
    stderr: str


def end_group(process: subprocess.Popen[str]) -> None:
    """End a program that was started in its own session, with its children, and collect it."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, number)
        # Killed all the same when the program itself has ended: its children may ignore a mere request.
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=5)


@contextlib.contextmanager
def started(argv: Sequence[str | Path], **options: object) -> Iterator[subprocess.Popen[str]]:
    """Start a program in its own session; it has ended when the block is left."""
    process: subprocess.Popen[str] = subprocess.Popen(  # type: ignore[call-overload]
        [str(part) for part in argv], text=True, start_new_session=True, **options
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            end_group(process)
        for stream in (process.stdin, process.stdout, process.stderr):
            if stream is not None:
                stream.close()


def run(
    argv: Sequence[str | Path],
    *,
    seconds: float,
    env: Mapping[str, str] | None = None,
    text: str | None = None,
) -> Finished:
    """Run a program to its end and return what it printed; a missing or slow program is an error."""
    pipe = subprocess.PIPE
    stdin = subprocess.DEVNULL if text is None else pipe
    try:
        with started(argv, stdin=stdin, stdout=pipe, stderr=pipe, env=env) as process:
            stdout, stderr = process.communicate(text, timeout=seconds)
            return Finished(code=process.returncode, stdout=stdout, stderr=stderr)
    except subprocess.TimeoutExpired as error:
        # What it started itself may have outlived it, and held its output open.
        end_group(process)
        raise ControlPlaneError(f"{argv[0]} {argv[1]} gave no answer within {seconds:g} s") from error
    except OSError as error:
        raise ControlPlaneError(f"cannot run {argv[0]}: {error.strerror}") from error


_GIVING_UP = re.compile(r"(panic: |fatal error: |F\d{4} |error: )", re.IGNORECASE)
"""How a Go program begins the line that says why it ends, before it prints where each of its parts was."""


_HEALTHY = re.compile(r"\[\+\]\S+ ok(\\+n|\n)?")
"""One of fifty lines, or of fifty parts of a line, in which an API server tells what is well with it."""
MOST_CHARACTERS = 800
"""What an admission policy says with its cure, as kubectl tells it, has about 500."""
_LEFT_OUT = " ... "


def last_lines(text: str, count: int = 4) -> str:
    """Return what a program said at its end, in one line, for an error message.

    That is the line in which it gives up, if there is one that a stack has pushed out of the last lines. What
    a list of checks says of those that are well is left out, and the middle of what is longer than a person
    reads.
    """
    text = _HEALTHY.sub("", text)
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    end = lines[-count:]
    giving_up = next((line for line in reversed(lines) if _GIVING_UP.match(line)), None)
    if giving_up is not None and giving_up not in end:
        return _shortened(giving_up)
    return _shortened(" | ".join(end)) or "(no output)"


def _shortened(line: str) -> str:
    if len(line) <= MOST_CHARACTERS:
        return line
    half = (MOST_CHARACTERS - len(_LEFT_OUT)) // 2
    return line[:half] + _LEFT_OUT + line[-half:]
