"""The order to write nothing, as it is known: in force from when it is seen, and before anything is written.

What nobody could read yet is no order: who starts waits for it instead (`watch/stopping.py`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from firstbell.engine.ports import Clock
    from firstbell.kinds.stop_order import StopOrder


class Stop:
    """What is known of an order; `is_known` is False while it cannot be read, or is looked for nowhere."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._order: StopOrder | None = None
        self.is_known = False

    def read(self, order: StopOrder | None) -> None:
        """Take what was read; None where there is no order."""
        self._order, self.is_known = order, True

    def cannot_be_read(self, last: StopOrder | None = None) -> None:
        """Take that nobody can tell: what was in force stays, else `last`, which is known otherwise."""
        self._order, self.is_known = self._order or last, False

    def in_force(self) -> StopOrder | None:
        """Return the order by which nothing may be written now, or None."""
        order = self._order
        return order if order is not None and order.is_in_force(self._clock.now()) else None

    def ends(self) -> datetime | None:
        """Tell when an order that is in force ends by itself; None where it does not."""
        order = self.in_force()
        return None if order is None else order.until
