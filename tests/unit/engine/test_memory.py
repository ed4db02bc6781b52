"""What the engine remembers has parts, and each part is written by its own room."""

from __future__ import annotations

import ast
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from firstbell.engine.memory.memory import Memory
from firstbell.engine.memory.written import Admitted, Challenge

ENGINE = Path(__file__).parents[3] / "operator/firstbell/engine"
ROOMS = {
    "plans": ("deciding/",),
    "edits": ("deciding/",),
    "written": ("acting/",),
    "carried_out": ("tick.py", "engine.py"),
    "looks_again": (),
    "told": ("report/",),
}
"""The part, and where it may be written. What is not here is frozen, or told to whoever asks."""
REPLACED = {"pilot", "zero", "autoscaler", "hands", "lead"}
"""Frozen, and replaced as a whole."""
WRITING = {"append", "appendleft", "extend", "clear", "pop", "update", "remove", "insert", "answered"}


def written(source: str) -> set[str]:
    """The parts of which a field is assigned, or changed in place."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        targets: list[ast.expr] = []
        if isinstance(node, ast.Assign):
            targets = [inner for target in node.targets for inner in ast.walk(target)]
        elif isinstance(node, ast.AugAssign | ast.AnnAssign):
            targets = [node.target]
        elif (
            isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in WRITING
        ):
            targets = [node.func.value]
        for target in targets:
            if isinstance(target, ast.Attribute):
                of = target.value
                found.add(getattr(of, "attr", getattr(of, "id", "")))
    return found & ROOMS.keys()


def test_each_part_is_written_in_its_room_alone():
    strangers = {
        file: wrong
        for path in ENGINE.rglob("*.py")
        if not (file := str(path.relative_to(ENGINE))).startswith("memory/")
        and (wrong := {part for part in written(path.read_text("utf-8")) if not file.startswith(ROOMS[part])})
    }

    assert strangers == {}


@pytest.mark.parametrize(
    "source",
    [
        "memory.told.reported = {}",
        "memory.carried_out.failures += 1",
        "memory.written.contest.times.append(1)\nmemory.written.contest.answered(1, 2)",
        "a, memory.plans.cut = 1, None",
        "def keep(plans):\n    plans.cut = None",
    ],
)
def test_a_writer_is_found_however_it_writes(source):
    assert len(written(source)) == 1


def test_every_part_that_can_be_written_has_a_room():
    parts = {field.name for field in fields(Memory)} - REPLACED

    assert parts - ROOMS.keys() == {"way_back", "happenings", "clock_set_by"}


def test_a_clock_that_is_set_takes_every_time_along():
    now, by = datetime(2025, 2, 4, 7, tzinfo=UTC), timedelta(hours=3)
    memory = Memory()
    memory.written.admitted = Admitted(asked=4, given=3, until=now)
    memory.written.challenge = Challenge(rival="other", since=now)
    memory.written.contest.times.append(now)
    memory.carried_out.acted_for = now
    memory.looks_again.ask(now)
    memory.told.reported_at = now
    memory.told.reports.append(now)

    memory.follow_clock(by)
    memory.follow_clock(by)

    times = (
        memory.written.admitted.until,
        memory.written.challenge.since,
        *memory.written.contest.times,
        memory.carried_out.acted_for,
        *memory.looks_again.times,
        memory.told.reported_at,
        *memory.told.reports,
    )
    assert set(times) == {now + by}
    assert (memory.written.contest.times.maxlen, memory.told.reports.maxlen) == (3, 5)
