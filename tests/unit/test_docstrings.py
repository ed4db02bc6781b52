"""Functions say in the imperative what they do; what ruff's D401 does not find."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

OPERATOR = Path(__file__).parents[2] / "operator"
ENDS_IN_S = {"Compress", "Pass", "Press", "Process"}
"""Imperatives that look like `Tells` and `Asks`."""
NO_VERBS = {
    "A", "All", "An", "Any", "Each", "Every", "How", "If", "It", "Nothing", "One", "Only", "Our", "The",
    "Those", "What", "When", "Where", "Whether", "Which", "Who", "Why", "Without",
}  # fmt: skip


def first_words(source: str) -> Iterator[tuple[str, str]]:
    """Yield each function that has a docstring and is no property, with its first word."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        said = ast.get_docstring(node)
        if said and not any("property" in ast.unparse(each) for each in node.decorator_list):
            yield node.name, said.split()[0].strip(".,:;")


def not_imperative(source: str) -> list[str]:
    """Return the functions whose docstring begins otherwise."""
    return [
        name
        for name, word in first_words(source)
        if word in NO_VERBS or not word.isalpha() or (word[-1] == "s" and word not in ENDS_IN_S)
    ]


def test_every_function_says_in_the_imperative_what_it_does():
    found = {
        str(file.relative_to(OPERATOR)): names
        for file in OPERATOR.rglob("*.py")
        if (names := not_imperative(file.read_text(encoding="utf-8")))
    }

    assert found == {}


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ("Decides on what is seen.", True),
        ("Tells whether.", True),
        ("The plan of a day.", True),
        ("Whether it is due.", True),
        ("`need_of` for many.", True),
        ("Decide on what is seen.", False),
        ("Pass over what is empty.", False),
    ],
)
def test_another_mood_is_found(said, wrong):
    assert bool(not_imperative(f'def one():\n    """{said}"""')) is wrong
    assert not_imperative(f'class Two:\n    @property\n    def one(self):\n        """{said}"""') == []
