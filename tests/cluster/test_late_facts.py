"""A snow day declared before the bell, in the window, for one region; taken back; five hundred of them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from tests.cluster.commands import firstbell, said
from tests.cluster.operator_process import Sun
from tests.cluster.stage import BASELINE, CALENDAR, PEAK, Stage, at, autoscaler, calendar, hpa, workload
from tests.cluster.waiting import until

if TYPE_CHECKING:
    from tests.cluster.cluster_api import Json

KIND = "CalendarException"
DAY = "2026-03-04"
LATE = {"name": "late", "classPeriods": [{"name": "1", "startTime": "08:50", "endTime": "09:50"}]}
BELLS = [*calendar()["spec"]["bellSchedules"], LATE]
LONG = autoscaler()["spec"]["peaks"][0] | {"holdMinutes": 120}
HOSTILE = "\x1b[2J\u202egnitset {{ .Values }} $(rm -rf /) '\"`" + "\u2066" * 900
MANY = 500


def declared(name: str, of: str = CALENDAR, **spec: Any) -> Json:
    body = {"calendarRef": {"name": of}, "startDate": DAY, "event": "WeatherDay"} | spec
    return {
        "apiVersion": "firstbell.dev/v1alpha1",
        "kind": KIND,
        "metadata": {"name": name},
        "spec": body,
    }


def state(stage: Stage, name: str) -> str:
    return ((stage.api.get(KIND, name) or {}).get("status") or {}).get("state", "")


def told(stage: Stage, name: str) -> str:
    status = (stage.api.get(KIND, name) or {}).get("status") or {}
    return "; ".join(f"{one['reason']}: {one['message']}" for one in status.get("conditions", []))


def applied(stage: Stage, name: str) -> None:
    until(lambda: state(stage, name) == "Applied", lambda: f"{name} is applied: {told(stage, name)}")


def test_a_remote_day_declared_before_the_bell_moves_it_and_its_withdrawal_ends_it(stage: Stage):
    stage.set(workload(), hpa(), calendar(bellSchedules=BELLS), autoscaler())
    here = ("-n", stage.namespace)
    with stage.operator(sun := Sun.rising(at("08:10"), 1, hurry=120)):
        stage.told("Ready", "True", "Serving")
        refused = firstbell(stage, "declare", CALENDAR, DAY, "--bell", "lat", *here, "--yes")
        assert (refused.returncode, stage.api.list(KIND)) == (2, [])
        assert 'The nearest known bell schedule is "late"' in refused.stderr
        words = said(stage, "declare", CALENDAR, DAY, "--remote", "--bell", "late", "--yes", *here)
        assert f"lower   first-lesson at Wed 04 Mar 08:30: {PEAK} -> {BASELINE}" in words
        assert f"higher  first-lesson at Wed 04 Mar 08:50: {BASELINE} -> {PEAK}" in words
        assert "Applied: Wed 04 Mar 2026: in person, bell schedule day from 08:30 -> remote" in words
        sun.wait_for(at("08:31"))
        assert stage.minimum() == BASELINE
        sun.wait_for(at("08:40"))
        stage.floored(PEAK)
        sun.wait_for(at("08:43"))  # what a start holds is over
        name = stage.api.list(KIND)[0]["metadata"]["name"]
        assert "taken back" in said(stage, "declare", "--withdraw", name, "--yes", *here)
        stage.released()
        assert stage.condition("PlanShrunk")["status"] == "False"


def test_a_region_that_closes_in_the_window_falls_at_once_and_comes_back(stage: Stage):
    regions = [{"name": "north"}, {"name": "south"}]
    stage.set(workload(), hpa(), calendar(regions=regions), autoscaler(peaks=[LONG]), declared("gone"))

    def delete_one_that_was_read() -> None:
        stage.api.delete(KIND, "gone")

    with stage.operator(sun := Sun.rising(at("08:21"), 1, hurry=240), delete_one_that_was_read):
        stage.floored(PEAK, seconds=60)  # no watch has told of it: it is missed
        sun.wait_for(at("08:23:30"))  # what a start holds is over
        stage.set(declared("snow", regions=["north"], note=HOSTILE))
        until(lambda: stage.minimum() == PEAK // 2, lambda: f"half of it falls: {stage.conditions()}")
        assert stage.condition("PlanShrunk")["status"] == "False"
        applied(stage, "snow")
        words = "north: in person, bell schedule day from 08:30 -> no lessons (WeatherDay)"
        assert words in told(stage, "snow")
        broken = declared("broken", regions=["west"])
        stage.set(broken, declared("early", "nowhere"))
        until(lambda: state(stage, "broken") == "Invalid", "a broken one is told")
        assert 'there is no region "west"' in told(stage, "broken")
        until(lambda: state(stage, "early") == "Invalid", "one without its calendar is told")
        assert stage.minimum() == PEAK // 2
        stage.api.delete(KIND, "snow")
        until(lambda: stage.minimum() == PEAK, "all of it comes back")
        nowhere = calendar()
        nowhere["metadata"]["name"] = "nowhere"
        stage.set(nowhere)
        applied(stage, "early")


def test_five_hundred_at_once_are_each_told_once_and_harm_no_other_calendar(stage: Stage):
    other = calendar()
    other["metadata"]["name"] = "other"
    stage.set(workload(), hpa(), calendar(), other, autoscaler(peaks=[LONG]))
    stage.set(declared("over", startDate="2026-01-05", ttlSecondsAfterFinished=0))
    with stage.operator(sun := Sun.rising(at("08:21"), 1, hurry=240)):
        stage.floored(PEAK)
        until(lambda: stage.api.get(KIND, "over") is None, "what is over is deleted")
        sun.wait_for(at("08:23:30"))
        many = [declared(f"n{number:03}", "other", note=HOSTILE) for number in range(MANY)]
        for number, body in enumerate(many):
            body["spec"]["startDate"] = f"2026-04-{number % 30 + 1:02}"
        with ThreadPoolExecutor(8) as threads:
            list(threads.map(stage.api.create, many))
        stage.set(declared("snow"))
        until(lambda: stage.minimum() == BASELINE, "another calendar's snow day is followed meanwhile")
        until(
            lambda: sum("status" in one for one in stage.api.list(KIND)) == MANY + 1,
            "each has its status",
            seconds=90,
            every=1,  # five hundred objects each time
        )
        versions = {
            one["metadata"]["name"]: one["metadata"]["resourceVersion"] for one in stage.api.list(KIND)
        }
        states = {one["status"]["state"] for one in stage.api.list(KIND)}
        assert states == {"Applied"}
        stage.api.delete(KIND, "snow")
        stage.floored(PEAK)
        later = {one["metadata"]["name"]: one["metadata"]["resourceVersion"] for one in stage.api.list(KIND)}
        assert later.items() <= versions.items(), "an idle tick writes no status anew"
