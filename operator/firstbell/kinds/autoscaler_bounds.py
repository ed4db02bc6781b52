"""The bounds of autoscalers of others in the same files: a plan takes those that a policy leaves out.

Only what bounds a workload, and how fast, is read of one; what else is in it is not ours to judge.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, cast

from pydantic import ConfigDict, Field, create_model

from firstbell.core.scaling import Behavior
from firstbell.kinds.autoscaler_conversion import to_scaling_rules
from firstbell.kinds.foreign_autoscalers import ForeignAutoscaler
from firstbell.kinds.foreign_behavior import ForeignBehaviorSpec
from firstbell.kinds.model import SpecModel
from firstbell.kinds.problems import Refused
from firstbell.kinds.reading import read_spec
from firstbell.kinds.scalars import LARGEST_INT32, ReplicaCount, Title, number


@dataclass(frozen=True, kw_only=True, slots=True)
class AutoscalerBounds:
    """The bounds that a foreign autoscaler sets for a workload, with that kind's defaults filled in."""

    kind: str
    namespace: str
    name: str
    target_api_version: str
    target_kind: str
    target_name: str
    minimum: int
    maximum: int
    behavior: Behavior | None = None
    """How fast it follows its metrics, complete; None where it says nothing of it."""

    def scales(self, namespace: str, api_version: str, kind: str, name: str) -> bool:
        """Tell whether it scales that workload, whatever version of its group names it."""
        return (namespace, _group(api_version), kind, name) == (
            self.namespace,
            _group(self.target_api_version),
            self.target_kind,
            self.target_name,
        )


class _Foreign(SpecModel):
    model_config = ConfigDict(extra="ignore")


class _Target(_Foreign):
    api_version: Title = "apps/v1"
    """The workload's apiVersion."""
    kind: Title
    """The workload's kind."""
    name: Title
    """The workload's name."""


class _Bounded(_Foreign):
    """What is read of every kind; each has its own names and defaults for it."""

    scale_target_ref: _Target
    """The workload."""
    minimum: ReplicaCount
    """The least replicas."""
    maximum: int
    """The most replicas."""


def read_bounds(of: ForeignAutoscaler, namespace: str, name: str, spec: object) -> AutoscalerBounds | Refused:
    """Return the bounds of an autoscaler of others, or what is wrong with those fields."""
    read = read_spec(_model(of), spec)
    if isinstance(read, Refused):
        return read
    return AutoscalerBounds(
        kind=of.kind,
        namespace=namespace,
        name=name,
        target_api_version=read.scale_target_ref.api_version,
        target_kind=read.scale_target_ref.kind,
        target_name=read.scale_target_ref.name,
        minimum=read.minimum,
        maximum=read.maximum,
        behavior=_behavior(_last_of(read, of.behavior_path)),
    )


@cache
def _model(of: ForeignAutoscaler) -> type[_Bounded]:
    """Make the model of a kind, with its names and defaults."""
    target: type[_Target] = _Target
    if of.default_target_kind is not None:
        kind = (Title, Field(of.default_target_kind, description="The workload's kind."))
        target = create_model(f"{of.kind}Target", __base__=_Target, kind=kind)
    least = Field(of.default_minimum, alias=of.minimum_field, description="The least replicas.")
    most = Field(
        ... if of.default_maximum is None else of.default_maximum,
        alias=of.maximum_field,
        description="The most replicas.",
    )
    return create_model(
        of.kind,
        __base__=_Bounded,
        scale_target_ref=(target, Field(description="The workload.")),
        minimum=(ReplicaCount, least),
        maximum=(Annotated[int, number(of.least_maximum, LARGEST_INT32)], most),
        **_around(of.behavior_path),
    )


def _around(path: tuple[str, ...]) -> dict[str, Any]:
    """Make the fields that lead to the behavior at the end of a path: each is a mapping, if it is there."""
    if len(path) == 1:
        field = Field(default=None, alias=path[0], description="How fast it follows its metrics.")
        return {"within": (ForeignBehaviorSpec | None, field)}
    within: type[_Foreign] = create_model(path[0], __base__=_Foreign, **_around(path[1:]))
    field = Field(default_factory=within, alias=path[0], description="What else it says of the HPA.")
    return {"within": (within, field)}


def _last_of(read: Any, path: tuple[str, ...]) -> ForeignBehaviorSpec | None:
    """Return what stands at the end of a path of fields that was read."""
    for _ in path:
        read = read.within
    return cast("ForeignBehaviorSpec | None", read)


def _behavior(written: ForeignBehaviorSpec | None) -> Behavior | None:
    if written is None or not written.says_something:
        return None
    return Behavior(up=to_scaling_rules(written.up), down=to_scaling_rules(written.down))


def _group(api_version: str) -> str:
    return api_version.rpartition("/")[0]
