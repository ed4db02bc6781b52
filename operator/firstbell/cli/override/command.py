"""`firstbell override`: an order with an end, shown before it is written."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from firstbell.cli.cluster_options import AllNamespaces, Context, Kubeconfig, Namespace
from firstbell.cli.confirmation import Yes, confirmed
from firstbell.cli.output import echo_object, printable, refuse
from firstbell.engine.ports import Failure, FailureKind
from firstbell.kinds.group import API_VERSION, OVERRIDE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from firstbell.engine.ports import Json
    from firstbell.engine.seen.store import Store
    from firstbell.kinds.problems import Problem

NOT_DONE = 1
NO_ORDERS = "There is none in it; firstbell override --list -A tells where they are"
OPTION_OF = {
    "spec.endTime": "--until",
    "spec.startTime": "--from",
    "spec.reason": "--reason",
    "spec.selector": "-l",
    "spec.autoscalerRefs": "NAME",
    "metadata.name": "--name",
}
"""Where a field of the object is given on the command line."""
SAID = {"it was created": "now", "startTime": "--from"}
"""What the words of an object's end are here, where there is none yet."""


class OverrideOutput(StrEnum):
    """Instead of writing."""

    YAML = "yaml"


def override(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[NAME]...", help="The SchoolAutoscalers that are meant; NAMESPACE/NAME, too."
        ),
    ] = None,
    selector: Annotated[
        str | None, typer.Option("--selector", "-l", metavar="LABELS", help="Those with these labels.")
    ] = None,
    floor: Annotated[int | None, typer.Option(min=1, metavar="N", help="At least N replicas.")] = None,
    percent: Annotated[
        int | None, typer.Option(min=100, metavar="P", help="At least P percent of the plan, 100 or more.")
    ] = None,
    hold: Annotated[bool, typer.Option("--hold", help="Write nothing for them: hands off.")] = False,
    until: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="When it ends: 10:00 in the calendar's zone, +90m, or 2026-11-09T10:00:00+01:00.",
        ),
    ] = None,
    since: Annotated[
        str | None, typer.Option("--from", metavar="TIME", help="When it begins, as --until; default now.")
    ] = None,
    reason: Annotated[str | None, typer.Option(metavar="TEXT", help="Why, for those who find it.")] = None,
    name: Annotated[str | None, typer.Option(help="The name of the order; default one of its time.")] = None,
    list_: Annotated[bool, typer.Option("--list", help="List the orders there are.")] = False,
    end: Annotated[str | None, typer.Option("--end", metavar="NAME", help="End an order now.")] = None,
    namespace: Namespace = None,
    everywhere: AllNamespaces = False,
    yes: Yes = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what it would do.")] = False,
    output: Annotated[
        OverrideOutput | None, typer.Option("--output", "-o", help="Print the object and do nothing.")
    ] = None,
    context: Context = None,
    kubeconfig: Kubeconfig = None,
) -> None:
    """Order a floor, more than is planned, or hands off, until a time: it ends by itself.

    Exit code 1: you said no, or the operator found the order invalid. 2: it cannot be given so, or the
    cluster could not be asked or refused it.
    """
    from firstbell.cli.ask_cluster import namespace_meant, split_name
    from firstbell.clock import SystemClock

    if list_:
        _list(None if everywhere else namespace_meant(kubeconfig, context, namespace), kubeconfig, context)
        return
    now = SystemClock().now()
    if end is not None:
        namespace, end = split_name("--end", end, namespace)
        space = namespace_meant(kubeconfig, context, namespace)
        _end(end, space, now, kubeconfig, context, dry_run=dry_run, yes=yes)
        return
    what = _ordered(floor, percent, hold=hold)
    if bool(names) == (selector is not None):
        refuse(["Give either the NAMEs of SchoolAutoscalers or -l LABELS."])
    if until is None or reason is None or not reason.strip():
        refuse(["Give --until TIME and --reason TEXT: an order has an end, and says why."])
    namespace, names = _split(names, namespace)
    space = namespace_meant(kubeconfig, context, namespace)
    store = _looked(space, kubeconfig, context)
    meant = _meant(names, selector)
    zone = _zone(store, names, space)
    if isinstance(store, Failure) and output is None:
        _with_kinds(space, kubeconfig, context)
    why = store.message if isinstance(store, Failure) else ""
    spec = meant | what | _lasting(since, until, now, zone, why) | {"reason": reason.strip()}
    body = _body(spec, name or _name(spec, now), space)
    _checked(body, now)
    if output is OverrideOutput.YAML:
        echo_object(body)
        return
    _show(store, body, space, now, zone)
    if dry_run or not confirmed("Write it?", yes=yes):
        raise typer.Exit(0 if dry_run else NOT_DONE)
    _write(body, space, kubeconfig, context)


def _ordered(floor: int | None, percent: int | None, *, hold: bool) -> dict[str, Any]:
    given: dict[str, Any] = {"floorReplicas": floor, "floorPercent": percent, "hold": hold or None}
    what = {field: value for field, value in given.items() if value is not None}
    if len(what) != 1:
        refuse(["Give exactly one of --floor N, --percent P and --hold."])
    return what


def _split(names: Sequence[str] | None, namespace: str | None) -> tuple[str | None, list[str]]:
    """Return the one namespace of NAMEs and NAMESPACE/NAMEs, and the names alone."""
    from firstbell.cli.ask_cluster import split_name

    pairs = [split_name("NAME", one, namespace) for one in names or ()]
    spaces = list(dict.fromkeys(space for space, _ in pairs))
    if len(spaces) > 1:
        told = ", ".join(space or "the context's" for space in spaces)
        refuse([f"NAME: an order is for one namespace, and these are of {told}. Give an order for each."])
    return (spaces[0] if spaces else namespace), [name for _, name in pairs]


def _meant(names: Sequence[str] | None, selector: str | None) -> dict[str, Any]:
    from firstbell.cli.override.selecting import selector_meant

    if selector is not None:
        return {"selector": selector_meant(selector)}
    return {"autoscalerRefs": [{"name": one} for one in dict.fromkeys(names or ())]}


def _looked(space: str, kubeconfig: Path | None, context: str | None) -> Store | Failure:
    from firstbell.cli.ask_cluster import ask_cluster
    from firstbell.cli.override.in_cluster import looked

    return ask_cluster(kubeconfig, context, lambda cluster: looked(cluster, space))


def _with_kinds(space: str, kubeconfig: Path | None, context: str | None) -> None:
    """End the command where the cluster has no ScalingOverrides, before anybody is asked."""
    from firstbell.cli.ask_cluster import ask_cluster
    from firstbell.cli.override.in_cluster import listed

    found = ask_cluster(kubeconfig, context, lambda cluster: listed(cluster, space))
    if isinstance(found, Failure) and found.kind is FailureKind.NOT_FOUND:
        refuse([f"{found.message.rstrip('.')}."])


def _zone(store: Store | Failure, names: Sequence[str] | None, space: str) -> ZoneInfo | None:
    """Return the zone of those that are meant, else that of the namespace; refuse names of nobody."""
    from firstbell.cli.override.effect import zone_of
    from firstbell.engine.explaining.explanation import NONE_HERE
    from firstbell.kinds.problems import nearest

    if isinstance(store, Failure):
        return None
    known = [key.partition("/")[2] for key in store.autoscalers]
    wrong = [one for one in names or () if one not in known]
    if wrong:
        where = f"there is no SchoolAutoscaler of this name in namespace {space}"
        cures = [nearest(one, known, noun="SchoolAutoscaler") if known else NONE_HERE for one in wrong]
        refuse([f"{one}: {where}. {cure}." for one, cure in zip(wrong, cures, strict=True)])
    meant = [f"{space}/{one}" for one in names or ()] or list(store.autoscalers)
    zones = [zone for key in meant if (zone := zone_of(store, key)) is not None]
    return zones[0] if zones else None


def _lasting(since: str | None, until: str, now: datetime, zone: ZoneInfo | None, why: str) -> dict[str, str]:
    from firstbell.cli.times import SchoolWall, refuse_over, time_meant
    from firstbell.core.instants import api_time

    wall = None if zone is None else SchoolWall(zone)
    start = now if since is None else time_meant("--from", since, now, wall, why)
    end = time_meant("--until", until, start, wall, why)
    refuse_over("--until", until, end, now)
    begins = {} if since is None else {"startTime": api_time(start)}
    return begins | {"endTime": api_time(end)}


def _name(spec: dict[str, Any], now: datetime) -> str:
    words = {"floorReplicas": "floor", "floorPercent": "percent", "hold": "hold"}
    what = next(word for field, word in words.items() if field in spec)
    return f"{what}-{now:%Y%m%d-%H%M%S}"


def _body(spec: dict[str, Any], name: str, space: str) -> Json:
    metadata = {"name": name, "namespace": space}
    return {"apiVersion": API_VERSION, "kind": OVERRIDE, "metadata": metadata, "spec": spec}


def _checked(body: Json, now: datetime) -> None:
    """End the command with what is wrong, before anything is asked or sent."""
    from firstbell.files.objects import metadata_problems
    from firstbell.kinds.override_conversion import read_override
    from firstbell.kinds.problems import Refused

    spec = read_override(body["spec"], now - timedelta(seconds=1))
    problems = (*metadata_problems(body["metadata"]), *(spec.problems if isinstance(spec, Refused) else ()))
    if problems:
        refuse(_by_option(problem) for problem in problems)


def _by_option(problem: Problem) -> Problem:
    """Return the problem by the option that its field was given with."""
    option = next((option for field, option in OPTION_OF.items() if problem.path.startswith(field)), None)
    if option is None:
        return problem
    message = problem.message
    for words, said in SAID.items() if option == "--until" else ():
        message = message.removesuffix(words) + said if message.endswith(words) else message
    return replace(problem, path=option, message=message)


def _show(store: Store | Failure, body: Json, space: str, now: datetime, zone: ZoneInfo | None) -> None:
    from zoneinfo import ZoneInfo as Zone

    from firstbell.cli.override.effect import effect_lines, hypothetical
    from firstbell.cli.times import shown
    from firstbell.engine.seen.own_kinds import seen_override

    seen = seen_override(hypothetical(body, space, now))
    wall = zone if zone is not None else Zone("UTC")
    if seen.in_force is not None:
        order = seen.in_force.override
        begins = "now" if order.start <= now else shown(order.start, wall)
        typer.echo(printable(f"{space}: {order.sentence}"))
        typer.echo(printable(f"from {begins} until {shown(order.end, wall)}, {wall}"))
    if isinstance(store, Failure):
        typer.echo(printable(f"What it does cannot be shown: {store.message}"), err=True)
        return
    _say(effect_lines(store, hypothetical(body, space, now), now, wall))


def _say(lines: Iterable[str]) -> None:
    for line in lines:
        indent = "  " if line.startswith("  ") else ""
        typer.echo(indent + printable(line.strip()))


def _write(body: Json, space: str, kubeconfig: Path | None, context: str | None) -> None:
    from firstbell.cli.ask_cluster import ask_cluster
    from firstbell.cli.override.in_cluster import INVALID, answered, created

    answer = ask_cluster(kubeconfig, context, lambda cluster: created(cluster, space, body))
    if isinstance(answer, Failure):
        refuse([f"not written: {answer.message.rstrip('.')}."])
    name = body["metadata"]["name"]
    typer.echo(
        f"ScalingOverride {space}/{name} created. To end it early: firstbell override --end {name} -n {space}"
    )
    told = ask_cluster(kubeconfig, context, lambda cluster: answered(cluster, space, name))
    if isinstance(told, Failure):
        typer.echo(printable(f"Whether the operator has heard cannot be seen: {told.message.rstrip('.')}."))
        return
    cure = f"To see whether it counts: kubectl get scalov {name} -n {space}"
    typer.echo(printable(told or f"the operator has not answered yet. {cure}"))
    if told.startswith(INVALID):
        raise typer.Exit(NOT_DONE)


def _end(
    name: str,
    space: str,
    now: datetime,
    kubeconfig: Path | None,
    context: str | None,
    *,
    dry_run: bool,
    yes: bool,
) -> None:
    from zoneinfo import ZoneInfo as Zone

    from firstbell.cli.ask_cluster import ask_cluster
    from firstbell.cli.override.effect import ending_lines
    from firstbell.cli.override.in_cluster import ended
    from firstbell.kinds.problems import nearest

    store = _looked(space, kubeconfig, context)
    if isinstance(store, Failure):
        _with_kinds(space, kubeconfig, context)
        typer.echo(printable(f"What it does cannot be shown: {store.message}"), err=True)
    else:
        known = [key.partition("/")[2] for key in store.overrides.seen]
        if name not in known:
            cure = nearest(name, known, noun="ScalingOverride") if known else NO_ORDERS
            refuse([f"{name}: there is no ScalingOverride of this name in namespace {space}. {cure}."])
        _say(ending_lines(store, f"{space}/{name}", now, Zone("UTC")))
    if dry_run or not confirmed(f"End ScalingOverride {space}/{name} now?", yes=yes):
        raise typer.Exit(0 if dry_run else NOT_DONE)
    failure = ask_cluster(kubeconfig, context, lambda cluster: ended(cluster, space, name))
    if isinstance(failure, Failure):
        refuse([f"not ended: {failure.message.rstrip('.')}."])
    typer.echo(f"ScalingOverride {space}/{name} ended and deleted.")


def _list(space: str | None, kubeconfig: Path | None, context: str | None) -> None:
    from firstbell.cli.ask_cluster import ask_cluster
    from firstbell.cli.override.in_cluster import listed
    from firstbell.cli.override.table import override_lines

    found = ask_cluster(kubeconfig, context, lambda cluster: listed(cluster, space))
    if isinstance(found, Failure):
        refuse([f"{found.message.rstrip('.')}."])
    if not found:
        typer.echo("there is no ScalingOverride" + (f" in namespace {space}" if space else ""))
        return
    for line in override_lines(found):
        typer.echo(line)
