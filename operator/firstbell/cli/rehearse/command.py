"""`firstbell rehearse`: whether and how fast a workload is Ready for a bell, tried before it rings."""

from __future__ import annotations

import re
import signal
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from firstbell.cli.cluster_options import Context, Kubeconfig, Namespace
from firstbell.cli.confirmation import Yes, confirmed
from firstbell.cli.output import echo_object, printable, refuse

if TYPE_CHECKING:
    from pathlib import Path
    from zoneinfo import ZoneInfo

    from firstbell.cli.rehearse.conduct import Conducted
    from firstbell.cli.rehearse.rehearsal import Rehearsal
    from firstbell.core import Unavailable
    from firstbell.engine.explaining.explanation import Explanation
    from firstbell.engine.ports import Cluster, Failure

NOT_READY = 1
SIGNALLED = 128
DEFAULT_LENGTH = "15m"
_LENGTH = re.compile(r"(\d{1,4})([smh])")
_SECONDS = {"s": 1, "m": 60, "h": 3600}
LONGEST = timedelta(hours=12)
LEAST = timedelta(seconds=10)


class RehearseOutput(StrEnum):
    """What is printed."""

    TEXT = "text"
    YAML = "yaml"


def rehearse(
    target: Annotated[
        str, typer.Argument(metavar="NAMESPACE/NAME", help="The SchoolAutoscaler; with -n its name alone.")
    ],
    peak: Annotated[str, typer.Option(metavar="NAME", help="The peak, by its name in spec.peaks.")],
    date: Annotated[
        str,
        typer.Option(metavar="DATE", help="The date whose bell is rehearsed, like 2026-09-01 or tomorrow."),
    ],
    length: Annotated[
        str | None,
        typer.Option(
            "--for",
            metavar="TIME",
            help=f"For how long at most, like 90s, 15m or 1h; default {DEFAULT_LENGTH}.",
        ),
    ] = None,
    until: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="Until when at most instead: 21:30 on the school's wall, or 2026-09-01T21:30:00+02:00.",
        ),
    ] = None,
    yes: Yes = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")] = False,
    output: Annotated[
        RehearseOutput, typer.Option("--output", "-o", help="yaml: print the order, and do nothing.")
    ] = RehearseOutput.TEXT,
    namespace: Namespace = None,
    context: Context = None,
    kubeconfig: Kubeconfig = None,
) -> None:
    """Ask now for what a bell of a date needs, say how fast all became Ready, and go back.

    The order is a ScalingOverride with an end. It is ended as soon as all are Ready, when the time is over,
    and when this command is interrupted; if it is killed, the order ends by itself. Exit code 1: you said
    no, not Ready in time, or not back. 2: it cannot be rehearsed. 130, 143: interrupted, and the order ended.
    """
    from firstbell.cli.ask_cluster import autoscaler_meant
    from firstbell.cli.rehearse.words import intention
    from firstbell.clock import SystemClock

    if length is not None and until is not None:
        refuse(["--until: --for says how long already. Give one of the two."])
    key = autoscaler_meant(target, namespace, kubeconfig, context)
    of = _meant(key, peak, date, length, until, (kubeconfig, context))
    if output is RehearseOutput.YAML:
        echo_object(of.order)
        return
    for line in intention(of):
        typer.echo(printable(line))
    if dry_run:
        return
    if not yes:
        if not confirmed("Begin?", yes=False, default=not of.warnings):
            raise typer.Exit(NOT_READY)
        of = of.begun(SystemClock().now(), moves=until is None)
    _carry_out(of, (kubeconfig, context))


def _meant(
    key: str,
    peak: str,
    date: str,
    length: str | None,
    until: str | None,
    where: tuple[Path | None, str | None],
) -> Rehearsal:
    """Return what is to be rehearsed from now on; end the command where that cannot be."""
    from firstbell.cli.ask_cluster import ask_cluster
    from firstbell.cli.dates import date_meant
    from firstbell.cli.rehearse.rehearsal import rehearsal_of
    from firstbell.clock import SystemClock
    from firstbell.core import Unavailable
    from firstbell.engine.ports import Failure

    now = SystemClock().now()
    date_meant(date, "--date", now.date())  # What is no date is told before anybody is asked.
    found = ask_cluster(*where, lambda cluster: _looked(cluster, key, now))
    if isinstance(found, Failure | Unavailable):
        refuse([f"{found.message.rstrip('.')}."])
    if not found.seen.status:
        nobody = f"the operator has reported nothing on {key} yet: nobody would follow the order"
        refuse([f"{nobody}. Does it run, and does it watch this namespace?"])
    wall = _zone(found)
    end = _end(now, length or DEFAULT_LENGTH, until, wall)
    on = date_meant(date, "--date", now.astimezone(wall).date())
    of = rehearsal_of(found, peak, on, now, end)
    if isinstance(of, str):
        refuse([of])
    return of


def _carry_out(of: Rehearsal, where: tuple[Path | None, str | None]) -> None:
    """Conduct it and say what came of it; end the command otherwise than well where it did not."""
    from firstbell.cli.ask_cluster import ask_cluster
    from firstbell.cli.rehearse.words import outcome_lines
    from firstbell.engine.ports import Failure

    caught: list[signal.Signals] = []
    came = ask_cluster(*where, lambda cluster: _conducted(cluster, of, caught))
    if isinstance(came, Failure):
        refuse([came.message])
    for line in outcome_lines(of, came):
        typer.echo(printable(line))
    if caught:
        raise typer.Exit(SIGNALLED + caught[0])
    if came.failure or came.ready_after is None or came.returned_after is None:
        raise typer.Exit(NOT_READY)


async def _looked(cluster: Cluster, key: str, now: datetime) -> Explanation | Unavailable | Failure:
    from firstbell.cli.explain.look import explained

    return await explained(cluster, key, now, None)


async def _conducted(cluster: Cluster, of: Rehearsal, caught: list[signal.Signals]) -> Conducted:
    """Conduct it; SIGINT and SIGTERM end it early, with the order taken back."""
    import asyncio

    from firstbell.cli.rehearse.conduct import Conductor
    from firstbell.clock import SystemClock

    stop, loop = asyncio.Event(), asyncio.get_running_loop()

    def interrupted(which: signal.Signals) -> None:
        caught.append(which)
        stop.set()

    for which in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(which, interrupted, which)
    try:
        tell = lambda line: typer.echo(printable(line))  # noqa: E731
        return await Conductor(cluster, SystemClock(), of, stop, tell).conduct()
    finally:
        for which in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(which)


def _zone(found: Explanation) -> ZoneInfo | None:
    from firstbell.core import Unavailable

    calendars = found.outcome.situation.calendars
    return None if isinstance(calendars, Unavailable) or not calendars else calendars[0].calendar.zone


def _end(now: datetime, length: str, until: str | None, zone: ZoneInfo | None) -> datetime:
    """Return when it is over at the latest; end the command where that is no time."""
    from firstbell.cli.times import SchoolWall, time_meant

    wall = None if zone is None else SchoolWall(zone)
    end = _after(now, length) if until is None else time_meant("--until", until, now, wall)
    option = "--for" if until is None else "--until"
    if not LEAST <= end - now <= LONGEST:
        refuse(
            [f"{option} {until or length}: a rehearsal takes from 10 seconds to 12 hours. Give such a time."]
        )
    return end.replace(microsecond=0)


def _after(now: datetime, length: str) -> datetime:
    found = _LENGTH.fullmatch(length)
    if found is None:
        refuse([f"--for {length}: is not a length of time. Write it like 90s, 15m or 1h."])
    return now + timedelta(seconds=int(found[1]) * _SECONDS[found[2]])
