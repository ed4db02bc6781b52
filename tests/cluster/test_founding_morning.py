"""Monday 20 April 2020 on a real control plane, at the demo's speed: what the README promises.

The cluster is looked at four times a second, which is half a minute of the fast clock: instants are told to
that error, and never earlier than they were.
"""

from __future__ import annotations

import asyncio
import itertools
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

import pytest

from firstbell.core.bells import instant_of, minute_of
from firstbell.core.coalesce import MARK_MINUTES
from firstbell.core.days import SchoolDays
from firstbell.core.lead import NO_RISES
from firstbell.core.plan import Plan, Workload, make_plan
from firstbell.engine.objects.target_ref import TargetRef
from firstbell.files.links import Linked, link
from firstbell.files.manifests import Manifests, read_manifests
from firstbell.lab.day.compare import Conditions, Variant, compare
from firstbell.lab.day.crowd import Coming
from firstbell_workshop.demo.morning import MORNINGS, example_file
from firstbell_workshop.demo.pace import fitting_speed
from firstbell_workshop.demo.play import WATCH_SECONDS, Recording, Show, play
from firstbell_workshop.demo.stage import set_stage
from firstbell_workshop.demo.trial import rises_before, try_out

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from firstbell_workshop.local.control_plane import ControlPlane
    from tests.cluster.operator_account import ChartsAccounts

MORNING = MORNINGS["smartschool-monday"]


def utc(clock_time: str) -> datetime:
    return datetime.fromisoformat(f"2020-04-20T{clock_time}").replace(tzinfo=UTC)


class Played(NamedTuple):
    """The plan, what was seen, and the error with which an instant of the clock is known."""

    plan: Plan
    recording: Recording
    error: timedelta


@pytest.fixture(scope="module")
def played(control_plane: ControlPlane, accounts: ChartsAccounts, tmp_path_factory) -> Played:
    """The morning, played once for all tests of this file, in a namespace of its own.

    As fast as the demo would play it on this machine: two hours in a minute where it is at leisure.
    """
    if not control_plane.has_metrics:
        pytest.skip("this cluster serves no CPU metrics, so no HPA comes down on it")
    namespace = "test-founding-morning"
    file: Path = tmp_path_factory.mktemp("morning") / "example.yaml"
    text = example_file(MORNING.example).read_text(encoding="utf-8")
    file.write_text(text.replace("namespace: learning-platform", f"namespace: {namespace}"), encoding="utf-8")
    plan = plan_of(file)
    target = TargetRef(
        namespace=namespace, api_version="apps/v1", kind="Deployment", name=plan.workload.policy.name
    )
    set_stage(control_plane, file, plan.workload, target)
    speed = fitting_speed(try_out(control_plane, target), rises_before(plan, MORNING))
    here = accounts.operator.here
    show = Show(control_plane=here, morning=MORNING, plan=plan, target=target, speed=speed)
    try:
        recording = asyncio.run(play(show, lambda _sample: None))
    finally:
        control_plane.kubectl("delete", "namespace", namespace, "--wait=false")
    assert recording.failed is None
    return Played(plan, recording, timedelta(seconds=4 * WATCH_SECONDS * speed))


def plan_of(file: Path) -> Plan:
    manifests = read_manifests([file])
    assert isinstance(manifests, Manifests)
    linked = link(manifests)
    assert isinstance(linked, Linked)
    autoscaler = linked.autoscalers[0]
    workload = Workload(
        policy=autoscaler.manifest.policy,
        bounds=autoscaler.bounds,
        calendars=tuple(SchoolDays(calendar) for calendar in autoscaler.calendars),
        rises=NO_RISES,
    )
    return make_plan(workload, minute_of(MORNING.start) - 60, minute_of(MORNING.end) + 6 * 60)


def test_the_floor_follows_the_plans_writes_in_order(played):
    plan, recording, _ = played
    floors = [sample.floor for sample in recording.samples]
    seen = [floor for floor, before in zip(floors, [None, *floors], strict=False) if floor != before]
    start, end = minute_of(recording.samples[0].time), minute_of(recording.samples[-1].time)
    want = [run.value for run in plan.writes if run.end > start and run.start <= end]

    assert want == seen


def test_floor_and_scale_are_307_at_twenty_past_six_and_not_before_a_quarter_past(played):
    """To the error of the fast clock; `test_on_time.py` looks at one rise by the clock on the wall."""
    _, recording, error = played
    first = next(s.time for s in recording.samples if s.floor == 307 and s.current == 307)

    assert utc("06:15") <= first <= utc("06:20") + error


def test_all_307_are_ready_before_the_bell(played):
    _, recording, _ = played

    assert recording.needed == 307
    assert recording.ready_time is not None
    assert recording.ready_time < utc("06:30")


def test_the_count_never_falls_below_the_floor_once_it_was_there(played):
    _, recording, error = played
    behind = [s for s in recording.samples if s.current < s.floor]

    # A floor and its /scale are two writes: a look may fall between them, two looks in a row may not.
    assert all(later.time - earlier.time > error / 2 for earlier, later in itertools.pairwise(behind))


def test_the_floor_returns_to_4_and_the_hpa_brings_the_count_down(played):
    _, recording, _ = played
    last = recording.samples[-1]

    assert recording.back_at_baseline
    assert (last.floor, last.current) == (4, 4)


def test_a_simulated_morning_takes_the_same_steps(played):
    """Floor and count, with nobody coming, as here: what `firstbell simulate` plays is what runs.

    Rises are five minutes apart, so a step that is off by less is that step and no other: on this clock five
    minutes are two and a half seconds for two writes and a look. The way down of the count is not compared:
    its HPA goes by the clock on the wall.
    """
    plan, recording, _ = played
    nobody = Conditions(coming=Coming(load_percent=0), background_percent=0)
    day = compare(plan.workload, MORNING.bell.date(), nobody, (Variant.FIRSTBELL,))
    first, last = recording.samples[0].time, recording.samples[-1].time
    simulated = [
        (instant_of(day.start) + timedelta(seconds=moment.second), moment.floor, moment.replicas)
        for moment in day.outcomes[Variant.FIRSTBELL].moments
    ]
    simulated = [seen for seen in simulated if first <= seen[0] <= last]
    lived = [(sample.time, sample.floor, sample.current) for sample in recording.samples]
    for want, had in (
        (steps((at, floor) for at, floor, _ in simulated), steps((at, floor) for at, floor, _ in lived)),
        (rises((at, count) for at, _, count in simulated), rises((at, count) for at, _, count in lived)),
    ):
        assert [value for _, value in want] == [value for _, value in had]
        late = [lived_at - at for (at, _), (lived_at, _) in zip(want, had, strict=True)]
        assert [each for each in late if abs(each) >= timedelta(minutes=MARK_MINUTES)] == []


def steps(seen: Iterable[tuple[datetime, int]]) -> list[tuple[datetime, int]]:
    """Where a value is not what it was before; the first look is none."""
    return [after for before, after in itertools.pairwise(seen) if after[1] != before[1]]


def rises(seen: Iterable[tuple[datetime, int]]) -> list[tuple[datetime, int]]:
    """Where a value reaches what it never was before."""
    highest: list[tuple[datetime, int]] = []
    for one in seen:
        if not highest or one[1] > highest[-1][1]:
            highest.append(one)
    return highest[1:]
