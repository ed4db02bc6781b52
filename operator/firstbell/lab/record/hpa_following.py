"""An HPA over recorded load: its controller's own pass, called wherever it may change anything.

The HPA has the recording as an external metric with a target per replica, without any lag: it sees more than
a real one does, whose readings are up to a minute old.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstbell.core import Unavailable
from firstbell.core.scaling import DEFAULT_BEHAVIOR
from firstbell.lab.day.external_metric import external_replicas
from firstbell.lab.record.deciding import NOT_RECORDED
from firstbell.lab.record.need import exact
from firstbell.lab.record.skipped import NOTHING, with_recommendations
from firstbell.lab.record.ticks import (
    LONG_AGO,
    NOTHING_ABOVE,
    NOTHING_BELOW,
    SYNC_SECONDS,
    Band,
    Scan,
    Ticks,
    band_edge,
    ticks_in,
)

if TYPE_CHECKING:
    from fractions import Fraction

    from firstbell.lab.day.hpa import HorizontalPodAutoscaler

NOTHING_CALM = Band(NOTHING_BELOW, NOTHING_ABOVE, 0, unknown_holds=False)


class HpaFollower:
    """The passes of one HPA: `replicas` is the workload's count after the last, `least` its own minimum."""

    def __init__(
        self, hpa: HorizontalPodAutoscaler, per_replica: Fraction, ticks: Ticks, replicas: int
    ) -> None:
        self._hpa, self._per_replica, self.ticks = hpa, per_replica, ticks
        self.replicas = replicas
        self.least = hpa.spec.minimum
        self._tolerances = hpa.spec.tolerances
        self._done = -1
        self._band = NOTHING_CALM
        self._scan = Scan(ticks, NOTHING_CALM, 0, LONG_AGO)
        behavior = hpa.spec.behavior
        # Without one it looks back as far as by the default one.
        self._down = ticks_in((behavior or DEFAULT_BEHAVIOR).down.window)
        self._reach = max(self._down, ticks_in((behavior or DEFAULT_BEHAVIOR).up.window))

    def next_tick(self, stop: int) -> int:
        """Return the first tick before `stop` at which a pass may change something, or `stop`."""
        if self._done < 0 or self._rising():
            return min(self._done + 1, stop)
        return self._scan.until(stop)

    def _rising(self) -> bool:
        """Tell whether the count is on its way up, whatever the load does.

        Without a behavior a pass follows the highest recommendation of the last minutes, as far as twice the
        replicas.
        """
        spec, highest = self._hpa.spec, self._hpa.history.highest
        behind = bool(highest) and highest[0].replicas > self.replicas
        return spec.behavior is None and self.replicas < spec.maximum and behind

    def sync(self, tick: int, *, floor: int, replicas: int) -> None:
        """Make a pass with a minimum and a count of replicas that others may have written."""
        self._catch_up(tick)
        self._hpa.minimum = floor
        self.replicas = self._hpa.follow(
            self.ticks.instant(tick), replicas, lambda: self._wanted(tick, replicas)
        )
        self._done = tick
        self._band = self._present_band()
        self._scan = Scan(self.ticks, self._band, tick + 1, self._last_asked())

    def _wanted(self, tick: int, replicas: int) -> int | Unavailable:
        value = self.ticks.values[tick]
        # NaN is the only value that differs from itself.
        if value != value:  # noqa: PLR0124
            return NOT_RECORDED
        return external_replicas(replicas, exact(value), self._per_replica, self._tolerances)

    def _present_band(self) -> Band:
        """Return the loads that leave the present count as it is.

        At a bound nothing asks for more, or for less.
        """
        carried, spec = self._per_replica * self.replicas, self._hpa.spec
        low, high = NOTHING_BELOW, NOTHING_ABOVE
        if self.replicas > self._hpa.minimum:
            low = band_edge((1 - self._tolerances.down) * carried, inside=1)
        if self.replicas < spec.maximum:
            high = band_edge((1 + self._tolerances.up) * carried, inside=-1)
        return Band(low, high, self._down, unknown_holds=False)

    def _last_asked(self) -> int:
        """Return the last tick at which the present count, or more, was asked for."""
        asked = [one.time for one in self._hpa.history.highest if one.replicas >= self.replicas]
        if not asked:
            return LONG_AGO
        return int((asked[-1] - self.ticks.instant(0)).total_seconds()) // SYNC_SECONDS

    def _catch_up(self, tick: int) -> None:
        """Bring the history to where it were if there had been a pass at each tick since the last one."""
        first = max(self._done + 1, tick - self._reach)
        counts = [self._asked(one) for one in range(first, tick)]
        self._hpa.history = with_recommendations(self._hpa.history, self.ticks, first, counts)

    def _asked(self, tick: int) -> int:
        """Return what was recommended at a tick that changed nothing.

        What is not known recommends nothing.
        """
        value = self.ticks.values[tick]
        if self._band.low > NOTHING_BELOW and self._band.holds(value):
            return self.replicas
        if self._band.clearly_outside(value):
            return self.ticks.needs[tick]
        wanted = self._wanted(tick, self.replicas)
        return NOTHING if isinstance(wanted, Unavailable) else wanted
