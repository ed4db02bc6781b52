"""What rises take is the time in which any was written, over their number."""

from __future__ import annotations

import pytest

from firstbell.core.writing_pace import MARGIN
from firstbell.engine.pace.written_rises import WrittenRises


def each(writing):
    return writing.pace.each.total_seconds() / MARGIN


def test_of_those_written_one_after_the_other_it_is_what_each_takes():
    writing = WrittenRises()
    for number in range(3000):
        writing.wrote(number, number + 0.02, 1)
    assert each(writing) == pytest.approx(0.02, rel=0.05)


def test_of_many_at_once_it_is_what_the_server_lets_through():
    writing = WrittenRises()
    for number in range(3000):  # sixteen at a time, each waits for those before it
        writing.wrote(max(0, number - 15) * 0.01, number * 0.01 + 0.01, 1)
    assert each(writing) == pytest.approx(0.01, rel=0.05)


def test_time_in_which_nothing_was_written_does_not_count():
    writing = WrittenRises()
    for number in range(3000):
        writing.wrote(number * 3600.0, number * 3600.0 + 0.02, 1)
    assert each(writing) == pytest.approx(0.02, rel=0.05)
