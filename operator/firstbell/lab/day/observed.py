"""What an autoscaler can see of a day so far: how busy Ready pods were, a little late.

Samples are means over a metrics window and arrive after a lag, as from metrics-server.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate, repeat
from typing import TYPE_CHECKING

from firstbell.lab.day.resource_metric import THOUSAND, PodReadings

if TYPE_CHECKING:
    from firstbell.lab.day.pods import Pods

FULL_PERCENT = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class MetricDelay:
    """`window_seconds` is the time that a sample is the mean of, `lag_seconds` its age when it is read."""

    window_seconds: int = 15
    lag_seconds: int = 15


class Observed:
    """The use of Ready pods by second, summed up so that any window is two look-ups."""

    def __init__(self, delay: MetricDelay) -> None:
        self._delay = delay
        self._served_so_far = self._capacity_so_far = 0.0
        self._served = [0.0]
        self._capacity = [0.0]

    def note(self, served: float, capacity: float) -> None:
        """Note one more second."""
        self._served_so_far += served
        self._capacity_so_far += capacity
        self._served.append(self._served_so_far)
        self._capacity.append(self._capacity_so_far)

    def note_again(self, served: float, capacity: float, seconds: int) -> None:
        """Note so many more seconds, all alike."""
        self._served[-1:] = accumulate(repeat(served, seconds), initial=self._served_so_far)
        self._capacity[-1:] = accumulate(repeat(capacity, seconds), initial=self._capacity_so_far)
        self._served_so_far, self._capacity_so_far = self._served[-1], self._capacity[-1]

    def readings(self, pods: Pods, now: int) -> PodReadings:
        """Return the sample there at a second and how many pods it is of, in percent of their request."""
        taken = now - self._delay.lag_seconds
        before = taken - self._delay.window_seconds
        last, first = max(0, taken), max(0, before)
        capacity = self._capacity[last] - self._capacity[first]
        counted = pods.ready_since(before)
        if capacity <= 0 or not counted:
            return PodReadings(0, 0, unready=pods.existing)
        busy = FULL_PERCENT * (self._served[last] - self._served[first]) / capacity
        running, sampled = pods.running_since(now), pods.running_since(before)
        return PodReadings(
            counted,
            round(busy * THOUSAND),
            unready=pods.existing - running + max(0, sampled - counted),
            missing=max(0, running - max(sampled, counted)),
        )
