"""The door of the core: what others may use of it, all of it and nothing else."""

from __future__ import annotations

import ast
from pathlib import Path

from firstbell import core

PACKAGE = Path(core.__file__).parents[1]
ROOMS = [PACKAGE, PACKAGE.with_name("firstbell_workshop")]


def asked_for() -> set[str]:
    """What files outside of the core take from its door."""
    found: set[str] = set()
    for file in (file for room in ROOMS for file in room.rglob("*.py")):
        if PACKAGE / "core" in file.parents:
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module == "firstbell.core":
                found |= {alias.name for alias in node.names}
    return found


def test_nothing_stands_in_the_door_that_nobody_comes_for():
    assert set(core.__all__) == asked_for() - {"calendar"}


def test_the_door_names_each_thing_once():
    assert len(core.__all__) == len(set(core.__all__))
