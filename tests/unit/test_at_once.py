"""Works of tests/cluster that run at the same time: what fails and what never ends is told."""

from __future__ import annotations

import threading

import pytest

from tests.cluster.at_once import at_once


def test_what_fails_in_a_work_fails_who_asks_for_its_end_alone():
    def fails() -> None:
        pytest.fail("here")

    with at_once({"fails": fails, "ends": lambda: None}) as ends:
        ends["ends"].result()
        with pytest.raises(pytest.fail.Exception, match="here"):
            ends["fails"].result()


def test_a_work_that_does_not_end_is_told_by_its_name_and_not_waited_for():
    free = threading.Event()

    def stuck() -> None:
        free.wait()

    works = {"stuck": stuck, "ends": lambda: None}
    try:
        with (
            pytest.raises(AssertionError, match=r"not over within 0\.01 s after the tests: \['stuck'\]"),
            at_once(works, goodbye_seconds=0.01) as ends,
        ):
            ends["ends"].result()
    finally:
        free.set()
