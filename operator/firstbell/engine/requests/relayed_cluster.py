"""A `Cluster` that hands every request on: the base of those that look at some of them first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from firstbell.engine.ports import ObjectPath

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from firstbell.engine.ports import Cluster, Failure, Json, Kind, Operation, Page


class RelayedCluster:
    """The `Cluster` behind it, request by request."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    async def get(self, path: ObjectPath) -> Json | Failure:
        """Read one object."""
        return await self._cluster.get(path)

    async def list_all(
        self, group: str, version: str, plural: str, namespace: str | None, selector: str = ""
    ) -> list[Json] | Failure:
        """Read every object of a kind."""
        return await self._cluster.list_all(group, version, plural, namespace, selector)

    async def list_each(
        self, kind: Kind, namespace: str | None, take: Callable[[Json], None]
    ) -> str | Failure:
        """Hand over every object of a kind as it comes."""
        return await self._cluster.list_each(kind, namespace, take)

    async def list_page(
        self, kind: Kind, namespace: str | None, selector: str, most: int, following: str = ""
    ) -> Page | Failure:
        """Read at most so many objects of a kind."""
        return await self._cluster.list_page(kind, namespace, selector, most, following)

    async def resources(self, group: str, version: str) -> list[Json] | Failure:
        """Return what the API server serves of a group and version."""
        return await self._cluster.resources(group, version)

    async def json_patch(self, path: ObjectPath, operations: Sequence[Operation]) -> Json | Failure:
        """Apply a JSON patch."""
        return await self._write(path, lambda: self._cluster.json_patch(path, operations))

    async def merge_patch(self, path: ObjectPath, patch: Mapping[str, Any]) -> Json | Failure:
        """Apply a JSON merge patch."""
        return await self._write(path, lambda: self._cluster.merge_patch(path, patch))

    async def apply(self, path: ObjectPath, body: Mapping[str, Any]) -> Json | Failure:
        """Apply an object server-side."""
        return await self._write(path, lambda: self._cluster.apply(path, body))

    async def create(
        self, group: str, version: str, plural: str, namespace: str, body: Mapping[str, Any]
    ) -> Json | Failure:
        """Create one object."""
        name = body["metadata"]["name"]
        path = ObjectPath(group=group, version=version, plural=plural, namespace=namespace, name=name)
        return await self._write(path, lambda: self._cluster.create(group, version, plural, namespace, body))

    async def delete(self, path: ObjectPath, uid: str, version: str) -> Json | Failure:
        """Delete one object, in the very state that was seen."""
        return await self._write(path, lambda: self._cluster.delete(path, uid, version))

    async def _write(
        self,
        path: ObjectPath,  # noqa: ARG002 - gates ask by it
        send: Callable[[], Awaitable[Json | Failure]],
    ) -> Json | Failure:
        """Send a write of whatever kind to an object: the one place for a gate before all of them."""
        return await send()
