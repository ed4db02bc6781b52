"""Everything of firstbell in some files: calendars, policies and their profiles, exceptions, others' counts.

Either all of it can be read or nothing is returned but the problems of all files, so that a plan never
rests on half of what was given.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from firstbell.core.instants import EPOCH, told_instant
from firstbell.files.counted_workloads import CountedWorkload, read_counted
from firstbell.files.objects import KubernetesObject, identify, objects_in
from firstbell.files.stored_size import size_problem, written_bytes
from firstbell.files.yaml_files import FileProblem, Origin, Unreadable, files_in, read_file
from firstbell.kinds.autoscaler_bounds import AutoscalerBounds, read_bounds
from firstbell.kinds.autoscaler_conversion import read_autoscaler, to_policy
from firstbell.kinds.calendar_conversion import read_exception, to_calendar
from firstbell.kinds.group import AUTOSCALER, CALENDAR, CLUSTER_CALENDAR, EXCEPTION, OVERRIDE, PROFILE
from firstbell.kinds.override_conversion import is_usable, read_override, to_override
from firstbell.kinds.problems import Problem, Refused, nearest, quoted
from firstbell.kinds.profile_over import completed, read_profile
from firstbell.kinds.reading import read_spec
from firstbell.kinds.school_calendar import SchoolCalendarSpec

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import datetime
    from pathlib import Path

    from firstbell.core import Override, Policy, SchoolCalendar
    from firstbell.core.calendar import CalendarDate
    from firstbell.kinds.calendar_exception import CalendarExceptionSpec
    from firstbell.kinds.cluster_scaling_profile import ClusterScalingProfileSpec
    from firstbell.kinds.scaling_override import ScalingOverrideSpec
    from firstbell.kinds.school_autoscaler import SchoolAutoscalerSpec


@dataclass(frozen=True, kw_only=True, slots=True)
class CalendarManifest:
    """A SchoolCalendar or ClusterSchoolCalendar as written and as planned with."""

    origin: Origin
    spec: SchoolCalendarSpec
    calendar: SchoolCalendar

    @property
    def json_bytes(self) -> int:
        """The size of the object as JSON, which is what an annotation of kubectl holds."""
        return written_bytes(self.origin.node.value)


@dataclass(frozen=True, kw_only=True, slots=True)
class ProfileManifest:
    """A ClusterScalingProfile as written."""

    origin: Origin
    name: str
    spec: ClusterScalingProfileSpec


@dataclass(frozen=True, kw_only=True, slots=True)
class AutoscalerManifest:
    """A SchoolAutoscaler as written and as planned with.

    `written` is what it says itself, `spec` the same completed by its `profile` where it names one.
    `incomplete` says what keeps it from being completed: it is told with the other references.
    """

    origin: Origin
    namespace: str
    name: str
    written: SchoolAutoscalerSpec
    spec: SchoolAutoscalerSpec
    policy: Policy
    labels: Mapping[str, Any] = field(default_factory=dict)
    """What ScalingOverrides may find it by."""
    profile: ProfileManifest | None = None
    incomplete: tuple[Problem, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class ExceptionManifest:
    """A CalendarException as written and as laid over its calendar."""

    origin: Origin
    namespace: str
    name: str
    spec: CalendarExceptionSpec
    entry: CalendarDate


@dataclass(frozen=True, kw_only=True, slots=True)
class OverrideManifest:
    """A ScalingOverride as written and as decisions go by it.

    What names no start and is in no cluster yet has counted since ever.
    """

    origin: Origin
    namespace: str
    name: str
    spec: ScalingOverrideSpec
    override: Override

    def is_for(self, manifest: AutoscalerManifest) -> bool:
        """Tell whether a policy is meant, by name or by its labels."""
        if manifest.namespace != self.namespace:
            return False
        named = manifest.name in {ref.name for ref in self.spec.autoscaler_refs}
        return named or (self.spec.selector is not None and self.spec.selector.matches(manifest.labels))


@dataclass(frozen=True, kw_only=True, slots=True)
class Manifests:
    """What the files hold, each kind in the order of files and documents."""

    calendars: tuple[CalendarManifest, ...] = ()
    profiles: tuple[ProfileManifest, ...] = ()
    autoscalers: tuple[AutoscalerManifest, ...] = ()
    exceptions: tuple[ExceptionManifest, ...] = ()
    overrides: tuple[OverrideManifest, ...] = ()
    autoscaler_bounds: tuple[AutoscalerBounds, ...] = ()
    workloads: tuple[CountedWorkload, ...] = ()
    """Those alone whose manifests set a count."""
    others: tuple[Origin, ...] = ()
    """Objects of kinds that no plan is made of, as they stand."""
    refused_calendars: frozenset[str] = frozenset()
    """The keys of calendars that are there and cannot be read."""

    @property
    def has_ours(self) -> bool:
        """Whether there is an object of any kind of firstbell."""
        return any((self.calendars, self.profiles, self.autoscalers, self.exceptions, self.overrides))


_Ours = CalendarManifest | ProfileManifest | AutoscalerManifest | ExceptionManifest | OverrideManifest
_Manifest = _Ours | AutoscalerBounds


def read_manifests(paths: Iterable[Path]) -> Manifests | Unreadable:
    """Return what the files, and those in the folders, hold together, or what keeps them from being read.

    Whether references between the objects hold is asked by `links.link`.
    """
    documents, problems = read_documents(paths)
    read = gather(documents)
    if isinstance(read, Unreadable):
        problems += read.problems
    return Unreadable(problems=tuple(problems)) if problems or isinstance(read, Unreadable) else read


def read_documents(paths: Iterable[Path]) -> tuple[list[Origin], list[FileProblem]]:
    """Return the documents of the files, and of those in the folders, and what cannot be read of them."""
    documents: list[Origin] = []
    problems: list[FileProblem] = []
    for path in paths:
        files = files_in(path)
        for found in [files] if isinstance(files, Unreadable) else map(read_file, files):
            if isinstance(found, Unreadable):
                problems += found.problems
            else:
                documents += found
    problems += _too_large(documents)
    return documents, problems


def _too_large(documents: Iterable[Origin]) -> list[FileProblem]:
    """Return what no API server would keep.

    It is asked of files alone: what is read from a cluster was kept by one.
    """
    found = []
    for document in documents:
        for origin in objects_in(document):
            head = identify(origin)
            problem = size_problem(head) if isinstance(head, KubernetesObject) else None
            if problem is not None:
                found.append(origin.problem(problem))
    return found


def gather(documents: Iterable[Origin]) -> Manifests | Unreadable:
    """Return what the documents hold together, or everything that is wrong with them."""
    manifests, problems = gather_readable(documents)
    return Unreadable(problems=problems) if problems else manifests


def gather_readable(documents: Iterable[Origin]) -> tuple[Manifests, tuple[FileProblem, ...]]:
    """Return what of the documents can be read, and what is wrong with the rest."""
    found: list[_Manifest] = []
    workloads: list[CountedWorkload] = []
    others: list[Origin] = []
    problems: list[FileProblem] = []
    seen: dict[tuple[str, str, str], Origin] = {}
    for document in documents:
        for origin in objects_in(document):
            read = _read(origin, seen)
            if isinstance(read, Refused):
                problems += [origin.problem(problem) for problem in read.problems]
            elif read is not None:
                found.append(read)
            else:
                others.append(origin)
                workload = read_counted(origin)
                workloads += [workload] if workload is not None else []
    read_calendars = {one.calendar.key for one in found if isinstance(one, CalendarManifest)}
    named = {
        f"{namespace}/{name}" if namespace else name
        for kind, namespace, name in seen
        if kind in {CALENDAR, CLUSTER_CALENDAR}
    }
    profiles = {one.name: one for one in found if isinstance(one, ProfileManifest)}
    refused = {name for kind, _, name in seen if kind == PROFILE} - profiles.keys()
    manifests = Manifests(
        calendars=tuple(one for one in found if isinstance(one, CalendarManifest)),
        profiles=tuple(profiles.values()),
        autoscalers=tuple(
            _completed(one, profiles, refused) for one in found if isinstance(one, AutoscalerManifest)
        ),
        exceptions=tuple(one for one in found if isinstance(one, ExceptionManifest)),
        overrides=tuple(one for one in found if isinstance(one, OverrideManifest)),
        autoscaler_bounds=tuple(one for one in found if isinstance(one, AutoscalerBounds)),
        workloads=tuple(workloads),
        others=tuple(others),
        refused_calendars=frozenset(named - read_calendars),
    )
    return manifests, tuple(problems)


def _read(origin: Origin, seen: dict[tuple[str, str, str], Origin]) -> _Manifest | Refused | None:
    head = identify(origin)
    if head is None or isinstance(head, Refused):
        return head
    key = (head.kind, head.namespace, head.name)
    first = seen.setdefault(key, origin)
    if head.foreign is not None:
        read: _Manifest | Refused = read_bounds(head.foreign, head.namespace, head.name, head.spec)
    else:
        read = _READERS[head.kind](head)
    if first is not origin:
        message = f"{head.kind} {_key(head)} stands already in {first.file}:{first.line}"
        twice = Problem(path="metadata.name", message=message, cure="Keep one of the two, or rename one")
        return Refused(problems=(twice, *(read.problems if isinstance(read, Refused) else ())))
    return read


def _key(head: KubernetesObject) -> str:
    return f"{head.namespace}/{head.name}" if head.namespace else head.name


def _read_calendar(head: KubernetesObject) -> CalendarManifest | Refused:
    spec = read_spec(SchoolCalendarSpec, head.spec)
    if isinstance(spec, Refused):
        return spec
    calendar = to_calendar(head.namespace, head.name, spec)
    if isinstance(calendar, Refused):
        return calendar
    return CalendarManifest(origin=head.origin, spec=spec, calendar=calendar)


def _read_autoscaler(head: KubernetesObject) -> AutoscalerManifest | Refused:
    spec = read_autoscaler(head.spec)
    if isinstance(spec, Refused):
        return spec
    return AutoscalerManifest(
        origin=head.origin,
        namespace=head.namespace,
        name=head.name,
        written=spec,
        spec=spec,
        policy=to_policy(head.namespace, head.name, spec),
        labels=labels if isinstance(labels := _metadata(head).get("labels"), dict) else {},
    )


def _read_profile(head: KubernetesObject) -> ProfileManifest | Refused:
    spec = read_profile(head.spec)
    return (
        spec if isinstance(spec, Refused) else ProfileManifest(origin=head.origin, name=head.name, spec=spec)
    )


def _completed(
    one: AutoscalerManifest, profiles: Mapping[str, ProfileManifest], refused: Collection[str]
) -> AutoscalerManifest:
    """Return a policy completed by the profile that it names, or with why that cannot be."""
    ref = one.written.profile_ref
    if ref is None:
        return one
    profile = profiles.get(ref.name)
    if profile is None:
        return replace(one, incomplete=(_no_profile(ref.name, profiles, refused),))
    spec = completed(one.written, profile.spec)
    if isinstance(spec, Refused):
        return replace(one, profile=profile, incomplete=spec.problems)
    return replace(one, profile=profile, spec=spec, policy=to_policy(one.namespace, one.name, spec))


def _no_profile(name: str, profiles: Mapping[str, ProfileManifest], refused: Collection[str]) -> Problem:
    path = "spec.profileRef.name"
    if name in refused:
        return Problem(
            path=path, message=f"the {PROFILE} {quoted(name)} cannot be read", cure="Mend it first"
        )
    cure = "Give its file too; in a cluster, it takes the right to list clusterscalingprofiles to see it"
    if profiles:
        cure = nearest(name, profiles, noun=PROFILE)
    return Problem(path=path, message=f"there is no {PROFILE} {quoted(name)}", cure=cure)


def _read_exception(head: KubernetesObject) -> ExceptionManifest | Refused:
    read = read_exception(head.name, head.spec)
    if isinstance(read, Refused):
        return read
    spec, entry = read
    return ExceptionManifest(
        origin=head.origin, namespace=head.namespace, name=head.name, spec=spec, entry=entry
    )


def _metadata(head: KubernetesObject) -> dict[str, Any]:
    value = head.origin.node.value
    metadata = value.get("metadata") if isinstance(value, dict) else None
    return metadata if isinstance(metadata, dict) else {}


def _created(head: KubernetesObject) -> datetime | None:
    """Return when an object of an export was created; None where that is not told."""
    at = told_instant(_metadata(head).get("creationTimestamp"))
    return at if at is not None and is_usable(at) else None


def _read_override(head: KubernetesObject) -> OverrideManifest | Refused:
    created = _created(head)
    spec = read_override(head.spec, created)
    if isinstance(spec, Refused):
        return spec
    return OverrideManifest(
        origin=head.origin,
        namespace=head.namespace,
        name=head.name,
        spec=spec,
        override=to_override(head.name, spec, created or EPOCH),
    )


_READERS = {
    CALENDAR: _read_calendar,
    CLUSTER_CALENDAR: _read_calendar,
    PROFILE: _read_profile,
    AUTOSCALER: _read_autoscaler,
    EXCEPTION: _read_exception,
    OVERRIDE: _read_override,
}
