"""The command as people start it: a process, pipes, a terminal, and no traceback whatever happens to them."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import sys
import termios

import pytest

from tests.unit.cli.planning import AUTOSCALER, CALENDAR, EXAMPLES, written

FIRSTBELL = (sys.executable, "-m", "firstbell")
FOUNDING_DAY = ("plan", "-f", str(EXAMPLES / "smartschool-monday.yaml"), "--date", "2020-04-20")
LONG = ("plan", "-f", str(EXAMPLES / "us-district-ab.yaml"), "--date", "2026-08-24", "--days", "60")


def start(*arguments: str, stdin: str | None = None, **variables: str) -> subprocess.CompletedProcess[str]:
    """`python -m firstbell ARGUMENTS`, to its end."""
    return subprocess.run(
        [*FIRSTBELL, *arguments],
        input=stdin,
        env={**os.environ, "COLUMNS": "80", **variables},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


def test_a_process_plans_and_ends_with_0():
    done = start(*FOUNDING_DAY, "-o", "json")

    assert (done.returncode, done.stderr) == (0, "")
    document = json.loads(done.stdout)
    assert max(step["replicas"] for step in document["autoscalers"][0]["steps"]) == 307


def test_a_process_that_refuses_ends_with_2(tmp_path):
    done = start("plan", "-f", str(tmp_path / "none.yaml"))

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert done.stderr.endswith("Give a file that exists and may be read.\n")


def test_a_dash_is_standard_input():
    done = start("plan", "-f", "-", "--date", "2025-02-04", stdin=f"{CALENDAR}---\n{AUTOSCALER}")

    assert (done.returncode, done.stderr) == (0, "")
    assert "lms/web: writes, 2 to 40 replicas (Europe/Brussels)\n" in done.stdout


@pytest.mark.parametrize("output", ["table", "json", "yaml"])
def test_a_reader_that_leaves_early_is_no_error_of_ours(output):
    plan = subprocess.Popen(
        [*FIRSTBELL, *LONG, "-o", output], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    head = subprocess.run(["head", "-1"], stdin=plan.stdout, capture_output=True, text=True, check=True)
    plan.stdout.close()
    _, errors = plan.communicate(timeout=60)

    assert head.stdout.strip()
    assert errors == ""


def test_an_output_without_bars_has_other_bars():
    done = start(*FOUNDING_DAY, PYTHONIOENCODING="ascii")

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.isascii()
    assert re.search(r"^08:20  06:20       307  #{32}  first-lesson *$", done.stdout, re.MULTILINE)


def test_an_output_without_a_letter_spells_it_out(tmp_path):
    file = written(tmp_path, CALENDAR.replace("name: easter", "name: pâques"))

    done = start("plan", "-f", str(file), "--date", "2025-04-08", PYTHONIOENCODING="ascii")

    assert (done.returncode, done.stderr) == (0, "")
    assert "holidays/p\\xe2ques" in done.stdout


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
