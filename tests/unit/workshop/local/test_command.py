"""Programs are run to their end, with a deadline, and leave nothing that still runs."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from firstbell_workshop.local.command import MOST_CHARACTERS, last_lines, run, started
from firstbell_workshop.local.errors import ControlPlaneError
from tests.unit.workshop.local.stub_programs import put


def ends(pid: int) -> bool:
    """Whether a process is gone soon; one that only waits to be collected is."""
    for _ in range(100):
        try:
            os.kill(pid, 0)
            if Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z":
                return True
        except ProcessLookupError:
            return True
        except FileNotFoundError:
            pass
        time.sleep(0.02)
    return False


def test_a_program_gives_back_what_it_said(tmp_path):
    program = put(tmp_path, "program", 'cat; echo "$1" >&2; exit 3')

    finished = run([program, "argument"], seconds=10, text="given")

    assert (finished.code, finished.stdout, finished.stderr) == (3, "given", "argument\n")


def test_no_shell_reads_an_argument(tmp_path):
    program = put(tmp_path, "program", 'printf %s "$1"')

    assert run([program, "$(id); *"], seconds=10).stdout == "$(id); *"


def test_a_missing_program_is_named(tmp_path):
    with pytest.raises(ControlPlaneError, match=r"cannot run .*/absent: No such file"):
        run([tmp_path / "absent", "now"], seconds=1)


def test_a_slow_program_is_ended_with_a_sentence(tmp_path):
    program = put(tmp_path, "slow", f"echo $$ > {tmp_path}/pid; while :; do sleep 0.1; done")

    with pytest.raises(ControlPlaneError, match=r"slow now gave no answer within 0\.3 s"):
        run([program, "now"], seconds=0.3)

    assert ends(int((tmp_path / "pid").read_text()))


@pytest.mark.parametrize(
    "script",
    [
        pytest.param("sleep 60 & echo $! > {pid}", id="that outlives it and holds its output"),
        pytest.param(
            "(trap '' TERM; while :; do sleep 0.1; done) & echo $! > {pid}; wait", id="that ignores a request"
        ),
    ],
)
def test_a_child_ends_with_the_slow_program(tmp_path, script):
    program = put(tmp_path, "slow", script.format(pid=tmp_path / "pid"))

    with pytest.raises(ControlPlaneError, match="gave no answer"):
        run([program, "now"], seconds=0.5)

    assert ends(int((tmp_path / "pid").read_text()))


def test_an_exception_in_the_block_ends_the_program(tmp_path):
    program = put(tmp_path, "program", "while :; do sleep 0.1; done")

    with pytest.raises(ZeroDivisionError), started([program]) as process:
        _ = 1 / 0

    assert process.poll() is not None


def test_a_program_has_a_session_of_its_own_so_that_ctrl_c_does_not_reach_it(tmp_path):
    program = put(tmp_path, "program", "while :; do sleep 0.1; done")

    with started([program]) as process:
        assert process.pid == os.getsid(process.pid) != os.getsid(0)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        pytest.param("a\n\n b \nc\n", "b | c", id="the end of it"),
        pytest.param("\n", "(no output)", id="nothing"),
        pytest.param(
            "started\nF1125 07:00:00.1 main.go:9] cannot bind: address in use\ngoroutine 1:\nmain.main()\n",
            "F1125 07:00:00.1 main.go:9] cannot bind: address in use",
            id="the line before a stack",
        ),
        pytest.param("panic: no port\n\ngoroutine 1:\nmain.main()\n+0x1\n", "panic: no port", id="a panic"),
        pytest.param("usage\nError: no such flag\n", "usage | Error: no such flag", id="seen anyway"),
    ],
)
def test_an_error_tells_what_a_program_said_when_it_gave_up(said, told):
    assert last_lines(said, 2) == told


WELL = ("ping", "log", "etcd", *(f"poststarthook/{number}" for number in range(40)))
BOOTSTRAP = "poststarthook/rbac/bootstrap-roles failed: not finished"


def checks(end_of_line: str) -> str:
    """What an API server answers for its health, as what quotes it writes the ends of lines."""
    return end_of_line.join([*(f"[+]{name} ok" for name in WELL), f"[-]{BOOTSTRAP}", "healthz check failed"])


@pytest.mark.parametrize("end_of_line", ["\n", r"\n", r"\\n"], ids=["plain", "quoted", "quoted twice"])
def test_of_a_list_of_checks_only_what_is_not_well_is_told(end_of_line):
    said = f'E1129 main.go:3] giving up: an error on the server ("{checks(end_of_line)}")\n'

    told = last_lines(said)

    assert f"[-]{BOOTSTRAP}" in told
    assert "[+]" not in told
    assert "\n" not in told


def test_a_line_that_nobody_reads_to_its_end_is_told_without_its_middle():
    told = last_lines(f"error: {'x' * 5000}: no room\n")

    assert len(told) <= MOST_CHARACTERS
    assert told.startswith("error: x")
    assert told.endswith("x: no room")
