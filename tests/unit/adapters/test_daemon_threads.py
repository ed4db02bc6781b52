"""Blocking calls run beside the loop, so many at a time, and are waited for by nobody at the end."""

from __future__ import annotations

import asyncio
import threading

import pytest

from firstbell.adapters.daemon_threads import DaemonThreads
from tests.fakes import settled

SECONDS = 5


class Blocked:
    """Calls that hang until they are let go."""

    def __init__(self) -> None:
        self.free = threading.Event()
        self.lock = threading.Lock()
        self.running = self.most = 0

    def __call__(self) -> str:
        with self.lock:
            self.running += 1
            self.most = max(self.most, self.running)
        assert self.free.wait(SECONDS)
        with self.lock:
            self.running -= 1
        return threading.current_thread().name


@pytest.fixture
def blocked():
    calls = Blocked()
    yield calls
    calls.free.set()


async def running(calls: Blocked, number: int) -> None:
    async with asyncio.timeout(SECONDS):
        while calls.running != number:  # noqa: ASYNC110 - threads count it
            await asyncio.sleep(0.001)


async def test_what_a_call_returns_or_raises_comes_back():
    threads = DaemonThreads(most=1, most_of_one=1)
    assert await threads.run("a", lambda: 7) == 7
    with pytest.raises(ZeroDivisionError):
        await threads.run("a", lambda: 1 // 0)


async def test_so_many_run_at_a_time_and_fewer_for_one_name(blocked):
    threads = DaemonThreads(most=3, most_of_one=2)
    tasks = [asyncio.create_task(threads.run("a", blocked)) for _ in range(5)]
    await running(blocked, 2)
    tasks += [asyncio.create_task(threads.run("b", blocked)) for _ in range(5)]
    await running(blocked, 3)
    blocked.free.set()
    assert {*await asyncio.gather(*tasks)} == {"call a", "call b"}
    assert blocked.most == 3


async def test_a_call_that_nobody_waits_for_keeps_its_place_until_it_ends(blocked):
    threads = DaemonThreads(most=1, most_of_one=1)
    left = asyncio.create_task(threads.run("a", blocked))
    await running(blocked, 1)
    left.cancel()
    following = asyncio.create_task(threads.run("b", lambda: "ran"))
    await settled()
    assert not following.done()
    blocked.free.set()
    assert await following == "ran"


async def test_who_gives_up_waiting_for_a_place_takes_none(blocked):
    threads = DaemonThreads(most=1, most_of_one=1)
    first = asyncio.create_task(threads.run("a", blocked))
    await running(blocked, 1)
    waiting = [asyncio.create_task(threads.run(name, blocked)) for name in ("a", "b")]
    await settled()
    for each in waiting:
        each.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    blocked.free.set()
    await first
    assert await threads.run("b", lambda: "ran") == "ran"
    assert (threads._waiting, threads._of_name, threads._of_group) == ({}, {}, {})


async def test_where_no_thread_can_be_started_no_place_is_lost(monkeypatch):
    def refuse(_: threading.Thread) -> None:
        msg = "can't start new thread"
        raise RuntimeError(msg)

    threads = DaemonThreads(most=1, most_of_one=1)
    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", refuse)
        with pytest.raises(RuntimeError):
            await threads.run("a", lambda: "ran")
    async with asyncio.timeout(SECONDS):
        assert await threads.run("a", lambda: "ran") == "ran"


def test_a_call_that_hangs_does_not_keep_the_loop_from_ending(blocked):
    async def main() -> None:
        task = asyncio.create_task(DaemonThreads(most=1, most_of_one=1).run("a", blocked))
        await running(blocked, 1)
        task.cancel()

    asyncio.run(main())
    assert blocked.running == 1
    # The interpreter waits for threads that are none.
    assert [each.daemon for each in threading.enumerate() if each.name == "call a"] == [True]


async def test_of_one_group_fewer_run_than_there_are_places_whatever_their_names(blocked):
    threads = DaemonThreads(most=4, most_of_one=2, most_of_group=2)
    tasks = [asyncio.create_task(threads.run(f"a{n}", blocked, group="them")) for n in range(9)]
    await running(blocked, 2)
    assert await threads.run("b", lambda: 7, group="us") == 7
    blocked.free.set()
    await asyncio.gather(*tasks)
    assert blocked.most == 2
    assert (threads._waiting, threads._of_name, threads._of_group) == ({}, {}, {})


async def test_who_gives_up_waiting_for_a_place_of_its_group_keeps_none(blocked):
    threads = DaemonThreads(most=2, most_of_one=2, most_of_group=1)
    first = asyncio.create_task(threads.run("a", blocked, group="them"))
    await running(blocked, 1)
    second = asyncio.create_task(threads.run("a", blocked, group="them"))
    await settled()
    second.cancel()
    await asyncio.gather(second, return_exceptions=True)
    blocked.free.set()
    await first
    assert await threads.run("a", lambda: 7, group="them") == 7
    assert (threads._waiting, threads._of_name, threads._of_group) == ({}, {}, {})


async def test_who_waits_for_its_group_takes_no_place_of_a_name_that_others_want(blocked):
    threads = DaemonThreads(most=4, most_of_one=2, most_of_group=1)
    theirs = [asyncio.create_task(threads.run(f"a{n}", blocked, group="them")) for n in range(2)]
    theirs += [asyncio.create_task(threads.run("b", blocked, group="them")) for _ in range(5)]
    await running(blocked, 1)
    assert await threads.run("b", lambda: 7, group="us") == 7
    blocked.free.set()
    await asyncio.gather(*theirs)


async def test_a_place_that_comes_free_as_its_waiter_gives_up_goes_to_the_next(blocked):
    threads = DaemonThreads(most=1, most_of_one=1)
    first = asyncio.create_task(threads.run("a", blocked))
    await running(blocked, 1)
    second, third = (asyncio.create_task(threads.run("a", lambda: 7)) for _ in range(2))
    await settled()
    second.cancel()
    blocked.free.set()
    assert await third == 7
    await asyncio.gather(first, second, return_exceptions=True)
    assert threads._running == 0
