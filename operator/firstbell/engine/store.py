"""What the watches have told, parsed once and found by what it concerns.

The store holds values, not API objects: of a thousand workloads it keeps the few fields that decide. Who
must look again when something changes is answered here, so that handlers stay one line.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from firstbell.domain.absence import Unavailable
    from firstbell.domain.days import SchoolDays
    from firstbell.domain.floor import Autoscaler
    from firstbell.domain.policy import Policy
    from firstbell.engine.ports import Json


class Actuation(StrEnum):
    """How the decision is carried out."""

    AUTO = "Auto"
    AUTOSCALER_FLOOR = "AutoscalerFloor"
    SCALE = "Scale"


class Mode(StrEnum):
    """Whether decisions are written."""

    ENFORCE = "Enforce"
    DRY_RUN = "DryRun"


class OnCalendarError(StrEnum):
    """What an unusable calendar leaves in force."""

    HOLD_LAST_PLAN = "HoldLastPlan"
    REACTIVE_ONLY = "ReactiveOnly"


@dataclass(frozen=True, kw_only=True, slots=True)
class TargetRef:
    """A workload: `scaleTargetRef` in a namespace."""

    namespace: str
    api_version: str
    kind: str
    name: str

    @property
    def group(self) -> str:
        """The API group, empty for the core one."""
        return self.api_version.rpartition("/")[0]

    @property
    def key(self) -> str:
        """What identifies the workload whatever version it is read by: `namespace/group/kind/name`."""
        return f"{self.namespace}/{self.group}/{self.kind}/{self.name}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Rules:
    """A SchoolAutoscaler's spec, as the engine uses it. `minimum` and `maximum` None: not given."""

    policy: Policy
    target: TargetRef
    actuation: Actuation = Actuation.AUTO
    mode: Mode = Mode.ENFORCE
    on_calendar_error: OnCalendarError = OnCalendarError.HOLD_LAST_PLAN
    minimum: int | None = None
    maximum: int | None = None
    scale_down_stabilization_seconds: int = 300


@dataclass(frozen=True, kw_only=True, slots=True)
class SeenCalendar:
    """A SchoolCalendar as last seen: its days, or why there are none."""

    key: str
    uid: str
    generation: int
    days: SchoolDays | Unavailable
    status: Json


@dataclass(frozen=True, kw_only=True, slots=True)
class SeenAutoscaler:
    """A SchoolAutoscaler as last seen: its rules, or why there are none, and the status on it."""

    key: str
    uid: str
    generation: int
    rules: Rules | Unavailable
    status: Json


@dataclass(frozen=True, kw_only=True, slots=True)
class SeenFloor:
    """Somebody's autoscaler as last seen, with what the engine needs to write to it."""

    autoscaler: Autoscaler
    target: TargetRef
    version: str
    managed_fields: tuple[Json, ...] = ()
    scaling_active: bool | None = None
    inactive_message: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class SeenWorkload:
    """A workload as last seen. `ready` is None while its status is behind its spec."""

    ref: TargetRef
    uid: str
    replicas: int
    ready: int | None
    rolling: bool = False


@dataclass(kw_only=True, slots=True)
class Store:
    """Everything seen, by key. Changing it returns the keys of the autoscalers that must look again."""

    calendars: dict[str, SeenCalendar] = field(default_factory=dict)
    autoscalers: dict[str, SeenAutoscaler] = field(default_factory=dict)
    floors: dict[str, SeenFloor] = field(default_factory=dict)
    workloads: dict[str, SeenWorkload] = field(default_factory=dict)
    _by_target: dict[str, set[str]] = field(default_factory=dict)
    _by_calendar: dict[str, set[str]] = field(default_factory=dict)
    _floors_by_target: dict[str, set[str]] = field(default_factory=dict)

    def put_calendar(self, seen: SeenCalendar) -> set[str]:
        """Remembers a calendar."""
        self.calendars[seen.key] = seen
        return set(self._by_calendar.get(seen.key, ()))

    def drop_calendar(self, key: str) -> set[str]:
        """Forgets a calendar."""
        self.calendars.pop(key, None)
        return set(self._by_calendar.get(key, ()))

    def put_autoscaler(self, seen: SeenAutoscaler) -> set[str]:
        """Remembers a SchoolAutoscaler; others on the same workload look again too."""
        concerned = self.drop_autoscaler(seen.key)
        self.autoscalers[seen.key] = seen
        if isinstance(seen.rules, Rules):
            self._by_target.setdefault(seen.rules.target.key, set()).add(seen.key)
            concerned |= self._by_target[seen.rules.target.key]
            for name in seen.rules.policy.calendar_names:
                calendar = f"{seen.rules.policy.namespace}/{name}"
                self._by_calendar.setdefault(calendar, set()).add(seen.key)
        return concerned | {seen.key}

    def drop_autoscaler(self, key: str) -> set[str]:
        """Forgets a SchoolAutoscaler."""
        seen = self.autoscalers.pop(key, None)
        if seen is None or not isinstance(seen.rules, Rules):
            return set()
        concerned = _leave(self._by_target, seen.rules.target.key, key)
        for name in seen.rules.policy.calendar_names:
            _leave(self._by_calendar, f"{seen.rules.policy.namespace}/{name}", key)
        return concerned

    def put_floor(self, seen: SeenFloor) -> set[str]:
        """Remembers an autoscaler of somebody's."""
        concerned = self.drop_floor(seen.autoscaler.key)
        self.floors[seen.autoscaler.key] = seen
        self._floors_by_target.setdefault(seen.target.key, set()).add(seen.autoscaler.key)
        return concerned | set(self._by_target.get(seen.target.key, ()))

    def drop_floor(self, key: str) -> set[str]:
        """Forgets an autoscaler of somebody's."""
        seen = self.floors.pop(key, None)
        if seen is None:
            return set()
        _leave(self._floors_by_target, seen.target.key, key)
        return set(self._by_target.get(seen.target.key, ()))

    def put_workload(self, seen: SeenWorkload) -> set[str]:
        """Remembers a workload, if it is anybody's target."""
        concerned = self._by_target.get(seen.ref.key, set())
        self.workloads[seen.ref.key] = seen
        return set(concerned)

    def drop_workload(self, key: str) -> set[str]:
        """Forgets a workload."""
        self.workloads.pop(key, None)
        return set(self._by_target.get(key, ()))

    def floors_of(self, target: TargetRef) -> list[SeenFloor]:
        """The autoscalers of somebody's that scale a workload, by name."""
        return [self.floors[key] for key in sorted(self._floors_by_target.get(target.key, ()))]

    def sharing(self, target: TargetRef) -> Iterable[SeenAutoscaler]:
        """The SchoolAutoscalers on a workload."""
        return [self.autoscalers[key] for key in sorted(self._by_target.get(target.key, ()))]


def _leave(index: dict[str, set[str]], at: str, key: str) -> set[str]:
    """Takes `key` out of the index entry, and returns who remains."""
    members = index.get(at, set())
    members.discard(key)
    if not members:
        index.pop(at, None)
    return set(members)
