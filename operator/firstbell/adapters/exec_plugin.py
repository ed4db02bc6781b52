"""Credentials from a program that the kubeconfig names (`exec`), as with EKS, GKE and OIDC.

The program has a deadline, and nothing that it says reaches a log: its output and its arguments may hold
secrets. It is never asked anything: there is nobody to answer.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

PLUGIN_SECONDS = 30.0
"""How long a program may take; it is ended afterwards, with all that it has started."""


class PluginError(Exception):
    """The program gave no credentials; the text says why, without a word of its own."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PluginCredentials:
    """What the program gave: a bearer token, a client certificate with its key (PEM), or both."""

    token: str = field(default="", repr=False)
    certificate: str = field(default="", repr=False)
    key: str = field(default="", repr=False)
    expires: datetime | None = None
    """When it should be asked again, aware; None = when it is refused."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ExecPlugin:
    """One program as the kubeconfig names it."""

    command: str
    """A path, or a name to look for in PATH."""
    api_version: str
    arguments: tuple[str, ...] = field(default=(), repr=False)
    environment: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    cluster: Mapping[str, Any] | None = field(default=None, repr=False)
    """What the program is told of the cluster; None where it did not ask for that."""
    seconds: float = PLUGIN_SECONDS

    @classmethod
    def of(cls, told: Mapping[str, Any], folder: Path, cluster: Mapping[str, Any]) -> ExecPlugin:
        """Return the `exec` of a user. A path is relative to the folder of its kubeconfig.

        Raises PluginError where it cannot be run at all.
        """
        command, version = told.get("command"), told.get("apiVersion")
        if not isinstance(command, str) or not command or not isinstance(version, str):
            msg = "exec of the kubeconfig's user needs command and apiVersion"
            raise PluginError(msg)
        if told.get("interactiveMode") == "Always":
            msg = (
                f"the exec plugin {Path(command).name} asks a person (interactiveMode: Always): none is here"
            )
            raise PluginError(msg)
        if os.sep in command:
            command = str(folder / command)
        return cls(
            command=command,
            api_version=version,
            arguments=tuple(map(str, told.get("args") or ())),
            environment=tuple((str(one["name"]), str(one["value"])) for one in told.get("env") or ()),
            cluster=_cluster_told(cluster) if told.get("provideClusterInfo") else None,
        )

    @property
    def name(self) -> str:
        """What people know it by."""
        return Path(self.command).name

    async def run(self) -> PluginCredentials:
        """Ask it once. Raises PluginError."""
        output = await self._output()
        try:
            answer = json.loads(output)
            version, status = answer["apiVersion"], dict(answer["status"])
            given = PluginCredentials(
                token=str(status.get("token") or "").strip(),
                certificate=str(status.get("clientCertificateData") or ""),
                key=str(status.get("clientKeyData") or ""),
                expires=_instant(status.get("expirationTimestamp")),
            )
        except (ValueError, KeyError, TypeError):
            # The cause is left out: it quotes what the program said.
            msg = f"the exec plugin {self.name} did not answer with an ExecCredential. {self._cure}"
            raise PluginError(msg) from None
        if version != self.api_version:
            msg = (
                f"the exec plugin {self.name} answers in another version than {self.api_version}, which the "
                "kubeconfig names. Correct apiVersion."
            )
            raise PluginError(msg)
        if not given.token and not (given.certificate and given.key):
            msg = f"the exec plugin {self.name} gave neither a token nor a certificate and key. {self._cure}"
            raise PluginError(msg)
        return given

    @property
    def _cure(self) -> str:
        return "Run it by hand, as the operator's user, to see why."

    async def _output(self) -> bytes:
        information: dict[str, Any] = {"interactive": False}
        if self.cluster is not None:
            information["cluster"] = self.cluster
        told = {"apiVersion": self.api_version, "kind": "ExecCredential", "spec": information}
        environment = {**os.environ, **dict(self.environment), "KUBERNETES_EXEC_INFO": json.dumps(told)}
        try:
            process = await asyncio.create_subprocess_exec(
                self.command,
                *self.arguments,
                env=environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            why = error.strerror if isinstance(error, OSError) and error.strerror else "it cannot be started"
            msg = f"the exec plugin {self.name} cannot be run: {why}. Install it where the operator runs."
            raise PluginError(msg) from None
        try:
            async with asyncio.timeout(self.seconds):
                output, _ = await process.communicate()
        except TimeoutError:
            msg = f"the exec plugin {self.name} gave no answer in {self.seconds:g} s. {self._cure}"
            raise PluginError(msg) from None
        finally:
            await _ended(process)
        if process.returncode:
            msg = f"the exec plugin {self.name} failed with exit code {process.returncode}. {self._cure}"
            raise PluginError(msg)
        return output


async def _ended(process: asyncio.subprocess.Process) -> None:
    """End the program, where it still runs, and what it has started."""
    if process.returncode is not None:
        return
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    await process.wait()


def _cluster_told(cluster: Mapping[str, Any]) -> dict[str, Any]:
    """Return the cluster in the words of an ExecCredential."""
    names = (
        "server",
        "tls-server-name",
        "insecure-skip-tls-verify",
        "certificate-authority-data",
        "proxy-url",
    )
    told = {name: cluster[name] for name in names if name in cluster}
    for extension in cluster.get("extensions") or ():
        if extension.get("name") == "client.authentication.k8s.io/exec":
            told["config"] = extension.get("extension")
    return told


def _instant(text: object) -> datetime | None:
    """Read RFC 3339, aware; one without a zone is UTC. Raises ValueError."""
    if text is None:
        return None
    found = datetime.fromisoformat(str(text))
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)
