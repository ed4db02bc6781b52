"""`firstbell simulate`: what a day will be like for those who come, with and without the calendar."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from firstbell.cli.output import refuse
from firstbell.cli.simulate.output import SimulateOutput
from firstbell.cli.stray_files import Stray, refuse_stray
from firstbell.core import DEFAULT_RULES
from firstbell.core.instants import MINUTES_PER_DAY
from firstbell.lab.day.arrivals import Preset
from firstbell.lab.day.compare import Conditions
from firstbell.lab.day.crowd import Coming
from firstbell.lab.day.day import World
from firstbell.lab.day.pods import Cluster

FINDINGS = 1
SECONDS_PER_MINUTE = 60
_HOURS = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-(?:([01]\d|2[0-3]):([0-5]\d)|24:00)")
_NORMAL = Conditions()
_MACHINES = "The cluster"
_PEOPLE = "Who comes"
_HAND = "The hand-written floor"
_OURS = "firstbell"


def simulate(
    files: Annotated[
        list[Path] | None,
        typer.Option(
            "--file", "-f", metavar="FILE", help="YAML as for plan, - for standard input; repeatable."
        ),
    ] = None,
    others: Stray = None,
    scenarios: Annotated[
        bool,
        typer.Option(
            "--scenarios", help="Play the mornings on record that come with firstbell, all of them."
        ),
    ] = False,
    scenario: Annotated[
        str | None, typer.Option(metavar="NAME", help="Play one of those mornings, with all its figures.")
    ] = None,
    date: Annotated[
        str | None,
        typer.Option(
            metavar="DATE",
            help="The date, like 2026-09-01, or tomorrow; default today, in the zone of the first calendar.",
        ),
    ] = None,
    output: Annotated[
        SimulateOutput, typer.Option("--output", "-o", help="How to print it.")
    ] = SimulateOutput.TABLE,
    plot: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Draw the day as .svg or .png (extra `plot`).")
    ] = None,
    preset: Annotated[
        Preset | None,
        typer.Option(
            help=f"How closely pupils come together; default {Preset.BELL}.", rich_help_panel=_PEOPLE
        ),
    ] = None,
    load_percent: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=10_000,
            metavar="PERCENT",
            help="What comes, in percent of what is expected; default 100.",
            rich_help_panel=_PEOPLE,
        ),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(
            help="Draw single pupils with this seed; default expected values.", rich_help_panel=_PEOPLE
        ),
    ] = None,
    start_seconds: Annotated[
        int, typer.Option(min=0, max=3600, help="From a pod's node to Ready.", rich_help_panel=_MACHINES)
    ] = _NORMAL.world.cluster.start_seconds,
    node_seconds: Annotated[
        int,
        typer.Option(min=0, max=3600, help="From a pod without room to its node.", rich_help_panel=_MACHINES),
    ] = _NORMAL.world.cluster.node_seconds,
    pods_per_node: Annotated[
        int, typer.Option(min=1, max=1000, help="How many pods a node takes.", rich_help_panel=_MACHINES)
    ] = _NORMAL.world.cluster.pods_per_node,
    room: Annotated[
        int,
        typer.Option(
            min=0, max=100_000, help="For how many pods there are nodes all day.", rich_help_panel=_MACHINES
        ),
    ] = _NORMAL.world.cluster.room,
    busy_percent: Annotated[
        int,
        typer.Option(
            min=1,
            max=100,
            help="How busy a replica is that carries what the policy says.",
            rich_help_panel=_MACHINES,
        ),
    ] = _NORMAL.world.busy_percent,
    background_percent: Annotated[
        int,
        typer.Option(
            min=0, max=90, help="How busy the baseline is beside lesson starts.", rich_help_panel=_MACHINES
        ),
    ] = _NORMAL.background_percent,
    hpa_target: Annotated[
        int, typer.Option(min=1, max=100, help="The HPA's CPU target in percent.", rich_help_panel=_MACHINES)
    ] = _NORMAL.hpa_target_percent,
    without_hpa: Annotated[
        bool,
        typer.Option("--without-hpa", help="firstbell scales the workload itself.", rich_help_panel=_OURS),
    ] = False,
    surge: Annotated[
        int | None,
        typer.Option(
            min=110,
            max=1000,
            metavar="PERCENT",
            help="Follow early arrivals up to this; default as in the policy.",
            rich_help_panel=_OURS,
        ),
    ] = None,
    lead_seconds: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=3600,
            metavar="SECONDS",
            help="What its last rises took until all were Ready: the next are written so much earlier. "
            "Default where spec.leadTime.mode is Measured: what pods take here; else not earlier.",
            rich_help_panel=_OURS,
        ),
    ] = None,
    cron: Annotated[
        str | None,
        typer.Option(
            metavar="HH:MM-HH:MM",
            help="Its hours; default around the usual first bell.",
            rich_help_panel=_HAND,
        ),
    ] = None,
    cron_replicas: Annotated[
        int | None,
        typer.Option(
            min=1, help="Its size; default the most of the last five lesson days.", rich_help_panel=_HAND
        ),
    ] = None,
    cron_utc: Annotated[
        bool,
        typer.Option(
            "--cron-utc", help="It was written in UTC on the last lesson day.", rich_help_panel=_HAND
        ),
    ] = False,
) -> None:
    """Play a day in closed loop: an HPA alone, an HPA with a hand-written cron floor, and firstbell.

    Exit code 1: firstbell had fewer replicas Ready than were needed; with --scenarios: a morning ended
    otherwise than it is told. 2: nothing could be played.
    """
    from firstbell.cli.picture import undrawable
    from firstbell.cli.simulate.files import of_files, show
    from firstbell.cli.simulate.plot import plot_comparisons
    from firstbell.cli.simulate.scenarios import played_scenarios, show_scenarios

    refuse_stray("simulate", others)
    conditions = Conditions(
        coming=Coming(
            shape=(preset or Preset.BELL).shape,
            load_percent=_NORMAL.coming.load_percent if load_percent is None else load_percent,
            seed=seed,
        ),
        world=World(
            cluster=Cluster(
                start_seconds=start_seconds, node_seconds=node_seconds, pods_per_node=pods_per_node, room=room
            ),
            busy_percent=busy_percent,
        ),
        background_percent=background_percent,
        hpa_target_percent=hpa_target,
        beside_autoscaler=not without_hpa,
        rules=DEFAULT_RULES if surge is None else replace(DEFAULT_RULES, surge_max_percent=surge),
        lead_seconds=lead_seconds,
        cron_hours=None if cron is None else _hours(cron),
        cron_replicas=cron_replicas,
        cron_in_utc=cron_utc,
    )
    if plot is not None and (problem := undrawable(plot)):
        refuse([problem])
    if scenarios or scenario is not None:
        own = {"-f": files, "--date": date, "--preset": preset, "--load-percent": load_percent}
        given = [option for option, value in own.items() if value is not None and value != []]
        _refuse_beside_scenarios(given, both=scenarios and scenario is not None)
        played = tuple(played_scenarios(scenario, conditions))
        show_scenarios(played, output, detailed=scenario is not None)
        comparisons = tuple(one.comparison for one in played)
        wrong = not all(one.as_told for one in played)
    else:
        comparisons = of_files(files or [], date, conditions, surge)
        show(comparisons, output)
        wrong = not all(comparison.held for comparison in comparisons)
    if plot is not None:
        if problem := plot_comparisons(comparisons, plot):
            refuse([problem])
        typer.echo(f"drawn: {plot}", err=True)
    if wrong:
        raise typer.Exit(FINDINGS)


def _refuse_beside_scenarios(given: Sequence[str], *, both: bool) -> None:
    """End the command where it is told what a morning on record has of its own."""
    if both:
        refuse(["--scenario: one morning, or all of them with --scenarios. Leave one of the two out."])
    if given:
        refuse([f"{given[0]}: a morning on record has its own. Leave {given[0]} out."])


def _hours(text: str) -> tuple[int, int]:
    """Return the seconds of the day that `--cron` gives; end the command where it gives none."""
    found = _HOURS.fullmatch(text)
    if found is None:
        refuse([f"--cron {text}: is not a part of a day. Write it like 07:00-09:00."])
    from_hour, from_minute, to_hour, to_minute = (int(each or 0) for each in found.groups())
    start = 60 * from_hour + from_minute
    end = MINUTES_PER_DAY if found[3] is None else 60 * to_hour + to_minute
    if end <= start:
        refuse([f"--cron {text}: ends before it starts. Give two times of one day, the earlier first."])
    return start * SECONDS_PER_MINUTE, end * SECONDS_PER_MINUTE
