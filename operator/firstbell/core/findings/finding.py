"""What a finding is.

A finding is something that a calendar or a policy says and that its author most likely did not mean. It is
not a refusal: what cannot be a calendar at all is refused where it is read, with a path too. Error: the plan
cannot be right. Warning: most likely a mistake. Notice: good to know, and nothing has to change.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

SHOWN_OF_ONE_KIND = 3


class Severity(StrEnum):
    """How much a finding matters, most first."""

    ERROR = "Error"
    WARNING = "Warning"
    NOTICE = "Notice"


class FindingKind(StrEnum):
    """Every kind of finding there is; tools match on these words, so they never change their meaning."""

    NO_LESSONS = "NoLessons"
    UNUSUAL_LESSON_DAY_COUNT = "UnusualLessonDayCount"
    CALENDAR_ENDED = "CalendarEnded"
    CALENDAR_EXPIRING = "CalendarExpiring"
    CALENDAR_LARGE = "CalendarLarge"
    HOLIDAY_OUTSIDE_SCHOOL_YEARS = "HolidayOutsideSchoolYears"
    HOLIDAY_LONG = "HolidayLong"
    FIRST_BELL_UNUSUAL = "FirstBellUnusual"
    BELL_IN_CLOCK_GAP = "BellInClockGap"
    EXCEPTIONS_CONFLICT = "ExceptionsConflict"
    SHORTENED_DAY_CLOSED = "ShortenedDayClosed"
    EXCEPTION_OPENS_NOTHING = "ExceptionOpensNothing"
    EXCEPTION_CLOSES_LESSONS = "ExceptionClosesLessons"
    EXCEPTION_NEVER_HOLDS = "ExceptionNeverHolds"
    DEMAND_EVENT_NEVER_OCCURS = "DemandEventNeverOccurs"
    REGION_WITHOUT_COHORT = "RegionWithoutCohort"
    ROTATION_ANCHOR_LATE = "RotationAnchorLate"
    ROTATION_RUNS_ON = "RotationRunsOn"
    ROTATION_NEVER_RESTARTS = "RotationNeverRestarts"
    LABEL_UNKNOWN = "LabelUnknown"
    COHORTS_MISSING = "CohortsMissing"
    COHORTS_MIXED = "CohortsMixed"
    PUPILS_SHARED = "PupilsShared"
    DAY_FACTOR_NEVER_MATCHES = "DayFactorNeverMatches"
    DEMAND_EVENT_TYPE_UNUSED = "DemandEventTypeUnused"
    PEAK_NEVER_OCCURS = "PeakNeverOccurs"
    ACCEPTED_KIND_UNKNOWN = "AcceptedKindUnknown"
    ACCEPTED_WITHOUT_REASON = "AcceptedWithoutReason"
    TOO_COSTLY = "TooCostly"
    TARGET_CONFLICT = "TargetConflict"
    REPLICAS_CONTESTED = "ReplicasContested"
    PLAN_ABOVE_MAXIMUM = "PlanAboveMaximum"
    PLAN_SHRUNK = "PlanShrunk"
    PROFILE_UNUSED = "ProfileUnused"
    PROFILE_REPEATED = "ProfileRepeated"
    OVERRIDE_FOR_NOBODY = "OverrideForNobody"
    OVERRIDE_ABOVE_MAXIMUM = "OverrideAboveMaximum"
    OVERRIDE_ENDED = "OverrideEnded"


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One finding about one object.

    `path` is the field in spec order (`spec.holidays[3]`), or `exceptions/NAME` for an entry that came from
    a CalendarException. `message` says what is wrong and `cure` what to do, each a sentence without its stop.
    `accepted` is the reason for which its author accepts it, empty where nobody does.
    """

    kind: FindingKind
    severity: Severity
    path: str
    message: str
    cure: str
    accepted: str = ""

    @property
    def text(self) -> str:
        """Message and cure as two sentences."""
        return f"{self.message}. {self.cure}."


@dataclass(frozen=True, kw_only=True, slots=True)
class Fold:
    """The findings of one kind and severity: the first few, and how many more there are."""

    shown: tuple[Finding, ...]
    more: int = 0


def fold(findings: Iterable[Finding], shown: int = SHOWN_OF_ONE_KIND) -> tuple[Fold, ...]:
    """Return the findings of one object by kind and severity, each cut to the first `shown`.

    Order is kept.
    """
    groups: dict[tuple[FindingKind, Severity], list[Finding]] = {}
    for finding in findings:
        groups.setdefault((finding.kind, finding.severity), []).append(finding)
    return tuple(
        Fold(shown=tuple(group[:shown]), more=max(0, len(group) - shown)) for group in groups.values()
    )


def listed(names: Sequence[object], shown: int = SHOWN_OF_ONE_KIND) -> str:
    """Return `a`, `a and b`, `a, b and c`, `a, b, c and 4 more`."""
    words = [str(name) for name in names[:shown]]
    if len(names) > shown:
        words.append(f"{len(names) - shown} more")
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def in_regions(regions: Sequence[str | None]) -> str:
    """Return ` in region a`, ` in regions a and b`; nothing where the calendar declares no regions."""
    named = [region for region in regions if region is not None]
    if not named:
        return ""
    return f" in region{'s' if len(named) > 1 else ''} {listed(named)}"
