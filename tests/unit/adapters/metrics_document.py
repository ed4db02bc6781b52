"""`operator/docs/metrics.md`, of the table of series: `python -m tests.unit.adapters.metrics_document`."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

from firstbell.adapters.series import BY_NAME, About, Series

DOCUMENT = Path(__file__).resolve().parents[3] / "operator/docs/metrics.md"
HEAD = """# Metrics
What the operator tells Prometheus at `/metrics` (port 8080 in the chart). This page is made of the table in
`operator/firstbell/adapters/series.py`; a test fails where the two differ.

- **Will 08:30 be met?** Asked at 08:10: `firstbell_ready_for_bell == 0` are the workloads that will miss it,
  and `firstbell_condition{type="ReadyForBell",status="False"}` has the reason.
- **Who tells.** Only the process that writes a workload (the holder of its shard's Lease) tells of it, so
  that sums count once. A series goes with its object and with the Lease.
- **What is not known has no sample**; where there is no label that could be missing it is NaN. It is never 0.
- `namespace` and `name` are those of firstbell's object, not of its workload. Where Prometheus sets a label
  `namespace` of its own on what it scrapes, have it keep ours: `honorLabels: true`.
- A write that somebody else was faster with (`conflict`, `Overtaken`) is no error: what stands there is read.
- **What it costs.** 10,000 workloads are 250,000 samples. `/metrics?name[]=firstbell_ready_for_bell` tells of
  one series alone. Figures are in [why samples are written as text](../decisions/0060-samples-as-text.md).
"""


def document() -> str:
    """Return the page."""
    ordered = sorted(BY_NAME.values(), key=lambda one: list(About).index(one.about))
    parts = [HEAD]
    for about, rows in groupby(ordered, key=lambda one: one.about):
        parts.append(f"\n## {about}\n| series | type, unit | labels | what it is |\n|---|---|---|---|\n")
        parts += [_row(one) for one in rows]
    return "".join(parts)


def _row(one: Series) -> str:
    kind = ", ".join(filter(None, (one.type.value, one.unit)))
    labels = "<br>".join(f"`{name}`: {bound}" for name, bound in one.labels.items()) or "-"
    buckets = f" Buckets: {', '.join(f'{end:g}' for end in one.buckets)}." if one.buckets else ""
    return f"| `{one.name}` | {kind} | {labels} | {one.help}{buckets} |\n"


if __name__ == "__main__":
    DOCUMENT.write_text(document(), encoding="utf-8", newline="\n")
