"""Which time it is where the machine's clock may be wrong: what was set, what is off, and what counts then.

The wall's clock can be set, the steady one cannot. Where the two advance differently, the wall's clock was
set. Nobody knows at first which of its two times is wrong, so both count: the larger of what is planned at
either. The new time alone counts as soon as the API server's clock agrees with it, or, where that one is not
known, when it has stood for some minutes. Where the API server's clock goes on to disagree, its time counts
beside ours for as long as it does. So a wrong clock costs pods, never a bell, and a wrong `Date` neither.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from firstbell.core.instants import api_time
from firstbell.core.reasons import Condition, ConditionReason, ConditionType, Truth

if TYPE_CHECKING:
    from datetime import datetime

    from firstbell.engine.ports import Clock, ServerTime

JUMP_SECONDS = 5.0
"""A clock that is corrected by less is followed without a word."""
FOLLOWED_SHARE = 0.02
"""How much of each second a slow correction may make."""
OFF_SECONDS, AGREES_AGAIN_SECONDS = 30.0, 20.0
STOOD_SECONDS = 300.0
TOLD_ANEW_SECONDS = 5.0
"""An offset is told anew when it has changed by more, and by more than a tenth."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OtherTime:
    """A time that it may be as well: how far it is ahead of ours (below 0: behind), and whose it is."""

    ahead: timedelta
    whose: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ClockState:
    """What is known of the clock. It is equal while nothing changes that is worth telling.

    `off` is how far the API server's clock is ahead of ours, in whole seconds; None while nobody knows.
    `set_by` is by how much our clock was last set, where that is not settled, and `set_at` the new time then.
    """

    off: int | None = None
    is_off: bool = False
    set_by: int | None = None
    set_at: datetime | None = None


NOT_COMPARED = ClockState()

log = structlog.get_logger("firstbell.engine")


class Timekeeping:
    """The clock of one engine, looked at again and again. `server` None: nothing to compare it with."""

    def __init__(self, clock: Clock, server: ServerTime | None = None) -> None:
        self._clock = clock
        self._server = server
        self._looked_at = clock.monotonic()
        self._offset = self._wall_minus_steady()
        self._settled: float | None = None
        """What the wall's clock was ahead of the steady one before it was set; None while that is settled."""
        self._set_at = 0.0
        self.jumped = timedelta(0)
        """By how much the clock was set in all."""
        self.state = NOT_COMPARED
        self._judge()

    def look(self) -> bool:
        """Tell whether something has changed since the last look that everybody should know."""
        before, jumped = (self.state, self._others()), self.jumped
        steady = self._clock.monotonic()
        passed, self._looked_at = max(0.0, steady - self._looked_at), steady
        offset = self._wall_minus_steady()
        drift = offset - self._offset
        if abs(drift) <= JUMP_SECONDS:
            most = FOLLOWED_SHARE * passed
            self._offset += max(-most, min(most, drift))
        else:
            self._jump(drift, offset, steady)
        self._judge()
        return self.jumped != jumped or (self.state, self._others()) != before

    def others(self) -> tuple[OtherTime, ...]:
        """Return the times that it may be as well as ours."""
        return tuple(
            OtherTime(ahead=timedelta(seconds=ahead), whose=whose) for ahead, whose in self._others()
        )

    def is_sure(self) -> bool:
        """Tell whether no other time may be right as well."""
        return not self._others()

    @property
    def server_ahead(self) -> float | None:
        """How many seconds the API server's clock is ahead of ours; None while nobody knows."""
        server = None if self._server is None else self._server.minus_steady()
        return None if server is None else server - self._wall_minus_steady()

    def _wall_minus_steady(self) -> float:
        return self._clock.now().timestamp() - self._clock.monotonic()

    def _jump(self, drift: float, offset: float, steady: float) -> None:
        before = self._offset if self._settled is None else self._settled
        self._settled = None if abs(offset - before) <= JUMP_SECONDS else before
        self._offset, self._set_at = offset, steady
        self.jumped += timedelta(seconds=drift)

    def _judge(self) -> None:
        ahead = self.server_ahead
        off = self.state.off
        is_off = ahead is not None and abs(ahead) > (
            AGREES_AGAIN_SECONDS if self.state.is_off else OFF_SECONDS
        )
        if ahead is None or not is_off:
            off = None if ahead is None else 0
        elif off is None or abs(ahead - off) > max(TOLD_ANEW_SECONDS, abs(off) / 10):
            off = round(ahead)
        stood = self._looked_at - self._set_at >= STOOD_SECONDS
        if (ahead is not None and not is_off) or stood:
            self._settled = None
        set_by, set_at = self.state.set_by, self.state.set_at
        if self._settled is None:
            set_by = set_at = None
        elif set_by is None or abs(self._offset - self._settled - set_by) > JUMP_SECONDS:
            set_by, set_at = round(self._offset - self._settled), self._clock.now()
        self.state = ClockState(off=off, is_off=is_off, set_by=set_by, set_at=set_at)

    def _others(self) -> tuple[tuple[int, str], ...]:
        others = []
        if self._settled is not None and self.state.set_by is not None:
            others.append((-self.state.set_by, "the clock as it went before it was set"))
        if self.state.is_off and self.state.off is not None:
            others.append((self.state.off, "the API server's clock"))
        return tuple(others)


def tell_clock(state: ClockState) -> None:
    """Log one line where what is known of the clock changes."""
    condition = clock_in_sync(state)
    tell = log.warning if condition.status is Truth.FALSE else log.info
    tell("clock", reason=condition.reason, message=condition.message)


def clock_in_sync(state: ClockState) -> Condition:
    """Return the condition `ClockInSync`."""
    if state.is_off and state.off is not None:
        way = "behind" if state.off > 0 else "ahead of"
        return _condition(
            Truth.FALSE,
            ConditionReason.CLOCK_OFF,
            f"the operator's clock is {_length(state.off)} {way} the API server's: until they agree, the "
            "larger of what is planned by either counts. Correct the clock of the operator's node, or of the "
            "control plane (chronyc tracking; timedatectl).",
        )
    if state.set_by is not None and state.set_at is not None:
        way = "forward" if state.set_by > 0 else "back"
        return _condition(
            Truth.FALSE,
            ConditionReason.CLOCK_SET,
            f"the operator's clock was set {way} by {_length(state.set_by)} to {api_time(state.set_at)}: "
            "what was planned by its old time counts, too, until the API server's clock agrees or five "
            "minutes have passed.",
        )
    if state.off is None:
        return _condition(Truth.UNKNOWN, ConditionReason.NOT_COMPARED, "the API server's clock is not known")
    return _condition(Truth.TRUE, ConditionReason.IN_SYNC, "")


def _length(seconds: int) -> str:
    return str(timedelta(seconds=abs(seconds)))


def _condition(status: Truth, reason: str, message: str) -> Condition:
    return Condition(type=ConditionType.CLOCK_IN_SYNC, status=status, reason=reason, message=message)
