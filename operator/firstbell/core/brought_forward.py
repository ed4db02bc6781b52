"""Rises written earlier than they are due, by what the last ones took.

The plan says when capacity must be there, the lead how much earlier it is asked for. Only rises are moved,
and only forward: at no minute there is less than without a lead, and falls stay where they are. Which rises
are known in time is asked of the calendar, not of the clock, so that a plan that is made anew an hour or a
minute later says the same of what was written before.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from firstbell.core.bells import instant_of
from firstbell.core.coalesce import Run, merge
from firstbell.core.lead import MeasuredLead

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from firstbell.core.bells import Minute
    from firstbell.core.lead import Rises


@dataclass(frozen=True, kw_only=True, slots=True)
class BroughtForward:
    """A rise to `replicas` that is due at `due`, and written at `written` because of what `lead` measured."""

    written: Minute
    due: Minute
    replicas: int
    lead: MeasuredLead


def brought_forward(runs: Sequence[Run], rises: Rises, longest_minutes: int) -> tuple[BroughtForward, ...]:
    """Return the rises among writes that follow each other which are to be written earlier, by when due."""
    if not longest_minutes or not rises.last:
        return ()
    return tuple(_brought_forward(runs, rises, longest_minutes))


def _brought_forward(runs: Sequence[Run], rises: Rises, longest_minutes: int) -> Iterator[BroughtForward]:
    for index in range(1, len(runs)):
        run, before = runs[index], runs[index - 1]
        if run.value <= before.value:
            continue
        in_time = instant_of(run.start) - timedelta(minutes=longest_minutes)
        lead = rises.lead_for(run.value - before.value, known_by=in_time)
        if isinstance(lead, MeasuredLead) and lead.seconds > 0:
            written = run.start - min(lead.minutes, longest_minutes)
            written = max(written, _lower_since(runs, index))
            yield BroughtForward(written=written, due=run.start, replicas=run.value, lead=lead)


def _lower_since(runs: Sequence[Run], index: int) -> Minute:
    """Return since when there has been less than in the run at an index: it need not be asked for before."""
    since = index
    while since > 0 and runs[since - 1].value < runs[index].value:
        since -= 1
    return runs[since].start


def raised(runs: Sequence[Run], earlier: Sequence[BroughtForward]) -> list[Run]:
    """Return the writes with these rises made when they are to be written; never less at any minute."""
    if not earlier:
        return list(runs)
    waiting = sorted(earlier, key=lambda one: one.written, reverse=True)
    under_way: list[BroughtForward] = []
    found: list[Run] = []
    edges = {each for one in earlier for each in (one.written, one.due)}
    for run in _cut_at(runs, sorted(edges)):
        while waiting and waiting[-1].written <= run.start:
            under_way.append(waiting.pop())
        under_way = [one for one in under_way if one.due > run.start]
        found.append(Run(run.start, run.end, max([run.value, *(one.replicas for one in under_way)])))
    return merge(found)


def _cut_at(runs: Sequence[Run], edges: Sequence[Minute]) -> Iterator[Run]:
    """Yield the runs in pieces, so that each edge begins one."""
    at = 0
    for run in runs:
        start = run.start
        while at < len(edges) and edges[at] <= start:
            at += 1
        while at < len(edges) and edges[at] < run.end:
            yield Run(start, edges[at], run.value)
            start = edges[at]
            at += 1
        yield Run(start, run.end, run.value)
