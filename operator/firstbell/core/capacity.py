"""Who comes to a bell, and the pods, room and time it takes. A door of the core: it only re-exports."""

from __future__ import annotations

from firstbell.core.arrivals import BELL, RELAXED, WALL, ArrivalShape
from firstbell.core.brought_forward import BroughtForward
from firstbell.core.demand import RegionLoad, Surge, offsets_by_region, region_loads, total_weight
from firstbell.core.fleet import (
    FleetBell,
    FleetPart,
    PodRequest,
    Requested,
    Resource,
    Room,
    Strain,
    fleet_bells,
    pods_per_minute,
    requested,
)
from firstbell.core.lead import NO_RISES, MeasuredLead, Rise, Rises, all_taking
from firstbell.core.most_wanted import most_wanted
from firstbell.core.preparation import START_GRACE, Preparation, SeenReady
from firstbell.core.sight import EarlyArrivals
from firstbell.core.surge_correction import AS_PLANNED, SurgeHistory
from firstbell.core.writing_pace import LONGEST_LEAD, PACE_AT_FIRST, WritingPace, writing_lead

__all__ = [
    "AS_PLANNED",
    "BELL",
    "LONGEST_LEAD",
    "NO_RISES",
    "PACE_AT_FIRST",
    "RELAXED",
    "START_GRACE",
    "WALL",
    "ArrivalShape",
    "BroughtForward",
    "EarlyArrivals",
    "FleetBell",
    "FleetPart",
    "MeasuredLead",
    "PodRequest",
    "Preparation",
    "RegionLoad",
    "Requested",
    "Resource",
    "Rise",
    "Rises",
    "Room",
    "SeenReady",
    "Strain",
    "Surge",
    "SurgeHistory",
    "WritingPace",
    "all_taking",
    "fleet_bells",
    "most_wanted",
    "offsets_by_region",
    "pods_per_minute",
    "region_loads",
    "requested",
    "total_weight",
    "writing_lead",
]
