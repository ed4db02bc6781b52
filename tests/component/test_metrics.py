"""A running operator tells Prometheus of every series in the table, and of no other."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from typing import TYPE_CHECKING

import aiohttp
from prometheus_client.parser import text_string_to_metric_families

from firstbell.adapters.series import BY_NAME, SeriesType
from tests.cluster.stand_ins import free_port
from tests.unit.engine.bodies import a_calendar, a_deployment, an_autoscaler, an_hpa

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

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


async def scraped(port: int, wanted: Iterable[str] = TOLD) -> str:
    """What the operator tells, as soon as it has come so far."""
    async with asyncio.timeout(SECONDS), aiohttp.ClientSession() as client:
        while True:
            try:
                async with client.get(f"http://127.0.0.1:{port}/metrics") as answer:
                    text = await answer.text()
            except aiohttp.ClientError:
                text = ""
            if all(each in text for each in wanted):
                return text
            await asyncio.sleep(0.1)


def series_of(sample: str) -> str:
    """The series in the table that a sample is of."""
    for suffix in OF_HISTOGRAMS:
        name = sample.removesuffix(suffix)
        if name != sample and name in BY_NAME and BY_NAME[name].type is SeriesType.HISTOGRAM:
            return name
    return sample


@contextlib.asynccontextmanager
async def operator_with(kubeconfig: Path, tmp_path: Path, *options: str):
    """Runs an operator in a process of its own; gives the port of its metrics."""
    port = free_port()
    command = [sys.executable, "-m", "firstbell", "run", *options, "--listen", "127.0.0.1"]
    command += ["--metrics-port", str(port), "--probe-port", "0", "--kubeconfig", str(kubeconfig)]
    with (tmp_path / "log").open("wb") as log:
        operator = await asyncio.create_subprocess_exec(*command, env={**os.environ}, stderr=log, stdout=log)
    try:
        yield port
    finally:
        operator.terminate()
        await operator.wait()


async def test_who_never_gets_to_its_first_look_tells_that_it_holds_no_shard(tmp_path):
    """The alert of shards that nobody holds looks at these."""
    dead = {"server": f"http://127.0.0.1:{free_port()}"}
    config = {
        "clusters": [{"name": "dead", "cluster": dead}],
        "users": [{"name": "me", "user": {"token": "x"}}],
        "contexts": [{"name": "dead", "context": {"cluster": "dead", "user": "me"}}],
        "current-context": "dead",
    }
    kubeconfig = tmp_path / "kubeconfig"
    kubeconfig.write_text(json.dumps(config))
    options = ("--lease-namespace", "ops", "--stop-namespace", "ops", "--shards", "2")
    async with operator_with(kubeconfig, tmp_path, *options) as port:
        held = [f'firstbell_shard_held{{shard="{shard}"}} 0.0' for shard in range(2)]
        text = await scraped(port, held)
    assert "\nfirstbell_stopped NaN" in text


async def test_a_running_operator_tells_every_series_of_the_table_and_no_other(component, tmp_path):
    await component.open()
    for resource, body in OBJECTS.items():
        await component.create(resource, body())
    async with operator_with(component.kubeconfig, tmp_path, "--no-lease") as port:
        text = await scraped(port)
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
