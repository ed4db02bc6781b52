"""Which calendar a reference means: one of the same namespace, or one of the whole cluster.

A calendar is known by its key: `namespace/name`, or the name alone where it belongs to no namespace.
"""

from __future__ import annotations

from enum import StrEnum

from firstbell.kinds.group import CALENDAR, CLUSTER_CALENDAR
from firstbell.kinds.model import SpecModel
from firstbell.kinds.scalars import ObjectName


class CalendarKind(StrEnum):
    """Whose calendar it is: that of one namespace, or everybody's."""

    SCHOOL_CALENDAR = CALENDAR
    CLUSTER_SCHOOL_CALENDAR = CLUSTER_CALENDAR


class CalendarRefSpec(SpecModel):
    """The calendar that is meant."""

    name: ObjectName
    """The name of the calendar; a name stands once, whatever the kinds."""
    kind: CalendarKind | None = None
    """SchoolCalendar (default) is one in the same namespace, ClusterSchoolCalendar one of the whole
    cluster."""

    def key_in(self, namespace: str) -> str:
        """Return the key of the calendar that is meant in a namespace."""
        return self.name if self.kind is CalendarKind.CLUSTER_SCHOOL_CALENDAR else f"{namespace}/{self.name}"


def calendar_kind(key: str) -> CalendarKind:
    """Return the kind of the calendar that has a key."""
    return CalendarKind.SCHOOL_CALENDAR if "/" in key else CalendarKind.CLUSTER_SCHOOL_CALENDAR


def calendar_title(key: str) -> str:
    """Return kind and name of a calendar, as a sentence within its namespace tells them."""
    return f"{calendar_kind(key)} {key.rpartition('/')[2]}"
