"""`operator/docs/findings.md`, made by `python -m tests.unit.cli.lint.findings_document`."""

from __future__ import annotations

from pathlib import Path

from firstbell.cli.lint.sarif import RULES

DOCUMENT = Path(__file__).resolve().parents[4] / "operator/docs/findings.md"
HEAD = """# Findings
What `firstbell lint` can find, under the names by which tools know them: `kind` of `-o json`, `ruleId` of
`-o sarif`, the title of GitHub's annotations. This page is made of the table in
`operator/firstbell/core/findings/meanings.py`; a test fails where the two differ.

A warning that is meant is accepted in the object itself, with the reason, and is a notice from then on:
`metadata.annotations: {accept.firstbell.dev/HolidayLong: "five weeks by decree"}`. An error is never
accepted.

| kind | what was found | why it matters, or what to do |
|---|---|---|
"""


def document() -> str:
    """Return the page."""
    rows = (f"| `{kind}` | {found} | {matters} |\n" for kind, (found, matters) in RULES.items())
    return HEAD + "".join(rows)


if __name__ == "__main__":
    DOCUMENT.write_text(document(), encoding="utf-8", newline="\n")
