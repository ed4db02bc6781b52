"""What is asked once more at the last moment before a write leaves this process.

Between a gate and the socket lie a connection, TLS, and a turn of the loop: a process may be frozen there.
"""

from __future__ import annotations

import contextlib
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_check: ContextVar[Callable[[], bool] | None] = ContextVar(
    "whether the present write may leave", default=None
)


@contextlib.contextmanager
def asked_once_more(check: Callable[[], bool]) -> Iterator[None]:
    """Have a check asked when what is written in the block leaves, beside those asked for around it."""
    outer = _check.get()
    token = _check.set(check if outer is None else lambda: outer() and check())
    try:
        yield
    finally:
        _check.reset(token)


def last_check() -> Callable[[], bool] | None:
    """Return what the present write is to be asked, None where nothing."""
    return _check.get()
