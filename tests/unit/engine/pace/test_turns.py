"""Turns by namespace: however much one has waiting, another comes next."""

from __future__ import annotations

import asyncio

from firstbell.engine.pace.slices import Slices
from firstbell.engine.pace.turns import Turns
from tests.fakes import settled
from tests.unit.engine.pace.test_slices import endless


async def taken(turns, count):
    return [await turns.get() for _ in range(count)]


async def test_namespaces_take_turns_and_keys_keep_their_order():
    turns = Turns(Slices())
    for number in range(1000):
        turns.put("many", f"many/{number}")
    turns.put("few", "few/0")
    turns.put("few", "few/1")
    assert await taken(turns, 5) == ["many/0", "few/0", "many/1", "few/1", "many/2"]


async def test_whoever_waits_gets_what_comes_and_each_key_goes_to_one():
    turns = Turns(Slices())
    workers = [asyncio.create_task(turns.get()) for _ in range(3)]
    await settled()
    for number in range(3):
        turns.put("ns", number)
    assert sorted(await asyncio.gather(*workers)) == [0, 1, 2]


async def test_a_worker_that_is_cancelled_takes_nobody_s_turn():
    turns = Turns(Slices())
    first, second = (asyncio.create_task(turns.get()) for _ in range(2))
    await settled()
    turns.put("ns", "key")
    first.cancel()
    assert await asyncio.wait_for(second, 5) == "key"


async def test_a_namespace_that_rests_is_passed_over_and_comes_by_itself_afterwards():
    slices = Slices(seconds=0.2)
    slices.run("greedy", "it", endless)
    turns = Turns(slices)
    turns.put("greedy", "greedy/0")
    turns.put("modest", "modest/0")
    assert await turns.get() == "modest/0"
    assert turns.is_calm()
    assert await asyncio.wait_for(turns.get(), 30) == "greedy/0"
