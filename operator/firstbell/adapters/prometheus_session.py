"""The HTTP session under `PrometheusConnect`, bounded where that one is not.

An answer has a largest size and one deadline; a redirect is not followed, so that a token goes where the
policy says and nowhere else; cookies, `.netrc` and the proxies of the environment are left aside.
"""

from __future__ import annotations

import io
from http.cookiejar import DefaultCookiePolicy
from typing import TYPE_CHECKING, Any

import requests
from requests.auth import AuthBase

from firstbell.adapters.breakable_http import BreakableAdapter

if TYPE_CHECKING:
    from pathlib import Path

    from firstbell.adapters.breakable_http import Exchange

MOST_BYTES = 1024 * 1024
"""More than any answer of one sample; a query that gives thousands of series is one to aggregate."""
CONNECT_SECONDS = 3.0
_CHUNK_BYTES = 64 * 1024
_OK = 200


class RefusedError(Exception):
    """An answer that is not 200, as far as it is told to people."""

    def __init__(self, status: int, body: bytes, location: str) -> None:
        super().__init__(status)
        self.status, self.body, self.location = status, body, location


class TooLargeError(Exception):
    """An answer of more than `MOST_BYTES`."""


class BearerToken(AuthBase):
    """Puts a token on requests, and shows it nowhere else."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Add the header."""
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class PrometheusSession(requests.Session):
    """A session with one server, for several threads at a time."""

    def __init__(self, ca_bundle: Path | None, *, connections: int) -> None:
        super().__init__()
        self.trust_env = False
        self.verify = str(ca_bundle) if ca_bundle else True
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))
        # Plain: what travels is what is counted.
        self.headers.update({"User-Agent": "firstbell", "Accept-Encoding": "identity"})
        self._transport = BreakableAdapter(pool_connections=1, pool_maxsize=connections)

    def get_adapter(self, url: str) -> BreakableAdapter:  # noqa: ARG002 - the same for all
        """Return the breakable transport, whatever `PrometheusConnect` mounts: its own tries three times."""
        return self._transport

    def close(self) -> None:
        """Close the connections that nobody uses now; the others close after their use."""
        super().close()
        self._transport.close()

    def request(  # type: ignore[override]
        self, method: str, url: str, *, timeout: Exchange, **options: Any
    ) -> requests.Response:
        """Return the whole answer within the exchange's time. Raises RefusedError where it is not 200."""
        seconds = timeout.seconds_left
        times = (min(CONNECT_SECONDS, seconds), seconds)
        bounds = {"timeout": times, "stream": True, "allow_redirects": False}
        with timeout, super().request(method, url, **{**options, **bounds}) as response:
            body = _whole(response, timeout)
        if response.status_code != _OK:
            location = response.headers.get("Location", "")
            raise RefusedError(response.status_code, body, location)
        return _read(body)


def _whole(response: requests.Response, exchange: Exchange) -> bytes:
    body = bytearray()
    for chunk in response.iter_content(_CHUNK_BYTES):
        body += chunk
        if len(body) > MOST_BYTES:
            raise TooLargeError
        if exchange.over:
            raise requests.ReadTimeout
    return bytes(body)


def _read(body: bytes) -> requests.Response:
    """Return a response that has been read already."""
    response = requests.Response()
    response.status_code = _OK
    response.encoding = "utf-8"
    response.raw = io.BytesIO(body)
    return response
