"""The API group of firstbell and the names of its kinds."""

from __future__ import annotations

GROUP = "firstbell.dev"
VERSION = "v1alpha1"
API_VERSION = f"{GROUP}/{VERSION}"
CALENDAR = "SchoolCalendar"
AUTOSCALER = "SchoolAutoscaler"
CLUSTER_CALENDAR = "ClusterSchoolCalendar"
PROFILE = "ClusterScalingProfile"
EXCEPTION = "CalendarException"
OVERRIDE = "ScalingOverride"
CALENDAR_PLURAL, AUTOSCALER_PLURAL = "schoolcalendars", "schoolautoscalers"
CLUSTER_CALENDAR_PLURAL = "clusterschoolcalendars"
PROFILE_PLURAL = "clusterscalingprofiles"
EXCEPTION_PLURAL = "calendarexceptions"
OVERRIDE_PLURAL = "scalingoverrides"
"""What the paths of the API server call them."""
KINDS = (CALENDAR, CLUSTER_CALENDAR, PROFILE, AUTOSCALER, EXCEPTION, OVERRIDE)
CLUSTER_KINDS = frozenset({CLUSTER_CALENDAR, PROFILE})
"""Those whose objects belong to no namespace."""
DEFAULT_NAMESPACE = "default"
