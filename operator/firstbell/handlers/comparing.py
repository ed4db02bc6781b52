"""Kopf without its copies: it takes one of each object that a watch tells, to find out what was edited.

Only change handlers look at that, of which there are none here. Half of what Kopf needed for an event, such
as that of each status that we write, went into it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import kopf

if TYPE_CHECKING:
    from collections.abc import Iterable

NOTHING = kopf.BodyEssence()


class NoComparison(kopf.DiffBaseStorage):
    """Remembers no object and compares none."""

    def build(self, *, body: kopf.Body, extra_fields: Iterable[object] | None = None) -> kopf.BodyEssence:
        """Return what would be compared."""
        del body, extra_fields
        return NOTHING

    def fetch(self, *, body: kopf.Body) -> kopf.BodyEssence | None:
        """Return what was remembered."""
        del body
        return None

    def store(self, *, body: kopf.Body, patch: kopf.Patch, essence: kopf.BodyEssence) -> None:
        """Write nothing on the object."""
        del body, patch, essence
