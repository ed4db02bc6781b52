"""What a declaration asks of a cluster: what there is, the one write, and what the operator says of it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from firstbell.cli.declare.effect import Scene
from firstbell.cli.live_objects import live_objects
from firstbell.engine.ports import Failure, FailureKind, ObjectPath
from firstbell.engine.seen.watched_kinds import AUTOSCALERS, CALENDARS, EXCEPTIONS, WATCHED_KINDS
from firstbell.files.manifests import gather_readable
from firstbell.kinds.group import EXCEPTION_PLURAL, GROUP, VERSION

if TYPE_CHECKING:
    from firstbell.engine.ports import Cluster, Json

MANAGER = "firstbell-declare"
ANSWER_TRIES, ANSWER_SECONDS = 20, 0.25
NEEDED = (CALENDARS, EXCEPTIONS)


async def look(cluster: Cluster, namespace: str) -> Scene | Failure:
    """Return what there is in a namespace; without the right to see workloads what there is else."""
    objects = await live_objects(cluster, namespace, NEEDED)
    if isinstance(objects, Failure):
        return _with_cure(objects, "list", "firstbell-view")
    unread: list[str] = []
    knows = True
    for kind in WATCHED_KINDS:
        if kind in NEEDED or not kind.planned:
            continue
        more = await live_objects(cluster, namespace, (kind,))
        if isinstance(more, Failure):
            unread.append(f"{kind.plural} cannot be read: {more.message}")
            knows &= kind is not AUTOSCALERS
        else:
            objects = (*objects, *more)
    manifests, problems = gather_readable(objects)
    unread += [str(problem) for problem in problems]
    return Scene(manifests=manifests, unread=tuple(unread), knows_workloads=knows)


def path_of(namespace: str, name: str) -> ObjectPath:
    """Return where a CalendarException lives."""
    return ObjectPath(group=GROUP, version=VERSION, plural=EXCEPTION_PLURAL, namespace=namespace, name=name)


async def create(cluster: Cluster, body: Json) -> str | Failure:
    """Write the object; return what the operator says of it, empty where it says nothing for some seconds."""
    namespace, name = body["metadata"]["namespace"], body["metadata"]["name"]
    made = await cluster.create(GROUP, VERSION, EXCEPTION_PLURAL, namespace, body)
    if isinstance(made, Failure):
        if made.kind is FailureKind.CONFLICT:
            message = f"CalendarException {name} is there already. Give another --name, or withdraw it first"
            return Failure(kind=made.kind, message=message)
        return _with_cure(made, "create", "firstbell-calendars-edit")
    for _ in range(ANSWER_TRIES):
        seen = await cluster.get(path_of(namespace, name))
        if not isinstance(seen, Failure) and (told := _told(seen)):
            return told
        await asyncio.sleep(ANSWER_SECONDS)
    return ""


async def withdraw(cluster: Cluster, namespace: str, name: str) -> Failure | None:
    """Delete a CalendarException as it is now."""
    path = path_of(namespace, name)
    seen = await cluster.get(path)
    if isinstance(seen, Failure):
        return seen
    metadata: dict[str, Any] = seen["metadata"]
    gone = await cluster.delete(path, metadata["uid"], metadata["resourceVersion"])
    return _with_cure(gone, "delete", "firstbell-calendars-edit") if isinstance(gone, Failure) else None


def _told(seen: Json) -> str:
    status = seen.get("status") or {}
    message = next((one.get("message", "") for one in status.get("conditions") or ()), "")
    return f"{status['state']}: {message}" if "state" in status else ""


def _with_cure(failure: Failure, verb: str, role: str) -> Failure:
    """Return the failure with who can help, where a right is missing."""
    if failure.kind is not FailureKind.FORBIDDEN:
        return failure
    message = (
        f"{failure.message}. You need the right to {verb} {EXCEPTION_PLURAL}.{GROUP}: an administrator can "
        f"bind the ClusterRole {role} to you"
    )
    return Failure(kind=failure.kind, message=message)
