"""An HTTP server that nobody keeps busy: whoever reaches the pod can connect to it, without a password.

A connection has a deadline for all it does, and there are at most so many at a time. For a new one the oldest
goes of whoever has the most, so that a probe of the kubelet gets in, and has its answer, however many
connections somebody else opens.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections import Counter
from socketserver import TCPServer, ThreadingMixIn
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MOST_CONNECTIONS = 32
CONNECTION_SECONDS = 15.0
"""More than a probe waits for, and than Prometheus by default does for a scrape."""


class _Connection(NamedTuple):
    client: str
    """Its address."""
    begun: float


class BoundedServer(ThreadingMixIn, TCPServer):
    """Mixed into a server of TCP: a thread for each of a few connections, each of bounded time.

    An address with a colon is one of IPv6.
    """

    daemon_threads = True
    request_queue_size = 128
    """Of those that the system has taken and we have not; of the five of the library a burst leaves none."""
    most_connections = MOST_CONNECTIONS
    connection_seconds = CONNECTION_SECONDS

    def __init__(self, where: tuple[str, int], *args: Any, **options: Any) -> None:
        self._lock = threading.Lock()
        self._open: dict[socket.socket, _Connection] = {}
        self.address_family = socket.AF_INET6 if ":" in where[0] else socket.AF_INET
        super().__init__(where, *args, **options)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve a connection, in place of another one where there are too many."""
        with self._lock:
            while len(self._open) >= self.most_connections:
                self._end(self._oldest_of_the_busiest())
            self._open[request] = _Connection(client_address[0], time.monotonic())
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Forget a connection that has ended."""
        with self._lock:
            self._open.pop(request, None)
        super().shutdown_request(request)

    def service_actions(self) -> None:
        """End what has taken too long; called twice a second by the server's own loop."""
        super().service_actions()
        with self._lock:
            late = time.monotonic() - self.connection_seconds
            for request in [one for one, its in self._open.items() if its.begun < late]:
                self._end(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: that a client went away, or was ended, is no fault of ours."""

    def _oldest_of_the_busiest(self) -> socket.socket:
        has = Counter(its.client for its in self._open.values())
        most = max(has.values())
        return next(one for one, its in self._open.items() if has[its.client] == most)

    def _end(self, request: socket.socket) -> None:
        """Wake the thread that waits on it, which closes it then."""
        self._open.pop(request, None)
        with contextlib.suppress(OSError):
            request.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def serving(server: TCPServer, name: str) -> Iterator[None]:
    """Serve in a thread of this name while the block lasts."""
    thread = threading.Thread(target=server.serve_forever, daemon=True, name=name)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=1)


def one_at_a_time(app: Callable[..., list[bytes]]) -> Callable[..., list[bytes]]:
    """Return a WSGI application that makes one answer at a time, and leaves the processor to others."""
    lock = threading.Lock()

    def alone(environ: dict[str, Any], start_response: Callable[..., object]) -> list[bytes]:
        with lock:
            return app(environ, start_response)

    return alone
