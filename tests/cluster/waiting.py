"""Waiting for something to become true, by looking again and again until a deadline."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

LOOK_EVERY_SECONDS = 0.1


def until(look: Callable[[], T], what: str | Callable[[], str], *, seconds: float = 30.0) -> T:
    """The first value of `look` that is true; fails with `what` and the last value otherwise."""
    deadline = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > deadline:
            told = what if isinstance(what, str) else what()
            msg = f"not within {seconds:g} s: {told}; last seen: {found!r}"
            raise AssertionError(msg)
        time.sleep(LOOK_EVERY_SECONDS)


def holds(look: Callable[[], object], what: str, *, seconds: float) -> None:
    """Asserts that `look` is true all the time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        seen = look()
        assert seen, f"{what}; seen: {seen!r}"
        time.sleep(LOOK_EVERY_SECONDS)
