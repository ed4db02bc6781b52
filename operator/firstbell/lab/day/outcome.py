"""What a day came to, in the words that people ask in.

A second is short when there is more work than capacity, so that what arrives has to wait longer than one
second, counted as if everybody waited for half a minute and then left for good. That leaves the storm of
second attempts out, which is only a model of people, and makes it certain that more capacity is never more
minutes short. What the storm comes to is in the slow minutes (a wait of over ten seconds), the waiting and
the turned away.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from firstbell.lab.day.service import REFUSED_SECONDS, SLOW_SECONDS, Second

SHORT_SECONDS = 1
"""Longer than this nothing may wait in a second that is not short."""
NOTHING = 1e-6
BUSY_PERCENT = 85
SECONDS_PER_HOUR = 3600
SECONDS_PER_MINUTE = 60


@dataclass(frozen=True, kw_only=True, slots=True)
class Moment:
    """One minute: replicas and capacity at its end, the highest load and the longest wait in it.

    `load` and `capacity` are in replicas as busy as in their load test; `short` where any second was.
    """

    second: int
    floor: int
    replicas: int
    ready: int
    load: float
    capacity: float
    wait_seconds: float
    short: bool


class Backlog:
    """The work that waits, first come first served, if whatever has waited for half a minute is gone."""

    def __init__(self) -> None:
        self._arrived = self._gone = 0.0
        self._history = [0.0] * REFUSED_SECONDS
        self._now = 0

    def grows_short(self, load: float, capacity: float) -> bool:
        """Take one second of load on, and says whether it was short."""
        slot = self._now % REFUSED_SECONDS
        self._now += 1
        out_of_patience = self._history[slot]
        arrived = self._arrived = self._history[slot] = self._arrived + load
        gone = self._gone + capacity
        if gone > arrived:  # noqa: PLR1730 - for each second of a day: half the time of `min`
            gone = arrived
        if gone < out_of_patience:  # noqa: PLR1730
            gone = out_of_patience
        self._gone = gone
        # Sums over a day are not exact to the last digit.
        return arrived - gone > SHORT_SECONDS * capacity + NOTHING

    def is_empty(self, load: float, capacity: float) -> bool:
        """Tell whether nothing waits, nor will in seconds of this load."""
        return self._gone == self._arrived and load <= capacity

    def pass_empty(self, seconds: int, load: float) -> None:
        """Take on so many seconds in which nothing waits, with the same sums to the last digit."""
        arrived, history = self._arrived, self._history
        for now in range(self._now, self._now + seconds):
            arrived += load
            history[now % REFUSED_SECONDS] = arrived
        self._arrived = self._gone = arrived
        self._now += seconds


@dataclass(slots=True)
class Outcome:
    """The sums of one variant over a day."""

    short_seconds: int = 0
    slow_seconds: int = 0
    busy_seconds: int = 0
    first_short: int | None = None
    last_short: int | None = None
    arrivals: float = 0.0
    turned_away: float = 0.0
    most_waiting: float = 0.0
    longest_wait_seconds: float = 0.0
    peak_utilization_percent: float = 0.0
    highest_replicas: int = 0
    pod_seconds: int = 0
    starts: int = 0
    moments: list[Moment] = field(default_factory=list)
    _backlog: Backlog = field(default_factory=Backlog)

    def note_load(self, now: int, load: float, capacity: float, pods: int) -> None:
        """Take one second of work, capacity and existing pods into account."""
        self.pod_seconds += pods
        if pods > self.highest_replicas:  # noqa: PLR1730 - for each second of a day
            self.highest_replicas = pods
        # Nothing Ready while somebody wants something is as bad as it gets: it has no finite percentage.
        percent = 100 * load / capacity if capacity > 0 else float("inf") if load else 0.0
        if percent > BUSY_PERCENT:
            self.busy_seconds += 1
        if percent > self.peak_utilization_percent:  # noqa: PLR1730
            self.peak_utilization_percent = percent
        if self._backlog.grows_short(load, capacity):
            self.short_seconds += 1
            self.first_short = now if self.first_short is None else self.first_short
            self.last_short = now

    def note_load_again(self, seconds: range, load: float, capacity: float, pods: int) -> None:
        """Take seconds that are all alike into account."""
        left = seconds
        while left and not self._backlog.is_empty(load, capacity):
            self.note_load(left[0], load, capacity, pods)
            left = left[1:]
        if not left:
            return
        # The first of them tells of all, but for its sums.
        busy = self.busy_seconds
        self.note_load(left[0], load, capacity, pods)
        more = len(left) - 1
        self.busy_seconds += more * (self.busy_seconds - busy)
        self.pod_seconds += more * pods
        self._backlog.pass_empty(more, load)

    def note_users(self, users: float, seen: Second) -> None:
        """Take what users met in one second into account."""
        self.arrivals += users
        if seen.wait_seconds:
            self.slow_seconds += seen.wait_seconds > SLOW_SECONDS
            self.longest_wait_seconds = max(self.longest_wait_seconds, seen.wait_seconds)
            self.turned_away += seen.turned_away
            self.most_waiting = max(self.most_waiting, seen.waiting)

    @property
    def short_minutes(self) -> float:
        """Minutes in which there was less capacity than was needed."""
        return self.short_seconds / SECONDS_PER_MINUTE

    @property
    def pod_hours(self) -> float:
        """Hours of pods that existed, Ready or not."""
        return self.pod_seconds / SECONDS_PER_HOUR

    @property
    def held(self) -> bool:
        """Whether nobody had to wait for longer than a moment."""
        return self.short_seconds == 0
