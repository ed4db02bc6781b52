"""Fleets as a document: `firstbell.dev/fleet/v1`, stable, for other tools to read.

Times are UTC as `YYYY-MM-DDTHH:MM:SSZ`, CPU is in thousandths of a core, memory in bytes. Fields are only
ever added. Pods of which it is not known what they ask for are not in the amounts; they are counted beside.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from firstbell.cli.many_clusters import Unread
from firstbell.core.instants import api_minute

if TYPE_CHECKING:
    from collections.abc import Iterable

    from firstbell.cli.fleet.gathering import Fleet
    from firstbell.core.capacity import FleetBell, Strain

API_VERSION = "firstbell.dev/fleet/v1"


def fleet_document(found: Iterable[Fleet | Unread]) -> dict[str, Any]:
    """Return the whole document."""
    found = list(found)
    return {
        "apiVersion": API_VERSION,
        "fleets": [_fleet(one) for one in found if not isinstance(one, Unread)],
        "unread": [{"context": one.context, "why": one.why} for one in found if isinstance(one, Unread)],
    }


def _fleet(fleet: Fleet) -> dict[str, Any]:
    return {
        "context": fleet.context,
        "from": api_minute(fleet.first),
        "to": api_minute(fleet.last),
        "workloads": fleet.workloads,
        "podsPerMinuteMade": fleet.pods_per_minute,
        "unknownRequests": [{"why": why, "workloads": count} for why, count in fleet.unknown],
        "notes": list(fleet.notes),
        "notPlanned": [str(problem) for problem in fleet.problems],
        "bells": [_bell(bell) for bell in fleet.bells],
    }


def _bell(bell: FleetBell) -> dict[str, Any]:
    asked = bell.asked
    return {
        "bellTime": api_minute(bell.bell),
        "countedTime": api_minute(bell.at),
        "timeZone": bell.zone.key,
        "peaks": [{"peak": name, "workloads": count} for name, count in bell.peaks],
        "workloadsRising": bell.workloads,
        "pods": asked.pods,
        "podsMore": bell.more,
        "cpuMillicores": asked.cpu,
        "memoryBytes": asked.memory,
        "podsWithoutCpu": asked.pods_without_cpu,
        "podsWithoutMemory": asked.pods_without_memory,
        "podsPerMinuteWanted": bell.pods_per_minute,
        "podsNotMade": bell.unmade,
        "fits": not bell.misfits,
        "strains": [_strain(strain) for strain in bell.strains],
    }


def _strain(strain: Strain) -> dict[str, Any]:
    return {
        "where": strain.where,
        "resource": strain.resource.value,
        "wanted": strain.wanted,
        "most": strain.most,
        "podsNotKnown": strain.unknown,
        "fits": strain.fits,
    }
