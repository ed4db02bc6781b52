"""The command as people start it: a process, pipes, a terminal, and no traceback whatever happens to them.

What Python does when it starts and ends is shown by three real starts. The others are forked (`forked.py`).
"""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import sys
import tempfile
import termios
from typing import IO

import pytest

from tests.cluster import forked
from tests.unit.cli.planning import AUTOSCALER, CALENDAR, EXAMPLES, written

MODULE = ("-m", "firstbell")
FIRSTBELL = (sys.executable, *MODULE)
FOUNDING_DAY = ("plan", "-f", str(EXAMPLES / "smartschool-monday.yaml"), "--date", "2020-04-20")
LONG = ("plan", "-f", str(EXAMPLES / "us-district-ab.yaml"), "--date", "2026-08-24")
DAYS = {"table": "60", "json": "15", "yaml": "25"}
"""So many make more than 100 KB: a pipe takes 64, and what follows finds no reader."""


def start(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """`python -m firstbell ARGUMENTS`, to its end."""
    return subprocess.run(
        [*FIRSTBELL, *arguments],
        env={**os.environ, "COLUMNS": "80", **variables},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


def forked_run(*arguments: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    """The same of a process that has loaded us already."""
    return forked.run([*MODULE, *arguments], {**os.environ, "COLUMNS": "80"}, stdin=stdin)


@pytest.mark.usefixtures("in_ascii")
def test_a_process_plans_and_ends_with_0():
    """The real start is that of `in_ascii`, which ends so as well."""
    done = forked_run(*FOUNDING_DAY, "-o", "json")

    assert (done.returncode, done.stderr) == (0, "")
    document = json.loads(done.stdout)
    assert max(step["replicas"] for step in document["autoscalers"][0]["steps"]) == 307


def test_a_process_that_refuses_ends_with_2(tmp_path):
    done = forked_run("plan", "-f", str(tmp_path / "none.yaml"))

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert done.stderr.endswith("Give a file that exists and may be read.\n")


def test_a_dash_is_standard_input():
    done = forked_run("plan", "-f", "-", "--date", "2025-02-04", stdin=f"{CALENDAR}---\n{AUTOSCALER}")

    assert (done.returncode, done.stderr) == (0, "")
    assert "lms/web: writes, 2 to 40 replicas (Europe/Brussels)\n" in done.stdout


def test_a_dash_is_standard_input_of_lint_too():
    early = CALENDAR.replace('startTime: "08:30"', 'startTime: "25:00"')
    done = forked_run("lint", "-", "--today", "2025-02-01", stdin=f"{early}---\n{AUTOSCALER}")

    assert done.returncode == 2
    assert done.stdout.startswith("/dev/stdin:13: error: spec.bellSchedules[0].classPeriods[0].startTime: ")


def begun(*arguments: str, output: IO[bytes], errors: IO[bytes]) -> subprocess.Popen[bytes]:
    return subprocess.Popen([*FIRSTBELL, *arguments], stdout=output, stderr=errors)


def forked_begun(*arguments: str, output: IO[bytes], errors: IO[bytes]) -> forked.Command:
    with tempfile.TemporaryFile() as nothing:
        return forked.start([*MODULE, *arguments], os.environ, nothing, output, errors)


@pytest.mark.parametrize(
    ("begin", "output"), [(begun, "table"), (forked_begun, "json"), (forked_begun, "yaml")]
)
def test_a_reader_that_leaves_early_is_no_error_of_ours(begin, output):
    ours, theirs = os.pipe()
    with tempfile.TemporaryFile() as errors:
        with os.fdopen(theirs, "wb") as written_to:
            plan = begin(*LONG, "--days", DAYS[output], "-o", output, output=written_to, errors=errors)
        with os.fdopen(ours, "rb") as read_from:
            head = subprocess.run(["head", "-1"], stdin=read_from, capture_output=True, text=True, check=True)
        assert plan.wait(60) is not None
        errors.seek(0)
        told = errors.read()

    assert head.stdout.strip()
    assert told == b""


@pytest.fixture(scope="module")
def in_ascii(tmp_path_factory) -> str:
    """The founding day after a holiday whose name has a letter that the output has not."""
    founding = (EXAMPLES / "smartschool-monday.yaml").read_text("utf-8")
    file = written(tmp_path_factory.mktemp("ascii"), founding.replace("paasvakantie", "pâques"))
    days = ("--date", "2020-04-19", "--days", "2")
    done = start("plan", "-f", str(file), *days, PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_an_output_without_bars_has_other_bars(in_ascii):
    assert in_ascii.isascii()
    assert re.search(r"^Mon 20 Apr 08:20  06:20       307  #{30}  first-lesson *$", in_ascii, re.MULTILINE)


def test_an_output_without_a_letter_spells_it_out(in_ascii):
    assert "holidays/p\\xe2ques" in in_ascii


def test_a_terminal_of_60_columns_shows_colour_and_cuts_nothing():
    shown = on_a_terminal(*FOUNDING_DAY, columns=60)

    assert "\x1b[36m" in shown
    lines = [line.rstrip() for line in re.sub(r"\x1b\[[0-9;]*m", "", shown).splitlines()]
    assert max(map(len, lines)) <= 60
    assert "08:20  06:20       307  █████████████████████  first-lesson" in lines
    assert any(line.startswith("Mon 2020-04-20  RestartAfterHoliday,  08:30  ") for line in lines)


def on_a_terminal(*arguments: str, columns: int) -> str:
    """What the command shows on a terminal of its own."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    unset = {"COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR"}
    variables = {name: value for name, value in os.environ.items() if name not in unset}
    process = subprocess.Popen(
        [*FIRSTBELL, *arguments],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=variables | {"TERM": "xterm", "PYTHONIOENCODING": "utf-8"},
    )
    os.close(theirs)
    shown = b""
    try:
        while part := os.read(ours, 65536):
            shown += part
    except OSError:
        pass  # how a terminal on Linux says that nobody writes to it any more
    os.close(ours)
    assert process.wait(timeout=60) == 0
    return shown.decode()
