"""From files or a cluster to plans: the part that all commands share which look at a schedule."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from firstbell import clock
from firstbell.cli.ask_cluster import ask_cluster
from firstbell.cli.dates import DayMeant, date_of
from firstbell.cli.live_objects import live_objects
from firstbell.cli.many_clusters import Clusters, Unread, ask_namespaces
from firstbell.cli.missing_namespace import missing_namespace
from firstbell.cli.output import refuse
from firstbell.core import Plan, SchoolCalendar, SchoolDays, Workload, make_plan
from firstbell.core.capacity import NO_RISES, Rises
from firstbell.core.instants import start_of_day
from firstbell.core.reasons import Condition, ConditionType, Severity, Truth, policy_findings
from firstbell.engine.deciding.measured_rises import lead_from_status
from firstbell.engine.objects.status_values import read_condition
from firstbell.engine.ports import Failure
from firstbell.files.links import Linked, LinkedAutoscaler, link, link_readable
from firstbell.files.manifests import AutoscalerManifest, Manifests, gather_readable, read_manifests
from firstbell.files.plan_document import DayWindow
from firstbell.files.yaml_files import FileProblem, Origin, Unreadable
from firstbell.kinds.problems import Problem

if TYPE_CHECKING:
    from firstbell.engine.ports import Cluster


@dataclass(frozen=True, kw_only=True, slots=True)
class Planned:
    """What was read and worked out: calendars in file order, autoscalers and their plans in file order.

    `problems` are what in a cluster could not be planned; of files there are none, since then nothing is.
    """

    window: DayWindow
    calendars: tuple[SchoolDays, ...]
    autoscalers: tuple[LinkedAutoscaler, ...]
    plans: tuple[Plan, ...]
    problems: tuple[FileProblem, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Unplannable:
    """Why nothing can be planned of what was read, a line each."""

    reasons: tuple[object, ...]


def plan_files(files: Sequence[Path], first: DayMeant | None, days: int) -> Planned:
    """Plan everything in the files; end the command with one line per problem where that cannot be."""
    linked = linked_files(files)
    if not linked.calendars:
        names = ", ".join(map(str, files))
        refuse([f"{names}: no SchoolCalendar in here. Give the file of the calendar with -f."])
    planned = _plan_linked(linked, first, days)
    if planned.problems:
        refuse(planned.problems)
    return planned


def linked_files(files: Sequence[Path]) -> Linked:
    """Return what is in the files, references followed; end the command where something cannot be read."""
    return linked_in(manifests_in(files))


def manifests_in(files: Sequence[Path]) -> Manifests:
    """Return what is in the files; end the command where something cannot be read."""
    manifests = read_manifests(files)
    if isinstance(manifests, Unreadable):
        refuse(manifests.problems)
    return manifests


def linked_in(manifests: Manifests) -> Linked:
    """Return the same with references followed; end the command where one does not hold."""
    linked = link(manifests)
    if isinstance(linked, Unreadable):
        refuse(linked.problems)
    return linked


def plan_cluster(
    kubeconfig: Path | None, context: str | None, namespace: str | None, first: DayMeant | None, days: int
) -> Planned:
    """Plan what can be planned in one namespace of a cluster, or (None) in all; the rest are problems."""
    found = ask_cluster(kubeconfig, context, lambda cluster: _objects(cluster, namespace))
    if isinstance(found, Failure):
        refuse([f"{found.message.rstrip('.')}. To plan from files instead, give them with -f."])
    return plan_objects(found, place(namespace), first, days)


def plan_clusters(
    clusters: Clusters, namespace: str | None, first: DayMeant | None, days: int
) -> list[Planned | Unread]:
    """Plan the same in each of several clusters; of one where nothing can be planned, return why.

    `namespace` None is all; empty is that of each context.
    """
    return [
        answer if isinstance(answer, Unread) else _planned_in(context, answer, place(space), first, days)
        for context, space, answer in ask_namespaces(clusters, namespace, _objects)
    ]


def _planned_in(
    context: str, objects: Iterable[Origin], where: str, first: DayMeant | None, days: int
) -> Planned | Unread:
    found = planned_objects(objects, where, first, days)
    if isinstance(found, Unplannable):
        return Unread(context=context, why="; ".join(map(str, found.reasons)))
    return found


async def _objects(cluster: Cluster, namespace: str | None) -> tuple[Origin, ...] | Failure:
    found = await live_objects(cluster, namespace)
    if found or namespace is None:
        return found
    return await missing_namespace(cluster, namespace) or found


def place(namespace: str | None) -> str:
    """Say in words where something is looked for: in a namespace, or (None) anywhere."""
    return f"in namespace {namespace}" if namespace else "in the cluster"


def plan_objects(objects: Iterable[Origin], where: str, first: DayMeant | None, days: int) -> Planned:
    """Plan what can be planned of objects that stand `where`; end the command where there is nothing."""
    planned = planned_objects(objects, where, first, days)
    if isinstance(planned, Unplannable):
        refuse(planned.reasons)
    return planned


def planned_objects(
    objects: Iterable[Origin], where: str, first: DayMeant | None, days: int
) -> Planned | Unplannable:
    """Return plans of what can be planned of objects that stand `where`."""
    manifests, unreadable = gather_readable(objects)
    linked, unlinked = link_readable(manifests)
    problems = (*unreadable, *unlinked)
    if not linked.calendars and problems:
        return Unplannable(reasons=problems)
    if not linked.calendars:
        reason = f"there is no SchoolCalendar {where}. Give another with -n, or -A for all, or files with -f."
        return Unplannable(reasons=(reason,))
    planned = _plan_linked(linked, first, days)
    return replace(planned, problems=(*problems, *planned.problems))


def _plan_linked(linked: Linked, first: DayMeant | None, days: int) -> Planned:
    """Plan every autoscaler whose policy allows it."""
    resolved = {calendar.key: SchoolDays(calendar) for calendar in linked.calendars}
    window = DayWindow(first=date_of(first, clock.today(_zone(linked.calendars))), days=days)
    errors = [tuple(policy_errors(autoscaler, resolved)) for autoscaler in linked.autoscalers]
    sound = tuple(one for one, wrong in zip(linked.autoscalers, errors, strict=True) if not wrong)
    return Planned(
        window=window,
        calendars=tuple(resolved.values()),
        autoscalers=sound,
        plans=tuple(_plan(workload_of(autoscaler, resolved), window) for autoscaler in sound),
        problems=tuple(problem for wrong in errors for problem in wrong),
    )


def _zone(calendars: Iterable[SchoolCalendar]) -> ZoneInfo:
    return next(iter(calendars)).zone


def policy_errors(autoscaler: LinkedAutoscaler, resolved: Mapping[str, SchoolDays]) -> Iterator[FileProblem]:
    """Yield why no plan of this policy can be right, by line."""
    manifest = autoscaler.manifest
    calendars = [resolved[calendar.key] for calendar in autoscaler.calendars]
    for finding in policy_findings(manifest.policy, calendars):
        if finding.severity is Severity.ERROR:
            found = Problem(path=finding.path, message=finding.message, cure=finding.cure)
            yield manifest.origin.problem(found)


def workload_of(autoscaler: LinkedAutoscaler, resolved: Mapping[str, SchoolDays]) -> Workload:
    """Return what is planned for a policy in files."""
    calendars = tuple(resolved[calendar.key] for calendar in autoscaler.calendars)
    return Workload(
        policy=autoscaler.manifest.policy,
        bounds=autoscaler.bounds,
        calendars=calendars,
        rises=reported_rises(autoscaler.manifest),
    )


def reported_rises(manifest: AutoscalerManifest) -> Rises:
    """Return what the operator measured of the workload, as its status has it; a person's file has none."""
    status = manifest.origin.node.value.get("status")
    return lead_from_status(status).rises if isinstance(status, dict) else NO_RISES


def not_carried_out(manifest: AutoscalerManifest) -> str | None:
    """Return why the operator cannot do what is planned, as it reported of this very spec; None if it can.

    A policy plans well for a workload that is not there, or that nobody gives bounds: it says neither.
    """
    body = manifest.origin.node.value
    status = body.get("status")
    told = read_condition(status, ConditionType.ABLE_TO_SCALE) if isinstance(status, dict) else None
    if told is None or told.status is not Truth.FALSE or _is_of_an_earlier_spec(told, body):
        return None
    return f"{manifest.namespace}/{manifest.name}: {told.reason}: {told.message}"


def _is_of_an_earlier_spec(condition: Condition, body: Mapping[str, Any]) -> bool:
    seen, now = condition.observed_generation, body["metadata"].get("generation")
    return isinstance(seen, int) and isinstance(now, int) and seen < now


def _plan(workload: Workload, window: DayWindow) -> Plan:
    """Return the plan from the start of the first date to the end of the last, in the first zone."""
    zone = workload.zone
    return make_plan(workload, start_of_day(zone, window.first), start_of_day(zone, window.after))
