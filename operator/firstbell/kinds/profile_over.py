"""A SchoolAutoscaler completed by its ClusterScalingProfile: the one place where that is done.

What the object gives itself wins, field by field; a field is taken whole, a list or a block with all that is
in it. Files, commands and the operator come here, before a spec becomes a policy of the core.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstbell.kinds.autoscaler_conversion import fitting_problems, peak_problems
from firstbell.kinds.cluster_scaling_profile import PROFILE_FIELDS, ClusterScalingProfileSpec
from firstbell.kinds.group import PROFILE
from firstbell.kinds.problems import Problem, Refused
from firstbell.kinds.reading import read_spec
from firstbell.kinds.uniqueness import repeated

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstbell.kinds.school_autoscaler import SchoolAutoscalerSpec


def read_profile(spec: object) -> ClusterScalingProfileSpec | Refused:
    """Return the profile of a `spec` as it comes from YAML or the API, or everything wrong with it."""
    model = read_spec(ClusterScalingProfileSpec, spec)
    if isinstance(model, Refused):
        return model
    problems = (*repeated(model, ("spec",)), *peak_problems(model.peaks))
    return Refused(problems=problems) if problems else model


def taken_fields(spec: SchoolAutoscalerSpec, profile: ClusterScalingProfileSpec) -> tuple[str, ...]:
    """Return the fields that the profile gives and the object does not, as Python names them.

    Early arrivals need a metric that counts them: without one a profile's `surge` is left where it is.
    """
    given = profile.model_fields_set - spec.model_fields_set
    if all(metric.per_pupil is None for metric in spec.metrics):
        given -= {"surge"}
    return tuple(field for field in PROFILE_FIELDS if field in given)


def lay_over(spec: SchoolAutoscalerSpec, profile: ClusterScalingProfileSpec) -> SchoolAutoscalerSpec:
    """Return the object with what it does not give itself taken from the profile."""
    taken = taken_fields(spec, profile)
    return spec.model_copy(update={field: getattr(profile, field) for field in taken}) if taken else spec


def completed(
    spec: SchoolAutoscalerSpec, profile: ClusterScalingProfileSpec
) -> SchoolAutoscalerSpec | Refused:
    """Return the same, or what neither of the two gives and what does not go together."""
    whole = lay_over(spec, profile)
    problems = tuple(_told_of_profile(spec, problem) for problem in fitting_problems(whole))
    return Refused(problems=problems) if problems else whole


def repeated_fields(spec: SchoolAutoscalerSpec, profile: ClusterScalingProfileSpec) -> Iterator[str]:
    """Yield the fields that the object gives and that say what the profile says, too."""
    for field in PROFILE_FIELDS:
        both = field in spec.model_fields_set and field in profile.model_fields_set
        if both and getattr(spec, field) == getattr(profile, field):
            yield field


def _told_of_profile(spec: SchoolAutoscalerSpec, problem: Problem) -> Problem:
    """Return a problem as one of an object that has a profile."""
    name = spec.profile_ref.name if spec.profile_ref is not None else ""
    if problem.path.startswith("spec.peaks") and "peaks" not in spec.model_fields_set:
        message = f"is missing, and {problem.path.removeprefix('spec.')} of {PROFILE} {name} has no replicas"
        cure = "Add capacity with replicasAtPeak or pupilsPerReplica"
        return Problem(path="spec.capacity", message=message, cure=cure)
    return Problem(
        path=problem.path,
        message=f"{problem.message}, and {PROFILE} {name} does not give it",
        cure=problem.cure,
    )
