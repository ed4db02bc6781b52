"""What is decided on in a check: a calendar and a policy that moves nothing, made for it, gone after it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from firstbell.core.calendar import Weekday
from firstbell.engine.ports import ObjectPath
from firstbell.kinds.group import (
    API_VERSION,
    AUTOSCALER,
    AUTOSCALER_PLURAL,
    CALENDAR,
    CALENDAR_PLURAL,
    GROUP,
    VERSION,
)

if TYPE_CHECKING:
    from datetime import date

    from firstbell.engine.ports import Json

MARK = "firstbell.dev/check"
"""The label by which a later check knows what an earlier one has left."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Which operator is checked, and where.

    `name` is that of its Deployment, and of its Leases before their numbers, in `operators`; the policy is
    made in `namespace`, which the operator has to watch.
    """

    operators: str
    name: str
    shards: int
    namespace: str

    @property
    def own_name(self) -> str:
        """Return the name of the check's calendar and policy."""
        return f"{self.name}-check"

    @property
    def calendar(self) -> ObjectPath:
        """Tell where the check's calendar is."""
        return self._path(CALENDAR_PLURAL)

    @property
    def policy(self) -> ObjectPath:
        """Tell where the check's policy is."""
        return self._path(AUTOSCALER_PLURAL)

    def _path(self, plural: str) -> ObjectPath:
        return ObjectPath(
            group=GROUP, version=VERSION, plural=plural, namespace=self.namespace, name=self.own_name
        )


def calendar_of(place: Place, today: date) -> Json:
    """Return a calendar with a bell at eight on every day of this year and the next."""
    session = {
        "name": "check",
        "type": "SchoolYear",
        "startDate": f"{today.year}-01-01",
        "endDate": f"{today.year + 1}-12-31",
    }
    period = {"name": "check", "startTime": "08:00", "endTime": "09:00"}
    spec = {
        "timeZone": "Etc/UTC",
        "academicSessions": [session],
        "weeklySchedule": [{"daysOfWeek": [day.value for day in Weekday], "bellScheduleName": "check"}],
        "bellSchedules": [{"name": "check", "classPeriods": [period]}],
    }
    return _marked(place, CALENDAR, spec)


def policy_of(place: Place) -> Json:
    """Return a policy in DryRun for the operator's own Deployment, of which nothing is ever written."""
    spec = {
        "mode": "DryRun",
        "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": place.name},
        "calendarRefs": [{"name": place.own_name}],
        "minReplicas": 1,
        "maxReplicas": 2,
        "peaks": [{"name": "check", "anchor": "FirstPeriodStart", "replicas": 1}],
    }
    return _marked(place, AUTOSCALER, spec)


def _marked(place: Place, kind: str, spec: Json) -> Json:
    metadata = {"name": place.own_name, "namespace": place.namespace, "labels": {MARK: "true"}}
    return {"apiVersion": API_VERSION, "kind": kind, "metadata": metadata, "spec": spec}
