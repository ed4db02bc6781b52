"""`firstbell run` with a Lease: held from its start to its end, and given up before anything is cancelled."""

from __future__ import annotations

import asyncio
import os
import signal
import sys

LEASES = "coordination.k8s.io/v1/leases"
SECONDS = 60


async def test_a_lease_is_taken_before_the_first_look_and_given_up_at_a_clean_stop(kmock, component):
    info = kmock.resources[LEASES]
    info.kind, info.namespaced, info.subresources = "Lease", True, set()
    info.verbs = {"list", "watch", "get", "create", "patch"}
    await component.open()
    body = {"metadata": {"namespace": "operators", "name": "firstbell-0"}, "spec": {"holderIdentity": ""}}
    await component.create(LEASES, body)
    command = [sys.executable, "-m", "firstbell", "run", "--metrics-port", "0", "--probe-port", "0"]
    command += ["--kubeconfig", str(component.kubeconfig), "--lease-namespace", "operators"]
    operator = await asyncio.create_subprocess_exec(
        *command, env={**os.environ, "NO_COLOR": "1"}, stderr=asyncio.subprocess.PIPE
    )
    said = ""
    try:
        assert operator.stderr is not None
        async with asyncio.timeout(SECONDS):
            while " started " not in said:
                said += (await operator.stderr.readline()).decode()
            operator.send_signal(signal.SIGTERM)
            said += (await operator.stderr.read()).decode()
            await operator.wait()
    finally:
        if operator.returncode is None:
            operator.kill()
    assert operator.returncode == 0
    assert said.index(" holds ") < said.index(" starting ") < said.index(" started "), said
    assert "role='holds shard 0 of 1'" in said
    assert said.index(" gave up ") < said.index(" stopped"), said
    held = [holder(request) for request in component.kopfs_requests if holder(request) is not None]
    assert held[0]
    assert held[-1] == ""


def holder(request):
    """Who was written into the Lease; None where something else was asked."""
    if not str(request.method).endswith("PATCH") or "leases" not in str(request.url):
        return None
    return request.data["spec"]["holderIdentity"]
