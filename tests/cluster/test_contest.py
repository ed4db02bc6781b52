"""A GitOps loop that reverts the floor, on the real API server: answered, told by name, no flapping."""

from __future__ import annotations

import contextlib
import threading
import time
from typing import TYPE_CHECKING

import yaml

from tests.cluster.operator_process import Sun
from tests.cluster.stage import BASELINE, NAME, PEAK, Stage, at, autoscaler, calendar, hpa, workload
from tests.cluster.waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cluster.cluster_api import Watch

SPEED = 4
EVERY_SECONDS = 10 / SPEED
"""Ten seconds of the operator's clock."""
CONTROLLER = "argocd-controller"
WATCHED_SECONDS = 66 / SPEED


class Reverting:
    """Applies the owner's HPA by force whenever the minimum is not the owner's, as self-healing does."""

    def __init__(self, stage: Stage) -> None:
        self._stage, self._end = stage, threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.failed: Exception | None = None
        self.reverted: list[float] = []

    def _run(self) -> None:
        while not self._end.wait(EVERY_SECONDS):
            try:
                if self._stage.minimum() != BASELINE:
                    self._apply()
                    self.reverted.append(time.monotonic())
            except Exception as error:  # noqa: BLE001 - handed to the test's thread
                self.failed = error
                return

    def _apply(self) -> None:
        flags = ("--server-side", "--force-conflicts", f"--field-manager={CONTROLLER}")
        self._stage.kubectl("apply", *flags, "-f", "-", stdin=_manifest())

    @contextlib.contextmanager
    def going_on(self) -> Iterator[None]:
        self._thread.start()
        try:
            yield
        finally:
            self._end.set()
            self._thread.join(timeout=30)
        assert self.failed is None, self.failed


def _manifest() -> str:
    return yaml.safe_dump(hpa())


def noting_counts(stage: Stage, counts: list[int]) -> Watch:
    return stage.api.watching("Deployment", NAME, lambda body: counts.append(body["spec"]["replicas"]))


def test_a_loop_that_reverts_is_named_and_answered_twice_a_minute(stage: Stage):
    stage.set(workload(), hpa(), calendar(), autoscaler())
    loop = Reverting(stage)
    counts: list[int] = []
    with stage.operator(Sun.rising(at("08:20:30"), SPEED)):
        stage.floored(PEAK)
        with noting_counts(stage, counts), loop.going_on():
            message = stage.told("FloorContested", "True", "RevertedRepeatedly")
            assert message.startswith(
                f"{CONTROLLER} set spec.minReplicas of HorizontalPodAutoscaler web to {BASELINE}, 3 times in"
            )
            assert "Leave spec.minReplicas out of what" in message
            assert "ignoreDifferences with the JSON pointer /spec/minReplicas" in message
            told = len(loop.reverted)
            time.sleep(WATCHED_SECONDS)  # a minute, and a little more, of the operator's clock
            answers = len(loop.reverted) - told
        # In no version does firstbell lower the count behind the loop: what the window needs keeps running.
        assert set(counts) == {PEAK}, counts
        assert 1 <= answers <= 3, loop.reverted
        stage.floored(PEAK)
        assert stage.marks()["firstbell.dev/baseline"] == str(BASELINE)
        until(lambda: ("firstbell", "Update") not in stage.owners_of_minimum(), "the field is handed back")
