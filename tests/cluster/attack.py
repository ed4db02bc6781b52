"""What one tenant can make of a namespace of its own: costly calendars, policies on several, edits."""

from __future__ import annotations

import contextlib
import threading
from datetime import date, timedelta
from typing import TYPE_CHECKING

from kubernetes.client.exceptions import ApiException

from tests.cluster.stage import DAYS, autoscaler, calendar, hpa, workload

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cluster.cluster_api import ClusterApi, Json

REGIONS, YEARS, DATES, REFS = 24, 30, 512, 4
FIRST_YEAR = 2010


def costly_calendar(name: str) -> Json:
    """24 regions, 30 school years, 512 exceptions of half a year each that are for all regions."""
    begin = date(FIRST_YEAR, 9, 1)
    dates = [begin + timedelta(days=20 * number) for number in range(DATES)]
    body = calendar(
        regions=[{"name": f"r{number}"} for number in range(REGIONS)],
        academicSessions=[
            {
                "name": f"y{year}",
                "type": "SchoolYear",
                "schoolYear": year + 1,
                "startDate": f"{year}-09-01",
                "endDate": f"{year + 1}-08-31",
            }
            for year in range(FIRST_YEAR, FIRST_YEAR + YEARS)
        ],
        calendarDates=[
            {
                "name": f"d{number}",
                "startDate": first.isoformat(),
                "endDate": (first + timedelta(days=180)).isoformat(),
                "event": "InstructionalDay",
                "instructionMode": "Remote",
            }
            for number, first in enumerate(dates)
        ],
        cohorts=[
            {"name": f"c{number}", "pupils": 100, "region": f"r{number % REGIONS}"} for number in range(48)
        ],
        weeklySchedule=[{"daysOfWeek": DAYS, "bellScheduleName": "day"}],
    )
    body["metadata"]["name"] = name
    return body


class Attack:
    """The namespace of the tenant, and what it does there."""

    def __init__(self, api: ClusterApi, calendars: int) -> None:
        self._api = api
        self.names = [f"costly-{number}" for number in range(calendars)]
        self.edits = 0
        self._ended = threading.Event()

    def make(self) -> None:
        """The objects: a calendar and a workload for each policy, and each policy on several calendars."""
        for number, name in enumerate(self.names):
            self._api.create(costly_calendar(name))
            for make in (workload, hpa, autoscaler):
                body = make()
                body["metadata"]["name"] = name
                if "scaleTargetRef" in body["spec"]:
                    body["spec"]["scaleTargetRef"]["name"] = name
                if "calendarRefs" in body["spec"]:
                    refs = {self.names[(number + more) % len(self.names)] for more in range(REFS)}
                    body["spec"]["calendarRefs"] = [{"name": ref} for ref in sorted(refs)]
                self._api.create(body)

    @contextlib.contextmanager
    def editing(self) -> Iterator[None]:
        """Every calendar is edited again and again, as fast as the API server takes it."""
        thread = threading.Thread(target=self._edit, daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._ended.set()
            thread.join(30)

    def _edit(self) -> None:
        while not self._ended.wait(0.1):
            name = self.names[self.edits % len(self.names)]
            with contextlib.suppress(ApiException):
                self._api.patch(
                    "SchoolCalendar", name, {"spec": {"restartMinBreakDays": 5 + self.edits % 90}}
                )
                self.edits += 1

    def told(self) -> list[str]:
        """What each calendar's status says of it."""
        bodies = [self._api.get("SchoolCalendar", name) or {} for name in self.names]
        conditions = [body.get("status", {}).get("conditions", []) for body in bodies]
        return [each["reason"] for found in conditions for each in found if each["type"] == "Valid"]
