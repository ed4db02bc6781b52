"""The operator while a test runs: in a thread or as a process on a fast clock, or as users start it.

Tests ask and act in the main thread, so the operator has an event loop in a thread of its own. As a process,
which can be killed, it runs `fast_operator.py`, whose clock reads the same as the test's, or
`python -m firstbell run` with the system's clock.
"""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Self

from firstbell.app import run_operator
from firstbell.clock import FastClock
from firstbell.settings import Settings
from tests.cluster import forked
from tests.cluster.waiting import LOOK_EVERY_SECONDS, until

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from firstbell_workshop.local.control_plane import ControlPlane

START_SECONDS = 60.0
LOOKS_AT_THE_CLOCK_SECONDS = 0.01, 0.05
"""The least and the most between two looks of somebody who sleeps by a clock that may begin to hurry."""
FAST_OPERATOR = Path(__file__).with_name("fast_operator.py")


class HurryingClock(FastClock):
    """Runs at its speed, but `hurry` times as fast as the wall on its way to an instant that is waited for.

    So a test has time for what it does before that instant, on a slow machine too, and waits for nothing.
    """

    def __init__(self, start: datetime, speed: float, hurry: float) -> None:
        super().__init__(start, speed)
        self._hurry = hurry
        self._turn = self._begun, 0.0, self._begun, 0.0
        """From when and where on it hurries, and from when and where on no more; read in one go."""

    def hurry_to(self, instant: datetime) -> None:
        """It reads this instant as soon as it can, and goes on from there at its speed."""
        here, wall = self.monotonic(), time.monotonic()
        there = max(here, (instant - self._start).total_seconds())
        self._turn = wall, here, wall + (there - here) / self._hurry, there

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        wall = time.monotonic()
        hurries, here, goes_on, there = self._turn
        if wall < goes_on:
            return here + (wall - hurries) * self._hurry
        return there + (wall - goes_on) * self._speed

    async def sleep(self, seconds: float) -> None:
        end = self.monotonic() + seconds
        least, most = LOOKS_AT_THE_CLOCK_SECONDS
        await asyncio.sleep(0)
        while (left := end - self.monotonic()) > 0:  # noqa: ASYNC110 - time is what it waits for
            await asyncio.sleep(min(max(left / self._hurry, least), most))


@dataclass(frozen=True)
class Sun:
    """The fast clock that a test shares with its operators, however often they are started.

    One that hurries is for operators in this process alone.
    """

    start: datetime
    speed: float
    clock: FastClock

    @classmethod
    def rising(cls, start: datetime, speed: float, *, hurry: float | None = None) -> Sun:
        clock = FastClock(start, speed) if hurry is None else HurryingClock(start, speed, hurry)
        return cls(start=start, speed=speed, clock=clock)

    def now(self) -> datetime:
        return self.clock.now()

    def wait_for(self, instant: datetime) -> None:
        """Returns when the clock has reached an instant."""
        if isinstance(self.clock, HurryingClock):
            self.clock.hurry_to(instant)
        seconds = (instant - self.now()).total_seconds() / self.speed
        until(
            lambda: self.now() >= instant,
            f"the clock reads {instant}",
            seconds=max(0.0, seconds) + 5,
            every=LOOK_EVERY_SECONDS,
        )


def settings_for(control_plane: ControlPlane, namespace: str) -> Settings:
    """One namespace, no ports, and an instance name of its own."""
    return Settings(
        kubeconfig=control_plane.kubeconfig,
        context=control_plane.context,
        namespaces=(namespace,),
        instance=namespace,
        metrics_port=0,
        probe_port=0,
    )


class OperatorThread:
    """The operator in this process. Leaving the block stops it as SIGTERM would.

    `before_watching` is called when it has looked at everything and watches nothing yet. With
    `compare_clocks` the sun is compared with the API server's clock.
    """

    def __init__(
        self,
        settings: Settings,
        sun: Sun,
        before_watching: Callable[[], None],
        *,
        compare_clocks: bool = False,
    ) -> None:
        self._settings, self._sun, self._before_watching = settings, sun, before_watching
        self._compare_clocks = compare_clocks
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._task: asyncio.Task[None] | None = None
        self._up = threading.Event()
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True, name="operator")

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._up.wait(START_SECONDS), "the operator did not start"
        self._raise()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """As SIGTERM: what is being written is finished, nothing is released."""
        if self._loop is not None and self._stop is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
        self._join()

    def _join(self) -> None:
        self._thread.join(timeout=60)
        assert not self._thread.is_alive(), "the operator did not end"
        self._raise()

    def _raise(self) -> None:
        if self._error is not None:
            raise self._error

    def _run(self) -> None:
        try:
            asyncio.run(self._main())
        except BaseException as error:  # noqa: BLE001 - handed to the test's thread
            self._error = error
        finally:
            self._up.set()

    async def _main(self) -> None:
        self._loop, self._stop, started = asyncio.get_running_loop(), asyncio.Event(), asyncio.Event()
        work = run_operator(
            self._settings,
            clock=self._sun.clock,
            stop=self._stop,
            started=started,
            compare_clocks=self._compare_clocks,
        )
        self._task = asyncio.create_task(work)
        waiting = asyncio.create_task(started.wait())
        await asyncio.wait({self._task, waiting}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        self._before_watching()
        self._up.set()
        await self._task


class Process:
    """A command of ours that is ended, whatever happens, when the block is left; all it says is in a file."""

    def __init__(self, argv: Sequence[object], log: Path, environ: dict[str, str] | None = None) -> None:
        self.argv = argv
        self.log = log
        self._environ = environ or {}
        self._process: forked.Command | None = None

    def __enter__(self) -> Self:
        environ = {name: value for name, value in os.environ.items() if not name.startswith("FIRSTBELL_")}
        # The Kubernetes client keeps certificates in files, which a killed process leaves behind.
        environ |= {"NO_COLOR": "1", "COLUMNS": "200", "TMPDIR": str(self.log.parent), **self._environ}
        with Path(os.devnull).open("rb") as nothing, self.log.open("wb") as output:
            self._process = forked.start(self.argv, environ, nothing, output, output)
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    @property
    def process(self) -> forked.Command:
        assert self._process is not None
        return self._process

    @property
    def said(self) -> str:
        return self.log.read_text()

    def says(self, text: str, *, seconds: float = START_SECONDS) -> str:
        """The first line with this text, waited for."""

        def line() -> str | None:
            assert self.process.poll() is None, f"ended with {self.process.returncode}: {self.said}"
            return next((line for line in self.said.splitlines() if text in line), None)

        return until(line, f"it says {text!r}", seconds=seconds) or ""

    def stops(self, *, seconds: float) -> int:
        """Its exit code after SIGTERM; so many seconds it may take to say that all is written, and to end."""
        self.process.send_signal(signal.SIGTERM)
        # As text or, as in its pod, as JSON.
        told = (" stopped", '"stopped"')
        until(
            lambda: any(one in self.said for one in told), lambda: f"it says so: {self.said}", seconds=seconds
        )
        return self.ends(seconds=4 * seconds)

    def ends(self, signal_number: signal.Signals | None = None, *, seconds: float) -> int:
        """Its exit code, after a signal if one is given."""
        if signal_number is not None:
            self.process.send_signal(signal_number)
        until(lambda: self.process.poll() is not None, lambda: f"it ends: {self.said}", seconds=seconds)
        code = self.process.wait()
        assert code is not None
        return code


def fast_process(
    control_plane: ControlPlane | Path,
    namespace: str,
    sun: Sun,
    log: Path,
    *,
    also: str = "",
    probe_port: int = 0,
    stops_in: str = "",
    lease: str = "",
) -> Process:
    """The operator as a process whose clock reads what the test's does; `also` is one more namespace.

    It reaches a control plane, or what a kubeconfig leads to.

    In the namespace `stops_in` it looks for an order to stop; empty: nowhere. `lease` is
    NAMESPACE/NAME/SECONDS/SHARDS, or empty: it runs without one.
    """
    kubeconfig = control_plane if isinstance(control_plane, Path) else control_plane.kubeconfig
    context = "" if isinstance(control_plane, Path) else control_plane.context or ""
    begun = sun.clock._begun
    return Process(
        [FAST_OPERATOR, kubeconfig, context, namespace,
         sun.start.isoformat(), sun.speed, begun, also, probe_port, stops_in, lease],
        log,
    )  # fmt: skip


def run_command(kubeconfig: Path, log: Path, *options: object) -> Process:
    """`firstbell run` as a user starts it."""
    return Process(["-m", "firstbell", "run", "--kubeconfig", kubeconfig, *options], log)
