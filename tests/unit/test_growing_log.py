"""The audit log of tests, read while the API server writes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cluster.growing_log import GrowingLog

if TYPE_CHECKING:
    from pathlib import Path


def test_each_line_is_told_once_and_as_soon_as_it_is_whole(tmp_path: Path):
    path = tmp_path / "log"
    path.write_bytes(b"one\ntw")
    log = GrowingLog(path)
    assert log.new_lines() == [b"one"]
    assert log.new_lines() == []
    with path.open("ab") as writing:
        writing.write(b"o\nthree\n")
    assert log.new_lines() == [b"two", b"three"]


def test_a_log_that_was_begun_anew_is_told_and_not_taken_for_a_silent_one(tmp_path: Path):
    path = tmp_path / "log"
    path.write_bytes(b"one\ntwo\n")
    log = GrowingLog(path)
    log.new_lines()
    path.write_bytes(b"three\n")
    with pytest.raises(AssertionError, match="was begun anew: 6 bytes, 8 were read"):
        log.new_lines()
