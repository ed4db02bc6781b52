"""Which floors are to be released, and the release of them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from firstbell.adapters.telemetry import PrometheusTelemetry
from firstbell.engine.floor.commands import hand_back_command, release_command
from firstbell.engine.floor.held_floors import (
    Released,
    has_no_scaled_objects,
    held_floors,
    is_damaged,
    release_floors,
)
from firstbell.engine.ports import Failure, FailureKind

if TYPE_CHECKING:
    from firstbell.engine.floor.seen_floor import SeenFloor
    from firstbell.engine.ports import Cluster
    from firstbell.engine.requests.command import Command


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """Which floors are meant, and whether and how long something is done about them.

    `namespaces` empty = all; `look_again` seconds later there is a second look, 0 = there is none.
    """

    instance: str
    namespaces: tuple[str, ...]
    owner: str | None
    dry_run: bool
    seconds: float
    look_again: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Unread:
    """Why no floor could be looked at; `without_keda` where the cluster says that it has no ScaledObjects."""

    failure: Failure
    without_keda: bool = False


async def carry_out(
    cluster: Cluster,
    order: Order,
    tell: Callable[[Released], None],
    show: Callable[[SeenFloor, Command | None], None] = lambda *_: None,
) -> list[SeenFloor] | Unread:
    """Return the floors that were found, after what could be done about them was.

    `tell` is called with what became of each; in a dry run `show` with what would be sent for it.
    """
    deadline = asyncio.get_running_loop().time() + order.seconds
    try:
        async with asyncio.timeout_at(deadline):
            floors = await held_floors(cluster, order.instance, order.namespaces, order.owner)
            if isinstance(floors, Failure):
                return Unread(failure=floors, without_keda=await has_no_scaled_objects(cluster))
    except TimeoutError:
        late = f"no list of them within {order.seconds:g} s"
        return Unread(failure=Failure(kind=FailureKind.UNREACHABLE, message=late))
    if order.dry_run:
        for seen in floors:
            show(seen, await _planned(cluster, seen))
        return floors
    telemetry = PrometheusTelemetry()
    await release_floors(cluster, telemetry, floors, deadline, tell)
    if floors and order.look_again:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout_at(deadline):
                await asyncio.sleep(order.look_again)
                again = await held_floors(cluster, order.instance, order.namespaces, order.owner)
            if not isinstance(again, Failure):
                left = [seen for seen in again if not is_damaged(seen)]
                await release_floors(cluster, telemetry, left, deadline, tell)
    return floors


async def _planned(cluster: Cluster, seen: SeenFloor) -> Command | None:
    """Return what would be sent for one floor; None where that cannot be told, as of damaged marks."""
    if seen.autoscaler.mark is not None:
        return release_command(seen)
    body = await cluster.get(seen.path) if seen.kept and not is_damaged(seen) else None
    return None if body is None or isinstance(body, Failure) else hand_back_command(seen, body)
