"""Which of many date ranges hold a date, without asking each of them.

The answer is an integer whose bit i is set where the i-th range is one of them: sets of ranges are then
joined, cut and compared as numbers, and their order is kept. 512 ranges of thirty years cost two look-ups a
date, and no memory by the day.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from firstbell.core.school_calendar import DateRange


class _Scoped(Protocol):
    @property
    def regions(self) -> tuple[str, ...]: ...


class Coverage:
    """The date ranges of a list, asked by date; `firsts` and `lasts` are their ends, ascending."""

    def __init__(self, ranges: Sequence[DateRange]) -> None:
        self.firsts, self._begun = _by_date([dates.first for dates in ranges])
        self.lasts, self._over = _by_date([dates.last for dates in ranges])

    def on(self, day: date) -> int:
        """Return the ranges that hold a date."""
        return self.meeting(day, day)

    def meeting(self, first: date, last: date) -> int:
        """Return the ranges that have a date in common with `first` to `last`, both inclusive."""
        return self.begun_by(last) & ~self.over_before(first)

    def begun_by(self, day: date) -> int:
        """Return the ranges whose first date is that date or an earlier one."""
        return self._begun[bisect_right(self.firsts, day)]

    def over_before(self, day: date) -> int:
        """Return the ranges whose last date is before that date."""
        return self._over[bisect_left(self.lasts, day)]


def _by_date(dates: Sequence[date]) -> tuple[list[date], list[int]]:
    """Return the dates ascending, and before each of them and after all: which of them have come."""
    order = sorted(range(len(dates)), key=dates.__getitem__)
    come = [0]
    for index in order:
        come.append(come[-1] | 1 << index)
    return [dates[index] for index in order], come


def scope_bits(scoped: Iterable[_Scoped], regions: Sequence[str | None]) -> dict[str | None, int]:
    """Return of each region which of the entries of a list are for it. An empty scope is every region."""
    found = dict.fromkeys(regions, 0)
    everywhere = 0
    for index, entry in enumerate(scoped):
        if not entry.regions:
            everywhere |= 1 << index
        for region in entry.regions:
            if region in found:
                found[region] |= 1 << index
    return {region: bits | everywhere for region, bits in found.items()}


def bits_where(wanted: Iterable[bool]) -> int:
    """Tell which of a list are True."""
    bits, place = 0, 1
    for one in wanted:
        if one:
            bits |= place
        place <<= 1
    return bits


def places(bits: int) -> Iterator[int]:
    """Yield the indices of the set bits, ascending."""
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest
