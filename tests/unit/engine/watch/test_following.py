"""How other people's objects are followed: listed once, watched from there on, and what ends that."""

from __future__ import annotations

import asyncio

import pytest
from structlog.testing import capture_logs

from firstbell.engine.ports import Failure, FailureKind, Listed
from firstbell.engine.seen.store import Store
from firstbell.engine.watch.following import (
    BETWEEN_SECONDS,
    LISTS_SECONDS,
    follow_objects,
)
from firstbell.kinds.foreign_autoscalers import SCALED_OBJECT
from tests.unit.engine.bodies import a_deployment, a_scaled_object, an_hpa

HPAS, DEPLOYMENTS = "horizontalpodautoscalers", "deployments"
SECONDS = 2


class Ended(Exception):  # noqa: N818 - how a script says that it is over
    """No more answers."""


class FakeWatches:
    """Answers of each kind, one after the other; without any left a kind is watched in silence."""

    def __init__(self, **answers) -> None:
        self.answers = answers
        self.asked = []
        self.over = asyncio.Event()

    async def list_each(self, kind, namespace, take):
        listed = await self._next("list", kind[2], namespace, "")
        if isinstance(listed, Failure):
            return listed
        for item in listed.items:
            take(item)
        return listed.version

    async def watch(self, kind, namespace, since, tell):
        answer = await self._next("watch", kind[2], namespace, since)
        for event in () if isinstance(answer, Failure) or answer is None else answer:
            tell(event)
        return answer if isinstance(answer, Failure) else None

    async def _next(self, what, plural, namespace, since):
        self.asked.append((what, plural, namespace, since))
        script = self.answers.get(plural, [Listed(items=[], version="1")] if what == "list" else [])
        if script:
            return script.pop(0)
        if plural in self.answers:
            self.over.set()
        await asyncio.Event().wait()
        raise Ended

    def of(self, plural):
        return [(what, since) for what, asked, _, since in self.asked if asked == plural]


class FakeEngine:
    def __init__(self) -> None:
        self.store = Store()
        self.woken = []

    def wake(self, keys) -> None:
        self.woken.append(set(keys))


def versioned(body, version):
    body["metadata"] |= {"resourceVersion": str(version), "uid": "uid"}
    return body


def an_event(version, *, minimum=4, kind="MODIFIED", **metadata):
    return {"type": kind, "object": versioned(an_hpa(minimum=minimum, **metadata), version)}


def listed(*bodies, version=10):
    return Listed(items=list(bodies), version=str(version))


def failed(kind):
    return Failure(kind=FailureKind(kind), message="made to fail")


async def followed(watches, namespaces=("ns",), engine=None, listed_anew=lambda: None):
    """Follows until the scripts are over, or a watch is refused: the engine, and how long was slept."""
    engine, slept = engine or FakeEngine(), []

    async def sleep(seconds):
        slept.append(seconds)
        await asyncio.sleep(0)

    following = asyncio.ensure_future(follow_objects(engine, watches, namespaces, sleep, listed_anew))
    over = asyncio.ensure_future(watches.over.wait())
    async with asyncio.timeout(SECONDS):
        await asyncio.wait((following, over), return_when=asyncio.FIRST_COMPLETED)
    refused = following.done()
    if refused:
        following.result()
    following.cancel()
    over.cancel()
    await asyncio.gather(following, over, return_exceptions=True)
    return engine, slept, refused


async def test_it_is_listed_once_and_watched_from_the_last_that_was_told():
    bookmark = {"type": "BOOKMARK", "object": {"metadata": {"resourceVersion": "30"}}}
    watches = FakeWatches(
        **{HPAS: [listed(versioned(an_hpa(), 9)), [an_event(20, minimum=5)], [bookmark], None]}
    )
    engine, slept, _ = await followed(watches)
    assert watches.of(HPAS) == [
        ("list", ""),
        ("watch", "10"),
        ("watch", "20"),
        ("watch", "30"),
        ("watch", "30"),
    ]
    assert engine.store.floors["ns/web"].autoscaler.minimum == 5
    assert BETWEEN_SECONDS in slept


@pytest.mark.parametrize(("plural", "body"), [(DEPLOYMENTS, a_deployment()), (HPAS, an_hpa())])
async def test_what_changes_nothing_for_us_is_kept_for_its_version(plural, body):
    """Else an answer to a write of ours of that version takes away what is known of Ready replicas."""
    same = {"type": "MODIFIED", "object": versioned({**body, "metadata": {**body["metadata"]}}, 12)}
    same["object"]["status"] = {**body.get("status", {}), "conditions": [{"type": "Other", "status": "True"}]}
    watches = FakeWatches(**{plural: [listed(versioned(body, 11)), [same]]})
    engine, _, _ = await followed(watches)
    store = engine.store.workloads if plural == DEPLOYMENTS else engine.store.floors
    assert [seen.version for seen in store.values()] == ["12"]
    assert engine.woken == [set()], "by the list, and not again"


async def test_what_changes_nothing_for_us_wakes_nobody_and_what_is_gone_is_dropped():
    same, told = an_event(11), an_event(13, kind="DELETED")
    same["object"]["status"] = {"currentMetrics": [{"type": "Resource"}]}
    watches = FakeWatches(**{HPAS: [listed(versioned(an_hpa(), 9)), [same, an_event(12, minimum=7), told]]})
    engine, _, _ = await followed(watches)
    assert len(engine.woken) == 3, "for the list, the edit and the deletion"
    assert engine.store.floors == {}


async def test_workloads_are_followed_too():
    body = versioned(a_deployment(), 9)
    watches = FakeWatches(**{DEPLOYMENTS: [listed(body), [{"type": "DELETED", "object": body}], None]})
    engine, _, _ = await followed(watches)
    assert (engine.store.workloads, len(engine.woken)) == ({}, 2)


async def test_a_version_that_is_too_old_is_listed_again():
    watches = FakeWatches(
        **{HPAS: [listed(), failed("Expired"), listed(versioned(an_hpa(), 40), version=41), None]}
    )
    engine, _, _ = await followed(watches)
    assert [what for what, _ in watches.of(HPAS)] == ["list", "watch", "list", "watch", "watch"]
    assert list(engine.store.floors) == ["ns/web"]


@pytest.mark.parametrize("kind", ["Unreachable", "ServerError", "Throttled"])
async def test_a_broken_watch_goes_on_where_it_was_after_ever_longer_waits(kind):
    watches = FakeWatches(
        **{HPAS: [failed(kind), listed(), *[failed(kind)] * 6, [an_event(20)], failed(kind)]}
    )
    _, slept, _ = await followed(watches)
    assert watches.of(HPAS)[:2] == [("list", ""), ("list", "")]
    assert {since for what, since in watches.of(HPAS) if what == "watch"} == {"10", "20"}
    assert slept[0] == 1.0
    assert LISTS_SECONDS - 0.5 < slept[1] <= LISTS_SECONDS, "a list costs more than a watch"
    assert slept[2:] == [1.0, 2.0, 4.0, 5.0, 5.0, 5.0, BETWEEN_SECONDS, 1.0]


async def test_where_every_watch_is_too_old_lists_come_ever_less_often_and_each_is_told_of():
    watches = FakeWatches(**{HPAS: [listed(), *[failed("Expired"), listed()] * 5]})
    told = []
    _, slept, _ = await followed(watches, listed_anew=lambda: told.append(1))
    assert [what for what, _ in watches.of(HPAS)] == ["list", "watch"] * 6
    assert [round(seconds) for seconds in slept] == [5, 10, 15, 15, 15]
    assert len(told) == 5, "not of the first"


async def test_a_list_that_always_fails_is_asked_for_ever_less_often():
    watches = FakeWatches(**{HPAS: [failed("ServerError")] * 6})
    _, slept, _ = await followed(watches)
    assert [round(seconds) for seconds in slept] == [1, 5, 2, 10, 4, 15, 5, 15, 5, 15, 5, 15]


async def test_a_list_without_a_version_is_not_asked_for_without_end():
    watches = FakeWatches(**{HPAS: [listed(version="")] * 4})
    _, slept, _ = await followed(watches)
    assert [round(seconds) for seconds in slept] == [5, 10, 15, 15]


async def test_a_watch_that_ends_at_once_and_tells_nothing_is_begun_ever_less_often():
    watches = FakeWatches(**{HPAS: [listed(), *[None] * 8, [an_event(20)], None]})
    _, slept, _ = await followed(watches)
    between = BETWEEN_SECONDS
    assert slept == pytest.approx(
        [*(between * 2**number for number in range(5)), 5.0, 5.0, 5.0, between, between * 2]
    )


async def test_a_watch_that_tells_something_before_it_is_too_old_does_not_hasten_lists():
    watches = FakeWatches(**{HPAS: [listed(), *[[an_event(20)], failed("Expired"), listed()] * 3]})
    _, slept, _ = await followed(watches)
    assert [round(seconds) for seconds in slept if seconds != BETWEEN_SECONDS] == [5, 5, 5]


@pytest.mark.parametrize("kind", ["Unauthenticated", "Unreachable"])
async def test_what_may_pass_is_not_taken_for_good(kind):
    watches = FakeWatches(**{HPAS: [listed(), failed(kind), None]})
    _, _, refused = await followed(watches)
    assert not refused


@pytest.mark.parametrize("kind", ["NotFound", "Forbidden"])
@pytest.mark.parametrize("before", [[], [listed()]], ids=["the list", "the watch"])
async def test_what_is_refused_for_good_ends_all(kind, before):
    watches = FakeWatches(**{DEPLOYMENTS: [*before, failed(kind)]})
    with capture_logs() as logs:
        _, _, refused = await followed(watches)
    assert refused
    assert [line["kind"] for line in logs if line["log_level"] == "error"] == [DEPLOYMENTS]


async def test_an_object_that_we_do_not_understand_keeps_no_other_from_being_followed():
    broken = {"type": "MODIFIED", "object": {"metadata": {"resourceVersion": "11"}}}
    watches = FakeWatches(**{HPAS: [listed(), [broken, an_event(12)], None]})
    with capture_logs() as logs:
        engine, _, _ = await followed(watches)
    assert list(engine.store.floors) == ["ns/web"]
    assert [line["event"] for line in logs] == ["event not understood"]


async def test_each_kind_is_followed_in_each_namespace_or_in_all():
    for namespaces, want in (((), {None}), (("a", "b"), {"a", "b"})):
        watches = FakeWatches(**{HPAS: [listed() for _ in namespaces or (None,)]})
        await followed(watches, namespaces)
        asked = {(plural, namespace) for _, plural, namespace, _ in watches.asked}
        kinds = {HPAS, DEPLOYMENTS, "statefulsets"}
        assert asked == {(kind, namespace) for kind in kinds for namespace in want}


async def test_scaled_objects_are_followed_where_there_are_any():
    engine = FakeEngine()
    engine.store.floors.followed.add(SCALED_OBJECT)
    watches = FakeWatches(scaledobjects=[listed(versioned(a_scaled_object(), 9)), None])
    await followed(watches, engine=engine)
    assert list(engine.store.floors) == ["ns/ScaledObject/web"]
