"""Orders with an end in lines: those of files or a cluster that fall into a time, on the school's wall."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstbell.core.instants import DATED_CLOCK, EPOCH, local_clock
from firstbell.core.reasons import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime, tzinfo

    from firstbell.core import Override


def orders_between(orders: Iterable[Override], start: datetime, end: datetime) -> tuple[Override, ...]:
    """Return the orders that count at some time of [start, end), the earliest first."""
    there = [one for one in orders if one.start < end and start < one.end and one.start < one.end]
    return tuple(sorted(there, key=lambda one: (one.start, one.name)))


def order_lines(orders: Iterable[Override], zone: tzinfo) -> Iterator[str]:
    """Yield a line for each order; one that names no start and is in no cluster has counted since ever."""
    for one in orders:
        begins = "" if one.start == EPOCH else f"from {local_clock(one.start, zone, DATED_CLOCK)} "
        until = local_clock(one.end, zone, DATED_CLOCK)
        yield f"ScalingOverride {one.name} {one.ordered}, {begins}until {until}: {visible(one.reason)}"
