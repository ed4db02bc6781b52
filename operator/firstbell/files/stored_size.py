"""How large an object is where the API server keeps it, and what is too large for it.

etcd takes no request above 1.5 MiB. What is kept is more than what was written: for each field and each entry
of a list with keys, the API server notes who owns it (`metadata.managedFields`), and the operator adds a
status. Names and titles in other alphabets take two to four bytes a character. `kubectl create` gets away
with somewhat more: the API server leaves the record of owners out rather than refuse the object, but not of
what is applied.
"""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

from firstbell.kinds.crds import RENDERED_KINDS, object_schema
from firstbell.kinds.problems import Problem

if TYPE_CHECKING:
    from firstbell.files.objects import KubernetesObject
    from firstbell.kinds.schema import Schema

ETCD_REQUEST_BYTES = 1_572_864
"""What etcd takes by default (`--max-request-bytes`)."""
RESERVED_BYTES = 72_864
"""Room for what people do not write: the status, the rest of the metadata, the operator's own entries."""
MOST_STORED_BYTES = ETCD_REQUEST_BYTES - RESERVED_BYTES

_WRITTEN_BY_THE_SERVER = frozenset({"managedFields", "resourceVersion", "uid", "creationTimestamp"})
_ESCAPED = ("<", ">", "&", "\u2028", "\u2029")
_ESCAPE_BYTES = len("\\u003c")
_COMPACT = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, default=str)
"""Made once: a large object has tens of thousands of entries, and `json.dumps` makes one for each."""


def size_problem(found: KubernetesObject) -> Problem | None:
    """Return what is wrong with the size of an object, if it is too large to be kept."""
    value = found.origin.node.value
    written, owned = written_bytes(value), ownership_bytes(found.kind, value)
    if written + owned <= MOST_STORED_BYTES:
        return None
    return Problem(
        path="spec",
        message=f"is too large for the API server: {_kilobytes(written + owned)} with the record of who owns"
        f" each field ({_kilobytes(owned)}), and it keeps {_kilobytes(MOST_STORED_BYTES)} at most",
        cure="Shorten names, titles and notes, list fewer regions per entry (none = all), or split the object"
        " in two: a SchoolAutoscaler may name several calendars",
    )


def written_bytes(value: Any) -> int:
    """Return the bytes of an object as the API server writes it.

    That is compact JSON in UTF-8, signs of HTML escaped.
    """
    if isinstance(value, dict) and isinstance(metadata := value.get("metadata"), dict):
        kept = {key: inside for key, inside in metadata.items() if key not in _WRITTEN_BY_THE_SERVER}
        value = {**value, "metadata": kept}
    return _json_bytes(value)


def ownership_bytes(kind: str, value: Any) -> int:
    """Return about how many bytes the record of a manager takes that owns every field of the spec."""
    schema = _spec_schemas().get(kind)
    if schema is None or not isinstance(value, dict):
        return 0
    return _json_bytes({"f:spec": _owned(value.get("spec"), schema)})


def _json_bytes(value: Any) -> int:
    text = _COMPACT.encode(value)
    escaped = sum(text.count(sign) * (_ESCAPE_BYTES - len(sign.encode())) for sign in _ESCAPED)
    return len(text.encode(errors="replace")) + escaped


@cache
def _spec_schemas() -> dict[str, Schema]:
    return {kind.kind: object_schema(kind)["properties"]["spec"] for kind in RENDERED_KINDS}


def _owned(value: Any, schema: Schema) -> dict[str, Any]:
    """Return the set of fields that a manager owns of a value, in the API server's own notation."""
    if isinstance(value, dict):
        known = schema.get("properties", {})
        inside = {f"f:{name}": _owned(one, known[name]) for name, one in value.items() if name in known}
        return {".": {}, **inside}
    if not isinstance(value, list) or schema.get("x-kubernetes-list-type") == "atomic":
        return {}
    keys = schema.get("x-kubernetes-list-map-keys")
    entries: dict[str, Any] = {".": {}}
    for item in value:
        if keys is None:
            entries[f"v:{_COMPACT.encode(item)}"] = {}
        elif isinstance(item, dict):
            key = _COMPACT.encode({key: item.get(key) for key in keys})
            entries[f"k:{key}"] = _owned(item, schema["items"])
    return entries


def _kilobytes(size: int) -> str:
    return f"{-(-size // 1000):,} KB"
