"""Hand-written stand-ins for the outside: they implement the engine's ports and keep what they were told.

`FakeCluster` behaves as the API server does where the engine depends on it: versions, generations, `test`
operations, merge patches that delete by null, a default of 1 and a check on HPA bounds, and who manages
which field. `ManualClock` moves only when a test moves it.
"""

from __future__ import annotations

import asyncio
import heapq
from collections import Counter
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from itertools import count
from typing import TYPE_CHECKING, Any, TypeAlias

from firstbell.engine.ports import Failure, FailureKind, Listed, ObjectPath, Page
from tests.json_patch import PatchError, apply_json_patch, apply_merge_patch
from tests.managed_fields import managed
from tests.plain_copy import plain_copy

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from firstbell.core.absence import Unavailable
    from firstbell.core.reasons import Condition
    from firstbell.engine.ports import (
        CalendarFigures,
        ComingBell,
        FleetFigures,
        Happening,
        Json,
        Kind,
        MetricQuery,
        Operation,
        Standing,
    )

OURS = "firstbell"
MOST_TURNS = 100_000

Key: TypeAlias = tuple[str, str, str, str]
"""Group, plural, namespace and name of an object."""


def instant(text: str) -> datetime:
    """`2024-09-09T08:20` read as UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


async def settled() -> None:
    """Returns when nothing is left to run until a clock or a test moves something."""
    ready = asyncio.get_running_loop()._ready  # type: ignore[attr-defined]  # no public word for it
    for _ in range(MOST_TURNS):
        await asyncio.sleep(0)
        if not ready:
            return
    msg = "something runs without end although no time passes"
    raise RuntimeError(msg)


class ManualClock:
    """The engine's `Clock`, moved by `advance` and `set` alone; sleepers wake in the order of their times."""

    def __init__(self, start: datetime) -> None:
        self._start = start
        self._passed = timedelta(0)
        self._sleepers: list[tuple[timedelta, int, asyncio.Future[None]]] = []
        self._order = count()

    def now(self) -> datetime:
        return self._start + self._passed

    def monotonic(self) -> float:
        return self._passed.total_seconds()

    async def sleep(self, seconds: float) -> None:
        waking = asyncio.get_running_loop().create_future()
        until = self._passed + timedelta(seconds=max(0.0, seconds))
        if until <= self._passed:
            await asyncio.sleep(0)
            return
        heapq.heappush(self._sleepers, (until, next(self._order), waking))
        await waking

    def set(self, at: datetime) -> None:
        """So much time passes without waking anybody: for tests without a running engine."""
        self._passed = at - self._start

    def jump(self, by: timedelta) -> None:
        """Somebody sets the clock: no time passes."""
        self._start += by

    async def advance(self, to: datetime | timedelta) -> None:
        """Lets time pass, sleeper by sleeper, and everything run that they do."""
        end = self._passed + to if isinstance(to, timedelta) else to - self._start
        await settled()
        while self._sleepers and self._sleepers[0][0] <= end:
            self._passed, _, waking = heapq.heappop(self._sleepers)
            if not waking.done():
                waking.set_result(None)
                await settled()
        self._passed = end
        await settled()

    async def leap(self, to: datetime, step: timedelta) -> None:
        """Lets time pass step by step: who would have woken within one wakes once, at its end.

        To an engine it is a machine that is late to wake it, day in, day out: of days at rest it shows what
        is kept and forgotten, at a small part of what `advance` costs; not what happens to the second.
        """
        end = to - self._start
        await settled()
        while self._passed < end:
            self._passed = min(self._passed + step, end)
            while self._sleepers and self._sleepers[0][0] <= self._passed:
                _, _, waking = heapq.heappop(self._sleepers)
                if not waking.done():
                    waking.set_result(None)
            await settled()


class FakeEvents:
    """The engine's `EventSink`: what was posted, in order."""

    def __init__(self) -> None:
        self.posted: list[tuple[Json, Happening]] = []

    def post(self, involved: Json, happening: Happening) -> None:
        self.posted.append((involved, happening))

    @property
    def reasons(self) -> list[str]:
        return [happening.reason for _, happening in self.posted]


class FakeTelemetry:
    """The engine's `Telemetry`: figures as plain counters."""

    def __init__(self) -> None:
        self.writes: Counter[tuple[str, str]] = Counter()
        self.ticks = 0
        self.standing: dict[str, tuple[int | None, int | None, int | None]] = {}
        """Current, ready and desired replicas."""
        self.standings: dict[str, Standing] = {}
        self.coming: dict[str, ComingBell | None] = {}
        self.planned_peaks: dict[str, int | None] = {}
        self.bells: list[tuple[str, bool]] = []
        """Each bell that was counted, and whether it was late."""
        self.before_bell: list[float] = []
        self.conditions: dict[tuple[str, str], dict[str, tuple[str, str]]] = {}
        """By kind and key: status and reason by type."""
        self.calendars: dict[tuple[str, str], CalendarFigures] = {}
        self.ends: dict[str, datetime | None] = {}
        self.late: list[float] = []
        self.queries: list[tuple[str, float]] = []
        self.off: float | None = None
        self.pace: float | None = None
        self.not_ready_for: dict[str, dict[str, int]] = {}
        self.is_stopped: bool | None = None
        self.next_bell: FleetFigures | None = None
        self.shards: dict[int, bool] = {}

    def ticked(self, seconds: float) -> None:  # noqa: ARG002 - the port's
        self.ticks += 1

    def woke(self, seconds: float) -> None:
        self.late.append(seconds)

    def decided(self, key: str, standing: Standing) -> None:
        self.standings[key] = standing
        self.standing[key] = (standing.current, standing.ready, standing.desired)

    def coming_bell(self, key: str, bell: ComingBell | None) -> None:
        self.coming[key] = bell

    def planned_peak(self, key: str, replicas: int | None) -> None:
        self.planned_peaks[key] = replicas

    def rang(self, key: str, *, late: bool) -> None:
        self.bells.append((key, late))

    def ready_before_bell(self, seconds: float) -> None:
        self.before_bell.append(seconds)

    def reported(self, kind: str, key: str, conditions: Sequence[Condition]) -> None:
        self.conditions[kind, key] = {one.type: (one.status.value, one.reason) for one in conditions}

    def calendar(self, kind: str, key: str, figures: CalendarFigures) -> None:
        self.calendars[kind, key] = figures

    def override_ends(self, key: str, at: datetime | None) -> None:
        self.ends[key] = at

    def queried(self, outcome: str, seconds: float) -> None:
        self.queries.append((outcome, seconds))

    def not_ready(self, key: str, reasons: Mapping[str, int]) -> None:
        self.not_ready_for[key] = dict(reasons)

    def wrote(self, what: str, outcome: str) -> None:
        self.writes[what, outcome] += 1

    def paced(self, seconds: float) -> None:
        self.pace = seconds

    def clock_off(self, seconds: float | None) -> None:
        self.off = seconds

    def fleet(self, figures: FleetFigures | None) -> None:
        self.next_bell = figures

    def stopped(self, stopped: bool | None) -> None:  # noqa: FBT001 - the port's
        self.is_stopped = stopped

    def held(self, shards: Mapping[int, bool]) -> None:
        self.shards = dict(shards)

    def forget(self, kind: str, key: str) -> None:
        self.conditions.pop((kind, key), None)
        self.calendars.pop((kind, key), None)
        if kind == "ScalingOverride":
            self.ends.pop(key, None)
        if kind == "SchoolAutoscaler":
            for told in (self.standing, self.standings, self.coming, self.planned_peaks):
                told.pop(key, None)


class FakeMetrics:
    """The engine's `Metrics`: `answers` by query, `asked` what was asked when, `askers` on whose behalf.

    An answer is a number, an Unavailable, an exception to raise, or a future to wait for. `under_way` is how
    many are answered at this moment, `most_under_way` how many ever were.
    """

    def __init__(self, clock: ManualClock, **answers: Any) -> None:
        self.answers = answers
        self.asked: list[tuple[datetime, MetricQuery]] = []
        self.askers: list[str] = []
        self.under_way = self.most_under_way = 0
        self._clock = clock

    async def read(self, query: MetricQuery, asked_by: str = "") -> Fraction | Unavailable:
        self.asked.append((self._clock.now(), query))
        self.askers.append(asked_by)
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            answer = self.answers.get(query.query.removeprefix("sum(").removesuffix(")"), 0)
            if isinstance(answer, asyncio.Future):
                answer = await answer
            if isinstance(answer, Exception):
                raise answer
            return Fraction(answer) if isinstance(answer, int) else answer
        finally:
            self.under_way -= 1


class FakeCluster:
    """The engine's `Cluster`, in memory.

    `requests` lists (verb, path) of everything asked of it, `patches` (path, operations) of each JSON patch;
    `on_change` is called with every object that
    changes, as a watch would be. `fail` makes requests fail, `before_write` runs once before the next patch,
    each of `before_hand_backs` before one that writes managedFields, and what it raises is as a SIGKILL;
    `admission` may change or (PatchError) deny what a patch makes; `served` is what discovery tells by
    (group, version).
    """

    def __init__(self, on_change: Callable[[str, Json], object] | None = None) -> None:
        self.objects: dict[Key, Json] = {}
        self.requests: list[tuple[str, str]] = []
        self.patches: list[tuple[str, list[Operation]]] = []
        self.on_change = on_change
        self.before_write: Callable[[], object] | None = None
        self.before_hand_backs: list[Callable[[], object]] = []
        self.admission: Callable[[ObjectPath, Json], object] | None = None
        self.served: dict[tuple[str, str], list[Json]] = {}
        self.gate: asyncio.Event | None = None
        self._failures: list[dict[str, Any]] = []
        self._version = 100
        self._uids = count(1)

    # What tests do to it.

    def put(self, group: str, plural: str, body: Json, *, manager: str = "kubectl") -> Json:
        """Creates an object, as somebody else would."""
        body = plain_copy(body)
        meta = body["metadata"]
        meta.setdefault("uid", f"uid-{next(self._uids)}")
        meta.setdefault("generation", 1)
        meta.setdefault("creationTimestamp", "2024-09-01T00:00:00Z")
        if manager and "managedFields" not in meta:
            meta["managedFields"] = managed([], {}, body, manager)
        return self._store((group, plural, meta.get("namespace", ""), meta["name"]), body, "ADDED")

    def edit(
        self,
        group: str,
        plural: str,
        namespace: str,
        name: str,
        change: Callable[[Json], object],
        *,
        manager: str = "kubectl-edit",
    ) -> Json:
        """Changes an object, as somebody else would; `change` edits it in place."""
        return self._update((group, plural, namespace, name), change, manager)

    def remove(self, group: str, plural: str, namespace: str, name: str) -> None:
        """Deletes an object."""
        body = self.objects.pop((group, plural, namespace, name))
        self._tell(plural, "DELETED", body)

    def fail(
        self,
        kind: str,
        *,
        verb: str = "",
        path: str = "",
        times: int | None = None,
        message: str = "made to fail",
    ) -> None:
        """Makes matching requests fail, so many times or (None) until `heal`."""
        self._failures.append(
            {
                "verb": verb,
                "path": path,
                "times": times,
                "failure": Failure(kind=FailureKind(kind), message=message),
            }
        )

    def heal(self) -> None:
        self._failures.clear()

    def counted(self, verb: str = "", path: str = "") -> int:
        """How many requests had this verb and this in their path."""
        return sum(verb in done and path in where for done, where in self.requests)

    # The port.

    async def get(self, path: ObjectPath) -> Json | Failure:
        return await self._asked("GET", path.url) or self._view(path)

    async def resources(self, group: str, version: str) -> list[Json] | Failure:
        failed = await self._asked("GET", f"{group}/{version}")
        if failed is not None:
            return failed
        served = self.served.get((group, version))
        return served or Failure(kind=FailureKind.NOT_FOUND, message="the server has no such group (404)")

    async def list_all(
        self, group: str, version: str, plural: str, namespace: str | None, selector: str = ""
    ) -> list[Json] | Failure:
        where = f"/{namespace}/{plural}" if namespace else f"/{plural}"
        failed = await self._asked("LIST", f"{group}/{version}{where}")
        if failed is not None:
            return failed
        return [
            plain_copy(body)
            for (in_group, kind, space, _), body in self.objects.items()
            if (in_group, kind) == (group, plural)
            and namespace in {None, space}
            and _selected(body, selector)
        ]

    async def list_at(self, kind: Kind, namespace: str | None, name: str = "") -> Listed | Failure:
        found = await self.list_all(*kind, namespace)
        if isinstance(found, Failure):
            return found
        items = [body for body in found if name in {"", body["metadata"]["name"]}]
        return Listed(items=items, version=str(self._version))

    async def watch(
        self,
        kind: Kind,  # noqa: ARG002 - the port's
        namespace: str | None,  # noqa: ARG002
        since: str,  # noqa: ARG002
        tell: Callable[[Json], None],  # noqa: ARG002 - `on_change` is called instead
        name: str = "",  # noqa: ARG002
    ) -> Failure | None:
        await asyncio.Event().wait()
        return None

    async def list_each(
        self, kind: Kind, namespace: str | None, take: Callable[[Json], None]
    ) -> str | Failure:
        found = await self.list_all(*kind, namespace)
        if isinstance(found, Failure):
            return found
        for body in found:
            take(body)
        return str(self._version)

    async def list_page(
        self, kind: Kind, namespace: str | None, selector: str, most: int, following: str = ""
    ) -> Page | Failure:
        found = await self.list_all(*kind, namespace, selector)
        if isinstance(found, Failure):
            return found
        begin = int(following or 0)
        rest = str(begin + most) if len(found) > begin + most else ""
        return Page(items=found[begin : begin + most], following=rest)

    async def json_patch(self, path: ObjectPath, operations: Sequence[Operation]) -> Json | Failure:
        self.patches.append((path.url, list(operations)))
        hands_back = any(each["path"] == "/metadata/managedFields" for each in operations)
        if hands_back and self.before_hand_backs:
            self.before_hand_backs.pop(0)()
        return await self._patch(path, lambda body: apply_json_patch(body, operations))

    async def merge_patch(self, path: ObjectPath, patch: Mapping[str, Any]) -> Json | Failure:
        return await self._patch(path, lambda body: apply_merge_patch(body, patch))

    async def apply(self, path: ObjectPath, body: Mapping[str, Any]) -> Json | Failure:
        """Applied by one manager alone: what it does not name any more is gone."""
        failed = await self._asked("PATCH", path.url)
        if failed is not None:
            return failed
        key = (path.group, path.plural, path.namespace, path.name)
        if key not in self.objects:
            return self.put(path.group, path.plural, dict(body), manager=OURS)
        content = {name: value for name, value in body.items() if name != "metadata"}
        return self._update(key, lambda there: there.update(plain_copy(content)))

    async def create(
        self, group: str, version: str, plural: str, namespace: str, body: Mapping[str, Any]
    ) -> Json | Failure:
        failed = await self._asked("POST", f"{group}/{version}/{namespace}/{plural}")
        if failed is not None:
            return failed
        if (group, plural, namespace, body["metadata"]["name"]) in self.objects:
            return Failure(kind=FailureKind.CONFLICT, message="already exists (409)")
        return self.put(group, plural, dict(body), manager=OURS)

    async def delete(self, path: ObjectPath, uid: str, version: str) -> Json | Failure:
        failed = await self._asked("DELETE", path.url)
        if failed is not None:
            return failed
        there = self._view(path)
        if isinstance(there, Failure):
            return there
        if (there["metadata"]["uid"], there["metadata"].get("resourceVersion")) != (uid, version):
            return Failure(kind=FailureKind.CONFLICT, message="the precondition does not hold (409)")
        self.remove(path.group, path.plural, path.namespace, path.name)
        return there

    # How it is done.

    async def _asked(self, verb: str, where: str) -> Failure | None:
        self.requests.append((verb, where))
        if self.gate is not None:
            await self.gate.wait()
        for rule in self._failures:
            if rule["verb"] in verb and rule["path"] in where and rule["times"] != 0:
                if rule["times"] is not None:
                    rule["times"] -= 1
                failure: Failure = rule["failure"]
                return failure
        return None

    async def _patch(self, path: ObjectPath, change: Callable[[Json], Json]) -> Json | Failure:
        failed = await self._asked("PATCH", path.url)
        if failed is not None:
            return failed
        if self.before_write is not None:
            first, self.before_write = self.before_write, None
            first()
        viewed = self._view(path)
        if isinstance(viewed, Failure):
            return viewed
        try:
            changed = change(viewed)
        except PatchError as stale:
            return Failure(kind=FailureKind.INVALID, message=f"{stale} (422)", overtaken=True)
        try:
            if self.admission is not None:
                self.admission(path, changed)
        except PatchError as refused:
            return Failure(kind=FailureKind.INVALID, message=f"{refused} (422)")
        if changed["metadata"].get("resourceVersion") != viewed["metadata"].get("resourceVersion"):
            return Failure(kind=FailureKind.CONFLICT, message="the object has been modified (409)")
        return _refused(changed) or self._write(path, changed)

    def _write(self, path: ObjectPath, changed: Json) -> Json | Failure:
        key = (path.group, path.plural, path.namespace, path.name)
        if path.subresource == "scale":
            self._update(key, lambda body: body["spec"].update(replicas=changed["spec"].get("replicas", 0)))
        elif path.subresource == "status":
            self._update(key, lambda body: body.update(status=changed.get("status", {})))
        else:
            self._update(key, lambda body: _replace(body, changed))
        return self._view(path)

    def _view(self, path: ObjectPath) -> Json | Failure:
        body = self.objects.get((path.group, path.plural, path.namespace, path.name))
        if body is None:
            return Failure(kind=FailureKind.NOT_FOUND, message=f"{path.plural} {path.name} not found (404)")
        body = plain_copy(body)
        if path.subresource != "scale":
            return body
        kept = ("name", "namespace", "uid", "resourceVersion")
        replicas = body["spec"].get("replicas", 1)
        return {
            "kind": "Scale",
            "metadata": {name: body["metadata"][name] for name in kept},
            "spec": {"replicas": replicas} if replicas else {},
            "status": {"selector": body.get("status", {}).get("selector", "")},
        }

    def _update(self, key: Key, change: Callable[[Json], object], manager: str = OURS) -> Json:
        before = self.objects[key]
        body = plain_copy(before)
        change(body)
        meta, was = body["metadata"], before["metadata"]
        if body == before:
            return body
        if body.get("spec") != before.get("spec"):
            meta["generation"] = was["generation"] + 1
        if meta.get("managedFields") == was.get("managedFields"):
            meta["managedFields"] = managed(was.get("managedFields") or [], before, body, manager)
        return self._store(key, body, "MODIFIED")

    def _store(self, key: Key, body: Json, kind: str) -> Json:
        self._version += 1
        body["metadata"]["resourceVersion"] = str(self._version)
        if key[1] == "horizontalpodautoscalers":
            body["spec"].setdefault("minReplicas", 1)
        if body["metadata"].get("annotations") == {}:
            del body["metadata"]["annotations"]
        self.objects[key] = body
        self._tell(key[1], kind, body)
        return plain_copy(body)

    def _tell(self, plural: str, kind: str, body: Json) -> None:
        if self.on_change is not None:
            self.on_change(plural, {"type": kind, "object": plain_copy(body)})


def _replace(body: Json, by: Json) -> None:
    body.clear()
    body.update(by)


def _selected(body: Json, selector: str) -> bool:
    """Whether labels fit a selector of equalities, such as `app=web,tier=front`."""
    wanted = dict(part.split("=") for part in selector.split(",") if part)
    return wanted.items() <= (body["metadata"].get("labels") or {}).items()


def _refused(body: Json) -> Failure | None:
    """What the API server's own checks say of an HPA."""
    spec = body.get("spec") or {}
    least = spec.get("minReplicas")
    if "maxReplicas" in spec and least is not None and spec["maxReplicas"] < least:
        message = "spec.maxReplicas: Invalid value: must be greater than or equal to `minReplicas` (422)"
        return Failure(kind=FailureKind.INVALID, message=message)
    return None
