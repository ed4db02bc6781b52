"""The hand-back of field ownership: firstbell never keeps `spec.minReplicas`.

Why: whoever writes a field becomes its manager, and a later server-side apply of that field by somebody
else (`helm upgrade` of Helm 4, `kubectl apply --server-side`, Argo CD) fails with "conflict with
firstbell", half applied, in the window and for ever after. So each floor write is followed by one that
edits `metadata.managedFields`: it takes the field out of firstbell's own entry and returns it to the Apply
manager that had it before. Applied values stay what they are; only the book-keeping changes. With an
Update manager before us there is nobody to return it to: an Update takes a field without a conflict.

Two Apply managers that own the field together, since both apply the same value, would meet each other once
our floor stands in its place: each would change what the other owns. So while a floor is held the field of
several belongs to nobody, the autoscaler remembers them in an annotation, and the release returns it to all
(`operator/decisions/0011-owners-in-common.md`).

The edit is exact: every other field of every entry stays, and an object whose field neither firstbell nor one
of several owners holds is left alone.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from firstbell.engine.objects.field_managers import FIELD_MANAGER, owns

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from firstbell.engine.ports import Json, Operation


def is_kept(managed_fields: Iterable[Json], field: str) -> bool:
    """Tell whether `spec.FIELD` is owned by firstbell: after a write that could not be handed back yet."""
    return any(_is_ours(entry) and owns(entry, field) for entry in managed_fields)


def hand_back(obj: Json, field: str, managers: Sequence[Json], *, in_common: bool = False) -> list[Operation]:
    """Return the patch that gives `spec.FIELD` of `obj`, as our write returned it, back to its managers.

    `in_common`: a floor is held over what several own, so that none of them gets it, and one that applied a
    copy of the floor loses it; another one's next apply would meet it. Empty where there is nothing to
    change, or others than these own the field. The patch holds only for the version it was made from.
    """
    metadata = obj["metadata"]
    before: list[Json] = metadata.get("managedFields") or []
    entries = copy.deepcopy(before)
    ours = [entry for entry in entries if _is_ours(entry) and owns(entry, field)]
    common = managers if in_common or len(managers) > 1 else ()
    theirs = [entry for entry in entries if owns(entry, field) and _is_one_of(entry, common)]
    if not ours and not theirs:
        return []
    for entry in [*ours, *theirs] if in_common else ours:
        _remove(entry, field)
    kept = [each for each in entries if each.get("fieldsV1") or not (_is_ours(each) or each in theirs)]
    for manager in () if in_common else managers:
        _return(kept, field, manager)
    if kept == before:
        return []
    return [*version_tests(obj), {"op": "replace", "path": "/metadata/managedFields", "value": kept}]


def version_tests(obj: Json) -> list[Operation]:
    """Test that an object is still the very version that was read."""
    names = ("uid", "resourceVersion")
    return [{"op": "test", "path": f"/metadata/{name}", "value": obj["metadata"][name]} for name in names]


def _is_ours(entry: Json) -> bool:
    return entry.get("manager") == FIELD_MANAGER and entry.get("operation") == "Update"


def _is_one_of(entry: Json, managers: Sequence[Json]) -> bool:
    return any(_is_same(entry, manager) for manager in managers)


def _is_same(entry: Json, manager: Json) -> bool:
    return all(
        entry.get(key) == manager.get(key) for key in ("manager", "operation", "apiVersion", "subresource")
    )


def _remove(entry: Json, field: str) -> None:
    spec = entry["fieldsV1"]["f:spec"]
    del spec[f"f:{field}"]
    if not spec:
        del entry["fieldsV1"]["f:spec"]


def _return(entries: list[Json], field: str, to: Json) -> None:
    """Add the field to the entry of its former Apply manager, which may have lost its last field."""
    for entry in entries:
        if _is_same(entry, to):
            break
    else:
        entry = {**to, "fieldsType": "FieldsV1", "fieldsV1": {}}
        entries.append(entry)
    fields: dict[str, Any] = entry.setdefault("fieldsV1", {})
    fields.setdefault("f:spec", {})[f"f:{field}"] = {}
