"""The kinds that are watched: the one list of them.

The first look lists them, the watches follow them, what has gone is looked for among them, and a plan of a
cluster is made of them. A kind more is an entry more: one of ours here, a foreign autoscaler in its table
(`kinds/foreign_autoscalers.py`), a workload in its own (`engine/seen/workloads.py`); and its right in the
chart, which a test compares with this list.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias

from firstbell.engine.floor.reading import seen_floor
from firstbell.engine.ports import ObjectPath
from firstbell.engine.seen.own_kinds import (
    seen_autoscaler,
    seen_calendar,
    seen_exception,
    seen_override,
    seen_profile,
    unread_autoscaler,
    unread_calendar,
    unread_exception,
    unread_override,
    unread_profile,
)
from firstbell.engine.seen.store import Store, is_unread
from firstbell.engine.seen.workloads import WORKLOADS, seen_workload
from firstbell.kinds.calendar_refs import calendar_kind
from firstbell.kinds.foreign_autoscalers import FOREIGN_AUTOSCALERS
from firstbell.kinds.group import (
    AUTOSCALER,
    AUTOSCALER_PLURAL,
    CALENDAR,
    CALENDAR_PLURAL,
    CLUSTER_CALENDAR,
    CLUSTER_CALENDAR_PLURAL,
    EXCEPTION,
    EXCEPTION_PLURAL,
    GROUP,
    OVERRIDE,
    OVERRIDE_PLURAL,
    PROFILE,
    PROFILE_PLURAL,
    VERSION,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from firstbell.core import Unavailable
    from firstbell.engine.ports import Json, Kind
    from firstbell.engine.seen.exceptions import SeenException
    from firstbell.engine.seen.store import OwnKey, SeenCalendar
    from firstbell.engine.seen.workloads import WorkloadKind
    from firstbell.kinds.foreign_autoscalers import ForeignAutoscaler


@dataclass(frozen=True, kw_only=True, slots=True)
class WatchedKind:
    """A kind of objects, and where the store has them.

    `known` may hold objects of other kinds, too: `concerns` tells which are meant. `put` and `drop` return
    the keys of the SchoolAutoscalers that must look again. `planned` says that a plan of a cluster is made
    of it; `of` is set for autoscalers of others.
    """

    group: str
    version: str
    plural: str
    kind: str
    known: Callable[[Store], Mapping[str, Any]]
    put: Callable[[Store, Any], Iterable[str]]
    drop: Callable[[Store, str], Iterable[str]]
    concerns: Callable[[Any], bool] = lambda _: True
    planned: bool = False
    clusterwide: bool = False
    """Whether its objects belong to no namespace."""
    of: ForeignAutoscaler | None = None

    @property
    def api(self) -> Kind:
        """Where the API server has them all."""
        return self.group, self.version, self.plural

    @property
    def optional(self) -> bool:
        """Whether a cluster need not have it."""
        return self.of is not None and self.of.optional

    def is_followed(self, store: Store) -> bool:
        """Tell whether it is watched: what is optional only where it was there.

        What belongs to no namespace only by those who see the whole cluster.
        """
        if self.clusterwide and store.cluster_unseen is not None:
            return False
        return self.of is None or store.floors.follows(self.of)

    def places(self, namespaces: Sequence[str]) -> Sequence[str | None]:
        """Return where it is to be listed, for those who look into these namespaces (none: all)."""
        return (None,) if self.clusterwide else namespaces or (None,)

    def path(self, key: str) -> ObjectPath:
        """Tell where the object of a store key lives; some have their kind in the middle of the key."""
        *within, name = key.split("/")
        namespace = within[0] if within else ""
        return ObjectPath(
            group=self.group, version=self.version, plural=self.plural, namespace=namespace, name=name
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnKind(WatchedKind):
    """One of our kinds, which Kopf watches: how it is read, what stands for it unread, what of it decides."""

    read: Callable[[Json, Any], Any]
    unread: Callable[[Json, Any, Unavailable], Any]
    content: Callable[[Any], object]
    mark: Callable[[Any], object] = lambda _: None
    """What else decides: who sets a workload's count, what annotations confirm or accept."""
    reports: Callable[[Store, Any], Iterable[OwnKey]] = lambda _, __: ()
    """Whose status says something of it, when it comes, changes or goes."""

    def is_current(self, body: Json, seen: Any) -> bool:
        """Tell whether what is known was read from this very spec: only the status can have changed."""
        if seen is None or (seen.uid, seen.generation) != (
            body["metadata"]["uid"],
            body["metadata"]["generation"],
        ):
            return False
        return not is_unread(self.content(seen))


@dataclass(frozen=True, kw_only=True, slots=True)
class ForeignKind(WatchedKind):
    """A kind of others, which we watch ourselves: how it is read, and by what it is kept."""

    read: Callable[[Json], Any]
    key: Callable[[Any], str]


def _reports_of_cluster_calendar(_: Store, seen: SeenCalendar) -> Iterator[OwnKey]:
    yield CLUSTER_CALENDAR_PLURAL, seen.key


def _reports_of_calendar(store: Store, seen: SeenCalendar) -> Iterator[OwnKey]:
    yield CALENDAR_PLURAL, seen.key
    for one in store.exceptions.of(seen.key):
        yield EXCEPTION_PLURAL, one.key


def _reports_of_exception(store: Store, seen: SeenException) -> Iterator[OwnKey]:
    """Yield itself, its calendar, and those laid over it, which change something else without it."""
    yield EXCEPTION_PLURAL, seen.key
    if seen.calendar_key:
        yield CALENDAR_PLURAL, seen.calendar_key
        for one in store.exceptions.of(seen.calendar_key):
            if one.order > seen.order:
                yield EXCEPTION_PLURAL, one.key


CALENDARS = OwnKind(
    group=GROUP,
    version=VERSION,
    plural=CALENDAR_PLURAL,
    kind=CALENDAR,
    planned=True,
    known=lambda store: store.calendars,
    put=lambda store, seen: store.put_calendar(seen),
    drop=lambda store, key: store.drop_calendar(key),
    concerns=lambda seen: calendar_kind(seen.key) == CALENDAR,
    read=seen_calendar,
    unread=unread_calendar,
    content=lambda seen: seen.days,
    mark=lambda seen: seen.accepted,
    reports=_reports_of_calendar,
)
CLUSTER_CALENDARS = replace(
    CALENDARS,
    plural=CLUSTER_CALENDAR_PLURAL,
    kind=CLUSTER_CALENDAR,
    clusterwide=True,
    concerns=lambda seen: calendar_kind(seen.key) == CLUSTER_CALENDAR,
    reports=_reports_of_cluster_calendar,
)
PROFILES = OwnKind(
    group=GROUP,
    version=VERSION,
    plural=PROFILE_PLURAL,
    kind=PROFILE,
    planned=True,
    clusterwide=True,
    known=lambda store: store.profiles.seen,
    put=lambda store, seen: store.put_profile(seen),
    drop=lambda store, key: store.drop_profile(key),
    read=seen_profile,
    unread=unread_profile,
    content=lambda seen: seen.content,
    reports=lambda _, seen: ((PROFILE_PLURAL, seen.key),),
)
EXCEPTIONS = OwnKind(
    group=GROUP,
    version=VERSION,
    plural=EXCEPTION_PLURAL,
    kind=EXCEPTION,
    planned=True,
    known=lambda store: store.exceptions.seen,
    put=lambda store, seen: store.put_exception(seen),
    drop=lambda store, key: store.drop_exception(key),
    read=seen_exception,
    unread=unread_exception,
    content=lambda seen: seen.entry,
    reports=_reports_of_exception,
)
AUTOSCALERS = OwnKind(
    group=GROUP,
    version=VERSION,
    plural=AUTOSCALER_PLURAL,
    kind=AUTOSCALER,
    planned=True,
    known=lambda store: store.autoscalers,
    put=lambda store, seen: store.put_autoscaler(seen),
    drop=lambda store, key: store.drop_autoscaler(key),
    read=seen_autoscaler,
    unread=unread_autoscaler,
    content=lambda seen: seen.content,
    mark=lambda seen: (seen.count_mark, seen.confirmed, seen.labels),
    reports=lambda store, _: ((OVERRIDE_PLURAL, key) for key in store.overrides.take_turned()),
)
OVERRIDES = OwnKind(
    group=GROUP,
    version=VERSION,
    plural=OVERRIDE_PLURAL,
    kind=OVERRIDE,
    planned=True,
    known=lambda store: store.overrides.seen,
    put=lambda store, seen: store.put_override(seen),
    drop=lambda store, key: store.drop_override(key),
    read=seen_override,
    unread=unread_override,
    content=lambda seen: seen.order,
    reports=lambda _, seen: ((OVERRIDE_PLURAL, seen.key),),
)


def floors_of(of: ForeignAutoscaler) -> ForeignKind:
    """Return the kind of the autoscalers of one entry of the table."""
    return ForeignKind(
        group=of.group,
        version=of.version,
        plural=of.plural,
        kind=of.kind,
        planned=True,
        of=of,
        known=lambda store: store.floors,
        put=lambda store, seen: store.put_floor(seen),
        drop=lambda store, key: store.drop_floor(key),
        concerns=lambda seen: seen.of is of,
        read=lambda body: seen_floor(body, of),
        key=lambda seen: seen.key,
    )


def workloads_of(of: WorkloadKind) -> ForeignKind:
    """Return the kind of the workloads of one entry of the table."""
    return ForeignKind(
        group=of.group,
        version=of.version,
        plural=of.plural,
        kind=of.kind,
        known=lambda store: store.workloads,
        put=lambda store, seen: store.put_workload(seen),
        drop=lambda store, key: store.drop_workload(key),
        concerns=lambda seen: of.group_kind == seen.ref.group_kind,
        read=lambda body: seen_workload(body, of),
        key=lambda seen: seen.ref.key,
    )


OWN_KINDS = (CALENDARS, CLUSTER_CALENDARS, PROFILES, EXCEPTIONS, AUTOSCALERS, OVERRIDES)
FOREIGN_KINDS = (*map(floors_of, FOREIGN_AUTOSCALERS), *map(workloads_of, WORKLOADS))
WatchedKinds: TypeAlias = tuple[OwnKind | ForeignKind, ...]
WATCHED_KINDS: WatchedKinds = (*OWN_KINDS, *FOREIGN_KINDS)
