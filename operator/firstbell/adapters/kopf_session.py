"""What Kopf takes for its HTTP session: our one connection, and manners that Kopf lacks.

Kopf ends, and everything with it, on an answer that it does not expect, and asks again at once where a watch
ends at once. Here what may pass by itself comes to Kopf as a broken connection, which it tries again; lists
and watches that follow too soon on the last wait.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import parse_qsl, urlencode

import aiohttp
import structlog

from firstbell.adapters.api_requests import ApiRequest
from firstbell.adapters.asked_to_wait import AskedToWaitError
from firstbell.adapters.connection import UNAUTHENTICATED, Connection, NotAuthenticatedError
from firstbell.adapters.kubernetes import HTTP_REFUSED, are_objects, failure_kind, watch_event
from firstbell.engine.ports import Failure, FailureKind

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping

    from firstbell.adapters.api_requests import Told

LISTS_SECONDS = 5.0
"""Between two lists of a kind."""
BETWEEN_SECONDS, LONGEST_WAIT_SECONDS = 0.2, 5.0
"""Between two watches of a kind; twice as long each time where they tell nothing."""
_EXPIRED = 410
_THROTTLED, _SERVER_ERRORS = 429, 500

log = structlog.get_logger("firstbell")


@dataclass(slots=True)
class _Pace:
    """When a kind in a namespace may be asked for again, by the loop's clock."""

    next_list: float | None = None
    next_watch: float = 0.0
    wait: float = field(default=BETWEEN_SECONDS)

    async def before_list(self) -> bool:
        """Wait for its turn: whether it is a list after the first."""
        again = self.next_list is not None
        await _reached(self.next_list or 0.0)
        self.next_list = _now() + LISTS_SECONDS
        return again

    async def before_watch(self) -> None:
        """Wait for its turn, each time longer until something is told."""
        await _reached(self.next_watch)
        self.next_watch = _now() + self.wait
        self.wait = min(LONGEST_WAIT_SECONDS, self.wait * 2)

    def told(self) -> None:
        """Note that a watch has told something."""
        self.wait = BETWEEN_SECONDS


class KopfSession:
    """As much of an aiohttp session as Kopf uses. `listed_anew` is called at each list after the first.

    `told` is told of each request as it ends: of lists and of watches as they begin to be answered.
    """

    def __init__(
        self, connection: Connection, listed_anew: Callable[[], None], told: Told | None = None
    ) -> None:
        self._told = told
        self.headers: dict[str, str] = {"User-Agent": "firstbell"}
        self.closed = False
        self._connection = connection
        self._listed_anew = listed_anew
        self._paces: dict[str, _Pace] = {}

    async def close(self) -> None:
        """Leave the connection open: it is not ours to close."""
        self.closed = True

    async def request(
        self,
        *,
        method: str,
        url: str,
        json: object = None,
        headers: Mapping[str, str] | None = None,
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109 - as above
    ) -> KopfAnswer:
        """Make one request; `url` is path and query."""
        path, _, query = url.partition("?")
        asked = dict(parse_qsl(query, keep_blank_values=True))
        pace = self._paces.setdefault(path, _Pace())
        if asked.get("watch") == "true":
            await pace.before_watch()
        elif "limit" in asked and "continue" not in asked and await pace.before_list():
            self._listed_anew()
        response = await self._sent(method, url, json, headers, timeout)
        if response.status == _EXPIRED and "continue" in asked:
            # The server has forgotten where the last page ended: then all of it in one.
            response.release()
            rest = {name: value for name, value in asked.items() if name not in {"continue", "limit"}}
            whole = path + (f"?{urlencode(rest)}" if rest else "")
            response = await self._sent(method, whole, json, headers, timeout)
        await self._bear(response)
        return KopfAnswer(response, pace if asked.get("watch") == "true" else None)

    async def _sent(
        self,
        method: str,
        url: str,
        body: object,
        headers: Mapping[str, str] | None,
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109 - as above
    ) -> aiohttp.ClientResponse:
        request = ApiRequest.begun_now(self._told, method, url, watches="watch=true" in url)
        try:
            response = await self._connection.request(
                method.upper(),
                url,
                headers={**self.headers, "Content-Type": "application/json", **(headers or {})},
                data=None if body is None else json.dumps(body).encode(),
                timeout=timeout,
            )
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            request.ended(_unanswered(error))
            if isinstance(error, aiohttp.ClientConnectionError) or not isinstance(error, aiohttp.ClientError):
                raise
            raise aiohttp.ClientConnectionError(str(error)) from error
        refused = response.status >= HTTP_REFUSED
        message = response.reason or ""
        request.ended(Failure(kind=failure_kind(response.status), message=message) if refused else None)
        return response

    async def _bear(self, response: aiohttp.ClientResponse) -> None:
        """Raise as a broken connection what may pass by itself, and would end Kopf."""
        status = response.status
        if status == UNAUTHENTICATED:
            response.close()
            raise aiohttp.ClientConnectionError(
                self._connection.refusal(response.reason or "no reason given")
            )
        if status == _THROTTLED or status >= _SERVER_ERRORS:
            response.close()
            msg = f"the API server answers {response.reason} ({status})"
            raise aiohttp.ClientConnectionError(msg)


def _unanswered(error: Exception) -> Failure:
    """Return why there was no answer."""
    kind = FailureKind.UNREACHABLE
    if isinstance(error, NotAuthenticatedError):
        kind = FailureKind.UNAUTHENTICATED
    if isinstance(error, AskedToWaitError):
        kind = FailureKind.THROTTLED
    return Failure(kind=kind, message=str(error))


class KopfAnswer:
    """As much of an aiohttp response as Kopf uses. `pace` is that of a watch; None = no watch."""

    def __init__(self, response: aiohttp.ClientResponse, pace: _Pace | None) -> None:
        self._response = response
        self.headers = response.headers
        self.status = response.status
        self.content = _Content(response, pace)
        if pace is not None and response.status == _EXPIRED:
            # Kopf knows this only as an event of a watch.
            self.status = 200

    @property
    def closed(self) -> bool:
        """Whether nothing more can be read."""
        return self._response.closed

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()

    async def json(self) -> Any:
        """Return the whole of it, where it is an object or a list of objects.

        Raises aiohttp's errors, which Kopf knows, for anything else.
        """
        data = await self._response.read()
        try:
            told = json.loads(data)
        except ValueError:
            told = None
        if isinstance(told, dict) and are_objects(told.get("items") or []):
            return told
        msg = "the API server's answer is not what Kubernetes answers"
        raise (
            aiohttp.ClientConnectionError(msg)
            if self.status >= HTTP_REFUSED
            else aiohttp.ClientPayloadError(msg)
        )

    async def text(self) -> str:
        """Return the whole of it."""
        return await self._response.text(errors="replace")

    def raise_for_status(self) -> None:
        """Raise as aiohttp does."""
        if self.status >= HTTP_REFUSED:
            self._response.raise_for_status()

    def close(self) -> None:
        """Give the connection back, or close it where not all was read."""
        self._response.close()


class _Content:
    """The lines of a watch, of which Kopf sees only what it understands."""

    def __init__(self, response: aiohttp.ClientResponse, pace: _Pace | None) -> None:
        self._response = response
        self._pace = pace

    async def iter_chunked(self, size: int) -> AsyncIterator[bytes]:
        """Yield whole events, each with its line's end. What is no event, or an error, ends the watch."""
        if self._response.status == _EXPIRED:
            yield json.dumps({"type": "ERROR", "object": {"kind": "Status", "code": _EXPIRED}}).encode()
            return
        rest = b""
        async for chunk in self._response.content.iter_chunked(size):
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                yield self._understood(line) + b"\n"

    def _understood(self, line: bytes) -> bytes:
        event = watch_event(line)
        if isinstance(event, Failure) and event.kind is not FailureKind.EXPIRED:
            log.warning("watch interrupted", path=self._response.url.path, message=event.message)
            raise aiohttp.ClientPayloadError(event.message)
        if self._pace is not None and not isinstance(event, Failure):
            self._pace.told()
        return line


async def _reached(instant: float) -> None:
    if (left := instant - _now()) > 0:
        await asyncio.sleep(left)


def _now() -> float:
    return asyncio.get_running_loop().time()
