"""Who manages which field of an object, kept as the API server keeps it, as far as we depend on it.

Fields below `spec` and annotations are followed, one level deep. An Update takes what it changes from
everybody; entries that lose their last field vanish.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from tests.plain_copy import plain_copy

if TYPE_CHECKING:
    from firstbell.engine.ports import Json

Where: TypeAlias = tuple[str, ...]
"""The way to a map of fields in `fieldsV1`."""


def managed(
    entries: list[Json], before: Json, after: Json, manager: str, operation: str = "Update"
) -> list[Json]:
    """The entries after `manager` turned one object into the other."""
    entries = plain_copy(entries)
    taken: dict[tuple[Where, str], tuple[Json, Json]] = {
        (("f:spec",), field): (before.get("spec") or {}, after.get("spec") or {})
        for field in {*(before.get("spec") or {}), *(after.get("spec") or {})}
    }
    notes = (_annotations(before), _annotations(after))
    taken |= {(("f:metadata", "f:annotations"), field): notes for field in {*notes[0], *notes[1]}}
    for (where, field), (was, now) in taken.items():
        if was.get(field) != now.get(field) or (field in was) != (field in now):
            for entry in entries:
                _drop(entry, where, field)
            if field in now:
                _own(_entry(entries, manager, operation), where, field)
    return [entry for entry in entries if entry["fieldsV1"]]


def an_entry(manager: str, operation: str, *fields: str, **more: Any) -> Json:
    """A managedFields entry that owns these fields of the spec."""
    return {
        "manager": manager,
        "operation": operation,
        "apiVersion": "autoscaling/v2",
        "time": "2024-09-01T00:00:00Z",
        "fieldsType": "FieldsV1",
        "fieldsV1": {"f:spec": {f"f:{field}": {} for field in fields}},
        **more,
    }


def owners(body: Json, field: str) -> list[tuple[str, str]]:
    """Who manages a field of the spec: (manager, operation), sorted."""
    return sorted(
        (entry["manager"], entry["operation"])
        for entry in body["metadata"].get("managedFields") or []
        if f"f:{field}" in entry["fieldsV1"].get("f:spec", {})
    )


def _annotations(body: Json) -> Json:
    notes: Json = (body.get("metadata") or {}).get("annotations") or {}
    return notes


def _entry(entries: list[Json], manager: str, operation: str) -> Json:
    for entry in entries:
        if (entry["manager"], entry["operation"]) == (manager, operation):
            return entry
    entry = an_entry(manager, operation)
    entry["fieldsV1"] = {}
    entries.append(entry)
    return entry


def _own(entry: Json, where: Where, field: str) -> None:
    at = entry["fieldsV1"]
    for part in where:
        at = at.setdefault(part, {})
    at[f"f:{field}"] = {}


def _drop(entry: Json, where: Where, field: str) -> None:
    chain = [entry["fieldsV1"]]
    for part in where:
        chain.append(chain[-1].get(part, {}))
    chain[-1].pop(f"f:{field}", None)
    for part, parent, child in zip(reversed(where), reversed(chain[:-1]), reversed(chain[1:]), strict=True):
        if not child:
            parent.pop(part, None)
