"""How commands reach a cluster: one look or a few writes in it.

Expected failures come back as a `Failure` with a sentence for people.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from firstbell.cli.cluster_options import is_name
from firstbell.cli.output import refuse
from firstbell.engine.ports import Failure, FailureKind

if TYPE_CHECKING:
    from firstbell.engine.ports import Cluster

T = TypeVar("T")


def ask_cluster(
    kubeconfig: Path | None,
    context: str | None,
    ask: Callable[[Cluster], Awaitable[T]],
    manager: str | None = None,
) -> T | Failure:
    """Return what `ask` comes to in the cluster that is meant, or why that cluster cannot be asked.

    `manager` is who writes, for the API server; None = the operator's own name.
    """
    # The client takes a second to load, which every command without a cluster would pay for.
    from firstbell.adapters.access import AccessError  # noqa: PLC0415
    from firstbell.adapters.kubernetes import KubernetesCluster  # noqa: PLC0415
    from firstbell.adapters.logs import silenced  # noqa: PLC0415
    from firstbell.adapters.renewal import load_access  # noqa: PLC0415
    from firstbell.engine.objects.field_managers import FIELD_MANAGER  # noqa: PLC0415

    async def asked() -> T | Failure:
        try:
            access = await load_access(kubeconfig, context)
        except AccessError as error:
            return Failure(kind=FailureKind.UNREACHABLE, message=str(error))
        async with KubernetesCluster(access, field_manager=manager or FIELD_MANAGER) as cluster:
            return await ask(cluster)

    with silenced():
        return asyncio.run(asked())


def namespace_meant(kubeconfig: Path | None, context: str | None, given: str | None) -> str:
    """Return the namespace that is given, else that of the context, as with kubectl."""
    from firstbell.adapters.access import own_namespace  # noqa: PLC0415 - as above

    return given or own_namespace(kubeconfig, context)


def split_name(option: str, text: str, namespace: str | None) -> tuple[str | None, str]:
    """Return the namespace and the name of an object given as NAME or as NAMESPACE/NAME.

    The namespace is that of `-n` where the text has none; `option` is where the text was given.
    """
    space, slash, name = text.rpartition("/")
    if not is_name(name) or (slash and not is_name(space)):
        refuse([f"{option} {text!r}: is no name. Give NAME, with -n NAMESPACE, or NAMESPACE/NAME."])
    if space and namespace not in {None, space}:
        refuse([f"{option} {text}: -n says namespace {namespace}. Give one of the two."])
    return space or namespace, name


def autoscaler_meant(target: str, namespace: str | None, kubeconfig: Path | None, context: str | None) -> str:
    """Return `namespace/name` of a SchoolAutoscaler given as that, or as a name in the one meant."""
    space, name = split_name("NAME", target, namespace)
    return f"{namespace_meant(kubeconfig, context, space)}/{name}"
