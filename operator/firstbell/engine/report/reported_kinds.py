"""The kinds whose status follows from what the store has of them and from the time: one entry each.

The reporter writes all of them, and turns a status into a patch only where something changed. The status of
a SchoolAutoscaler follows from its ticks instead, and is composed in `status.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeAlias

from firstbell.engine.report import exception_status, override_status, profile_status
from firstbell.engine.report.calendar_status import calendar_figures, calendar_status, next_change
from firstbell.engine.seen.exceptions import Laid
from firstbell.engine.seen.watched_kinds import CALENDARS, CLUSTER_CALENDARS, EXCEPTIONS, OVERRIDES, PROFILES
from firstbell.kinds.calendar_refs import calendar_kind

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from firstbell.core import Unavailable
    from firstbell.engine.ports import Json, Telemetry
    from firstbell.engine.seen.overrides import SeenOverride
    from firstbell.engine.seen.store import SeenCalendar, Store
    from firstbell.engine.seen.watched_kinds import OwnKind

    Told: TypeAlias = tuple[Json, datetime | None]
    """A whole status as it should now be, and when it will change by itself; None = it will not."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportedKind:
    """How the status of one kind is composed: pure, within a slice; `cut` where that took too long.

    `deletion` tells from when on an object that has done its work may be deleted; None = never by itself.
    """

    watched: OwnKind
    status: Callable[[Store, Any, datetime], Told]
    cut: Callable[[Any, Unavailable, datetime], Json]
    deletion: Callable[[Store, Any, datetime], datetime | None] = lambda *_: None
    apart: timedelta = timedelta(minutes=1)
    """The least between two changes that come by themselves."""
    figure: Callable[[Telemetry, Any, Json, datetime], None] = lambda *_: None
    """Tells dashboards what is in its status besides conditions, which they know of every kind."""


def _calendar(store: Store, seen: SeenCalendar, now: datetime) -> Told:
    """Return the status of a calendar: its days with the exceptions, its faults without them."""
    laid = store.laid(seen.key)
    if not isinstance(laid, Laid):
        return calendar_status(seen, now), next_change(seen, now)
    return calendar_status(seen, now, laid.days), next_change(replace(seen, days=laid.days), now)


def _calendar_figures(telemetry: Telemetry, seen: SeenCalendar, status: Json, _: datetime) -> None:
    telemetry.calendar(calendar_kind(seen.key), seen.key, calendar_figures(seen, status))


def _override_figures(telemetry: Telemetry, seen: SeenOverride, _: Json, now: datetime) -> None:
    end = None if seen.in_force is None else seen.in_force.override.end
    telemetry.override_ends(seen.key, end if end is not None and now < end else None)


SCHOOL_CALENDARS = ReportedKind(
    watched=CALENDARS,
    status=_calendar,
    cut=lambda seen, why, now: calendar_status(replace(seen, days=why), now),
    figure=_calendar_figures,
)
CLUSTER_SCHOOL_CALENDARS = replace(SCHOOL_CALENDARS, watched=CLUSTER_CALENDARS)
SCALING_PROFILES = ReportedKind(
    watched=PROFILES,
    status=profile_status.profile_status,
    cut=profile_status.unread_profile_status,
)
CALENDAR_EXCEPTIONS = ReportedKind(
    watched=EXCEPTIONS,
    status=exception_status.exception_status,
    cut=exception_status.unknown_exception,
    deletion=exception_status.deletion,
)

SCALING_OVERRIDES = ReportedKind(
    watched=OVERRIDES,
    status=override_status.override_status,
    cut=override_status.unread_status,
    deletion=override_status.deletion,
    apart=timedelta(0),
    figure=_override_figures,
)

REPORTED_KINDS = {
    kind.watched.plural: kind
    for kind in (
        SCHOOL_CALENDARS,
        CLUSTER_SCHOOL_CALENDARS,
        SCALING_PROFILES,
        CALENDAR_EXCEPTIONS,
        SCALING_OVERRIDES,
    )
}
"""By the plural of each."""
