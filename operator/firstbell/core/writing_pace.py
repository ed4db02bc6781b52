"""How long before a bell the writing begins: from how many rises are due, and how long each takes to write.

How long one takes is measured where rises are written: the wall's time in which at least one was under way,
over their number. Of rises written one after the other that is what each takes; of many at once it is what
the API server lets through. So it is never less than what many at once need, and the last is not late.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

FIRST_LEAD = timedelta(seconds=1)
"""Even a single rise is up to three writes, and is to be there at the instant."""
LONGEST_LEAD = timedelta(minutes=15)
"""Early rises cost pods. At the pace that is assumed at first it is room for 18,000."""
FASTEST, SLOWEST = timedelta(milliseconds=4), timedelta(milliseconds=500)
AT_FIRST_SECONDS = 0.04
"""With the margin 50 ms. A busy API server gave a floor in 25 to 100 ms, one after the other."""
AT_FIRST_COUNTS = 50
"""As many measured rises count as much as what is assumed at first."""
COUNTED = 500
"""Of about so many of the last rises the pace is."""
MARGIN = 1.25
LONGEST_SECONDS = 2.0
"""What one write may add at most: a server that did not answer for a time says little of the next bell."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WritingPace:
    """What was measured, the older the less it counts: so many seconds for so many rises."""

    seconds: float = AT_FIRST_SECONDS * AT_FIRST_COUNTS
    rises: float = AT_FIRST_COUNTS

    def measured(self, seconds: float, rises: int) -> WritingPace:
        """Return the pace after so many more rises, with the seconds in which they were written.

        Seconds without a rise are of what follows an earlier one.
        """
        kept = min(1.0, COUNTED / (self.rises + rises))
        return WritingPace(
            seconds=(self.seconds + min(max(seconds, 0.0), LONGEST_SECONDS)) * kept,
            rises=(self.rises + rises) * kept,
        )

    @property
    def each(self) -> timedelta:
        """What is reckoned with for one rise among many."""
        return min(SLOWEST, max(FASTEST, timedelta(seconds=MARGIN * self.seconds / self.rises)))


PACE_AT_FIRST = WritingPace()


def writing_lead(rises: int, each: timedelta) -> timedelta:
    """Return how long before their instant the first of so many rises is written, if each takes so long."""
    return min(LONGEST_LEAD, FIRST_LEAD + each * max(0, rises - 1))
