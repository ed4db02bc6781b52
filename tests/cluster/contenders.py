"""Several operators of one installation on its Leases, each with a token of its own.

By the credential's id the audit log tells them apart: who wrote what, and when each renewed the Lease.
"""

from __future__ import annotations

import base64
import contextlib
import json
import signal
import time
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

import yaml
from kubernetes.client.exceptions import ApiException

from tests.cluster.audited import Audited
from tests.cluster.cluster_api import ClusterApi
from tests.cluster.operator_account import access
from tests.cluster.operator_process import fast_process
from tests.cluster.troubled_api import TroubledApi, refusal
from tests.cluster.waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.cluster.operator_process import Process, Sun
    from tests.cluster.stage import Stage

CREDENTIAL = "authentication.kubernetes.io/credential-id"
OK = range(200, 300)


@dataclass(frozen=True)
class Write:
    """One write that the API server took: what of, when by its clock, and by whose credential."""

    at: float
    who: str
    resource: str
    name: str

    @property
    def is_of_the_lease(self) -> bool:
        return self.resource == "leases"


@dataclass
class Contender:
    """One operator as a process. Its way to the API server can be cut."""

    name: str
    process: Process
    credential: str
    api: TroubledApi

    def cut(self) -> None:
        """From now on nothing of it comes through; what there is is ended."""
        self.api.trouble = lambda _: refusal(503, "cut off")
        self.api.cut()

    def join(self) -> None:
        """It is let through again."""
        self.api.trouble = lambda _: None

    def send(self, number: signal.Signals) -> None:
        self.process.process.send_signal(number)

    @property
    def identity(self) -> str:
        """What it was last called in the Lease; empty before it has held one."""
        lines = (each for each in reversed(self.process.said.splitlines()) if " holds " in each)
        line = next((each for each in lines if "identity=" in each), "")
        return line.partition("identity=")[2].split(" ")[0]


@dataclass
class Contenders:
    """Use as a context manager: whoever still runs at the end is ended."""

    stage: Stage
    sun: Sun
    folder: Path
    seconds: int = 6
    shards: int = 1
    everybody: list[Contender] = field(default_factory=list)
    _stack: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for one in self.everybody:
            with contextlib.suppress(ProcessLookupError):
                one.send(signal.SIGCONT)
        self._stack.close()

    @cached_property
    def leases(self) -> ClusterApi:
        """The namespace of the Leases, as an administrator sees it."""
        here = self.stage.control_plane
        return self._stack.enter_context(ClusterApi(here.kubeconfig, here.context, self.place))

    @property
    def place(self) -> str:
        """The namespace of the Leases, which is also their name: the chart's, of that release."""
        return self.stage.accounts.operator.namespace

    def nobody_holds(self) -> None:
        """Leaves the Leases as after a clean stop: no process of another test is waited for."""
        for shard in range(self.shards):
            body = {
                "apiVersion": "coordination.k8s.io/v1",
                "kind": "Lease",
                "metadata": {"name": f"{self.place}-{shard}", "namespace": self.place},
                "spec": {"holderIdentity": ""},
            }
            with contextlib.suppress(ApiException):  # there may be none
                self.leases.delete("Lease", body["metadata"]["name"])
            self.leases.create(body)

    def start(self) -> Contender:
        """One more."""
        name = f"contender-{len(self.everybody)}"
        account = self.stage.accounts.operator
        path = access(self.stage.control_plane, account.namespace, account.name, self.folder / name)
        token = yaml.safe_load(path.read_text())["users"][0]["user"]["token"]
        claims = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
        api = self._stack.enter_context(TroubledApi(path))
        through = api.kubeconfig(self.folder / f"{name}-through", {"token": "any"})
        process = self._stack.enter_context(
            fast_process(
                through,
                self.stage.namespace,
                self.sun,
                self.folder / f"{name}.log",
                lease=f"{self.place}/{self.place}/{self.seconds}/{self.shards}",
            )
        )
        found = Contender(name=name, process=process, credential=f"JTI={claims['jti']}", api=api)
        self.everybody.append(found)
        return found

    def holder(self, shard: int = 0) -> str:
        """Who is named in the Lease."""
        found = self.leases.get("Lease", f"{self.place}-{shard}") or {}
        return str((found.get("spec") or {}).get("holderIdentity") or "")

    def writes(self) -> list[Write]:
        """What they wrote so far, Leases included, in the order of the API server's clock."""
        return sorted(self._writes(), key=lambda write: write.at)

    @cached_property
    def _audited(self) -> list[Audited]:
        """Of the test's namespace and of that of the Leases."""
        log = self.stage.control_plane.audit_log
        assert log is not None, "who wrote what is read off the audit log"
        return [Audited(log, namespace) for namespace in (self.stage.namespace, self.place)]

    def _writes(self) -> Iterator[Write]:
        names = {one.credential: one.name for one in self.everybody}
        for event in (event for audited in self._audited for event in audited.events()):
            credential = (event["user"].get("extra") or {}).get(CREDENTIAL, [""])[0]
            what = event["objectRef"]
            taken = (event.get("responseStatus") or {}).get("code", 0) in OK
            if credential not in names or not taken or event["verb"] not in {"patch", "create", "delete"}:
                continue
            at = datetime.fromisoformat(event["stageTimestamp"]).timestamp()
            yield Write(at=at, who=names[credential], resource=what["resource"], name=what.get("name", ""))


def overlaps(writes: list[Write], seconds: float, clean: set[str], rounding: float = 1.0) -> list[str]:
    """Where somebody wrote within the Lease of another one; `clean` are those that gave it up by themselves.

    A Lease counts from its last renewal. Whoever wrote before somebody else did has lost it by then.
    """
    found = []
    renewed: dict[str, float] = {}
    last: Write | None = None
    for write in writes:
        if write.is_of_the_lease:
            renewed[write.who] = write.at
            continue
        if last is not None and last.who != write.who and last.who not in clean:
            ends = renewed.get(last.who, 0.0) + seconds
            if write.at < ends - rounding:
                found.append(f"{write} {ends - write.at:.1f} s before the Lease of {last.who} ended")
        last = write
    return found


def follows(contender: Contender, seconds: float = 100) -> None:
    """Waits until it knows everything, whether it writes or stands by."""
    contender.process.says(" started ", seconds=seconds)


def seconds_until(look: Any, what: str, *, seconds: float = 60) -> float:
    """How long until something is true, of the wall."""
    begun = time.monotonic()
    until(look, what, seconds=seconds, every=0.02)
    return time.monotonic() - begun
