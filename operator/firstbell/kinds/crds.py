"""The custom resource definitions, rendered from the models and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import yaml
from pydantic import BaseModel

from firstbell.kinds.calendar_exception import CalendarExceptionSpec
from firstbell.kinds.calendar_exception_status import CalendarExceptionStatus
from firstbell.kinds.cluster_scaling_profile import ClusterScalingProfileSpec
from firstbell.kinds.cluster_scaling_profile_status import ClusterScalingProfileStatus
from firstbell.kinds.group import (
    AUTOSCALER,
    AUTOSCALER_PLURAL,
    CALENDAR,
    CALENDAR_PLURAL,
    CLUSTER_CALENDAR,
    CLUSTER_CALENDAR_PLURAL,
    CLUSTER_KINDS,
    EXCEPTION,
    EXCEPTION_PLURAL,
    GROUP,
    OVERRIDE,
    OVERRIDE_PLURAL,
    PROFILE,
    PROFILE_PLURAL,
)
from firstbell.kinds.scaling_override import ScalingOverrideSpec
from firstbell.kinds.scaling_override_status import ScalingOverrideStatus
from firstbell.kinds.schema import Schema, structural
from firstbell.kinds.school_autoscaler import SchoolAutoscalerSpec
from firstbell.kinds.school_autoscaler_status import SchoolAutoscalerStatus
from firstbell.kinds.school_calendar import SchoolCalendarSpec
from firstbell.kinds.school_calendar_status import SchoolCalendarStatus

VERSION = "v1alpha1"
CATEGORY = "firstbell"
HEADER = "# Generated from operator/firstbell/kinds by `firstbell crds --write`. Do not edit.\n"
_WIDTH = 110


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """A column of `kubectl get`. Times are strings: kubectl prints an age for the type date."""

    name: str
    path: str
    description: str
    type: str = "string"

    @property
    def rendered(self) -> dict[str, str]:
        """The column as the definition has it."""
        return {
            "name": self.name,
            "type": self.type,
            "description": self.description,
            "jsonPath": self.path,
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """One kind: its names, its models, its columns."""

    kind: str
    plural: str
    short: str
    description: str
    spec: type[BaseModel]
    status: type[BaseModel]
    columns: tuple[Column, ...]

    @property
    def scope(self) -> str:
        """Whether its objects belong to a namespace, in the API server's words."""
        return "Cluster" if self.kind in CLUSTER_KINDS else "Namespaced"

    @property
    def file_name(self) -> str:
        """The name of the file that holds the definition."""
        return f"{self.plural}.{GROUP}.yaml"


SCHOOL_CALENDAR = Kind(
    kind=CALENDAR,
    plural=CALENDAR_PLURAL,
    short="schoolcal",
    description="SchoolCalendar holds facts about school time: terms, holidays, bells and exceptions. Many"
    " workloads share one.",
    spec=SchoolCalendarSpec,
    status=SchoolCalendarStatus,
    columns=(
        Column(
            name="TODAY",
            # The first of the two that is there: a day without lessons has no class, but a reason.
            path=".status.today[0]['dayClass','reason']",
            description="The class of today in the first region, or why there are no lessons",
        ),
        Column(name="NEXT BELL", path=".status.nextBellTime", description="The next first lesson, in UTC"),
        Column(
            name="NEXT RESTART",
            path=".status.nextRestart.date",
            description="The next first lesson day after a holiday or of a school year",
        ),
        Column(
            name="BREAK",
            path=".status.nextRestart.breakDays",
            description="Days without lessons before it",
            type="integer",
        ),
        Column(
            name="DATA UNTIL", path=".status.lastDate", description="The last day of the last school year"
        ),
        Column(
            name="VALID",
            path='.status.conditions[?(@.type=="Valid")].status',
            description="Whether the calendar can be used",
        ),
    ),
)

CLUSTER_SCHOOL_CALENDAR = Kind(
    kind=CLUSTER_CALENDAR,
    plural=CLUSTER_CALENDAR_PLURAL,
    short="cschoolcal",
    description="ClusterSchoolCalendar is a SchoolCalendar for the whole cluster: SchoolAutoscalers of every"
    " namespace may refer to it. Who edits it moves the mornings of all of them.",
    spec=SchoolCalendarSpec,
    status=SchoolCalendarStatus,
    columns=SCHOOL_CALENDAR.columns,
)

SCHOOL_AUTOSCALER = Kind(
    kind=AUTOSCALER,
    plural=AUTOSCALER_PLURAL,
    short="schoolas",
    description="SchoolAutoscaler makes one workload Ready before lessons: scheduled capacity from school"
    " calendars, and live metrics, always the larger.",
    spec=SchoolAutoscalerSpec,
    status=SchoolAutoscalerStatus,
    columns=(
        Column(name="TARGET", path=".spec.scaleTargetRef.name", description="The workload"),
        Column(name="ACTUATOR", path=".status.actuator.kind", description="What is written to"),
        Column(
            name="CURRENT",
            path=".status.currentReplicas",
            description="Replicas the workload is set to",
            type="integer",
        ),
        Column(
            name="READY",
            path=".status.readyReplicas",
            description="Replicas that are Ready",
            type="integer",
        ),
        Column(
            name="DESIRED",
            path=".status.desiredReplicas",
            description="Replicas decided on",
            type="integer",
        ),
        Column(name="REASON", path=".status.decision.reason", description="What decided"),
        Column(name="NEXT BELL", path=".status.upcoming[0].bellTime", description="The next peak, in UTC"),
        Column(
            name="NEXT",
            path=".status.upcoming[0].replicas",
            description="Replicas planned for it",
            type="integer",
        ),
        Column(
            name="BELL",
            path=".status.bell.state",
            description="Whether the workload is ready for it: Ready, On track, At risk, Late, ...",
        ),
        Column(name="MODE", path=".spec.mode", description="Enforce or DryRun"),
    ),
)

CLUSTER_SCALING_PROFILE = Kind(
    kind=PROFILE,
    plural=PROFILE_PLURAL,
    short="scalprof",
    description="ClusterScalingProfile holds what the policies of many workloads have in common, such as"
    " peaks as shares of load. SchoolAutoscalers of every namespace may refer to it, and what one gives"
    " itself wins.",
    spec=ClusterScalingProfileSpec,
    status=ClusterScalingProfileStatus,
    columns=(
        Column(name="CALENDARS", path=".spec.calendarRefs[*].name", description="The calendars it gives"),
        Column(name="PEAKS", path=".spec.peaks[*].name", description="The peaks it gives"),
        Column(
            name="VALID",
            path='.status.conditions[?(@.type=="Valid")].status',
            description="Whether the profile can be used",
        ),
    ),
)

CALENDAR_EXCEPTION = Kind(
    kind=EXCEPTION,
    plural=EXCEPTION_PLURAL,
    short="calex",
    description="CalendarException is one late fact about school time, such as a snow day, laid over a"
    " SchoolCalendar in the order of creation. It is kept apart from the calendar so that no GitOps sync"
    " takes it back.",
    spec=CalendarExceptionSpec,
    status=CalendarExceptionStatus,
    columns=(
        Column(name="CALENDAR", path=".spec.calendarRef.name", description="The calendar it is laid over"),
        Column(name="FROM", path=".spec.startDate", description="The first day"),
        Column(name="UNTIL", path=".spec.endDate", description="The last day, if it is another one"),
        Column(name="EVENT", path=".spec.event", description="What happens"),
        Column(name="STATE", path=".status.state", description="Applied, Expired or Invalid"),
        Column(
            name="REASON",
            path='.status.conditions[?(@.type=="Applied")].reason',
            description="Why",
        ),
    ),
)

SCALING_OVERRIDE = Kind(
    kind=OVERRIDE,
    plural=OVERRIDE_PLURAL,
    short="scalov",
    description="ScalingOverride is an order with an end for one or several workloads: at least so many"
    " replicas, more than is planned, or hands off. It changes no policy and ends by itself.",
    spec=ScalingOverrideSpec,
    status=ScalingOverrideStatus,
    columns=(
        Column(
            name="STATE",
            path='.status.conditions[?(@.type=="Active")].reason',
            description="Pending, Active, Ended or Invalid",
        ),
        Column(name="FLOOR", path=".spec.floorReplicas", description="Replicas at least", type="integer"),
        Column(name="PERCENT", path=".spec.floorPercent", description="Percent of the plan", type="integer"),
        Column(name="HOLD", path=".spec.hold", description="Whether nothing is written", type="boolean"),
        Column(name="UNTIL", path=".spec.endTime", description="When it ends"),
        Column(
            name="AUTOSCALERS",
            path=".status.autoscalersTotal",
            description="How many SchoolAutoscalers it is for",
            type="integer",
        ),
        Column(name="REASON", path=".status.reason", description="Why it was ordered"),
    ),
)

RENDERED_KINDS = (
    SCHOOL_CALENDAR,
    CLUSTER_SCHOOL_CALENDAR,
    CLUSTER_SCALING_PROFILE,
    SCHOOL_AUTOSCALER,
    CALENDAR_EXCEPTION,
    SCALING_OVERRIDE,
)


def definition(kind: Kind) -> dict[str, Any]:
    """Return the whole CustomResourceDefinition of a kind."""
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{kind.plural}.{GROUP}"},
        "spec": {
            "group": GROUP,
            "scope": kind.scope,
            "names": {
                "kind": kind.kind,
                "listKind": f"{kind.kind}List",
                "plural": kind.plural,
                "singular": kind.kind.lower(),
                "shortNames": [kind.short],
                "categories": [CATEGORY],
            },
            "versions": [
                {
                    "name": VERSION,
                    "served": True,
                    "storage": True,
                    "subresources": {"status": {}},
                    "additionalPrinterColumns": [column.rendered for column in kind.columns],
                    "schema": {"openAPIV3Schema": object_schema(kind)},
                }
            ],
        },
    }


def object_schema(kind: Kind) -> Schema:
    """Return the schema of a whole object."""
    api_version = "The version of the schema: firstbell.dev/v1alpha1."
    return {
        "type": "object",
        "description": kind.description,
        "required": ["spec"],
        "properties": {
            "apiVersion": {"type": "string", "description": api_version},
            "kind": {"type": "string", "description": f"The kind: {kind.kind}."},
            "metadata": {"type": "object"},
            "spec": structural(kind.spec),
            "status": structural(kind.status),
        },
    }


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - no aliases, whatever repeats
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002
        super().increase_indent(flow, False)


def render(kind: Kind) -> str:
    """Return the definition as the text of its file, the same for the same models."""
    text = yaml.dump(
        definition(kind), Dumper=_Dumper, sort_keys=False, width=_WIDTH, allow_unicode=True, line_break="\n"
    )
    return f"{HEADER}---\n{text}"
