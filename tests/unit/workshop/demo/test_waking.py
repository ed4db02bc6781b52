"""How late the event loop is woken, by the machine and not by its own work."""

from __future__ import annotations

import asyncio
import time

import pytest

from firstbell.clock import SystemClock
from firstbell_workshop.demo.waking import SLEEP_SECONDS, Lag, lag_seconds, note_lags


@pytest.mark.parametrize(
    ("passed", "worked", "want"),
    [
        pytest.param(0.02, 0.0, 0.0, id="on time"),
        pytest.param(3.02, 0.0, 3.0, id="not run for three seconds"),
        pytest.param(3.02, 3.0, 0.0, id="at work for three seconds"),
        pytest.param(3.02, 1.0, 2.0, id="at work for one of three"),
        pytest.param(0.02, 0.01, 0.0, id="at work in its sleep"),
    ],
)
def test_a_lag_is_what_the_loop_neither_slept_nor_worked(passed, worked, want):
    assert lag_seconds(passed=passed, slept=SLEEP_SECONDS, worked=worked) == pytest.approx(want)


def test_a_process_that_does_not_run_is_noted():
    lags: list[Lag] = []
    woken = asyncio.Event()

    def note(lag: Lag) -> None:
        lags.append(lag)
        woken.set()

    async def stand_still() -> None:
        noting = asyncio.create_task(note_lags(SystemClock(), note))
        await asyncio.sleep(0)
        time.sleep(0.3)  # noqa: ASYNC251 - nothing of this process runs, as on a machine that is busy
        await woken.wait()
        noting.cancel()

    asyncio.run(stand_still())

    assert max(lag.seconds for lag in lags) > 0.1
