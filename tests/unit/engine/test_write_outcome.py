"""How a write ended, in a word for figures: a race that was lost is no failed write."""

from __future__ import annotations

import pytest

from firstbell.engine.ports import Failure, FailureKind, write_outcome


def test_an_answer_is_ok():
    assert write_outcome({}) == "ok"


@pytest.mark.parametrize("kind", FailureKind)
def test_a_failure_is_told_by_its_kind_unless_somebody_else_was_first(kind):
    want = "Overtaken" if kind in {FailureKind.CONFLICT, FailureKind.NOT_FOUND} else kind
    assert write_outcome(Failure(kind=kind, message="")) == want


def test_a_failed_test_is_no_failed_write():
    assert write_outcome(Failure(kind=FailureKind.INVALID, message="", overtaken=True)) == "Overtaken"
