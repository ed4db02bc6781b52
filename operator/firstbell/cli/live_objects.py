"""The objects of a cluster as if they stood in a file, so that a plan of them is made by the same code.

An autoscaler that carries a floor of ours is planned with its baseline: the floor is what the plan brought
about, and must not become the minimum of the next one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstbell.core.scaling import read_floor
from firstbell.engine.floor.reading import seen_floor
from firstbell.engine.objects.object_keys import key_of
from firstbell.engine.ports import NOT_FOR_US, Failure, FailureKind
from firstbell.engine.seen.watched_kinds import (
    AUTOSCALERS,
    CLUSTER_CALENDARS,
    EXCEPTIONS,
    PROFILES,
    WATCHED_KINDS,
)
from firstbell.files.yaml_files import Origin
from firstbell.files.yaml_text import Node
from firstbell.kinds.group import CLUSTER_CALENDAR, GROUP

if TYPE_CHECKING:
    from collections.abc import Sequence

    from firstbell.engine.ports import Cluster, Json
    from firstbell.engine.seen.watched_kinds import WatchedKind
    from firstbell.kinds.foreign_autoscalers import ForeignAutoscaler


async def live_objects(
    cluster: Cluster, namespace: str | None, kinds: Sequence[WatchedKind] = WATCHED_KINDS
) -> tuple[Origin, ...] | Failure:
    """Return what a plan is made of, in one namespace or (None) in all.

    KEDA's kind only where it is installed; of one namespace, what belongs to the whole cluster only where it
    is referred to.
    """
    found: list[tuple[WatchedKind, Json]] = []
    for kind in kinds:
        if not kind.planned:
            continue
        bodies = await cluster.list_all(*kind.api, None if kind.clusterwide else namespace)
        if isinstance(bodies, Failure):
            # Who may not see what is the whole cluster's plans without: what refers to it is told.
            if (kind.optional or kind.clusterwide) and bodies.kind in NOT_FOR_US:
                continue
            return _told(bodies, kind.group, kind.plural)
        found += [
            (kind, body) for body in (sorted(bodies, key=_laid_order) if kind is EXCEPTIONS else bodies)
        ]
    if namespace is not None and AUTOSCALERS in kinds:
        found = _without_others(found)
    return tuple(live_object(kind, body) for kind, body in found)


def _without_others(found: list[tuple[WatchedKind, Json]]) -> list[tuple[WatchedKind, Json]]:
    """Leave out what belongs to the whole cluster and nobody here refers to, directly or by a profile."""
    policies = [body["spec"] for kind, body in found if kind is AUTOSCALERS]
    profiles = {(spec.get("profileRef") or {}).get("name") for spec in policies}
    shared = [body["spec"] for kind, body in found if kind is PROFILES and key_of(body) in profiles]
    calendars = {
        ref.get("name")
        for spec in (*policies, *shared)
        for ref in spec.get("calendarRefs") or ()
        if ref.get("kind") == CLUSTER_CALENDAR
    }
    # What can only be meant where it is named; of another such kind all are taken.
    named = {PROFILES.plural: profiles, CLUSTER_CALENDARS.plural: calendars}
    return [
        (kind, body) for kind, body in found if kind.plural not in named or key_of(body) in named[kind.plural]
    ]


def _laid_order(body: Json) -> tuple[str, str]:
    """Return where it comes: CalendarExceptions are laid in the order of creation, of one second by name."""
    metadata = body["metadata"]
    return str(metadata.get("creationTimestamp") or ""), key_of(body)


def live_object(kind: WatchedKind, body: Json) -> Origin:
    """Return one object of a list, whose items need not say what they are, as a document."""
    api_version = f"{kind.group}/{kind.version}"
    value = {**_at_baseline(kind.of, body), "apiVersion": api_version, "kind": kind.kind}
    return Origin(f"{kind.kind} {key_of(body)}", Node(value, 0))


def _at_baseline(of: ForeignAutoscaler | None, body: Json) -> Json:
    if of is None:
        return body
    autoscaler = seen_floor(body, of).autoscaler
    if autoscaler.mark is None:
        return body
    reading = read_floor(autoscaler, None, autoscaler.mark.owner, autoscaler.mark.instance)
    return {**body, "spec": {**body["spec"], of.minimum_field: reading.baseline}}


def _told(failure: Failure, group: str, plural: str) -> Failure:
    """Return the failure with the cure, where there is one."""
    message = failure.message
    if failure.kind is FailureKind.NOT_FOUND and group == GROUP:
        message = (
            f"the cluster has no {plural}.{group}. "
            "Install the kinds: firstbell crds | kubectl apply --server-side -f -"
        )
    return Failure(kind=failure.kind, message=message)
