"""Being stopped from outside without leaving anything behind.

SIGTERM and SIGHUP end a Python process on the spot, past every `finally`. Inside `stoppable` they arrive as
an exception instead, like Ctrl-C, so that the control plane is taken down on the way out. Inside
`undisturbed` (the taking down itself, which has its own deadlines) all of them wait. Only a handler that
nobody has set is replaced, and only in the main thread, where Python allows it.
"""

from __future__ import annotations

import contextlib
import signal
import threading
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

_ENDINGS = (signal.SIGTERM, signal.SIGHUP)


class Stopped(KeyboardInterrupt):
    """The process was asked to end; like Ctrl-C, nothing that handles mere errors catches it."""

    def __init__(self, number: int) -> None:
        super().__init__(f"stopped by {signal.Signals(number).name}")
        self.number = number


def _stop(number: int, _frame: FrameType | None) -> NoReturn:
    raise Stopped(number)


@contextlib.contextmanager
def stoppable() -> Iterator[None]:
    """Turn a request to end into an exception that unwinds the block."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    replaced = [number for number in _ENDINGS if signal.getsignal(number) is signal.SIG_DFL]
    for number in replaced:
        signal.signal(number, _stop)
    try:
        yield
    finally:
        for number in replaced:
            if signal.getsignal(number) is _stop:
                signal.signal(number, signal.SIG_DFL)


@contextlib.contextmanager
def undisturbed() -> Iterator[None]:
    """Hold back requests to end until the block is done; then they arrive."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    held: list[int] = []
    before = {
        number: signal.signal(number, lambda number, _frame: held.append(number))
        for number in (signal.SIGINT, *_ENDINGS)
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            # None is a handler that was not set from Python and cannot be put back from here.
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
        if held:
            signal.raise_signal(held[0])
