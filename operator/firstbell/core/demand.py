"""From occurrences to load, exactly, minute by minute.

A cohort's load at a minute is the largest of its overlapping peaks (a pupil either arrives or changes
lesson); cohorts and calendars add. Load is counted in replicas times a common denominator, so that every
value is an integer and 8 never becomes 9 by a rounding error.

How it is fast: within a region all bells shift together by a cohort's offset, so the upper envelope of
overlapping peaks is drawn once for one pupil, told by the peaks that make it, and added for all cohorts at
once through its second differences (a piecewise linear curve has few). Equal days give equal envelopes and
are drawn once. Only where a demand event, which no offset shifts, meets bells is each offset looked at.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from math import ceil, lcm
from operator import add
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from firstbell.core.coalesce import changes
from firstbell.core.factors import FactorProduct, factor_product
from firstbell.core.occurrences import Occurrence, occurrences

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from firstbell.core.bells import Minute
    from firstbell.core.days import SchoolDays
    from firstbell.core.policy import Peak, Policy
    from firstbell.core.school_calendar import Cohort

Offsets: TypeAlias = tuple[tuple[int, int], ...]
"""Pupils by start offset in minutes: (offset, pupils), offsets ascending and distinct."""

Curve: TypeAlias = list[int]
Curves: TypeAlias = dict[int, Curve]
"""By peak index: that peak's part of a load curve, one integer a minute."""

_Value = TypeVar("_Value")
FEW_MINUTES = 4
"""Over so few minutes each offset is looked at by itself: it costs less than to sum over all of them."""

Contribution: TypeAlias = tuple[int, int]
"""The largest load of one pupil at a minute and minus the index of its peak: the larger tuple counts.

At a tie that is the peak that stands first in the policy.
"""

_NOTHING: Contribution = (0, 0)


@dataclass(frozen=True, slots=True, eq=False)
class Surge:
    """An occurrence with its height: load per pupil at shape 1, in replicas (exact)."""

    occurrence: Occurrence
    factors: FactorProduct
    height: Fraction


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class RegionLoad:
    """The surges of one region of one calendar over an interval, and the pupils that make them."""

    school_days: SchoolDays
    region: str | None
    offsets: Offsets
    surges: tuple[Surge, ...]

    @property
    def pupils(self) -> int:
        """All pupils of the region (1 where the calendar counts none)."""
        return sum(pupils for _, pupils in self.offsets)

    def pupils_of(self, occurrence: Occurrence) -> int:
        """Return the pupils of the region whom an occurrence is for."""
        if not occurrence.cohorts:
            return self.pupils
        named = frozenset(occurrence.cohorts)
        return sum(one.pupils for one in self.cohorts if one.name in named)

    @property
    def cohorts(self) -> tuple[Cohort, ...]:
        """The cohorts of the region."""
        return tuple(one for one in self.school_days.calendar.cohorts if one.region == self.region)

    def parts(self) -> Iterator[RegionLoad]:
        """Yield the region in parts whose pupils all take part in the same: one, if no event names cohorts.

        A pupil is in one part only, and comes to the largest of what that part has.
        """
        named = {surge.occurrence.cohorts for surge in self.surges if surge.occurrence.cohorts}
        if not named:
            yield self
            return
        for takes_part, offsets in cohort_parts(self.cohorts, named):
            surges = (
                one
                for one in self.surges
                if not one.occurrence.cohorts or one.occurrence.cohorts in takes_part
            )
            yield replace(self, offsets=offsets, surges=tuple(surges))


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Demand:
    """Load over [start, end): `total[i]` and `by_peak[p][i]` are of minute start+i, in 1/scale replicas."""

    start: Minute
    end: Minute
    scale: int
    total: Curve
    by_peak: Curves

    def replicas(self) -> list[int]:
        """Return the replicas at each minute: the load rounded up."""
        scale = self.scale
        return [-(-load // scale) for load in self.total]


def offsets_by_region(school_days: SchoolDays) -> dict[str | None, Offsets]:
    """Return the cohorts of each region as pupils by offset.

    A calendar without cohorts weighs 1 per region.
    """
    calendar = school_days.calendar
    if not calendar.cohorts:
        return dict.fromkeys(calendar.region_names, ((0, 1),))
    found: dict[str | None, list[Cohort]] = {region: [] for region in calendar.region_names}
    for cohort in calendar.cohorts:
        found[cohort.region].append(cohort)
    return {region: _offsets(cohorts) for region, cohorts in found.items()}


def cohort_parts(
    cohorts: Iterable[Cohort], named: Iterable[tuple[str, ...]]
) -> Iterator[tuple[frozenset[tuple[str, ...]], Offsets]]:
    """Yield cohorts by the lists of names that hold them: those lists, and their pupils by offset."""
    lists = sorted(named)
    holding: dict[str, list[int]] = {}
    for place, names in enumerate(lists):
        for name in names:
            holding.setdefault(name, []).append(place)
    found: dict[tuple[int, ...], list[Cohort]] = {}
    for cohort in cohorts:
        found.setdefault(tuple(holding.get(cohort.name, ())), []).append(cohort)
    for those, together in found.items():
        yield frozenset(lists[place] for place in those), _offsets(together)


def _offsets(cohorts: Iterable[Cohort]) -> Offsets:
    found: dict[int, int] = {}
    for cohort in cohorts:
        offset = cohort.start_offset_minutes
        found[offset] = found.get(offset, 0) + cohort.pupils
    return tuple(sorted(found.items()))


def total_weight(calendars: Iterable[SchoolDays]) -> int:
    """Return all pupils of all cohorts of all calendars: what replicas of peaks are split over."""
    return sum(
        pupils
        for school_days in calendars
        for offsets in offsets_by_region(school_days).values()
        for _, pupils in offsets
    )


def region_loads(
    policy: Policy, calendars: Sequence[SchoolDays], start: Minute, end: Minute
) -> tuple[RegionLoad, ...]:
    """Return every surge whose load may fall into [start, end), by calendar and region in spec order."""
    weight = total_weight(calendars)
    loads = []
    for school_days in calendars:
        by_region: dict[str | None, list[Surge]] = {
            region: [] for region in school_days.calendar.region_names
        }
        products: dict[tuple[date, str | None], FactorProduct] = {}
        heights: dict[tuple[int, Fraction], Fraction] = {}
        for occurrence in occurrences(policy.peaks, school_days, start, end):
            day = occurrence.day
            on = day.date, day.region
            product = products.get(on)
            if product is None:
                product = products[on] = factor_product(policy, day)
            form = occurrence.peak_index, product.percent
            height = heights.get(form)
            if height is None:
                height = heights[form] = height_of(policy, occurrence.peak, product.percent, weight)
            by_region[day.region].append(Surge(occurrence, product, height))
        offsets = offsets_by_region(school_days)
        loads += [
            RegionLoad(school_days=school_days, region=region, offsets=offsets[region], surges=tuple(surges))
            for region, surges in by_region.items()
        ]
    return tuple(loads)


def height_of(policy: Policy, peak: Peak, percent: Fraction, weight: int) -> Fraction:
    """Return the replicas that one pupil of `weight` asks for at the height of a peak.

    `percent` is the product of the day's factors.
    """
    factor = percent / 100
    if peak.replicas is not None:
        return factor * peak.replicas / weight if weight else Fraction(0)
    if policy.replicas_at_peak is not None:
        share = Fraction(peak.load_percent * policy.replicas_at_peak, 100)
        return factor * share / weight if weight else Fraction(0)
    if policy.pupils_per_replica is None:
        return Fraction(0)  # refused when the policy was built
    return factor * peak.load_percent / (100 * policy.pupils_per_replica)


def scale_of(loads: Iterable[RegionLoad], peaks: Iterable[Peak]) -> int:
    """Return the denominator that makes every height, and every minute of every slope, an integer."""
    slopes = lcm(*(side for peak in peaks for side in (peak.shape.ramp, peak.shape.decay) if side))
    heights = {surge.height.denominator for load in loads for surge in load.surges}
    return slopes * lcm(*heights)


def demand(policy: Policy, loads: Sequence[RegionLoad], start: Minute, end: Minute) -> Demand:
    """Return the load of those surges at each minute of [start, end)."""
    scale = scale_of(loads, policy.peaks)
    canvas = _Canvas(start, end, len(policy.peaks))
    for load in (part for each in loads for part in each.parts()):
        if not load.offsets:
            continue  # a region that no cohort is in
        for bells, events in _meetings(load):
            if bells and events:
                _draw_apart(canvas, load, bells, events, scale)
            else:
                for cluster in _clusters(bells):
                    canvas.draw_together(cluster, load.offsets, scale)
                for cluster in _clusters(events):
                    canvas.draw_together(cluster, ((0, load.pupils),), scale)
    total, *others = canvas.by_peak or [[0] * max(0, end - start)]
    for curve in others:
        total = list(map(add, total, curve))
    return Demand(start=start, end=end, scale=scale, total=total, by_peak=dict(enumerate(canvas.by_peak)))


def shape_values(occurrence: Occurrence, height: int) -> Curve:
    """Return the trapezoid of one occurrence from `load_start` to `load_end`, `height` at its top.

    `height` must be a multiple of ramp and of decay, which `scale_of` sees to.
    """
    shape = occurrence.peak.shape
    up = [height * step // shape.ramp for step in range(shape.ramp)]
    full = [height] * (occurrence.full_end - occurrence.full_start)
    down = [height * (shape.decay - step) // shape.decay for step in range(shape.decay)]
    return up + full + down


def _clusters(surges: Iterable[Surge]) -> list[list[Surge]]:
    """Return the groups of surges whose loads overlap, so that between groups nothing has to be compared."""
    clusters: list[list[Surge]] = []
    reached = 0
    for surge in sorted(surges, key=lambda surge: surge.occurrence.load_start):
        if clusters and surge.occurrence.load_start < reached:
            clusters[-1].append(surge)
            reached = max(reached, surge.occurrence.load_end)
        else:
            clusters.append([surge])
            reached = surge.occurrence.load_end
    return clusters


def _meetings(load: RegionLoad) -> list[tuple[list[Surge], list[Surge]]]:
    """Group (bells, events) of the region so that a bell and an event meet only within a group."""
    bells = [surge for surge in load.surges if surge.occurrence.shifts_with_cohorts]
    events = [surge for surge in load.surges if not surge.occurrence.shifts_with_cohorts]
    if not bells or not events:
        return [(bells, events)]
    earliest, latest = load.offsets[0][0], load.offsets[-1][0]
    spans = [
        (surge.occurrence.load_start + earliest, surge.occurrence.load_end + latest, surge) for surge in bells
    ]
    spans += [(surge.occurrence.load_start, surge.occurrence.load_end, surge) for surge in events]
    groups: list[tuple[list[Surge], list[Surge]]] = []
    reached = spans[0][0]
    for first, last, surge in sorted(spans, key=lambda span: span[0]):
        if not groups or first >= reached:
            groups.append(([], []))
        reached = max(reached, last) if groups[-1] != ([], []) else last
        groups[-1][not surge.occurrence.shifts_with_cohorts].append(surge)
    return groups


def _outline(cluster: Sequence[Surge], first: Minute, length: int, scale: int) -> list[Contribution]:
    """Return the upper envelope of a cluster for one pupil.

    That is, at each minute what is largest, and whose it is.
    """
    outline = [_NOTHING] * length
    for occurrence, per_pupil in _joined(cluster):
        height = per_pupil.numerator * (scale // per_pupil.denominator)
        rank = -occurrence.peak_index
        at = occurrence.load_start - first
        for index, value in enumerate(shape_values(occurrence, height), start=at):
            if value and (value, rank) > outline[index]:
                outline[index] = (value, rank)
    return outline


def _joined(cluster: Iterable[Surge]) -> list[tuple[Occurrence, Fraction]]:
    """Return the occurrences of a cluster with their heights, those whose tops touch as one.

    Of one peak and height: the larger of two such shapes is the shape from the first bell to the last end.
    A hundred events that overlap all night are so one long event.
    """
    joined: dict[tuple[int, Fraction], list[Occurrence]] = {}
    for surge in sorted(cluster, key=lambda surge: surge.occurrence.bell):
        occurrence = surge.occurrence
        alike = joined.setdefault((occurrence.peak_index, surge.height), [])
        if alike and occurrence.full_start <= alike[-1].full_end:
            if occurrence.end > alike[-1].end:
                alike[-1] = replace(alike[-1], end=occurrence.end)
        else:
            alike.append(occurrence)
    return [(occurrence, height) for (_, height), alike in joined.items() for occurrence in alike]


def _by_peak(outline: Sequence[Contribution]) -> Curves:
    """Return an outline as one curve a peak."""
    return {
        -rank: [value if rank == its else 0 for value, its in outline]
        for rank in {rank for value, rank in outline if value}
    }


def _draw_apart(
    canvas: _Canvas, load: RegionLoad, bells: Sequence[Surge], events: Sequence[Surge], scale: int
) -> None:
    """Add bells and events that meet: the bells of all cohorts, then the event wherever it is larger.

    Offsets shift the bells and not the event, so who takes part in which is asked of each offset; of all of
    them at once where the event stays as high as it is.
    """
    for cluster in _clusters(bells):
        canvas.draw_together(cluster, load.offsets, scale)
    first, length = _extent(events)
    still = _outline(events, first, length, scale)
    cut = max(0, canvas.start - first)
    still, first = still[cut : max(cut, canvas.end - first)], first + cut
    moving_first, moving_length = _extent(bells)
    moving = _Moving(_outline(bells, moving_first, moving_length, scale), moving_first, load)
    joined = [0] * len(still)
    left: Curves = {}
    for begin, end in _level_runs(still):
        event = still[begin]
        if event == _NOTHING:
            continue
        those, gone = moving.below(event, first + begin, end - begin)
        joined[begin:end] = those
        for peak, curve in gone.items():
            left.setdefault(peak, [0] * len(still))[begin:end] = curve
    for peak, curve in _by_peak(still).items():
        canvas.add(peak, first, [pupils * value for pupils, value in zip(joined, curve, strict=True)])
    for peak, curve in left.items():
        canvas.add(peak, first, [-value for value in curve])


def _level_runs(outline: Sequence[Contribution]) -> Iterator[tuple[int, int]]:
    """Return the places [begin, end) between which an outline stays the same."""
    edges = [0, *changes(outline), len(outline)]
    return ((begin, end) for begin, end in pairwise(edges) if begin < end)


class _Moving:
    """The bells of a region for one pupil, which each cohort has at its own time."""

    def __init__(self, outline: list[Contribution], first: Minute, load: RegionLoad) -> None:
        self._outline = outline
        self._first = first
        self._offsets = load.offsets
        self._pupils = load.pupils

    def below(self, event: Contribution, first: Minute, length: int) -> tuple[Curve, Curves]:
        """Return by minute the pupils whose bell is below that event, and what those come to by peak."""
        if length <= FEW_MINUTES:
            return self._below_one_by_one(event, first, length)
        earliest, latest = self._offsets[0][0], self._offsets[-1][0]
        at = max(0, first - self._first - latest)
        met = self._outline[at : max(0, first + length - self._first - earliest)]

        def summed(curve: Curve) -> Curve:
            """Return a curve over the bells that are met, summed over all cohorts at their times."""
            return _window(
                _spread(curve, self._offsets), first - self._first - at - earliest, length, nothing=0
            )

        if not any(value for value, _ in met):
            return [self._pupils] * length, {}
        pupils = [self._pupils - those for those in summed([int(bell >= event) for bell in met])]
        gone: Curves = {}
        for rank in {rank for value, rank in met if value}:
            curve = [value if its == rank and (value, its) < event else 0 for value, its in met]
            if any(curve):
                gone[-rank] = summed(curve)
        return pupils, gone

    def _below_one_by_one(self, event: Contribution, first: Minute, length: int) -> tuple[Curve, Curves]:
        pupils_below = [0] * length
        gone: Curves = {}
        for offset, pupils in self._offsets:
            met = _window(self._outline, first - self._first - offset, length, nothing=_NOTHING)
            for index, bell in enumerate(met):
                if event > bell:
                    pupils_below[index] += pupils
                    value, rank = bell
                    if value:
                        gone.setdefault(-rank, [0] * length)[index] += pupils * value
        return pupils_below, gone


def _extent(surges: Sequence[Surge]) -> tuple[Minute, int]:
    """Tell where the load of these surges starts, before any offset, and over how many minutes it goes."""
    first = min(surge.occurrence.load_start for surge in surges)
    return first, max(surge.occurrence.load_end for surge in surges) - first


def _window(curve: list[_Value], at: int, length: int, *, nothing: _Value) -> list[_Value]:
    """Return `length` minutes of a curve from index `at`, with nothing outside of it."""
    inside = curve[max(0, at) : max(0, at + length)]
    before = min(length, max(0, -at))
    return [nothing] * before + inside + [nothing] * (length - before - len(inside))


class _Canvas:
    """The minutes of an interval that load is drawn on, one curve a peak; what lies outside is cut."""

    def __init__(self, start: Minute, end: Minute, peaks: int) -> None:
        self.start = start
        self.end = max(start, end)
        self._length = self.end - start
        self.by_peak = [[0] * self._length for _ in range(peaks)]
        self._drawn: dict[tuple[object, ...], tuple[int, Curves]] = {}

    def add(self, peak: int, first: Minute, values: Sequence[int]) -> None:
        """Add values from minute `first` on to the curve of a peak."""
        at = first - self.start
        cut = max(0, -at)
        if cut:
            values = values[cut:]
            at = 0
        values = values[: max(0, self._length - at)]
        curve = self.by_peak[peak]
        curve[at : at + len(values)] = [
            had + more for had, more in zip(curve[at : at + len(values)], values, strict=True)
        ]

    def draw_together(self, cluster: Sequence[Surge], offsets: Offsets, scale: int) -> None:
        """Add a cluster for all offsets at once; a cluster of the same form is drawn once."""
        origin = cluster[0].occurrence.load_start
        form = (
            offsets,
            *(
                (s.occurrence.peak_index, s.occurrence.bell - origin, s.occurrence.end - origin, s.height)
                for s in cluster
            ),
        )
        if form not in self._drawn:
            length = max(surge.occurrence.load_end for surge in cluster) - origin
            envelope = _by_peak(_outline(cluster, origin, length, scale))
            spread = {peak: _spread(curve, offsets) for peak, curve in envelope.items()}
            self._drawn[form] = (offsets[0][0], spread)
        shift, curves = self._drawn[form]
        for peak, curve in curves.items():
            self.add(peak, origin + shift, curve)


def _spread(curve: Curve, offsets: Offsets) -> Curve:
    """Sum `pupils` times the curve shifted by `offset` over the offsets, from the earliest one on."""
    if len(offsets) == 1:
        pupils = offsets[0][1]
        return [pupils * value for value in curve]
    earliest, latest = offsets[0][0], offsets[-1][0]
    bends = []
    before, slope = 0, 0
    for index, value in enumerate([*curve, 0, 0]):
        step = value - before
        if step != slope:
            bends.append((index, step - slope))
        before, slope = value, step
    second = [0] * (len(curve) + 2 + latest - earliest)
    for offset, pupils in offsets:
        shift = offset - earliest
        for index, bend in bends:
            second[index + shift] += pupils * bend
    total, slope, value = [], 0, 0
    for bend in second:
        slope += bend
        value += slope
        total.append(value)
    return total[:-2]


@dataclass(frozen=True, kw_only=True, slots=True)
class Spread:
    """One occurrence's shape over all cohorts of its region, per unit of height (pupils times shape).

    `curve[i]`, in 1/`slopes`, is of the minute `first + i` from the bell; `top` is its highest value.
    """

    first: int
    curve: Curve
    slopes: int
    top: int

    def replicas(self, height: Fraction) -> int:
        """Return what an occurrence of that height needs at its highest minute."""
        return ceil(height * self.top / self.slopes)

    def first_minute_of(self, replicas: int, height: Fraction) -> int:
        """Return the first minute, from the bell, at which an occurrence of that height needs so many."""
        not_enough = (replicas - 1) * self.slopes // height
        return self.first + next(index for index, value in enumerate(self.curve) if value > not_enough)

    def falls_into(self, start: int, end: int) -> bool:
        """Tell whether any of its load is in [start, end), in minutes from the bell."""
        if start <= self.first and self.first + len(self.curve) <= end:
            return self.top > 0
        return any(self.curve[max(0, start - self.first) : max(0, end - self.first)])


class Spreads:
    """The spreads of one region's surges; occurrences of one form share theirs."""

    def __init__(self, load: RegionLoad) -> None:
        self._load = load
        self._found: dict[tuple[int, int, bool, tuple[str, ...]], Spread] = {}
        self._needs: dict[tuple[int, Fraction], tuple[int, int]] = {}

    def of(self, surge: Surge) -> Spread:
        """Return the spread of an occurrence of this region."""
        occurrence = surge.occurrence
        lasts = occurrence.end - occurrence.bell
        form = (occurrence.peak_index, lasts, occurrence.shifts_with_cohorts, occurrence.cohorts)
        if form not in self._found:
            self._found[form] = self._draw(occurrence)
        return self._found[form]

    def need(self, surge: Surge) -> tuple[int, int]:
        """Return what an occurrence needs at its highest minute, and when it first does, from its bell on."""
        spread = self.of(surge)
        asked = id(spread), surge.height
        known = self._needs.get(asked)
        if known is None:
            wanted = spread.replicas(surge.height)
            first = spread.first_minute_of(wanted, surge.height) if wanted else 0
            known = self._needs[asked] = wanted, first
        return known

    def _draw(self, occurrence: Occurrence) -> Spread:
        shape = occurrence.peak.shape
        slopes = lcm(max(1, shape.ramp), max(1, shape.decay))
        offsets = (
            self._load.offsets if occurrence.shifts_with_cohorts else ((0, self._load.pupils_of(occurrence)),)
        )
        first = occurrence.load_start - occurrence.bell
        if not offsets:
            return Spread(first=first, curve=[], slopes=slopes, top=0)
        curve = _spread(shape_values(occurrence, slopes), offsets)
        return Spread(first=first + offsets[0][0], curve=curve, slopes=slopes, top=max(curve))
