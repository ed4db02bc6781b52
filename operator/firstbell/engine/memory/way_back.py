"""How far a workload has come down after its floor did."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime, timedelta


@dataclass(frozen=True, kw_only=True, slots=True)
class WayBack:
    """The count above the baseline, and since when it has not fallen; `held_from` is when that is told."""

    replicas: int
    held_from: datetime

    def moved(self, by: timedelta) -> WayBack:
        """Return the same by a clock that was set by so much."""
        return replace(self, held_from=self.held_from + by)
