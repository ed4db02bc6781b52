"""From the files that were given to their days, played, and how these are shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from firstbell.cli.dates import civil_date
from firstbell.cli.output import console, refuse
from firstbell.cli.planned import plan_files
from firstbell.cli.simulate.document import print_document
from firstbell.cli.simulate.output import SimulateOutput
from firstbell.cli.simulate.table import print_comparisons
from firstbell.kinds.autoscaler_conversion import to_behavior
from firstbell.kinds.school_autoscaler import Actuation
from firstbell.lab.day.compare import Comparison, Conditions, compare
from firstbell.lab.day.document import simulation_document


def of_files(files: list[Path], date: str | None, conditions: Conditions) -> tuple[Comparison, ...]:
    """Return the day of every autoscaler in the files; end the command where there is none."""
    if not files:
        refuse(
            ["-f FILE: is missing. Give the calendar and the policy, or --scenarios for mornings on record."]
        )
    planned = plan_files(files, None if date is None else civil_date(date, "--date"), 1)
    if not planned.autoscalers:
        names = ", ".join(map(str, files))
        refuse([f"{names}: no SchoolAutoscaler in here. Give the file of the policy with -f."])
    found = []
    for autoscaler, plan in zip(planned.autoscalers, planned.plans, strict=True):
        spec = autoscaler.manifest.spec
        surge = conditions.surge_max_percent
        its = replace(
            conditions,
            behavior=to_behavior(spec),
            hpa_behavior=None if autoscaler.beside is None else autoscaler.beside.behavior,
            beside_autoscaler=conditions.beside_autoscaler and spec.actuation is not Actuation.SCALE,
            surge_max_percent=spec.surge.max_percent if surge is None and spec.surge is not None else surge,
        )
        found.append(compare(plan.workload, planned.window.first, its))
    return tuple(found)


def show(comparisons: Sequence[Comparison], output: SimulateOutput) -> None:
    """Print them as a table or a document."""
    if output is SimulateOutput.TABLE:
        print_comparisons(console(), comparisons)
    else:
        print_document(simulation_document(comparisons), output)
