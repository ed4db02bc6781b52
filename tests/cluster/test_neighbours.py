"""One tenant's calendars, however costly and however often edited, take nobody else's bell away."""

from __future__ import annotations

import contextlib
import logging
import signal
import threading
import time
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Self

import pytest
import requests

from tests.cluster.attack import Attack
from tests.cluster.cluster_api import ClusterApi
from tests.cluster.conftest import _namespace
from tests.cluster.operator_process import Sun, fast_process
from tests.cluster.stage import PEAK, Stage, at, autoscaler, calendar, hpa, workload
from tests.cluster.stand_ins import free_port
from tests.cluster.waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

log = logging.getLogger(__name__)

CALENDARS = 20
WORKLOADS = 5
HIGHER = PEAK + 3
LATE_SECONDS = 5.0
"""Of the wall, less what the operator had to wait for a processor that others used: no tenant has done that.
Without an attack the rise is there at its instant."""
UNDER_ATTACK = timedelta(seconds=25)
"""Before the bell, at it, and all the time of the second start. It wears out a processor and a half."""
SILENT_SECONDS = 10.0
"""As long as the chart lets the liveness probe wait for one answer, twice."""
STARTS_WITHIN_SECONDS = 80.0


@pytest.fixture
def neighbour(control_plane) -> Iterator[tuple[str, ClusterApi]]:
    with (
        _namespace(control_plane) as name,
        ClusterApi(control_plane.kubeconfig, control_plane.context, name) as api,
    ):
        yield name, api


class Probe:
    """Asks for the liveness again and again: the longest time without an answer, in seconds."""

    def __init__(self, port: int) -> None:
        self._url = f"http://127.0.0.1:{port}/healthz"
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._last: float | None = None
        self.longest = 0.0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join(30)

    @property
    def answered(self) -> bool:
        return self._last is not None

    def silent(self) -> float:
        """The longest silence so far, the present one included."""
        return max(self.longest, 0.0 if self._last is None else time.monotonic() - self._last)

    def _run(self) -> None:
        while not self._ended.wait(0.2):
            with contextlib.suppress(requests.RequestException):
                requests.get(self._url, timeout=5)
                now = time.monotonic()
                self.longest = max(self.longest, now - (self._last or now))
                self._last = now


class Starved:
    """How many seconds the first thread of a process has waited for a processor, ready to run, since then."""

    def __init__(self, sun: Sun, since: datetime) -> None:
        self._pid: int | None = None
        self._before = 0.0
        self._timer = threading.Timer(max(0.0, (since - sun.now()).total_seconds()), self._begin)
        self._timer.daemon = True
        self._timer.start()

    def watch(self, pid: int) -> None:
        self._pid = pid

    def seconds(self) -> float:
        return max(0.0, self._waited() - self._before)

    def _begin(self) -> None:
        self._before = self._waited()

    def _waited(self) -> float:
        """Linux tells it; elsewhere it is none."""
        try:
            _, waited, _ = Path(f"/proc/{self._pid}/schedstat").read_text().split()
        except OSError:
            return 0.0
        return int(waited) / 1e9


def minima(stage, names) -> set[int]:
    """The floors that stand there."""
    return {(stage.api.get("HorizontalPodAutoscaler", name) or {})["spec"]["minReplicas"] for name in names}


def named(body, name):
    body["metadata"]["name"] = name
    if "scaleTargetRef" in body["spec"]:
        body["spec"]["scaleTargetRef"]["name"] = name
    return body


def test_a_neighbour_s_costly_calendars_take_no_bell_away_and_no_start(stage: Stage, neighbour, tmp_path):
    place, api = neighbour
    attack = Attack(api, CALENDARS)
    attack.make()
    names = [f"web-{number}" for number in range(WORKLOADS)]
    stage.set(calendar(), *(named(make(), name) for name in names for make in (workload, hpa, autoscaler)))
    port = free_port()
    sun = Sun.rising(at("08:19"), 1)
    starved = Starved(sun, at("08:20"))
    raised: dict[str, float] = {}
    for_others: dict[str, float] = {}

    def risen(name):
        def seen(body):
            if body["spec"]["minReplicas"] == PEAK and name not in raised:
                for_others[name] = starved.seconds()
                raised[name] = (sun.now() - at("08:20")).total_seconds()

        return seen

    def operator(log):
        return fast_process(
            stage.for_operator, stage.namespace, sun, tmp_path / log, also=place, probe_port=port
        )

    with contextlib.ExitStack() as stack:
        for name in names:
            stack.enter_context(stage.api.watching("HorizontalPodAutoscaler", name, risen(name)))
        with operator("first.log") as running, Probe(port) as probe:
            starved.watch(running.process.pid)
            running.says("started", seconds=STARTS_WITHIN_SECONDS)
            until(lambda: probe.answered, "liveness is answered", seconds=STARTS_WITHIN_SECONDS)
            sun.wait_for(at("08:20") - UNDER_ATTACK)
            stack.enter_context(attack.editing())
            until(lambda: len(raised) == WORKLOADS, lambda: f"all are raised: {raised}", seconds=150)
            until(attack.told, "what was done is told on a calendar", seconds=60)
            silent = probe.silent()
            running.ends(signal.SIGKILL, seconds=30)
        figures = sorted(round(late, 2) for late in raised.values()), round(silent, 2), attack.edits
        log.info("raised at %s, silent for %s s, %s edits", *figures)
        late = {name: raised[name] - for_others[name] for name in names}
        assert max(late.values()) <= LATE_SECONDS, f"raised so late: {raised}; for others {for_others}"
        assert silent <= SILENT_SECONDS

        # The attack goes on, and a process that starts now follows an edit of theirs.
        begun = time.monotonic()
        with operator("second.log") as running, Probe(port) as probe:
            running.says("started", seconds=STARTS_WITHIN_SECONDS)
            peaks = autoscaler(replicas=HIGHER)["spec"]["peaks"]
            for name in names:
                stage.api.patch("SchoolAutoscaler", name, {"spec": {"peaks": peaks}})
            until(lambda: minima(stage, names) == {HIGHER}, f"floors of {HIGHER}", seconds=60)
            log.info("followed %.1f s after a start", time.monotonic() - begun)
            assert probe.silent() <= SILENT_SECONDS
