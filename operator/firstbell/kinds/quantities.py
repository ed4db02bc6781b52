"""Kubernetes quantities as exact numbers."""

from __future__ import annotations

import re
from fractions import Fraction
from math import ceil

NANOS = 10**9
"""A quantity of Kubernetes counts in billionths, rounded up."""
LONGEST = 64
"""Characters of a quantity of others; a longer text is none."""

_DECIMAL = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_BINARY = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}
_UNITS = {unit: Fraction(10) ** power for unit, power in _DECIMAL.items()} | {
    unit: Fraction(2) ** power for unit, power in _BINARY.items()
}
_NAMES = "|".join(filter(None, _UNITS))
_QUANTITY = re.compile(rf"\+?([0-9]+\.?[0-9]*|\.[0-9]+)(?:({_NAMES})|[eE]([+-]?[0-9]{{1,2}}))?")


def exact(quantity: str) -> Fraction:
    """Return the number that a quantity of the model's pattern means: "500m" is one half."""
    number, unit = re.fullmatch(r"([0-9.]+)([A-Za-z]*)", quantity).groups()  # type: ignore[union-attr]
    return Fraction(number) * _UNITS[unit]


def nanos(quantity: str) -> int | None:
    """Return the billionths of a quantity as the API server reads it; None where it is none, or below 0."""
    found = _QUANTITY.fullmatch(quantity) if len(quantity) <= LONGEST else None
    if found is None:
        return None
    number, unit, power = found.groups()
    return ceil(Fraction(number) * _UNITS[unit or ""] * Fraction(10) ** int(power or 0) * NANOS)
