"""Whatever is edited, nothing near is lost that is not told, by the edit that took it."""

from __future__ import annotations

import asyncio
import re

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.engine.bodies import INSIDE, an_autoscaler
from tests.unit.engine.running import Running

TOLD = re.compile(r"SchoolAutoscaler web \(generation (\d+), by kubectl\)")
LOSS = re.compile(r"first-bell at Mon 09 Sep 08:30: (\d+) -> (\d+)")
BELL = 100
TOLD_AT_MOST = 4
HEIGHTS = st.lists(st.integers(5, 120), min_size=1, max_size=7)


async def heights_told(heights: list[int]) -> tuple[list[str], str]:
    """Return the events and the condition of a bell whose height is edited every second, in its window."""
    async with Running("2024-09-09T08:18") as run:
        await run.until(INSIDE)
        for height in heights:
            run.world.respec("schoolautoscalers", peaks=an_autoscaler(replicas=height)["spec"]["peaks"])
            await run.pass_time(seconds=1)
        await run.pass_time(seconds=12)
        events = [one.message for _, one in run.events.posted if one.message.startswith("PlanShrunk is True")]
        return events, run.world.told_condition("PlanShrunk")["message"]


@settings(deadline=None, max_examples=40)
@given(HEIGHTS)
def test_each_fall_has_its_event_and_what_is_still_lost_stands_in_the_condition(heights: list[int]):
    events, message = asyncio.run(heights_told(heights))
    falls, still, generation, before = [], [], 1, BELL
    for number, after in enumerate(heights):
        generation += after != before
        if after < before:
            falls.append((generation, before, after))
            if max(heights[number:]) < before:
                still.append((before, max(after, heights[-1])))
        before = after
    assert [_latest(event) for event in events] == falls
    told = [(int(before), int(after)) for before, after in LOSS.findall(message)]
    assert told == list(reversed(still))[:TOLD_AT_MOST]
    assert (f"; and {len(still) - TOLD_AT_MOST} more" in message) == (len(still) > TOLD_AT_MOST)


def _latest(event: str) -> tuple[int, int, int]:
    generation, loss = TOLD.search(event), LOSS.search(event)
    assert generation is not None
    assert loss is not None
    return int(generation[1]), int(loss[1]), int(loss[2])
