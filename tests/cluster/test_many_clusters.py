"""Many clusters, on real API servers: two behind one kubeconfig, and what brings manifests to many of them.

Argo CD and Karmada do not run here: the same requests are sent as they send them, and their scripts run on
what the API server has. What Argo CD calls a diff is its own rule, applied to the server's answers.
"""

from __future__ import annotations

import json
import os
import secrets
import signal
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from firstbell_workshop.local.errors import ControlPlaneError
from firstbell_workshop.local.processes import processes_of
from firstbell_workshop.local.provision import control_plane as provided
from firstbell_workshop.local.spec import ControlPlaneSpec
from tests.cluster.commands import firstbell
from tests.cluster.stage import BASELINE, NAME, PEAK, at, autoscaler, calendar, hpa, workload
from tests.cluster.waiting import until
from tests.lua_objects import Lua

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstbell_workshop.local.control_plane import ControlPlane
    from tests.cluster.cluster_api import Json
    from tests.cluster.operator_process import Sun
    from tests.cluster.stage import Stage

KINDS = ("-f", "charts/firstbell/crd-files")
MANY_CLUSTERS = Path(__file__).parents[2] / "examples" / "many-clusters"
HEALTH = "resource.customizations.health.firstbell.dev_"
JOB = (
    *("--as-job", "year", "--image", "registry.example/firstbell:1", "--completions", "20", "--jobs", "5"),
    *("-f", "configmap/policies", "--load", "pvc/records", "--results", "pvc/results"),
)
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
        fleet = firstbell(stage, "fleet", *both, *SHORT)
    assert fleet.returncode == 1
    assert [line for line in fleet.stdout.splitlines() if line.startswith("===")] == ["=== north"]
    assert "south: no answer in 5 s" in fleet.stderr
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


ARGO_CD = ("apply", "--server-side", "--field-manager=argocd-controller")


def test_a_sync_of_argo_cd_and_one_of_karmada_leave_a_floor_that_is_held(stage: Stage, rush: Sun):
    stage.set(workload(), calendar(), autoscaler(behavior={"scaleDown": {"stabilizationWindowSeconds": 0}}))
    manifest = hpa()
    stage.kubectl(*ARGO_CD, "-f", "-", stdin=yaml.safe_dump(manifest))
    with stage.operator(rush):
        stage.floored(PEAK)
        until(lambda: stage.condition("Ready").get("status") == "True", "the operator has reported")

        # With RespectIgnoreDifferences the manifest has what stands live in the ignored field.
        respected = yaml.safe_dump(with_minimum(manifest, PEAK))
        for force in ((), ("--force-conflicts",)):
            assert diff_of_argo_cd(stage, manifest) == {}
            stage.kubectl(*ARGO_CD, *force, "-f", "-", stdin=respected)
            assert stage.minimum() == PEAK
        assert diff_of_argo_cd(stage, manifest) == {}
        assert diff_of_argo_cd(stage, with_maximum(manifest, 77)) == {"maxReplicas": 77}

        # firstbell gives the field back, so that who names it as a manager of fields ignores nothing.
        until(lambda: ("firstbell", "Update") not in stage.owners_of_minimum(), "the field is handed back")

        body = {**(stage.api.get("SchoolAutoscaler", NAME) or {}), "kind": "SchoolAutoscaler"}
        script = scripts("argocd/argocd-cm.yaml")["data"][f"{HEALTH}SchoolAutoscaler"]
        assert Lua().run(script, obj=body)["status"] in {"Healthy", "Progressing", "Degraded"}
        assert "not reported" not in Lua().run(script, obj=body)["message"]

        # What Karmada would show of two such clusters is a status that the definition takes.
        items = [{"clusterName": name, "status": body["status"]} for name in ("north", "south")]
        together = Lua().call(
            script_of("SchoolAutoscaler", "statusAggregation"),
            "AggregateStatus",
            {**body, "status": {}},
            items,
        )
        assert together["status"]["readyReplicas"] == 2 * body["status"]["readyReplicas"]
        told = json.dumps({"status": together["status"]})
        stage.kubectl(
            *("patch", "schoolautoscaler", NAME, "--subresource=status", "--type=merge"),
            *("--dry-run=server", "-p", told),
        )

        held = stage.autoscaler
        kept = Lua().call(script_of("HorizontalPodAutoscaler", "retention"), "Retain", manifest, held)
        kept["metadata"]["resourceVersion"] = held["metadata"]["resourceVersion"]
        stage.kubectl("replace", "--field-manager=karmada-controller", "-f", "-", stdin=yaml.safe_dump(kept))
        assert stage.minimum() == PEAK
        assert stage.marks() == {
            name: value
            for name, value in held["metadata"]["annotations"].items()
            if name.startswith("firstbell.dev/")
        }
        assert stage.condition("FloorContested").get("status") != "True"

        stage.end_the_peak()
        stage.released(BASELINE)
        assert diff_of_argo_cd(stage, manifest) == {}


def with_minimum(manifest: Json, replicas: int) -> Json:
    return {**manifest, "spec": {**manifest["spec"], "minReplicas": replicas}}


def with_maximum(manifest: Json, replicas: int) -> Json:
    return {**manifest, "spec": {**manifest["spec"], "maxReplicas": replicas}}


def diff_of_argo_cd(stage: Stage, manifest: Json) -> Json:
    """What of the spec would be another after a sync, by a dry run of the server, less what is ignored."""
    flags = ("--dry-run=server", "--force-conflicts", "-o", "yaml")
    predicted = yaml.safe_load(stage.kubectl(*ARGO_CD, *flags, "-f", "-", stdin=yaml.safe_dump(manifest)))
    live = stage.autoscaler
    for one in (predicted, live):
        one["spec"].pop("minReplicas", None)
    told = {name: live["metadata"].get(name) for name in ("annotations", "labels")}
    assert {name: predicted["metadata"].get(name) for name in told} == told
    return {name: value for name, value in predicted["spec"].items() if live["spec"].get(name) != value}


def scripts(name: str) -> Json:
    found: Json = yaml.safe_load((MANY_CLUSTERS / name).read_text())
    return found


def script_of(kind: str, what: str) -> str:
    """The script of an interpreter of Karmada."""
    for one in yaml.safe_load_all((MANY_CLUSTERS / "karmada" / "interpreters.yaml").read_text()):
        if one["spec"]["target"]["kind"] == kind:
            found: str = one["spec"]["customizations"][what]["luaScript"]
            return found
    raise AssertionError(f"no interpreter of {kind}")


def test_what_the_api_server_knows_of_it_is_taken(stage: Stage):
    job = firstbell(stage, "backtest", "--all", *JOB)
    assert job.returncode == 0, job.stderr
    settings = scripts("argocd/argocd-cm.yaml")
    settings["metadata"]["namespace"] = stage.namespace
    for text in (job.stdout, yaml.safe_dump(settings)):
        taken = yaml.safe_load(
            stage.kubectl("apply", "--server-side", "--dry-run=server", "-o", "yaml", "-f", "-", stdin=text)
        )
        assert taken["metadata"]["uid"]
    # A pod of it is refused nowhere that asks for the strictest standard for pods.
    stage.kubectl(
        "label", "namespace", stage.namespace, "pod-security.kubernetes.io/enforce=restricted", "--overwrite"
    )
    template = yaml.safe_load(job.stdout)["spec"]["template"]
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "share"}, "spec": template["spec"]}
    stage.kubectl("create", "--dry-run=server", "-f", "-", stdin=yaml.safe_dump(pod))


def test_the_policies_of_a_namespace_are_tried_as_they_stand_there(stage: Stage, tmp_path: Path):
    stage.set(workload(), hpa(), calendar(), autoscaler())
    start = int(at("08:00").timestamp())
    lines = [f"{start + second},{100 if second > 1500 else 20}" for second in range(0, 3600, 60)]
    (tmp_path / f"{stage.namespace}.{NAME}.csv").write_text("\n".join(["time,value", *lines, ""]))

    asked = ("--all", "-n", stage.namespace, "--load", tmp_path, "--per-replica", "20", "-o", "json")
    done = firstbell(stage, "backtest", *asked)

    assert done.returncode == 0, done.stderr
    (found,) = json.loads(done.stdout)["autoscalers"]
    assert found["autoscaler"] == f"{stage.namespace}/{NAME}"
    assert found["floor"] is True
    assert [(bell["planned"], bell["needed"]) for bell in found["bells"]] == [(PEAK, 5)]


def highest(plan: dict[str, list[dict[str, list[dict[str, int]]]]]) -> int:
    return max(step["replicas"] for one in plan["autoscalers"] for step in one["steps"])
