"""The page of metrics: every series with its labels and what it is, from the table of series."""

from __future__ import annotations

from firstbell.adapters.series import BY_NAME, About, Series
from firstbell_workshop.reference.markdown import code, table

FILE = "metrics.md"
_INTRODUCTION = """# Metrics
What the operator tells Prometheus at `/metrics` (port 8080 in the chart). The table behind this page is
`operator/firstbell/adapters/series.py`.

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
_COLUMNS = ("series", "type, unit", "labels", "what it is")


def page() -> str:
    """Return the page."""
    return _INTRODUCTION + "".join(_section(about) for about in About)


def _section(about: About) -> str:
    rows = [_row(one) for one in BY_NAME.values() if one.about is about]
    return f"\n## {about}\n" + table(_COLUMNS, rows)


def _row(one: Series) -> tuple[str, str, str, str]:
    kind = ", ".join(filter(None, (one.type.value, one.unit)))
    labels = "<br>".join(f"{code(name)}: {bound}" for name, bound in one.labels.items()) or "-"
    buckets = f" Buckets: {', '.join(f'{end:g}' for end in one.buckets)}." if one.buckets else ""
    return code(one.name), kind, labels, one.help + buckets
