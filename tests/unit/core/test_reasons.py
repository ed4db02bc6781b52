"""Reasons are a closed vocabulary: words of an enumeration, never a text on the spot."""

from __future__ import annotations

import ast
import re
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from firstbell.core import reason_words as reasons

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = Path(reasons.__file__).resolve().parents[1]
VOCABULARIES = [each for each in vars(reasons).values() if isinstance(each, type) and each is not StrEnum]
MAY_GIVE = re.compile(r"\breason\s*=|\b_condition\b")
"""A file without any of these gives no reason, and need not be parsed."""
TOLD_BY = {"Unavailable", "Condition", "Happening"}


@pytest.mark.parametrize("vocabulary", VOCABULARIES, ids=lambda each: each.__name__)
def test_every_reason_is_one_camel_case_word_that_its_name_says(vocabulary):
    for reason in vocabulary:
        assert re.fullmatch(r"([A-Z][a-z]*)+", reason.value)
        assert reason.name.replace("_", "").lower() == reason.value.lower()


def test_what_is_told_has_its_reason_from_a_vocabulary():
    files = sorted(PACKAGE.rglob("*.py"))
    on_the_spot = [f"{file.name}:{text.lineno} {text.value}" for file in files for text in texts_in(file)]

    assert len(files) > 200
    assert on_the_spot == []


def texts_in(file: Path) -> Iterator[ast.Constant]:
    """Every text that a file gives as a reason, also one of two that it chooses from."""
    source = file.read_text(encoding="utf-8")
    for node in ast.walk(ast.parse(source)) if MAY_GIVE.search(source) else ():
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        given = [each.value for each in node.keywords if each.arg == "reason" and node.func.id in TOLD_BY]
        if node.func.id == "_condition" and ast.unparse(node.args[0]).startswith("Truth."):
            given.append(node.args[1])
        for value in given:
            chosen = [value.body, value.orelse] if isinstance(value, ast.IfExp) else [value]
            yield from (each for each in chosen if isinstance(each, ast.Constant))
