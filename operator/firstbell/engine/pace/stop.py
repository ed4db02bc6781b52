"""The order to write nothing, as it is known: in force from when it is seen, and before anything is written.

What nobody could read yet is no order: who starts waits for it instead (`watch/followed_stop.py`). An order
that has an end is over when every time says so that it may be: a clock that is wrong ends no stop.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from firstbell.engine.ports import Clock
    from firstbell.kinds.stop_order import StopOrder


class Stop:
    """What is known of an order; `is_known` is False while it cannot be read, or is looked for nowhere.

    `ahead` gives by how much other times that it may be are ahead of the clock's.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._order: StopOrder | None = None
        self._in_force: StopOrder | None = None
        self.ahead: Callable[[], Iterable[timedelta]] = tuple
        self.is_known = False

    def read(self, order: StopOrder | None) -> None:
        """Take what was read; None where there is no order."""
        self._order, self.is_known = order, True
        self.look()

    def cannot_be_read(self, last: StopOrder | None = None) -> None:
        """Take that nobody can tell: what was in force stays, else `last`, which is known otherwise."""
        self._order, self.is_known = self._order or last, False
        self.look()

    def look(self) -> None:
        """See whether an order is over by now. Nothing else ends one: a clock may be set at any moment."""
        earliest = self._clock.now() + min((timedelta(0), *self.ahead()))
        order = self._order
        self._in_force = order if order is not None and order.is_in_force(earliest) else None

    def in_force(self) -> StopOrder | None:
        """Return the order by which nothing may be written now, or None."""
        return self._in_force

    def ends(self) -> datetime | None:
        """Tell when an order in force ends by the clock, if that is to come; None where it does not."""
        until = None if self._in_force is None else self._in_force.until
        return until if until is not None and until > self._clock.now() else None
