"""Time zones by IANA name: the same on every machine.

The names are those of the tzdata package, not of the machine's folder, which also holds `localtime`, zones
that count leap seconds, and on some file systems any spelling.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from firstbell.kinds.problems import Problem, nearest, quoted


@cache
def known_zones() -> frozenset[str]:
    """Return every IANA name, links from older names included."""
    return frozenset(resources.files("tzdata").joinpath("zones").read_text("utf-8").split())


def read_zone(name: str, path: str) -> ZoneInfo | Problem:
    """Return the zone of that name, or the nearest known name."""
    if name in known_zones():
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            cure = "Install the tzdata package of this machine anew"
            return Problem(path=path, message=f"the data of time zone {quoted(name)} is broken", cure=cure)
    cure = nearest(name, _preferred(name), noun="time zone")
    if cure.startswith("Use a known"):
        cure = "Write an IANA name like Europe/Brussels or America/New_York"
    return Problem(path=path, message=f"{quoted(name)} is not a known time zone", cure=cure)


def _preferred(name: str) -> list[str]:
    """Return the names to look for the nearest in: where only a city was written, its full name is meant."""
    city = name.rsplit("/", 1)[-1].replace(" ", "_").lower()
    same_city = sorted(zone for zone in known_zones() if zone.rsplit("/", 1)[-1].lower() == city)
    return same_city or sorted(known_zones())
