"""How long the operator waits before everything begins anew, and what it holds."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

from structlog.testing import capture_logs

from firstbell.app import pausing, tenure_of, wait_before_anew
from firstbell.engine.pace.fence import Fence
from firstbell.engine.pace.tenure import LeaseTimes, Tenure
from firstbell.engine.seen.store import Store
from firstbell.engine.watch.holding import Holding
from firstbell.engine.watch.loading import load
from firstbell.settings import Settings
from tests.fakes import FakeCluster, settled


def waits(*minutes_run: float) -> list[float]:
    found, last = [], 0.0
    for minutes in minutes_run:
        last = wait_before_anew(last, timedelta(minutes=minutes))
        found.append(last)
    return found


def test_what_ends_soon_again_is_waited_for_longer_each_time_up_to_a_bound():
    assert waits(0, 0, 0, 0, 0, 0, 0) == [1, 2, 4, 8, 16, 32, 32]


def test_after_a_run_of_a_minute_it_begins_after_a_second_again():
    assert waits(0, 0, 0, 1, 0, 60) == [1, 2, 4, 1, 2, 1]


def test_outside_of_a_pod_no_lease_is_taken_and_that_is_said_unless_it_is_told_where():
    kubeconfig = Path("nowhere")
    with capture_logs() as told:
        outside = tenure_of(Settings(kubeconfig=kubeconfig))
    assert outside.holds(0)
    assert outside.times is None
    assert [one["cause"] for one in told] == ["--lease-namespace gives it one"]
    with capture_logs() as told:
        leased = tenure_of(
            Settings(kubeconfig=kubeconfig, lease_namespace="operators", lease_seconds=6, shards=2)
        )
        assert not told
    assert (leased.times, leased.shards, leased.held()) == (LeaseTimes(duration=6), 2, {})
    with capture_logs() as told:
        assert tenure_of(Settings(lease=False, lease_namespace="operators")).times is None
    assert [one["cause"] for one in told] == ["--no-lease"]


async def test_who_waits_for_what_a_first_look_misses_holds_no_lease_meanwhile():
    cluster, tenure = FakeCluster(), Tenure(lambda: 0.0, LeaseTimes())
    lease = {"metadata": {"namespace": "operators", "name": "firstbell-0"}, "spec": {"holderIdentity": ""}}
    cluster.put("coordination.k8s.io", "leases", lease)
    holding = Holding(
        cluster,
        tenure,
        Fence(lambda: 0.0),
        namespace="operators",
        name="firstbell",
        identity="one",
        now=lambda: datetime(2026, 3, 4, 8, tzinfo=UTC),
        monotonic=lambda: 0.0,
    )
    await holding.first_try()
    holding.begin()
    cluster.fail("NotFound", path="schoolautoscalers")
    with capture_logs():
        looking = asyncio.create_task(load(cluster, Store(), (), pausing(holding)))
        await settled()
    assert not looking.done()
    assert tenure.held() == {}
    assert cluster.objects["coordination.k8s.io", "leases", "operators", "firstbell-0"]["spec"][
        "holderIdentity"
    ] in {"", None}
    looking.cancel()
    await holding.give_up()
