"""How fast the clock of a morning may run, from how fast this cluster makes pods and wakes the operator.

A morning in which a minute passes in half a second leaves half a second for what a cluster has a minute for.
The pods are the cluster's work, and a process that gets no processor writes no floor. So pods are made once
for a try, it is noted how late this process is woken meanwhile, and the clock is set so that twice the time
of that try would be early enough.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import timedelta

SPEEDS = (120.0, 90.0, 60.0, 45.0, 30.0, 20.0, 15.0, 10.0)
"""Those that are chosen from, the fastest first: at the last of them two hours take twelve minutes."""
SAFETY = 2.0
"""Everything may take so many times as long as in the trial: the operator runs beside it."""
WAKINGS = 5
"""So often the operator is woken until a floor and its count stand: by its timer, answers and watches."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Trial:
    """How long a try took: `first_seconds` to the first pod that was Ready, `seconds` until `ready` were.

    `lag_seconds` is by how much this process was woken too late meanwhile, at worst.
    """

    asked: int
    ready: int
    first_seconds: float
    seconds: float
    lag_seconds: float = 0.0

    def seconds_for(self, pods: int) -> float:
        """Tell how long it takes to make so many pods, after the first; without end where none was made."""
        return pods * self.seconds / self.ready if self.ready else float("inf")


@dataclass(frozen=True, kw_only=True, slots=True)
class Rise:
    """So many pods more, a time before the bell by the clock of the morning."""

    before_bell: timedelta
    pods: int


def fits(trial: Trial, rises: Sequence[Rise], speed: float) -> bool:
    """Tell whether at this speed the pods of all rises are made before the bell, one rise after the other.

    Each is asked for late by what the operator is woken late, several times over.
    """
    done = float("-inf")
    begins = SAFETY * (WAKINGS * trial.lag_seconds + trial.first_seconds)
    for rise in rises:
        asked = -rise.before_bell.total_seconds() / speed
        done = max(done, asked + begins) + SAFETY * trial.seconds_for(rise.pods)
    return done <= 0


def fitting_speed(trial: Trial, rises: Sequence[Rise]) -> float:
    """Return the fastest speed that fits, or the slowest that there is."""
    return next((speed for speed in SPEEDS if fits(trial, rises, speed)), SPEEDS[-1])


def slower_than(speed: float) -> float:
    """Return a speed to try where this one was too fast."""
    return next((slower for slower in SPEEDS if slower <= speed / 2), max(1.0, speed // 2))
