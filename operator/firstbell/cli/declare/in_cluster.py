"""What a declaration asks of a cluster: what there is, the one write, and what the operator says of it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from firstbell.cli.declare.effect import Scene
from firstbell.cli.deletion import deleted
from firstbell.cli.live_objects import live_objects
from firstbell.cli.missing_right import with_right
from firstbell.engine.ports import Failure, FailureKind, ObjectPath
from firstbell.engine.seen.watched_kinds import AUTOSCALERS, CALENDARS, EXCEPTIONS, WATCHED_KINDS
from firstbell.files.manifests import gather_readable
from firstbell.kinds.group import EXCEPTION_PLURAL, GROUP, VERSION

if TYPE_CHECKING:
    from firstbell.engine.ports import Cluster, Json
    from firstbell.files.yaml_files import Origin

MANAGER = "firstbell-declare"
ANSWER_TRIES, ANSWER_SECONDS = 20, 0.25
NEEDED = (CALENDARS, EXCEPTIONS)


async def look(cluster: Cluster, namespace: str) -> Scene | Failure:
    """Return what there is in a namespace; without the right to see workloads what there is else."""
    objects: tuple[Origin, ...] = ()
    for required in NEEDED:
        found = await live_objects(cluster, namespace, (required,))
        if isinstance(found, Failure):
            return with_right(found, "list", required.plural, namespace)
        objects += found
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
    return Scene(manifests=manifests, unread=tuple(unread), knows_workloads=knows, in_cluster=True)


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
        return with_right(made, "create", EXCEPTION_PLURAL, namespace)
    for _ in range(ANSWER_TRIES):
        seen = await cluster.get(path_of(namespace, name))
        if not isinstance(seen, Failure) and (told := _told(seen)):
            return told
        await asyncio.sleep(ANSWER_SECONDS)
    return ""


async def withdraw(cluster: Cluster, namespace: str, name: str) -> Failure | None:
    """Delete a CalendarException; return what stood in the way."""
    return await deleted(cluster, path_of(namespace, name))


def _told(seen: Json) -> str:
    status = seen.get("status") or {}
    message = next((one.get("message", "") for one in status.get("conditions") or ()), "")
    return f"{status['state']}: {message}" if "state" in status else ""
