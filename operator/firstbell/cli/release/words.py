"""What became of floors, a line each, and what is left to be done by hand."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING

from firstbell.cli.patch_text import patch_rows
from firstbell.engine.floor.commands import minimum_after
from firstbell.engine.floor.held_floors import Released, is_damaged

if TYPE_CHECKING:
    from firstbell.engine.floor.seen_floor import SeenFloor
    from firstbell.engine.requests.command import Command


def released_lines(one: Released) -> list[str]:
    """Return what became of one floor, and what is left to be done by hand."""
    name, mark = _name(one.seen), one.seen.autoscaler.mark
    if one.gone:
        return [f"{name}: gone"]
    if one.failure is not None:
        return [f"{name}: NOT RELEASED: {one.failure.rstrip('.')}. By hand:", f"  {by_hand(one.seen)}"]
    kept = "; the field is still managed by firstbell, run this again" if one.kept else ""
    whose = f" (SchoolAutoscaler {mark.owner})" if mark else ""
    if one.handed_back:
        return [f"{name}: {_field(one.seen)} stays {one.minimum}{kept or ', its field is handed back'}"]
    return [f"{name}: {_field(one.seen)} {one.seen.autoscaler.minimum} -> {one.minimum}{whose}{kept}"]


def dry_line(seen: SeenFloor) -> str:
    """Return what would be done with one floor."""
    mark = seen.autoscaler.mark
    if mark is None and not is_damaged(seen):
        return (
            f"{_name(seen)}: {_field(seen)} stays {seen.autoscaler.minimum}, its field would be handed back"
        )
    if mark is None:
        unknown = "its annotations are incomplete or damaged, its baseline is unknown"
        return f"{_name(seen)}: {unknown}. By hand: {by_hand(seen)}"
    return (
        f"{_name(seen)}: {_field(seen)} would go {seen.autoscaler.minimum} -> {minimum_after(seen)} "
        f"(SchoolAutoscaler {mark.owner})"
    )


def patch_lines(seen: SeenFloor, command: Command | None) -> list[str]:
    """Return the patch that would be sent for one floor, and what follows it."""
    if command is None:
        return []
    lines = [f"  {what} {on}" for what, on in patch_rows([command])]
    if seen.autoscaler.mark is not None:
        lines.append("  then, made from the answer: the patch that hands the field back")
    return lines


def by_hand(seen: SeenFloor) -> str:
    """Return the kubectl line that does what could not be done here."""
    autoscaler, mark = seen.autoscaler, seen.autoscaler.mark
    patch: dict[str, object] = {
        "metadata": {"annotations": dict.fromkeys(sorted(seen.our_annotations))},
    }
    if mark is not None and autoscaler.at_marked_floor:
        patch["spec"] = {seen.of.minimum_field: mark.baseline}
    words = [
        "kubectl",
        "patch",
        seen.of.kubectl_name,
        autoscaler.name,
        "-n",
        autoscaler.namespace,
        "--type=merge",
        "-p",
    ]
    return shlex.join([*words, json.dumps(patch, separators=(",", ":"))])


def _name(seen: SeenFloor) -> str:
    return f"{seen.autoscaler.kind} {seen.autoscaler.key}"


def _field(seen: SeenFloor) -> str:
    return seen.of.minimum_field
