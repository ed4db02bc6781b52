"""Commands that are forked from a process which has loaded everything are processes like any other."""

from __future__ import annotations

import os
import signal

import pytest

from tests.cluster import forked
from tests.cluster.operator_process import Process


@pytest.fixture
def script(tmp_path):
    def written(text: str):
        path = tmp_path / "script.py"
        path.write_text(text)
        return path

    return written


def test_it_has_its_own_environment_input_output_and_exit_code(script):
    path = script(
        "import os, sys\n"
        "print(sys.argv[1], os.environ, sys.stdin.read())\n"
        "sys.exit(print('no', file=sys.stderr) or 3)"
    )
    done = forked.run([path, "word"], {"A": "b"}, stdin="given")
    assert (done.returncode, done.stderr) == (3, "no\n")
    assert done.stdout == "word environ({'A': 'b'}) given\n"


def test_a_module_is_run_as_python_runs_it():
    done = forked.run(["-m", "firstbell", "--nonsense"], os.environ)
    assert done.returncode == 2
    assert done.stderr.startswith("Usage: python -m firstbell ")


def test_one_that_fails_shows_where(script):
    done = forked.run([script("1 / 0")], {})
    assert done.returncode == 1
    assert "ZeroDivisionError" in done.stderr


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_and_others_go_on(script, tmp_path, number):
    path = script("import time\nprint('up', flush=True)\ntime.sleep(60)")
    with Process([path], tmp_path / "one") as one, Process([path], tmp_path / "other") as other:
        one.says("up")
        other.says("up")
        assert one.ends(number, seconds=30) == -number
        assert other.process.poll() is None


def test_what_is_done_at_the_exit_of_python_is_done(script):
    done = forked.run([script("import atexit\natexit.register(print, 'over')")], {})
    assert done.stdout == "over\n"


@pytest.mark.parametrize(
    ("last_line", "code", "told"),
    [("sys.exit()", 0, ""), ("sys.exit('no')", 1, "no\n"), ("sys.exit(300)", 44, ""), ("", 0, "")],
)
def test_it_ends_as_python_ends(script, last_line, code, told):
    lines = (
        "import sys, threading, time",
        "threading.Thread(target=lambda: time.sleep(0.2) or print('waited for')).start()",
        last_line,
    )
    done = forked.run([script("\n".join(lines))], {})
    assert (done.returncode, done.stdout, done.stderr) == (code, "waited for\n", told)
