"""The policy of one workload: how load from calendars becomes replicas.

`SchoolAutoscaler.spec` as values. Percentages are whole numbers, durations whole minutes, replicas whole
replicas. A policy says nothing about when lessons are; that is the calendar's.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from firstbell.core.school_calendar import covers

if TYPE_CHECKING:
    from firstbell.core.days import Day, DayClass, Transition
    from firstbell.core.school_calendar import CalendarEvent, DemandEventType, InstructionMode


def _at_least(least: int, value: int | None, what: str) -> None:
    """Refuse a number below its least; None is no number at all."""
    if value is not None and value < least:
        msg = f"{what} is {value}, but must be at least {least}"
        raise ValueError(msg)


class PeakAnchor(StrEnum):
    """What a peak is tied to."""

    FIRST_PERIOD_START = "FirstPeriodStart"
    PERIOD_START = "PeriodStart"
    AFTER_BREAK = "AfterBreak"
    LAST_PERIOD_END = "LastPeriodEnd"
    DEMAND_EVENT = "DemandEvent"


@dataclass(frozen=True, kw_only=True, slots=True)
class Shape:
    """The trapezoid of one peak around a bell (or an event from b to e), in minutes.

    Zero before b-lead-ramp, linear to one at b-lead, one until e+hold (exclusive; and at b-lead in any
    case), linear to zero over decay. A ramp or decay of 0 is a step.
    """

    lead: int = 10
    ramp: int = 20
    hold: int = 30
    decay: int = 30

    def __post_init__(self) -> None:
        for side in ("lead", "ramp", "hold", "decay"):
            _at_least(0, getattr(self, side), f"{side} minutes")
        if self.lead + self.hold < 1:
            msg = "lead and hold together must be at least 1 minute"
            raise ValueError(msg)


@dataclass(frozen=True, kw_only=True, slots=True)
class Peak:
    """One kind of surge.

    Sized either by `load_percent` of a regular lesson start, by the policy's `pupils_per_replica` or
    `replicas_at_peak`; or by `replicas`: what the peak needs on a regular in-person day with every cohort in
    session.
    """

    name: str
    anchor: PeakAnchor
    shape: Shape = field(default_factory=Shape)
    demand_event_types: frozenset[DemandEventType] = frozenset()
    min_break_minutes: int = 10
    load_percent: int = 100
    replicas: int | None = None

    def __post_init__(self) -> None:
        _at_least(0, self.min_break_minutes, f"min_break_minutes of peak {self.name!r}")
        _at_least(0, self.load_percent, f"load_percent of peak {self.name!r}")
        _at_least(0, self.replicas, f"replicas of peak {self.name!r}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Match:
    """Which days a factor is for: OR inside a list, AND between lists, an empty list asks nothing."""

    day_classes: frozenset[DayClass] = frozenset()
    instruction_modes: frozenset[InstructionMode] = frozenset()
    transitions: frozenset[Transition] = frozenset()
    events: frozenset[CalendarEvent] = frozenset()
    labels: frozenset[str] = frozenset()
    regions: tuple[str, ...] = ()

    def accepts(self, day: Day) -> bool:
        """Tell whether the factor applies to this resolved day.

        A day without lessons has no class, mode, transition, event or label, so only a match on regions,
        or one that asks nothing, accepts it.
        """
        lessons = day.lessons
        if lessons is None:
            asks = (self.day_classes, self.instruction_modes, self.transitions, self.events, self.labels)
            return not any(asks) and covers(self.regions, day.region)
        return (
            (not self.day_classes or lessons.day_class in self.day_classes)
            and (not self.instruction_modes or lessons.instruction_mode in self.instruction_modes)
            and (not self.transitions or lessons.transition in self.transitions)
            and (not self.events or day.event in self.events)
            and (not self.labels or lessons.label in self.labels)
            and covers(self.regions, day.region)
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class DayFactor:
    """Multiplies the load of every day that it matches by `percent`."""

    name: str
    match: Match
    percent: int

    def __post_init__(self) -> None:
        _at_least(0, self.percent, f"percent of day factor {self.name!r}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Bounds:
    """The least and the most replicas; `maximum` is None where nothing names a ceiling."""

    minimum: int
    maximum: int | None

    def __post_init__(self) -> None:
        _at_least(0, self.minimum, "minReplicas")
        if self.maximum is not None and self.minimum > self.maximum:
            msg = f"minReplicas {self.minimum} is above maxReplicas {self.maximum}"
            raise ValueError(msg)

    def tightened(self, minimum: int | None, maximum: int | None) -> Bounds:
        """Return these bounds of an autoscaler, with a policy's own (None: not given): the tighter of each.

        The autoscaler's minimum is never undercut, not even by an own maximum below it: the calendar only
        adds.
        """
        maxima = [bound for bound in (self.maximum, maximum) if bound is not None]
        most = max(min(maxima), self.minimum) if maxima else None
        least = max(self.minimum, minimum or 0)
        return Bounds(minimum=least if most is None else min(least, most), maximum=most)


@dataclass(frozen=True, kw_only=True, slots=True)
class Policy:
    """How one workload follows its calendars.

    `replicas_at_peak` is what a peak of 100 % needs on a regular in-person day with every cohort in session.
    It and `pupils_per_replica` exclude each other; both are None only where every peak has `replicas`. Rises
    are written up to
    `longest_lead_minutes` before they are due, by what was measured; 0: when they are due.
    """

    namespace: str
    name: str
    calendar_names: tuple[str, ...]
    peaks: tuple[Peak, ...]
    longest_lead_minutes: int
    pupils_per_replica: int | None = None
    replicas_at_peak: int | None = None
    day_factors: tuple[DayFactor, ...] = ()
    max_factor_percent: int = 5000
    hold_gap_minutes: int = 30

    def __post_init__(self) -> None:
        _at_least(1, self.pupils_per_replica, "pupils_per_replica")
        _at_least(0, self.max_factor_percent, "max_factor_percent")
        _at_least(0, self.hold_gap_minutes, "hold_gap_minutes")
        _at_least(0, self.longest_lead_minutes, "longest_lead_minutes")
        _at_least(1, self.replicas_at_peak, "replicas_at_peak")
        if self.pupils_per_replica is not None and self.replicas_at_peak is not None:
            msg = "pupils_per_replica and replicas_at_peak are both given"
            raise ValueError(msg)
        if self.pupils_per_replica is None and self.replicas_at_peak is None:
            for peak in self.peaks:
                if peak.replicas is None:
                    msg = f"peak {peak.name!r} has no replicas and the policy no pupils_per_replica"
                    raise ValueError(msg)

    def counts_pupils(self, peak: Peak) -> bool:
        """Tell whether a peak is sized by how many pupils there are, not by shares of replicas."""
        return peak.replicas is None and self.replicas_at_peak is None

    @property
    def shares_replicas(self) -> bool:
        """Whether replicas of any peak are split over all the pupils of all calendars."""
        return any(not self.counts_pupils(peak) for peak in self.peaks)

    @property
    def key(self) -> str:
        """`namespace/name`."""
        return f"{self.namespace}/{self.name}"

    @property
    def load(self) -> Policy:
        """The same without whose it is and how its calendars are called: equal where all load is."""
        return replace(self, namespace="", name="", calendar_names=())
