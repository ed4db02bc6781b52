"""Watches in trouble: a silent one is noticed, and none of them makes us ask the API server without end."""

from __future__ import annotations

import contextlib
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from aiohttp import web

from tests.cluster.at_once import at_once
from tests.cluster.conftest import staged
from tests.cluster.operator_process import OperatorThread, Sun, settings_for
from tests.cluster.stage import NAME, PEAK, Stage, at, autoscaler, calendar, hpa, workload
from tests.cluster.troubled_api import Asked, TroubledApi, refusal
from tests.cluster.waiting import until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Future
    from pathlib import Path

    from firstbell_workshop.local.control_plane import ControlPlane
    from tests.cluster.operator_account import ChartsAccounts

HPA, POLICY = "HorizontalPodAutoscaler", "SchoolAutoscaler"
SILENT = "behind silent watches"
NOTICED_SECONDS = 75
TROUBLE_SECONDS = 12.0
"""Lists that nothing holds back are dozens by then; the longest pause between them is 15 seconds."""
LISTS_APART_SECONDS = 5.0
ASKED_PER_SECOND = 0.8
"""Of one kind, lists and watches together."""
LATE_SECONDS = 60
OWN = {"schoolcalendars", "schoolautoscalers"}


def with_peak(replicas: int) -> dict[str, object]:
    return {"spec": {"peaks": [{**autoscaler()["spec"]["peaks"][0], "replicas": replicas}]}}


class Watched:
    """An operator in a namespace of its own, which reaches the API server through a proxy of its own."""

    def __init__(self, stage: Stage, api: TroubledApi) -> None:
        self.stage, self.api = stage, api
        self.begun = 0.0
        """When its trouble began."""

    def begin(self, answer: Callable[[], web.StreamResponse]) -> None:
        """Ends its watches, and answers those that come in the next seconds so."""
        self.api.trouble = lambda asked: answer() if asked.watches and self.lasts(asked.at) else None
        self.begun = time.monotonic()
        self.api.cut()

    def lasts(self, instant: float) -> bool:
        return instant < self.begun + TROUBLE_SECONDS

    def asked(self) -> list[Asked]:
        """What it asked for in the time of trouble, once that is over."""
        until(lambda: not self.lasts(time.monotonic()), "it is over", seconds=TROUBLE_SECONDS + 5)
        return [one for one in self.api.asked if one.at >= self.begun and self.lasts(one.at)]


@contextlib.contextmanager
def watching(control_plane: ControlPlane, accounts: ChartsAccounts, folder: Path) -> Iterator[Watched]:
    with staged(control_plane, accounts) as stage:
        stage.set(workload(), hpa(), calendar(), autoscaler())
        with TroubledApi(stage.for_operator.kubeconfig) as api:
            kubeconfig = api.kubeconfig(folder / stage.namespace, {"token": "any"})
            settings = settings_for(stage.for_operator, stage.namespace)
            settings = replace(settings, kubeconfig=kubeconfig, context=None)
            with OperatorThread(settings, Sun.rising(at("08:21"), 2), lambda: None):
                stage.floored(PEAK)
                until(lambda: {one.kind for one in api.asked if one.watches} >= OWN, "our kinds are watched")
                yield Watched(stage, api)


def an_event(text: str) -> Callable[[], web.StreamResponse]:
    return lambda: web.Response(text=text, content_type="application/json")


TROUBLES: dict[str, Callable[[], web.StreamResponse]] = {
    "too old, as a status": lambda: refusal(410, "too old resource version"),
    "too old, as an event": an_event('{"type":"ERROR","object":{"kind":"Status","code":410}}\n'),
    "nothing": an_event(""),
    "garbage": an_event("<html>\n"),
    "an error": an_event('{"type":"ERROR","object":{"kind":"Status","code":500,"message":"etcd"}}\n'),
    "a broken server": lambda: refusal(500, "etcd"),
    "too many requests": lambda: refusal(429, "busy", **{"Retry-After": "1"}),
}


@pytest.fixture(scope="module")
def everybody(
    control_plane: ControlPlane, accounts: ChartsAccounts, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[], Watched]]:
    """Makes one more, which is there to the end of the file."""
    folder = tmp_path_factory.mktemp("kubeconfigs")
    with contextlib.ExitStack() as stack:
        yield lambda: stack.enter_context(watching(control_plane, accounts, folder))


@pytest.fixture(scope="module")
def in_trouble(everybody: Callable[[], Watched]) -> dict[str, Watched]:
    """One for each trouble: they wait at the same time."""
    return {name: everybody() for name in TROUBLES}


@pytest.fixture(scope="module")
def noticed(everybody: Callable[[], Watched], in_trouble: dict[str, Watched]) -> Iterator[Future[None]]:  # noqa: ARG001 - silence begins last
    """That what happens behind silent watches is followed in time: looked for from their silence on."""
    one = everybody()
    one.api.hush()
    one.stage.api.patch(HPA, NAME, {"spec": {"minReplicas": 3}})
    one.stage.api.patch(POLICY, NAME, with_peak(9))
    with at_once({SILENT: lambda: one.stage.floored(9, seconds=NOTICED_SECONDS)}) as ends:
        yield ends[SILENT]


@pytest.mark.usefixtures("noticed")
def test_where_every_watch_is_in_trouble_lists_are_apart_and_all_goes_on_afterwards(
    in_trouble: dict[str, Watched],
):
    for trouble, one in in_trouble.items():
        one.begin(TROUBLES[trouble])
    for trouble, one in in_trouble.items():
        asked = one.asked()
        kinds = {each.kind for each in asked}
        for kind in kinds:
            lists = [each for each in asked if each.kind == kind and each.lists]
            assert len(lists) <= TROUBLE_SECONDS / LISTS_APART_SECONDS + 2, (trouble, kind)
        assert len(asked) / TROUBLE_SECONDS < ASKED_PER_SECOND * len(kinds), (trouble, rates(asked))
    every_floor_follows(in_trouble, HPA, {"spec": {"minReplicas": 3}}, PEAK)
    every_floor_follows(in_trouble, POLICY, with_peak(9), 9)


def every_floor_follows(them: dict[str, Watched], kind: str, edit: dict[str, object], floor: int) -> None:
    for one in them.values():
        one.stage.api.patch(kind, NAME, edit)

    def behind() -> list[str]:
        stages = ((trouble, one.stage) for trouble, one in them.items())
        return [trouble for trouble, stage in stages if stage.minimum() != floor or stage.replicas() < floor]

    until(lambda: not behind(), lambda: f"floor and count of {floor}: {behind()}", seconds=LATE_SECONDS)


def rates(asked: list[Asked]) -> dict[str, int]:
    kinds = {one.kind for one in asked}
    return {kind: sum(one.kind == kind for one in asked) for kind in sorted(kinds)}


@pytest.mark.usefixtures("noticed")
def test_a_write_that_is_asked_to_wait_waits_and_what_stands_in_its_way_is_told(
    everybody: Callable[[], Watched],
):
    one = everybody()
    stage, api = one.stage, one.api
    refused: list[float] = []

    def busy(asked: Asked) -> web.StreamResponse | None:
        if asked.method != "PATCH" or asked.kind != NAME or "horizontalpodautoscalers" not in asked.path:
            return None
        refused.append(asked.at)
        return refusal(429, "busy", **{"Retry-After": "20"}) if len(refused) == 1 else None

    api.trouble = busy
    stage.api.patch(HPA, NAME, {"spec": {"minReplicas": 3}})
    until(lambda: refused, "the floor is asked for")
    message = "the API server has asked to wait with this request for 20 s"
    until(
        lambda: stage.condition("AbleToScale").get("message") == message,
        lambda: str(stage.conditions()),
        seconds=15,
    )
    assert len(refused) == 1, "and the status is written meanwhile"
    stage.floored(PEAK, seconds=LATE_SECONDS)
    assert refused[1] - refused[0] >= 20


def test_what_happens_behind_a_silent_watch_is_seen_within_75_seconds(noticed: Future[None]):
    noticed.result()
