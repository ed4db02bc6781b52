"""One morning in real time on the control plane, recorded beside other tests.

It takes six minutes by the clock on the wall and next to nothing else, so it begins with the first test of
`test_hpa_above_floor.py`, which waits a lot as well, and which the same process runs, and others, before
`test_simulation.py` (tests/order_of_files.py).
"""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from tests.cluster.operator_process import Sun
from tests.cluster.stage import BASELINE, CPU, NAME, PEAK, Stage, at, autoscaler, calendar, hpa, workload
from tests.cluster.waiting import until

if TYPE_CHECKING:
    from datetime import datetime

BELL = "08:36"
BEGIN, END = at("08:34:40"), at("08:40:40")
PEAK_OF_FIVE_MINUTES = {
    "name": "first-lesson", "anchor": "FirstPeriodStart", "replicas": PEAK,
    "leadMinutes": 1, "rampMinutes": 0, "holdMinutes": 2, "decayMinutes": 0,
}  # fmt: skip


class Step(NamedTuple):
    """What stood from a time on."""

    time: datetime
    floor: int
    replicas: int


def note(steps: list[Step], step: Step) -> None:
    """Adds a step, if it is one."""
    if not steps or steps[-1][1:] != step[1:]:
        steps.append(step)


def objects() -> list[dict[str, Any]]:
    """The calendar, the policy and the HPA of the morning."""
    return [calendar(BELL), autoscaler(peaks=[PEAK_OF_FIVE_MINUTES]), hpa(metric=CPU)]


class RealMorning:
    """The morning in a thread of its own, from the entry of the block on; `steps` waits for its end."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._steps: list[Step] = []
        self._looking = threading.Lock()
        self._error: BaseException | None = None
        self._given_up = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name="morning")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._given_up.set()
        self._thread.join(timeout=60)

    def steps(self) -> list[Step]:
        self._thread.join(timeout=(END - BEGIN + timedelta(minutes=2)).total_seconds())
        assert not self._thread.is_alive(), "the morning has no end"
        if self._error is not None:
            raise self._error
        return self._steps

    def _look(self, sun: Sun) -> None:
        with self._looking:
            note(self._steps, Step(sun.now(), self._stage.minimum(), self._stage.replicas()))

    def _run(self) -> None:
        stage = self._stage
        try:
            stage.set(workload(), *objects())
            until(lambda: stage.ready() == BASELINE, f"{BASELINE} Ready")
            with (
                stage.operator(sun := Sun.rising(BEGIN, 1)),
                stage.api.watching("HorizontalPodAutoscaler", NAME, lambda _: self._look(sun)),
                stage.api.watching("Deployment", NAME, lambda _: self._look(sun)),
            ):
                self._given_up.wait((END - sun.now()).total_seconds())
        except BaseException as error:  # noqa: BLE001 - handed to the test's thread
            self._error = error
