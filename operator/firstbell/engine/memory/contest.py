"""Which foreign writes over ours were answered lately, and when the next one is."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

TIMES = 3
WITHIN = timedelta(minutes=10)
AGAIN_EVERY = timedelta(seconds=30)


@dataclass(frozen=True, kw_only=True, slots=True)
class Undone:
    """One foreign write over ours: `spec.FIELD` of `what` was set from `ours` to `value` by `manager`."""

    what: str
    field: str
    value: int
    manager: str
    ours: int


@dataclass(kw_only=True, slots=True)
class Contest:
    """When the last few writes over ours were answered, and the latest of them."""

    times: deque[datetime] = field(default_factory=lambda: deque(maxlen=TIMES))
    latest: Undone | None = None

    def answered(self, undone: Undone, now: datetime) -> None:
        """Note that our value was written over a foreign one."""
        self.times.append(now)
        self.latest = undone

    def ends(self) -> datetime | None:
        """Tell until when the floor counts as contested, if nobody writes again; None where it never did."""
        return self.times[0] + WITHIN if len(self.times) == TIMES else None

    def is_on(self, now: datetime) -> bool:
        """Tell whether the floor is contested."""
        ends = self.ends()
        return ends is not None and now < ends

    def answer_at(self, now: datetime) -> datetime:
        """Tell when the next foreign write may be answered: now, or later in a contest."""
        return max(now, self.times[-1] + AGAIN_EVERY) if self.is_on(now) else now
