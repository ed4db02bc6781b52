"""What broke mornings that no number of replicas could have saved.

A fault changes what Ready replicas are worth; it never changes what an autoscaler is told.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from firstbell.lab.day.pods import Pods

SECONDS_PER_MINUTE = 60


@dataclass(frozen=True, kw_only=True, slots=True)
class Throttled:
    """Something in front of the workload lets through only a part: a broken switch none, a rate limit some.

    From `start` to `end`, in seconds of the day, as many replicas' worth as `replicas` says come through.
    """

    start: int
    end: int
    replicas: float


@dataclass(frozen=True, kw_only=True, slots=True)
class SharedLimit:
    """Something behind the workload carries only so many replicas' worth, such as a database."""

    replicas: float


@dataclass(frozen=True, kw_only=True, slots=True)
class BrokenScaleUp:
    """Adding pods breaks the pods that are added for so many minutes, once a day."""

    minutes: int


Fault: TypeAlias = Throttled | SharedLimit | BrokenScaleUp


class Faults:
    """The faults of one day, on one run of it."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        self._limits = [fault for fault in faults if not isinstance(fault, BrokenScaleUp)]
        self._broken = next((fault for fault in faults if isinstance(fault, BrokenScaleUp)), None)
        self._breaks = range(0)
        """The seconds in which pods that are added break; empty before the first is."""

    def touch(self, pods: Pods, now: int) -> None:
        """Do to pods what the fault does."""
        if self._broken is None:
            return
        if not self._breaks and pods.wanted > pods.existing:
            self._breaks = range(now, now + self._broken.minutes * SECONDS_PER_MINUTE)
        if now in self._breaks:
            pods.break_started_after(self._breaks.start, self._breaks.stop)

    def is_steady(self, now: int, until: int) -> bool:
        """Tell whether nothing of a fault begins or ends between two seconds.

        While added pods are broken that may be any second: one that is Ready at once is broken in the next.
        """
        if now in self._breaks:
            return False
        return not any(
            isinstance(limit, Throttled) and (now < limit.start < until or now < limit.end < until)
            for limit in self._limits
        )

    def worth(self, capacity: float, now: int) -> float:
        """Return what the capacity is worth at a second."""
        for limit in self._limits:
            if isinstance(limit, SharedLimit) or limit.start <= now < limit.end:
                capacity = min(capacity, limit.replicas)
        return capacity
