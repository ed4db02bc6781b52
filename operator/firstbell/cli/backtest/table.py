"""A backtest in the terminal: totals, kinds of day, and the worst bells."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from statistics import median_low
from typing import TYPE_CHECKING

from rich.table import Table

from firstbell.cli.simulate.table import LEAST, times
from firstbell.core.instants import EPOCH, local_clock, local_time
from firstbell.core.reasons import number_text
from firstbell.lab.day.untried import untried_sentence
from firstbell.lab.record.assumptions import assumptions
from firstbell.lab.record.outcome import BellOutcome, Outcome, Variant

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from rich.console import Console

    from firstbell.lab.day.untried import Untried

GAPS_SHOWN = 3
NAMES = {Variant.FIRSTBELL: "firstbell", Variant.HPA: "HPA alone", Variant.FIXED: "fixed"}


def print_outcome(console: Console, outcome: Outcome, left_out: Iterable[Untried], *, bells: int) -> None:
    """Print what was recorded, the totals, each kind of day and the worst `bells`.

    `left_out` is what of the policy was not tried.
    """
    for line in _head(outcome):
        console.print(line)
    console.print()
    console.print(_totals(outcome))
    for line in _worst_bells(outcome):
        console.print(line)
    console.print()
    if outcome.bells:
        _titled(console, "by peak and kind of day (plan and need are medians)")
        console.print(_kinds(outcome.bells))
        console.print()
    shown = sorted(outcome.bells, key=_badness, reverse=True)[:bells]
    if shown:
        several = f"the worst {len(shown)} of {len(outcome.bells)} bells"
        _titled(console, several if len(shown) < len(outcome.bells) else "every bell, the worst first")
        console.print(_bells(shown))
        console.print()
    _titled(console, "taken for granted")
    for line in assumptions(outcome):
        console.print(f"- {line}")
    if told := untried_sentence(left_out):
        console.print(f"- {told}")


def _titled(console: Console, title: str) -> None:
    console.print(title, style="italic")


def _head(outcome: Outcome) -> Iterable[str]:
    policy, recording = outcome.workload.policy, outcome.recording
    first, last = _local(outcome, recording.start), _local(outcome, recording.end)
    load = f"{recording.samples:,} samples, {number_text(outcome.per_replica)} per replica"
    yield f"{policy.key}: {first} to {last} ({_zone(outcome).key}), {load}"
    unknown = recording.end - recording.start - outcome.known_seconds
    if unknown:
        longest = sorted(outcome.gaps, key=lambda gap: gap.start - gap.end)[:GAPS_SHOWN]
        gaps = ", ".join(f"{_local(outcome, gap.start)} ({_span(gap.end - gap.start)})" for gap in longest)
        number = f"{len(outcome.gaps)} gap{'s' * (len(outcome.gaps) > 1)}"
        yield f"not recorded: {_span(unknown)} in {number}, the longest from {gaps}"
    if recording.unusable:
        yield f"no load: {recording.unusable:,} samples that are empty, not a number, infinite or below zero"
    if outcome.unrecorded_bells:
        yield f"bells of which nothing is recorded: {outcome.unrecorded_bells}, left out"


def _totals(outcome: Outcome) -> Table:
    table = _table(
        "", "POD\nHOURS", "COST", "STARTS", "SHORT\nMIN", "SHORT\nBELLS", "MOST\nMISSING", "HIGHEST", left=1
    )
    for variant in Variant:
        total = outcome.totals[variant]
        name = NAMES[variant]
        table.add_row(
            f"{name} {outcome.fixed}" if variant is Variant.FIXED else name,
            f"{total.tally.replica_seconds / 3600:,.0f}",
            times(outcome.least.cost(total.tally.replica_seconds / 3600)),
            f"{outcome.courses[variant].starts:,}",
            f"{total.tally.short_seconds / 60:,.1f}",
            f"{total.short_bells} of {len(outcome.bells)}",
            str(total.tally.most_missing),
            str(total.tally.highest),
        )
    least = outcome.least
    bells = f"0 of {len(outcome.bells)}"
    cost = times(least.cost(least.pod_hours))
    table.add_row(
        LEAST, f"{least.pod_hours:,.0f}", cost, f"{least.starts:,}", "0.0", bells, "0", str(least.highest)
    )
    return table


def _worst_bells(outcome: Outcome) -> Iterable[str]:
    """Yield the bell with most short time of each variant that has one."""
    for variant in Variant:
        worst = outcome.totals[variant].worst
        if worst is not None:
            minutes = worst.tallies[variant].short_seconds / 60
            bell = f"{_peak_name(worst)} at {local_time(worst.window.peak)}"
            yield f"worst bell of {NAMES[variant]}: {bell}, {minutes:.1f} minutes short"


def _kinds(bells: Sequence[BellOutcome]) -> Table:
    """Return what was planned and needed, by peak and kind of day.

    Where a policy is wrong, it is wrong by kind.
    """
    groups: dict[tuple[str, str], list[BellOutcome]] = {}
    for bell in bells:
        groups.setdefault((_peak_name(bell), _kind(bell)), []).append(bell)
    table = _table("PEAK", "DAY", "BELLS", "PLAN", "NEED", "MOST", "SHORT\nMIN", "HPA\nSHORT", left=2)
    table.columns[1].no_wrap = False
    for (peak, kind), group in groups.items():
        short = sum(bell.tallies[Variant.FIRSTBELL].short_seconds for bell in group)
        alone = sum(bell.tallies[Variant.HPA].short_seconds for bell in group)
        table.add_row(
            peak,
            kind,
            str(len(group)),
            str(median_low(bell.planned for bell in group)),
            str(median_low(bell.needed for bell in group)),
            str(max(bell.needed for bell in group)),
            f"{short / 60:,.1f}",
            f"{alone / 60:,.1f}",
        )
    return table


def _bells(bells: Sequence[BellOutcome]) -> Table:
    calendars = len({bell.window.peak.calendar for bell in bells}) > 1
    regions = any(_region(bell) for bell in bells)
    headings = ["BELL", "PEAK", *(["CALENDAR"] if calendars else []), *(["REGION"] if regions else [])]
    table = _table(
        *headings,
        "PLAN",
        "NEED",
        "SHORT\nMIN",
        "WASTE\nHOURS",
        "HPA\nSHORT",
        "HPA\nWASTE",
        left=len(headings),
    )
    for bell in bells:
        ours, alone = bell.tallies[Variant.FIRSTBELL], bell.tallies[Variant.HPA]
        table.add_row(
            local_time(bell.window.peak),
            _peak_name(bell),
            *([bell.window.peak.calendar] if calendars else []),
            *([_region(bell) or "-"] if regions else []),
            str(bell.planned),
            f"{bell.needed}{'+' if bell.unknown_seconds else ''}",
            f"{ours.short_seconds / 60:.1f}",
            f"{ours.waste / 3600:.1f}",
            f"{alone.short_seconds / 60:.1f}",
            f"{alone.waste / 3600:.1f}",
        )
    return table


def _badness(bell: BellOutcome) -> tuple[int, int, int, int]:
    """Tell how bad a bell was: short time first, then what was missing of the plan."""
    ours, alone = bell.tallies[Variant.FIRSTBELL], bell.tallies[Variant.HPA]
    return ours.short_seconds, bell.needed - bell.planned, alone.short_seconds, -bell.window.peak.bell


def _peak_name(bell: BellOutcome) -> str:
    return bell.window.peak.surge.occurrence.peak.name


def _region(bell: BellOutcome) -> str | None:
    return bell.window.peak.surge.occurrence.day.region


def _kind(bell: BellOutcome) -> str:
    lessons = bell.window.peak.surge.occurrence.day.lessons
    return "no lessons" if lessons is None else f"{lessons.day_class} {lessons.instruction_mode}"


def _table(*headings: str, left: int) -> Table:
    """Return a table without lines: so many columns of words, then columns of numbers."""
    table = Table(box=None, pad_edge=False)
    for index, heading in enumerate(headings):
        table.add_column(heading, justify="left" if index < left else "right", no_wrap=True)
    return table


def _zone(outcome: Outcome) -> ZoneInfo:
    return outcome.workload.zone


def _local(outcome: Outcome, second: int) -> str:
    return local_clock(EPOCH + timedelta(seconds=second), _zone(outcome), "%Y-%m-%d %H:%M")


def _span(seconds: int) -> str:
    """Return a length of time in words: `3 h 20 min`."""
    minutes = -(-seconds // 60)
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    words = [f"{days} d" if days else "", f"{hours} h" if hours else "", f"{rest} min" if rest else ""]
    return " ".join(filter(None, words))
