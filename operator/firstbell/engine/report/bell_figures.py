"""How a bell was met, in figures: each bell counted once, as it rings, and how early or late it was. Pure.

A bell belongs to the process that has watched it ring: after a restart or a change of hands just then nobody
counts it, and nobody counts it twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from firstbell.core.instants import instant_of

if TYPE_CHECKING:
    from firstbell.engine.memory.told import BellRecord, Told


@dataclass(frozen=True, kw_only=True, slots=True)
class BellFigures:
    """What has become known of a bell at a look; None = nothing new.

    `late` as it has rung; `ready_before` the seconds from Ready to the bell, negative where it was late.
    """

    late: bool | None = None
    ready_before: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class LastBell:
    """The last bell before a look, and whether it was known when its workload was Ready."""

    record: BellRecord | None
    ready_known: bool

    @classmethod
    def of(cls, told: Told) -> LastBell:
        """Return it as it stands now: the look changes the record."""
        last = told.last_bell
        return cls(record=last, ready_known=last is not None and last.ready_time is not None)


def bell_figures(before: LastBell, told: Told) -> BellFigures:
    """Return what a look has made known."""
    record = told.last_bell
    if record is None:
        return BellFigures()
    ready_before = _ready_before(record)
    if record is before.record:
        came = record.late and not before.ready_known
        return BellFigures(ready_before=ready_before if came else None)
    if record.late:
        return BellFigures(late=True)
    seen = record.ready_at_bell is not None or (ready_before is not None and ready_before >= 0)
    return BellFigures(late=False, ready_before=ready_before) if seen else BellFigures()


def _ready_before(record: BellRecord) -> float | None:
    if record.ready_time is None:
        return None
    return (instant_of(record.minute) - record.ready_time).total_seconds()
