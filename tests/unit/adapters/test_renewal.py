"""When access is read anew: by the clock, before its end, after a refusal, and one reading at a time."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from structlog.testing import capture_logs

from firstbell.adapters import renewal
from firstbell.adapters.access import Access, AccessError
from firstbell.adapters.renewal import RenewedAccess

NOW = datetime(2026, 11, 29, 8, tzinfo=UTC)


class Wall:
    def now(self):
        return NOW

    async def sleep(self, seconds):
        raise NotImplementedError


class Source:
    """Gives what it was told to, one after the other, and the last again and again."""

    def __init__(self, *given):
        self.given = list(given)
        self.read_anew = []
        self.go_on = asyncio.Event()
        self.go_on.set()
        self.under_way = self.most_at_once = 0

    async def read(self, *, anew):
        self.read_anew.append(anew)
        self.under_way += 1
        self.most_at_once = max(self.most_at_once, self.under_way)
        try:
            await self.go_on.wait()
        finally:
            self.under_way -= 1
        found = self.given.pop(0) if len(self.given) > 1 else self.given[0]
        if isinstance(found, Exception):
            raise found
        return found


class Loop:
    """The loop's clock, moved by hand."""

    seconds = 1000.0


@pytest.fixture
def loop(monkeypatch):
    found = Loop()
    monkeypatch.setattr(renewal, "_now", lambda: found.seconds)
    return found


def an_access(token, lasts=None, **told):
    expires = None if lasts is None else NOW + timedelta(seconds=lasts)
    return Access(host="http://api", authorization=f"Bearer {token}", expires=expires, **told)


def renewed(first, *given):
    source = Source(*given or (first,))
    return RenewedAccess(source, first, Wall()), source


async def shown(access):
    """What is used now, once what is being read has been read."""
    await access.current()
    if access._reading is not None:
        await asyncio.shield(access._reading)
    return (await access.current()).authorization


async def test_files_are_read_again_each_minute_and_nobody_waits_for_it(loop):
    access, source = renewed(an_access("old"), an_access("new"))
    loop.seconds += 59
    assert await shown(access) == "Bearer old"
    loop.seconds += 2
    source.go_on.clear()
    assert (await access.current()).authorization == "Bearer old"
    source.go_on.set()
    assert await shown(access) == "Bearer new"
    assert source.read_anew == [False]


@pytest.mark.parametrize(("lasts", "asked_after"), [(3600, 3540), (840, 780), (100, 90), (12, 10), (-5, 10)])
async def test_what_ends_is_asked_for_before_its_end(loop, lasts, asked_after):
    access, source = renewed(an_access("old", lasts), an_access("new"))
    for _ in range(asked_after - 1):
        loop.seconds += 1
        await shown(access)
    assert True not in source.read_anew
    source.read_anew.clear()
    access, source = renewed(an_access("old", lasts), an_access("new"))
    loop.seconds += asked_after + 1
    assert await shown(access) == "Bearer new"
    assert source.read_anew == [True]


@pytest.mark.usefixtures("loop")
async def test_what_is_refused_is_read_anew_at_once_and_only_once_for_all():
    old = an_access("old")
    access, source = renewed(old, an_access("new"))
    source.go_on.clear()
    asking = [asyncio.create_task(access.after_refusal(old)) for _ in range(20)]
    await asyncio.sleep(0)
    source.go_on.set()
    assert {found.authorization for found in await asyncio.gather(*asking)} == {"Bearer new"}
    assert source.read_anew == [True]
    assert (await access.after_refusal(old)).authorization == "Bearer new", "known already"
    assert source.read_anew == [True]


async def test_a_refusal_during_a_reading_of_files_waits_for_it_and_asks_anew_if_need_be(loop):
    old = an_access("old")
    access, source = renewed(old, old, an_access("new"))
    loop.seconds += 61
    source.go_on.clear()
    await access.current()
    asking = [asyncio.create_task(access.after_refusal(old)) for _ in range(5)]
    await asyncio.sleep(0)
    source.go_on.set()
    assert {found.authorization for found in await asyncio.gather(*asking)} == {"Bearer new"}
    assert (source.read_anew, source.most_at_once) == ([False, True], 1)


async def test_what_is_refused_again_and_again_is_asked_for_ever_less_often(loop):
    old = an_access("old")
    access, source = renewed(old)
    asked = []
    for _ in range(2000):
        before = len(source.read_anew)
        await access.after_refusal(old)
        if len(source.read_anew) > before:
            asked.append(loop.seconds)
        loop.seconds += 0.1
    gaps = [round(later - earlier) for earlier, later in pairwise(asked)]
    assert gaps == [1, 2, 4, 8, 16, 30, 30, 30, 30, 30]
    access.accepted()
    loop.seconds += 31
    await access.after_refusal(old)
    loop.seconds += 1.1
    before = len(source.read_anew)
    await access.after_refusal(old)
    assert len(source.read_anew) == before + 1


@pytest.mark.parametrize(
    "failing",
    [AccessError("the file is empty"), Access(host="http://api", trouble="the plugin failed")],
    ids=["unreadable", "no credentials"],
)
async def test_what_cannot_be_read_leaves_what_there_was_and_is_told_once(loop, failing):
    access, source = renewed(an_access("old"), failing, failing, an_access("new"))
    with capture_logs() as logs:
        for _ in range(2):
            loop.seconds += 61
            assert await shown(access) == "Bearer old"
        loop.seconds += 11
        assert await shown(access) == "Bearer new", "tried again soon"
    assert [line["event"] for line in logs] == [
        "credentials cannot be renewed",
        "credentials are renewed again",
    ]
    assert len(source.read_anew) == 3


@pytest.mark.usefixtures("loop")
async def test_without_credentials_from_the_start_they_are_asked_for_again():
    none = Access(host="http://api", trouble="the plugin failed")
    access, source = renewed(none, an_access("new"))
    assert (await access.after_refusal(none)).authorization == "Bearer new"
    assert source.read_anew == [True]


@pytest.mark.usefixtures("loop")
async def test_what_is_asked_for_by_one_who_has_gone_is_still_read():
    old = an_access("old")
    access, source = renewed(old, an_access("new"))
    source.go_on.clear()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await access.after_refusal(old)
    assert access.reads_anew
    source.go_on.set()
    assert await shown(access) == "Bearer new"


@pytest.mark.usefixtures("loop")
async def test_a_suspicion_has_the_files_read_at_the_next_request():
    access, source = renewed(an_access("old"), an_access("new"))
    access.suspected()
    assert await shown(access) == "Bearer new"
    assert source.read_anew == [False]


@pytest.mark.usefixtures("loop")
async def test_an_end_ends_a_reading():
    old = an_access("old")
    access, source = renewed(old)
    source.go_on.clear()
    asking = asyncio.create_task(access.after_refusal(old))
    await asyncio.sleep(0)
    await access.close()
    assert source.under_way == 0
    await asyncio.gather(asking, return_exceptions=True)
