"""The API group of firstbell and the names of its kinds."""

from __future__ import annotations

GROUP = "firstbell.dev"
VERSION = "v1alpha1"
API_VERSION = f"{GROUP}/{VERSION}"
CALENDAR = "SchoolCalendar"
AUTOSCALER = "SchoolAutoscaler"
EXCEPTION = "CalendarException"
KINDS = (CALENDAR, AUTOSCALER, EXCEPTION)
DEFAULT_NAMESPACE = "default"
