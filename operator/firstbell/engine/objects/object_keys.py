"""What an object of ours is kept by: `namespace/name`, or the name alone where it belongs to no namespace."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from firstbell.engine.ports import Json


def key_of(body: Json) -> str:
    """Return the key of an object as the API sends it."""
    namespace, name = body["metadata"].get("namespace", ""), body["metadata"]["name"]
    return f"{namespace}/{name}" if namespace else name


def namespace_of(key: str) -> str:
    """Return the namespace in a key: whose turn it is, and who rests; empty for what is the cluster's."""
    return key.partition("/")[0] if "/" in key else ""
