"""What the engine remembers of one SchoolAutoscaler between ticks: bounded, and gone with the object.

Nothing here is needed to be right: a restart loses it, and the next tick decides from the world and from our
own status. It saves work (plans), tells the past (actions, the last bell) and holds what a restart may not
lower.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from firstbell.core.pilot import Pilot
from firstbell.engine.memory.contest import Contest

if TYPE_CHECKING:
    from datetime import datetime

    from firstbell.core.absence import Unavailable
    from firstbell.core.bells import Minute
    from firstbell.core.days import SchoolDays
    from firstbell.core.floor import FloorMemory
    from firstbell.core.plan import Plan, PlannedPeak
    from firstbell.engine.memory.last_autoscaler import LastAutoscaler
    from firstbell.engine.memory.losses import Shrunk
    from firstbell.engine.memory.way_back import WayBack
    from firstbell.engine.memory.zero import Zero
    from firstbell.engine.objects.target_ref import TargetRef
    from firstbell.engine.ports import Happening, Json

ACTIONS_KEPT = 10
HAPPENINGS_KEPT = 20
REPORTS_AT_ONCE = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Action:
    """One change of the desired replicas that was carried out (or, dry, would have been)."""

    time: datetime
    before: int
    after: int
    reason: str
    message: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Admitted:
    """What admission control made of a floor or a count that was asked for; asked for anew after `until`."""

    asked: int
    given: int
    until: datetime

    def stands(self, asked: int, given: int, now: datetime) -> bool:
        """Tell whether this still is what asking would bring."""
        return (self.asked, self.given) == (asked, given) and now < self.until


@dataclass(frozen=True, kw_only=True, slots=True)
class Scaling:
    """A workload that is scaled directly, its replicas, and how long a fall of them is held back."""

    target: TargetRef
    uid: str
    replicas: int
    window: timedelta


@dataclass(frozen=True, kw_only=True, slots=True)
class SetCount:
    """The count of a workload that is scaled directly, as we last set it or found it right."""

    uid: str
    replicas: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Challenge:
    """Another installation that sets the workload's count, and since when it is asked for a sign of life."""

    rival: str
    since: datetime


@dataclass(kw_only=True, slots=True)
class BellRecord:
    """How ready the workload was for one bell. Times are None until they have come."""

    peak: PlannedPeak
    ready_time: datetime | None = None
    ready_at_bell: int | None = None

    @property
    def minute(self) -> Minute:
        """The bell, or the minute at which spread cohorts reach their height, if that is later."""
        return max(self.peak.bell, self.peak.ready_by)


@dataclass(frozen=True, kw_only=True, slots=True)
class CutPlan:
    """A plan that takes too long to make: of what, why it is not there, and when it is tried again."""

    inputs: object
    calendars: tuple[SchoolDays, ...]
    why: Unavailable
    until: Minute


@dataclass(kw_only=True, slots=True)
class Memory:
    """The working memory of one autoscaler."""

    pilot: Pilot = field(default_factory=Pilot)
    plan: Plan | None = None
    plan_inputs: object = None
    cut: CutPlan | None = None
    editions: dict[str, str] = field(default_factory=dict)
    """Which edit of each object the plan is of, in words."""
    shrunk: Shrunk | None = None
    elsewhere: tuple[Plan, ...] = ()
    """The same plan around other times that it may be, while the clock is not to be trusted."""
    last_calendars: tuple[SchoolDays, ...] | None = None
    acted_for: datetime | None = None
    admitted: Admitted | None = None
    """Of the floor."""
    admitted_count: Admitted | None = None
    """Of the workload's count."""
    floored: FloorMemory | None = None
    """What this process wrote last; the status tells the same, a little later."""
    zero: Zero | None = None
    found: int | None = None
    """What was in force when this process first looked."""
    scaled_for: int | None = None
    set_count: SetCount | None = None
    challenge: Challenge | None = None
    autoscaler: LastAutoscaler | None = None
    scaling: Scaling | None = None
    failures: int = 0
    actions: deque[Action] = field(default_factory=lambda: deque(maxlen=ACTIONS_KEPT))
    next_bell: BellRecord | None = None
    last_bell: BellRecord | None = None
    upcoming_inputs: object = None
    upcoming: tuple[PlannedPeak, ...] = ()
    verify_at: list[datetime] = field(default_factory=list)
    contest: Contest = field(default_factory=Contest)
    way_back: WayBack | None = None
    happenings: deque[Happening] = field(default_factory=lambda: deque(maxlen=HAPPENINGS_KEPT))
    reported: Json | None = None
    reported_at: datetime | None = None
    reports: deque[datetime] = field(default_factory=lambda: deque(maxlen=REPORTS_AT_ONCE))
    clock_set_by: timedelta = timedelta(0)
    """By how much the clock had been set in all when this was last looked at."""

    def follow_clock(self, set_by: timedelta) -> None:
        """Move every time in here along with a clock that was set: what was to last five minutes does so.

        Called as a tick begins. `set_by` is by how much the clock has been set in all.
        """
        by = set_by - self.clock_set_by
        self.clock_set_by = set_by
        if not by:
            return
        self.pilot = self.pilot.moved(by)
        self.acted_for = _moved(self.acted_for, by)
        self.reported_at = _moved(self.reported_at, by)
        self.verify_at = [at + by for at in self.verify_at]
        self.cut = None  # it is tried again
        if self.shrunk is not None:
            self.shrunk = self.shrunk.moved(by)
        self.reports = deque((at + by for at in self.reports), maxlen=self.reports.maxlen)
        if self.challenge is not None:
            self.challenge = replace(self.challenge, since=self.challenge.since + by)
        self.contest.times = deque((at + by for at in self.contest.times), maxlen=self.contest.times.maxlen)
        if self.admitted is not None:
            self.admitted = replace(self.admitted, until=self.admitted.until + by)
        if self.admitted_count is not None:
            self.admitted_count = replace(self.admitted_count, until=self.admitted_count.until + by)
        if self.way_back is not None:
            self.way_back = replace(self.way_back, held_from=self.way_back.held_from + by)
        if self.autoscaler is not None:
            self.autoscaler = replace(self.autoscaler, gone_since=_moved(self.autoscaler.gone_since, by))


def _moved(at: datetime | None, by: timedelta) -> datetime | None:
    return None if at is None else at + by
