"""The operator's decision made by somebody else: what only the operator remembers is taken from its status.

What live metrics ask for stands still at what was last reported, what an edit has lost stays for as long as
was reported, and a restart holds nothing. Pure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstbell.core import Pilot
from firstbell.core.scaling import SETTLED
from firstbell.engine.deciding.evaluating import evaluated
from firstbell.engine.deciding.last_autoscaler import autoscaler_from_status, with_kept_baseline
from firstbell.engine.deciding.measured_rises import lead_from_status
from firstbell.engine.deciding.situation import situation
from firstbell.engine.deciding.surging import surge_from_status
from firstbell.engine.explaining.last_report import with_reported_live
from firstbell.engine.memory.losses import Edits, losses_from_status
from firstbell.engine.memory.memory import Memory
from firstbell.engine.objects.status_values import reported_stop
from firstbell.engine.pace.timekeeping import NOT_COMPARED

if TYPE_CHECKING:
    from datetime import datetime

    from firstbell.engine.deciding.outcome import Outcome
    from firstbell.engine.seen.store import SeenAutoscaler, SeenSpec, Store


def reported_memory(seen: SeenAutoscaler) -> Memory:
    """Return what the operator remembers of a SchoolAutoscaler, as far as it has reported it."""
    return Memory(
        pilot=Pilot(history=SETTLED, surge=surge_from_status(seen.status)),
        edits=Edits(shrunk=losses_from_status(seen.status, seen.confirmed)),
        lead=lead_from_status(seen.status),
    )


def outcome_by_report(  # noqa: PLR0913, PLR0917 - what a decision depends on
    store: Store,
    seen: SeenAutoscaler,
    rules: SeenSpec,
    instance: str,
    memory: Memory,
    now: datetime,
) -> Outcome:
    """Return what the operator decides at `now`, if what it has reported still holds then."""
    stands = with_reported_live(situation(store, seen, rules, instance, now))
    stands = with_kept_baseline(stands, autoscaler_from_status(seen))
    stopped = reported_stop(seen.status)
    return evaluated(store, stands, instance, memory, now, clock=NOT_COMPARED, others=(), stopped=stopped)
