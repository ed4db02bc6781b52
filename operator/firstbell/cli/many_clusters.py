"""Several clusters of one kubeconfig, asked at the same time and each told by the name of its context.

A cluster that cannot be read, or does not answer within its time, is told as such and holds nobody up.
"""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from firstbell.engine.ports import Failure

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from pathlib import Path

    from firstbell.adapters.kubernetes import KubernetesCluster
    from firstbell.engine.ports import Cluster

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, slots=True)
class Unread:
    """A context that could not be read, and why; the context is empty where it is the current one."""

    context: str
    why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Clusters:
    """Which clusters are meant: contexts of a kubeconfig, and how many seconds each has to answer."""

    kubeconfig: Path | None
    contexts: tuple[str | None, ...]
    seconds: float


@dataclass(kw_only=True, slots=True)
class Connections:
    """The clusters of contexts, connected to when they are first asked; `stack` ends the connections.

    `seconds` is how long one has to answer each time, reading the kubeconfig and its programs included.
    """

    kubeconfig: Path | None
    seconds: float
    stack: AsyncExitStack
    _clusters: dict[str | None, KubernetesCluster] = field(default_factory=dict)

    async def ask_each(
        self,
        contexts: Sequence[str | None],
        ask: Callable[[str | None, Cluster], Awaitable[T | Failure]],
    ) -> list[T | Unread]:
        """Return what `ask` comes to in each, in their order. None is the current context."""
        return await asyncio.gather(*(self._asked(context, ask) for context in contexts))

    async def _asked(
        self, context: str | None, ask: Callable[[str | None, Cluster], Awaitable[T | Failure]]
    ) -> T | Unread:
        from firstbell.adapters.access import AccessError  # noqa: PLC0415 - the client takes time to load

        try:
            async with asyncio.timeout(self.seconds):
                found = await ask(context, await self._cluster(context))
        except TimeoutError:
            return Unread(context=context or "", why=f"no answer in {self.seconds:g} s")
        except AccessError as error:
            return Unread(context=context or "", why=str(error))
        return Unread(context=context or "", why=found.message) if isinstance(found, Failure) else found

    async def _cluster(self, context: str | None) -> KubernetesCluster:
        from firstbell.adapters.kubernetes import KubernetesCluster  # noqa: PLC0415 - as above
        from firstbell.adapters.renewal import load_access  # noqa: PLC0415

        if context not in self._clusters:
            access = await load_access(self.kubeconfig, context)
            cluster = KubernetesCluster(access, request_seconds=self.seconds)
            self._clusters[context] = await self.stack.enter_async_context(cluster)
        return self._clusters[context]


def ask_namespaces(
    clusters: Clusters, namespace: str | None, ask: Callable[[Cluster, str | None], Awaitable[T | Failure]]
) -> list[tuple[str, str | None, T | Unread]]:
    """Ask each cluster about a namespace: (None) all of them, (empty) the one of its context.

    Return in the order of the contexts the name of each (empty: the current one), what was meant, and the
    answer.
    """
    from firstbell.cli.ask_cluster import namespace_meant  # noqa: PLC0415 - as above

    spaces = {
        context: namespace_meant(clusters.kubeconfig, context, None) if namespace == "" else namespace
        for context in clusters.contexts
    }
    answers = ask_clusters(clusters, lambda context, cluster: ask(cluster, spaces[context]))
    return [
        (context or "", spaces[context], answer)
        for context, answer in zip(clusters.contexts, answers, strict=True)
    ]


def ask_clusters(
    clusters: Clusters, ask: Callable[[str | None, Cluster], Awaitable[T | Failure]]
) -> list[T | Unread]:
    """Ask the cluster of each context once, all at the same time; return the answers in their order."""
    from firstbell.adapters.logs import silenced  # noqa: PLC0415 - as above

    async def asked() -> list[T | Unread]:
        async with AsyncExitStack() as stack:
            connections = Connections(kubeconfig=clusters.kubeconfig, seconds=clusters.seconds, stack=stack)
            return await connections.ask_each(clusters.contexts, ask)

    with silenced():
        return asyncio.run(asked())
