"""Who manages which field of an object, kept as the API server keeps it, as far as we depend on it.

Fields below `spec` and annotations are followed, one level deep. An Update takes what it changes from
everybody; entries that lose their last field vanish.
"""

from __future__ import annotations

import copy


def managed(entries, before, after, manager, operation="Update"):
    """The entries after `manager` turned one object into the other."""
    entries = copy.deepcopy(entries)
    taken = {
        (("f:spec",), field): (before.get("spec") or {}, after.get("spec") or {})
        for field in {*(before.get("spec") or {}), *(after.get("spec") or {})}
    }
    notes = [(body.get("metadata") or {}).get("annotations") or {} for body in (before, after)]
    taken |= {(("f:metadata", "f:annotations"), field): notes for field in {*notes[0], *notes[1]}}
    for (where, field), (was, now) in taken.items():
        if was.get(field) != now.get(field) or (field in was) != (field in now):
            for entry in entries:
                _drop(entry, where, field)
            if field in now:
                _own(_entry(entries, manager, operation), where, field)
    return [entry for entry in entries if entry["fieldsV1"]]


def an_entry(manager, operation, *fields, **more):
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


def owners(body, field):
    """Who manages a field of the spec: (manager, operation), sorted."""
    return sorted(
        (entry["manager"], entry["operation"])
        for entry in body["metadata"].get("managedFields") or []
        if f"f:{field}" in entry["fieldsV1"].get("f:spec", {})
    )


def _entry(entries, manager, operation):
    for entry in entries:
        if (entry["manager"], entry["operation"]) == (manager, operation):
            return entry
    entry = an_entry(manager, operation)
    entry["fieldsV1"] = {}
    entries.append(entry)
    return entry


def _own(entry, where, field) -> None:
    at = entry["fieldsV1"]
    for part in where:
        at = at.setdefault(part, {})
    at[f"f:{field}"] = {}


def _drop(entry, where, field) -> None:
    chain = [entry["fieldsV1"]]
    for part in where:
        chain.append(chain[-1].get(part, {}))
    chain[-1].pop(f"f:{field}", None)
    for part, parent, child in zip(reversed(where), reversed(chain[:-1]), reversed(chain[1:]), strict=True):
        if not child:
            parent.pop(part, None)
