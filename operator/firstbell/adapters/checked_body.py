"""The body of a write that is asked once more whether it may leave, when there is a connection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp.payload import BytesPayload

from firstbell.engine.requests.last_check import last_check

if TYPE_CHECKING:
    from collections.abc import Callable

    from aiohttp.abc import AbstractStreamWriter

NOT_SENT = "not sent: this process stood still, or holds the Lease for it no more"


class _CheckedBody(BytesPayload):
    def __init__(self, data: bytes, check: Callable[[], bool]) -> None:
        super().__init__(data)
        self._check = check

    async def write_with_length(self, writer: AbstractStreamWriter, content_length: int | None) -> None:
        if not self._check():
            # aiohttp closes the connection: a server that has the head of it alone does nothing.
            raise OSError(NOT_SENT)
        await super().write_with_length(writer, content_length)


def checked_body(data: bytes) -> bytes | BytesPayload:
    """Return what is sent as the body of a request, with the check that the present write asks for."""
    check = last_check()
    return data if check is None else _CheckedBody(data, check)
