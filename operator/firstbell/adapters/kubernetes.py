"""The Kubernetes API, one request at a time, over the one `Connection`.

JSON in, JSON out: the official client's typed models are left aside, since the engine reads a few fields of
many objects. Every request has a deadline; what fails comes back as a value, and 429 and 5xx are tried again
by the engine's next tick rather than here.
"""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlencode

import aiohttp

from firstbell.adapters.api_requests import ApiRequest
from firstbell.adapters.asked_to_wait import AskedToWaitError
from firstbell.adapters.checked_body import checked_body
from firstbell.adapters.connection import Connection, NotAuthenticatedError
from firstbell.clock import steady_seconds
from firstbell.engine.objects.field_managers import FIELD_MANAGER
from firstbell.engine.ports import Failure, FailureKind, Json, Kind, Listed, ObjectPath, Operation, Page

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import TracebackType

    from firstbell.adapters.access import Access
    from firstbell.adapters.api_requests import Told
    from firstbell.adapters.renewal import RenewedAccess
    from firstbell.adapters.server_dates import ServerDates

REQUEST_SECONDS = 10.0
WATCH_SECONDS = 40
"""How long the server is asked to watch; it sends a bookmark just before the end. Bookmarks alone come about
once a minute, and no server promises them."""
LONGEST_WATCH_SECONDS = WATCH_SECONDS + 10.0
"""A connection that died without a word is noticed when the server should have ended the watch."""
TLS_OBJECT = re.compile(r" ssl:(?:<[^<>]*(?:<[^<>]*>[^<>]*)*>|\S+)")
NO_DEADLINE = aiohttp.ClientTimeout(total=None)
PAGE = 500
MESSAGE_CHARACTERS = 500

_KINDS = {
    401: FailureKind.UNAUTHENTICATED,
    403: FailureKind.FORBIDDEN,
    404: FailureKind.NOT_FOUND,
    409: FailureKind.CONFLICT,
    410: FailureKind.EXPIRED,
    422: FailureKind.INVALID,
    429: FailureKind.THROTTLED,
}
_PATCH_DOES_NOT_APPLY = "the server rejected our request due to an error in our request"
UNPROCESSABLE = 422
_SERVER_ERRORS = 500
_EVENT_TYPES = ("ADDED", "MODIFIED", "DELETED", "BOOKMARK")
MOST_EVENT_BYTES = 2**25
"""No object of the API is a tenth as large."""
_NO_EVENT = Failure(
    kind=FailureKind.SERVER_ERROR, message="what the API server's watch told is not an event of Kubernetes"
)
_NO_LIST = Failure(
    kind=FailureKind.SERVER_ERROR, message="the API server's answer is not a list of Kubernetes"
)
HTTP_REFUSED = 400
ERRORS = (TimeoutError, aiohttp.ClientError, OSError)
"""What is raised where there is no answer."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _ReadPage(Page):
    """A page, and the version of the list that it is of."""

    version: str


class KubernetesCluster:
    """The engine's `Cluster`, over HTTP. Use as an async context manager.

    `field_manager` is who the API server takes for the writer of what is written; `dates` is told of the
    date in each answer, `told` of each request as it ends.
    """

    def __init__(
        self,
        access: RenewedAccess | Access,
        *,
        request_seconds: float = REQUEST_SECONDS,
        field_manager: str = FIELD_MANAGER,
        dates: ServerDates | None = None,
        told: Told | None = None,
    ) -> None:
        self.connection = Connection(access)
        self._told = told
        self._seconds = request_seconds
        self._manager = field_manager
        self._dates = dates

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.connection.close()

    async def get(self, path: ObjectPath) -> Json | Failure:
        """Read one object."""
        return await self._request("GET", path.url)

    async def resources(self, group: str, version: str) -> list[Json] | Failure:
        """Return what the API server serves of a group and version."""
        answer = await self._request("GET", _root(group, version))
        return answer if isinstance(answer, Failure) else list(answer.get("resources") or ())

    async def list_all(
        self, group: str, version: str, plural: str, namespace: str | None, selector: str = ""
    ) -> list[Json] | Failure:
        """Read every object of a kind, page by page."""
        listed = await self._listed((group, version, plural), namespace, selector)
        return listed if isinstance(listed, Failure) else listed.items

    async def list_page(
        self, kind: Kind, namespace: str | None, selector: str, most: int, following: str = ""
    ) -> Page | Failure:
        """Read one page of the objects of a kind."""
        asked = {"limit": str(most), "labelSelector": selector}
        return await self._page(kind, namespace, asked, following)

    async def list_at(self, kind: Kind, namespace: str | None, name: str = "") -> Listed | Failure:
        """Read every object of a kind, or the one of a name, and the version of the list."""
        if name:
            return await self._whole(kind, namespace, _named(name))
        return await self._listed(kind, namespace, "")

    async def list_each(
        self, kind: Kind, namespace: str | None, take: Callable[[Json], None]
    ) -> str | Failure:
        """Hand over every object of a kind, page by page, and return the version of the list."""

        def take_page(items: Sequence[Json]) -> None:
            for item in items:
                take(item)

        version = await self._pages(kind, namespace, {"limit": str(PAGE)}, take_page)
        if isinstance(version, Failure) and version.kind is FailureKind.EXPIRED:
            return await self._pages(kind, namespace, {}, take_page)
        return version

    async def _listed(self, kind: Kind, namespace: str | None, selector: str) -> Listed | Failure:
        paged = await self._whole(kind, namespace, {"limit": str(PAGE), "labelSelector": selector})
        if isinstance(paged, Failure) and paged.kind is FailureKind.EXPIRED:
            # The server has forgotten where the last page ended: then all of it in one, as kubectl does.
            return await self._whole(kind, namespace, {"labelSelector": selector})
        return paged

    async def _whole(self, kind: Kind, namespace: str | None, asked: Mapping[str, str]) -> Listed | Failure:
        items: list[Json] = []
        version = await self._pages(kind, namespace, asked, items.extend)
        return version if isinstance(version, Failure) else Listed(items=items, version=version)

    async def _pages(
        self,
        kind: Kind,
        namespace: str | None,
        asked: Mapping[str, str],
        take: Callable[[list[Json]], None],
    ) -> str | Failure:
        """Hand over page by page, and return the version of the list."""
        following = ""
        while True:
            page = await self._page(kind, namespace, asked, following)
            if isinstance(page, Failure):
                return page
            take(page.items)
            last, following = following, page.following
            if not following:
                return page.version
            if following == last:
                return _NO_LIST

    async def _page(
        self, kind: Kind, namespace: str | None, asked: Mapping[str, str], following: str
    ) -> _ReadPage | Failure:
        query = {name: value for name, value in {**asked, "continue": following}.items() if value}
        page = await self._request("GET", _collection(kind, namespace), query=query)
        if isinstance(page, Failure):
            return page
        found, metadata = page.get("items") or [], page.get("metadata") or {}
        if not isinstance(metadata, dict) or not are_objects(found):
            return _NO_LIST
        return _ReadPage(
            items=found,
            following=metadata.get("continue") or "",
            version=str(metadata.get("resourceVersion") or ""),
        )

    async def watch(
        self, kind: Kind, namespace: str | None, since: str, tell: Callable[[Json], None], name: str = ""
    ) -> Failure | None:
        """Yield each event after a version of the list, for some minutes at most."""
        query = {
            "watch": "true",
            "allowWatchBookmarks": "true",
            "resourceVersion": since,
            "timeoutSeconds": str(WATCH_SECONDS),
            **_named(name),
        }
        request = ApiRequest.begun_now(self._told, "GET", _collection(kind, namespace), watches=True)
        response = await self._begun(_collection(kind, namespace), query)
        request.ended(response if isinstance(response, Failure) else None)
        if isinstance(response, Failure):
            return response
        try:
            async with asyncio.timeout(LONGEST_WATCH_SECONDS):
                return await _told(response, tell)
        except TimeoutError:
            return Failure(kind=FailureKind.UNREACHABLE, message="the watch is silent: it is begun anew")
        except ERRORS as error:
            return self._unanswered(error)

    async def _begun(self, url: str, query: Mapping[str, str]) -> aiohttp.ClientResponse | Failure:
        """Return the answer of a watch, of which nothing is read yet."""
        try:
            async with asyncio.timeout(self._seconds):
                response = await self._sent("GET", url, query)
                if response.status >= HTTP_REFUSED:
                    return self._refused(response, await response.read())
        except TimeoutError:
            return Failure(kind=FailureKind.UNREACHABLE, message="the watch is silent: it is begun anew")
        except ERRORS as error:
            return self._unanswered(error)
        return response

    async def json_patch(self, path: ObjectPath, operations: Sequence[Operation]) -> Json | Failure:
        """Apply a JSON patch."""
        return await self._request(
            "PATCH",
            path.url,
            body=list(operations),
            content_type="application/json-patch+json",
            query={"fieldManager": self._manager},
        )

    async def merge_patch(self, path: ObjectPath, patch: Mapping[str, Any]) -> Json | Failure:
        """Apply a JSON merge patch."""
        return await self._request(
            "PATCH",
            path.url,
            body=dict(patch),
            content_type="application/merge-patch+json",
            query={"fieldManager": self._manager},
        )

    async def apply(self, path: ObjectPath, body: Mapping[str, Any]) -> Json | Failure:
        """Apply an object server-side, over whoever wrote the same fields."""
        return await self._request(
            "PATCH",
            path.url,
            body=dict(body),
            content_type="application/apply-patch+yaml",
            query={"fieldManager": self._manager, "force": "true"},
        )

    async def create(
        self, group: str, version: str, plural: str, namespace: str, body: Mapping[str, Any]
    ) -> Json | Failure:
        """Create one object."""
        root = _root(group, version)
        url = f"{root}/namespaces/{namespace}/{plural}" if namespace else f"{root}/{plural}"
        return await self._request("POST", url, body=dict(body), query={"fieldManager": self._manager})

    async def delete(self, path: ObjectPath, uid: str, version: str) -> Json | Failure:
        """Delete one object, if it still has this uid and this version."""
        seen = {"uid": uid, "resourceVersion": version}
        return await self._request(
            "DELETE", path.url, body={"apiVersion": "v1", "kind": "DeleteOptions", "preconditions": seen}
        )

    async def _request(
        self,
        method: str,
        url: str,
        *,
        body: object = None,
        content_type: str = "application/json",
        query: Mapping[str, str] | None = None,
    ) -> Json | Failure:
        request = ApiRequest.begun_now(self._told, method, url)
        try:
            async with asyncio.timeout(self._seconds):
                response = await self._sent(method, url, query, body=body, content_type=content_type)
                data = await response.read()
        except ERRORS as error:
            answer: Json | Failure = self._unanswered(error)
        else:
            answer = self._refused(response, data) if response.status >= HTTP_REFUSED else _object(data)
        request.ended(answer if isinstance(answer, Failure) else None)
        return answer

    async def _sent(
        self,
        method: str,
        url: str,
        query: Mapping[str, str] | None,
        *,
        body: object = None,
        content_type: str = "application/json",
    ) -> aiohttp.ClientResponse:
        """Return the answer, not read yet. Deadlines are those of whoever reads it."""
        asked = steady_seconds()
        response = await self.connection.request(
            method,
            url + (f"?{urlencode(query)}" if query else ""),
            headers={"Accept": "application/json", "Content-Type": content_type, "User-Agent": self._manager},
            data=None if body is None else checked_body(json.dumps(body).encode()),
            timeout=NO_DEADLINE,
        )
        if self._dates is not None:
            self._dates.heard(response.headers.get("Date"), asked, steady_seconds())
        return response

    def _refused(self, response: aiohttp.ClientResponse, data: bytes) -> Failure:
        """Return the server's refusal as a value."""
        failure = _failure(response.status, data, response.reason)
        if failure.kind is FailureKind.UNAUTHENTICATED:
            return replace(failure, message=self.connection.refusal(_words(data, response.reason)))
        return failure

    def _unanswered(self, error: Exception) -> Failure:
        """Tell why there is no answer, or no more of it."""
        if isinstance(error, NotAuthenticatedError):
            return Failure(kind=FailureKind.UNAUTHENTICATED, message=str(error))
        if isinstance(error, AskedToWaitError):
            return Failure(kind=FailureKind.THROTTLED, message=str(error))
        if isinstance(error, TimeoutError) and self.connection.renewing:
            message = "new credentials are waited for, after the API server has refused the old ones (401)"
            return Failure(kind=FailureKind.UNAUTHENTICATED, message=message)
        # How the client sets up TLS stands in its words as an object at an address in memory.
        message = f"the API server cannot be reached: {TLS_OBJECT.sub('', str(error))}"
        if isinstance(error, TimeoutError):
            message = f"the API server gave no answer in {self._seconds:g} s"
        return Failure(kind=FailureKind.UNREACHABLE, message=message)


async def _told(response: aiohttp.ClientResponse, tell: Callable[[Json], None]) -> Failure | None:
    """Yield the events of a watch until the server ends it."""
    rest = b""
    try:
        async for chunk in response.content.iter_any():
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                event = watch_event(line)
                if isinstance(event, Failure):
                    return event
                tell(event)
            if len(rest) > MOST_EVENT_BYTES:
                return _NO_EVENT
    finally:
        response.close()
    return None


def watch_event(line: bytes) -> Json | Failure:
    """Return one event of a watch, whose object has a version; or why the watch is over."""
    event = _object(line)
    if isinstance(event, Failure):
        return event
    told = event.get("object")
    if not isinstance(told, dict):
        return _NO_EVENT
    if event.get("type") == "ERROR":
        code = told.get("code")
        return _failure(code if isinstance(code, int) else None, json.dumps(told), None)
    if event.get("type") not in _EVENT_TYPES or not are_objects([told]):
        return _NO_EVENT
    return event if isinstance(told["metadata"].get("resourceVersion"), str) else _NO_EVENT


def are_objects(told: object) -> bool:
    """Tell whether these are objects as the API has them; something in between may say anything."""
    return isinstance(told, list) and all(
        isinstance(one, dict) and isinstance(one.get("metadata"), dict) for one in told
    )


def _named(name: str) -> dict[str, str]:
    """Return what asks for the one object of a name; with it a right on that name alone is enough."""
    return {"fieldSelector": f"metadata.name={name}"} if name else {}


def _collection(kind: Kind, namespace: str | None) -> str:
    """Tell where the objects of a kind are, in one namespace or (None) in all."""
    group, version, plural = kind
    where = f"/namespaces/{namespace}/{plural}" if namespace else f"/{plural}"
    return _root(group, version) + where


def _root(group: str, version: str) -> str:
    """Tell where an API group lives; the core group has no name."""
    return f"/apis/{group}/{version}" if group else f"/api/{version}"


def _object(data: bytes) -> Json | Failure:
    """Return the object in an answer; a proxy in between may answer with something else."""
    try:
        parsed = json.loads(data)
    except ValueError:
        parsed = None
    if isinstance(parsed, dict):
        return parsed
    return Failure(kind=FailureKind.SERVER_ERROR, message="the API server's answer is not a JSON object")


def _failure(status: int | None, body: str | bytes | None, reason: str | None) -> Failure:
    """Return the server's answer as a value, with its own message where it gave one."""
    message = _words(body, reason)
    status = status or 0
    kind = failure_kind(status)
    # Of a patch whose tests do not hold the server says no more than this.
    overtaken = status == UNPROCESSABLE and message == _PATCH_DOES_NOT_APPLY
    return Failure(kind=kind, message=f"{message[:MESSAGE_CHARACTERS]} ({status})", overtaken=overtaken)


def failure_kind(status: int) -> FailureKind:
    """Return what a status of HTTP that is no success means."""
    kind = _KINDS.get(status)
    if kind is not None:
        return kind
    return FailureKind.SERVER_ERROR if status >= _SERVER_ERRORS else FailureKind.INVALID


def _words(body: str | bytes | None, reason: str | None) -> str:
    """Return the server's own message, else that of HTTP."""
    try:
        return str(json.loads(body or "{}").get("message") or reason or "no reason given")
    except (ValueError, AttributeError):
        return reason or "an answer that is not JSON"
