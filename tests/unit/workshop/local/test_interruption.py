"""Requests to end arrive as an exception, and not in the middle of taking something down."""

from __future__ import annotations

import contextlib
import signal
import threading

import pytest

from firstbell_workshop.local.interruption import Stopped, stoppable, undisturbed

DEFAULTS = {
    signal.SIGINT: signal.default_int_handler,
    signal.SIGTERM: signal.SIG_DFL,
    signal.SIGHUP: signal.SIG_DFL,
}


@pytest.fixture(autouse=True)
def _as_a_process_of_its_own():
    """Handlers as a fresh process has them: a held control plane, nohup or a background job change them."""
    before = {number: signal.signal(number, handler) for number, handler in DEFAULTS.items()}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


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


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_request_while_taking_down_arrives_afterwards_and_once(number):
    done = []

    def held() -> None:
        with stoppable():
            try:
                with undisturbed():
                    signal.raise_signal(number)
                    signal.raise_signal(signal.SIGINT)
                    done.append("taken down")
            finally:
                done.append("unwound")

    with pytest.raises(Stopped) as stopped:
        held()

    assert number == stopped.value.number
    assert done == ["taken down", "unwound"]
    assert signal.getsignal(number) is signal.SIG_DFL
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_nothing_is_changed_outside_the_main_thread():
    seen = []

    def elsewhere() -> None:
        with stoppable(), undisturbed():
            seen.append(signal.getsignal(signal.SIGTERM))

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()

    assert seen == [signal.SIG_DFL]


def test_what_handles_errors_does_not_swallow_a_request():
    with pytest.raises(Stopped, match="stopped by SIGTERM"), stoppable(), contextlib.suppress(Exception):
        signal.raise_signal(signal.SIGTERM)
