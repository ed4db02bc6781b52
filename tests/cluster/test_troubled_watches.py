"""Watches in trouble: a silent one is noticed, and none of them makes us ask the API server without end."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from aiohttp import web

from tests.cluster.operator_process import OperatorThread, settings_for
from tests.cluster.stage import NAME, PEAK, Stage, autoscaler, calendar, hpa, workload
from tests.cluster.troubled_api import Asked, TroubledApi, refusal
from tests.cluster.waiting import until

if TYPE_CHECKING:
    from collections.abc import Callable

HPA, POLICY = "HorizontalPodAutoscaler", "SchoolAutoscaler"
NOTICED_SECONDS = 75
TROUBLE_SECONDS = 12.0
"""Lists that nothing holds back are dozens by then; the longest pause between them is 15 seconds."""
LISTS_APART_SECONDS = 5.0
ASKED_PER_SECOND = 0.8
"""Of one kind, lists and watches together."""
LATE_SECONDS = 60
OWN = {"schoolcalendars", "schoolautoscalers"}


@pytest.fixture
def api(stage: Stage):
    with TroubledApi(stage.for_operator.kubeconfig) as found:
        yield found


@pytest.fixture
def operator(stage: Stage, api: TroubledApi, rush, tmp_path):
    stage.set(workload(), hpa(), calendar(), autoscaler())
    kubeconfig = api.kubeconfig(tmp_path / "kubeconfig", {"token": "any"})
    settings = replace(settings_for(stage.for_operator, stage.namespace), kubeconfig=kubeconfig, context=None)
    with OperatorThread(settings, rush, lambda: None) as running:
        stage.floored(PEAK)
        yield running


def with_peak(replicas: int) -> dict[str, object]:
    return {"spec": {"peaks": [{**autoscaler()["spec"]["peaks"][0], "replicas": replicas}]}}


@pytest.mark.usefixtures("operator")
def test_what_happens_behind_a_silent_watch_is_seen_within_75_seconds(stage: Stage, api: TroubledApi):
    until(lambda: {asked.kind for asked in api.asked if asked.watches} >= OWN, "our kinds are watched")
    since = api.hush()
    stage.api.patch(HPA, NAME, {"spec": {"minReplicas": 3}})
    stage.api.patch(POLICY, NAME, with_peak(14))
    stage.floored(14, seconds=NOTICED_SECONDS - (time.monotonic() - since))


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


@pytest.mark.usefixtures("operator")
@pytest.mark.parametrize("answer", TROUBLES.values(), ids=TROUBLES.keys())
def test_where_every_watch_is_in_trouble_lists_are_apart_and_all_goes_on_afterwards(
    stage: Stage, api: TroubledApi, answer
):
    until(lambda: {asked.kind for asked in api.asked if asked.watches} >= OWN, "our kinds are watched")
    api.trouble = lambda asked: answer() if asked.watches else None
    begun = api.cut()
    until(
        lambda: time.monotonic() - begun >= TROUBLE_SECONDS, "the trouble lasts", seconds=TROUBLE_SECONDS + 5
    )
    asked = [one for one in api.asked if one.at >= begun]
    api.trouble = lambda _: None
    lasted = time.monotonic() - begun
    kinds = {one.kind for one in asked}
    for kind in kinds:
        lists = [one for one in asked if one.kind == kind and one.lists]
        assert len(lists) <= lasted / LISTS_APART_SECONDS + 2, kind
    assert len(asked) / lasted < ASKED_PER_SECOND * len(kinds), rates(asked)
    stage.api.patch(HPA, NAME, {"spec": {"minReplicas": 3}})
    stage.floored(PEAK, seconds=LATE_SECONDS)
    stage.api.patch(POLICY, NAME, with_peak(14))
    stage.floored(14, seconds=LATE_SECONDS)


def rates(asked: list[Asked]) -> dict[str, int]:
    kinds = {one.kind for one in asked}
    return {kind: sum(one.kind == kind for one in asked) for kind in sorted(kinds)}


@pytest.mark.usefixtures("operator")
def test_a_write_that_is_asked_to_wait_waits_and_what_stands_in_its_way_is_told(
    stage: Stage, api: TroubledApi
):
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
