"""What a waiting person sees, on a terminal and in a log; never on standard output."""

from __future__ import annotations

import os
import pty
import subprocess
import sys

import pytest

from firstbell_workshop.local.progress import LogProgress, progress_here

SCRIPT = """
import time
from firstbell_workshop.local.progress import progress_here

progress = progress_here()
with progress.step("building [etcd]") as detail:
    for n in range(3):
        detail(f"{n} packages")
        time.sleep(0.15)
progress.say("[red]done[/red]")
"""


def test_a_log_gets_a_line_at_the_beginning_and_one_at_the_end(capsys):
    progress = LogProgress()
    with progress.step("building etcd") as detail:
        for _ in range(100):
            detail("12 packages")

    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.splitlines() == ["building etcd ...", "building etcd: 0 s"]


def test_a_long_step_speaks_up_in_a_log_now_and_then(capsys):
    with LogProgress(every_seconds=0).step("building etcd") as detail:
        detail("12 packages")
        detail("")

    told = capsys.readouterr().err.splitlines()
    assert told[1:3] == ["building etcd: 0 s so far, 12 packages", "building etcd: 0 s so far"]


def test_a_step_that_fails_is_not_told_as_done(capsys):
    with pytest.raises(ZeroDivisionError), LogProgress().step("building etcd"):
        _ = 1 / 0

    assert capsys.readouterr().err.splitlines() == ["building etcd ..."]


def test_without_a_terminal_it_is_a_log():
    assert isinstance(progress_here(), LogProgress)


def test_a_terminal_gets_one_line_that_is_drawn_anew():
    ours, theirs = pty.openpty()
    environ = {**os.environ, "TERM": "xterm", "COLUMNS": "80"}
    environ.pop("NO_COLOR", None)
    finished = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        stdout=subprocess.PIPE,
        stderr=theirs,
        env=environ,
        timeout=30,
        check=True,
    )
    os.close(theirs)
    seen = os.read(ours, 100_000).decode()
    os.close(ours)

    assert finished.stdout == b""
    assert "\x1b[2K" in seen  # it clears its own line
    assert "2 packages" in seen
    assert seen.rstrip().endswith("[red]done[/red]")  # nothing is read as markup
