"""How long the last rises of a workload took to be all Ready: what its next rises need as a head start.

Rises are kept by size, since 300 pods take longer than 3: sizes are powers of four (1 to 3 pods, 4 to 15, 16
to 63, ...). Of each size the last five count, and of so few the 95th percentile is the slowest: five quick
rises, and what was slow is forgotten. What was measured counts for a rise only if it was known before that
could be written, so that news never takes back what was written earlier because of it.
`operator/decisions/0046-a-measured-lead.md` has the reasons.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from typing import TYPE_CHECKING

from firstbell.core.absence import Unavailable
from firstbell.core.bells import EPOCH
from firstbell.core.reason_words import AbsenceReason

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

COUNTED = 5
MOST = 64
"""Of all sizes together; the oldest go first."""
KEPT = 8
"""Of one size. Three more than count: what those that are not known in time for a rise have pushed out."""
OLDEST = timedelta(days=28)
"""So much older than the latest, a rise is forgotten: its size may never come again."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Rise:
    """A rise that was written at `written`, from `before` to `after` replicas.

    All were Ready `seconds` later; or, where not `ready`, not even then.
    """

    written: datetime
    before: int
    after: int
    seconds: int
    ready: bool

    @property
    def pods(self) -> int:
        """How many pods it started."""
        return self.after - self.before

    @property
    def known(self) -> datetime:
        """When it was over."""
        return self.written + timedelta(seconds=self.seconds)


@dataclass(frozen=True, kw_only=True, slots=True)
class MeasuredLead:
    """What rises of `least` to `most` pods took: the slowest of the last `rises`; `ready`: of the slowest."""

    seconds: int
    least: int
    most: int
    rises: int
    ready: bool

    @property
    def minutes(self) -> int:
        """The same in whole minutes, at least as long."""
        return -(-self.seconds // 60)


@dataclass(frozen=True, slots=True)
class Rises:
    """The last rises of a workload, oldest first, a bounded number of each size."""

    last: tuple[Rise, ...] = ()

    def followed_by(self, rise: Rise) -> Rises:
        """Return the same with one more, and without what that pushes out."""
        kept: list[Rise] = []
        for _, rises in _by_size((*self.last, rise)):
            kept += [one for one in rises if rise.written - one.written <= OLDEST][-KEPT:]
        return Rises(tuple(sorted(kept, key=lambda one: one.written)[-MOST:]))

    def lead_for(self, pods: int, known_by: datetime | None = None) -> MeasuredLead | Unavailable:
        """Return what a rise that starts so many pods needs, by what was known at an instant (None: by all).

        It is measured on rises of its size; without any on larger ones, else on smaller ones, the nearest.
        """
        known = [one for one in self.last if known_by is None or one.known <= known_by]
        sizes = dict(_by_size(known))
        if not sizes:
            return Unavailable(reason=AbsenceReason.NOT_MEASURED, message="no rise was measured yet")
        wanted = size_of(pods)
        size = min(sizes, key=lambda size: (size < wanted, abs(size - wanted)))
        counted = sizes[size][-COUNTED:]
        slowest = max(counted, key=lambda one: one.seconds)
        least, most = pods_of(size)
        return MeasuredLead(
            seconds=slowest.seconds, least=least, most=most, rises=len(counted), ready=slowest.ready
        )

    def by_size(self) -> tuple[MeasuredLead, ...]:
        """Return what was measured of each size, the smallest first."""
        found = (self.lead_for(pods_of(size)[0]) for size, _ in _by_size(self.last))
        return tuple(lead for lead in found if isinstance(lead, MeasuredLead))


NO_RISES = Rises()
"""Those of a workload of which nothing was measured."""


def all_taking(seconds: int) -> Rises:
    """Return those of a workload whose rises, of whatever size, have always taken so many seconds."""
    return Rises((Rise(written=EPOCH, before=0, after=1, seconds=seconds, ready=True),))


def size_of(pods: int) -> int:
    """Return the size of a rise that starts so many pods: from 4^(size - 1) on."""
    return (max(1, pods).bit_length() + 1) // 2


def pods_of(size: int) -> tuple[int, int]:
    """Return the least and the most pods of a size, both included."""
    return 4 ** (size - 1), 4**size - 1


def _by_size(rises: Iterable[Rise]) -> list[tuple[int, list[Rise]]]:
    """Return rises by their size, in each in their order."""
    ordered = sorted(rises, key=lambda one: size_of(one.pods))
    return [(size, list(group)) for size, group in groupby(ordered, key=lambda one: size_of(one.pods))]
