"""Writes statuses and posts events, on transitions only: the one writer of status.

Reports wait in a queue of their own, each key once with its latest outcome; a status that could not be
written is tried again with the next report.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import structlog

from firstbell.core import Decision, Unavailable
from firstbell.core.instants import instant_of, minute_of
from firstbell.core.reasons import ConditionReason
from firstbell.engine.deciding.planning import coming_peaks
from firstbell.engine.objects.object_keys import namespace_of
from firstbell.engine.objects.packed import packed, unpacked
from firstbell.engine.objects.status_values import (
    merge_patch,
    read_conditions,
    visible_status,
    without_absent,
)
from firstbell.engine.pace.backoff import backoff
from firstbell.engine.pace.slices import Slices
from firstbell.engine.ports import NOT_KNOWN, ComingBell, Failure, FailureKind, write_outcome
from firstbell.engine.report.bell_figures import LastBell, bell_figures
from firstbell.engine.report.bells import (
    follow_baseline,
    follow_bells,
    follow_preparation,
    follow_reasons,
    looks_again,
    measured_lead,
)
from firstbell.engine.report.readiness import autoscaler_limit, due_replicas, is_red, ready_for_bell
from firstbell.engine.report.report_due import changed, least_wait, may_wait
from firstbell.engine.report.report_queue import ReportQueue
from firstbell.engine.report.reported_kinds import REPORTED_KINDS
from firstbell.engine.report.standing import standing_of
from firstbell.engine.report.status import invalid_status, readiness_of, status_of
from firstbell.engine.report.turned_conditions import turned_conditions
from firstbell.engine.seen.store import SeenWorkload, Store
from firstbell.engine.seen.watched_kinds import AUTOSCALERS
from firstbell.kinds.group import AUTOSCALER_PLURAL, GROUP, VERSION

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from firstbell.core.reasons import Condition
    from firstbell.engine.deciding.outcome import Outcome
    from firstbell.engine.memory.memory import Memory
    from firstbell.engine.memory.told import Told
    from firstbell.engine.ports import Clock, Cluster, EventSink, Json, Telemetry
    from firstbell.engine.report.readiness import Readiness
    from firstbell.engine.report.reported_kinds import ReportedKind
    from firstbell.engine.seen.store import OwnKey
    from firstbell.engine.seen.watched_kinds import OwnKind

log = structlog.get_logger("firstbell.engine")

RETRY = timedelta(seconds=10)
RETRY_DOUBLINGS = 2
"""Of the first wait after a failure, to about as long."""
LONGEST_RETRY = timedelta(minutes=5)
WATCHED_EVERY = timedelta(minutes=1)
WATCHED_DOUBLINGS = 5
"""Of the first wait after a failure, to about a minute."""
LONGEST_BETWEEN_DELETIONS = timedelta(minutes=30)
AGAIN_AFTER_CUT = timedelta(hours=1)

LOGGED_BY_ENGINE = frozenset(
    {ConditionReason.FAILED_UPDATE, ConditionReason.STOPPED, "Forbidden", "Unauthenticated"}
)


class Reporter:
    """What composes statuses and writes them, from a queue of reports.

    Nothing is deleted while `time_is_sure` says no.
    """

    def __init__(  # noqa: PLR0913 - the ports, each once
        self,
        *,
        store: Store,
        cluster: Cluster,
        clock: Clock,
        events: EventSink,
        telemetry: Telemetry,
        slices: Slices | None = None,
        time_is_sure: Callable[[], bool] = lambda: True,
    ) -> None:
        self._store = store
        self._cluster = cluster
        self._clock = clock
        self._events = events
        self._telemetry = telemetry
        self._slices = slices if slices is not None else Slices()
        self._time_is_sure = time_is_sure
        self._queue = ReportQueue(self._slices)
        self._untold: dict[OwnKey, int] = {}
        """How often in a row the status of an object was not written."""
        self._undeleted: dict[OwnKey, int] = {}
        """How often in a row an object that is to be deleted was not."""
        self._latest: dict[str, tuple[Memory, Outcome | Unavailable]] = {}

    def ask(self, key: str, memory: Memory, outcome: Outcome | Unavailable) -> None:
        """Queue the report of an autoscaler's tick; a later tick takes the place of an earlier one.

        Dashboards have its figures at once: a status waits for all the scaling there is to do.
        """
        self._telemetry.decided(key, NOT_KNOWN if isinstance(outcome, Unavailable) else standing_of(outcome))
        self._latest[key] = (memory, outcome)
        self._queue.put((AUTOSCALER_PLURAL, key))

    def ask_again(self, own: OwnKey) -> None:
        """Queue the report of an object of a kind in the table of those reported."""
        self._queue.put(own)

    def drop(self, own: OwnKey) -> None:
        """Report it not: another process does."""
        with self._queue.alone(own):
            self._latest.pop(own[1] if own[0] == AUTOSCALER_PLURAL else "", None)

    async def get(self) -> OwnKey:
        """Return the next object to report."""
        return await self._queue.get()

    async def report(self, own: OwnKey) -> datetime | None:
        """Write what changed of a status; return when it should be looked at again, or None.

        A SchoolAutoscaler is looked at again by a tick, all else by its report.
        """
        plural, key = own
        with self._queue.alone(own):
            if plural == AUTOSCALER_PLURAL:
                return await self._report_tick(key)
            return await self._report_kind(REPORTED_KINDS[plural], key)

    async def _report_tick(self, key: str) -> datetime | None:
        latest = self._latest.pop(key, None)
        seen = self._store.autoscalers.get(key)
        if latest is None or seen is None:
            return None
        memory, outcome = latest
        old = unpacked(memory.told.reported) if memory.told.reported is not None else seen.status
        now = self._clock.now()
        if isinstance(outcome, Unavailable):
            new, following = invalid_status(outcome, seen.generation, old, now), None
            self._telemetry.coming_bell(key, None)
        else:
            what = f"The report of SchoolAutoscaler {key}"
            composed = self._slices.run(
                key.partition("/")[0], what, lambda: self._compose(memory, outcome, old)
            )
            if isinstance(composed, Unavailable):
                composed = invalid_status(composed, seen.generation, old, now), None
            new, following = composed
        new = visible_status(new)
        self._telemetry.reported(AUTOSCALERS.kind, key, read_conditions(new))
        # A clock that was set back while a report was written puts it into the future.
        since = (
            now - memory.told.reported_at
            if memory.told.reported_at and memory.told.reported_at <= now
            else None
        )
        least = least_wait(memory.told.reports, now)
        patch = changed(old, new, since_last=since, least=least)
        if not patch:
            # What was held back must not stay behind for good.
            held_back = memory.told.reported_at if changed(old, new, since_last=None) else None
            return _sooner(following, held_back + max(may_wait(old, new), least) if held_back else None)
        failure = await self._write(AUTOSCALERS, key, patch)
        if failure is not None:
            return None if failure.kind is FailureKind.NOT_FOUND else now + RETRY
        memory.told.reported = packed(without_absent({**old, **new}))
        memory.told.reported_at = now
        memory.told.reports.append(now)
        self._tell(key, seen.uid, old, new, memory)
        return following

    def _compose(self, memory: Memory, outcome: Outcome, old: Json) -> tuple[Json, datetime | None]:
        """Return the new status, and when the workload's readiness should be looked at again."""
        workload = outcome.situation.workload
        ready = workload.ready if isinstance(workload, SeenWorkload) else None
        decision = outcome.decision
        desired = decision.desired if isinstance(decision, Decision) else None
        key = outcome.situation.seen.key
        if isinstance(outcome.plan, Unavailable):
            seen = readiness_of(outcome, memory, old, None)
            bell = ready_for_bell(seen)
            self._explain(key, memory, seen, bell)
            self._telemetry.coming_bell(key, None)
            return status_of(seen, bell, memory, (), old), None
        minute = minute_of(outcome.now)
        coming = coming_peaks(outcome.plan, memory.plans, minute)
        limited = autoscaler_limit(outcome)
        denied = limited.replicas if limited is not None else 0
        last_bell = LastBell.of(memory.told)
        memory.happenings.extend(
            follow_bells(memory.told, (*outcome.plan.peaks, *coming), ready, outcome.now, denied)
        )
        self._figure_bells(key, last_bell, memory.told)
        follow_preparation(outcome, memory.told, memory.carried_out, old)
        follow_baseline(outcome, memory.told, due_replicas(outcome.plan, minute))
        lead = measured_lead(memory.told, memory.lead.rises)
        looks = looks_again(memory.told, outcome.now, lead)
        if memory.told.next_bell is not None:
            looks.append(instant_of(max(memory.told.next_bell.minute, minute + 1)))
            if desired is not None and desired > outcome.plan.workload.bounds.minimum:
                looks.append(instant_of(minute + 1))
        seen = readiness_of(outcome, memory, old, self._store.shortfalls.of(key))
        bell = ready_for_bell(seen)
        self._explain(key, memory, seen, bell)
        return status_of(seen, bell, memory, coming, old), min(looks, default=None)

    def _figure_bells(self, key: str, last_bell: LastBell, told: Told) -> None:
        """Tell dashboards of the bell that has rung, and of the next."""
        figures, record = bell_figures(last_bell, told), told.next_bell
        if figures.late is not None:
            self._telemetry.rang(key, late=figures.late)
        if figures.ready_before is not None:
            self._telemetry.ready_before_bell(figures.ready_before)
        coming = None
        if record is not None:
            coming = ComingBell(at=instant_of(record.minute), replicas=record.peak.replicas)
        self._telemetry.coming_bell(key, coming)

    def _explain(self, key: str, memory: Memory, seen: Readiness, bell: Condition) -> None:
        """Have the pods of a workload that is red asked why, and tell what they said."""
        red, turned = is_red(bell), not seen.was(bell.reason)
        self._store.shortfalls.ask(key, wanted=red)
        reasons = seen.reasons if red else ()
        self._telemetry.not_ready(key, {one.reason.value: one.replicas for one in reasons})
        if red:
            memory.happenings.extend(follow_reasons(memory.told, reasons, seen.outcome.now, turned=turned))
        else:
            memory.told.reasons = frozenset()

    async def _report_kind(self, kind: ReportedKind, key: str) -> datetime | None:
        seen = kind.watched.known(self._store).get(key)
        if seen is None:
            self._undeleted.pop((kind.watched.plural, key), None)
            self._untold.pop((kind.watched.plural, key), None)
            return None
        now = self._clock.now()
        told = self._slices.run(
            namespace_of(key),
            f"The report of {kind.watched.kind} {key}",
            lambda: (*kind.status(self._store, seen, now), kind.deletion(self._store, seen, now)),
        )
        if isinstance(told, Unavailable):
            told = kind.cut(seen, told, now), now + AGAIN_AFTER_CUT, None
        new, following, deletion = visible_status(told[0]), told[1], told[2]
        # Before anything is waited for: after it the object may be gone, or another process's.
        self._telemetry.reported(kind.watched.kind, key, read_conditions(new))
        kind.figure(self._telemetry, seen, new, now)
        if deletion is not None and deletion <= now and self._time_is_sure():
            deletion = await self._delete(kind, seen, now)
            if deletion is None:
                return None
        following = _sooner(following, deletion)
        patch = merge_patch(seen.status, new)
        if patch:
            failure = await self._write(kind.watched, key, patch)
            if failure is not None:
                return self._untold_until((kind.watched.plural, key), failure, now)
            seen.status.update(new)
        self._untold.pop((kind.watched.plural, key), None)
        if following is None:
            return None
        return max(following, now + (kind.apart if following > now else WATCHED_EVERY))

    def _untold_until(self, own: OwnKey, failure: Failure, now: datetime) -> datetime | None:
        """Return when to try again to write a status: less and less often, there may be thousands."""
        if failure.kind is FailureKind.NOT_FOUND:
            return None
        failures = self._untold[own] = self._untold.get(own, 0) + 1
        return now + max(RETRY, backoff(failures + RETRY_DOUBLINGS, own[1], LONGEST_RETRY))

    async def _delete(self, kind: ReportedKind, seen: Any, now: datetime) -> datetime | None:
        """Delete an object that has done its work, in the very state that was seen.

        Return when to try it again; None where it is gone.
        """
        own = (kind.watched.plural, seen.key)
        answer = await self._cluster.delete(kind.watched.path(seen.key), seen.uid, seen.version)
        self._telemetry.wrote("deletion", write_outcome(answer))
        if not isinstance(answer, Failure):
            log.info("deleted, its time is over", object="/".join(own))
        if not isinstance(answer, Failure) or answer.kind is FailureKind.NOT_FOUND:
            self._undeleted.pop(own, None)
            return None
        if answer.kind in {FailureKind.CONFLICT, FailureKind.NOT_HELD, FailureKind.STOPPED}:
            return now + WATCHED_EVERY
        failures = self._undeleted[own] = self._undeleted.get(own, 0) + 1
        if failures == 1:
            log.warning("not deleted", object="/".join(own), message=answer.message)
        return now + max(
            WATCHED_EVERY, backoff(failures + WATCHED_DOUBLINGS, seen.key, LONGEST_BETWEEN_DELETIONS)
        )

    async def _write(self, kind: OwnKind, key: str, patch: Json) -> Failure | None:
        path = replace(kind.path(key), subresource="status")
        written = await self._cluster.merge_patch(path, {"status": patch})
        self._telemetry.wrote("status", write_outcome(written))
        if not isinstance(written, Failure):
            return None
        if written.kind not in {FailureKind.NOT_FOUND, FailureKind.NOT_HELD}:
            log.warning("status not written", object=f"{kind.plural}/{key}", message=written.message)
        return written

    def _tell(self, key: str, uid: str, old: Json, new: Json, memory: Memory) -> None:
        """Post events for what changed: desired counts and bells that rang, conditions that turned."""
        namespace, name = key.split("/", 1)
        involved = {
            "apiVersion": f"{GROUP}/{VERSION}",
            "kind": "SchoolAutoscaler",
            "namespace": namespace,
            "name": name,
            "uid": uid,
        }
        for happening in [*memory.happenings, *turned_conditions(old, new)]:
            self._events.post(involved, happening)
            if happening.warning and happening.reason not in LOGGED_BY_ENGINE:
                log.warning("told", autoscaler=key, reason=happening.reason, message=happening.message)
        memory.happenings.clear()


def _sooner(one: datetime | None, other: datetime | None) -> datetime | None:
    """Return the earlier of two instants; None is no instant at all."""
    return min((at for at in (one, other) if at is not None), default=None)
