"""In which forms bells are printed."""

from __future__ import annotations

from enum import StrEnum


class FleetOutput(StrEnum):
    """How bells are printed."""

    TABLE = "table"
    JSON = "json"
    YAML = "yaml"
