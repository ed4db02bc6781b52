"""An index from one thing to the keys of those that concern it."""

from __future__ import annotations

from typing import TypeVar

K = TypeVar("K")


def leave(index: dict[K, set[str]], at: K, key: str) -> None:
    """Take `key` out of the index entry."""
    members = index.get(at, set())
    members.discard(key)
    if not members:
        index.pop(at, None)
