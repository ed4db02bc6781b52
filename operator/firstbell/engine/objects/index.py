"""An index from one thing to the keys of those that concern it."""

from __future__ import annotations


def leave(index: dict[str, set[str]], at: str, key: str) -> None:
    """Take `key` out of the index entry."""
    members = index.get(at, set())
    members.discard(key)
    if not members:
        index.pop(at, None)
