"""A word without quotes that readers of YAML do not agree on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Unquoted:
    """`13:30` is 810 to some readers and a text to others, `no` is false to some, `010` is 8 or 10.

    `reads_as` is what it can be taken for. It stands in plain data where nobody can know what was meant, and
    is refused there, except for a flag written as `yes` or `no`.
    """

    text: str
    reads_as: str
