"""Two real API servers behind one kubeconfig: `--contexts` shows both, each by its name.

One that is frozen, as behind a firewall that drops everything, is told within its time; the other is shown.
"""

from __future__ import annotations

import json
import os
import secrets
import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
import yaml

from firstbell_workshop.local.errors import ControlPlaneError
from firstbell_workshop.local.processes import processes_of
from firstbell_workshop.local.provision import control_plane as provided
from firstbell_workshop.local.spec import ControlPlaneSpec
from tests.cluster.commands import firstbell
from tests.cluster.stage import PEAK, autoscaler, calendar, hpa, workload

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from firstbell_workshop.local.control_plane import ControlPlane
    from tests.cluster.stage import Stage

KINDS = ("-f", "charts/firstbell/crd-files")
DAY = ("--date", "2026-03-04")
LONG, SHORT = ("--timeout", "120"), ("--timeout", "5")


@pytest.fixture
def south() -> Iterator[ControlPlane]:
    """Another API server with our kinds, and without nodes."""
    name = f"south-{secrets.token_hex(3)}"
    try:
        with provided(ControlPlaneSpec(nodes=0), name=name) as here:
            here.kubectl("apply", "--server-side", *KINDS)
            here.kubectl("wait", "--for=condition=Established", "crd", "--all", "--timeout=60s", seconds=70)
            yield here
    except ControlPlaneError as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(error))


@contextmanager
def frozen(here: ControlPlane) -> Iterator[None]:
    """Its API server takes connections and answers none."""
    (pid,) = [
        pid for pid, program in processes_of(here.kubeconfig.parent).items() if program == "kube-apiserver"
    ]
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def joined(folder: Path, planes: dict[str, ControlPlane]) -> Path:
    """One kubeconfig with a context for each; none of them is the current one."""
    body = {"apiVersion": "v1", "kind": "Config", "clusters": [], "users": [], "contexts": []}
    for name, here in planes.items():
        minified = ("config", "view", "--raw", "--minify", "-o", "yaml")
        theirs = yaml.safe_load(
            here.kubectl(*minified, *(("--context", here.context) if here.context else ()))
        )
        body["clusters"].append({"name": name, "cluster": theirs["clusters"][0]["cluster"]})
        body["users"].append({"name": name, "user": theirs["users"][0]["user"]})
        body["contexts"].append({"name": name, "context": {"cluster": name, "user": name}})
    path = folder / "kubeconfig"
    path.write_text(yaml.safe_dump(body))
    return path


def test_two_clusters_are_shown_by_name_and_one_that_is_silent_is_told(
    stage: Stage, south: ControlPlane, tmp_path: Path
):
    stage.set(workload(), hpa(), calendar(), autoscaler())
    south.kubectl("create", "namespace", stage.namespace)
    objects = yaml.safe_dump_all([workload(), hpa(), calendar(), autoscaler(replicas=PEAK // 2)])
    south.kubectl("apply", "-n", stage.namespace, "-f", "-", stdin=objects)
    kubeconfig = joined(tmp_path, {"north": stage.control_plane, "south": south})
    asked = ("--kubeconfig", kubeconfig, "--contexts", "north,south")
    both = ("-n", stage.namespace, *asked)

    planned = firstbell(stage, "plan", *both, *LONG, *DAY, "-o", "json")
    assert (planned.returncode, planned.stderr) == (0, "")
    peaks = {one["context"]: highest(one["plan"]) for one in json.loads(planned.stdout)["clusters"]}
    assert peaks == {"north": PEAK, "south": PEAK // 2}

    stands = firstbell(stage, "status", *both, *LONG, "-o", "json")
    assert {one["context"] for one in json.loads(stands.stdout)["workloads"]} == {"north", "south"}

    with frozen(south):
        stands = firstbell(stage, "status", *both, *SHORT, "-o", "json")
        planned = firstbell(stage, "plan", *both, *SHORT, *DAY, "-o", "json")
    for done, shown in ((stands, "workloads"), (planned, "clusters")):
        assert done.returncode == 1
        found = json.loads(done.stdout)
        assert {one["context"] for one in found[shown]} == {"north"}
        assert found["unread"] == [{"context": "south", "why": "no answer in 5 s"}]

    # A namespace that only one of the two has is missing in the other.
    only = f"{stage.namespace}-south"
    south.kubectl("create", "namespace", only)
    stands = firstbell(
        stage,
        "status",
        "-n",
        only,
        *asked,
        *LONG,
        "-o",
        "json",
    )
    assert stands.returncode == 2
    (unread,) = json.loads(stands.stdout)["unread"]
    assert unread["context"] == "north"
    assert unread["why"].startswith(f"there is no namespace '{only}'")


def highest(plan: dict[str, list[dict[str, list[dict[str, int]]]]]) -> int:
    return max(step["replicas"] for one in plan["autoscalers"] for step in one["steps"])
