"""Pods of the chart's hooks, while the real helm waits for them.

No container runs on made-up nodes. The pod of a hook fits no node here, and a test does what the kubelet
would: it runs the command line of that pod, under the pod's account with its rights and no others, and
reports how it ended.
"""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING, Self

from tests.cluster import forked
from tests.cluster.chart_release import NAMESPACE, Release
from tests.cluster.waiting import until

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cluster.cluster_api import Json


class HelmAtWork:
    """A command of helm while the block lasts."""

    def __init__(self, release: Release, *words: str) -> None:
        plane = release.control_plane
        context = ("--kube-context", plane.context) if plane.context else ()
        self.process = subprocess.Popen(
            [str(plane.program("helm")), *context, "--namespace", NAMESPACE, *words],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=plane.environment,
        )  # fmt: skip

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    def ends(self, *, seconds: float) -> tuple[int, str]:
        """Its exit code, and what it said."""
        said, _ = self.process.communicate(timeout=seconds)
        return self.process.returncode, said


def pod_of(release: Release, label: str) -> Json:
    """The pod with a label that waits for a node, as soon as it is there."""
    key, _, value = label.partition("=")

    def found() -> list[Json]:
        heads = [(pod["metadata"], pod) for pod in release.api.list("Pod", "status.phase=Pending")]
        return [
            pod for head, pod in heads if head["labels"].get(key) == value and "deletionTimestamp" not in head
        ]

    return until(found, f"the pod with {label} is there")[0]


def play_kubelet(release: Release, pod: Json, folder: Path, *, code: int = 0) -> str:
    """Runs the pod's command line as its account, and reports how it ended: what it said."""
    spec = pod["spec"]
    kubeconfig = release.access(folder / "hook", spec["serviceAccountName"])
    environ = {"PATH": os.environ["PATH"], "KUBECONFIG": str(kubeconfig), "TMPDIR": str(folder)}
    done = forked.run(["-m", "firstbell", *spec["containers"][0]["args"]], environ)
    assert done.returncode == code, done.stdout + done.stderr
    ended = {"status": {"phase": "Failed" if code else "Succeeded"}}
    release.api.patch("Pod", pod["metadata"]["name"], ended, "status")
    return done.stdout
