"""Live metrics from Prometheus, and from what speaks as it does, through prometheus-api-client.

That library blocks, so each query runs in a thread, bounded in number and in time; one session serves all
queries to one server under one token. Nothing is tried twice here but what a kept connection or an old token
spoils: the next poll is the next try.
"""

from __future__ import annotations

import asyncio
import ssl
from collections import OrderedDict
from typing import TYPE_CHECKING, Self, TypeAlias

import requests
from prometheus_api_client import PrometheusConnect
from urllib3.exceptions import HTTPError, ProtocolError

from firstbell.adapters.breakable_http import Exchange
from firstbell.adapters.daemon_threads import DaemonThreads
from firstbell.adapters.prometheus_addresses import AllowedAddresses, ForbiddenAddressError, endpoint
from firstbell.adapters.prometheus_answer import sample
from firstbell.adapters.prometheus_session import (
    BearerToken,
    PrometheusSession,
    RefusedError,
    TooLargeError,
)
from firstbell.adapters.prometheus_tokens import Token, Tokens
from firstbell.adapters.prometheus_trouble import Asked, Trouble, told
from firstbell.core import Unavailable

if TYPE_CHECKING:
    from fractions import Fraction
    from pathlib import Path
    from types import TracebackType

    from firstbell.engine.ports import Clock, Cluster, MetricQuery, SecretKey

READ_SECONDS = 9.0
"""Less than the engine waits, so that who is asked and what to do is told from here."""
AT_ONCE = 64
AT_ONCE_OF_ONE_SERVER = 8
"""Prometheus evaluates 20 at a time by default, and other people ask it, too."""
AT_ONCE_OF_ONE_ASKER = 16
"""Servers that do not answer keep the places of those who named them, and not everybody's."""
SESSIONS = 128
"""Servers whose connections are kept."""
_EVALUATION_SHARE = 0.9
"""Prometheus gives up a little before us, so that it says itself what took too long."""

WHOLE = {"partial_response": "false", "deny_partial_response": "1"}
"""Thanos and VictoriaMetrics leave out what they cannot reach and say so aside: a sum would be too low, and
look like fewer pupils. Asked like this they fail instead. Prometheus takes no notice."""

_NO_CONNECTION = (requests.RequestException, HTTPError, OSError, UnicodeError)
_NO_ANSWER = (ValueError, LookupError, TypeError, RecursionError)
"""What the client raises on JSON that is not the JSON of Prometheus."""
FAILURES = (RefusedError, TooLargeError, *_NO_CONNECTION, *_NO_ANSWER)

_Where: TypeAlias = tuple[str, "SecretKey | None"]


class CaBundleError(Exception):
    """A file of CA certificates that cannot be used; the text says why."""


class PrometheusMetrics:
    """The engine's `Metrics`. Use as an async context manager.

    `clock` is the clock of this machine, whatever clock the engine plays by: samples bear real times.
    """

    def __init__(
        self,
        cluster: Cluster,
        clock: Clock,
        *,
        ca_bundle: Path | None = None,
        allowed: AllowedAddresses | None = None,
        seconds: float = READ_SECONDS,
    ) -> None:
        self._clock = clock
        self._ca_bundle = ca_bundle
        self._allowed = allowed or AllowedAddresses()
        self._seconds = seconds
        self._tokens = Tokens(cluster, clock)
        self._threads = DaemonThreads(
            most=AT_ONCE, most_of_one=AT_ONCE_OF_ONE_SERVER, most_of_group=AT_ONCE_OF_ONE_ASKER
        )
        self._servers: OrderedDict[_Where, _Server] = OrderedDict()
        self._exchanges: set[Exchange] = set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for exchange in self._exchanges:
            exchange.break_off()
        for server in self._servers.values():
            server.session.close()
        self._servers.clear()

    async def read(self, query: MetricQuery, asked_by: str = "") -> Fraction | Unavailable:
        """Return the query's value now, within nine seconds, or why there is none."""
        if not self._allowed.allows(query.server_address):
            asked = Asked(address=told(query.server_address), secret=query.token, token=None)
            return asked.not_allowed()
        exchange = Exchange(self._seconds)
        self._exchanges.add(exchange)
        try:
            async with asyncio.timeout(self._seconds):
                return await self._read(query, exchange, asked_by)
        except TimeoutError:
            asked = Asked(address=told(query.server_address), secret=query.token, token=None)
            return asked.timed_out()
        finally:
            exchange.break_off()
            self._exchanges.discard(exchange)

    async def _read(self, query: MetricQuery, exchange: Exchange, asked_by: str) -> Fraction | Unavailable:
        if query.token is None:
            return await self._ask(query, None, exchange, asked_by)
        token = await self._tokens.of(query.token)
        if isinstance(token, Unavailable):
            return token
        answer = await self._ask(query, token, exchange, asked_by)
        if not isinstance(answer, Unavailable) or answer.reason != Trouble.UNAUTHORIZED:
            return answer
        renewed = await self._tokens.instead_of(query.token, token)
        if isinstance(renewed, Unavailable):
            return renewed
        if renewed == token:
            return answer
        return await self._ask(query, renewed, exchange, asked_by)

    async def _ask(
        self, query: MetricQuery, token: Token | None, exchange: Exchange, asked_by: str
    ) -> Fraction | Unavailable:
        asked = Asked(
            address=told(query.server_address), secret=query.token, token=token.text if token else None
        )
        try:
            server = self._server(query, token)
        except ValueError as error:  # the address is none
            return asked.unreachable(error)

        def work() -> object:
            return server.result(query.query, exchange, asked)

        result = await self._threads.run(_server_of(query.server_address), work, group=asked_by)
        if isinstance(result, Unavailable):
            if result.reason == Trouble.UNREACHABLE:
                # The next poll begins anew, with the CA bundle as it is then.
                self._forget(query, server)
            return result
        return sample(result, self._clock.now(), asked)

    def _server(self, query: MetricQuery, token: Token | None) -> _Server:
        """Return the session for a server and its token, made if it is not there."""
        where = (query.server_address, query.token)
        server = self._servers.get(where)
        if server is None or server.token != token:
            if server is not None:
                server.session.close()
            server = self._servers[where] = _Server(query.server_address, token, self._ca_bundle)
        self._servers.move_to_end(where)
        while len(self._servers) > SESSIONS:
            _, oldest = self._servers.popitem(last=False)
            oldest.session.close()
        return server

    def _forget(self, query: MetricQuery, server: _Server) -> None:
        where = (query.server_address, query.token)
        if self._servers.get(where) is server:
            del self._servers[where]
            server.session.close()


class _Server:
    """One server under one token, asked from threads."""

    def __init__(self, address: str, token: Token | None, ca_bundle: Path | None) -> None:
        self.token = token
        self.session = PrometheusSession(ca_bundle, connections=AT_ONCE_OF_ONE_SERVER)
        auth = BearerToken(token.text) if token else None
        self._connect = PrometheusConnect(url=address.rstrip("/"), session=self.session, auth=auth)

    def result(self, query: str, exchange: Exchange, asked: Asked) -> object:
        """Return the `data.result` of an instant query, or Unavailable."""
        try:
            return self._query(query, exchange)
        except requests.ConnectionError as error:
            if exchange.over or not _dropped(error):
                return why_not(error, asked)
        except FAILURES as error:
            return why_not(error, asked)
        try:
            return self._query(query, exchange)
        except FAILURES as error:
            return why_not(error, asked)

    def _query(self, query: str, exchange: Exchange) -> object:
        # A whole number: Prometheus takes 900ms for a duration, and neither 0.9s nor 0.900s.
        milliseconds = max(1, int(exchange.seconds_left * _EVALUATION_SHARE * 1000))
        params = {"timeout": f"{milliseconds}ms", **WHOLE}
        return self._connect.custom_query(query, params=params, timeout=exchange)


def _dropped(error: requests.ConnectionError) -> bool:
    """Tell whether the server closed a connection without an answer, as it may do to a kept one."""
    return bool(error.args) and isinstance(error.args[0], ProtocolError)


def _server_of(address: str) -> str:
    """Return the server of an address: one that is named by many paths is one server nevertheless."""
    try:
        return str(endpoint(address))
    except ValueError:
        return address


def why_not(error: Exception, asked: Asked) -> Unavailable:
    """Return what the libraries raised, one of `FAILURES`, as a value."""
    if isinstance(error, ForbiddenAddressError):
        return asked.forbidden(str(error))
    if isinstance(error, RefusedError):
        return asked.refused(error)
    if isinstance(error, TooLargeError):
        cure = "Aggregate it, for example with sum()."
        return asked.trouble(Trouble.TOO_LARGE, f"gives more than 1 MiB for the query. {cure}")
    if isinstance(error, requests.Timeout):
        return asked.timed_out()
    if isinstance(error, _NO_CONNECTION) and not isinstance(error, requests.JSONDecodeError):
        return asked.unreachable(error)
    return asked.not_prometheus()


def check_ca_bundle(path: Path) -> None:
    """Raise CaBundleError where the file holds no certificates, with a sentence for people."""
    try:
        ssl.create_default_context(cafile=path)
    except OSError as error:  # ssl's errors are of it, too
        why = "it holds no certificate in PEM form" if isinstance(error, ssl.SSLError) else error.strerror
        msg = f"the CA bundle {path} cannot be used: {why}. Correct --prometheus-ca."
        raise CaBundleError(msg) from error
