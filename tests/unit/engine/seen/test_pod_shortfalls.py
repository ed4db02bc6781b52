"""Why a pod is not Ready, read off the pod; the same trouble has the same words however it moves."""

from __future__ import annotations

import pytest

from firstbell.core.reasons import Shortfall, ShortfallReason
from firstbell.engine.seen.controller_troubles import controller_troubles
from firstbell.engine.seen.pod_shortfalls import grouped, pod_shortfall

SCHEDULER = "0/3 nodes are available: 3 node(s) didn't match Pod's node affinity/selector."


def pod(*containers, inits=(), phase="Pending", **conditions):
    told = [{"type": kind, **what} for kind, what in conditions.items()]
    status = {"phase": phase, "conditions": told}
    if containers:
        status["containerStatuses"] = list(containers)
    if inits:
        status["initContainerStatuses"] = list(inits)
    return {"metadata": {"name": "web-1"}, "status": status}


def container(name="web", *, ready=False, last=None, **state):
    body = {"name": name, "image": "registry.example/web:1", "ready": ready, "state": state}
    return body | ({"lastState": {"terminated": last}} if last else {})


def waiting(reason, message=""):
    return {"waiting": {"reason": reason, "message": message}}


SCHEDULED = {"status": "True"}
NOWHERE = {"status": "False", "reason": "Unschedulable", "message": SCHEDULER}
GATED = {"status": "False", "reason": "SchedulingGated", "message": "Scheduling is blocked"}

CASES = {
    "no node fits it": (pod(PodScheduled=NOWHERE), ("Unschedulable", SCHEDULER)),
    "and no other pod may be put out for it": (
        pod(PodScheduled=NOWHERE | {"message": f"{SCHEDULER} preemption: 0/3 nodes: not helpful."}),
        ("Unschedulable", SCHEDULER),
    ),
    "a gate is closed": (pod(PodScheduled=GATED), ("SchedulingGated", "Scheduling is blocked")),
    "the scheduler has not come to it": (
        pod(),
        ("Starting", "the scheduler has not looked at them yet"),
    ),
    "it has a node, and nothing else yet": (pod(PodScheduled=SCHEDULED), ("Starting", "")),
    "its image is pulled for the first time": (
        pod(container(**waiting("ContainerCreating"))),
        ("Starting", "container web: ContainerCreating"),
    ),
    "its image cannot be pulled": (
        pod(container(**waiting("ErrImagePull", "rpc error: not found"))),
        ("ImagePull", "container web: image registry.example/web:1"),
    ),
    "and is waited for": (
        pod(container(**waiting("ImagePullBackOff", 'Back-off pulling image "web:1"'))),
        ("ImagePull", "container web: image registry.example/web:1"),
    ),
    "a Secret is missing": (
        pod(container(**waiting("CreateContainerConfigError", 'secret "db" not found'))),
        ("ContainerConfig", 'container web: secret "db" not found'),
    ),
    "it crashes": (
        pod(
            container(last={"exitCode": 3, "reason": "Error"}, **waiting("CrashLoopBackOff", "back-off 5m0s"))
        ),
        ("Crash", "container web: last exit code 3"),
    ),
    "it was killed for its memory": (
        pod(container(last={"exitCode": 137, "reason": "OOMKilled"}, **waiting("CrashLoopBackOff"))),
        ("Crash", "container web: last exit code 137 (OOMKilled)"),
    ),
    "it runs again between two crashes": (
        pod(container(last={"exitCode": 3, "reason": "Error"}, running={})),
        ("Crash", "container web: last exit code 3"),
    ),
    "it has just ended": (
        pod(container(terminated={"exitCode": 3, "reason": "Error"})),
        ("Crash", "container web: last exit code 3"),
    ),
    "it runs, and its probe fails": (
        pod(container(running={})),
        ("Probe", "container web runs and is not Ready"),
    ),
    "a readiness gate is closed": (
        pod(container(ready=True, running={})),
        ("Probe", "all containers are ready, a readiness gate of the pod is not"),
    ),
    "of two containers the one that crashes tells": (
        pod(container(running={}), container("side", last={"exitCode": 1}, **waiting("CrashLoopBackOff"))),
        ("Crash", "container side: last exit code 1"),
    ),
    "an init container crashes": (
        pod(
            container(**waiting("PodInitializing")),
            inits=[container("migrate", last={"exitCode": 1}, **waiting("CrashLoopBackOff"))],
        ),
        ("Crash", "init container migrate: last exit code 1"),
    ),
    "an init container is done, another works": (
        pod(
            container(**waiting("PodInitializing")),
            inits=[container("one", terminated={"exitCode": 0}), container("two", running={})],
        ),
        ("Starting", "container web: PodInitializing"),
    ),
}


@pytest.mark.parametrize(("body", "want"), CASES.values(), ids=CASES.keys())
def test_a_pod_that_is_not_ready_says_why(body, want):
    found = pod_shortfall(body)
    assert found is not None
    assert (found[0].value, found[1]) == want


@pytest.mark.parametrize(
    "body",
    [
        pod(container(ready=True, running={}), Ready={"status": "True"}),
        pod(phase="Succeeded"),
        pod(phase="Failed"),
        {"metadata": {"name": "web-1", "deletionTimestamp": "2024-09-09T08:00:00Z"}, "status": {}},
    ],
    ids=["ready", "done", "failed and replaced", "on its way out"],
)
def test_a_pod_that_is_ready_or_does_not_count_says_nothing(body):
    assert pod_shortfall(body) is None


@pytest.mark.parametrize(
    "body", [{"metadata": {"name": "a"}}, {"metadata": {}, "status": None}, pod(container())]
)
def test_a_pod_that_says_little_is_starting(body):
    found = pod_shortfall(body)
    assert found is not None
    assert found[0] is ShortfallReason.STARTING


def test_words_from_a_pod_are_shown_visibly_and_cut():
    hostile = {"status": "False", "reason": "Unschedulable", "message": "a\u202eb\n\x1b[31m" + "x" * 9000}
    found = pod_shortfall(pod(PodScheduled=hostile))
    assert found is not None
    assert found[1].startswith("a\\u202eb\\n\\x1b[31mxxx")
    assert len(found[1]) <= 240
    named = pod_shortfall(pod(container("we\x1bb", running={})))
    assert named is not None
    assert "\x1b" not in named[1]


def test_reasons_are_counted_and_told_with_their_most_frequent_words():
    told = [(ShortfallReason.UNSCHEDULABLE, words) for words in ("a", "b", "b")]
    told += [(ShortfallReason.CRASH, "c")]
    assert set(grouped(told)) == {
        Shortfall(reason=ShortfallReason.UNSCHEDULABLE, replicas=3, message="b"),
        Shortfall(reason=ShortfallReason.CRASH, replicas=1, message="c"),
    }


def test_a_controller_tells_of_a_quota_without_the_name_of_a_pod():
    failure = {
        "type": "ReplicaFailure",
        "status": "True",
        "message": 'pods "web-7-x" is forbidden: exceeded quota: q, requested: pods=1',
    }
    assert controller_troubles({"conditions": [failure], "replicas": 4}, 12) == (
        Shortfall(
            reason=ShortfallReason.EXCEEDED_QUOTA, replicas=8, message="exceeded quota: q, requested: pods=1"
        ),
    )


def test_a_controller_tells_of_pods_that_are_refused_otherwise():
    failure = {
        "type": "ReplicaFailure",
        "status": "True",
        "message": 'pods "web-7-x" is forbidden: no account',
    }
    (found,) = controller_troubles({"conditions": [failure]}, 2)
    assert (found.reason, found.message) == (ShortfallReason.FAILED_CREATE, "no account")


def test_a_rollout_is_stuck_only_after_its_deadline():
    late = {"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded", "message": "late"}
    fine = {"type": "Progressing", "status": "True", "reason": "ReplicaSetUpdated"}
    assert controller_troubles({"conditions": [fine]}, 2) == ()
    (found,) = controller_troubles({"conditions": [late], "readyReplicas": 3}, 12)
    assert (found.reason, found.replicas, found.message) == (ShortfallReason.ROLLOUT_STUCK, 9, "late")
