"""`/metrics` for Prometheus, for as long as the process runs."""

from __future__ import annotations

import contextlib
import io
import socket
import threading
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from firstbell.adapters.bounded_server import BoundedServer, one_at_a_time

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CLIENT_SECONDS = 5.0
"""How long a client may be silent."""


@contextlib.contextmanager
def serving_metrics(app: Callable[..., list[bytes]], address: str, port: int) -> Iterator[None]:
    """Serve a WSGI application while the block lasts. Raises OSError where the port is taken."""
    server = make_server(address, port, one_at_a_time(app), _server(address), _Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True, name="metrics")
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=1)


def _server(address: str) -> type[WSGIServer]:
    class Server(BoundedServer, WSGIServer):
        address_family = socket.AF_INET6 if ":" in address else socket.AF_INET

    return Server


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
