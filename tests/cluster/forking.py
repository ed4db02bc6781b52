"""A process that has loaded all of firstbell, and forks itself for each command that it is told: `forked.py`.

A command of ours loads for half a second of processor and more before its first line, and the tests start
hundreds. They are told over the socket that the only argument names, a line each, with four descriptors:
standard input, output and error, and a pipe for the number of the process and, at its end, the exit code.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import importlib
import json
import os
import pkgutil
import runpy
import signal
import socket
import sys
import tempfile
import threading
from typing import Any, NoReturn

import firstbell

CHUNK_BYTES = 1 << 16
DESCRIPTORS = 4


def load() -> None:
    """All modules of ours, and what they load."""
    for module in pkgutil.walk_packages(firstbell.__path__, "firstbell."):
        if not module.name.endswith("__main__"):
            with contextlib.suppress(ModuleNotFoundError):  # an extra that is not installed
                importlib.import_module(module.name)
    importlib.import_module("kubernetes.aio.config.kube_config")
    gc.collect()
    gc.freeze()  # the memory of what is loaded stays shared


def commands(told: socket.socket) -> dict[str, Any] | None:
    """What to run, in each process that is forked for a command; None in the first, when all is over."""
    signal.signal(signal.SIGCHLD, _reap)
    while True:
        line, descriptors, _, _ = socket.recv_fds(told, CHUNK_BYTES, DESCRIPTORS)
        while line and not line.endswith(b"\n"):
            line += told.recv(CHUNK_BYTES)
        if not line:
            return None
        if os.fork() == 0:
            told.close()
            return _watched(line, descriptors)
        for descriptor in descriptors:
            os.close(descriptor)


def _reap(*_: object) -> None:
    """Those that have waited for a command to its end."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _watched(line: bytes, descriptors: list[int]) -> dict[str, Any]:
    """Forks once more: one becomes the command, and the other tells how it ends."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    *standard, answer = descriptors
    number = os.fork()
    if number == 0:
        os.close(answer)
        return _become(json.loads(line), standard)
    for descriptor in standard:
        os.close(descriptor)
    for ignored in (signal.SIGINT, signal.SIGTERM):  # of a terminal, meant for the command and the tests
        signal.signal(ignored, signal.SIG_IGN)
    with contextlib.suppress(BrokenPipeError):  # nobody wants to know
        os.write(answer, b"%d\n" % number)
        _, status = os.waitpid(number, 0)
        os.write(answer, b"%d\n" % os.waitstatus_to_exitcode(status))
    os._exit(0)


def _become(command: dict[str, Any], standard: list[int]) -> dict[str, Any]:
    for place, descriptor in enumerate(standard):
        os.dup2(descriptor, place)
        os.close(descriptor)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.clear()
    os.environ.update(command["environ"])
    os.chdir(command["folder"])
    tempfile.tempdir = None
    return command


def run(argv: list[str]) -> None:
    """As Python does with these arguments: `-m MODULE ...` or `FILE ...`."""
    sys.argv = argv[1:] if argv[0] == "-m" else argv
    if argv[0] == "-m":
        runpy.run_module(argv[1], run_name="__main__", alter_sys=True)
    else:
        runpy.run_path(argv[0], run_name="__main__")


def end(code: object) -> NoReturn:
    """End as Python does, but for taking apart what was loaded: 0.08 s of processor for each command."""
    if code is not None and not isinstance(code, int):
        sys.stderr.write(f"{code}\n")
        code = 1
    threading._shutdown()  # those that are no daemons are waited for
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code or 0)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    load()
    with socket.socket(fileno=int(sys.argv[1])) as from_tests:
        found = commands(from_tests)
    if found is not None:
        try:
            run(found["argv"])
        except SystemExit as ended:
            end(ended.code)
        end(0)
