"""What ticks have carried out, and when they are to look again: remembered by `tick` and the engine."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from firstbell.engine.objects.target_ref import TargetRef

ACTIONS_KEPT = 10
VERIFY_AFTER = (timedelta(seconds=2), timedelta(seconds=20))


@dataclass(frozen=True, kw_only=True, slots=True)
class Action:
    """One change of the desired replicas that was carried out (or, dry, would have been)."""

    time: datetime
    before: int
    after: int
    reason: str
    message: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Scaling:
    """A workload that is scaled directly, its replicas, and how long a fall of them is held back."""

    target: TargetRef
    uid: str
    replicas: int
    window: timedelta


@dataclass(kw_only=True, slots=True)
class CarriedOut:
    """The past of a workload's ticks, as far as the next ones and the report need it.

    `acted_for` is the latest instant that was acted for; `found` what was in force when this process first
    looked; `scaling` the workload that is scaled directly, if one is; `failures` counts those in a row.
    """

    acted_for: datetime | None = None
    found: int | None = None
    scaling: Scaling | None = None
    actions: deque[Action] = field(default_factory=lambda: deque(maxlen=ACTIONS_KEPT))
    failures: int = 0

    def move(self, by: timedelta) -> None:
        """Move the instant that was acted for along with a clock that was set."""
        self.acted_for = None if self.acted_for is None else self.acted_for + by


@dataclass(kw_only=True, slots=True)
class LooksAgain:
    """When to look again at what was written. Anybody asks; the next look strikes out what is past."""

    times: list[datetime] = field(default_factory=list)

    def ask(self, at: datetime) -> None:
        """Ask for a look at an instant."""
        self.times.append(at)

    def after_a_rise(self, now: datetime) -> None:
        """Ask for the looks that follow a rise, in place of all others."""
        self.times = [now + delay for delay in VERIFY_AFTER]

    def to_come(self, now: datetime) -> list[datetime]:
        """Return those to come, and forget the others."""
        self.times = [at for at in self.times if at > now]
        return self.times

    def move(self, by: timedelta) -> None:
        """Move the looks along with a clock that was set."""
        self.times = [at + by for at in self.times]
