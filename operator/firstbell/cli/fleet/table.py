"""A fleet in the terminal: a line for each bell, the worst first, and what was not counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table

from firstbell.cli.fleet.words import misfit_text, requested_text
from firstbell.cli.output import printable
from firstbell.core.capacity import Resource
from firstbell.core.instants import DATED_CLOCK, instant_of, local_clock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

    from firstbell.cli.fleet.gathering import Fleet
    from firstbell.core.capacity import FleetBell

PEAKS_SHOWN, REASONS_SHOWN = 2, 3


def print_fleet(console: Console, fleet: Fleet, shown: int) -> None:
    """Print what is counted, the worst bells, and what is not known."""
    console.print(_headline(fleet), soft_wrap=True)
    if fleet.bells:
        console.print()
        console.print(_bells(fleet, shown))
    left = len(fleet.bells) - shown
    if left > 0:
        console.print(f"and {left} more bells, none of them worse (--bells {len(fleet.bells)}, -o json)")
    for title, lines in (("DOES NOT FIT", _misfits(fleet, shown)), ("COUNTED WITH", _counted_with(fleet))):
        _section(console, title, list(lines))


def _section(console: Console, title: str, lines: list[str]) -> None:
    if not lines:
        return
    console.print()
    console.print(title)
    for line in lines:
        console.print(printable(line), soft_wrap=True)


def _headline(fleet: Fleet) -> str:
    wrong = sum(1 for bell in fleet.bells if bell.misfits)
    fits = f"{wrong} of them do not fit" if wrong else "all of them fit, as far as could be read"
    workloads = counted(fleet.workloads, "workload")
    if not fleet.bells:
        return f"no bell of {workloads} in this time"
    return f"{counted(len(fleet.bells), 'bell')} of {workloads}, {fits}"


def _bells(fleet: Fleet, shown: int) -> Table:
    zones = _zones(fleet) > 1
    table = Table(box=None, pad_edge=False)
    table.add_column("BELL", no_wrap=True)
    for heading in ("PODS", "MORE", "CPU", "MEMORY", "/MIN"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("FITS", no_wrap=True)
    table.add_column("PEAKS", overflow="fold")
    for bell in fleet.bells[:shown]:
        table.add_row(
            _at(bell, zones=zones),
            f"{bell.asked.pods:,}",
            f"+{bell.more:,}",
            requested_text(bell.asked, Resource.CPU),
            requested_text(bell.asked, Resource.MEMORY),
            f"{bell.pods_per_minute:,}",
            "no" if bell.misfits else "yes",
            printable(_peaks(bell)),
        )
    return table


def _at(bell: FleetBell, *, zones: bool) -> str:
    """Return the bell on the wall of its school, with the zone where there are several."""
    at = local_clock(instant_of(bell.bell), bell.zone, DATED_CLOCK)
    return f"{at} {bell.zone.key}" if zones else at


def _misfits(fleet: Fleet, shown: int) -> Iterator[str]:
    zones = _zones(fleet) > 1
    for bell in fleet.bells[:shown]:
        for strain in bell.misfits:
            yield f"{_at(bell, zones=zones)}: {misfit_text(bell, strain)}"


def _zones(fleet: Fleet) -> int:
    return len({bell.zone.key for bell in fleet.bells})


def _peaks(bell: FleetBell) -> str:
    told = [name if count == 1 else f"{name} ({count})" for name, count in bell.peaks[:PEAKS_SHOWN]]
    left = len(bell.peaks) - PEAKS_SHOWN
    return ", ".join([*told, *([f"{left} more"] if left > 0 else [])])


def _counted_with(fleet: Fleet) -> Iterator[str]:
    yield f"{fleet.pods_per_minute} pods made a minute (--pods-per-minute)"
    for why, workloads in fleet.unknown[:REASONS_SHOWN]:
        yield f"{counted(workloads, 'workload')} of which it is not known what a pod asks for: {why}"
    left = sum(count for _, count in fleet.unknown[REASONS_SHOWN:])
    if left:
        yield f"and {left} more, for other reasons (-o json)"
    yield from fleet.notes


def counted(number: int, noun: str) -> str:
    """Return a number of things."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
