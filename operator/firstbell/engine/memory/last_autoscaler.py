"""The autoscaler that a workload has or had."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

RETURNS_WITHIN = timedelta(seconds=60)


@dataclass(frozen=True, kw_only=True, slots=True)
class LastAutoscaler:
    """The autoscaler that a workload has or had, and the minimum that its owner wants.

    `target` is the workload's key; `gone_since` is None while the autoscaler is there.
    """

    target: str
    kind: str
    name: str
    baseline: int
    gone_since: datetime | None = None

    @property
    def awaited_until(self) -> datetime | None:
        """When it is not waited for any more; None while it is there."""
        return None if self.gone_since is None else self.gone_since + RETURNS_WITHIN

    def moved(self, by: timedelta) -> LastAutoscaler:
        """Return the same by a clock that was set by so much."""
        return self if self.gone_since is None else replace(self, gone_since=self.gone_since + by)
