"""Mornings that happened, as files: a head of kind Scenario, then the calendar, and a policy if it has one.

The head says what came in spite of the plan, what broke, and how the day ends for firstbell. Its figures are
those that were published; the rest is assumed and told so. Where a morning could not have been held, the head
says why, and that is printed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Self

from pydantic import model_validator

from firstbell.core import SchoolDays, Workload
from firstbell.core.capacity import NO_RISES
from firstbell.core.instants import Minute, bell, start_of_day
from firstbell.files.links import Linked, link
from firstbell.files.manifests import gather
from firstbell.files.yaml_files import FileProblem, Origin, Unreadable, read_file
from firstbell.kinds.model import SpecModel, ordered_list
from firstbell.kinds.problems import Problem, Refused
from firstbell.kinds.reading import read_spec
from firstbell.kinds.scalars import (
    Bell,
    CivilDate,
    EndBell,
    Flag,
    Minutes,
    Note,
    Percent,
    Replicas,
    Title,
    number,
    wrong,
)
from firstbell.lab.day.arrivals import SECONDS_PER_MINUTE, Preset
from firstbell.lab.day.compare import Comparison, Conditions, Variant, compare
from firstbell.lab.day.crowd import Surprise
from firstbell.lab.day.faults import BrokenScaleUp, Fault, SharedLimit, Throttled

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import time

SCENARIO_VERSION, SCENARIO_KIND = "simulation.firstbell.dev/v1", "Scenario"
FOLDER = Path(__file__).parent / "scenarios"
POLICY_FILE = "policy.yaml"
MOST_PUPILS = 100_000_000


class Verdict(StrEnum):
    """How a morning ends for firstbell."""

    HELD = "Held"
    NOT_HELD = "NotHeld"


class SurpriseSpec(SpecModel):
    """Pupils whom no calendar knows of."""

    time: Bell
    """When they come, on the wall clock of the calendar."""
    end_time: EndBell | None = None
    """Until when they come evenly; absent: all around `time`."""
    pupils: Annotated[int, number(1, MOST_PUPILS)]
    """How many they are."""
    load_percent: Percent = 100
    """Their work in percent of a regular in-person lesson start."""


class ThrottledSpec(SpecModel):
    """A part of the day in which only so many replicas' worth came through."""

    start_time: Bell
    """From when, on the wall clock of the calendar."""
    end_time: EndBell
    """Until when; 24:00 is the end of the day."""
    replicas: Annotated[int, number(0, MOST_PUPILS)]
    """How many replicas' worth came through."""


class FaultSpec(SpecModel):
    """What broke; one of the three."""

    throttled: ThrottledSpec | None = None
    """Something in front of the workload let through only a part."""
    shared_limit_replicas: Replicas | None = None
    """Something behind it carried only so many replicas' worth."""
    broken_scale_up_minutes: Minutes | None = None
    """Adding pods broke the pods that were added, for so many minutes."""

    @model_validator(mode="after")
    def _one(self) -> Self:
        given = (self.throttled, self.shared_limit_replicas, self.broken_scale_up_minutes)
        if sum(one is not None for one in given) != 1:
            raise wrong(
                "must be one fault", "Give one of throttled, sharedLimitReplicas, brokenScaleUpMinutes"
            )
        return self


class ScenarioSpec(SpecModel):
    """The head of a scenario."""

    title: Title
    """Whose morning it was."""
    date: CivilDate
    """The day that is played, in the calendar's zone."""
    preset: Preset = Preset.BELL
    """How closely pupils come together."""
    load_percent: Percent = 100
    """What came, in percent of what calendar and policy expect."""
    surprises: Annotated[tuple[SurpriseSpec, ...], ordered_list(16)] = ()
    """Who came whom no calendar knew of."""
    faults: Annotated[tuple[FaultSpec, ...], ordered_list(8)] = ()
    """What broke that no number of replicas mends."""
    cron_in_utc: Flag = False
    """The hand-written floor was written in UTC."""
    published: Note
    """What is on record."""
    assumed: Note
    """What is not, and was chosen for the replay."""
    verdict: Verdict
    """How the day ends for firstbell."""
    because: Note
    """For NotHeld why not; for Held on what condition."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Scenario:
    """A scenario that can be played."""

    name: str
    spec: ScenarioSpec
    workload: Workload

    def conditions(self, conditions: Conditions) -> Conditions:
        """Return those of a run, with what this morning had of its own."""
        coming = replace(
            conditions.coming,
            shape=self.spec.preset.shape,
            load_percent=self.spec.load_percent,
            surprises=tuple(self._surprise(one) for one in self.spec.surprises),
        )
        faults = tuple(self._fault(one) for one in self.spec.faults)
        world = replace(conditions.world, faults=faults)
        in_utc = self.spec.cron_in_utc or conditions.cron_in_utc
        return replace(conditions, coming=coming, world=world, cron_in_utc=in_utc)

    def _minute(self, at: time) -> Minute:
        return bell(self.workload.zone, self.spec.date, at)

    def _second(self, at: time) -> int:
        zone = self.workload.zone
        return (self._minute(at) - start_of_day(zone, self.spec.date)) * SECONDS_PER_MINUTE

    def _surprise(self, one: SurpriseSpec) -> Surprise:
        end = None if one.end_time is None else self._minute(one.end_time)
        return Surprise(
            minute=self._minute(one.time), end=end, pupils=one.pupils, load_percent=one.load_percent
        )

    def _fault(self, one: FaultSpec) -> Fault:
        if one.throttled is not None:
            start, end = self._second(one.throttled.start_time), self._second(one.throttled.end_time)
            return Throttled(start=start, end=end, replicas=one.throttled.replicas)
        if one.shared_limit_replicas is not None:
            return SharedLimit(replicas=one.shared_limit_replicas)
        return BrokenScaleUp(minutes=one.broken_scale_up_minutes or 0)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Played:
    """A scenario with what it came to."""

    scenario: Scenario
    comparison: Comparison

    @property
    def verdict(self) -> Verdict:
        """How it ended for firstbell."""
        return Verdict.HELD if self.comparison.held else Verdict.NOT_HELD

    @property
    def as_told(self) -> bool:
        """Whether it ended as its file says."""
        return self.verdict is self.scenario.spec.verdict


def play_scenario(
    scenario: Scenario, conditions: Conditions, variants: Iterable[Variant] = Variant
) -> Played:
    """Play the day of a scenario."""
    its = scenario.conditions(conditions)
    comparison = compare(scenario.workload, scenario.spec.date, its, variants)
    return Played(scenario=scenario, comparison=comparison)


def scenario_files(folder: Path = FOLDER) -> list[Path]:
    """Return every scenario that comes with firstbell, by name."""
    return sorted(file for file in folder.glob("*.yaml") if file.name != POLICY_FILE)


def read_scenario(file: Path) -> Scenario | Unreadable:
    """Return the scenario of a file, or what is wrong with it."""
    found = read_file(file)
    if isinstance(found, Unreadable):
        return found
    heads = [origin for origin in found if _is_head(origin)]
    if len(heads) != 1:
        return _wrong(str(file), f"has {len(heads)} objects of kind {SCENARIO_KIND}", "Give one, at its head")
    spec = read_spec(ScenarioSpec, heads[0].node.value.get("spec"))
    if isinstance(spec, Refused):
        return Unreadable(problems=tuple(heads[0].problem(problem) for problem in spec.problems))
    others = [origin for origin in found if origin is not heads[0]]
    workload = _workload(file, others)
    if isinstance(workload, Unreadable):
        return workload
    return Scenario(name=file.stem, spec=spec, workload=workload)


def _workload(file: Path, objects: list[Origin]) -> Workload | Unreadable:
    """Return the workload of a scenario: its own policy, or the one that all others share."""
    manifests = gather(objects)
    if not isinstance(manifests, Unreadable) and not manifests.autoscalers:
        policy = read_file(FOLDER / POLICY_FILE)
        if isinstance(policy, Unreadable):
            return policy
        manifests = gather([*objects, *policy])
    if isinstance(manifests, Unreadable):
        return manifests
    linked = link(manifests)
    if isinstance(linked, Unreadable):
        return linked
    return _only(file, linked)


def _only(file: Path, linked: Linked) -> Workload | Unreadable:
    if len(linked.autoscalers) != 1:
        return _wrong(str(file), "has no single SchoolAutoscaler", "Give one, or none for the shared policy")
    one = linked.autoscalers[0]
    return Workload(
        policy=one.manifest.policy,
        bounds=one.bounds,
        calendars=tuple(SchoolDays(calendar) for calendar in one.calendars),
        rises=NO_RISES,
    )


def _is_head(origin: Origin) -> bool:
    value = origin.node.value
    head = (SCENARIO_VERSION, SCENARIO_KIND)
    return isinstance(value, dict) and (value.get("apiVersion"), value.get("kind")) == head


def _wrong(file: str, message: str, cure: str) -> Unreadable:
    problem = Problem(path="", message=message, cure=cure)
    return Unreadable(problems=(FileProblem(file=file, line=1, problem=problem),))
