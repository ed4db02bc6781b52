"""`firstbell demo`: the founding morning, live."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from firstbell.cli.cluster_options import filled
from firstbell_workshop.demo.morning import MORNINGS
from firstbell_workshop.demo.pace import SPEEDS

LATE = 1

Example = StrEnum("Example", {name: name for name in MORNINGS})  # type: ignore[misc]


def demo(
    example: Annotated[Example, typer.Option(help="Which day to play.")] = Example("smartschool-monday"),
    speed: Annotated[
        float | None,
        typer.Option(
            min=1,
            max=600,
            help="How many minutes of the morning pass in one; default what the cluster makes pods fast "
            f"enough for, {SPEEDS[0]:g} at most.",
        ),
    ] = None,
    kubeconfig: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Play on this cluster instead of one of our own.")
    ] = None,
    context: Annotated[
        str | None, typer.Option(callback=filled, help="The context of that kubeconfig.")
    ] = None,
    keep: Annotated[
        bool, typer.Option("--keep", help="Leave the cluster up, and say how to look at it.")
    ] = False,
    plot_file: Annotated[
        Path | None,
        typer.Option("--plot", metavar="FILE", help="Draw the morning as .svg or .png (extra `plot`)."),
    ] = None,
) -> None:
    """Play the founding morning on a real Kubernetes: the plan, the floor, the pods, the bell.

    Exit code 1: floor or count stood too low when the bell rang, and not because the machine kept the
    operator from running. 2: there is no cluster to play on.
    """
    from firstbell.cli.output import console
    from firstbell_workshop.cli.demo.preview import planned, print_preview

    if kubeconfig is not None or context is not None:
        _refuse_without_a_file(kubeconfig)
    morning = MORNINGS[example.value]
    plan, conditions = planned(morning)
    out = console()
    print_preview(out, morning, plan, conditions)
    # What a cluster needs takes half a second to load, and on a busy machine ten times that.
    from firstbell_workshop.cli.demo.played import Wishes, play_morning

    wishes = Wishes(speed=speed, kubeconfig=kubeconfig, context=context, keep=keep, plot_file=plot_file)
    played = play_morning(out, morning, plan, wishes)
    if not (played.in_time or played.starved):
        raise typer.Exit(LATE)


def _refuse_without_a_file(kubeconfig: Path | None) -> None:
    """End the command where the cluster that is named has no kubeconfig, before the plan is shown."""
    from firstbell.cli.output import refuse
    from firstbell_workshop.local.errors import ControlPlaneError
    from firstbell_workshop.local.provision import given_kubeconfig

    try:
        given_kubeconfig(kubeconfig)
    except ControlPlaneError as error:
        refuse([f"{error}."])
