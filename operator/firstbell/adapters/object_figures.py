"""What is told of each of many objects: kept small, and written as text when somebody asks.

The library makes several objects of every sample at every scrape: of 10,000 workloads, which have 220,000
samples, 2 seconds of processor and 150 MB. Written line by line it is a twentieth of both (decision 0060).

A scrape is a thread of its own: what it reads of a series is copied in one step, and what is kept of an
object is replaced as a whole and never changed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from firstbell.adapters.series import Series

    Own: TypeAlias = tuple[str, str]
    """The kind of an object of ours, and its key: `namespace/name`, or the name alone."""
    Samples: TypeAlias = float | tuple[tuple[str, float], ...]
    """One value, or one for each text of further labels."""

AT_ONCE = 500
"""Objects whose lines are written in one piece."""

MOST_TEXTS = 10_000
"""Texts of further labels that are kept to be shared. Names of regions are among them, which whoever edits a
calendar may change for ever."""


class ObjectFigures:
    """The samples of some series, by the objects that they are of. What is not known has none."""

    def __init__(self, series: Iterable[Series]) -> None:
        self._series = {one.name: one for one in series}
        self._shown: dict[str, dict[Own, Samples]] = {name: {} for name in self._series}
        self._owns: dict[Own, Own] = {}
        """The one name of each object that all series have in common."""
        self._texts: dict[tuple[str, ...], str] = {}

    def show(self, name: str, own: Own, value: float | None) -> None:
        """Show one value of an object; None = it is not known."""
        if value is None:
            self._shown[name].pop(own, None)
        else:
            self._shown[name][self._owns.setdefault(own, own)] = value

    def show_each(self, name: str, own: Own, values: Mapping[tuple[str, ...], float]) -> None:
        """Show the values of an object by its further labels, in the order of the table."""
        if values:
            self._shown[name][self._owns.setdefault(own, own)] = tuple(
                (self._text(name, labels), value) for labels, value in values.items()
            )
        else:
            self._shown[name].pop(own, None)

    def forget(self, own: Own) -> None:
        """Forget all that is shown of an object."""
        for shown in self._shown.values():
            shown.pop(own, None)
        self._owns.pop(own, None)

    def forget_all(self) -> None:
        """Forget every object."""
        for shown in self._shown.values():
            shown.clear()
        self._owns.clear()
        self._texts.clear()

    def text(self, name: str) -> Iterator[str]:
        """Yield the lines of a series, some at a time."""
        # A copy of a dict is one step. A list of its items makes a tuple for each, and whenever one is made
        # garbage may be collected, which runs other code, and lets other threads on.
        series, objects = self._series[name], list(self._shown[name].copy().items())
        with_kind = "kind" in series.labels
        for first in range(0, len(objects), AT_ONCE):
            yield "".join(_lines(name, objects[first : first + AT_ONCE], with_kind=with_kind))

    def _text(self, name: str, labels: tuple[str, ...]) -> str:
        """Return further labels as text, mostly the same object for the same words."""
        known = self._texts.get((name, *labels))
        if known is None:
            if len(self._texts) >= MOST_TEXTS:
                self._texts.clear()
            names = list(self._series[name].labels)[-len(labels) :]
            known = "".join(f',{label}="{_escaped(word)}"' for label, word in zip(names, labels, strict=True))
            self._texts[name, *labels] = known
        return known


def _lines(name: str, objects: Iterable[tuple[Own, Samples]], *, with_kind: bool) -> Iterator[str]:
    for (kind, key), samples in objects:
        namespace, _, short = key.rpartition("/")
        told = f'kind="{kind}",' if with_kind else ""
        told = f'{name}{{{told}name="{_escaped(short)}",namespace="{_escaped(namespace)}"'
        if isinstance(samples, tuple):
            for more, value in samples:
                yield f"{told}{more}}} {value}\n"
        else:
            yield f"{told}}} {samples}\n"


def _escaped(word: str) -> str:
    """Return a label's value as it may stand in quotes; what Kubernetes takes for a name stays as it is."""
    return word.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")
