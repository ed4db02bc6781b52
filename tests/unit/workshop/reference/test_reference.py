"""The pages of reference say what the code says, and nothing of it is missing in them."""

from __future__ import annotations

import json
from functools import cache

import pytest
import yaml

from firstbell.adapters.prometheus_meanings import TROUBLE_MEANINGS
from firstbell.adapters.prometheus_trouble import Trouble
from firstbell.core.reasons import (
    ABSENCE_MEANINGS,
    CONDITION_MEANINGS,
    DECISION_MEANINGS,
    EVENT_MEANINGS,
    LIMIT_MEANINGS,
    SHORTFALL_MEANINGS,
    STATE_MEANINGS,
    AbsenceReason,
    ConditionReason,
    ConditionType,
    DecisionReason,
    EventReason,
    LimitReason,
    ShortfallReason,
)
from firstbell.kinds.crds import RENDERED_KINDS
from firstbell_workshop.reference.commands import commands
from firstbell_workshop.reference.kinds import page
from firstbell_workshop.reference.markdown import table
from firstbell_workshop.reference.pages import FOLDER, NAMES, pages
from firstbell_workshop.reference.watching import MONITORING

PAGES = cache(pages)


@pytest.mark.parametrize("name", NAMES)
def test_a_page_says_what_the_code_says(name):
    kept = FOLDER / name
    assert kept.is_file(), "python -m firstbell_workshop.reference --write"
    assert kept.read_text("utf-8") == PAGES()[name], "python -m firstbell_workshop.reference --write"


def test_no_page_is_left_of_what_is_not_made_any_more():
    assert {f"reference/{file.name}" for file in (FOLDER / "reference").glob("*.md")} <= set(NAMES)


def test_every_command_is_a_section_and_every_option_a_row():
    text = PAGES()["reference/commands.md"]
    for command in commands():
        if command.words:
            section = text.partition(f"\n## {command.name}\n")[2].partition("\n## ")[0]
            told = {option for param in command.params for option in param.opts if option[0] == "-"}
            assert told
            assert [option for option in told if f"`{option}`" not in section] == []


def test_every_kind_is_a_section_and_every_field_is_described():
    text = page()
    assert [kind.kind for kind in RENDERED_KINDS if f"\n## {kind.kind}\n" not in text] == []
    rows = [line for line in text.splitlines() if line.startswith(("| `", "| **`"))]
    assert len(rows) > 200
    assert [row for row in rows if row.rstrip(" |").endswith("|  |")] == []


@pytest.mark.parametrize(
    ("words", "meanings"),
    [
        (ConditionType, CONDITION_MEANINGS),
        (ConditionReason, STATE_MEANINGS),
        (AbsenceReason, ABSENCE_MEANINGS),
        (ShortfallReason, SHORTFALL_MEANINGS),
        (Trouble, TROUBLE_MEANINGS),
        (DecisionReason, DECISION_MEANINGS),
        (LimitReason, LIMIT_MEANINGS),
        (EventReason, EVENT_MEANINGS),
    ],
)
def test_every_reason_has_its_meaning_in_a_sentence(words, meanings):
    assert set(meanings) == set(words)
    assert [word for word, meaning in meanings.items() if not meaning.says.endswith(".")] == []
    assert [word for word in words if f"| `{word}` |" not in PAGES()["reference/reasons.md"]] == []


def test_what_would_end_a_cell_is_escaped():
    assert table(("a",), [("x|y\nz",)]) == "| a |\n| --- |\n| x\\|y z |\n"


def test_every_rule_and_every_panel_has_a_row_with_each_of_its_queries():
    rows = [line for line in PAGES()["reference/watching.md"].splitlines() if line.startswith("| ")]
    rules = yaml.safe_load((MONITORING / "rules.yaml").read_text("utf-8"))["groups"]
    board = json.loads((MONITORING / "dashboard.json").read_text("utf-8"))
    asked = [
        *((rule.get("alert") or rule["record"], rule["expr"]) for group in rules for rule in group["rules"]),
        *((panel["title"], one["expr"]) for panel in board["panels"] for one in panel.get("targets", [])),
        *((drawn["name"], drawn["expr"]) for drawn in board["annotations"]["list"]),
    ]
    assert len(asked) > 50
    cells = [(name, f"`{' '.join(query.split())}`".replace("|", "\\|")) for name, query in asked]
    assert [
        (name, query) for name, query in cells if not any(name in row and query in row for row in rows)
    ] == []
    assert "{{" not in "".join(row.partition("`")[0] for row in rows)
