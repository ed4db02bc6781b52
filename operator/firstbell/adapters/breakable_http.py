"""HTTP requests that end when their time is over, whatever the server does.

The timeouts of `requests` are those of single reads: a server that sends a byte now and then holds a thread
for hours. So whoever waits keeps an `Exchange`, and breaks it off from outside: the socket is shut down, and
the read that hangs on it returns. A whole exchange has one deadline.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from typing import TYPE_CHECKING, Any, Self

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

from firstbell.adapters.prometheus_addresses import addresses_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from urllib3.response import HTTPResponse

_LEAST_SECONDS = 0.001
"""A timeout of zero would mean a socket that does not block."""


class Exchange:
    """One request under way; the block around it is entered by the thread that makes it."""

    def __init__(self, seconds: float) -> None:
        self._ends = time.monotonic() + seconds
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._broken_off = False

    def __enter__(self) -> Self:
        _of_thread.exchange = self
        return self

    def __exit__(self, *_: object) -> None:
        _of_thread.exchange = None
        with self._lock:
            self._socket = None  # it goes back to the pool, and serves somebody else next

    @property
    def seconds_left(self) -> float:
        """What is left of its time, more than zero."""
        return max(_LEAST_SECONDS, self._ends - time.monotonic())

    @property
    def over(self) -> bool:
        """Whether its time is over or it was broken off."""
        return self._broken_off or time.monotonic() >= self._ends

    def holds(self, of_connection: socket.socket) -> None:
        """Take the connection that it waits on from now on."""
        with self._lock:
            self._socket = of_connection
            if self._broken_off:
                _shut(of_connection)

    def break_off(self) -> None:
        """End it, from any thread."""
        with self._lock:
            self._broken_off = True
            if self._socket is not None:
                _shut(self._socket)


class _OfThread(threading.local):
    exchange: Exchange | None = None


_of_thread = _OfThread()


def _shut(connection: socket.socket) -> None:
    """Wake whoever reads from it. TLS is not told: its state belongs to the thread that reads."""
    with contextlib.suppress(OSError):
        socket.socket.shutdown(connection, socket.SHUT_RDWR)


def _hold(connection: HTTPConnection) -> None:
    if _of_thread.exchange is not None and connection.sock is not None:
        _of_thread.exchange.holds(connection.sock)


def _connected(connection: HTTPConnection, connect: Callable[[], socket.socket]) -> socket.socket:
    """Return a socket to one of the addresses that a name has now, none of which is forbidden.

    The name is resolved once: what was looked at is what is connected to.
    """
    name = connection._dns_host  # noqa: SLF001 - what urllib3 resolves when it connects
    try:
        addresses = addresses_of(name, connection.port or 0)
    except socket.gaierror as error:
        raise NameResolutionError(name, connection, error) from error
    failed: Exception | None = None
    for address in addresses:
        connection._dns_host = address  # noqa: SLF001
        try:
            return connect()
        except (NewConnectionError, ConnectTimeoutError) as error:
            failed = error
        finally:
            connection._dns_host = name  # noqa: SLF001 - certificates bear the name
    raise failed or OSError("the name has no address")


class _Connection(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return _connected(self, super()._new_conn)

    def getresponse(self) -> HTTPResponse:  # type: ignore[override]  # as in urllib3 itself
        _hold(self)
        return super().getresponse()


class _TlsConnection(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        return _connected(self, super()._new_conn)

    def getresponse(self) -> HTTPResponse:  # type: ignore[override]  # as in urllib3 itself
        _hold(self)
        return super().getresponse()


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


class BreakableAdapter(HTTPAdapter):
    """The transport of a session whose requests can be broken off. It tries nothing again by itself."""

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        """Have its connections known to the exchange that uses them."""
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}
