"""The Kubernetes API through the official asyncio client, one request at a time.

JSON in, JSON out: the client's typed models are left aside, since the engine reads a few fields of many
objects. Every request has a deadline; what fails comes back as a value, and 429 and 5xx are tried again by
the engine's next tick rather than here.
"""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlencode

import aiohttp
from kubernetes.aio.client import ApiClient
from kubernetes.aio.client.exceptions import ApiException

from firstbell.engine.acting.handback import FIELD_MANAGER
from firstbell.engine.ports import Failure, FailureKind, Json, Kind, Listed, ObjectPath, Operation

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import TracebackType

    from kubernetes.aio.client import Configuration
    from kubernetes.aio.client.rest import RESTResponse

REQUEST_SECONDS = 10.0
WATCH_SECONDS = 300
LONGEST_WATCH_SECONDS = WATCH_SECONDS + 30.0
"""A connection that died without a word is noticed when the server should have ended the watch."""
PAGE = 500
MESSAGE_CHARACTERS = 500

_KINDS = {
    401: FailureKind.FORBIDDEN,
    403: FailureKind.FORBIDDEN,
    404: FailureKind.NOT_FOUND,
    409: FailureKind.CONFLICT,
    410: FailureKind.EXPIRED,
    422: FailureKind.INVALID,
    429: FailureKind.THROTTLED,
}
_SERVER_ERRORS = 500
HTTP_REFUSED = 400
ERRORS = (ApiException, TimeoutError, aiohttp.ClientError, OSError)
"""What the client raises where there is no answer."""


class KubernetesCluster:
    """The engine's `Cluster`, over HTTP. Use as an async context manager.

    `field_manager` is who the API server takes for the writer of what is written.
    """

    def __init__(
        self,
        configuration: Configuration,
        *,
        request_seconds: float = REQUEST_SECONDS,
        field_manager: str = FIELD_MANAGER,
    ) -> None:
        self._configuration = configuration
        self._seconds = request_seconds
        self._manager = field_manager
        self._client = ApiClient(configuration)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.close()  # type: ignore[no-untyped-call]

    async def get(self, path: ObjectPath) -> Json | Failure:
        """Reads one object."""
        return await self._request("GET", path.url)

    async def resources(self, group: str, version: str) -> list[Json] | Failure:
        """What the API server serves of a group and version."""
        answer = await self._request("GET", _root(group, version))
        return answer if isinstance(answer, Failure) else list(answer.get("resources") or ())

    async def list_all(
        self, group: str, version: str, plural: str, namespace: str | None, selector: str = ""
    ) -> list[Json] | Failure:
        """Reads every object of a kind, page by page."""
        listed = await self._listed((group, version, plural), namespace, selector)
        return listed if isinstance(listed, Failure) else listed.items

    async def list_at(self, kind: Kind, namespace: str | None) -> Listed | Failure:
        """Reads every object of a kind, and the version of the list."""
        return await self._listed(kind, namespace, "")

    async def _listed(self, kind: Kind, namespace: str | None, selector: str) -> Listed | Failure:
        items: list[Json] = []
        following = ""
        while True:
            query = {"limit": str(PAGE), "continue": following, "labelSelector": selector}
            query = {name: value for name, value in query.items() if value}
            page = await self._request("GET", _collection(kind, namespace), query=query)
            if isinstance(page, Failure):
                return page
            items += page.get("items") or []
            metadata = page.get("metadata") or {}
            following = metadata.get("continue") or ""
            if not following:
                return Listed(items=items, version=metadata.get("resourceVersion", ""))

    async def watch(
        self, kind: Kind, namespace: str | None, since: str, tell: Callable[[Json], None]
    ) -> Failure | None:
        """Tells each event after a version of the list, for some minutes at most."""
        query = {
            "watch": "true",
            "allowWatchBookmarks": "true",
            "resourceVersion": since,
            "timeoutSeconds": str(WATCH_SECONDS),
        }
        try:
            async with asyncio.timeout(self._seconds):
                response = await self._sent("GET", _collection(kind, namespace), query, long=True)
                if response.status >= HTTP_REFUSED:
                    return _failure(response.status, await response.read(), response.reason)  # type: ignore[no-untyped-call]
            async with asyncio.timeout(LONGEST_WATCH_SECONDS):
                return await _told(response.response, tell)
        except ERRORS as error:
            return self._unanswered(error)

    async def json_patch(self, path: ObjectPath, operations: Sequence[Operation]) -> Json | Failure:
        """Applies a JSON patch."""
        return await self._request(
            "PATCH",
            path.url,
            body=list(operations),
            content_type="application/json-patch+json",
            query={"fieldManager": self._manager},
        )

    async def merge_patch(self, path: ObjectPath, patch: Mapping[str, Any]) -> Json | Failure:
        """Applies a JSON merge patch."""
        return await self._request(
            "PATCH",
            path.url,
            body=dict(patch),
            content_type="application/merge-patch+json",
            query={"fieldManager": self._manager},
        )

    async def create(
        self, group: str, version: str, plural: str, namespace: str, body: Mapping[str, Any]
    ) -> Json | Failure:
        """Creates one object."""
        root = _root(group, version)
        url = f"{root}/namespaces/{namespace}/{plural}" if namespace else f"{root}/{plural}"
        return await self._request("POST", url, body=dict(body), query={"fieldManager": self._manager})

    async def _request(
        self,
        method: str,
        url: str,
        *,
        body: object = None,
        content_type: str = "application/json",
        query: Mapping[str, str] | None = None,
    ) -> Json | Failure:
        try:
            async with asyncio.timeout(self._seconds):
                response = await self._sent(method, url, query, body=body, content_type=content_type)
                data = await response.read()  # type: ignore[no-untyped-call]
        except ERRORS as error:
            return self._unanswered(error)
        if response.status >= HTTP_REFUSED:
            return _failure(response.status, data, response.reason)
        return _object(data)

    async def _sent(  # noqa: PLR0913 - what makes a request
        self,
        method: str,
        url: str,
        query: Mapping[str, str] | None,
        *,
        body: object = None,
        content_type: str = "application/json",
        long: bool = False,
    ) -> RESTResponse:
        """The answer, not read yet; `long` is one that is read for as long as a watch."""
        headers = {"Accept": "application/json", "Content-Type": content_type, "User-Agent": self._manager}
        full = self._configuration.host + url + (f"?{urlencode(query)}" if query else "")
        await self._client.update_params_for_auth(headers, [], ["BearerToken"], url, method, body)
        seconds = LONGEST_WATCH_SECONDS if long else None
        return await self._client.call_api(method, full, headers, body=body, _request_timeout=seconds)

    def _unanswered(self, error: Exception) -> Failure:
        """Why there is no answer, or no more of it."""
        if isinstance(error, ApiException):
            return _failure(error.status, error.body, error.reason)
        message = f"the API server cannot be reached: {error}"
        if isinstance(error, TimeoutError):
            message = f"the API server gave no answer in {self._seconds:g} s"
        return Failure(kind=FailureKind.UNREACHABLE, message=message)


async def _told(response: aiohttp.ClientResponse, tell: Callable[[Json], None]) -> Failure | None:
    """Tells the events of a watch until the server ends it."""
    rest = b""
    try:
        async for chunk in response.content.iter_any():
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                event = _object(line)
                if isinstance(event, Failure):
                    return event
                if event["type"] == "ERROR":
                    status = event["object"]
                    return _failure(status.get("code"), json.dumps(status), None)
                tell(event)
    finally:
        response.close()
    return None


def _collection(kind: Kind, namespace: str | None) -> str:
    """Where the objects of a kind are, in one namespace or (None) in all."""
    group, version, plural = kind
    where = f"/namespaces/{namespace}/{plural}" if namespace else f"/{plural}"
    return _root(group, version) + where


def _root(group: str, version: str) -> str:
    """Where an API group lives; the core group has no name."""
    return f"/apis/{group}/{version}" if group else f"/api/{version}"


def _object(data: bytes) -> Json | Failure:
    """The object in an answer; a proxy in between may answer with something else."""
    try:
        parsed = json.loads(data)
    except ValueError:
        parsed = None
    if isinstance(parsed, dict):
        return parsed
    return Failure(kind=FailureKind.SERVER_ERROR, message="the API server's answer is not a JSON object")


def _failure(status: int | None, body: str | bytes | None, reason: str | None) -> Failure:
    """The server's answer as a value, with its own message where it gave one."""
    message = reason or "no reason given"
    try:
        message = str(json.loads(body or "{}").get("message") or message)
    except (ValueError, AttributeError):
        message = reason or "an answer that is not JSON"
    status = status or 0
    kind = _KINDS.get(status)
    if kind is None:
        kind = FailureKind.SERVER_ERROR if status >= _SERVER_ERRORS else FailureKind.INVALID
    return Failure(kind=kind, message=f"{message[:MESSAGE_CHARACTERS]} ({status})")
