"""In which forms findings are printed."""

from __future__ import annotations

from enum import StrEnum


class LintOutput(StrEnum):
    """How findings are printed: for people, tools, GitHub annotations, code scanning or a comment."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"
    SARIF = "sarif"
    MARKDOWN = "markdown"
