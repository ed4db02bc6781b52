"""What this process may write now: the shards whose Leases it has renewed lately enough.

A Lease counts for the others for its whole duration from when they see it renewed. Here it counts from when
the renewal was sent, and for two thirds of that: whoever stood still, or cannot reach the API server, has
stopped writing before anybody else begins, and every request that was begun before is given up by then.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LEASE_SECONDS = 12
LEAST_LEASE_SECONDS = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class LeaseTimes:
    """The lengths that go with a Lease, in seconds of the wall, all of them shares of its duration."""

    duration: float = LEASE_SECONDS

    @property
    def deadline(self) -> float:
        """Return for how long after a renewal its holder may begin to write."""
        return self.duration * 2 / 3

    @property
    def retry(self) -> float:
        """Return how far apart renewals are, and attempts that came to nothing."""
        return self.duration / 6


class Tenure:
    """What is held of how many shards. Without `times` there are no Leases, and everything may be written.

    `monotonic` gives seconds of the wall; suspended time counts where it can.
    """

    def __init__(
        self, monotonic: Callable[[], float], times: LeaseTimes | None = None, shards: int = 1
    ) -> None:
        self._monotonic = monotonic
        self.times = times
        self.shards = shards
        self._renewed: dict[int, float] = {}
        self._terms: Counter[int] = Counter()
        self._writing: Counter[int | None] = Counter()
        self._unanswered = float("-inf")
        """When a write was last given up without an answer: it may be made all the same, a little later."""

    def taken(self, shard: int, asked: float) -> None:
        """Note that a shard is ours that was not, by a write that was sent at `asked`."""
        self._terms[shard] += 1
        self.renewed(shard, asked)

    def renewed(self, shard: int, asked: float) -> None:
        """Note that a renewal that was sent at `asked` has succeeded."""
        self._renewed[shard] = asked

    def give_up(self, shard: int) -> None:
        """Hold a shard no more."""
        self._renewed.pop(shard, None)

    def held(self) -> dict[int, int]:
        """Return the shards that may be written now, with how often each was taken: a term that is new."""
        return {shard: self._terms[shard] for shard in range(self.shards) if self.holds(shard)}

    def holds(self, shard: int | None) -> bool:
        """Tell whether what belongs to a shard may be written now; None: to any of those held."""
        return self.seconds_left(shard, counts=None if self.times is None else self.times.deadline) > 0

    def seconds_left(self, shard: int | None, counts: float | None = None) -> float:
        """Tell for how long others take a shard for ours at the least; `counts` after the last renewal.

        Without Leases it is without an end.
        """
        if self.times is None:
            return float("inf")
        counts = self.times.duration if counts is None else counts
        asked = max(self._renewed.values(), default=None) if shard is None else self._renewed.get(shard)
        return 0.0 if asked is None else asked + counts - self._monotonic()

    @contextlib.contextmanager
    def writing(self, shard: int | None) -> Iterator[None]:
        """Note that something of a shard is being written, for as long as the block lasts."""
        self._writing[shard] += 1
        try:
            yield
        except BaseException:
            self.is_unanswered()
            raise
        finally:
            self._writing[shard] -= 1

    def is_unanswered(self) -> None:
        """Note that a write of ours has no answer."""
        self._unanswered = self._monotonic()

    def may_be_written(self, shard: int) -> bool:
        """Tell whether a request of ours that writes something of a shard may still be under way."""
        if self._writing[shard] > 0 or self._writing[None] > 0:
            return True
        return self.times is not None and self._monotonic() - self._unanswered < self.times.duration
