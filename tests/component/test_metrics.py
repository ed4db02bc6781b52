"""A running operator tells Prometheus of every series in the table, and of no other."""

from __future__ import annotations

import asyncio
import os
import sys

import aiohttp
from prometheus_client.parser import text_string_to_metric_families

from firstbell.adapters.series import BY_NAME, SeriesType
from tests.cluster.stand_ins import free_port
from tests.unit.engine.bodies import a_calendar, a_deployment, an_autoscaler, an_hpa

OBJECTS = {
    "firstbell.dev/v1alpha1/schoolcalendars": a_calendar,
    "firstbell.dev/v1alpha1/schoolautoscalers": an_autoscaler,
    "autoscaling/v2/horizontalpodautoscalers": an_hpa,
    "apps/v1/deployments": a_deployment,
}
OF_HISTOGRAMS = ("_bucket", "_count", "_sum")
SECONDS = 60
TOLD = (
    '\nfirstbell_condition{kind="SchoolAutoscaler"',
    '\nfirstbell_condition{kind="SchoolCalendar"',
    'resource="schoolautoscalers/status",verb="patch"',
    'resource="schoolautoscalers",verb="watch"',
    'resource="deployments",verb="watch"',
)
"""What is told as soon as a first status is written and all watches have begun: ours, and Kopf's."""


async def scraped(port: int) -> str:
    """What the operator tells, as soon as it has come so far."""
    async with asyncio.timeout(SECONDS), aiohttp.ClientSession() as client:
        while True:
            try:
                async with client.get(f"http://127.0.0.1:{port}/metrics") as answer:
                    text = await answer.text()
            except aiohttp.ClientError:
                text = ""
            if all(each in text for each in TOLD):
                return text
            await asyncio.sleep(0.1)


def series_of(sample: str) -> str:
    """The series in the table that a sample is of."""
    for suffix in OF_HISTOGRAMS:
        name = sample.removesuffix(suffix)
        if name != sample and name in BY_NAME and BY_NAME[name].type is SeriesType.HISTOGRAM:
            return name
    return sample


async def test_a_running_operator_tells_every_series_of_the_table_and_no_other(component, tmp_path):
    await component.open()
    for resource, body in OBJECTS.items():
        await component.create(resource, body())
    port = free_port()
    command = [sys.executable, "-m", "firstbell", "run", "--no-lease", "--listen", "127.0.0.1"]
    command += ["--metrics-port", str(port), "--probe-port", "0", "--kubeconfig", str(component.kubeconfig)]
    with (tmp_path / "log").open("wb") as log:
        operator = await asyncio.create_subprocess_exec(*command, env={**os.environ}, stderr=log, stdout=log)
    try:
        text = await scraped(port)
    finally:
        operator.terminate()
        await operator.wait()
    families = list(text_string_to_metric_families(text))
    told = {name if (name := family.name) in BY_NAME else f"{name}_total" for family in families}
    assert told == BY_NAME.keys()
    for sample in (sample for family in families for sample in family.samples):
        labels = sample.labels.keys() - {"le"}
        assert labels == BY_NAME[series_of(sample.name)].labels.keys(), sample
    own = 'name="web",namespace="ns"'
    for name in ("firstbell_current_replicas", "firstbell_maximum_replicas", "firstbell_bells_total"):
        assert f"\n{name}{{{own}" in text
    assert 'type="ReadyForBell"' in text
