"""What the watches have told, parsed once and found by what it concerns.

The store holds values, not API objects: of a thousand workloads it keeps the few fields that decide. Who
must look again when something changes is answered here, so that handlers stay one line.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeAlias

from firstbell.core import SchoolDays, Unavailable
from firstbell.core.reasons import AbsenceReason
from firstbell.engine.floor.floors import Floors
from firstbell.engine.live.answers import Answers
from firstbell.engine.objects.index import leave
from firstbell.engine.objects.packed import packed, unpacked
from firstbell.engine.objects.resource_version import is_older
from firstbell.engine.seen.exceptions import Exceptions
from firstbell.engine.seen.overrides import Overrides, SeenOverride
from firstbell.engine.seen.profiles import Profiles, SeenProfile
from firstbell.engine.seen.shortfalls import Shortfalls
from firstbell.kinds.school_autoscaler import DEFAULT_PRIORITY, Actuation, Mode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from firstbell.core import Policy, Rules
    from firstbell.core.capacity import PodRequest
    from firstbell.core.reasons import Shortfall
    from firstbell.engine.floor.seen_floor import SeenFloor
    from firstbell.engine.live.answers import AskedMetric
    from firstbell.engine.objects.target_ref import TargetRef
    from firstbell.engine.ports import Json
    from firstbell.engine.seen.exceptions import Laid, SeenException
    from firstbell.kinds.cluster_scaling_profile import ClusterScalingProfileSpec

OwnKey: TypeAlias = tuple[str, str]
"""An object of our own kinds: the plural of its kind, and `namespace/name`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SeenSpec:
    """A SchoolAutoscaler's spec, as the engine uses it. `minimum` and `maximum` None: not given.

    `flown` is what it says of decisions, `calendar_keys` the calendars that it refers to, in spec order.
    `from_profile` are the fields that its profile gives, `of_its_own` those that it gives itself in place of
    one, as people write them; empty without a profile.
    """

    policy: Policy
    calendar_keys: tuple[str, ...]
    target: TargetRef
    actuation: Actuation = Actuation.AUTO
    mode: Mode = Mode.ENFORCE
    priority: int = DEFAULT_PRIORITY
    minimum: int | None = None
    maximum: int | None = None
    metrics: tuple[AskedMetric, ...] = ()
    flown: Rules
    profile: str = ""
    from_profile: tuple[str, ...] = ()
    of_its_own: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class ProfiledSpec:
    """What a SchoolAutoscaler says that names a profile: its workload, and its rules once completed."""

    profile: str
    target: TargetRef
    completed: Callable[[ClusterScalingProfileSpec], SeenSpec | Unavailable]


@dataclass(frozen=True, kw_only=True, slots=True)
class SeenCalendar:
    """A calendar as last seen: its days as printed, or why there are none. `editor` wrote it last.

    It is a SchoolCalendar or, with a key that names no namespace, a ClusterSchoolCalendar.
    `accepted` are the kinds of findings that its annotations accept, and why.
    """

    key: str
    uid: str
    generation: int
    days: SchoolDays | Unavailable
    status: Json
    version: str = field(default="", compare=False)
    editor: str = field(default="", compare=False)
    accepted: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class CountMark:
    """Which installation sets the count of a workload directly, as the status of its SchoolAutoscaler says.

    `challenger` is another one, which waits for a sign of life of the first; both are empty where nobody is.
    """

    instance: str = ""
    challenger: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class KeptStatus:
    """The status of a SchoolAutoscaler as it stands in the API, packed, and what of it many looks ask for.

    The rest is asked for by who has not looked or written yet. As objects the statuses would be most of all
    memory, and of what Python looks through for garbage.
    """

    packed: bytes
    count_mark: CountMark

    @classmethod
    def of(cls, body: Json) -> KeptStatus:
        """Return that of an object as the API sends it."""
        status = body.get("status") or {}
        actuator = status.get("actuator") or {}
        mark = CountMark(instance=actuator.get("instance", ""), challenger=actuator.get("challenger", ""))
        return cls(packed=packed(status), count_mark=mark)


@dataclass(frozen=True, kw_only=True, slots=True)
class SeenAutoscaler:
    """A SchoolAutoscaler as last seen: its rules, or why there are none, and the status on it.

    `profiled` is what it says where it names a profile; `rules` are of both, of whatever state the profile
    had when they were last asked for. `created` is its creation time as the API writes it, which sorts as
    text. `last_good` are the rules
    before an edit that made them unusable: they stay in force, and others go on to find the object by them.
    `labels` are what ScalingOverrides may find it by; `editor` wrote the spec last; `confirmed` is what
    stands in the annotation that confirms a plan which shrank.
    """

    key: str
    uid: str
    generation: int
    created: str
    rules: SeenSpec | Unavailable
    kept_status: KeptStatus
    last_good: SeenSpec | None = None
    version: str = field(default="", compare=False)
    editor: str = field(default="", compare=False)
    confirmed: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    profiled: ProfiledSpec | None = None

    @property
    def target(self) -> TargetRef | None:
        """The workload that it is for, also while its profile is missing; None where it says none."""
        if self.in_force is not None:
            return self.in_force.target
        return None if self.profiled is None else self.profiled.target

    @property
    def content(self) -> object:
        """What was read of its own spec."""
        return self.rules if self.profiled is None else self.profiled

    @property
    def status(self) -> Json:
        """The status as it stands in the API, unpacked each time."""
        return unpacked(self.kept_status.packed)

    @property
    def count_mark(self) -> CountMark:
        """Who sets the workload's count directly."""
        return self.kept_status.count_mark

    @property
    def in_force(self) -> SeenSpec | None:
        """The rules that are followed; None where there never were usable ones."""
        return self.rules if isinstance(self.rules, SeenSpec) else self.last_good


@dataclass(frozen=True, kw_only=True, slots=True)
class SeenWorkload:
    """A workload as last seen.

    `ready` is None while its status is behind its spec, or where `unknown_ready` says why it is not known.

    `troubles` are what its controller says of replicas that cannot be Ready.

    `plural` is set where its kind is not watched: how the API server calls it. `last_writer` is the manager
    other than us that wrote its replicas last, `applied_by` the one that applies them server-side; empty
    where there is none.
    """

    ref: TargetRef
    uid: str
    replicas: int
    ready: int | None
    unknown_ready: Unavailable | None = None
    rolling: bool = False
    troubles: tuple[Shortfall, ...] = ()
    last_writer: str = ""
    applied_by: str = ""
    plural: str = ""
    version: str = field(default="", compare=False)
    pod: PodRequest | None = field(default=None, compare=False)
    """What one of its pods asks for; None where its kind is not watched."""


@dataclass(kw_only=True, slots=True)
class Store:
    """Everything seen, by key. Changing it returns the keys of the autoscalers that must look again.

    What comes in late, older than what is known, changes nothing. `unreadable` says why a workload cannot be
    known, by the key of the workload. `unread` are objects of ours that wait to be read, packed.
    `cluster_unseen` says why objects that belong to no namespace are not seen; None where they are.
    """

    calendars: dict[str, SeenCalendar] = field(default_factory=dict)
    exceptions: Exceptions = field(default_factory=Exceptions)
    profiles: Profiles = field(default_factory=Profiles)
    autoscalers: dict[str, SeenAutoscaler] = field(default_factory=dict)
    floors: Floors = field(default_factory=Floors)
    workloads: dict[str, SeenWorkload] = field(default_factory=dict)
    unreadable: dict[str, Unavailable] = field(default_factory=dict)
    unread: dict[OwnKey, bytes] = field(default_factory=dict)
    cluster_unseen: Unavailable | None = None
    answers: Answers = field(default_factory=Answers)
    shortfalls: Shortfalls = field(default_factory=Shortfalls)
    overrides: Overrides = field(default_factory=Overrides)
    by_kind: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    """The keys of the autoscalers by group and kind of what they scale."""
    _by_target: dict[str, set[str]] = field(default_factory=dict)
    _first: dict[str, str] = field(default_factory=dict)
    _by_calendar: dict[str, set[str]] = field(default_factory=dict)

    def put_calendar(self, seen: SeenCalendar) -> set[str]:
        """Remember a calendar, unless a later state of it is known."""
        before = self.calendars.get(seen.key)
        if before is not None and is_older(seen.version, before.version):
            return set()
        self.calendars[seen.key] = seen
        return set(self._by_calendar.get(seen.key, ()))

    def renew_days(self, owner: str) -> None:
        """Have the days of an autoscaler's calendars resolved anew, where that was broken off."""
        seen = self.autoscalers.get(owner)
        for key in seen.in_force.calendar_keys if seen is not None and seen.in_force is not None else ():
            calendar = self.calendars.get(key)
            if calendar is not None and not isinstance(calendar.days, Unavailable):
                self.calendars[key] = replace(calendar, days=SchoolDays(calendar.days.calendar))
                self.exceptions.forget_calendar(key)

    def drop_calendar(self, key: str) -> set[str]:
        """Forget a calendar."""
        self.calendars.pop(key, None)
        self.exceptions.forget_calendar(key)
        return set(self._by_calendar.get(key, ()))

    def laid(self, key: str) -> Laid | Unavailable | None:
        """Return a calendar with its exceptions laid over, laid anew where one has come, changed or gone.

        Why it cannot be used, where that is so; None where there is no such calendar.
        """
        calendar = self.calendars.get(key)
        days = None if calendar is None else calendar.days
        return self.exceptions.laid(key, days) if isinstance(days, SchoolDays) else days

    def put_exception(self, seen: SeenException) -> set[str]:
        """Remember a CalendarException, unless a later state of it is known."""
        return self._users(self.exceptions.put(seen))

    def drop_exception(self, key: str) -> set[str]:
        """Forget a CalendarException."""
        return self._users(self.exceptions.drop(key))

    def _users(self, calendars: set[str]) -> set[str]:
        return set().union(*(self._by_calendar.get(calendar, ()) for calendar in calendars))

    def put_autoscaler(self, seen: SeenAutoscaler) -> set[str]:
        """Remember a SchoolAutoscaler, unless a later state is known; others on its workload look too."""
        before = self.autoscalers.get(seen.key)
        if before is not None and is_older(seen.version, before.version):
            return set()
        seen = self._completed(before, seen)
        rules = seen.in_force
        firsts = self._firsts(before, seen)
        self._take_out(seen.key)
        self.autoscalers[seen.key] = seen
        if seen.profiled is not None:
            self.profiles.use(seen.profiled.profile, seen.key)
        if rules is not None:
            self._by_target.setdefault(rules.target.key, set()).add(seen.key)
            self.by_kind.setdefault(rules.target.group_kind, set()).add(seen.key)
            self._come(rules.target.key, seen)
            for calendar in rules.calendar_keys:
                self._by_calendar.setdefault(calendar, set()).add(seen.key)
        self.overrides.follow(seen.key, seen.labels)
        self.answers.ask(seen.key, (metric.query for metric in rules.metrics) if rules is not None else ())
        return self._followers(firsts) | {seen.key}

    def current(self, key: str) -> SeenAutoscaler | None:
        """Return a SchoolAutoscaler with its rules completed by its profile as that is now."""
        seen = self.autoscalers.get(key)
        if seen is not None and self.profiles.is_stale(key):
            self.put_autoscaler(replace(seen, last_good=seen.in_force))
        return self.autoscalers.get(key)

    def _completed(self, before: SeenAutoscaler | None, seen: SeenAutoscaler) -> SeenAutoscaler:
        """Return the same with the rules of object and profile together, anew where one of them changed."""
        written = seen.profiled
        if written is None:
            return seen
        same = before is not None and before.profiled is written and before.uid == seen.uid
        if before is not None and same and not self.profiles.is_stale(seen.key):
            return replace(seen, rules=before.rules)
        self.profiles.renewed(seen.key)
        profile = self.profiles.of(written.profile, self.cluster_unseen)
        rules = profile if isinstance(profile, Unavailable) else written.completed(profile)
        # What comes to the same stays the very same: nothing was edited then.
        return replace(seen, rules=before.rules if before is not None and before.rules == rules else rules)

    def put_profile(self, seen: SeenProfile) -> set[str]:
        """Remember a ClusterScalingProfile, unless a later state of it is known."""
        return self.profiles.put(seen)

    def drop_profile(self, key: str) -> set[str]:
        """Forget a ClusterScalingProfile."""
        return self.profiles.drop(key)

    def drop_autoscaler(self, key: str) -> set[str]:
        """Forget a SchoolAutoscaler; if it was the one that worked, the others look again."""
        self.answers.ask(key, ())
        self.shortfalls.ask(key, wanted=False)
        self.overrides.leave(key)
        before = self._firsts(self.autoscalers.get(key))
        self._take_out(key)
        return self._followers(before)

    def _take_out(self, key: str) -> None:
        seen = self.autoscalers.pop(key, None)
        if seen is not None and seen.profiled is not None:
            self.profiles.leave(seen.profiled.profile, key)
        rules = seen.in_force if seen is not None else None
        if rules is None:
            return
        leave(self._by_target, rules.target.key, key)
        leave(self.by_kind, rules.target.group_kind, key)
        if self._first.get(rules.target.key) == key:
            self._first.pop(rules.target.key)
        for calendar in rules.calendar_keys:
            leave(self._by_calendar, calendar, key)

    def first_on(self, target: str) -> SeenAutoscaler | None:
        """Return the oldest SchoolAutoscaler on the workload of a key.

        The one that works, of however many.
        """
        members = self._by_target.get(target)
        if not members:
            return None
        if target not in self._first:
            self._first[target] = min(members, key=lambda key: _age(self.autoscalers[key]))
        return self.autoscalers[self._first[target]]

    def _come(self, target: str, seen: SeenAutoscaler) -> None:
        """Note one more on a workload: the oldest is looked for anew only where that may be another."""
        first = self._first.get(target)
        if first is not None and _age(seen) < _age(self.autoscalers[first]):
            self._first[target] = seen.key

    def _firsts(self, *concerned: SeenAutoscaler | None) -> dict[str, str | None]:
        """Tell who works on the workloads of these, by their keys."""
        found = {}
        for seen in concerned:
            if seen is not None and seen.in_force is not None:
                target = seen.in_force.target.key
                first = self.first_on(target)
                found[target] = first.key if first is not None else None
        return found

    def _followers(self, before: dict[str, str | None]) -> set[str]:
        """Return everybody on the workloads on which another one works now than before."""
        concerned: set[str] = set()
        for target, was in before.items():
            first = self.first_on(target)
            if first is not None and first.key != was:
                concerned |= self._by_target[target]
        return concerned

    def put_override(self, seen: SeenOverride) -> Iterable[str]:
        """Remember a ScalingOverride, unless a later state of it is known."""
        return self.overrides.put(seen)

    def drop_override(self, key: str) -> Iterable[str]:
        """Forget a ScalingOverride."""
        return self.overrides.drop(key)

    def put_floor(self, seen: SeenFloor) -> set[str]:
        """Remember a foreign autoscaler, unless a later state of it is known."""
        targets = self.floors.put(seen)
        return set().union(*(self._by_target.get(target, ()) for target in targets))

    def drop_floor(self, key: str) -> set[str]:
        """Forget a foreign autoscaler."""
        seen = self.floors.drop(key)
        return set() if seen is None else set(self._by_target.get(seen.target.key, ()))

    def put_workload(self, seen: SeenWorkload) -> set[str]:
        """Remember a workload, unless a later state of it is known."""
        before = self.workloads.get(seen.ref.key)
        if before is not None and before.uid == seen.uid and is_older(seen.version, before.version):
            return set()
        self.workloads[seen.ref.key] = seen
        return set(self._by_target.get(seen.ref.key, ()))

    def drop_workload(self, key: str) -> set[str]:
        """Forget a workload."""
        self.workloads.pop(key, None)
        return set(self._by_target.get(key, ()))

    def concerned(self, target: TargetRef) -> set[str]:
        """Return the keys of the SchoolAutoscalers on a workload."""
        return set(self._by_target.get(target.key, ()))


def _age(seen: SeenAutoscaler) -> tuple[str, str]:
    """Return what the older of two SchoolAutoscalers has the lesser of."""
    return seen.created, seen.key


def is_unread(content: object) -> bool:
    """Tell whether the content of an object of ours waits for its turn to be read."""
    return isinstance(content, Unavailable) and content.reason == AbsenceReason.NOT_READ_YET
