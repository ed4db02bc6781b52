"""The API group of firstbell and the names of its kinds."""

from __future__ import annotations

GROUP = "firstbell.dev"
VERSION = "v1alpha1"
API_VERSION = f"{GROUP}/{VERSION}"
CALENDAR = "SchoolCalendar"
AUTOSCALER = "SchoolAutoscaler"
EXCEPTION = "CalendarException"
OVERRIDE = "ScalingOverride"
CALENDAR_PLURAL, AUTOSCALER_PLURAL = "schoolcalendars", "schoolautoscalers"
EXCEPTION_PLURAL = "calendarexceptions"
OVERRIDE_PLURAL = "scalingoverrides"
"""What the paths of the API server call them."""
KINDS = (CALENDAR, AUTOSCALER, EXCEPTION, OVERRIDE)
DEFAULT_NAMESPACE = "default"
