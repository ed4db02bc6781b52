"""Events beside the work: posted in order, repeats counted, dropped rather than queued without end."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import timedelta

from firstbell.adapters.events import KubernetesEvents
from firstbell.engine.ports import Happening
from tests.fakes import FakeCluster, ManualClock, instant, settled

WEB = {
    "apiVersion": "firstbell.dev/v1alpha1",
    "kind": "SchoolAutoscaler",
    "namespace": "ns",
    "name": "web",
    "uid": "u1",
}
ROSE = Happening(reason="ScaledUp", message="desired replicas 4 -> 100: first bell")
LATE = Happening(reason="LateForBell", message="60 of 100 Ready", warning=True)


class Sink:
    """A sink on a fake cluster, its worker running while the body does."""

    def __init__(self, cluster=None, pause=0) -> None:
        self.cluster = cluster or FakeCluster()
        self.clock = ManualClock(instant("2024-09-09T08:20"))
        self.sink = KubernetesEvents(self.cluster, self.clock, seconds_between_posts=pause)

    async def posted(self, *happenings, involved=WEB):
        """The events in the cluster after these were posted and worked off."""
        for happening in happenings:
            self.sink.post(involved, happening)
            self.clock.set(self.clock.now() + timedelta(seconds=1))
        worker = asyncio.create_task(self.sink.run())
        await settled()
        worker.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await worker
        return [body for (_, plural, _, _), body in self.cluster.objects.items() if plural == "events"]


async def test_an_event_is_on_its_object():
    (event,) = await Sink().posted(LATE)
    assert event["metadata"]["namespace"] == "ns"
    assert event["metadata"]["name"].startswith("web.")
    assert {key: event[key] for key in ("kind", "involvedObject", "reason", "message", "type", "count")} == {
        "kind": "Event",
        "involvedObject": WEB,
        "reason": "LateForBell",
        "message": "60 of 100 Ready",
        "type": "Warning",
        "count": 1,
    }
    assert event["firstTimestamp"] == event["lastTimestamp"] == "2024-09-09T08:20:00Z"
    assert event["source"]["component"] == event["reportingComponent"] == "firstbell"


async def test_an_ordinary_event_is_no_warning():
    (event,) = await Sink().posted(ROSE)
    assert event["type"] == "Normal"


async def test_a_repeat_is_counted_on_the_event_that_it_repeats():
    sink = Sink()
    (event,) = await sink.posted(LATE, LATE, LATE)
    assert (event["count"], event["firstTimestamp"], event["lastTimestamp"]) == (
        3,
        "2024-09-09T08:20:00Z",
        "2024-09-09T08:20:02Z",
    )
    assert [verb for verb, _ in sink.cluster.requests] == ["POST", "PATCH", "PATCH"]


async def test_another_message_or_another_object_is_another_event():
    sink = Sink()
    await sink.posted(LATE, ROSE)
    assert len(await sink.posted(LATE, involved=WEB | {"uid": "u2"})) == 3


async def test_a_repeat_whose_event_has_expired_is_a_new_event():
    sink = Sink()
    await sink.posted(LATE)
    sink.cluster.objects.clear()
    (event,) = await sink.posted(LATE)
    assert event["count"] == 1
    (event,) = await sink.posted(LATE)
    assert event["count"] == 2


async def test_another_process_posts_events_of_its_own():
    first = Sink()
    await first.posted(LATE)
    second = Sink(first.cluster)
    second.clock.set(instant("2024-09-09T08:25"))
    second.sink = KubernetesEvents(first.cluster, second.clock, seconds_between_posts=0)
    assert len(await second.posted(LATE)) == 2


async def test_an_event_that_cannot_be_posted_is_dropped_and_the_next_is_posted():
    sink = Sink()
    sink.cluster.fail("Forbidden", verb="POST", times=1)
    (event,) = await sink.posted(LATE, ROSE)
    assert event["reason"] == "ScaledUp"
    assert len(await sink.posted(LATE)) == 2


async def test_a_full_queue_drops_and_never_blocks():
    sink = Sink()
    for number in range(700):
        sink.sink.post(WEB, Happening(reason="Many", message=str(number)))
    assert sum(map(len, sink.sink._waiting.values())) == 500
    assert sink.cluster.requests == []


async def test_what_is_remembered_of_repeats_is_bounded():
    sink = Sink()
    for number in range(3000):
        sink.sink._remember(str(number), 1)
    assert (len(sink.sink._posted), "2999" in sink.sink._posted) == (2000, True)


async def test_long_messages_and_names_are_cut():
    sink = Sink()
    (event,) = await sink.posted(
        Happening(reason="Long", message="x" * 5000), involved=WEB | {"name": "n" * 253}
    )
    assert (len(event["message"]), len(event["metadata"]["name"]) <= 60) == (1000, True)


async def test_at_most_a_few_are_posted_a_second():
    sink = Sink(pause=0.05)
    for number in range(20):
        sink.sink.post(WEB, Happening(reason="Many", message=str(number)))
    worker = asyncio.create_task(sink.sink.run())
    await asyncio.sleep(0.12)
    worker.cancel()
    assert 1 <= len(sink.cluster.requests) <= 3


async def test_what_nobody_would_see_is_spelled_out_and_not_without_end():
    turned, long = (
        Happening(reason="FailedUpdate", message=message)
        for message in ("denied \u202e.ti tnarG", "\u2066" * 900)
    )
    first, second = await Sink().posted(turned, long)
    assert first["message"] == r"denied \u202e.ti tnarG"
    assert len(second["message"]) == 1000
    assert second["message"].isascii() or second["message"].endswith("…")


async def test_a_namespace_with_very_many_events_does_not_silence_another():
    sink = Sink()
    flood = [Happening(reason="Flood", message=str(number)) for number in range(2000)]
    for happening in flood:
        sink.sink.post(WEB | {"namespace": "evil"}, happening)
    events = await sink.posted(ROSE, LATE)
    assert {"ScaledUp", "LateForBell"} <= {event["reason"] for event in events}
    assert [event["reason"] for event in events[:4]] == ["Flood", "ScaledUp", "Flood", "LateForBell"]
    assert len(events) <= 500
