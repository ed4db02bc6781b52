"""How long one object may keep the processor, and who waits after it.

Everything runs on one thread, so whatever one object takes everybody waits for. Work on an object is a slice:
after half a second of processor it is cut, and a namespace whose slice was long rests for four times as long
before its next, so that the others have at least four fifths of the time, whoever makes how many of what.
Nothing of that is ever seen where objects are of ordinary size.

The cut is an exception that a watchdog raises in the thread of the slice, as soon as that runs Python again.
"""

from __future__ import annotations

import ctypes
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from firstbell.core import Unavailable
from firstbell.core.reasons import AbsenceReason

if TYPE_CHECKING:
    from collections.abc import Callable

SLICE_SECONDS = 0.5
LONG_SECONDS = 0.2
REST_FACTOR = 4.0
LOOK_SECONDS = 0.1
T = TypeVar("T")


class TooCostlyError(BaseException):
    """The slice is over. Not an `Exception`, so that nothing on the way takes it for a fault of its own."""


@dataclass(eq=False, slots=True)
class _Slice:
    """A slice that runs: in which thread, and at how many seconds of its processor it is cut."""

    thread: int
    cpu_clock: int | None
    seconds: float
    outer: _Slice | None
    begun: float = 0.0
    within: float = 0.0
    """Seconds that slices within this one took: they are theirs."""
    fired: bool = False

    def now(self) -> float:
        return time.perf_counter() if self.cpu_clock is None else time.clock_gettime(self.cpu_clock)

    def taken(self) -> float:
        return self.now() - self.begun

    def is_over(self) -> bool:
        return self.taken() - self.within >= self.seconds


class _Watchdog:
    """One thread for all slices of the process, which looks ten times a second."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: dict[int, _Slice] = {}
        self._thread: threading.Thread | None = None

    def begin(self, seconds: float) -> _Slice:
        """Return a slice in this thread begins; one in which it begins waits for its end."""
        thread = threading.get_ident()
        clock = time.pthread_getcpuclockid(thread) if hasattr(time, "pthread_getcpuclockid") else None
        begun = _Slice(thread=thread, cpu_clock=clock, seconds=seconds, outer=self._running.get(thread))
        begun.begun = begun.now()
        with self._lock:
            self._running[thread] = begun
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._watch, name="slices", daemon=True)
                self._thread.start()
        return begun

    def end(self, begun: _Slice) -> None:
        """End it: nothing is raised in its thread from now on."""
        with self._lock:
            if begun.outer is None:
                self._running.pop(begun.thread, None)
            else:
                begun.outer.within += begun.taken()
                self._running[begun.thread] = begun.outer
            if begun.fired:
                ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(begun.thread), None)

    def _watch(self) -> None:
        while True:
            time.sleep(LOOK_SECONDS)
            with self._lock:
                for each in self._running.values():
                    if each.is_over():  # again, where a callback has swallowed the first
                        each.fired = True
                        ctypes.pythonapi.PyThreadState_SetAsyncExc(
                            ctypes.c_ulong(each.thread), ctypes.py_object(TooCostlyError)
                        )


_WATCHDOG = _Watchdog()


def within(seconds: float, work: Callable[[], T]) -> T:
    """Return what the work gives. Raises TooCostlyError after so many seconds of processor."""
    begun = _WATCHDOG.begin(seconds)
    try:
        return work()
    finally:
        _WATCHDOG.end(begun)


@dataclass(slots=True)
class _Rested:
    """Until when all that took long so far rests, by the clock on the wall."""

    until: float = 0.0


@dataclass(kw_only=True, slots=True)
class Slices:
    """The slices of one kind of work, and which namespaces rest after long ones, by the wall's clock."""

    seconds: float = SLICE_SECONDS
    long_seconds: float = LONG_SECONDS
    """From how many seconds of processor on a slice is followed by a rest."""
    _rests_until: dict[str, float] = field(default_factory=dict)
    _shared: _Rested = field(default_factory=_Rested)

    def beside(self) -> Slices:
        """Return those of another kind of work: whoever takes long in one may go on in the other.

        So a report that something was cut comes although more is cut meanwhile. What all of them leave to the
        others is the same.
        """
        return Slices(seconds=self.seconds, long_seconds=self.long_seconds, _shared=self._shared)

    def run(self, namespace: str, what: str, work: Callable[[], T]) -> T | Unavailable:
        """Return what the work on an object of a namespace gives, or that it is too costly."""
        cpu, wall = time.thread_time(), time.monotonic()
        try:
            return within(self.seconds, work)
        except TooCostlyError:
            return too_costly(what, self.seconds)
        finally:
            if time.thread_time() - cpu >= self.long_seconds:
                self._rest(namespace, REST_FACTOR * (time.monotonic() - wall))

    def rest_of(self, namespace: str) -> float:
        """Tell for how many seconds a namespace still rests; 0.0 where it does not."""
        left = self._rests_until.get(namespace, 0.0) - time.monotonic()
        if left <= 0:
            self._rests_until.pop(namespace, None)
            return 0.0
        return left

    def _rest(self, namespace: str, seconds: float) -> None:
        """Have those that take long share what is left for them: ten of them get no more than one."""
        self._shared.until = max(self._shared.until, time.monotonic()) + seconds
        self._rests_until[namespace] = self._shared.until


def too_costly(what: str, seconds: float) -> Unavailable:
    """Tell why something was cut."""
    return Unavailable(
        reason=AbsenceReason.TOO_COSTLY,
        message=f"{what} was cut after {seconds:g} s of processor, so that other workloads have theirs. "
        "Give the calendar fewer or shorter entries or fewer regions, or the policy fewer calendars.",
    )
