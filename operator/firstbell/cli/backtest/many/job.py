"""A Kubernetes Indexed Job that tries a share of the policies in each of its pods. Pure.

Its pods ask nothing of the API server and have no token of it: policies and records are mounted, or a
Prometheus has the records.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from firstbell.cli.output import refuse

if TYPE_CHECKING:
    from collections.abc import Mapping

NAME = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
USER = 65532
TRIES_OF_A_SHARE = 2
"""How often a share is tried again that did not write its document: a node may be lost, a volume away."""
LONGEST_SECONDS = 24 * 60 * 60
"""When the Job is given up: a thousand policies with a year of records each take a processor five hours."""
_VOLUME = re.compile(r"(configmap|pvc)/([a-z0-9]([-.a-z0-9]{0,251}[a-z0-9])?)")
MEMORY, MOST_MEMORY = "256Mi", "1Gi"
"""A policy over 300 days of samples each 15 s takes 200 MiB."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Mounted:
    """What a pod gets as a folder."""

    folder: str
    source: Mapping[str, Any]
    writable: bool = False

    @property
    def name(self) -> str:
        """Its name in the pod, and at the root of it."""
        return self.folder.strip("/")


@dataclass(frozen=True, kw_only=True, slots=True)
class JobWanted:
    """The Job that is asked for: `options` are those of the command that each pod runs, the share beside."""

    name: str
    namespace: str | None
    image: str
    completions: int
    parallelism: int
    volumes: tuple[Mounted, ...]
    options: tuple[str, ...]


def mounted(option: str, text: str, folder: str, *, writable: bool = False) -> Mounted:
    """Return the volume that `configmap/NAME` or `pvc/NAME` names; end the command where it names none."""
    found = _VOLUME.fullmatch(text)
    if found is None or (writable and found[1] == "configmap"):
        forms = "pvc/NAME" if writable else "configmap/NAME or pvc/NAME"
        refuse([f"{option} {text}: with --as-job it says where that is in the cluster. Write {forms}."])
    if found[1] == "configmap":
        return Mounted(folder=folder, source={"configMap": {"name": found[2]}})
    claim: dict[str, Any] = {"claimName": found[2]}
    if not writable:
        claim["readOnly"] = True
    return Mounted(folder=folder, source={"persistentVolumeClaim": claim}, writable=writable)


def job_manifest(wanted: JobWanted) -> dict[str, Any]:
    """Return the Job."""
    if NAME.fullmatch(wanted.name) is None:
        refuse([f"--as-job {wanted.name}: is no name of a Job. Use small letters, digits and -, up to 63."])
    labels = {"app.kubernetes.io/name": "firstbell-backtest", "app.kubernetes.io/instance": wanted.name}
    metadata: dict[str, Any] = {"name": wanted.name, "labels": labels}
    if wanted.namespace is not None:
        metadata["namespace"] = wanted.namespace
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": metadata,
        "spec": {
            "completionMode": "Indexed",
            "completions": wanted.completions,
            "parallelism": wanted.parallelism,
            "backoffLimitPerIndex": TRIES_OF_A_SHARE,
            "activeDeadlineSeconds": LONGEST_SECONDS,
            "template": {"metadata": {"labels": dict(labels)}, "spec": _pod(wanted)},
        },
    }


def _pod(wanted: JobWanted) -> dict[str, Any]:
    return {
        "restartPolicy": "Never",
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": USER,
            "runAsGroup": USER,
            "fsGroup": USER,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [
            {
                "name": "backtest",
                "image": wanted.image,
                "args": [
                    "backtest",
                    "--all",
                    *map(_as_it_is, wanted.options),
                    "--shard",
                    f"/{wanted.completions}",
                ],
                "resources": {
                    "requests": {"cpu": "1", "memory": MEMORY},
                    "limits": {"memory": MOST_MEMORY},
                },
                "securityContext": {
                    "allowPrivilegeEscalation": False,
                    "capabilities": {"drop": ["ALL"]},
                    "readOnlyRootFilesystem": True,
                },
                "volumeMounts": [_mount(one) for one in wanted.volumes],
            }
        ],
        "volumes": [{"name": one.name, **one.source} for one in wanted.volumes],
    }


def _as_it_is(option: str) -> str:
    """Return an option written so that the kubelet, which expands `$(NAME)`, passes it on as given."""
    return option.replace("$", "$$")


def _mount(one: Mounted) -> dict[str, Any]:
    found: dict[str, Any] = {"name": one.name, "mountPath": one.folder}
    return found if one.writable else found | {"readOnly": True}
