"""In which order the files of tests run, and which run in one process after each other, with pytest-xdist.

Nearly all the time of a run is that of tests/cluster, whose tests wait more than they calculate. So there are
more processes than processors; the files of that directory come first, and of those the longest first, so
that the short tests of the other directories fill what is left and no process ends alone. One process has no
control plane: it begins with those other directories, behind all others, with what their waits leave of the
processors (a third, as long as no process did).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from xdist.scheduler import LoadFileScheduling

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pytest
    from xdist.workermanage import WorkerController

TESTS = Path(__file__).parent
CLUSTER = TESTS / "cluster"
LONGEST_FIRST = (
    "test_hpa_above_floor.py",
    "test_zero.py",
    "test_readiness.py",
    "test_simulation.py",
    "test_chart.py",
    "test_founding_morning.py",
    "test_live_metrics.py",
    "test_measured_lead.py",
    "test_uninstall.py",
    "test_keda.py",
    "test_troubled_watches.py",
    "test_restart.py",
    "test_rehearsal.py",
    "test_floor_cases.py",
    "test_control_plane.py",
    "test_leases.py",
    "test_watching.py",
    "test_reading.py",
    "test_orphans.py",
    "test_rotated_credentials.py",
    "test_ownership.py",
    "test_orders.py",
    "test_stop.py",
    "test_frozen.py",
    "test_two_operators.py",
    "test_late_facts.py",
    "test_slow_metrics.py",
)
"""Those of three quarters of a minute or more. It is about time alone: one that is missing is begun later."""
LAST = ("test_neighbours.py",)
"""Those that measure how late an operator under attack is: beside tests that only calculate. Beside four
other control planes at work on two processors the bell was 15 s late, beside those tests 1.6 s."""
LONGEST_BESIDE = (
    "unit/engine/test_faulty_week.py",
    "chart/test_chart.py",
    "unit/engine/test_calendar_exceptions.py",
    "unit/engine/test_stop.py",
    "unit/lab/day/test_scenario.py",
    "chart/test_alerting_rules.py",
)
"""Of the other directories: what ends alone if it begins where the alphabet has it, near the end."""
AFTER_EACH_OTHER = (
    # The morning in real time is begun with the first of them and is over when the last one wants it.
    ("test_hpa_above_floor.py", "test_zero.py", "test_readiness.py", "test_simulation.py"),
)
"""Files of tests/cluster that one process runs, in this order."""


FEWEST_PROCESSES = 4
"""Of fewer, none is without a control plane."""
BEHIND = 5
"""How much nicer that process is than the others, as `nice` counts."""


def in_order(items: Iterable[pytest.Item]) -> list[pytest.Item]:
    """The tests as they are to begin; those of one file stay together and in their order."""
    return sorted(items, key=lambda item: _rank(item.path))


def _rank(file: Path) -> int:
    if file.parent != CLUSTER:
        beside = file.relative_to(TESTS).as_posix() if file.is_relative_to(TESTS) else ""
        place = LONGEST_BESIDE.index(beside) if beside in LONGEST_BESIDE else len(LONGEST_BESIDE)
        return len(LONGEST_FIRST) + 2 + place
    if file.name in LAST:
        return len(LONGEST_FIRST) + 1
    return LONGEST_FIRST.index(file.name) if file.name in LONGEST_FIRST else len(LONGEST_FIRST)


def fills_what_is_left(process: str, processes: int) -> bool:
    """Whether this is the process, by pytest-xdist's name for it, that begins with what needs no cluster."""
    return processes >= FEWEST_PROCESSES and process == f"gw{processes - 1}"


def is_of_cluster(file: Path) -> bool:
    """Whether its tests need a control plane."""
    return file.parent.name == CLUSTER.name


class FilesInOrder(LoadFileScheduling):  # type: ignore[misc]
    """Gives each process a file, or several that belong together, in the order of the collection."""

    def _assign_work_unit(self, node: WorkerController) -> None:
        if fills_what_is_left(node.gateway.id, self.numnodes):
            files = (file for file in self.workqueue if not is_of_cluster(Path(file)))
            if (file := next(files, None)) is not None:
                self.workqueue.move_to_end(file, last=False)
        super()._assign_work_unit(node)

    def _split_scope(self, nodeid: str) -> str:
        file: str = super()._split_scope(nodeid)
        path = Path(file)
        if is_of_cluster(path):
            return next((str(path.with_name(one[0])) for one in AFTER_EACH_OTHER if path.name in one), file)
        return file
