"""One pilot flies: what it decides from is built in one place, and nobody decides beside it."""

from __future__ import annotations

import ast
import re
from dataclasses import MISSING, fields
from pathlib import Path

import pytest

from firstbell.core.rules import Rules
from firstbell.core.sight import Sight

OPERATOR = Path(__file__).parents[2] / "operator"
PILOT, CORE = "firstbell/core/pilot.py", "firstbell/core"
HOMES = {
    "Observation": {PILOT, f"{CORE}/decide.py"},
    "decide": {PILOT, f"{CORE}/decide.py"},
    "remembered": {PILOT, f"{CORE}/decide.py"},
    "raised_by_surge": {PILOT, f"{CORE}/scheduled.py"},
    "followed": {PILOT, f"{CORE}/surge_correction.py"},
    "Rules": {"firstbell/kinds/autoscaler_conversion.py", f"{CORE}/rules.py"},
}
"""What is called by its home and by one other file alone: of these a decision is made."""
NAMED = re.compile(rf"\b(?:{'|'.join(HOMES)}|replace\(\w*\.?\w*observ\w*)\b")
"""A file that says none of these words, under whatever other name, calls none of them."""
SOURCES = {"firstbell.core.decide", "firstbell.core.scheduled", "firstbell.core.surge_correction"}
SOURCES |= {"firstbell.core.rules"}
DOOR = "firstbell.core"


def strangers(source: str, file: str) -> list[str]:
    """What a file calls, or hands on under another name, that is not its to call."""
    if NAMED.search(source) is None:
        return []
    tree = ast.parse(source)
    names = {
        alias.asname or alias.name: alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.level or node.module in SOURCES | {DOOR})
        for alias in node.names
        if alias.name in HOMES
    }
    modules = {source.rpartition(".")[2] for source in SOURCES}
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            found.append(names.get(node.func.id))
            if node.func.id == "replace" and node.args and "observ" in ast.unparse(node.args[0]):
                found.append("Observation")
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name | ast.Attribute):
            last = node.value.id if isinstance(node.value, ast.Name) else node.value.attr
            found.append(node.attr if last in modules else None)
    return [name for name in found if name in HOMES and file not in HOMES[name]]


def test_nothing_but_the_pilot_builds_an_observation_decides_or_remembers():
    found = {
        file: wrong
        for path in OPERATOR.rglob("*.py")
        if (wrong := strangers(path.read_text(encoding="utf-8"), file := str(path.relative_to(OPERATOR))))
    }

    assert found == {}


@pytest.mark.parametrize(
    ("source", "wrong"),
    [
        ("from firstbell.core.decide import Observation\nObservation(now=None)", ["Observation"]),
        ("from firstbell.core.decide import Observation as Seen\nSeen(now=None)", ["Observation"]),
        ("from firstbell.core import decide\ndecide.decide(None)", ["decide"]),
        ("from firstbell.core import Rules\nRules()", ["Rules"]),
        ("from .decide import Observation as Seen\nSeen(now=None)", ["Observation"]),
        ("replace(look.observed, stopped='')", ["Observation"]),
        ("import firstbell.core.decide\nfirstbell.core.decide.Observation()", ["Observation"]),
        ("from firstbell.core.rules import Rules\nRules()", ["Rules"]),
        ("from firstbell.core.decision import Decision\ndef of(seen: Observation) -> Decision: ...", []),
    ],
)
def test_a_second_place_is_found_however_it_is_written(source, wrong):
    assert strangers(source, "firstbell/lab/day/firstbell.py") == wrong


def test_the_one_place_does_build_it():
    source = (OPERATOR / PILOT).read_text(encoding="utf-8")

    assert {"Observation", "decide", "remembered"} <= set(strangers(source, "elsewhere.py"))


@pytest.mark.parametrize("handed", [Rules, Sight])
def test_whoever_flies_says_everything_that_is_wanted_and_seen(handed):
    left_out = [
        field.name
        for field in fields(handed)
        if field.default is not MISSING or field.default_factory is not MISSING
    ]

    assert left_out == [], "a default would let a shell forget it"
