"""What is read of workloads: a missing field has its default, a status behind its spec says nothing."""

from __future__ import annotations

import pytest

from firstbell.engine.seen.workloads import DEPLOYMENT, STATEFUL_SET, seen_workload, with_count
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


@pytest.mark.parametrize(
    ("metadata", "replicas", "ready"),
    [
        pytest.param({"uid": "u1", "resourceVersion": "9"}, 4, None, id="later than what the watch told"),
        pytest.param({"uid": "u1", "resourceVersion": "8"}, 7, 5, id="of the very version the watch told"),
        pytest.param({"uid": "u2", "resourceVersion": "8"}, 4, None, id="of another of its name"),
        pytest.param({"uid": "u1"}, 4, None, id="without a version"),
    ],
)
def test_an_answer_of_its_scale_tells_its_count_and_not_who_is_ready(metadata, replicas, ready):
    body = a_deployment(replicas=7, ready=5)
    body["metadata"]["resourceVersion"] = "8"
    known = workload(body)
    seen = with_count(known, {"metadata": metadata, "spec": {"replicas": 4}})
    assert (seen.replicas, seen.ready, seen.uid) == (replicas, ready, metadata["uid"])
