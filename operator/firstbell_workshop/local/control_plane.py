"""A control plane that answers: how to reach it, and what it has.

The file with its credentials belongs to this control plane alone, unless the caller gave one; the user's own
kubeconfig and current context are never written.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from firstbell_workshop.local.command import last_lines, run
from firstbell_workshop.local.errors import ControlPlaneError

if TYPE_CHECKING:
    from pathlib import Path

    from firstbell_workshop.local.programs import Programs


SHORT_LIVED_GO = {"GOGC": "off"}
"""For programs that end before their garbage is worth collecting: it saves a fifth of the processors."""


class Provision(StrEnum):
    """Where a control plane comes from."""

    GIVEN = "given"
    KIND = "kind"
    LOCAL = "local"


@dataclass(frozen=True, kw_only=True, slots=True)
class ControlPlane:
    """A control plane, for as long as the caller holds it."""

    name: str
    provision: Provision
    kubeconfig: Path
    programs: Programs = field(repr=False)
    context: str | None = None
    """A context of the kubeconfig; None is its current one."""
    has_metrics: bool = False
    """Whether `metrics.k8s.io` is served."""
    folder: Path | None = None
    """The control plane's own folder, with the logs of its components."""
    audit_log: Path | None = None

    def program(self, name: str) -> Path:
        """Return kubectl, helm or another program that fits, building it if need be."""
        return self.programs.get([name])[name]

    @property
    def environment(self) -> dict[str, str]:
        """The environment in which kubectl and helm speak to this control plane.

        Their caches stay in its folder: by default they fill `~/.kube/cache` with a set of files for each
        server that they ever met, and take the next one on the same port for the one before.
        """
        environment = {**SHORT_LIVED_GO, **os.environ, "KUBECONFIG": str(self.kubeconfig)}
        if self.folder is not None:
            environment["KUBECACHEDIR"] = str(self.folder / "kubectl")
            environment |= {
                f"HELM_{what}_HOME": str(self.folder / "helm") for what in ("CACHE", "CONFIG", "DATA")
            }
        return environment

    def kubectl(self, *args: str, stdin: str | None = None, seconds: float = 30) -> str:
        """Run kubectl against this control plane and return what it printed."""
        context = ("--context", self.context) if self.context else ()
        argv = (self.program("kubectl"), "--kubeconfig", self.kubeconfig, *context, *args)
        finished = run(argv, seconds=seconds, text=stdin, env=self.environment)
        if finished.code != 0:
            raise ControlPlaneError(f"kubectl {' '.join(args)}: {last_lines(finished.stderr)}")
        return finished.stdout
