"""`/healthz` and `/readyz` for the kubelet's probes, for as long as the process runs.

The first tells whether our loop turns, and nothing about the API server or a Lease: a new pod would not reach
or hold that either. The second tells whether everything is known: of who writes that he may go on, of who
stands by that he could take over. They are answered by a thread of its own, which asks the loop.
"""

from __future__ import annotations

import contextlib
import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING

from firstbell.adapters.bounded_server import BoundedServer, serving

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Iterator

PATH, READY_PATH = "/healthz", "/readyz"
LOOP_SECONDS = 5.0
"""How long the loop may take for one turn."""
CLIENT_SECONDS = 5.0
"""How long a client may take for its request."""
STALLED_SECONDS = 60.0
"""How long the engine, where it runs, may do nothing."""


class Liveness:
    """Whether we live. `watch_over` tells of whom, while it runs."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._seconds_since_beat: Callable[[], float] | None = None
        self._knows: Callable[[], bool] = lambda: False
        self._role: Callable[[], str] = lambda: "begins"

    @contextlib.contextmanager
    def watch_over(
        self,
        seconds_since_beat: Callable[[], float],
        knows: Callable[[], bool] = lambda: True,
        role: Callable[[], str] = lambda: "writes",
    ) -> Iterator[None]:
        """Have an engine judged while the block lasts, by the seconds since it last did something.

        `knows` tells whether it knows everything as it is, `role` what it does with that.
        """
        self._seconds_since_beat, self._knows, self._role = seconds_since_beat, knows, role
        try:
            yield
        finally:
            self._seconds_since_beat, self._knows, self._role = None, lambda: False, lambda: "begins"

    def ready(self) -> tuple[bool, dict[str, object]]:
        """Tell whether everything is known, and what we do with it. Called in another thread."""
        return self._knows(), {"role": self._role()}

    def judge(self) -> tuple[bool, dict[str, object]]:
        """Tell whether we live, and what of. Called in another thread than the loop's."""
        turned = threading.Event()
        with contextlib.suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(turned.set)
        if not turned.wait(LOOP_SECONDS):
            return False, {"error": f"the loop has not turned for {LOOP_SECONDS:g} s"}
        beat = self._seconds_since_beat
        if beat is None:
            return True, {"engine": "begins"}
        seconds = beat()
        if seconds > STALLED_SECONDS:
            return False, {"error": f"the engine's loop has not turned for {seconds:.0f} s"}
        return True, {"seconds-since-beat": round(seconds, 1)}


@contextlib.contextmanager
def serving_probes(liveness: Liveness, address: str, port: int) -> Iterator[None]:
    """Answer while the block lasts. Raises OSError where the port is taken."""
    with serving(_Server((address, port), _handler(liveness)), "liveness"):
        yield


class _Server(BoundedServer, HTTPServer):
    """One that nobody keeps busy."""


def _handler(liveness: Liveness) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = CLIENT_SECONDS

        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            if path == PATH:
                lives, told = liveness.judge()
                self._answer(200 if lives else 500, told)
            elif path == READY_PATH:
                ready, told = liveness.ready()
                self._answer(200 if ready else 503, told)
            else:
                self._answer(404, {"error": f"only {PATH} and {READY_PATH} are here"})

        def _answer(self, status: int, told: dict[str, object]) -> None:
            data = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            """Log no probe: they come every few seconds."""

    return Handler
