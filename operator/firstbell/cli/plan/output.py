"""In which forms a plan is printed."""

from __future__ import annotations

from enum import StrEnum


class PlanOutput(StrEnum):
    """How a plan is printed."""

    TABLE = "table"
    JSON = "json"
    YAML = "yaml"
    MARKDOWN = "markdown"
