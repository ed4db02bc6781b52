"""Whatever happens, in whatever order: the floor is never below the schedule, and the baseline comes back.

The engine runs; a person, other controllers, restarts and edits of the calendar happen to it. A model that
knows nothing of plans, marks or memory says what the floor must be after each of them.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, time, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes import instant, settled
from tests.unit.engine.bodies import PEAK
from tests.unit.engine.running import Running
from tests.unit.engine.world import DEPLOYMENTS, HPAS

STABILIZATION = timedelta(minutes=5)
START = "2024-09-09T06:00"
BELLS = st.integers(min_value=7 * 12, max_value=13 * 12).map(lambda fives: time(fives // 12, fives % 12 * 5))

steps = st.lists(
    st.one_of(
        st.tuples(st.just("time passes"), st.integers(min_value=0, max_value=90 * 60)),
        st.tuples(st.just("time passes"), st.integers(min_value=0, max_value=20)),
        st.tuples(st.just("foreign minimum"), st.integers(min_value=1, max_value=150) | st.just(PEAK)),
        st.tuples(st.just("foreign replicas"), st.integers(min_value=1, max_value=150)),
        st.tuples(st.just("marks dropped"), st.none()),
        st.tuples(st.just("restart"), st.none()),
        st.tuples(st.just("bell moved"), BELLS),
        st.tuples(st.just("calendar gone for a moment"), st.none()),
    ),
    min_size=3,
    max_size=14,
)


class Model:
    """What the floor must be: the larger of the schedule and what its owner last wanted."""

    def __init__(self) -> None:
        self.bell, self.baseline, self.started = time(8, 30), 4, instant(START)
        self.edited = self.started

    def settled_at(self) -> datetime:
        """When nothing is held any more: five minutes after a start, and after an edit of a bell."""
        return max(self.started, self.edited) + STABILIZATION

    def scheduled(self, now) -> int:
        """100 from ten minutes before the bell until half an hour after, to the next five minutes."""
        bell = datetime.combine(now.date(), self.bell, now.tzinfo)
        end = bell + timedelta(minutes=30)
        end += timedelta(minutes=-end.minute % 5)
        return PEAK if now.weekday() < 5 and bell - timedelta(minutes=10) <= now < end else 0

    def wanted(self, now) -> int:
        return max(self.baseline, self.scheduled(now))


class Play:
    """The engine and the model, side by side."""

    def __init__(self) -> None:
        self.model, self.running = Model(), Running(START)
        self.world = self.running.world

    async def play(self, happenings) -> None:
        await self.running.__aenter__()
        for what, value in happenings:
            await getattr(self, what.replace(" ", "_"))(value)
            await settled()
            self.check()
        # After the last possible window of the day whatever was held for a while is let go. What the engine
        # does to the second was looked at before; on the way to the end nobody looks, and it is late to wake.
        now = self.world.clock.now()
        evening = now.replace(hour=13, minute=35)
        await self.world.clock.leap(max(now, evening, self.model.settled_at()), timedelta(minutes=1))
        assert self.model.scheduled(self.world.clock.now()) == 0
        assert self.world.floor == self.model.baseline
        assert self.world.marks == {}
        await self.running.__aexit__()

    def check(self) -> None:
        now, floor = self.world.clock.now(), self.world.floor
        wanted = self.model.wanted(now)
        if now >= self.model.settled_at():
            assert floor == wanted
        else:
            assert floor in {wanted, max(wanted, PEAK)}, (
                "held after a start or an edit is a floor of ours alone"
            )
        if self.world.marks:
            assert self.world.replicas >= floor
            assert self.world.marks["baseline"] == str(self.model.baseline)

    async def time_passes(self, seconds) -> None:
        await self.running.pass_time(seconds=seconds)

    async def foreign_minimum(self, value) -> None:
        ours = bool(self.world.marks)
        if not (ours and value == self.world.floor):  # to write what stands there is no write
            self.model.baseline = value
        self.world.respec(HPAS, minReplicas=value)

    async def foreign_replicas(self, value) -> None:
        self.world.respec(DEPLOYMENTS, replicas=value)

    async def marks_dropped(self, _value) -> None:
        self.world.edit(HPAS, lambda body: body["metadata"].pop("annotations", None))

    async def bell_moved(self, bell) -> None:
        self.model.bell, self.model.edited = bell, self.world.clock.now()
        start, end = bell.isoformat("minutes"), time(bell.hour, 59).isoformat("minutes")
        periods = [{"name": "1", "startTime": start, "endTime": end}]
        self.world.respec(
            "schoolcalendars", "school", bellSchedules=[{"name": "full", "classPeriods": periods}]
        )

    async def calendar_gone_for_a_moment(self, _value) -> None:
        body = self.world.get("schoolcalendars", "school")
        self.world.remove("schoolcalendars", "school")
        await settled()
        self.check()
        self.world.put("schoolcalendars", body | {"metadata": {"namespace": "ns", "name": "school"}})

    async def restart(self, _value) -> None:
        before = self.world.floor
        await self.running.__aexit__()
        self.running = await self.running.restarted().__aenter__()
        self.model.started = self.world.clock.now()
        assert self.world.floor >= before


@settings(max_examples=12, deadline=None)
@given(steps)
def test_the_floor_is_never_below_the_schedule_and_the_baseline_comes_back(happenings):
    asyncio.run(Play().play(happenings))
