"""The page of findings says what the table says."""

from __future__ import annotations

from tests.unit.cli.lint.findings_document import DOCUMENT, document


def test_the_page_is_made_of_the_table():
    assert DOCUMENT.read_text(encoding="utf-8") == document(), (
        "python -m tests.unit.cli.lint.findings_document"
    )
