"""What can be played: an example of `examples/`, and the hours of one day of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, kw_only=True, slots=True)
class Morning:
    """Some hours of one day; the show is over when the workload is back at its baseline after `end`.

    `start`, `bell` and `end` are instants.
    """

    example: str
    start: datetime
    bell: datetime
    end: datetime
    title: str


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


MORNINGS = {
    morning.example: morning
    for morning in (
        Morning(
            example="smartschool-monday",
            start=_utc("2020-04-20T05:40"),
            bell=_utc("2020-04-20T06:30"),
            end=_utc("2020-04-20T09:41"),
            title="Monday 20 April 2020, 08:30 in Flanders: lessons restart, remote, after 16 days",
        ),
        Morning(
            example="us-district-ab",
            start=_utc("2027-02-10T12:20"),
            bell=_utc("2027-02-10T13:00"),
            end=_utc("2027-02-10T18:50"),
            title="Wednesday 10 February 2027, 08:00 in a US district: a snow day turned remote",
        ),
    )
}


def example_file(name: str) -> Path:
    """Tell where an example lies: beside the package in an installation, in the repository in a checkout."""
    installed = PACKAGE / "examples" / f"{name}.yaml"
    return installed if installed.is_file() else PACKAGE.parents[1] / "examples" / f"{name}.yaml"
