"""What a computation costs without a clock: how many functions it calls, the same on every machine."""

from __future__ import annotations

from cProfile import Profile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def counted_calls(work: Callable[[], object]) -> int:
    """How many functions it calls, Python's own included; counted in C, which costs least."""
    profile = Profile(subcalls=False)
    profile.enable()
    try:
        work()
    finally:
        profile.disable()
    return sum(entry.callcount for entry in profile.getstats())
