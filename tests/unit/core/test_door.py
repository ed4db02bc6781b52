"""The doors of the core: what others may use of it, all of it and nothing else, each name by one door."""

from __future__ import annotations

import ast
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest

from firstbell import core

PACKAGE = Path(core.__file__).parents[1]
ROOMS = [file.parent for file in PACKAGE.parent.glob("*/__init__.py")]
CORE = PACKAGE / "core"
FRONT = "firstbell.core"
BESIDE = [f"{FRONT}.{subject}" for subject in ("calendar", "capacity", "instants", "reasons", "scaling")]
DOORS = [FRONT, *BESIDE]
BEHIND = {f"{FRONT}.{path.stem}" for path in CORE.iterdir() if path.stem[0] != "_"} - set(DOORS)
STANDARD = {
    "__future__", "array", "bisect", "collections", "dataclasses", "datetime", "enum", "fractions",
    "functools", "heapq", "itertools", "math", "operator", "typing", "unicodedata", "zoneinfo",
}  # fmt: skip
"""What the core may take of Python's library: nothing that reads a clock, a file, a network or chance."""
WIDEST_FRONT = 35
"""So many names the door of verbs may have; what else is asked for has the door of its subject."""


def names_of(door: str) -> list[str]:
    return import_module(door).__all__


@cache
def imports_of(source: str) -> list[ast.Import | ast.ImportFrom]:
    """Return the imports of a file, wherever in it they stand: several tests ask for those of the same."""
    return [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Import | ast.ImportFrom)]


def taken_by(source: str) -> set[tuple[str, str]]:
    """Return what a file takes, as door and name: by an import, or from a door that it imported whole."""
    taken, whole = set(), {}
    for node in imports_of(source):
        if isinstance(node, ast.ImportFrom) and node.module in DOORS:
            for alias in node.names:
                if (module := f"{node.module}.{alias.name}") in DOORS:
                    whole[alias.asname or alias.name] = module
                else:
                    taken.add((node.module, alias.name))
    for node in ast.walk(ast.parse(source)) if whole else ():
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in whole:
            taken.add((whole[node.value.id], node.attr))
    return taken


def asked_for() -> set[tuple[str, str]]:
    """Return what files outside of the core take from its doors."""
    files = [file for room in ROOMS for file in room.rglob("*.py") if CORE not in file.parents]
    return set().union(*(taken_by(file.read_text(encoding="utf-8")) for file in files))


def through_a_door(source: str) -> list[str]:
    """Return the doors that a file imports, from any of them or whole."""
    found = []
    for node in imports_of(source):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names if alias.name in DOORS]
        elif isinstance(node, ast.ImportFrom) and node.module in DOORS:
            found.append(node.module)
    return found


def test_nothing_stands_in_a_door_that_nobody_comes_for():
    stands = {(door, name) for door in DOORS for name in names_of(door)}

    assert stands == asked_for()


def test_each_name_has_one_door_and_stands_in_it_once():
    names = [name for door in DOORS for name in names_of(door)]

    assert [name for name in set(names) if names.count(name) > 1] == []


def test_the_door_of_verbs_stays_narrow():
    assert len(names_of(FRONT)) <= WIDEST_FRONT


@pytest.mark.parametrize("door", DOORS)
def test_a_door_imports_what_it_names_from_the_core_and_holds_nothing_else(door):
    tree = ast.parse(Path(import_module(door).__file__).read_text(encoding="utf-8"))
    docstring, _future, *imports, names = tree.body

    assert isinstance(docstring, ast.Expr)
    assert {type(each) for each in imports} == {ast.ImportFrom}
    assert all(each.module.startswith(f"{FRONT}.") for each in imports)
    assert ast.unparse(names.targets[0]) == "__all__"
    assert {alias.name for each in imports for alias in each.names} == set(names_of(door))


def test_the_core_goes_through_none_of_its_doors():
    files = sorted(CORE.rglob("*.py"))

    assert len(files) > len(DOORS)
    assert {
        file.name: doors for file in files if (doors := through_a_door(file.read_text(encoding="utf-8")))
    } == {}


@pytest.mark.parametrize(
    ("source", "doors"),
    [
        ("from firstbell.core import Plan", [FRONT]),
        ("from firstbell.core.reasons import Truth", [f"{FRONT}.reasons"]),
        ("import firstbell.core.instants", [f"{FRONT}.instants"]),
        ("from firstbell.core.plan import Plan", []),
    ],
)
def test_a_way_through_a_door_is_seen(source, doors):
    assert through_a_door(source) == doors


def past_the_doors(source: str) -> list[str]:
    """Return the ways into the core that are no doors: what is behind them, or the core by its whole name."""
    found = []
    for node in imports_of(source):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names if f"{alias.name}.".startswith("firstbell.")]
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            taken = [module, *(f"{module}.{alias.name}" for alias in node.names)]
            found += [each for each in taken if each in BEHIND or each[0] == "."]
            found += [each for each in taken[1:] if each == FRONT]
    return found


def test_nobody_comes_past_the_doors_in_any_package():
    files = [file for room in ROOMS for file in room.rglob("*.py") if CORE not in file.parents]

    assert {
        str(file): ways for file in files if (ways := past_the_doors(file.read_text(encoding="utf-8")))
    } == {}


@pytest.mark.parametrize(
    ("source", "ways"),
    [
        ("from firstbell.core.plan import make_plan", [f"{FRONT}.plan"]),
        ("from firstbell.core import plan", [f"{FRONT}.plan"]),
        ("import firstbell.core", [FRONT]),
        ("import firstbell.core.plan as p", [f"{FRONT}.plan"]),
        ("from firstbell import core", [FRONT]),
        ("from .core.plan import make_plan", [".core.plan", ".core.plan.make_plan"]),
        ("from firstbell.core import Plan", []),
        ("from firstbell.core.calendar import DayChange", []),
        ("from firstbell import clock", []),
    ],
)
def test_a_way_past_the_doors_is_seen_however_it_is_written(source, ways):
    assert past_the_doors(source) == ways


def test_the_core_takes_nothing_but_what_calculates():
    taken = {
        (node.module if isinstance(node, ast.ImportFrom) else alias.name).partition(".")[0]
        for file in CORE.rglob("*.py")
        for node in imports_of(file.read_text(encoding="utf-8"))
        for alias in node.names
    }

    assert taken == STANDARD | {"firstbell"}
