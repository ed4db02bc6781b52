"""Who wrote a field, by the object's own book-keeping (`metadata.managedFields`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from firstbell.engine.ports import Json

FIELD_MANAGER = "firstbell"
"""Who the API server takes for the writer of what we write."""
NAME_CHARACTERS = 128


def owns(entry: Json, field: str) -> bool:
    """Tell whether an entry of managedFields has `spec.FIELD` in it."""
    return f"f:{field}" in (entry.get("fieldsV1") or {}).get("f:spec", {})


def apply_managers(managed_fields: Iterable[Json], field: str) -> tuple[Json, ...]:
    """Return the entries of the Apply managers that own `spec.FIELD`, each reduced to what names it."""
    return tuple(
        {key: value for key, value in entry.items() if key != "fieldsV1"}
        for entry in managed_fields
        if entry.get("operation") == "Apply" and owns(entry, field)
    )


def last_writer(managed_fields: Sequence[Json], field: str) -> str:
    """Return the manager other than firstbell that wrote `spec.FIELD` last; empty where there is none."""
    owners = [
        entry for entry in managed_fields if owns(entry, field) and entry.get("manager") != FIELD_MANAGER
    ]
    return _latest(owners)


def applied_by(managed_fields: Sequence[Json], field: str) -> str:
    """Return the manager that applies `spec.FIELD` server-side; empty where there is none.

    Only an Apply manager says by owning a field that its manifest sets it: an Update owns defaults too.
    """
    entry = next(iter(apply_managers(managed_fields, field)), {})
    return str(entry.get("manager") or "")[:NAME_CHARACTERS]


def is_updated(managed_fields: Sequence[Json], field: str) -> bool:
    """Tell whether a manager but firstbell wrote `spec.FIELD` by an Update, which takes it from all."""
    return any(
        owns(entry, field) and entry.get("operation") == "Update" and entry.get("manager") != FIELD_MANAGER
        for entry in managed_fields
    )


def annotated_by(managed_fields: Sequence[Json], annotation: str) -> str:
    """Return the manager that wrote an annotation last; empty where nobody is known to have."""
    owners = [entry for entry in managed_fields if f"f:{annotation}" in _annotations(entry)]
    return _latest(owners)


def spec_editor(managed_fields: Sequence[Json]) -> str:
    """Return the manager that wrote anything of the spec last; empty where nobody is known to have."""
    return _latest([entry for entry in managed_fields if "f:spec" in (entry.get("fieldsV1") or {})])


def _latest(owners: Sequence[Json]) -> str:
    """Return the manager of the youngest entry; empty where there is none."""
    latest = max(owners, key=lambda entry: entry.get("time") or "", default=None)
    return "" if latest is None else str(latest.get("manager") or "")[:NAME_CHARACTERS]


def _annotations(entry: Json) -> Json:
    fields: Json = (entry.get("fieldsV1") or {}).get("f:metadata", {}).get("f:annotations", {})
    return fields
