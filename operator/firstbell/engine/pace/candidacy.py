"""What one process knows of the Lease of one shard, and whether it may take it. Pure.

When a Lease was last renewed stands in it by its holder's clock, which may be wrong. What counts is since
when we have seen it as it is: nobody holds it any more when it has stayed the same for as long as it lasts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from firstbell.engine.objects.lease import Holder, SeenLease
    from firstbell.engine.pace.tenure import LeaseTimes

BESIDE_AN_ASKER = 2.0
"""How many retries others leave a Lease to whoever has asked for it."""


class Candidacy:
    """The Lease of a shard as last read, by its steady seconds. `lease` None: there is none."""

    def __init__(self, identity: Holder, times: LeaseTimes) -> None:
        self._identity = identity
        self._times = times
        self.lease: SeenLease | None = None
        self.is_known = self.was_read = False
        self.has_place = True
        """Whether its namespace is there, as far as is known."""
        self._since = 0.0
        self.heard_at = 0.0
        """When anything was told of it last; its holder renews it more often than a watch may be silent."""
        self.counts_from = 0.0
        """A Lease that we made counts from here on: there may have been one, and its holder at work."""

    def read(self, lease: SeenLease | None, at: float) -> None:
        """Take what an answer told that came at this time; None where there is no such Lease.

        One of the same version was not renewed meanwhile, whatever was asked of it and failed.
        """
        if lease is None or lease != self.lease:
            self._since = at
        self.lease, self.is_known, self.heard_at = lease, True, at
        self.was_read = True
        self.has_place = self.has_place or lease is not None

    def doubt(self) -> None:
        """Have it read before anything else: it is not what we took it for."""
        self.is_known = False

    @property
    def holder(self) -> Holder:
        """Who is named as its holder; empty where nobody is, or none is known."""
        return self.lease.holder if self.lease is not None else ""

    @property
    def is_mine(self) -> bool:
        """Whether we are named as its holder."""
        return self.holder == self._identity

    @property
    def ends(self) -> float:
        """When it is nobody's any more, unless it is renewed meanwhile."""
        if not self.holder or self.lease is None:
            return self._since
        seconds = self.lease.seconds
        return self._since + (self._times.duration if seconds is None else seconds)

    def is_anothers(self, now: float) -> bool:
        """Tell whether somebody else may hold it still."""
        return bool(self.holder) and not self.is_mine and now < self.ends

    def may_take_from(self, held: int) -> float:
        """Tell from when on we may take it: whoever holds few shards goes first, or has asked for it."""
        asker = self.lease.asked_for_by if self.lease is not None else ""
        patience = held / 2 + (BESIDE_AN_ASKER if asker not in {"", self._identity} else 0.0)
        return self.ends + patience * self._times.retry
