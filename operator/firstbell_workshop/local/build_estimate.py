"""How long the rest of a build takes: from how much there is, and from how it has gone so far.

Go tells which packages a program is made of before it builds any, and names each that it builds. What a
package costs is first taken from a build that was measured, and more and more from this one, so that a slower
machine, a busy one, and one with half of it in Go's cache are soon told the truth.
"""

from __future__ import annotations

import math
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

PROCESSOR_SECONDS = 0.33
"""What a package took on the machine that was measured, of one processor."""
LINKED_AS = 25
"""To link a program costs as much as so many packages."""
BELIEVED = 150
"""The measured machine is believed as much as so many packages of this one."""


def free_processors(processors: int, load: float) -> float:
    """Return how many processors a build gets beside what runs already, each running program an equal share.

    `load` is the number of programs that run or want to.
    """
    return processors * processors / (processors + max(0.0, load))


def processors_here() -> float:
    """Return how many processors a build would get on this machine now."""
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return free_processors(processors, os.getloadavg()[0])


class BuildEstimate:
    """The packages of all families that are to be built, in the order of building."""

    def __init__(
        self, packages: Mapping[str, frozenset[str]], programs: Mapping[str, int], processors: float
    ) -> None:
        self._left: dict[str, int] = {}
        self._links = {family: LINKED_AS * count for family, count in programs.items()}
        self._built, self._seconds = BELIEVED, BELIEVED * PROCESSOR_SECONDS / processors
        before: set[str] = set()
        for family, names in packages.items():
            # A package that one family has built is in Go's cache for the next.
            self._left[family] = len(names - before)
            before |= names

    @property
    def packages(self) -> int:
        """How many packages are still to be built, as far as none of them is in Go's cache."""
        return sum(self._left.values())

    def packages_of(self, family: str) -> int:
        """Tell how many packages of this family are to be built."""
        return self._left.get(family, 0)

    def seconds_left(self, family: str = "", built: int = 0, seconds: float = 0.0) -> float:
        """Return how long all the rest will take, `built` packages and `seconds` into a family."""
        each = (self._seconds + seconds) / (self._built + built)
        left = sum(self._left.values()) + sum(self._links.values())
        return each * max(0, left - min(built, self._left.get(family, 0)))

    def finished(self, family: str, built: int = 0, seconds: float = 0.0) -> None:
        """Note that a family is there, after so many packages and seconds of building it here."""
        links = self._links.pop(family, 0)
        if built:
            self._built += built + links
            self._seconds += seconds
        self._left.pop(family, None)


def in_words(seconds: float) -> str:
    """Return a time for a person who waits: minutes, the last one never promised away."""
    minutes = math.ceil(seconds / 60)
    return "about a minute" if minutes <= 1 else f"about {minutes} minutes"
