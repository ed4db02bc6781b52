"""Requests to end arrive as an exception, and not in the middle of taking something down."""

from __future__ import annotations

import signal

import pytest

from firstbell.local.interruption import Stopped, stoppable, undisturbed


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_request_to_end_unwinds_the_block(number):
    unwound = []

    def held() -> None:
        with stoppable():
            try:
                signal.raise_signal(number)
            finally:
                unwound.append(number)

    with pytest.raises(Stopped) as stopped:
        held()

    assert unwound == [stopped.value.number]
    assert signal.getsignal(number) is signal.SIG_DFL


def test_somebody_elses_handler_is_left_alone():
    heard = []
    before = signal.signal(signal.SIGTERM, lambda number, _frame: heard.append(number))
    try:
        with stoppable():
            signal.raise_signal(signal.SIGTERM)
    finally:
        signal.signal(signal.SIGTERM, before)

    assert heard == [signal.SIGTERM]


def test_taking_down_is_finished_before_the_request_arrives():
    done = []

    def take_down() -> None:
        with undisturbed():
            signal.raise_signal(signal.SIGINT)
            done.append("taken down")

    with pytest.raises(KeyboardInterrupt):
        take_down()

    assert done == ["taken down"]
