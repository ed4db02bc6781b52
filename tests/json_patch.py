"""JSON patches (RFC 6902) and merge patches (RFC 7386), as the API server applies them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.plain_copy import plain_copy

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from firstbell.engine.ports import Json, Operation


class PatchError(Exception):
    """The patch does not apply."""


def apply_json_patch(body: Json, operations: Sequence[Operation]) -> Json:
    """The object after all operations; nothing of it changes when one of them does not apply."""
    body = plain_copy(body)
    for operation in operations:
        _apply(body, operation)
    return body


def apply_merge_patch(body: Any, patch: Mapping[str, Any] | Any) -> Any:
    """The object after a merge patch: maps are merged, null deletes, everything else replaces."""
    if not isinstance(patch, dict):
        return plain_copy(patch)
    merged = dict(body) if isinstance(body, dict) else {}
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = apply_merge_patch(merged.get(key), value)
    return merged


def _apply(body: Json, operation: Operation) -> None:
    *parents, last = [part.replace("~1", "/").replace("~0", "~") for part in operation["path"].split("/")[1:]]
    at = body
    for part in parents:
        if part not in at:
            raise PatchError(f"{operation['op']} {operation['path']}: missing path")
        at = at[part]
    if operation["op"] == "test":
        if at.get(last) != operation["value"]:
            raise PatchError(f"testing value {operation['path']} failed")
    elif operation["op"] == "add":
        at[last] = plain_copy(operation["value"])
    else:
        if last not in at:
            raise PatchError(f"{operation['op']} {operation['path']}: missing value")
        if operation["op"] == "replace":
            at[last] = plain_copy(operation["value"])
        else:
            del at[last]
