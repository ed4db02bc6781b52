"""What a directory of tests holds is let go of before the tests of the next one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
HOLDS = """
import pytest

@pytest.fixture(scope="package")
def held(request):
    print("begun")
    yield
    print("ended")
"""
TEST = "def test_one({fixture}): print('{name}')"


def test_what_a_directory_holds_is_begun_once_and_ends_before_the_next_one_begins(tmp_path):
    for directory, files in (("cluster", "ab"), ("later", "c")):
        folder = tmp_path / directory
        folder.mkdir()
        for name in files:
            fixture = "held" if directory == "cluster" else ""
            (folder / f"test_{name}.py").write_text(TEST.format(fixture=fixture, name=f"test {name}"))
    (tmp_path / "cluster" / "conftest.py").write_text(HOLDS)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")

    plugins = ("-p", "tests.directory_with_an_end", "-p", "no:cacheprovider")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-s", "--import-mode=importlib", *plugins, str(tmp_path)],
        cwd=tmp_path, env={"PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stdout + done.stderr
    said = [line.lstrip(".") for line in done.stdout.splitlines() if line.lstrip(".").split(" ")[0] in
            {"begun", "ended", "test"}]  # fmt: skip
    assert said == ["begun", "test a", "test b", "ended", "test c"]
