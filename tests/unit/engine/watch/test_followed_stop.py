"""How the order to stop is read and followed: first of all, anew with each watch, and without a right."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from structlog.testing import capture_logs

from firstbell.engine.pace.stop import Stop
from firstbell.engine.ports import Failure, FailureKind, Listed
from firstbell.engine.seen.own_kinds import seen_autoscaler
from firstbell.engine.seen.store import Store
from firstbell.engine.watch.followed_stop import FIRST_WAIT_SECONDS, REFUSED_SECONDS, FollowedStop
from firstbell.kinds.stop_order import STOP_NAME, stop_manifest
from tests.fakes import ManualClock, instant
from tests.unit.engine.bodies import INSIDE, an_autoscaler

if TYPE_CHECKING:
    from collections.abc import Callable

    from firstbell.engine.ports import Json, Kind

NS = "operators"
ORDER = stop_manifest(NS, "exam")
FORBIDDEN, DOWN = (
    Failure(kind=kind, message="made to fail") for kind in (FailureKind.FORBIDDEN, FailureKind.UNREACHABLE)
)


class ScriptedWatches:
    """What lists and watches answer, one after the other; when a script is over nothing is heard any more."""

    def __init__(self, lists: list[Any], watches: list[Any] | None = None) -> None:
        self.lists, self.watches = lists, watches or []
        self.asked: list[tuple[str, Kind, str | None, str]] = []
        self.over = asyncio.Event()

    async def list_at(self, kind: Kind, namespace: str | None, name: str = "") -> Listed | Failure:
        self.asked.append(("list", kind, namespace, name))
        found = await self._next(self.lists)
        return found if isinstance(found, Failure) else Listed(items=found, version="7")

    async def watch(
        self,
        kind: Kind,
        namespace: str | None,
        since: str,
        tell: Callable[[Json], None],
        name: str = "",
    ) -> Failure | None:
        assert since == "7"
        self.asked.append(("watch", kind, namespace, name))
        answer = await self._next(self.watches)
        for event in () if isinstance(answer, Failure) or answer is None else answer:
            tell(event)
        return answer if isinstance(answer, Failure) else None

    async def _next(self, script: list[Any]) -> Any:
        if not script:
            self.over.set()
            await asyncio.Event().wait()
        return script.pop(0)


async def followed(watches: ScriptedWatches, stop: Stop | None = None) -> tuple[list[bool], list[float]]:
    """Follows until the scripts are over: what was in force at each change, and how long was slept."""
    stop = stop or a_stop()
    seen: list[bool] = []
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        await asyncio.sleep(0)

    stopping = FollowedStop(watches, stop, NS)
    following = asyncio.create_task(stopping.follow(lambda: seen.append(stop.in_force() is not None), sleep))
    await watches.over.wait()
    following.cancel()
    await asyncio.gather(following, return_exceptions=True)
    return seen, slept


def a_stop() -> Stop:
    return Stop(ManualClock(instant(INSIDE)))


def an_event(kind: str, body: Json = ORDER) -> Json:
    return {"type": kind, "object": body}


async def test_one_name_in_one_namespace_is_asked_for_and_nothing_else():
    watches = ScriptedWatches([[], []], [None])
    await followed(watches)
    assert {asked[1:] for asked in watches.asked} == {(("", "v1", "configmaps"), NS, STOP_NAME)}


async def test_it_is_told_when_it_comes_changes_and_goes():
    watches = ScriptedWatches([[], []], [[an_event("ADDED"), an_event("MODIFIED"), an_event("DELETED")]])
    assert (await followed(watches))[0] == [False, True, True, False, False]


async def test_what_a_silent_watch_has_not_told_the_next_list_tells():
    silent = Failure(kind=FailureKind.UNREACHABLE, message="the watch is silent: it is begun anew")
    watches = ScriptedWatches([[], [ORDER], []], [silent, None])
    seen, slept = await followed(watches)
    assert seen == [False, True, False]
    assert slept[0] == FIRST_WAIT_SECONDS


async def test_an_order_of_another_name_is_none():
    other = {"metadata": {"name": "firstbell-stop-not", "namespace": NS}}
    watches = ScriptedWatches([[other], []], [[an_event("ADDED", other)]])
    assert set((await followed(watches))[0]) == {False}


async def test_a_right_that_is_taken_away_ends_no_stop_and_is_asked_for_again():
    stop = a_stop()
    with capture_logs() as logs:
        seen, slept = await followed(ScriptedWatches([[ORDER], FORBIDDEN, FORBIDDEN, [ORDER]], [None]), stop)
    assert (seen, stop.is_known) == ([True, True, True, True], True)
    assert slept.count(REFUSED_SECONDS) == 2
    assert [line["log_level"] for line in logs] == ["error"]


async def test_a_start_waits_for_a_server_that_does_not_answer():
    stop, slept = a_stop(), []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    await FollowedStop(ScriptedWatches([DOWN, DOWN, [ORDER]]), stop, NS).first_look(Store(), sleep)
    assert (stop.is_known, stop.in_force() is not None, len(slept)) == (True, True, 2)


@pytest.mark.parametrize("reported", [True, False])
async def test_without_the_right_a_start_goes_by_the_last_report(reported: bool):  # noqa: FBT001
    store, body = Store(), an_autoscaler()
    body["metadata"] |= {"uid": "u", "generation": 1, "resourceVersion": "1"}
    condition = {"type": "Ready", "status": "False", "reason": "Stopped" if reported else "Serving"}
    condition |= {"lastTransitionTime": "2024-09-09T08:00:00Z", "message": ""}
    body["status"] = {"conditions": [condition]}
    store.put_autoscaler(seen_autoscaler(body, None))
    stop = a_stop()
    await FollowedStop(ScriptedWatches([FORBIDDEN]), stop, NS).first_look(store)
    assert (stop.is_known, stop.in_force() is not None) == (False, reported)


async def test_without_a_namespace_nothing_is_asked_and_it_is_said_how_to_have_one():
    watches, stop = ScriptedWatches([]), a_stop()
    with capture_logs() as logs:
        await FollowedStop(watches, stop, "").first_look(Store())
    assert "--stop-namespace" in logs[0]["event"]
    assert (watches.asked, stop.in_force(), await FollowedStop(watches, stop, "").look_again()) == (
        [],
        None,
        True,
    )
