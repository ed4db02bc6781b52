"""A morning watched: what a real Prometheus answers to every query of the dashboard, written to a file.

    python -m tests.benchmarks.dashboard_record record.json
    python -m tests.benchmarks.dashboard_picture record.json operator/docs/dashboard.png

The founding calendar on the local control plane, a third of its size, with two workloads beside: one is met,
one asks for a node that is not there. The operator runs under the chart's account, thirty times as fast as
the wall; what Prometheus stored by the wall is written down by the operator's clock.
"""

from __future__ import annotations

import argparse
import copy
import json
import math
import tempfile
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from firstbell.clock import SystemClock
from firstbell.engine.objects.target_ref import TargetRef
from firstbell.files.links import Linked, link
from firstbell.files.manifests import Manifests, read_manifests
from firstbell_workshop.demo import stage as demo
from firstbell_workshop.local.programs import Programs
from firstbell_workshop.local.progress import progress_here
from firstbell_workshop.local.provision import control_plane
from firstbell_workshop.local.spec import ControlPlaneSpec
from tests.chart.test_dashboard import BOARD, filled
from tests.cluster.audit import audit_policy
from tests.cluster.cluster_api import ClusterApi
from tests.cluster.conftest import NODES, OPERATORS, install_kinds
from tests.cluster.operator_account import ROOT, charts_accounts
from tests.cluster.operator_process import OperatorThread, Sun, settings_for
from tests.cluster.prometheus import Exporter
from tests.cluster.stage import Stage
from tests.cluster.watched import LOAD, Watched

if TYPE_CHECKING:
    from tests.cluster.cluster_api import Json

EXAMPLE = ROOT / "examples" / "smartschool-monday.yaml"
NAMESPACE, NAME = "learning-platform", "web-frontend"
BELL = datetime(2020, 4, 20, 6, 30, tzinfo=UTC)
BEGINS, ENDS = BELL - timedelta(minutes=50), BELL + timedelta(minutes=35)
SPEED = 30
PUPILS_PER_REPLICA = 180_000
ONLINE_PER_REPLICA = 350
BESIDE = {"sign-on": (12, {}), "video": (16, {"nodeSelector": {"nowhere": "true"}})}
"""Workloads beside, by what they ask for at the bell, and what is special about their pods at the peak."""


def policies(url: str) -> list[Json]:
    """The calendar, and the policies of all three workloads."""
    calendar, web = yaml.safe_load_all(EXAMPLE.read_text("utf-8"))
    web["spec"]["capacity"]["pupilsPerReplica"] = PUPILS_PER_REPLICA
    web["spec"]["metrics"][0]["prometheus"] = {"serverAddress": url, "query": LOAD}
    found = [calendar, web]
    for name, (replicas, _) in BESIDE.items():
        other = copy.deepcopy(web)
        other["metadata"]["name"] = other["spec"]["scaleTargetRef"]["name"] = name
        other["spec"] |= {"minReplicas": 2, "maxReplicas": 40}
        for key in ("capacity", "metrics", "dayFactors", "maxFactorPercent"):
            other["spec"].pop(key)
        other["spec"]["peaks"] = [
            {"name": "first-lesson", "anchor": "FirstPeriodStart", "replicas": replicas, "holdMinutes": 60}
        ]
        found.append(other)
    return found


def applied(stage: Stage, bodies: list[Json]) -> None:
    stage.kubectl("apply", "-f", "-", stdin=yaml.safe_dump_all(bodies))


def set_stage(stage: Stage, url: str, folder: Path) -> None:
    file = folder / "policies.yaml"
    file.write_text(yaml.safe_dump_all(policies(url)))
    manifests = read_manifests([file])
    assert isinstance(manifests, Manifests)
    linked = link(manifests)
    assert isinstance(linked, Linked)
    for one in linked.autoscalers:
        name = one.manifest.policy.name
        target = TargetRef(namespace=NAMESPACE, api_version="apps/v1", kind="Deployment", name=name)
        least = 4 if name == NAME else 2
        scaler = demo.autoscaler(target, _Workload(one.manifest.policy, one.bounds))  # type: ignore[arg-type]
        applied(stage, [demo.deployment(target, least), scaler])
    stage.kubectl("rollout", "status", f"deployment/{NAME}", "--timeout=90s")
    applied(stage, policies(url))


class _Workload:
    """As much of a workload as an HPA is made of."""

    def __init__(self, policy: Any, bounds: Any) -> None:
        self.policy, self.bounds = policy, bounds


def come(exporter: Exporter, sun: Sun, ended: threading.Event) -> None:
    """Pupils, as they come to a first lesson."""
    while not ended.wait(0.5):
        minutes = (sun.now() - BELL).total_seconds() / 60
        share = (
            1 / (1 + math.exp(-(minutes + 4) / 4)) * (1 if minutes < 20 else math.exp(-(minutes - 20) / 30))
        )
        exporter.set("pupils_online", round(4 * ONLINE_PER_REPLICA * 0.6 + 30_000 * share))


def record(folder: Path) -> dict[str, Any]:
    spec = ControlPlaneSpec(
        nodes=NODES, metrics_server=True, disable_qps_limits=True,
        audit_policy=audit_policy(folder / "audit.yaml", OPERATORS),
    )  # fmt: skip
    program = Programs(progress=progress_here()).get(["prometheus"])["prometheus"]
    with control_plane(spec) as here:
        install_kinds(here)
        here.kubectl("create", "namespace", NAMESPACE)
        with (
            charts_accounts(here, OPERATORS, folder) as accounts,
            ClusterApi(here.kubeconfig, here.context, NAMESPACE) as api,
            Exporter() as exporter,
        ):
            stage = Stage(here, api, NAMESPACE, accounts)
            exporter.set("pupils_online", 1000)
            sun = Sun.rising(BEGINS, SPEED)
            with Watched(program, sun.clock, exporter, NAMESPACE, NAME, folder) as watched:
                set_stage(stage, watched.prometheus.url, folder)
                sun.clock._begun = time.monotonic()
                return played(stage, watched, sun, exporter)


def played(stage: Stage, watched: Watched, sun: Sun, exporter: Exporter) -> dict[str, Any]:
    account = stage.accounts.operator
    settings = watched.seen(settings_for(account.here, NAMESPACE), account, lease=True)
    ended = threading.Event()
    pupils = threading.Thread(target=come, args=(exporter, sun, ended), daemon=True)
    pupils.start()
    broken = {"spec": {"template": {"spec": BESIDE["video"][1]}}}
    try:
        with OperatorThread(settings, sun, lambda: None):
            sun.wait_for(BELL - timedelta(minutes=28))
            # From now on its pods find no node; the old ones stay.
            stage.api.patch("Deployment", "video", broken)
            sun.wait_for(ENDS)
            return answers(watched, sun)
    finally:
        ended.set()
        pupils.join(timeout=10)


def answers(watched: Watched, sun: Sun) -> dict[str, Any]:
    """All answers, by the operator's clock."""
    wall = SystemClock().now()
    reads = sun.now()
    begins = wall - (reads - BEGINS) / SPEED

    def of(query: str) -> list[Any]:
        text = filled(query, namespace=NAMESPACE, name=NAME)
        found = watched.prometheus.ask_range(text, begins.timestamp(), wall.timestamp(), 1)
        return [
            {
                "labels": one["metric"],
                "values": [
                    [(BEGINS + SPEED * timedelta(seconds=at - begins.timestamp())).timestamp(), at, value]
                    for at, value in one["values"]
                ],
            }
            for one in found
        ]

    asked = {target["expr"] for panel in BOARD["panels"] for target in panel.get("targets", ())}
    asked |= {one["expr"] for one in BOARD["annotations"]["list"]}
    fired = sorted(f"{one.name} {one.of} {one.severity}" for one in watched.alerts("firing"))
    return {
        "begins": BEGINS.timestamp(), "reads": reads.timestamp(), "wall": wall.timestamp(), "speed": SPEED,
        "namespace": NAMESPACE, "name": NAME, "fired": fired,
        "answers": {query: of(query) for query in sorted(asked)},
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("file", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = record(Path(folder))
    given.file.write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main()
