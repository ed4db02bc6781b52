"""The page of findings: each kind that `lint` knows, what it found, and why it matters."""

from __future__ import annotations

from firstbell.cli.lint.sarif import RULES
from firstbell_workshop.reference.markdown import code, table

FILE = "findings.md"
_INTRODUCTION = """# Findings
What `firstbell lint` can find, under the names by which tools know them: `kind` of `-o json`, `ruleId` of
`-o sarif`, the title of GitHub's annotations. The table behind this page is
`operator/firstbell/core/findings/meanings.py`.

A warning that is meant is accepted in the object itself, with the reason, and is a notice from then on:
`metadata.annotations: {accept.firstbell.dev/HolidayLong: "five weeks by decree"}`. An error is never
accepted.

"""
_COLUMNS = ("kind", "what was found", "why it matters, or what to do")


def page() -> str:
    """Return the page."""
    rows = [(code(kind), found, matters) for kind, (found, matters) in RULES.items()]
    return _INTRODUCTION + table(_COLUMNS, rows)
