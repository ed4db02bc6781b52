"""What a command costs that only lists commands or options: processor time, beside the same with all loaded.

    pytest --benchmark-only -s tests/benchmarks/test_command_line.py

The command line once loaded every command at its start, with all that they stand on. Both ways are run in
turn, so that what else this machine does meets both; the figure is the ratio of the least of each. With
FIRSTBELL_BEFORE the other side is a `firstbell` of an older state, by its path in the `.venv` of a worktree.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys

import pytest
from rich.console import Console

ROUNDS = 5
COMPLETES = {"_FIRSTBELL_COMPLETE": "complete_bash"}
LISTED = {
    "--version": (["--version"], {}),
    "--help": (["--help"], {}),
    "completion: firstbell pl": ([], COMPLETES | {"COMP_WORDS": "firstbell pl", "COMP_CWORD": "1"}),
    "completion: firstbell plan --da": (
        [],
        COMPLETES | {"COMP_WORDS": "firstbell plan --da", "COMP_CWORD": "2"},
    ),
    "completion: firstbell simulate --n": (
        [],
        COMPLETES | {"COMP_WORDS": "firstbell simulate --n", "COMP_CWORD": "2"},
    ),
}
NAMED = "import sys; sys.argv[0] = 'firstbell'\n"
ON_DEMAND = [sys.executable, "-c", NAMED + "from firstbell.__main__ import main; main()"]
ALL_LOADED = [
    sys.executable,
    "-c",
    NAMED
    + "import pkgutil, firstbell.cli, firstbell_workshop.cli\n"
    + "for package in (firstbell.cli, firstbell_workshop.cli):\n"
    + "    for module in pkgutil.walk_packages(package.__path__, package.__name__ + '.'):\n"
    + "        if module.name != 'firstbell_workshop.cli.demo.played':\n"  # it was loaded on demand before
    + "            __import__(module.name)\n"
    + "from firstbell.__main__ import main; main()",
]


def processor_seconds(command, arguments, variables) -> float:
    """What one run of it used, in user and system mode."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [*command, *arguments],
        env={**os.environ, **variables},
        check=True,
        stdout=subprocess.DEVNULL,
        timeout=60,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


@pytest.mark.parametrize(("arguments", "variables"), LISTED.values(), ids=LISTED)
def test_what_only_lists(benchmark, arguments, variables):
    older = os.environ.get("FIRSTBELL_BEFORE")
    before = [older] if older else ALL_LOADED
    used: dict[str, list[float]] = {"before": [], "after": []}

    def both() -> None:
        used["before"].append(processor_seconds(before, arguments, variables))
        used["after"].append(processor_seconds(ON_DEMAND, arguments, variables))

    benchmark.pedantic(both, rounds=ROUNDS, warmup_rounds=1)

    least = {side: min(seconds) for side, seconds in used.items()}
    ratio = least["after"] / least["before"]
    benchmark.extra_info |= least | {"ratio": ratio}
    Console().print(f"\n{least['after']:.2f} s of {least['before']:.2f} s: {ratio:.2f} (meant: at most 0.33)")
