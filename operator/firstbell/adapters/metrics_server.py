"""`/metrics` for Prometheus, for as long as the process runs."""

from __future__ import annotations

import contextlib
import io
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from firstbell.adapters.bounded_server import BoundedServer, one_at_a_time, serving

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator

CLIENT_SECONDS = 5.0
"""How long a client may be silent."""


@contextlib.contextmanager
def serving_metrics(app: Callable[..., list[bytes]], address: str, port: int) -> Iterator[None]:
    """Serve a WSGI application while the block lasts. Raises OSError where the port is taken."""
    with serving(make_server(address, port, one_at_a_time(app), _Server, _Handler), "metrics"):
        yield


class _Server(BoundedServer, WSGIServer):
    """One that nobody keeps busy."""


class _Handler(WSGIRequestHandler):
    timeout = CLIENT_SECONDS

    def setup(self) -> None:
        """Write to somebody who may not read."""
        super().setup()
        self.wfile = _Reader(self.connection)

    def log_message(self, *_: object) -> None:
        """Log no scrape: they come every few seconds."""


class _Reader(io.BufferedIOBase):
    """Who asked, as a file: one who does not read counts as gone, and is no fault of ours."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection

    def writable(self) -> bool:
        """Tell that it may be written to."""
        return True

    def write(self, data: Any) -> int:
        """Send all of it. Raises ConnectionAbortedError after CLIENT_SECONDS in which nothing was read."""
        try:
            self._connection.sendall(data)
        except TimeoutError:
            raise ConnectionAbortedError from None
        return len(data)
