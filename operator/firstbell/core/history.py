"""What limits look back on: recent recommendations and recent changes, as an immutable, bounded value.

Of the recommendations only those are kept that can still be the highest (for falls) or the lowest (for
rises) of a window that ends now or later. That is what an HPA's whole list comes to, and one entry while
nothing changes. `remembered` in `decide` makes the next history from a decision that was carried out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from firstbell.core.behavior import Behavior

MOST_ENTRIES = 512
"""Of each kind. One every 15 seconds fills the longest window (an hour) with 240."""

LONGEST_PERIOD = timedelta(seconds=1800)
"""The longest period of a rate policy, as in an HPA."""


class Recommended(NamedTuple):
    """What was recommended, before limits, and when."""

    time: datetime
    replicas: int


class Rescale(NamedTuple):
    """By how many replicas the count was changed, and when; below 0 for a fall."""

    time: datetime
    change: int


@dataclass(frozen=True, kw_only=True, slots=True)
class History:
    """The past of one workload, as far as it bears on its limits.

    `highest` falls and `lowest` rises from the oldest entry to the newest. `live` is what live metrics have
    brought about beside an autoscaler, `scheduled` what the schedule asked for at the last decision; both
    None before the first.
    """

    highest: tuple[Recommended, ...] = ()
    lowest: tuple[Recommended, ...] = ()
    rescales: tuple[Rescale, ...] = ()
    live: int | None = None
    scheduled: int | None = None

    @classmethod
    def seeded(cls, now: datetime, current: int) -> History:
        """Return the past of a workload that is seen for the first time.

        Its count stands for a recommendation.
        """
        seed = (Recommended(now, current),)
        return cls(highest=seed, lowest=seed)

    @property
    def is_empty(self) -> bool:
        """Whether nothing was recommended yet."""
        return not self.highest and not self.lowest

    def shifted(self, by: timedelta) -> History:
        """Return the same past by a clock that was set by so much: how long ago it was stays as it is."""
        return replace(
            self,
            highest=tuple(Recommended(time + by, replicas) for time, replicas in self.highest),
            lowest=tuple(Recommended(time + by, replicas) for time, replicas in self.lowest),
            rescales=tuple(Rescale(time + by, change) for time, change in self.rescales),
        )

    def highest_within(self, window: timedelta, now: datetime, wanted: int) -> int:
        """Return the highest recommendation of the window that ends now, `wanted` included.

        The window is open at its start: what is exactly as old as it is out.
        """
        since = now - window
        for time, replicas in self.highest:
            if time > since:
                return max(wanted, replicas)
        return wanted

    def lowest_within(self, window: timedelta, now: datetime, wanted: int) -> int:
        """Return the lowest recommendation of the window that ends now, `wanted` included."""
        since = now - window
        for time, replicas in self.lowest:
            if time > since:
                return min(wanted, replicas)
        return wanted

    def change_within(self, period: timedelta, now: datetime) -> int:
        """Tell by how much the count was changed, in sum, in the period that ends now; open at its start."""
        since = now - period
        total = 0
        for time, change in reversed(self.rescales):
            if time <= since:
                break
            total += change
        return total

    def loosens_at(self, behavior: Behavior, now: datetime) -> datetime | None:
        """Tell when what holds a count back may be gone next, if nothing new is recommended."""
        times = [one.time + behavior.down.window for one in self.highest]
        times += [one.time + behavior.up.window for one in self.lowest]
        periods = {policy.period for policy in (*behavior.up.policies, *behavior.down.policies)}
        times += [one.time + period for one in self.rescales for period in periods]
        return min((at for at in times if at > now), default=None)

    def with_recommendation(
        self, wanted: int, now: datetime, behavior: Behavior
    ) -> tuple[tuple[Recommended, ...], tuple[Recommended, ...]]:
        """Return `highest` and `lowest` after one more recommendation, without what no window needs."""
        entry = Recommended(now, wanted)
        since = now - behavior.down.window
        highest = [one for one in self.highest if one.replicas > wanted and one.time > since]
        since = now - behavior.up.window
        lowest = [one for one in self.lowest if one.replicas < wanted and one.time > since]
        return _bounded([*highest, entry]), _bounded([*lowest, entry])

    def with_rescale(self, change: int, now: datetime) -> tuple[Rescale, ...]:
        """Return `rescales` after one more change, without what no period needs any more."""
        rescales = self.rescales
        if rescales and rescales[0].time <= now - LONGEST_PERIOD:
            since = now - LONGEST_PERIOD
            rescales = tuple(one for one in rescales if one.time > since)
        if not change:
            return rescales
        if len(rescales) >= MOST_ENTRIES:
            first, second, *rest = rescales
            rescales = (Rescale(second.time, first.change + second.change), *rest)
        return (*rescales, Rescale(now, change))


def _bounded(entries: list[Recommended]) -> tuple[Recommended, ...]:
    """Return the entries; where there are too many, the oldest two become one.

    It has the careful value and the later time.
    """
    if len(entries) > MOST_ENTRIES:
        first, second, *rest = entries
        entries = [Recommended(second.time, first.replicas), *rest]
    return tuple(entries)


SETTLED = History.seeded(datetime(1970, 1, 1, tzinfo=UTC), 0)
"""A past that bears on nothing any more: for who asks what would be decided without it."""
