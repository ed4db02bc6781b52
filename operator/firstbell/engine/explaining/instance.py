"""Whose decision is explained: the installation that holds a workload, where nobody says which is meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from firstbell.engine.seen.store import Store

DEFAULT_INSTANCE = "firstbell"


def instance_of(store: Store, key: str) -> str:
    """Return the installation whose floor is held for a SchoolAutoscaler, else that sets its count."""
    marks = [seen.autoscaler.mark for seen in store.floors.held_by(key)]
    held = next((mark.instance for mark in marks if mark is not None), "")
    return held or store.autoscalers[key].count_mark.instance or DEFAULT_INSTANCE
