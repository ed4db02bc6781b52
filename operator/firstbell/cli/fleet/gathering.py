"""From files or clusters to fleets: every workload planned over the same time, and what is around it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from firstbell import clock
from firstbell.cli.dates import DayMeant, date_of
from firstbell.cli.fleet.reading import (
    ReadCluster,
    SeenTarget,
    Surroundings,
    read_cluster,
    rooms_of_quotas,
    seen_target,
    unseen,
)
from firstbell.cli.many_clusters import Unread, ask_namespaces
from firstbell.cli.output import refuse
from firstbell.cli.planned import linked_in, manifests_in, place, policy_errors, workload_of
from firstbell.core import Plan, SchoolDays, Unavailable, Workload, make_plan
from firstbell.core.capacity import FleetBell, FleetPart, Requested, Room, fleet_bells, requested
from firstbell.core.instants import MINUTES_PER_DAY, Minute, minute_of, start_of_day
from firstbell.core.reasons import AbsenceReason
from firstbell.engine.memory.shared_plans import SharedPlans
from firstbell.engine.objects.target_ref import TargetRef
from firstbell.files.links import LinkedAutoscaler, link_readable
from firstbell.files.manifests import gather_readable
from firstbell.kinds.rooms import makes_room
from firstbell.kinds.school_autoscaler import Mode

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from firstbell.cli.many_clusters import Clusters
    from firstbell.core import SchoolCalendar
    from firstbell.files.links import Linked
    from firstbell.files.yaml_files import FileProblem

NOT_IN_FILES = "its manifest is not among the files"
BUFFERS = "CapacityBuffers make room for pods and are not counted: {}"
SECONDS = "not counted, because an older SchoolAutoscaler is for the same workload: {}"
DRY = "in DryRun, and counted as if they were not: {}"
OWN_NOT_KNOWN = Unavailable(
    reason=AbsenceReason.NOT_READ, message="how much of it the workloads have now is not known"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Horizon:
    """Which bells are meant: of so many dates from `first` on, None: from now on; how fast pods are made."""

    first: DayMeant | None
    days: int
    pods_per_minute: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Fleet:
    """The workloads of one cluster, or of files, at each bell, worst first; `context` is empty for files.

    `unknown` says why it is not known what their pods ask for, and of how many workloads, the most first.
    """

    context: str
    first: Minute
    last: Minute
    pods_per_minute: int
    workloads: int
    bells: tuple[FleetBell, ...]
    unknown: tuple[tuple[str, int], ...]
    notes: tuple[str, ...]
    problems: tuple[FileProblem, ...]


def of_files(files: Sequence[Path], horizon: Horizon) -> Fleet:
    """Return the fleet of files; end the command where something in them cannot be read."""
    manifests = manifests_in(files)
    linked = linked_in(manifests)
    if not linked.autoscalers:
        names = ", ".join(map(str, files))
        refuse(
            [f"{names}: no SchoolAutoscaler in here. Give the files of calendars and autoscalers with -f."]
        )
    bodies = [one.node.value for one in manifests.others if isinstance(one.node.value, dict)]
    targets: dict[str, SeenTarget] = {}
    for body in bodies:
        metadata = body.get("metadata")
        if isinstance(metadata, dict):
            ref = TargetRef(
                namespace=str(metadata.get("namespace") or "default"),
                api_version=str(body.get("apiVersion")),
                kind=str(body.get("kind")),
                name=str(metadata.get("name")),
            )
            targets[ref.key] = seen_target(body)
    quotas = [one for one in bodies if (one.get("apiVersion"), one.get("kind")) == ("v1", "ResourceQuota")]
    rooms, notes = rooms_of_quotas(quotas)
    around = Surroundings(targets=targets, rooms=tuple(rooms), notes=("nodes are not in files", *notes))
    fleet = _fleet("", linked, around, horizon)
    if fleet.problems:
        refuse(fleet.problems)
    return fleet


def of_clusters(clusters: Clusters, namespace: str | None, horizon: Horizon) -> list[Fleet | Unread]:
    """Return the fleet of each cluster: of a namespace, (None) of all, or (empty) of that of each context."""
    return [
        answer if isinstance(answer, Unread) else _of_cluster(context, space, answer, horizon)
        for context, space, answer in ask_namespaces(clusters, namespace, read_cluster)
    ]


def _of_cluster(context: str, namespace: str | None, read: ReadCluster, horizon: Horizon) -> Fleet | Unread:
    manifests, unreadable = gather_readable(read.objects)
    linked, unlinked = link_readable(manifests)
    problems = (*unreadable, *unlinked)
    if not linked.autoscalers:
        none = f"there is no SchoolAutoscaler {place(namespace)} that can be planned"
        why = f"{none}. Give another with -n, or -A for all"
        return Unread(context=context, why="; ".join([why, *map(str, problems)]))
    fleet = _fleet(context, linked, read.around, horizon)
    return replace(fleet, problems=(*problems, *fleet.problems))


def _fleet(context: str, linked: Linked, around: Surroundings, horizon: Horizon) -> Fleet:
    days = {calendar.key: SchoolDays(calendar) for calendar in linked.calendars}
    wrong = [(one, tuple(policy_errors(one, days))) for one in linked.autoscalers]
    planned = [one for one, problems in wrong if not problems]
    sound, told = _counted(planned)
    first, last = _between(linked.calendars, horizon)
    plans = _plans([workload_of(one, days) for one in sound], first, last + MINUTES_PER_DAY)
    not_there = unseen(AbsenceReason.TARGET_NOT_FOUND, NOT_IN_FILES)
    seen = [around.targets.get(_target(one).key, not_there) for one in sound]
    parts = [
        FleetPart(key=f"{one.manifest.namespace}/{one.manifest.name}", plan=plan, pod=target.pod)
        for one, plan, target in zip(sound, plans, seen, strict=True)
    ]
    rooms = _without_own(around.rooms, parts, seen)
    return Fleet(
        context=context,
        first=first,
        last=last,
        pods_per_minute=horizon.pods_per_minute,
        workloads=len(parts),
        bells=fleet_bells(parts, first, last, rooms, horizon.pods_per_minute),
        unknown=_unknown(seen),
        notes=(*around.notes, *told),
        problems=tuple(problem for _, problems in wrong for problem in problems),
    )


def _counted(planned: Sequence[LinkedAutoscaler]) -> tuple[list[LinkedAutoscaler], list[str]]:
    """Return those whose pods are counted, each workload once, and what has to be said of the others."""
    pods = [one for one in planned if not makes_room(_target(one).group, _target(one).kind)]
    buffers = len(planned) - len(pods)
    first: dict[str, LinkedAutoscaler] = {}
    for one in sorted(pods, key=_created):  # of one age the first in the files, as they stand
        first.setdefault(_target(one).key, one)
    counted = [one for one in pods if first[_target(one).key] is one]
    dry = sum(one.manifest.spec.mode is Mode.DRY_RUN for one in counted)
    numbers = ((BUFFERS, buffers), (SECONDS, len(pods) - len(counted)), (DRY, dry))
    return counted, [text.format(number) for text, number in numbers if number]


def _created(one: LinkedAutoscaler) -> str:
    """Return when it was created, as the API writes it, which sorts as text; empty for a person's file."""
    metadata = one.manifest.origin.node.value.get("metadata") or {}
    return str(metadata.get("creationTimestamp") or "")


def _target(one: LinkedAutoscaler) -> TargetRef:
    ref = one.manifest.spec.scale_target_ref
    return TargetRef(
        namespace=one.manifest.namespace, api_version=ref.api_version, kind=ref.kind, name=ref.name
    )


def _between(calendars: Sequence[SchoolCalendar], horizon: Horizon) -> tuple[Minute, Minute]:
    """Return the first minute that counts, and the one after the last."""
    zone = calendars[0].zone
    now = clock.SystemClock().now()
    first = date_of(horizon.first, now.astimezone(zone).date())
    last = start_of_day(zone, first + timedelta(days=horizon.days))
    return (minute_of(now) if horizon.first is None else start_of_day(zone, first)), last


def _plans(workloads: Sequence[Workload], first: Minute, last: Minute) -> list[Plan]:
    """Plan each; what several have in common is worked out once."""
    shared = SharedPlans(most_plans=len(workloads), most_schedules=len(workloads))
    return [shared.planned(one, lambda _: True, partial(make_plan, one, first, last)) for one in workloads]


def _without_own(rooms: Iterable[Room], parts: Iterable[FleetPart], seen: Iterable[SeenTarget]) -> list[Room]:
    """Return rooms with what others alone take of them: what the workloads have now is asked for anew."""
    own: dict[str, Requested] = defaultdict(Requested)
    uncounted: set[str] = set()
    for part, target in zip(parts, seen, strict=True):
        if isinstance(target.replicas, Unavailable):
            uncounted.add(part.namespace)
        else:
            own[part.namespace] += requested(part.pod, target.replicas)
    found = []
    for room in rooms:
        mine = own[room.namespace]
        if isinstance(room.taken, Unavailable):
            found.append(room)
        elif room.namespace in uncounted or mine.unknown(room.resource):
            found.append(replace(room, taken=OWN_NOT_KNOWN))
        else:
            found.append(replace(room, taken=max(0, room.taken - mine.of(room.resource))))
    return found


def _unknown(seen: Iterable[SeenTarget]) -> tuple[tuple[str, int], ...]:
    reasons: dict[str, int] = defaultdict(int)
    for target in seen:
        for message in {
            asked.message for asked in (target.pod.cpu, target.pod.memory) if isinstance(asked, Unavailable)
        }:
            reasons[message] += 1
    return tuple(sorted(reasons.items(), key=lambda one: (-one[1], one[0])))
