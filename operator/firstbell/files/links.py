"""References between what files hold: policies to calendars, exceptions to calendars, policies to bounds.

Asked over all files together, and only when the caller wants it: a calendar alone may be looked at without
the policies that use it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from firstbell.core import Bounds
from firstbell.files.yaml_files import FileProblem, Unreadable
from firstbell.kinds import laid_over
from firstbell.kinds.calendar_refs import calendar_kind, calendar_title
from firstbell.kinds.foreign_autoscalers import FOREIGN_AUTOSCALERS
from firstbell.kinds.problems import Problem, Refused, nearest, quoted
from firstbell.kinds.school_autoscaler import Actuation

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from firstbell.core import Override, SchoolCalendar
    from firstbell.files.manifests import (
        AutoscalerManifest,
        ExceptionManifest,
        Manifests,
        OverrideManifest,
    )
    from firstbell.kinds.autoscaler_bounds import AutoscalerBounds


@dataclass(frozen=True, kw_only=True, slots=True)
class LinkedAutoscaler:
    """A policy with the calendars that it refers to, in its order, and its bounds.

    `beside` is the autoscaler of others that scales the same workload, where there is just one.
    """

    manifest: AutoscalerManifest
    calendars: tuple[SchoolCalendar, ...]
    bounds: Bounds
    beside: AutoscalerBounds | None = None
    overrides: tuple[Override, ...] = ()
    """The orders with an end that are for it, in force or not."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Linked:
    """Everything resolved: calendars in file order, with their exceptions laid over them."""

    calendars: tuple[SchoolCalendar, ...]
    autoscalers: tuple[LinkedAutoscaler, ...]


def link(manifests: Manifests) -> Linked | Unreadable:
    """Return the objects with their references resolved, or every reference that does not hold."""
    linked, problems = link_readable(manifests)
    return Unreadable(problems=problems) if problems else linked


def link_readable(manifests: Manifests) -> tuple[Linked, tuple[FileProblem, ...]]:
    """Return the objects whose references hold, and what is wrong with those of the rest."""
    problems: list[FileProblem] = []
    calendars = {one.calendar.key: one.calendar for one in manifests.calendars}
    for exception in manifests.exceptions:
        found = lay_over(calendars, exception)
        if isinstance(found, Refused):
            problems += [exception.origin.problem(problem) for problem in found.problems]
        else:
            calendars[found.key] = found
    autoscalers: list[LinkedAutoscaler] = []
    for manifest in manifests.autoscalers:
        linked = _link_autoscaler(manifest, calendars, manifests)
        if isinstance(linked, Refused):
            problems += [manifest.origin.problem(problem) for problem in linked.problems]
        else:
            autoscalers.append(replace(linked, overrides=overrides_for(manifest, manifests.overrides)))
    found_all = Linked(calendars=tuple(calendars.values()), autoscalers=tuple(autoscalers))
    return found_all, tuple(problems)


def overrides_for(
    manifest: AutoscalerManifest, overrides: Iterable[OverrideManifest]
) -> tuple[Override, ...]:
    """Return the orders that are for a policy, by its name or its labels."""
    return tuple(one.override for one in overrides if one.is_for(manifest))


def lay_over(
    calendars: Mapping[str, SchoolCalendar], exception: ExceptionManifest
) -> SchoolCalendar | Refused:
    """Return the calendar of an exception with the exception as its last entry, or why that cannot be."""
    key = exception.spec.calendar_ref.key_in(exception.namespace)
    calendar = calendars.get(key)
    if calendar is None:
        missing = missing_calendar(key, calendars, "spec.calendarRef.name")
        return Refused(problems=(missing,))
    laid = laid_over.lay_over(calendar, [exception.entry])
    return laid.refused.get(0, laid.calendar)


def bounds_of(manifest: AutoscalerManifest, others: Iterable[AutoscalerBounds]) -> Bounds | Refused:
    """Return the bounds of a policy: the tighter of its own and those of the autoscaler of the same workload.

    Without either the minimum is 1 and nothing names a maximum.
    """
    spec, found = manifest.spec, _others_of(manifest, others)
    if len(found) > 1 and (spec.min_replicas is None or spec.max_replicas is None):
        names = " and ".join(f"{other.kind} {other.name}" for other in found)
        message = f"{names} scale the same workload, and bounds are missing here"
        cure = "Give minReplicas and maxReplicas, or keep one of the two"
        return Refused(problems=(Problem(path="spec.scaleTargetRef", message=message, cure=cure),))
    other = found[0] if len(found) == 1 else None
    if other is None or spec.actuation is Actuation.SCALE:
        return Bounds(minimum=spec.min_replicas or 1, maximum=spec.max_replicas)
    if other.minimum > other.maximum:
        message = (
            f"{other.kind} {other.name} has a minimum of {other.minimum} above its maximum, {other.maximum}"
        )
        cure = "Correct the two there"
        return Refused(problems=(Problem(path="spec.scaleTargetRef", message=message, cure=cure),))
    theirs = Bounds(minimum=other.minimum, maximum=other.maximum)
    return theirs.tightened(spec.min_replicas, spec.max_replicas)


def autoscaler_beside(
    manifest: AutoscalerManifest, others: Iterable[AutoscalerBounds]
) -> AutoscalerBounds | None:
    """Return the foreign autoscaler that scales the policy's workload, if these files have just one."""
    found = _others_of(manifest, others)
    return found[0] if len(found) == 1 else None


def _others_of(manifest: AutoscalerManifest, others: Iterable[AutoscalerBounds]) -> list[AutoscalerBounds]:
    target = manifest.spec.scale_target_ref
    found = [
        other
        for other in others
        if other.scales(manifest.namespace, target.api_version, target.kind, target.name)
    ]
    return _without_made_hpas(found)


def _without_made_hpas(found: list[AutoscalerBounds]) -> list[AutoscalerBounds]:
    """Leave out the HPA that KEDA makes of each ScaledObject: an export of a cluster has both."""
    makers = {of.kind: of.hpa_prefix for of in FOREIGN_AUTOSCALERS if of.hpa_prefix}
    made = {f"{makers[other.kind]}{other.name}" for other in found if other.kind in makers}
    return [other for other in found if other.name not in made]


def _link_autoscaler(
    manifest: AutoscalerManifest,
    calendars: Mapping[str, SchoolCalendar],
    manifests: Manifests,
) -> LinkedAutoscaler | Refused:
    problems: list[Problem] = list(manifest.incomplete)
    used: list[SchoolCalendar] = []
    for index, ref in enumerate(manifest.spec.calendar_refs):
        key, path = ref.key_in(manifest.namespace), f"spec.calendarRefs[{index}].name"
        calendar = calendars.get(key)
        if key in manifests.refused_calendars:
            message = f"the {calendar_kind(key)} {quoted(ref.name)} cannot be read"
            problems.append(Problem(path=path, message=message, cure="Mend it first"))
        elif calendar is None:
            problems.append(missing_calendar(key, calendars, path))
        else:
            used.append(calendar)
    bounds = bounds_of(manifest, manifests.autoscaler_bounds)
    if isinstance(bounds, Refused) or problems:
        more = bounds.problems if isinstance(bounds, Refused) else ()
        return Refused(problems=(*problems, *more))
    beside = autoscaler_beside(manifest, manifests.autoscaler_bounds)
    return LinkedAutoscaler(manifest=manifest, calendars=tuple(used), bounds=bounds, beside=beside)


def missing_calendar(key: str, calendars: Mapping[str, SchoolCalendar], path: str) -> Problem:
    """Return that there is no calendar of a key, with the one that was most likely meant."""
    kind, (namespace, _, name) = calendar_kind(key), key.rpartition("/")
    alike = [calendar for calendar in calendars.values() if calendar_kind(calendar.key) is kind]
    others = [each for each in calendars.values() if each.name == name and each not in alike]
    here = [calendar.name for calendar in alike if calendar.namespace == namespace]
    elsewhere = [calendar.namespace for calendar in alike if calendar.name == name]
    within = f" in namespace {namespace}" if namespace else ""
    if elsewhere:
        cure = f"It is in namespace {elsewhere[0]}: both must be in the same"
    elif others:
        cure = f"{calendar_title(others[0].key)} is another kind: is that one meant, write its kind"
    elif here:
        cure = nearest(name, here, noun=kind)
    elif namespace:
        cure = "Give the file of that calendar too"
    else:
        cure = "Give its file too; in a cluster, it takes the right to list clusterschoolcalendars to see it"
    return Problem(path=path, message=f"there is no {kind} {quoted(name)}{within}", cure=cure)
