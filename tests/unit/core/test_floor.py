"""Whose value stands in an autoscaler's minimum, and what its baseline is."""

from __future__ import annotations

import pytest

from firstbell.core.floor import (
    Autoscaler,
    FloorMark,
    FloorMemory,
    FloorReading,
    FloorState,
    read_floor,
)

OWNER, INSTANCE = "school/web", "firstbell"
MARK = FloorMark(floor=307, baseline=4, owner=OWNER, instance=INSTANCE)
MEMORY = FloorMemory(uid="one", floor=307, baseline=4)


def hpa(minimum: int, mark: FloorMark | None = None, declared: int | None = None) -> Autoscaler:
    return Autoscaler(
        kind="HorizontalPodAutoscaler",
        namespace="school",
        name="web",
        uid="one",
        minimum=minimum,
        maximum=400,
        mark=mark,
        declared=declared,
    )


def reading(state: FloorState, baseline: int, **more) -> FloorReading:
    return FloorReading(state=state, baseline=baseline, **more)


CASES = {
    "never touched": (hpa(4), None, reading(FloorState.UNTOUCHED, 4)),
    "our floor, intact": (hpa(307, MARK), None, reading(FloorState.OURS, 4)),
    "a foreign value is the new baseline": (hpa(10, MARK), MEMORY, reading(FloorState.FOREIGN, 10)),
    "a manifest without a minimum resets it to 1": (hpa(1, MARK), None, reading(FloorState.FOREIGN, 1)),
    "our value declared by somebody is the baseline": (
        hpa(307, MARK, declared=307),
        None,
        reading(FloorState.OURS, 307),
    ),
    "another value declared earlier changes nothing": (
        hpa(307, MARK, declared=4),
        None,
        reading(FloorState.OURS, 4),
    ),
    "annotations lost, same object and value: our floor": (
        hpa(307),
        MEMORY,
        reading(FloorState.OURS, 4, marks_lost=True),
    ),
    "annotations lost, another value: somebody's": (hpa(20), MEMORY, reading(FloorState.FOREIGN, 20)),
    "re-created: another uid": (
        hpa(307),
        FloorMemory(uid="two", floor=307, baseline=4),
        reading(FloorState.UNTOUCHED, 307),
    ),
    "remembered without a floor": (
        hpa(4),
        FloorMemory(uid="one", floor=None, baseline=4),
        reading(FloorState.UNTOUCHED, 4),
    ),
}


@pytest.mark.parametrize(("autoscaler", "memory", "want"), CASES.values(), ids=CASES.keys())
def test_the_minimum_is_understood(autoscaler, memory, want):
    got = read_floor(autoscaler, memory, OWNER, INSTANCE)

    assert (want.state, want.baseline, want.marks_lost) == (got.state, got.baseline, got.marks_lost)


def test_the_floor_of_another_autoscaler_object_is_not_ours():
    got = read_floor(hpa(307, MARK), None, "school/other", INSTANCE)

    assert (got.state, got.baseline) == (FloorState.ANOTHER_OWNER, 4)


def test_the_floor_of_another_installation_is_not_ours():
    got = read_floor(hpa(307, MARK), None, OWNER, "second")

    assert (got.state, got.baseline) == (FloorState.ANOTHER_INSTANCE, 4)


def test_an_autoscaler_is_known_by_namespace_and_name():
    assert hpa(4).key == "school/web"
