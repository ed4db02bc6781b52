"""What files say and most likely do not mean, each remark with its place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain
from pathlib import Path
from zoneinfo import ZoneInfo

from firstbell import clock
from firstbell.cli.dates import COMPARED_DAYS
from firstbell.cli.plan_differences import differences
from firstbell.cli.planned import linked_files
from firstbell.core import SchoolCalendar, SchoolDays
from firstbell.core.calendar import ExceptionSource
from firstbell.core.instants import instant_of, start_of_day
from firstbell.core.reasons import (
    Finding,
    FindingKind,
    Severity,
    calendar_findings,
    change_sentence,
    fold,
    policy_findings,
)
from firstbell.files.links import Linked, LinkedAutoscaler, link
from firstbell.files.manifests import AutoscalerManifest, CalendarManifest, Manifests, read_manifests
from firstbell.files.maxima import above_maximum
from firstbell.files.one_count import contested_counts, target_conflicts
from firstbell.files.orders import order_findings
from firstbell.files.profiles import repeated_values, unused_profiles
from firstbell.files.yaml_files import FileProblem, Origin, Unreadable, files_in
from firstbell.kinds.accepted_findings import accepted_in, with_accepted
from firstbell.kinds.calendar_refs import calendar_kind
from firstbell.kinds.cluster_scaling_profile import written_name
from firstbell.kinds.group import PROFILE
from firstbell.kinds.profile_over import taken_fields

INVALID = "Invalid"
"""The kind of what cannot be read, cannot be, or names what is not there; every other is a `FindingKind`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Remark:
    """One finding or problem with its place; the fields and their order are those of `-o json`."""

    file: str
    line: int
    column: int
    object: str | None
    severity: Severity
    kind: str
    path: str
    message: str
    cure: str
    accepted: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """Everything to tell: every remark, the same with many of one kind folded, and whether all was read.

    `has_ours` tells whether anything of it is of a kind of firstbell; what cannot be read is taken for it.
    """

    files: int
    remarks: tuple[Remark, ...]
    folded: tuple[Remark, ...]
    readable: bool
    has_ours: bool

    @property
    def exit_code(self) -> int:
        """0 for nothing or notices, 1 for findings that are more, 2 where something is `Invalid`."""
        if not self.readable:
            return 2
        return int(any(remark.severity is not Severity.NOTICE for remark in self.remarks))


def examine(files: Sequence[Path], today: date | None, against: Path | None = None) -> Report:
    """Return what there is to say about files; `today` None is the present date in each calendar's zone.

    `against` are the files as they were before, if they are to be compared.
    """
    manifests = read_manifests(files)
    if isinstance(manifests, Unreadable):
        remarks = [_problem(problem) for problem in manifests.problems]
        return _report(files, remarks, remarks, readable=False, has_ours=True)
    linked = link(manifests)
    problems = [_problem(problem) for problem in linked.problems] if isinstance(linked, Unreadable) else []
    remarks, folded = list(problems), list(problems)
    every = [_findings(manifests, linked, today)]
    if against is not None and isinstance(linked, Linked):
        every.append(_shrunk(linked_files([against]), linked, today))
    for findings, place in chain.from_iterable(every):
        remarks += [place(finding) for finding in findings]
        for group in fold(findings):
            shown = [place(finding) for finding in group.shown]
            folded += [*shown, _more(shown[-1], group.more)] if group.more else shown
    # What is said of a profile is said once, however many policies it completes.
    remarks, folded = list(dict.fromkeys(remarks)), list(dict.fromkeys(folded))
    return _report(files, remarks, folded, readable=not problems, has_ours=manifests.has_ours)


def _shrunk(old: Linked, new: Linked, today: date | None) -> Iterator[tuple[tuple[Finding, ...], _Place]]:
    """Yield the bells that were lost, by workload."""
    for one in differences(old, new, today, COMPARED_DAYS):
        if one.autoscaler is None:
            continue
        found = tuple(
            Finding(
                kind=FindingKind.PLAN_SHRUNK,
                severity=Severity.WARNING,
                path="spec.peaks",
                message=change_sentence(change),
                cure="Was that meant? firstbell plan --diff OLD NEW tells everything that changes",
            )
            for change in one.lost
        )
        yield found, _in_object(one.autoscaler.manifest.origin, f"SchoolAutoscaler {one.key}")


_Place = Callable[[Finding], Remark]


def _findings(
    manifests: Manifests, linked: Linked | Unreadable, today: date | None
) -> Iterator[tuple[tuple[Finding, ...], _Place]]:
    """Yield the findings of each object, and what gives them their places in its file."""
    written = [one.calendar for one in manifests.calendars]
    calendars = written if isinstance(linked, Unreadable) else linked.calendars
    days = {calendar.key: SchoolDays(calendar) for calendar in calendars}
    for manifest in manifests.calendars:
        resolved = days[manifest.calendar.key]
        as_of = today or clock.today(resolved.calendar.zone)
        found = calendar_findings(resolved, as_of, size_bytes=manifest.json_bytes)
        accepted = with_accepted(found, accepted_in(manifest.origin.node.value))
        yield accepted, _in_calendar(manifest, manifests)
    if isinstance(linked, Linked):
        for autoscaler in linked.autoscalers:
            found = _of_policy(autoscaler, [days[calendar.key] for calendar in autoscaler.calendars])
            yield found, _in_policy(autoscaler.manifest)
    if isinstance(linked, Linked):
        as_of = (
            clock.SystemClock().now() if today is None else instant_of(start_of_day(ZoneInfo("UTC"), today))
        )
        for order, found in order_findings(manifests, linked, as_of):
            yield found, _in_object(order.origin, f"ScalingOverride {order.namespace}/{order.name}")
    for one, conflict in target_conflicts(manifests):
        yield (conflict,), _in_object(one.origin, f"SchoolAutoscaler {one.namespace}/{one.name}")
    for profile, unused in unused_profiles(manifests):
        yield (unused,), _in_object(profile.origin, f"{PROFILE} {profile.name}")
    for one, again in repeated_values(manifests):
        yield (again,), _in_object(one.origin, f"SchoolAutoscaler {one.namespace}/{one.name}")
    for workload, contest in contested_counts(manifests):
        name = f"{workload.kind} {workload.namespace}/{workload.name}"
        yield (contest,), _in_object(workload.origin, name)


def _of_policy(autoscaler: LinkedAutoscaler, calendars: Sequence[SchoolDays]) -> tuple[Finding, ...]:
    """Return the findings of a policy; what it asks for is worked out where a plan of it can be made."""
    found = policy_findings(autoscaler.manifest.policy, calendars)
    if all(finding.severity is not Severity.ERROR for finding in found):
        found = (*found, *above_maximum(autoscaler, calendars))
    return with_accepted(found, accepted_in(autoscaler.manifest.origin.node.value))


def _in_policy(manifest: AutoscalerManifest) -> _Place:
    """Place findings of a policy in its file, those of what its profile gives in the profile's."""
    own = _in_object(manifest.origin, f"SchoolAutoscaler {manifest.policy.key}")
    profile = manifest.profile
    if profile is None:
        return own
    taken = {written_name(field) for field in taken_fields(manifest.written, profile.spec)}
    theirs = _in_object(profile.origin, f"{PROFILE} {profile.name}")

    def place(finding: Finding) -> Remark:
        field = finding.path.removeprefix("spec.").partition(".")[0].partition("[")[0]
        return theirs(finding) if field in taken else own(finding)

    return place


def _in_calendar(manifest: CalendarManifest, manifests: Manifests) -> _Place:
    """Place findings of a calendar in its file, those of a CalendarException laid over it in its own."""
    calendar: SchoolCalendar = manifest.calendar
    own = _in_object(manifest.origin, f"{calendar_kind(calendar.key)} {calendar.key}")
    late = {
        f"{ExceptionSource.EXCEPTIONS}/{one.name}": _in_object(
            one.origin, f"CalendarException {one.namespace}/{one.name}"
        )
        for one in manifests.exceptions
        if one.namespace == calendar.namespace
    }

    def place(finding: Finding) -> Remark:
        elsewhere = late.get(finding.path)
        return elsewhere(replace(finding, path="spec")) if elsewhere else own(finding)

    return place


def _in_object(origin: Origin, name: str) -> _Place:
    def place(finding: Finding) -> Remark:
        node = origin.node.at(finding.path)
        return Remark(
            file=origin.file,
            line=node.line,
            column=node.column,
            object=name,
            severity=finding.severity,
            kind=finding.kind,
            path=finding.path,
            message=finding.message,
            cure=finding.cure,
            accepted=finding.accepted,
        )

    return place


def _problem(found: FileProblem) -> Remark:
    return Remark(
        file=found.file,
        line=found.line,
        column=found.column,
        object=None,
        severity=Severity.ERROR,
        kind=INVALID,
        path=found.problem.path,
        message=found.problem.message,
        cure=found.problem.cure,
    )


def _more(last: Remark, count: int) -> Remark:
    """Return what stands for the findings that were folded away, at the last that is shown."""
    kind = f"and {count} more of kind {last.kind}"
    return replace(last, path="", message=kind, cure="See all with -o json")


def _report(
    files: Sequence[Path],
    remarks: Iterable[Remark],
    folded: Iterable[Remark],
    *,
    readable: bool,
    has_ours: bool,
) -> Report:
    """Return the report in the order of files as given, then of lines."""
    every = [file for given in files for file in _files(given)]
    order = {str(file): index for index, file in enumerate(every)}

    def by_place(remark: Remark) -> tuple[int, int]:
        return order.get(remark.file, len(order)), remark.line

    return Report(
        files=len(every),
        remarks=tuple(sorted(remarks, key=by_place)),
        folded=tuple(sorted(folded, key=by_place)),
        readable=readable,
        has_ours=has_ours,
    )


def _files(given: Path) -> tuple[Path, ...]:
    """Return a file, or the files of a folder."""
    found = files_in(given)
    return (given,) if isinstance(found, Unreadable) else found
