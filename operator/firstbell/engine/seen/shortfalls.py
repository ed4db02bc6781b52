"""Which workloads are red, asked for by the report, and why their pods are not Ready, found by the watch."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from firstbell.core import Unavailable
    from firstbell.core.reasons import Shortfall

Found: TypeAlias = "tuple[Shortfall, ...] | Unavailable"
"""The reasons of a workload's pods, or why they are not known."""


@dataclass(kw_only=True, slots=True)
class Shortfalls:
    """The reasons by SchoolAutoscaler, of those that are red and of no other."""

    _red: dict[str, Found | None] = field(default_factory=dict)

    def ask(self, key: str, *, wanted: bool) -> None:
        """Have the pods of an autoscaler's workload looked at from now on, or no more."""
        if wanted:
            self._red.setdefault(key, None)
        else:
            self._red.pop(key, None)

    @property
    def asked(self) -> tuple[str, ...]:
        """Those that are red."""
        return tuple(self._red)

    def put(self, key: str, found: Found) -> bool:
        """Remember what was found; tell whether it is something else than before."""
        if key not in self._red or self._red[key] == found:
            return False
        self._red[key] = found
        return True

    def of(self, key: str) -> Found | None:
        """Return what was found; None where nobody has looked yet."""
        return self._red.get(key)
