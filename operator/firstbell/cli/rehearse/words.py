"""What a rehearsal says: what it will do, and what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstbell.core.instants import api_time
from firstbell.core.reasons import peak_sentence

if TYPE_CHECKING:
    from firstbell.cli.rehearse.conduct import Conducted
    from firstbell.cli.rehearse.rehearsal import Rehearsal


def intention(of: Rehearsal) -> list[str]:
    """Return what will be done, a line each, warnings first."""
    return [
        *(f"warning: {warning}" for warning in of.warnings),
        f"{of.key}: {of.before} -> {of.replicas} replicas, as {peak_sentence(of.peak)} needs",
        f"by ScalingOverride {of.order_name}, until all are Ready, at most until {api_time(of.end)}",
    ]


def outcome_lines(of: Rehearsal, came: Conducted) -> list[str]:
    """Return what came of it, a line each."""
    lines = []
    if came.ready_after is not None:
        lines.append(
            f"all {of.replicas} replicas were Ready {came.ready_after:.0f} s after they were asked for"
        )
    elif came.interrupted:
        lines.append(f"interrupted: at most {came.most} of {of.replicas} replicas were Ready until then")
    elif came.stopped:
        lines.append(f"given up: at most {came.most} of {of.replicas} replicas were Ready until then")
    elif not came.taken_up:
        lines.append("no operator has taken the order up: does it run, and does it watch this namespace?")
    elif not came.failure:
        lines.append(f"not Ready in time: at most {came.most} of {of.replicas} replicas were")
        lines += [f"  {reason}" for reason in came.reasons]
    if came.failure:
        return [*lines, came.failure]
    if came.stopped:
        told = came.stopped.rstrip(".")
        return [*lines, f"{told}. The order is ended; back to {of.before}: after firstbell resume"]
    if came.interrupted or not came.taken_up:
        return [*lines, "the order is ended, and the workload comes back by itself"]
    if came.returned_after is None:
        return [*lines, f"more than {of.before} replicas are asked for still: firstbell explain {of.key}"]
    return [
        *lines,
        f"no more than {of.before} are asked for again, {came.returned_after:.0f} s after the order",
    ]
