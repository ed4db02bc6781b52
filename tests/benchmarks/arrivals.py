"""When a watch of another client told of a change, for each object of a kind."""

from __future__ import annotations

import asyncio
import subprocess
import threading
import time
from typing import TYPE_CHECKING

from firstbell.clock import SystemClock

if TYPE_CHECKING:
    from collections.abc import Sequence

    from firstbell_workshop.local.control_plane import ControlPlane

LOOKED_EVERY_SECONDS, ANEW_SECONDS = 0.05, 0.2
CLOCK = SystemClock()


class Arrivals:
    """When a watch told for the first time that each object of a kind has the value.

    A watch that ends is begun anew, with a list of everything: with a thousand HPAs one ended in mid-run.
    """

    def __init__(self, here: ControlPlane, namespace: str, kind: str, field: str) -> None:
        columns = f"custom-columns=N:.metadata.name,V:{field}"
        self._argv = (
            str(here.program("kubectl")), "--kubeconfig", str(here.kubeconfig), "-n", namespace,
            "get", kind, "--watch", "--no-headers", "-o", columns,
        )  # fmt: skip
        self._closed, self._process = False, self._begun()
        self._wanted, self._lock = -1, threading.Lock()
        self.seen: dict[str, float] = {}
        threading.Thread(target=self._read, daemon=True).start()

    def _begun(self) -> subprocess.Popen[str]:
        return subprocess.Popen(self._argv, stdout=subprocess.PIPE, text=True)

    def _read(self) -> None:
        while True:
            for line in self._process.stdout or ():
                name, _, value = line.partition(" ")
                with self._lock:
                    if value.strip() == str(self._wanted):
                        self.seen.setdefault(name, CLOCK.now().timestamp())
            self._process.wait()
            time.sleep(ANEW_SECONDS)
            with self._lock:
                if self._closed:
                    return
                self._process = self._begun()

    def expect(self, value: int) -> None:
        """From now on it is this value that arrives."""
        with self._lock:
            self._wanted, self.seen = value, {}

    async def wait(self, count: int, seconds: float) -> list[float]:
        """The times of all arrivals, sorted; fewer than `count` where the others did not come in time."""
        deadline = time.monotonic() + seconds
        while len(self.seen) < count and time.monotonic() < deadline:  # noqa: ASYNC110 - told by a thread
            await asyncio.sleep(LOOKED_EVERY_SECONDS)
        with self._lock:
            return sorted(self.seen.values())

    def close(self) -> None:
        """Ends the watch."""
        with self._lock:
            self._closed = True
            self._process.kill()
        self._process.wait()


def spread(times: Sequence[float], count: int, since: float) -> str:
    """First, median and last of what arrived, in seconds after an instant, and how many did not arrive."""
    if not times:
        return f"NONE of {count}"
    middle = times[len(times) // 2]
    told = f"{times[0] - since:+.2f} / {middle - since:+.2f} / {times[-1] - since:+.2f} s"
    return told if len(times) == count else f"{told}, ONLY {len(times)} of {count}"
