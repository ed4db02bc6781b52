"""How fast rises are written: measured where they are, for the lead of those to come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstbell.core.capacity import PACE_AT_FIRST

if TYPE_CHECKING:
    from firstbell.core.capacity import WritingPace


class WrittenRises:
    """Collects when rises were written, by a steady clock in seconds, in the order in which they ended."""

    def __init__(self) -> None:
        self.pace: WritingPace = PACE_AT_FIRST
        self._until = float("-inf")

    def wrote(self, begun: float, ended: float, rises: int) -> None:
        """Count rises that were written from one moment to another; 0: only what follows such a write.

        Time in which others were written, too, counts once.
        """
        seconds = ended - max(begun, self._until)
        self._until = max(self._until, ended)
        self.pace = self.pace.measured(seconds, rises)
