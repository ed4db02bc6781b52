"""What is read of workloads: a missing field has its default, a status behind its spec says nothing."""

from __future__ import annotations

from firstbell.engine.seen.workloads import DEPLOYMENT, STATEFUL_SET, seen_workload
from tests.unit.engine.bodies import a_deployment


def workload(body, kind=DEPLOYMENT):
    body["metadata"].setdefault("uid", "u1")
    return seen_workload(body, kind)


def test_a_deployment_as_it_is():
    seen = workload(a_deployment(replicas=7, ready=5))
    assert (seen.replicas, seen.ready, seen.rolling) == (7, 5, False)


def test_a_status_that_is_behind_the_spec_says_nothing_about_readiness():
    body = a_deployment(replicas=7, observedGeneration=1)
    body["metadata"]["generation"] = 2
    assert (workload(body).ready, workload(body).rolling) == (None, False)


def test_old_replicas_beside_new_ones_are_a_rollout():
    assert workload(a_deployment(replicas=7, updatedReplicas=3)).rolling


def test_a_workload_that_is_new_has_one_replica_asked_for_and_none_ready():
    body = a_deployment()
    del body["status"], body["spec"]["replicas"], body["metadata"]["generation"]
    seen = workload(body, STATEFUL_SET)
    assert (seen.replicas, seen.ready, seen.ref.key) == (1, 0, "ns/apps/StatefulSet/web")
