"""Two states of the same files, and what the newer one changes of each workload's bells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from firstbell import clock
from firstbell.cli.dates import DayMeant, date_of
from firstbell.cli.markdown import code
from firstbell.cli.planned import policy_errors, workload_of
from firstbell.core import (
    BellChange,
    Plan,
    PlannedPeak,
    SchoolDays,
    Workload,
    changed_bells,
    lost_bells,
    make_plan,
)
from firstbell.core.instants import local_time, start_of_day
from firstbell.core.reasons import bell_words, change_sentence
from firstbell.files.links import Linked, LinkedAutoscaler
from firstbell.files.plan_document import DayWindow

SHOWN = 40
"""Of one workload; the rest are counted."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """What changes for one SchoolAutoscaler; a plan that is not there is None, as one that cannot be made."""

    key: str
    window: DayWindow
    old: Plan | None
    new: Plan | None
    autoscaler: LinkedAutoscaler | None
    """As it is in the newer files."""

    @property
    def changes(self) -> tuple[BellChange, ...]:
        """Every bell whose replicas differ."""
        return () if self.old is None or self.new is None else changed_bells(self.old, self.new)

    @property
    def same(self) -> bool:
        """Whether it is in both states, with the same bells."""
        return self.old is not None and self.new is not None and not self.changes

    @property
    def only(self) -> tuple[PlannedPeak, ...]:
        """The bells of a workload that is in one of the states only."""
        plan = self.old if self.new is None else self.new if self.old is None else None
        return () if plan is None else tuple(sorted(plan.peaks, key=lambda peak: peak.bell))

    @property
    def lost(self) -> tuple[BellChange, ...]:
        """The bells that the newer state takes away or lowers."""
        if self.old is None or self.new is None:
            return ()
        return lost_bells(self.old, self.new, self.old.start, self.old.end)


def differences(old: Linked, new: Linked, first: DayMeant | None, days: int) -> tuple[Difference, ...]:
    """Compare by workload, in the order of the newer files, then those that are only in the older ones."""
    before, after = _workloads(old), _workloads(new)
    linked = {one.manifest.policy.key: one for one in new.autoscalers}
    return tuple(
        _difference(key, before.get(key), after.get(key), linked.get(key), first, days)
        for key in dict.fromkeys((*after, *before))
    )


def _workloads(linked: Linked) -> Mapping[str, Workload]:
    resolved = {calendar.key: SchoolDays(calendar) for calendar in linked.calendars}
    return {
        one.manifest.policy.key: workload_of(one, resolved)
        for one in linked.autoscalers
        if not tuple(policy_errors(one, resolved))
    }


def _difference(
    key: str,
    old: Workload | None,
    new: Workload | None,
    autoscaler: LinkedAutoscaler | None,
    first: DayMeant | None,
    days: int,
) -> Difference:
    either = new if new is not None else old
    assert either is not None  # noqa: S101 - the key is of one of them
    zone = either.zone
    window = DayWindow(first=date_of(first, clock.today(zone)), days=days)
    start, end = start_of_day(zone, window.first), start_of_day(zone, window.after)
    return Difference(
        key=key,
        window=window,
        old=None if old is None else make_plan(old, start, end),
        new=None if new is None else make_plan(new, start, end),
        autoscaler=autoscaler,
    )


def in_words(found: Sequence[Difference]) -> Iterator[str]:
    """Yield for a terminal one line a bell."""
    for one in found:
        yield f"{one.key}, {_dates(one)}: {_summary(one)}"
        for change in one.changes[:SHOWN]:
            yield f"  {_word(change):<7} {change_sentence(change)}"
        if len(one.changes) > SHOWN:
            yield f"  and {len(one.changes) - SHOWN} more"


def in_markdown(found: Sequence[Difference]) -> Iterator[str]:
    """Yield for a pull request a heading and a table for each workload that changes, then the others."""
    same = [one.key for one in found if one.same]
    for one in found:
        if one.same:
            continue
        yield f"### {one.key}: {_summary(one)}"
        yield f"{_dates(one)}"
        yield ""
        rows = [_row(change) for change in one.changes] or [_bell(peak, one) for peak in one.only]
        if rows:
            yield "| | bell | before | after |"
            yield "|---|---|---:|---:|"
        yield from rows[:SHOWN]
        if len(rows) > SHOWN:
            yield f"| | and {len(rows) - SHOWN} more | | |"
        yield ""
    if same:
        listed = ", ".join(same[:SHOWN]) + (f" and {len(same) - SHOWN} more" if len(same) > SHOWN else "")
        yield f"No bell changes for {listed}."


def _row(change: BellChange) -> str:
    moved = "" if change.moved_to is None else f", moved to {local_time(change.moved_to)}"
    return f"| {_word(change)} | {code(bell_words(change.peak) + moved)} | {change.before} | {change.after} |"


def _bell(peak: PlannedPeak, one: Difference) -> str:
    """Return a bell of a workload that is only in one of the states: the other has no number for it."""
    before, after = ("", str(peak.replicas)) if one.old is None else (str(peak.replicas), "")
    return f"| {'new' if one.old is None else 'lost'} | {code(bell_words(peak))} | {before} | {after} |"


def _dates(one: Difference) -> str:
    last = date.fromordinal(one.window.after.toordinal() - 1)
    return f"{one.window.first} to {last}"


def _summary(one: Difference) -> str:
    if one.old is None:
        return "only in the newer files, or not to be planned in the older"
    if one.new is None:
        return "not in the newer files, or not to be planned there: every bell of it is lost"
    if not one.changes:
        return "no bell changes"
    lower = sum(change.after < change.before for change in one.changes)
    higher = len(one.changes) - lower
    told = [
        f"{count} {word}" for count, word in ((lower, "lost or lower"), (higher, "new or higher")) if count
    ]
    return "bells " + ", ".join(told)


def _word(change: BellChange) -> str:
    return "lower" if change.after < change.before else "higher"
