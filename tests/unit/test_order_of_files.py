"""Which process is given which files of tests, in which order."""

from __future__ import annotations

import itertools
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from tests.order_of_files import (
    AFTER_EACH_OTHER,
    CLUSTER,
    LAST,
    LONGEST_BESIDE,
    LONGEST_FIRST,
    TESTS,
    FilesInOrder,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

UNITS = ["tests/unit/test_a.py::test_1", "tests/unit/test_b.py::test_1"]
OF_CLUSTER = [f"tests/cluster/test_{name}.py::test_1" for name in "klmnopq"]


class Process:
    """What pytest-xdist's scheduler needs of one: a name, and who takes tests by their place."""

    shutting_down = False

    def __init__(self, name: str) -> None:
        self.gateway = SimpleNamespace(id=name)
        self.given: list[int] = []

    def send_runtest_some(self, places: list[int]) -> None:
        self.given += places

    def shutdown(self) -> None:
        self.shutting_down = True


def begun_with(tests: Sequence[str], processes: int) -> list[list[str]]:
    """What each process is given at the start."""
    config: Any = SimpleNamespace(
        getvalue=lambda _: [f"{processes}*popen"], option=SimpleNamespace(loadscopereorder=False)
    )
    scheduler = FilesInOrder(config)
    them: list[Any] = [Process(f"gw{number}") for number in range(processes)]
    for each in them:
        scheduler.add_node(each)
        scheduler.add_node_collection(each, tests)
    scheduler.schedule()
    return [[tests[place] for place in each.given] for each in them]


def test_one_process_of_several_begins_with_what_needs_no_cluster():
    *others, last = begun_with([*OF_CLUSTER, *UNITS], 4)
    assert last == UNITS
    assert sorted(itertools.chain(*others)) == OF_CLUSTER[:6]


@pytest.mark.parametrize(("tests", "processes"), [([*OF_CLUSTER, *UNITS], 3), (OF_CLUSTER, 4)])
def test_of_few_processes_and_of_few_directories_all_begin_with_the_cluster(tests, processes):
    begun = begun_with(tests, processes)
    assert [each[0] for each in begun] == OF_CLUSTER[:processes]


def test_files_that_belong_together_go_to_one_process():
    together = [f"tests/cluster/{name}::test_1" for name in AFTER_EACH_OTHER[0]]
    first, *others = begun_with([*together, *OF_CLUSTER], 3)
    assert first[: len(together)] == together
    assert not set(together) & set(itertools.chain(*others))


def test_every_file_that_is_named_is_there():
    named = [CLUSTER / name for name in (*LONGEST_FIRST, *LAST, *AFTER_EACH_OTHER[0])]
    assert [file for file in (*named, *(TESTS / name for name in LONGEST_BESIDE)) if not file.is_file()] == []
