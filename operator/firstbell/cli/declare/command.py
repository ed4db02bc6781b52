"""`firstbell declare`: one late fact about school time, its effect shown before it is written."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from firstbell.cli.cluster_options import Context, Kubeconfig, Namespace
from firstbell.cli.confirmation import Yes, confirmed
from firstbell.cli.output import echo_object, printable, refuse
from firstbell.engine.ports import Failure

if TYPE_CHECKING:
    from collections.abc import Iterable

    from firstbell.cli.declare.declaration import Said
    from firstbell.cli.declare.effect import Scene

NOT_DONE = 1


class DeclareOutput(StrEnum):
    """What is printed."""

    TEXT = "text"
    YAML = "yaml"


def declare(
    calendar: Annotated[
        str | None,
        typer.Argument(metavar="[CALENDAR]", help="The SchoolCalendar, as NAME or NAMESPACE/NAME."),
    ] = None,
    date: Annotated[
        str | None,
        typer.Argument(metavar="[DATE]", help="The day, like 2026-12-07, today or tomorrow at the school."),
    ] = None,
    more: Annotated[list[str] | None, typer.Argument(hidden=True)] = None,
    until: Annotated[
        str | None, typer.Option(metavar="DATE", help="The last day, inclusive; default that day alone.")
    ] = None,
    remote: Annotated[bool, typer.Option("--remote", help="Lessons take place at a distance.")] = False,
    in_person: Annotated[bool, typer.Option("--in-person", help="Lessons take place at school.")] = False,
    hybrid: Annotated[bool, typer.Option("--hybrid", help="Some at school, some at a distance.")] = False,
    bell: Annotated[
        str | None, typer.Option(metavar="SCHEDULE", help="The bell schedule of these days, by its name.")
    ] = None,
    region: Annotated[
        list[str] | None,
        typer.Option(metavar="REGION", help="Only in this region of the calendar; repeatable."),
    ] = None,
    closed: Annotated[
        bool, typer.Option("--closed", help="There are no lessons; say why with --event, like WeatherDay.")
    ] = False,
    event: Annotated[
        str | None,
        typer.Option(
            metavar="EVENT",
            help="What happens: WeatherDay, EmergencyDay, Strike, Holiday, TeacherOnlyDay, "
            "NonInstructionalDay; or with lessons InstructionalDay, MakeUpDay, LateArrival, EarlyDismissal, "
            "ExamDay.",
        ),
    ] = None,
    note: Annotated[str | None, typer.Option(metavar="TEXT", help="A remark for people.")] = None,
    name: Annotated[
        str | None, typer.Option(metavar="NAME", help="The object's name; default made of the rest.")
    ] = None,
    withdraw: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Instead: take back a declaration, with the effect shown first."),
    ] = None,
    files: Annotated[
        list[Path] | None,
        typer.Option(
            "--file",
            "-f",
            metavar="FILE",
            help="Show the effect on these files, or a folder with all below it; nothing is written.",
        ),
    ] = None,
    yes: Yes = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the effect, write nothing.")] = False,
    output: Annotated[
        DeclareOutput,
        typer.Option("--output", "-o", help="yaml prints the object instead of writing it."),
    ] = DeclareOutput.TEXT,
    namespace: Namespace = None,
    context: Context = None,
    kubeconfig: Kubeconfig = None,
) -> None:
    """Declare a late fact, such as a snow day; first it is shown what it changes for each workload.

    It becomes a CalendarException, laid over the calendar within a second. Exit code 1: it was not written,
    because you said no or the API server did, or the operator found it invalid. 2: it cannot be declared so,
    or the cluster could not be read.
    """
    from firstbell.cli.ask_cluster import split_name
    from firstbell.cli.declare.declaration import Said, too_many_cure
    from firstbell.core.calendar import InstructionMode

    given = {
        InstructionMode.REMOTE: remote,
        InstructionMode.IN_PERSON: in_person,
        InstructionMode.HYBRID: hybrid,
    }
    writes = not (files or dry_run or output is DeclareOutput.YAML)
    if more:
        refuse([f"{more[0]}: is one argument too many. {too_many_cure(more[0])}"])
    if yes and files:
        refuse(["--yes: nothing is written with -f. Leave one of the two out."])
    if files and (context or kubeconfig):
        refuse(["-f: the files are all that is looked at. Leave --context and --kubeconfig out."])
    place = _Place(files=files, namespace=namespace, context=context, kubeconfig=kubeconfig)
    if withdraw is not None:
        place.namespace, withdraw = split_name("--withdraw", withdraw, namespace)
        rest = (calendar, date, until, bell, region, event, note, name, closed or None)
        if any(each is not None for each in rest) or any(given.values()):
            refuse(["--withdraw: takes a declaration back by its name alone. Leave the rest out."])
        _withdraw(place, withdraw, writes=writes, yes=yes)
        return
    if calendar is None or date is None:
        refuse(["what is declared? Like: firstbell declare CALENDAR 2026-12-07 --remote --bell late"])
    place.namespace, calendar = split_name("CALENDAR", calendar, namespace)
    said = Said(
        calendar=calendar,
        on=date,
        until=until,
        modes=tuple(mode for mode, is_given in given.items() if is_given),
        bell=bell,
        regions=tuple(region or ()),
        closed=closed,
        event=event,
        note=note,
        name=name,
    )
    _declare(place, said, output, writes=writes, yes=yes)


class _Place:
    """Where it is declared: in a cluster, or only looked at in files."""

    def __init__(
        self,
        *,
        files: list[Path] | None,
        namespace: str | None,
        context: str | None,
        kubeconfig: Path | None,
    ) -> None:
        self.files, self.context, self.kubeconfig = files, context, kubeconfig
        self.namespace = namespace

    def look(self) -> Scene:
        """Return what there is; end the command where that cannot be seen."""
        from firstbell.cli.ask_cluster import ask_cluster, namespace_meant
        from firstbell.cli.declare.effect import Scene
        from firstbell.cli.declare.in_cluster import look
        from firstbell.cli.planned import manifests_in

        if self.files:
            return Scene(manifests=manifests_in(self.files))
        space = namespace_meant(self.kubeconfig, self.context, self.namespace)
        self.namespace = space
        found = ask_cluster(self.kubeconfig, self.context, lambda cluster: look(cluster, space))
        if isinstance(found, Failure):
            refuse([f"{found.message.rstrip('.')}."])
        return found


def _declare(place: _Place, said: Said, output: DeclareOutput, *, writes: bool, yes: bool) -> None:
    from firstbell import clock
    from firstbell.cli.declare.effect import day_lines, over_lines, sound_or_refused, workload_lines

    scene = place.look()
    namespace, calendar = scene.calendar_meant(said.calendar, place.namespace)
    body = said.body(namespace, clock.today(calendar.zone))
    name = body["metadata"]["name"]
    if scene.exception(name, namespace) is not None:
        again = f"firstbell declare --withdraw {name} -n {namespace}"
        refuse([f"--name {name}: is declared already. Give another name, or take it back first: {again}"])
    after = scene.with_one_more(body)
    exception = after.manifests.exceptions[-1]
    remarks = sound_or_refused(calendar, exception)
    in_yaml = output is DeclareOutput.YAML
    head = f"CalendarException {namespace}/{name}: {exception.entry.event}"
    over = over_lines(exception, clock.today(calendar.zone)) if place.files is None else []
    lines = [head, *day_lines(calendar, exception), *over, *remarks, *scene.unread]
    _tell(lines, err=in_yaml)
    _tell(workload_lines(scene, after, calendar.key, exception), err=in_yaml)
    if in_yaml:
        echo_object(body)
    elif writes:
        if not confirmed("Declare it?", yes=yes):
            _end("nothing was written")
        _write(place, body)
    else:
        typer.echo("nothing was written")


def _write(place: _Place, body: dict[str, Any]) -> None:
    from firstbell.cli.ask_cluster import ask_cluster
    from firstbell.cli.declare.in_cluster import MANAGER, create

    namespace, name = body["metadata"]["namespace"], body["metadata"]["name"]
    told = ask_cluster(
        place.kubeconfig, place.context, lambda cluster: create(cluster, body), manager=MANAGER
    )
    if isinstance(told, Failure):
        _end(f"not declared: {told.message.rstrip('.')}.")
    _tell(
        [
            f"declared. To take it back: firstbell declare --withdraw {name} -n {namespace}",
            told
            or "the operator has not answered yet. To see whether it counts: "
            f"kubectl get calex {name} -n {namespace}",
        ]
    )
    if told.startswith("Invalid"):
        raise typer.Exit(NOT_DONE)


def _withdraw(place: _Place, name: str, *, writes: bool, yes: bool) -> None:
    from firstbell.cli.ask_cluster import ask_cluster
    from firstbell.cli.declare.effect import workload_lines
    from firstbell.cli.declare.in_cluster import MANAGER, withdraw

    scene = place.look()
    there = [
        one
        for one in scene.manifests.exceptions
        if one.name == name and place.namespace in {None, one.namespace}
    ]
    if len(there) != 1:
        names = ", ".join(one.name for one in scene.manifests.exceptions) or "none"
        refuse([f"--withdraw {name}: there is no such declaration. There are: {names}."])
    (one,) = there
    namespace, key = one.namespace, f"{one.namespace}/{one.spec.calendar_ref.name}"
    after = scene.without(one)
    _tell([f"CalendarException {namespace}/{name}: {one.entry.event} is taken back", *scene.unread])
    if any(calendar.key == key for calendar in after.using(key).calendars):
        _tell(workload_lines(scene, after, key, one))
    if not writes:
        typer.echo("nothing was written")
        return
    if not confirmed("Take it back?", yes=yes):
        _end("nothing was written")
    failed = ask_cluster(
        place.kubeconfig,
        place.context,
        lambda cluster: withdraw(cluster, namespace, name),
        manager=MANAGER,
    )
    if failed is not None:
        _end(f"not taken back: {failed.message.rstrip('.')}.")
    typer.echo("taken back")


def _end(line: str) -> NoReturn:
    typer.echo(printable(line), err=True)
    raise typer.Exit(NOT_DONE)


def _tell(lines: Iterable[str], *, err: bool = False) -> None:
    for line in lines:
        typer.echo(printable(line), err=err)
