"""The history of a loop after ticks that were passed over, as if each of them had been a pass."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstbell.core.scaling import History, Recommended

if TYPE_CHECKING:
    from collections.abc import Sequence

    from firstbell.lab.record.ticks import Ticks

NOTHING = -1
"""In place of a count where a pass recommended nothing."""


def with_recommendations(history: History, ticks: Ticks, first: int, counts: Sequence[int]) -> History:
    """Return the history after passes that changed nothing: `counts[i]` was recommended at tick `first + i`.

    Recommendations that no window can ask for any more may be among them: who looks back looks at times.
    """
    highest: list[Recommended] = []
    lowest: list[Recommended] = []
    most = least = NOTHING
    for tick in range(first + len(counts) - 1, first - 1, -1):
        count = counts[tick - first]
        if count == NOTHING:
            continue
        if count > most:
            highest.append(Recommended(ticks.instant(tick), count))
            most = count
        if count < least or least == NOTHING:
            lowest.append(Recommended(ticks.instant(tick), count))
            least = count
    if not highest:
        return history
    return History(
        highest=(*(one for one in history.highest if one.replicas > most), *reversed(highest)),
        lowest=(*(one for one in history.lowest if one.replicas < least), *reversed(lowest)),
        rescales=history.rescales,
        live=history.live,
        scheduled=history.scheduled,
    )
