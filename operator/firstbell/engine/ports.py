"""What the engine asks of the outside, and how failure comes back: as a value.

The Protocols are defined here, where they are consumed; `adapters/` implements them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime, timedelta
    from fractions import Fraction

    from firstbell.core import Unavailable
    from firstbell.core.capacity import Requested
    from firstbell.core.reasons import Condition

Json: TypeAlias = dict[str, Any]
"""A Kubernetes object, or a part of one, as it travels."""

Operation: TypeAlias = dict[str, Any]
"""One JSON patch operation (RFC 6902)."""


class FailureKind(StrEnum):
    """What went wrong with a request, as far as a caller can act on it."""

    NOT_FOUND = "NotFound"
    FORBIDDEN = "Forbidden"
    UNAUTHENTICATED = "Unauthenticated"
    CONFLICT = "Conflict"
    INVALID = "Invalid"
    REFUSED = "Refused"
    EXPIRED = "Expired"
    THROTTLED = "Throttled"
    UNREACHABLE = "Unreachable"
    SERVER_ERROR = "ServerError"
    STALE = "Stale"
    """Not sent: decided before this process stood still."""
    NOT_HELD = "NotHeld"
    """Not sent: another process holds the Lease for it, or may by now."""
    STOPPED = "Stopped"
    """Not sent: there is an order to write nothing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Failure:
    """A request that did not succeed; `message` is the server's or a sentence for people.

    `overtaken`: what a patch of ours tests did not hold any more, because somebody else wrote first.
    Refused is a write that was Invalid before, although nothing has changed since: it was not sent again.
    `again_in` says how long the same request should wait; None where nothing speaks against an early one.
    """

    kind: FailureKind
    message: str
    again_in: timedelta | None = None
    overtaken: bool = False

    @property
    def transient(self) -> bool:
        """Whether the same request may succeed soon."""
        return self.kind in _TRANSIENT


_TRANSIENT = frozenset(
    {
        FailureKind.UNAUTHENTICATED,  # credentials are read anew
        FailureKind.CONFLICT,
        FailureKind.EXPIRED,
        FailureKind.THROTTLED,
        FailureKind.UNREACHABLE,
        FailureKind.SERVER_ERROR,
        FailureKind.STALE,
        FailureKind.NOT_HELD,
        FailureKind.STOPPED,
    }
)


NOT_FOR_US = frozenset({FailureKind.NOT_FOUND, FailureKind.FORBIDDEN})
"""What a read of a kind says that the cluster does not have, or that is not ours to see."""
OK, OVERTAKEN = "ok", "Overtaken"
_LOST = frozenset({FailureKind.CONFLICT, FailureKind.NOT_FOUND})


def write_outcome(answer: Json | Failure) -> str:
    """Tell how a write ended, in a word for figures: `ok`, `Overtaken`, or the kind of a failure.

    A race that was lost, to somebody who wrote or deleted first, is Overtaken and no failure: what stands
    there is read, and the next look goes by that.
    """
    if not isinstance(answer, Failure):
        return OK
    return OVERTAKEN if answer.overtaken or answer.kind in _LOST else answer.kind


@dataclass(frozen=True, kw_only=True, slots=True)
class ObjectPath:
    """Where an object lives in the API.

    `group` is empty for the core group, `namespace` for what is in none.
    """

    group: str
    version: str
    plural: str
    namespace: str
    name: str
    subresource: str = ""

    @property
    def url(self) -> str:
        """The path part of its URL."""
        root = f"/apis/{self.group}/{self.version}" if self.group else f"/api/{self.version}"
        space = f"/namespaces/{self.namespace}" if self.namespace else ""
        tail = f"/{self.subresource}" if self.subresource else ""
        return f"{root}{space}/{self.plural}/{self.name}{tail}"


Kind: TypeAlias = tuple[str, str, str]
"""A kind of the API: group (empty for the core one), version, plural."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """All objects of a kind, and the version of the list, from which a watch can go on."""

    items: list[Json]
    version: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """Some objects of a kind; `following` asks for the next ones, empty where there are none."""

    items: list[Json]
    following: str


class Clock(Protocol):
    """Time, and waiting for it."""

    def now(self) -> datetime:
        """Return the present instant, aware, UTC. Somebody may set it, forward or back."""
        ...

    def monotonic(self) -> float:
        """Return the seconds since some moment, which nobody can set; suspension counts where it can."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Return after so many seconds of this clock."""
        ...


class ServerTime(Protocol):
    """The clock of the API server."""

    def minus_steady(self) -> float | None:
        """Tell how many seconds it is ahead of `Clock.monotonic`; None while nobody knows."""
        ...


class Cluster(Protocol):
    """The Kubernetes API: single requests with a deadline, no decisions."""

    async def get(self, path: ObjectPath) -> Json | Failure:
        """Read one object."""
        ...

    async def list_all(
        self, group: str, version: str, plural: str, namespace: str | None, selector: str = ""
    ) -> list[Json] | Failure:
        """Read every object of a kind, in one namespace or (None) in all; `selector` is one of labels."""
        ...

    async def list_each(
        self, kind: Kind, namespace: str | None, take: Callable[[Json], None]
    ) -> str | Failure:
        """Hand over every object of a kind, in one namespace or (None) in all, as it comes.

        Return the version of the list, from which a watch can go on. Not all are in memory at once; where
        the server forgets the list meanwhile all are handed over again.
        """
        ...

    async def list_page(
        self, kind: Kind, namespace: str | None, selector: str, most: int, following: str = ""
    ) -> Page | Failure:
        """Read at most so many objects of a kind, in one namespace or (None) in all."""
        ...

    async def resources(self, group: str, version: str) -> list[Json] | Failure:
        """Return what the API server serves of a group and version: `kind`, its plural as `name`."""
        ...

    async def json_patch(self, path: ObjectPath, operations: Sequence[Operation]) -> Json | Failure:
        """Apply a JSON patch; a failed `test` is Invalid."""
        ...

    async def merge_patch(self, path: ObjectPath, patch: Mapping[str, Any]) -> Json | Failure:
        """Apply a JSON merge patch."""
        ...

    async def apply(self, path: ObjectPath, body: Mapping[str, Any]) -> Json | Failure:
        """Apply an object server-side, over whoever wrote the same fields: created where it is not there."""
        ...

    async def create(
        self, group: str, version: str, plural: str, namespace: str, body: Mapping[str, Any]
    ) -> Json | Failure:
        """Create one object."""
        ...

    async def delete(self, path: ObjectPath, uid: str, version: str) -> Json | Failure:
        """Delete one object, in the very state that was seen; in any other it is a Conflict."""
        ...


class Watches(Protocol):
    """What there is of a kind, and what becomes of it."""

    async def list_at(self, kind: Kind, namespace: str | None, name: str = "") -> Listed | Failure:
        """Read every object of a kind, in one namespace or (None) in all; or the one of a name alone."""
        ...

    async def list_each(
        self, kind: Kind, namespace: str | None, take: Callable[[Json], None]
    ) -> str | Failure:
        """Hand over every object of a kind, in one namespace or (None) in all, as it comes.

        Return the version of the list, from which a watch can go on. Not all are in memory at once; where
        the server forgets the list meanwhile all are handed over again.
        """
        ...

    async def watch(
        self, kind: Kind, namespace: str | None, since: str, tell: Callable[[Json], None], name: str = ""
    ) -> Failure | None:
        """Tell each event after a version of the list, bookmarks included, until the server ends it.

        A Failure says why it ended otherwise; Expired that the server does not go back to that version.
        """
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class SecretKey:
    """One key of a Secret: where a bearer token is, and never the token itself."""

    namespace: str
    name: str
    key: str


@dataclass(frozen=True, kw_only=True, slots=True)
class MetricQuery:
    """One question to one Prometheus. Equal ones have one answer, whoever asks."""

    server_address: str
    """The address of Prometheus without /api/v1, as the policy gives it."""
    query: str
    """PromQL that gives exactly one sample."""
    token: SecretKey | None = None
    """Where the bearer token is; None = no token is sent."""


class Metrics(Protocol):
    """Live metrics: single queries with a deadline, no decisions."""

    async def read(self, query: MetricQuery, asked_by: str = "") -> Fraction | Unavailable:
        """Return the query's value now, exact, or why there is none.

        `asked_by` names the namespaces that ask: what keeps one of them waiting does so for no other.
        """
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Happening:
    """Something worth an event on an object: reason is one CamelCase word."""

    reason: str
    message: str
    warning: bool = False


class EventSink(Protocol):
    """Where events go; never blocks and never fails."""

    def post(self, involved: Json, happening: Happening) -> None:
        """Queue an event for the object, or drop it."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class FleetFigures:
    """What all workloads ask for together at the next bell: `workloads` rise for it, by `more` pods."""

    bell: datetime
    workloads: int
    asked: Requested
    more: int
    pods_per_minute: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """What one workload stands at, in replicas; None = it is not known, or there is none."""

    current: int | None = None
    """What its spec asks for."""
    ready: int | None = None
    desired: int | None = None
    """What was decided on."""
    floor: int | None = None
    """Our floor in its autoscaler."""
    scheduled: int | None = None
    """What the schedule asks for now, before the maximum."""
    wanted: int | None = None
    """What schedule, orders and live metrics together ask for, before the maximum."""
    maximum: int | None = None
    """The most allowed now."""


NOT_KNOWN = Standing()
"""Nothing is known of a workload."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ComingBell:
    """A bell, and the replicas that the schedule asks for then."""

    at: datetime
    replicas: int


@dataclass(frozen=True, kw_only=True, slots=True)
class CalendarFigures:
    """How far a calendar reaches, and what day it is in its regions.

    `last_day` is when its last day begins; `days` the class of today by region (None: it has no regions),
    None on a day without lessons.
    """

    last_day: datetime | None = None
    days: Mapping[str | None, str | None] = field(default_factory=dict)


class Telemetry(Protocol):
    """Figures for dashboards."""

    def ticked(self, seconds: float) -> None:
        """Count that one tick took so long, in seconds of the wall."""
        ...

    def woke(self, seconds: float) -> None:
        """Count that a workload was looked at so much later than was asked for, in seconds of the wall."""
        ...

    def decided(self, key: str, standing: Standing) -> None:
        """Show what an autoscaler's workload stands at."""
        ...

    def coming_bell(self, key: str, bell: ComingBell | None) -> None:
        """Show the next bell of an autoscaler's workload; None where none is known of."""
        ...

    def planned_peak(self, key: str, replicas: int | None) -> None:
        """Show the most that its schedule asks for in the next days; None while that is not known."""
        ...

    def rang(self, key: str, *, late: bool) -> None:
        """Count a bell, once, as it has rung."""
        ...

    def ready_before_bell(self, seconds: float) -> None:
        """Count how long before a bell a workload was Ready for it; negative where it was late."""
        ...

    def reported(self, kind: str, key: str, conditions: Sequence[Condition]) -> None:
        """Show the conditions of an object of ours, of a kind as Kubernetes calls it."""
        ...

    def calendar(self, kind: str, key: str, figures: CalendarFigures) -> None:
        """Show how far a calendar reaches, and what day it is."""
        ...

    def override_ends(self, key: str, at: datetime | None) -> None:
        """Show when a ScalingOverride ends; None where it is over, or never was one."""
        ...

    def queried(self, outcome: str, seconds: float) -> None:
        """Count a query for a live metric: `ok`, or the reason why there is no value."""
        ...

    def not_ready(self, key: str, reasons: Mapping[str, int]) -> None:
        """Show how many replicas are not Ready for which reason; the words are of a closed list."""
        ...

    def wrote(self, what: str, outcome: str) -> None:
        """Count a write: `floor`, `handback`, `scale`, `status`, `deletion`.

        The outcome is one of `write_outcome`.
        """
        ...

    def paced(self, seconds: float) -> None:
        """Show how long the writing of one rise among many is reckoned to take, in seconds."""
        ...

    def clock_off(self, seconds: float | None) -> None:
        """Show how far the API server's clock is ahead of ours; None while nobody knows."""
        ...

    def fleet(self, figures: FleetFigures | None) -> None:
        """Show what all workloads ask for together at the next bell; None where none is known of."""
        ...

    def stopped(self, stopped: bool | None) -> None:  # noqa: FBT001 - it is what is shown
        """Show whether there is an order to write nothing; None while nobody can tell."""
        ...

    def held(self, shards: Mapping[int, bool]) -> None:
        """Show of each shard whether this process writes it; empty where it runs without Leases."""
        ...

    def forget(self, kind: str, key: str) -> None:
        """Forget an object of ours that is gone, or that another process writes from now on."""
        ...
