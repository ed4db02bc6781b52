"""A count of replicas over time, and how many of them are Ready.

Pods that are asked for are Ready a fixed time later; pods that go are first those that are not Ready yet, the
youngest before the older, as a ReplicaSet takes them.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Track:
    """A count that changes at seconds: `counts[i]` holds from `seconds[i]` to the next, the last one on."""

    seconds: list[int] = field(default_factory=list)
    counts: list[int] = field(default_factory=list)

    def at(self, second: int, count: int) -> None:
        """Set the count from a second on; seconds come ascending, and of one second the last counts."""
        if self.seconds and self.seconds[-1] == second:
            self.counts[-1] = count
        elif not self.counts or self.counts[-1] != count:
            self.seconds.append(second)
            self.counts.append(count)

    def changes(self) -> Iterator[tuple[int, int]]:
        """Return every (second, count)."""
        return zip(self.seconds, self.counts, strict=True)


def ready_track(replicas: Track, start_seconds: int) -> Track:
    """Return how many are Ready if all are at the start, and each more so many seconds after it was asked."""
    if not start_seconds:
        return replicas
    ready = Track()
    starting: deque[tuple[int, int]] = deque()
    count = running = replicas.counts[0]
    for second, wanted in replicas.changes():
        while starting and starting[0][0] <= second:
            at, more = starting.popleft()
            running += more
            ready.at(at, running)
        if wanted > count:
            starting.append((second + start_seconds, wanted - count))
        surplus = count - wanted
        while surplus > 0 and starting:
            at, more = starting.pop()
            gone = min(surplus, more)
            surplus -= gone
            if more > gone:
                starting.append((at, more - gone))
        running -= max(0, surplus)
        count = wanted
        ready.at(second, running)
    for at, more in starting:
        running += more
        ready.at(at, running)
    return ready
