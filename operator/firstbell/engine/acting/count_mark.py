"""Which of several installations sets the count of a workload that has no autoscaler.

A floor carries the name of its installation in annotations beside it. A count has no such place that `/scale`
leads to, so that the name stands in the status that all installations read, `status.actuator.instance`. It is
written before the first count is, by a write that fails where somebody wrote meanwhile. Another installation
that finds it writes its own name beside it, as a challenge: whoever lives answers by taking that away. Where
nobody does within a minute the first one is gone, and the other takes over.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from firstbell.engine.memory.written import Challenge
from firstbell.engine.ports import Failure, FailureKind, ObjectPath, write_outcome
from firstbell.engine.seen.store import KeptStatus
from firstbell.kinds.group import AUTOSCALER_PLURAL, GROUP, VERSION

if TYPE_CHECKING:
    from datetime import datetime

    from firstbell.engine.deciding.situation import Situation
    from firstbell.engine.memory.memory import Memory
    from firstbell.engine.ports import Cluster, Json, Operation, Telemetry
    from firstbell.engine.seen.store import SeenAutoscaler, Store

ANSWER_WITHIN = timedelta(minutes=1)
CHALLENGE_AGAIN = timedelta(minutes=10)
"""How long after a challenge that was answered the next one is written."""
_INSTANCE, _CHALLENGER = "/status/actuator/instance", "/status/actuator/challenger"

log = structlog.get_logger("firstbell.engine")


class CountMarks:
    """Claims, challenges and answers of one installation."""

    def __init__(self, *, store: Store, cluster: Cluster, telemetry: Telemetry, instance: str) -> None:
        self._store = store
        self._cluster = cluster
        self._telemetry = telemetry
        self._instance = instance

    async def claim(self, stands: Situation) -> Failure | None:
        """Mark the count as ours to set. A Failure: another installation was quicker, and is known now.

        Nothing else keeps a workload from its bell: where the mark cannot be written, the count is set
        without one.
        """
        seen = stands.seen
        if seen.count_mark.instance == self._instance:
            if seen.count_mark.challenger:
                await self.answer(seen)
            return None
        written = await self._mark(stands, seen)
        if isinstance(written, Failure) and written.kind is FailureKind.CONFLICT:
            body = await self._cluster.get(_path(seen))
            if isinstance(body, Failure):
                return None
            seen = self._learn(seen, body)
            if seen.count_mark.instance not in {"", self._instance}:
                message = f"the firstbell installation {seen.count_mark.instance} sets the replicas"
                return Failure(kind=FailureKind.INVALID, message=message)
            if seen.count_mark.instance == "":
                written = await self._mark(stands, seen)
        if not isinstance(written, Failure):
            self._learn(seen, written)
        return None

    async def _mark(self, stands: Situation, seen: SeenAutoscaler) -> Json | Failure:
        target = stands.rules.target
        actuator = {"kind": target.kind, "name": target.name, "instance": self._instance}
        # The version makes it a Conflict where anybody has written since.
        patch = {"metadata": {"resourceVersion": seen.version}, "status": {"actuator": actuator}}
        written = await self._cluster.merge_patch(_path(seen, "status"), patch)
        self._note(written)
        return written

    async def answer(self, seen: SeenAutoscaler) -> Failure | None:
        """Show a challenger that we live. What fails is tried again by the next tick."""
        return await self._patch(
            seen,
            [
                {"op": "test", "path": _INSTANCE, "value": self._instance},
                {"op": "test", "path": _CHALLENGER, "value": seen.count_mark.challenger},
                {"op": "remove", "path": _CHALLENGER},
            ],
        )

    async def live_on(self, stands: Situation) -> Failure | None:
        """Answer a challenger of a count that is ours to set: who is stopped lives, and is not replaced."""
        mark = stands.seen.count_mark
        ours = mark.instance == self._instance and mark.challenger
        return await self.answer(stands.seen) if ours else None

    async def contend(self, stands: Situation, memory: Memory, now: datetime) -> Failure | None:
        """Tell where another installation sets the count.

        It is asked whether it still does, and taken over from if not.
        """
        seen, mark = stands.seen, stands.seen.count_mark
        challenge = memory.written.challenge
        if challenge is None or challenge.rival != stands.rival or now >= challenge.since + CHALLENGE_AGAIN:
            failure = None if mark.challenger == self._instance else await self._challenge(seen)
            if failure is None:
                memory.written.challenge = Challenge(rival=stands.rival, since=now)
                memory.looks_again.ask(now + ANSWER_WITHIN)
            return failure
        if now < challenge.since + ANSWER_WITHIN:
            memory.looks_again.ask(challenge.since + ANSWER_WITHIN)
            return None
        if mark.challenger == self._instance:
            return await self._take_over(seen, memory, now)
        memory.looks_again.ask(challenge.since + CHALLENGE_AGAIN)
        return None

    async def _challenge(self, seen: SeenAutoscaler) -> Failure | None:
        return await self._patch(
            seen,
            [
                {"op": "test", "path": _INSTANCE, "value": seen.count_mark.instance},
                {"op": "add", "path": _CHALLENGER, "value": self._instance},
            ],
        )

    async def _take_over(self, seen: SeenAutoscaler, memory: Memory, now: datetime) -> Failure | None:
        failure = await self._patch(
            seen,
            [
                {"op": "test", "path": _INSTANCE, "value": seen.count_mark.instance},
                {"op": "test", "path": _CHALLENGER, "value": self._instance},
                {"op": "replace", "path": _INSTANCE, "value": self._instance},
                {"op": "remove", "path": _CHALLENGER},
            ],
        )
        if failure is None:
            memory.written.challenge = None
            memory.looks_again.ask(now + timedelta(seconds=1))
            log.warning("sets the replicas from now on", autoscaler=seen.key, before=seen.count_mark.instance)
        return failure

    async def _patch(self, seen: SeenAutoscaler, operations: list[Operation]) -> Failure | None:
        written = await self._cluster.json_patch(_path(seen, "status"), operations)
        self._note(written)
        if not isinstance(written, Failure):
            self._learn(seen, written)
            return None
        if written.kind is FailureKind.INVALID:  # a race that was lost: the watch tells what stands there
            return replace(written, kind=FailureKind.CONFLICT)
        return written

    def _note(self, written: Json | Failure) -> None:
        self._telemetry.wrote("mark", write_outcome(written))

    def _learn(self, known: SeenAutoscaler, body: Json) -> SeenAutoscaler:
        """Keep the status of an answer; an edit of the spec is for the watch to tell."""
        current = self._store.autoscalers.get(known.key)
        kept = current if current is not None and current.uid == known.uid else known
        seen = replace(kept, kept_status=KeptStatus.of(body), version=body["metadata"]["resourceVersion"])
        if kept is current:
            self._store.put_autoscaler(seen)
        return seen


def _path(seen: SeenAutoscaler, subresource: str = "") -> ObjectPath:
    namespace, name = seen.key.split("/", 1)
    return ObjectPath(
        group=GROUP,
        version=VERSION,
        plural=AUTOSCALER_PLURAL,
        namespace=namespace,
        name=name,
        subresource=subresource,
    )
