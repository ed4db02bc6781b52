"""Absence as a value.

What could not be known is `Unavailable` with a reason, never 0 and never None: a missing number read as
zero has scaled workloads down in the middle of an outage.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from enum import StrEnum


@dataclass(frozen=True, kw_only=True, slots=True)
class Unavailable:
    """Something that is not known now. `reason` is a word of a closed vocabulary, `message` for people."""

    reason: StrEnum
    message: str
