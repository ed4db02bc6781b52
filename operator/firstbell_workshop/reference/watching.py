"""The page of what Prometheus is asked: each alert, each series that is recorded, each panel."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from firstbell_workshop.reference.markdown import code, table

if TYPE_CHECKING:
    from collections.abc import Iterator

FILE = "reference/watching.md"
MONITORING = Path(__file__).resolve().parents[3] / "charts/firstbell/monitoring"
_INTRODUCTION = """# Watching: every rule and every panel
What stands in the chart's [rules.yaml](../../../charts/firstbell/monitoring/rules.yaml) and
[dashboard.json](../../../charts/firstbell/monitoring/dashboard.json), and what they ask Prometheus.
How to turn them on: [watching](../watching.md); what the series are: [metrics](../metrics.md).
"""
_ALERTS = """
## Alerts
NAMESPACE, NAME, KIND and SHARD are labels of the alert. It fires once its query has had an answer for as
long as *for* says.

"""
_RECORDED = """
## Recorded
Rules beside the alerts, which these read.

"""
_PANELS = """
## Panels
In the order of the dashboard. The unit is Grafana's word for it.

"""
_LABEL = re.compile(r"\{\{-? *(?:with )?\$labels\.(\w+) *-?\}\}")
_OTHER_TEMPLATE = re.compile(r"\{\{ *(\.|end) *\}\}")


def page() -> str:
    """Return the page."""
    rules = list(_rules())
    alerts = table(
        ("alert", "how bad", "it says", "for", "query"),
        (
            (
                f"[{rule['alert']}](../runbooks/{rule['alert']}.md)",
                rule["labels"]["severity"],
                _said(rule["annotations"]["summary"]),
                rule.get("for", "0s"),
                _query(rule["expr"]),
            )
            for rule in rules
            if "alert" in rule
        ),
    )
    recorded = table(
        ("series", "query"),
        ((code(rule["record"]), _query(rule["expr"])) for rule in rules if "record" in rule),
    )
    panels = table(("row", "panel", "unit", "what it shows", "queries"), _panels())
    return f"{_INTRODUCTION}{_ALERTS}{alerts}{_RECORDED}{recorded}{_PANELS}{panels}"


def _rules() -> Iterator[dict[str, Any]]:
    for group in yaml.safe_load((MONITORING / "rules.yaml").read_text("utf-8"))["groups"]:
        yield from group["rules"]


def _panels() -> Iterator[tuple[str, ...]]:
    """Yield each panel with the row that it stands in; then what is drawn over all of them."""
    board = json.loads((MONITORING / "dashboard.json").read_text("utf-8"))
    row = ""
    for panel in board["panels"]:
        if panel["type"] == "row":
            row = panel["title"]
            continue
        queries = "<br>".join(_query(target["expr"]) for target in panel["targets"])
        yield row, panel["title"], _unit(panel), panel["description"], queries
    for drawn in board["annotations"]["list"]:
        yield "over all panels", drawn["name"], "", "A vertical line.", _query(drawn["expr"])


def _unit(panel: dict[str, Any]) -> str:
    """Return the unit of a panel; of a table those of its columns."""
    config = panel["fieldConfig"]
    units = [
        config["defaults"].get("unit"),
        *(each["value"] for one in config["overrides"] for each in one["properties"] if each["id"] == "unit"),
    ]
    return ", ".join(dict.fromkeys(unit for unit in units if unit not in {None, "none"}))


def _said(summary: str) -> str:
    """Return a summary as it reads, with the name of a label for its value."""
    return _OTHER_TEMPLATE.sub("", _LABEL.sub(lambda found: found[1].upper(), summary))


def _query(text: str) -> str:
    return code(" ".join(text.split()))
