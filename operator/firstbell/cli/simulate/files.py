"""From the files that were given to their days, played, and how these are shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from firstbell.cli.dates import day_meant
from firstbell.cli.order_lines import orders_between
from firstbell.cli.output import console, refuse
from firstbell.cli.planned import plan_files
from firstbell.cli.simulate.document import print_document
from firstbell.cli.simulate.output import SimulateOutput
from firstbell.cli.simulate.table import print_comparisons
from firstbell.core import Override, Plan
from firstbell.core.instants import instant_of
from firstbell.files.links import LinkedAutoscaler
from firstbell.kinds.autoscaler_conversion import to_rules
from firstbell.kinds.school_autoscaler import Actuation
from firstbell.lab.day.compare import Comparison, Conditions, compare
from firstbell.lab.day.document import simulation_document
from firstbell.lab.day.untried import NOT_SIMULATED, untried


def of_files(
    files: list[Path], date: str | None, conditions: Conditions, surge: int | None
) -> tuple[Comparison, ...]:
    """Return the day of every autoscaler in the files; end the command where there is none."""
    if not files:
        refuse(
            ["-f FILE: is missing. Give the calendar and the policy, or --scenarios for mornings on record."]
        )
    planned = plan_files(files, None if date is None else day_meant(date, "--date"), 1)
    if not planned.autoscalers:
        names = ", ".join(map(str, files))
        refuse([f"{names}: no SchoolAutoscaler in here. Give the file of the policy with -f."])
    found = []
    for autoscaler, plan in zip(planned.autoscalers, planned.plans, strict=True):
        its = replace(conditions_of(autoscaler, conditions, surge), overrides=_orders(autoscaler, plan))
        comparison = compare(plan.workload, planned.window.first, its)
        found.append(replace(comparison, untried=untried(autoscaler.manifest.spec, NOT_SIMULATED)))
    return tuple(found)


def _orders(autoscaler: LinkedAutoscaler, plan: Plan) -> tuple[Override, ...]:
    """Return the orders with an end that count on the day of a plan."""
    return orders_between(autoscaler.overrides, instant_of(plan.start), instant_of(plan.end))


def conditions_of(autoscaler: LinkedAutoscaler, conditions: Conditions, surge: int | None) -> Conditions:
    """Return the conditions of a run with what a policy in files says; `surge` is what `--surge` asks for."""
    spec = autoscaler.manifest.spec
    rules = to_rules(spec)
    return replace(
        conditions,
        rules=rules if surge is None else replace(rules, surge_max_percent=surge),
        hpa_behavior=None if autoscaler.beside is None else autoscaler.beside.behavior,
        beside_autoscaler=conditions.beside_autoscaler and spec.actuation is not Actuation.SCALE,
    )


def show(comparisons: Sequence[Comparison], output: SimulateOutput) -> None:
    """Print them as a table or a document."""
    if output is SimulateOutput.TABLE:
        print_comparisons(console(), comparisons)
    else:
        print_document(simulation_document(comparisons), output)
