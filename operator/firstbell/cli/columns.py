"""Rows as kubectl prints them: a line each, however long, so that a name in it can be copied."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstbell.core.reasons import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

GAP = "   "


def columns(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield the headings and a line for each row, of as many cells; what a terminal would obey is shown."""
    lines = [headings, *(tuple(map(visible, row)) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        yield GAP.join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
