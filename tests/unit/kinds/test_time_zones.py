"""Zones are those of the tzdata package, on every machine."""

from __future__ import annotations

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pytest

from firstbell.kinds.problems import Problem
from firstbell.kinds.time_zones import known_zones, read_zone


@pytest.mark.parametrize(
    "name", ["Europe/Brussels", "America/New_York", "America/Argentina/Buenos_Aires", "UTC"]
)
def test_a_known_zone_is_read(name):
    zone = read_zone(name, "spec.timeZone")
    assert isinstance(zone, ZoneInfo)
    assert zone.key == name


@pytest.mark.parametrize(
    ("name", "cure"),
    [
        ("Europe/Brusels", 'The nearest known time zone is "Europe/Brussels"'),
        ("europe/brussels", 'The nearest known time zone is "Europe/Brussels"'),
        ("Brussels", 'The nearest known time zone is "Europe/Brussels"'),
        ("Central European Time", "Write an IANA name like"),
        ("localtime", "Write an IANA name like"),
        ("posix/Europe/Paris", 'The nearest known time zone is "Europe/Paris"'),
        ("../../etc/passwd", "Write an IANA name like"),
        ("", "Write an IANA name like"),
    ],
)
def test_an_unknown_zone_names_the_nearest(name, cure):
    problem = read_zone(name, "spec.timeZone")
    assert isinstance(problem, Problem)
    assert problem.cure.startswith(cure)


def test_every_known_zone_can_be_loaded():
    assert all(isinstance(read_zone(name, ""), ZoneInfo) for name in known_zones())


def test_a_zone_whose_data_is_broken_is_a_problem(monkeypatch):
    monkeypatch.setattr("firstbell.kinds.time_zones.ZoneInfo", broken)
    problem = read_zone("Europe/Paris", "spec.timeZone")
    assert isinstance(problem, Problem)
    assert problem.cure == "Install the tzdata package of this machine anew"


def broken(name: str) -> ZoneInfo:
    raise ZoneInfoNotFoundError(name)
