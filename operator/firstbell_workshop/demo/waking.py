"""How late this very process is woken: a starved operator is not a late one.

The clock of a morning runs fast for the operator too. A process that waits for a processor for a second at
120 times the wall's pace has lost two minutes of the morning, and nothing that it could do would mend that.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from firstbell.engine.ports import Clock

SLEEP_SECONDS = 0.02


@dataclass(frozen=True, kw_only=True, slots=True)
class Lag:
    """A sleep of the event loop that ended at `time` of its clock, late by `seconds` of the wall."""

    time: datetime
    seconds: float


def lag_seconds(*, passed: float, slept: float, worked: float) -> float:
    """Tell how long the process was kept from running, of the seconds that passed while it wanted to sleep.

    `worked` is the processor's time that it had meanwhile: a loop that is late because of its own work is
    the operator's fault, and no part of this. What it worked within its sleep is taken off as well, so this
    is never more than the machine's part.
    """
    return max(0.0, passed - slept - worked)


async def note_lags(clock: Clock, note: Callable[[Lag], None]) -> None:
    """Sleep again and again, and note how late it is woken, until it is cancelled."""
    while True:
        begun, worked = time.monotonic(), time.process_time()
        await asyncio.sleep(SLEEP_SECONDS)
        seconds = lag_seconds(
            passed=time.monotonic() - begun, slept=SLEEP_SECONDS, worked=time.process_time() - worked
        )
        note(Lag(time=clock.now(), seconds=seconds))
