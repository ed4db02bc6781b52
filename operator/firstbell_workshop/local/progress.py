"""Telling a waiting person what goes on, without getting into anybody's output.

Everything goes to standard error. On a terminal the current step is one line that counts the seconds; in a
log it is a line at its beginning, one every thirty seconds, and one at its end.
"""

from __future__ import annotations

import contextlib
import sys
import time
from typing import TYPE_CHECKING, Protocol

from rich.console import Console
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from rich.status import Status

_LOG_EVERY_SECONDS = 30.0


class Progress(Protocol):
    """Where steps and sentences for the waiting person go."""

    def say(self, text: str) -> None:
        """Tell one sentence."""

    def step(self, text: str) -> AbstractContextManager[Callable[[str], None]]:
        """Open a step; what it yields takes the newest detail, and is called at least once a second."""


class TerminalProgress:
    """A line that counts the seconds."""

    def __init__(self) -> None:
        self._console = Console(stderr=True)

    def say(self, text: str) -> None:
        """Tell one sentence."""
        self._console.print(text, markup=False, highlight=False)

    @contextlib.contextmanager
    def step(self, text: str) -> Iterator[Callable[[str], None]]:
        """Open a step."""
        began = time.monotonic()
        with self._console.status(Text(text)) as status:
            yield lambda detail: _show(status, text, began, detail)
        self.say(f"{text}: {time.monotonic() - began:.0f} s")


def _show(status: Status, text: str, began: float, detail: str) -> None:
    parts = [f"{text} {time.monotonic() - began:.0f} s", detail]
    status.update(Text(", ".join(part for part in parts if part)))


class LogProgress:
    """Plain lines, few of them."""

    def __init__(self, *, every_seconds: float = _LOG_EVERY_SECONDS) -> None:
        self._every_seconds = every_seconds

    def say(self, text: str) -> None:
        """Tell one sentence."""
        sys.stderr.write(text + "\n")
        sys.stderr.flush()

    @contextlib.contextmanager
    def step(self, text: str) -> Iterator[Callable[[str], None]]:
        """Open a step."""
        began = time.monotonic()
        told = began

        def detail_of(detail: str) -> None:
            nonlocal told
            now = time.monotonic()
            if now - told >= self._every_seconds:
                told = now
                self.say(f"{text}: {now - began:.0f} s so far{', ' + detail if detail else ''}")

        self.say(f"{text} ...")
        yield detail_of
        self.say(f"{text}: {time.monotonic() - began:.0f} s")


def progress_here() -> Progress:
    """Return the progress that suits this process's standard error."""
    return TerminalProgress() if sys.stderr.isatty() else LogProgress()
