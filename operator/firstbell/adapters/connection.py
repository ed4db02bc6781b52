"""The one connection to the API server, for our client and for Kopf's.

Whatever is rotated meanwhile (token, certificates, address) is used from the next request on. A request that
is refused for its credentials (401) is made once more with new ones, where there are any.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import aiohttp
import structlog

from firstbell.adapters.asked_to_wait import AskedToWait
from firstbell.adapters.renewal import RenewedAccess

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiohttp.payload import BytesPayload

    from firstbell.adapters.access import Access

UNAUTHENTICATED = 401
READ_BYTES = 2**21
"""What is buffered of an answer: one event of a watch may be large."""

log = structlog.get_logger("firstbell")


class NotAuthenticatedError(aiohttp.ClientError):
    """There are no credentials to show; the text says why and what to do."""


class Connection:
    """Requests to the API server, over pooled connections. To be closed."""

    def __init__(self, access: RenewedAccess | Access) -> None:
        self._renewed = access if isinstance(access, RenewedAccess) else RenewedAccess(None, access)
        self._waits = AskedToWait()
        self._session: aiohttp.ClientSession | None = None
        self._refused = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close all connections, and end a reading of credentials."""
        await self._renewed.close()
        if self._session is not None:
            await self._session.close()

    @property
    def host(self) -> str:
        """Where the API server is now."""
        return self._renewed.host

    @property
    def renewing(self) -> bool:
        """Whether new credentials are waited for, since the old ones were refused."""
        return self._renewed.reads_anew

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        data: bytes | BytesPayload | None = None,
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109 - aiohttp's own, whose parts end a request apart
    ) -> aiohttp.ClientResponse:
        """Return the answer, whatever its status, not read yet; `url` is path and query.

        Raises what aiohttp raises, NotAuthenticatedError, and AskedToWaitError before anything is sent.
        """
        path = url.partition("?")[0]
        self._waits.check(method, path)
        access = await self._renewed.current()
        if access.trouble and (access := await self._renewed.after_refusal(access)).trouble:
            raise NotAuthenticatedError(access.trouble)
        response = await self._sent(access, method, url, headers, data, timeout)
        if response.status == UNAUTHENTICATED:
            renewed = await self._renewed.after_refusal(access)
            if not renewed.same_as(access) and not renewed.trouble:
                response.release()
                access = renewed
                response = await self._sent(access, method, url, headers, data, timeout)
        self._judge(response, access)
        self._waits.note(method, path, response.status, response.headers)
        return response

    def refusal(self, message: str) -> str:
        """Return what to tell people of a 401, with the cure."""
        return f"the API server refuses our credentials (401): {message.rstrip('.')}. {self._renewed.cure}"

    async def _sent(  # noqa: PLR0913, PLR0917 - what makes a request
        self,
        access: Access,
        method: str,
        url: str,
        headers: Mapping[str, str],
        data: bytes | BytesPayload | None,
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109 - as above
    ) -> aiohttp.ClientResponse:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                # As many as there are watches and workers that write; none waits for another's end.
                connector=aiohttp.TCPConnector(limit=0),
                trust_env=False,
                read_bufsize=READ_BYTES,
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        shown = {"Authorization": access.authorization} if access.authorization else {}
        try:
            return await self._session.request(
                method,
                access.host + url,
                headers={**headers, **shown},
                data=data,
                timeout=timeout,
                ssl=access.tls if access.tls is not None else True,
                server_hostname=access.tls_name,
                proxy=access.proxy,
            )
        except aiohttp.ClientSSLError:
            self._renewed.suspected()
            raise

    def _judge(self, response: aiohttp.ClientResponse, access: Access) -> None:
        """Tell once that credentials are refused, and once that they are taken again."""
        refused = response.status == UNAUTHENTICATED
        if not refused:
            self._renewed.accepted()
        if refused != self._refused:
            self._refused = refused
            if refused:
                log.error("the API server refuses our credentials (401)", of=access.source, cure=access.cure)
            else:
                log.info("the API server takes our credentials again", of=access.source)
