"""In which forms a simulation is printed."""

from __future__ import annotations

from enum import StrEnum


class SimulateOutput(StrEnum):
    """How a simulation is printed."""

    TABLE = "table"
    JSON = "json"
    YAML = "yaml"
