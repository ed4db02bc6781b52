"""The demo's try at making pods: real pods, counted when they are Ready, and none of them left."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import yaml

from firstbell.engine.objects.target_ref import TargetRef
from firstbell_workshop.demo.stage import namespace
from firstbell_workshop.demo.trial import NAME, try_out
from firstbell_workshop.local.readiness import wait_for_service_account

if TYPE_CHECKING:
    from firstbell_workshop.local.control_plane import ControlPlane


def test_a_try_makes_the_pods_that_are_asked_for_and_leaves_none(control_plane: ControlPlane):
    target = TargetRef(namespace="test-trial", api_version="apps/v1", kind="Deployment", name="web")
    control_plane.kubectl("apply", "-f", "-", stdin=yaml.safe_dump(namespace(target)))
    wait_for_service_account(control_plane, target.namespace, deadline=time.monotonic() + 30)

    trial = try_out(control_plane, target, pods=6)

    assert (trial.asked, trial.ready) == (6, 6)
    assert 0 < trial.first_seconds <= trial.seconds
    assert 0 <= trial.lag_seconds < trial.seconds
    left = control_plane.kubectl("get", "deployments,replicasets,pods", "-n", target.namespace, "-o", "name")
    assert NAME not in left
    control_plane.kubectl("delete", "namespace", target.namespace, "--wait=false")
