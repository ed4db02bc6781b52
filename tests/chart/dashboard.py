"""The chart's dashboard, and its file: `python -m tests.chart.dashboard` writes it; look at the difference.

Panels stand in rows of a grid 24 wide, as Grafana lays them out. Every query names the series of the operator
alone, but for the load, which the chart's `recordingRules.loads` records, and the process's own.
"""
# ruff: noqa: E501 - what a panel says and asks stands here as it is said

from __future__ import annotations

import json
from typing import Any, NamedTuple

from grafana_foundation_sdk.builders import common, stat, table, timeseries
from grafana_foundation_sdk.builders import dashboard as build
from grafana_foundation_sdk.builders.prometheus import Dataquery
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import common as words
from grafana_foundation_sdk.models import dashboard as model
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

from tests.chart.rendering import CHART

FILE = CHART / "monitoring" / "dashboard.json"
SOURCE = model.DataSourceRef(type_val="prometheus", uid="${datasource}")
ONE = '{namespace="$namespace",name="$name"}'
WIDTH = 24
GREEN, RED, BLUE, ORANGE, GREY = "green", "red", "blue", "orange", "#9fa7b3"
COLOURS = {
    "Planned": BLUE, "Asked for": "purple", "Floor": ORANGE, "Asked of Kubernetes": GREY, "Ready": GREEN,
}  # fmt: skip
WHAT_IT_IS = (
    "Will the next bell be met, and how did the last ones go? Bells are vertical lines, those to come too. The alerts to "
    "it: operator/docs/runbooks in firstbell's repository."
)
PER_WORKLOAD = "max by (namespace, name) ({})"
RED_ONES = 'max by (namespace, name, reason) (firstbell_condition{kind="SchoolAutoscaler",type="ReadyForBell",status="False"})'
OF_FIRSTBELL = "and on (job, instance) firstbell_build_info"


class Query(NamedTuple):
    """What is asked, and what its line is called."""

    expr: str
    legend: str


def of_one(series: str) -> str:
    """A series of the chosen workload, whichever pod tells it."""
    return f"max({series}{ONE})"


def asked(query: Query, number: int, *, instant: bool = False) -> Dataquery:
    found = Dataquery().expr(query.expr).legend_format(query.legend).ref_id(chr(ord("A") + number))
    return found.instant().format(PromQueryFormat.TABLE) if instant else found.range()


def named(panel: Any, title: str, description: str, width: int, height: int) -> Any:
    return panel.title(title).description(description).datasource(SOURCE).span(width).height(height)


def lines(title: str, description: str, unit: str, *queries: Query, width: int = 12, height: int = 8) -> Any:
    legend = common.VizLegendOptions().show_legend(True).placement(words.LegendPlacement.BOTTOM)
    legend = legend.display_mode(words.LegendDisplayMode.LIST)
    panel = named(timeseries.Panel(), title, description, width, height).unit(unit).min(0).legend(legend)
    panel = panel.tooltip(common.VizTooltipOptions().mode(words.TooltipDisplayMode.MULTI))
    for number, query in enumerate(queries):
        panel = panel.with_target(asked(query, number))
    return panel


def steps(title: str, description: str, *queries: Query, width: int = 24, height: int = 10) -> Any:
    """Counts, which hold until they change."""
    panel = lines(title, description, "none", *queries, width=width, height=height)
    panel = panel.line_interpolation(words.LineInterpolation.STEP_AFTER).line_width(2).decimals(0)
    for query in queries:
        colour = {"mode": "fixed", "fixedColor": COLOURS.get(query.legend, GREY)}
        panel = panel.override_by_name(query.legend, [model.DynamicConfigValue("color", colour)])
    return panel


def bars(title: str, description: str, unit: str, *queries: Query, width: int = 12, height: int = 8) -> Any:
    panel = lines(title, description, unit, *queries, width=width, height=height)
    return panel.draw_style(words.GraphDrawStyle.BARS).fill_opacity(60).decimals(0)


def figure(title: str, description: str, unit: str, query: str, width: int, **more: Any) -> Any:
    """One number, of now; `levels` are colours from a value on, `means` words for values."""
    panel = named(stat.Panel(), title, description, width, 4).unit(unit).no_value(more.get("absent", "–"))
    panel = panel.with_target(asked(Query(query, more.get("legend", title)), 0, instant=False))
    panel = panel.graph_mode(words.BigValueGraphMode.NONE).color_mode(words.BigValueColorMode.VALUE)
    panel = panel.reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]))
    if "legend" in more:
        panel = panel.text_mode(words.BigValueTextMode.NAME)
    levels = [model.Threshold(value, colour) for value, colour in more.get("levels", [(None, BLUE)])]
    panel = panel.thresholds(build.ThresholdsConfig().mode(model.ThresholdsMode.ABSOLUTE).steps(levels))
    if "means" in more:
        told = {
            value: model.ValueMappingResult(text=text, color=colour)
            for value, (text, colour) in more["means"].items()
        }
        panel = panel.mappings([model.ValueMap(told)])
    return panel


def rows(title: str, description: str, *columns: tuple[Query, str], width: int, height: int = 8) -> Any:
    """A table with a row for each workload; a column is a query and its unit."""
    panel = named(table.Panel(), title, description, width, height)
    names = {"namespace": "Namespace", "name": "Workload", "reason": "Why"}
    for number, (query, unit) in enumerate(columns):
        panel = panel.with_target(asked(query, number, instant=True))
        value = "Value" if len(columns) == 1 else f"Value #{chr(ord('A') + number)}"
        names[value] = query.legend
        panel = panel.override_by_name(query.legend, [model.DynamicConfigValue("unit", unit)])
    for transformer, options in (
        ("merge", {}),
        ("organize", {"excludeByName": {"Time": True}, "renameByName": names}),
    ):
        panel = panel.with_transformation(model.DataTransformerConfig(transformer, options=options))
    return panel


def this_workload() -> list[Any]:
    bell = "firstbell_workload_next_bell"
    return [
        figure(
            "Next bell", "How long until the next bell of this workload.", "dateTimeFromNow",
            f"1000 * {of_one(f'{bell}_timestamp_seconds')}", 6, absent="none is known",
        ),
        figure(
            "Ready for it?",
            "Whether as many are Ready as have to be by now. Without an answer pods are starting, or nothing is known.",
            "none", of_one("firstbell_ready_for_bell"), 6, absent="pods start",
            means={"1": ("Yes", GREEN), "0": ("No", RED)},
        ),
        figure(
            "Planned at it", "Replicas that the schedule asks for at the next bell.", "none",
            of_one(f"{bell}_replicas"), 6,
        ),
        figure("Ready now", "Replicas that are Ready.", "none", of_one("firstbell_ready_replicas"), 6),
        steps(
            "Plan, floor, Ready",
            "Planned: by the schedule, before the maximum. Asked for: with live metrics and orders. Floor: the minimum that "
            "firstbell has written. The green line has to be at the blue one when a bell rings.",
            Query(of_one("firstbell_scheduled_replicas"), "Planned"),
            Query(of_one("firstbell_wanted_replicas"), "Asked for"),
            Query(of_one("firstbell_floor_replicas"), "Floor"),
            Query(of_one("firstbell_current_replicas"), "Asked of Kubernetes"),
            Query(of_one("firstbell_ready_replicas"), "Ready"),
        ),
        lines(
            "Load",
            "The most of each minute, as recorded by recordingRules.loads of the chart; empty where that names none.",
            "short", Query('max(firstbell:load:max1m{namespace="$namespace",autoscaler="$name"})', "Load"),
        ),
        bars(
            "Why replicas are not Ready", "In Kubernetes' own words; empty while all is as it has to be.", "none",
            Query(f"max by (reason) (firstbell_not_ready_replicas{ONE})", "{{reason}}"),
        ),
    ]  # fmt: skip


def next_days() -> list[Any]:
    def each(series: str) -> str:
        return PER_WORKLOAD.format(series)

    return [
        rows(
            "The next seven days",
            "For each workload its next bell, what is planned at it, the most that is planned within seven days, and the most "
            "that is allowed. Planned above allowed is a bell that will be short.",
            (Query(f"1000 * {each('firstbell_workload_next_bell_timestamp_seconds')}", "Next bell"), "dateTimeAsIso"),
            (Query(each("firstbell_workload_next_bell_replicas"), "Planned at it"), "none"),
            (Query(each("firstbell_planned_peak_replicas"), "Most in seven days"), "none"),
            (Query(each("firstbell_maximum_replicas"), "Allowed"), "none"),
            width=WIDTH,
        ),
    ]  # fmt: skip


def fleet() -> list[Any]:
    def at_it(series: str) -> str:
        """The sum over the processes that share the work, of those whose next bell is the first."""
        bell = "firstbell_next_bell_timestamp_seconds"
        first = f"{bell} == on () group_left () min({bell})"
        return f"sum(firstbell_next_bell_{series} and on (job, instance) ({first}))"

    return [
        figure(
            "Red workloads", "Those that are not as Ready as they have to be.", "none",
            f"count({PER_WORKLOAD.format('firstbell_ready_for_bell')} == 0) or vector(0)", 4,
            levels=[(None, GREEN), (1, RED)],
        ),
        figure("Workloads that rise", "For the next bell of any.", "none", at_it("rising_workloads"), 4),
        figure("Pods", "That all workloads ask for at the next bell.", "none", at_it("pods"), 4),
        figure("CPU", "That these pods request.", "none", at_it("cpu_cores"), 4),
        figure("Memory", "That these pods request.", "bytes", at_it("memory_bytes"), 4),
        figure(
            "Pods a minute", "That have to be made for all to be there at the next bell.", "none",
            at_it("pods_per_minute"), 4,
        ),
        rows(
            "Red, and why", "What the condition ReadyForBell says of each red workload.",
            (Query(f"{RED_ONES} == 1", "Red"), "none"), width=12,
        ),
        bars(
            "Late bells", "Bells at which not all were Ready, in each hour.", "none",
            Query(
                'sum by (namespace, name) (round(increase(firstbell_bells_total{outcome="late"}[1h]))) > 0',
                "{{namespace}}/{{name}}",
            ),
        ),
        lines(
            "Ready before the bell",
            "How long before its bell a workload was Ready, of all bells of the last day: half of them at least so "
            "long, and one in twenty less than the lower line. Below 0 is late.",
            "s",
            *(
                Query(
                    f"histogram_quantile({share}, sum by (le) (increase(firstbell_ready_before_bell_seconds_bucket[1d])))",
                    legend,
                )
                for share, legend in ((0.5, "Half"), (0.05, "One in twenty"))
            ),
            width=WIDTH, height=7,
        ).min(None),
    ]  # fmt: skip


def operator() -> list[Any]:
    def quantile(share: float, series: str, by: str = "le") -> str:
        return f"histogram_quantile({share}, sum by ({by}) (rate({series}_bucket[$__rate_interval])))"

    return [
        figure(
            "Processes", "Pods of the operator that are scraped.", "none",
            "count(firstbell_build_info) or vector(0)", 4, levels=[(None, RED), (1, GREEN)],
        ),
        figure(
            "Shards without a writer", "Nobody raises what belongs to them.", "none",
            "count(max by (job, shard) (firstbell_shard_held) == 0) or vector(0)", 4,
            levels=[(None, GREEN), (1, RED)],
        ),
        figure(
            "Stopped?", "Whether an order keeps everything from being written.", "none",
            "max(firstbell_stopped)", 4, absent="cannot be",
            means={"0": ("No", GREEN), "1": ("Yes", RED)},
        ),
        figure(
            "Version", "Of the processes that are scraped.", "none",
            "count by (version) (firstbell_build_info)", 4, legend="{{version}}",
        ),
        figure(
            "Memory of a pod", "The most that one of the processes has.", "bytes",
            f"max(process_resident_memory_bytes {OF_FIRSTBELL})", 4,
        ),
        figure(
            "CPU of a pod", "The most that one of the processes uses, in cores.", "none",
            f"max(rate(process_cpu_seconds_total[$__rate_interval]) {OF_FIRSTBELL})", 4,
        ),
        lines(
            "Wake-ups: how late", "How much later than it asked for the operator looked at a workload.", "s",
            Query(quantile(0.5, "firstbell_wake_up_delay_seconds"), "Half"),
            Query(quantile(0.99, "firstbell_wake_up_delay_seconds"), "One in a hundred"),
        ),
        lines(
            "Who writes", "Of each shard, how many processes hold its Lease: one.", "none",
            Query("sum by (shard) (firstbell_shard_held)", "shard {{shard}}"),
        ),
        lines(
            "Requests to the API server", "A second, by how they ended. A conflict is looked at again; notFound is what may be missing.", "reqps",
            Query(
                "sum by (outcome) (rate(firstbell_api_requests_total[$__rate_interval]))",
                "{{outcome}}",
            ),
        ),
        lines(
            "Requests to the API server: how long", "99 of 100 take less.", "s",
            Query(quantile(0.99, "firstbell_api_request_duration_seconds", "le, verb"), "{{verb}}"),
        ),
        lines(
            "Queries for live metrics", "A second, by how they ended.", "reqps",
            Query(
                "sum by (outcome) (rate(firstbell_prometheus_queries_total[$__rate_interval]))", "{{outcome}}"
            ),
        ),
        lines(
            "Queries for live metrics: how long", "99 of 100 take less.", "s",
            Query(quantile(0.99, "firstbell_prometheus_query_duration_seconds"), "One in a hundred"),
        ),
    ]  # fmt: skip


SECTIONS = (
    ("$namespace/$name", this_workload),
    ("The next seven days, all workloads", next_days),
    ("All workloads", fleet),
    ("Operator", operator),
)


def variables() -> list[Any]:
    of = "firstbell_workload_next_bell_timestamp_seconds"

    def one(name: str, label: str, query: str) -> Any:
        found = build.QueryVariable(name).label(label).datasource(SOURCE).query(query)
        return found.refresh(model.VariableRefresh.ON_TIME_RANGE_CHANGED).sort(
            model.VariableSort.ALPHABETICAL_ASC
        )

    return [
        build.DatasourceVariable("datasource").label("Prometheus").type("prometheus"),
        one("namespace", "Namespace", f"label_values({of}, namespace)"),
        one("name", "Workload", f'label_values({of}{{namespace="$namespace"}}, name)'),
    ]


def annotations() -> list[dict[str, Any]]:
    """Of these the SDK's builder knows less than Grafana's source of Prometheus: said as Grafana has them."""
    shared = {"datasource": {"type": "prometheus", "uid": "${datasource}"}, "enable": True, "hide": False}
    bells = f"1000 * {of_one('firstbell_workload_next_bell_timestamp_seconds')}"
    late = 'max(increase(firstbell_bells_total{namespace="$namespace",name="$name",outcome="late"}[1m])) > 0'
    return [
        {**shared, "name": "Bells", "iconColor": BLUE, "expr": bells, "step": "60s",
         "titleFormat": "Bell", "useValueForTime": True},
        {**shared, "name": "Late bells", "iconColor": RED, "expr": late, "step": "60s", "titleFormat": "Late"},
    ]  # fmt: skip


def dashboard() -> dict[str, Any]:
    board = (
        build.Dashboard("firstbell: bells")
        .uid("firstbell-bells")
        .description(WHAT_IT_IS)
        .tags(["firstbell"])
        .refresh("30s")
        .time("now-3h", "now+1h")
        .timezone("browser")
        .tooltip(model.DashboardCursorSync.CROSSHAIR)
        .readonly()
    )
    for variable in variables():
        board = board.with_variable(variable)
    for title, panels in SECTIONS:
        board = board.with_row(build.Row(title))
        for panel in panels():
            board = board.with_panel(panel)
    found = json.loads(JSONEncoder(sort_keys=True).encode(board.build()))
    found["annotations"] = {"list": annotations()}
    for number, panel in enumerate(found["panels"], start=1):
        panel["id"] = number
    return found


def text() -> str:
    return json.dumps(dashboard(), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def main() -> None:
    FILE.write_text(text(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
