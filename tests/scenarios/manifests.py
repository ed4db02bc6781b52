"""Workloads from YAML files, read as the command line reads them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from firstbell.core.days import SchoolDays
from firstbell.core.lead import NO_RISES
from firstbell.core.plan import Workload
from firstbell.files.links import Linked, link
from firstbell.files.manifests import Manifests, read_manifests

if TYPE_CHECKING:
    from firstbell.core import SchoolCalendar

DATA = Path(__file__).parents[1] / "data"
EXAMPLES = Path(__file__).parents[2] / "examples"


def workload_of(path: Path) -> Workload:
    """The first autoscaler of a file with its calendars and bounds."""
    manifests = read_manifests([path])
    assert isinstance(manifests, Manifests), manifests
    linked = link(manifests)
    assert isinstance(linked, Linked), linked
    found = linked.autoscalers[0]
    calendars = tuple(SchoolDays(calendar) for calendar in found.calendars)
    return Workload(policy=found.manifest.policy, bounds=found.bounds, calendars=calendars, rises=NO_RISES)


def calendar_of(path: Path) -> SchoolCalendar:
    """The first calendar of a file, with the exceptions of the file laid over it."""
    manifests = read_manifests([path])
    assert isinstance(manifests, Manifests), manifests
    linked = link(manifests)
    assert isinstance(linked, Linked), linked
    return linked.calendars[0]
