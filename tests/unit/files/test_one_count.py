"""Two hands on one count: told of what files show, and of nothing else."""

from __future__ import annotations

import pytest

from firstbell.files.manifests import Manifests, read_manifests
from firstbell.files.one_count import contested_counts, target_conflicts

AUTOSCALER = """\
apiVersion: firstbell.dev/v1alpha1
kind: SchoolAutoscaler
metadata: {name: NAME, namespace: lms}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
  calendarRefs: [{name: city}]
  capacity: {pupilsPerReplica: 5000}
  peaks: [{name: first, anchor: FirstPeriodStart}]
"""
DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: lms}
spec:
  replicas: 3
"""
HPA = """\
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: webs, namespace: lms}
spec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}, minReplicas: 2, maxReplicas: 9}
"""
NO_MANIFEST = "metadata: {name: web, namespace: lms, uid: 7d4c0b7e}"
UNCOUNTED = ["replicas: null", "replicas: three", "replicas: true", "paused: true"]


def autoscaler(name: str = "web") -> str:
    return AUTOSCALER.replace("NAME", name)


@pytest.fixture
def read(tmp_path):
    def read(*texts: str) -> Manifests:
        file = tmp_path / "all.yaml"
        file.write_text("---\n".join(texts))
        found = read_manifests([file])
        assert isinstance(found, Manifests), found
        return found

    return read


def contested(manifests: Manifests) -> list[str]:
    return [finding.message for _, finding in contested_counts(manifests)]


def test_the_second_autoscaler_of_a_workload_names_the_first_and_its_place(read):
    ((manifest, finding),) = target_conflicts(read(autoscaler("old"), autoscaler("new")))
    assert manifest.name == "new"
    assert (finding.kind, finding.severity, finding.path) == (
        "TargetConflict",
        "Warning",
        "spec.scaleTargetRef",
    )
    assert finding.message.startswith("Deployment web is the target of SchoolAutoscaler old too (")
    assert finding.message.endswith("all.yaml:1), and only the older of the two in the cluster works")


@pytest.mark.parametrize(
    ("field", "other"),
    [
        ("namespace: lms", "namespace: other"),
        ("name: web}", "name: api}"),
        ("kind: Deployment", "kind: StatefulSet"),
        ("apps/v1", "example.org/v1"),
    ],
)
def test_another_namespace_name_kind_or_group_is_another_workload(read, field, other):
    changed = autoscaler("new").replace(field, other)
    assert list(target_conflicts(read(autoscaler("old"), changed))) == []


def test_another_version_of_the_group_is_the_same_workload(read):
    older = autoscaler("new").replace("apps/v1", "apps/v1beta1")
    assert len(list(target_conflicts(read(autoscaler("old"), older)))) == 1


@pytest.mark.parametrize("kind", ["Deployment", "StatefulSet"])
def test_a_manifest_that_sets_the_count_is_told(read, kind):
    texts = (each.replace("Deployment", kind) for each in (DEPLOYMENT, autoscaler()))
    ((workload, finding),) = contested_counts(read(*texts))
    assert (workload.kind, workload.name, workload.replicas) == (kind, "web", 3)
    assert (finding.kind, finding.severity, finding.path) == (
        "ReplicasContested",
        "Warning",
        "spec.replicas",
    )
    assert f"a {kind} whose count is that of SchoolAutoscaler web:" in finding.message


def test_an_hpa_beside_is_named_too(read):
    (message,) = contested(read(DEPLOYMENT, HPA, autoscaler()))
    assert "whose count is that of HorizontalPodAutoscaler webs and SchoolAutoscaler web:" in message


def test_a_dry_run_owns_no_count_but_an_hpa_beside_it_does(read):
    dry = autoscaler() + "  mode: DryRun\n"
    assert contested(read(DEPLOYMENT, dry)) == []
    (message,) = contested(read(DEPLOYMENT, dry, HPA))
    assert "SchoolAutoscaler" not in message


def test_a_manifest_that_orders_no_replicas_means_it(read):
    assert contested(read(DEPLOYMENT.replace("replicas: 3", "replicas: 0"), autoscaler())) == []


@pytest.mark.parametrize("spec", UNCOUNTED)
def test_a_manifest_without_a_count_is_fine(read, spec):
    assert contested(read(DEPLOYMENT.replace("replicas: 3", spec), autoscaler())) == []


@pytest.mark.parametrize(
    "deployment",
    [
        DEPLOYMENT.replace("name: web", "name: api"),
        DEPLOYMENT.replace("namespace: lms", "namespace: other"),
        DEPLOYMENT.replace("metadata: {name: web, namespace: lms}", NO_MANIFEST),
        DEPLOYMENT.replace("metadata: {name: web, namespace: lms}", "metadata: web"),
        DEPLOYMENT.replace("name: web", "name: 7"),
        "apiVersion: apps/v1\nkind: Deployment\n",
    ],
    ids=["another", "elsewhere", "an export", "no metadata", "no name", "nothing"],
)
def test_what_is_not_this_workloads_manifest_is_none_of_our_business(read, deployment):
    assert contested(read(deployment, autoscaler())) == []


def test_a_workload_may_stand_in_the_files_twice(read):
    assert len(contested(read(DEPLOYMENT, DEPLOYMENT, autoscaler()))) == 2
