"""A week of bells among faults that nobody chose: the promises hold after each of them.

A seeded schedule lets outages, refusals, lies, foreign hands, restarts and killed processes happen to a
running engine, most of them around the bells. A model that knows the owner's minimum and the timetable alone
says what must stand there. What is asked after every step:

- while nothing hinders it, the floor is what the schedule needs, and never below the owner's minimum;
- nothing falls because something could not be known, read or written;
- every condition says why, and every decision has a reason;
- when all is calm nothing of ours is left: no mark, no field's ownership, no finalizer.
"""

from __future__ import annotations

import asyncio
import os
import random
from datetime import datetime, time, timedelta

import pytest

from firstbell.core.absence import Unavailable
from firstbell.engine.floor.handback import is_kept
from tests.fakes import instant, settled
from tests.unit.engine.bodies import NS, PEAK, a_metric, an_autoscaler, an_hpa
from tests.unit.engine.running import Running
from tests.unit.engine.world import DEPLOYMENTS, HPAS

SEEDS = range(int(os.environ.get("FIRSTBELL_WEEKS", "1")))
"""Each is a week of its own; more of them are played by hand, where something was changed."""
MONDAY = "2024-09-09T06:00"
DAYS = 5
FAULTS_A_DAY = 16
WITHIN = timedelta(minutes=3)
"""How long after the last fault all must be as it should: the longest wait between two tries, and some."""
LEAD, HOLD, STABILIZATION = timedelta(minutes=10), timedelta(minutes=30), timedelta(minutes=5)
FALLS_WITHIN = timedelta(minutes=20)
"""A fall waits for its mark and, after a start, for a stabilization window."""
BUSY = time(8, 5), time(9, 20)
"""The rise and the fall of every bell, and the time around them."""
AROUND_A_FAULT = timedelta(minutes=10)
"""So long before and after one nothing is leapt over, nor longer than that at once."""


class Timetable:
    """What the owner wants and the school needs; every bell at 08:30 UTC, Monday to Friday."""

    def __init__(self) -> None:
        self.baseline = 4
        self.bell = time(8, 30)

    def scheduled(self, now: datetime) -> int:
        bell = datetime.combine(now.date(), self.bell, now.tzinfo)
        return PEAK if now.weekday() < 5 and bell - LEAD <= now < bell + HOLD else 0

    def wanted(self, now: datetime) -> int:
        return max(self.baseline, self.scheduled(now))

    def may_still_stand(self, now: datetime) -> int:
        """The highest value that a fall which waits may have left there."""
        return max(self.wanted(now), self.wanted(now - FALLS_WITHIN))


class Week:
    """The engine, the timetable and the faults, side by side."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.timetable = Timetable()
        metric = a_metric(average="350")
        self.running = Running(
            MONDAY, autoscaler=an_autoscaler(metrics=[metric]), answers={"pupils_online": 0}
        )
        self.world = self.running.world
        self.wrong_by = timedelta(0)
        """How far the operator's clock is ahead of the school's."""
        self.hindered_until = self.now
        self.before = 0
        """The floor before the present fault, or 0 where a foreign hand has lowered it since."""
        self.told: list[str] = []

    @property
    def now(self) -> datetime:
        """The school's time."""
        return self.world.clock.now() - self.wrong_by

    async def play(self) -> None:
        await self.running.__aenter__()
        for day in range(DAYS):
            for at in self.instants(day):
                await self.pass_until(max(self.now, at))
                self.check()
                fault = self.random.choice(FAULTS)
                self.told.append(f"{self.now:%a %H:%M:%S} {fault.__name__}")
                self.before = self.world.floor
                await fault(self)
                await settled()
                self.check()
                self.before = 0
            await self.evening(day)
        await self.farewell()
        await self.running.__aexit__()

    async def pass_until(self, at: datetime) -> None:
        """Play all near a fault or a bell to the second; in the calm between them the engine wakes late.

        Nothing is asked there, and a poll every 15 s of every hour would be nearly all that the week costs.
        """
        clock = self.world.clock
        first, last = (datetime.combine(at.date(), end, at.tzinfo) for end in BUSY)
        for end in sorted({min(at, first), at}):
            calm = self.now + AROUND_A_FAULT
            if self.now < last and end > first:
                calm = max(calm, last)
            if calm < end - AROUND_A_FAULT:
                await clock.advance(calm)
                await clock.leap(end - AROUND_A_FAULT, AROUND_A_FAULT)
            await clock.advance(max(self.now, end))

    def instants(self, day: int) -> list[datetime]:
        """When something happens on a day: mostly between the rise and the fall, to the second."""
        start = instant(MONDAY) + timedelta(days=day)
        near = [self.random.uniform(2.2, 3.1) for _ in range(FAULTS_A_DAY * 3 // 4)]
        far = [self.random.uniform(0, 8) for _ in range(FAULTS_A_DAY - len(near))]
        return [start + timedelta(hours=hours) for hours in sorted(near + far)]

    def hinder(self, length: timedelta = timedelta(0)) -> None:
        """Nothing is asked of the engine until so long after what happens now is over."""
        self.hindered_until = max(self.hindered_until, self.now + length + WITHIN)

    def check(self) -> None:
        now, floor, wanted = self.now, self.world.floor, self.timetable.wanted(self.now)
        if now >= self.hindered_until:
            assert wanted <= floor <= self.timetable.may_still_stand(now), self.told
            if floor > self.timetable.baseline:
                assert self.world.replicas >= floor, self.told
        assert floor >= min(self.before, wanted), self.told
        if "decision" in self.world.status:
            assert self.world.status["decision"]["reason"], self.told
            assert self.world.status["decision"]["message"], self.told
        for condition in self.world.status.get("conditions", ()):
            assert condition["reason"], self.told

    async def evening(self, day: int) -> None:
        """Long after the bell nothing of ours is left but our status."""
        await self.pass_until(instant(MONDAY) + timedelta(days=day, hours=9))
        assert self.world.floor == self.timetable.baseline, self.told
        self.nothing_is_left()
        if day % 2:  # so one process lives through two days of faults, and another through two others
            await self.sleep_through_the_night(day)

    async def sleep_through_the_night(self, day: int) -> None:
        """The operator's node is replaced: a new process looks at the morning."""
        await self.running.__aexit__()
        self.world.clock.set(instant(MONDAY) + timedelta(days=day, hours=23.5))
        self.running = await self.running.restarted().__aenter__()
        self.hinder(STABILIZATION)

    async def farewell(self) -> None:
        """The policy goes in the middle of the last night: nothing stays behind."""
        self.world.remove("schoolautoscalers")
        await self.running.pass_time(minutes=5)
        assert self.world.floor == self.timetable.baseline
        self.nothing_is_left()

    def nothing_is_left(self) -> None:
        hpa = self.world.get(HPAS)
        assert self.world.marks == {}, self.told
        assert not is_kept(hpa["metadata"].get("managedFields") or (), "minReplicas"), self.told
        for body in self.world.cluster.objects.values():
            assert not body["metadata"].get("finalizers"), self.told

    # The faults.

    async def api_answers_nothing(self) -> None:
        await self.outage("Unreachable")

    async def api_is_overloaded(self) -> None:
        await self.outage("Throttled")

    async def api_errs(self) -> None:
        await self.outage("ServerError")

    async def rights_are_missing(self) -> None:
        await self.outage("Forbidden")

    async def outage(self, kind: str) -> None:
        length = timedelta(seconds=self.random.choice((3, 20, 100, 400)))
        self.hinder(length)
        self.world.cluster.fail(kind, times=None)
        await self.running.pass_time(seconds=length.total_seconds())
        self.world.cluster.heal()

    async def credentials_are_refused(self) -> None:
        await self.outage("Unauthenticated")

    async def one_request_fails(self) -> None:
        self.hinder()
        verb = self.random.choice(("GET", "PATCH"))
        self.world.cluster.fail(self.random.choice(("Conflict", "ServerError")), verb=verb, times=1)
        await self.running.pass_time(seconds=1)

    async def owner_sets_a_minimum(self) -> None:
        value = self.random.choice((1, 3, 4, 12, 40))
        self.set_minimum(value)
        await self.running.pass_time(seconds=5)

    def set_minimum(self, value: int) -> None:
        self.before, self.timetable.baseline = 0, value
        self.world.respec(HPAS, minReplicas=value)

    async def owner_writes_before_our_patch(self) -> None:
        """Just when we are about to write; where nothing is to be written, it happens later or never."""
        value = self.random.choice((2, 5, 20))
        self.hinder(timedelta(seconds=5))
        self.world.cluster.before_write = lambda: self.set_minimum(value)
        self.world.respec(DEPLOYMENTS, replicas=self.random.choice((4, 50)))
        await self.running.pass_time(seconds=5)
        self.world.cluster.before_write = None

    async def owner_writes_between_a_floor_and_its_hand_back(self) -> None:
        """Just then; where no floor is written, later or never."""
        value = self.random.choice((2, 5, 20))
        self.hinder(timedelta(seconds=5))
        self.world.cluster.before_hand_backs = [lambda: self.set_minimum(value)]
        self.set_minimum(self.random.choice((3, 6)))
        await self.running.pass_time(seconds=5)
        self.world.cluster.before_hand_backs = []

    async def admission_clamps_the_floor_for_a_while(self) -> None:
        def clamp(path, body) -> None:
            if path.plural == HPAS:
                body["spec"]["minReplicas"] = min(50, body["spec"]["minReplicas"])

        self.hinder(timedelta(minutes=20))
        self.before = 0
        self.world.cluster.admission = clamp
        await self.running.pass_time(seconds=self.random.choice((10, 300)))
        self.world.cluster.admission = None

    async def a_person_scales_to_zero_for_a_while(self) -> None:
        """That is an order, and so is its end."""
        length = timedelta(seconds=self.random.choice((10, 200)))
        self.hinder(length)
        self.before = 0
        self.world.respec(DEPLOYMENTS, replicas=0)
        await self.running.pass_time(seconds=length.total_seconds())
        assert self.world.replicas == 0, self.told
        self.world.respec(DEPLOYMENTS, replicas=4)
        await self.running.pass_time(seconds=5)

    async def somebody_scales(self) -> None:
        self.world.respec(DEPLOYMENTS, replicas=self.random.choice((2, 7, 60, 150)))
        await self.running.pass_time(seconds=5)

    async def somebody_scales_again_and_again(self) -> None:
        self.hinder(timedelta(minutes=10))
        for _ in range(self.random.randrange(3, 9)):
            self.world.respec(DEPLOYMENTS, replicas=self.random.choice((3, 6)))
            await self.running.pass_time(seconds=self.random.randrange(1, 20))

    async def a_sync_reverts_the_floor_in_a_loop(self) -> None:
        self.hinder(timedelta(minutes=10))
        for _ in range(self.random.randrange(3, 7)):
            self.set_minimum(4)
            await self.running.pass_time(seconds=self.random.randrange(1, 40))

    async def marks_are_dropped(self) -> None:
        self.world.edit(HPAS, lambda body: body["metadata"].pop("annotations", None))
        await self.running.pass_time(seconds=5)

    async def the_autoscaler_is_made_anew(self) -> None:
        self.hinder(timedelta(seconds=60))
        self.before = 0
        self.world.remove(HPAS)
        await self.running.pass_time(seconds=self.random.choice((0, 10, 30)))
        self.world.put(HPAS, an_hpa(minimum=self.timetable.baseline))
        await self.running.pass_time(seconds=1)

    async def the_operator_restarts(self) -> None:
        self.hinder(STABILIZATION)
        await self.running.__aexit__()
        self.running = await self.running.restarted().__aenter__()

    async def the_operator_is_killed_in_mid_write(self) -> None:
        """It dies while an answer is under way: what it asked for may be done, and it does not know."""
        self.hinder(STABILIZATION)
        self.world.cluster.gate = asyncio.Event()
        self.world.respec(DEPLOYMENTS, replicas=3)
        await self.running.pass_time(seconds=self.random.choice((1, 4)))
        self.running._tasks[0].cancel()
        await settled()
        self.world.cluster.gate = None
        await self.running.__aexit__()
        self.running = await self.running.restarted().__aenter__()

    async def the_watches_are_silent_for_a_while(self) -> None:
        """Somebody writes meanwhile, which is not heard of before the watches are."""
        self.hinder(timedelta(seconds=75))
        self.running.deaf = True
        if self.random.random() < 0.5:
            self.set_minimum(self.random.choice((3, 30)))
        await self.running.pass_time(seconds=75)
        self.running.hear()

    async def the_process_stands_still_and_wakes(self) -> None:
        """What was written meanwhile is read before anything is written."""
        self.hinder(STABILIZATION)
        self.running.deaf = True
        if self.random.random() < 0.5:
            self.set_minimum(self.random.choice((3, 30)))
        self.running.freeze(60)
        self.running.engine.fence.beat()
        await settled()
        self.running.hear()
        await self.running.pass_time(seconds=5)

    async def somebody_sets_the_clock_and_sets_it_back(self) -> None:
        hours = self.random.choice((-26, -2, -1, 1, 2, 5, 24, 24 * 30))
        self.hinder(STABILIZATION)
        self.set_clock(timedelta(hours=hours))
        await settled()
        self.check()
        await self.running.pass_time(seconds=self.random.choice((10, 45, 200)))
        self.check()
        self.set_clock(-self.wrong_by)

    def set_clock(self, by: timedelta) -> None:
        self.world.clock.jump(by)
        self.wrong_by += by
        self.running.engine.look_at_clock()

    async def the_calendar_is_broken_for_a_while(self) -> None:
        self.world.respec("schoolcalendars", "school", timeZone="Mars/Olympus")
        await self.running.pass_time(seconds=self.random.choice((5, 300)))
        self.check()
        self.world.respec("schoolcalendars", "school", timeZone="UTC")

    async def the_calendar_is_gone_for_a_while(self) -> None:
        body = self.world.get("schoolcalendars", "school")
        self.world.remove("schoolcalendars", "school")
        await self.running.pass_time(seconds=self.random.choice((5, 300)))
        self.check()
        self.world.put("schoolcalendars", body | {"metadata": {"namespace": NS, "name": "school"}})

    async def the_calendar_is_emptied_for_a_moment(self) -> None:
        """A sync that went wrong: whoever undoes it within five minutes has lost nothing."""
        year = self.world.get("schoolcalendars", "school")["spec"]["academicSessions"]
        self.world.respec("schoolcalendars", "school", academicSessions=[])
        await self.running.pass_time(seconds=self.random.choice((5, 60, 280)))
        self.check()
        self.world.respec("schoolcalendars", "school", academicSessions=year)
        await self.running.pass_time(seconds=2)

    async def the_policy_cannot_be_read(self) -> None:
        peaks = self.world.get("schoolautoscalers")["spec"]["peaks"]
        self.world.respec("schoolautoscalers", peaks=[{"name": "?", "anchor": "Nonsense"}])
        await self.running.pass_time(seconds=self.random.choice((5, 300)))
        self.check()
        self.world.respec("schoolautoscalers", peaks=peaks)

    async def metrics_are_missing(self) -> None:
        answers = self.running.metrics.answers
        was = dict(answers)
        for name in answers:
            answers[name] = Unavailable(reason="Unreachable", message="http://prometheus:9090 gave no answer")
        await self.running.pass_time(seconds=self.random.choice((20, 200)))
        answers.update(was)
        await self.running.pass_time(seconds=1)

    async def time_passes(self) -> None:
        await self.running.pass_time(seconds=self.random.randrange(600))


FAULTS = (
    Week.api_answers_nothing,
    Week.api_is_overloaded,
    Week.api_errs,
    Week.rights_are_missing,
    Week.credentials_are_refused,
    Week.one_request_fails,
    Week.owner_sets_a_minimum,
    Week.owner_writes_before_our_patch,
    Week.owner_writes_between_a_floor_and_its_hand_back,
    Week.admission_clamps_the_floor_for_a_while,
    Week.a_person_scales_to_zero_for_a_while,
    Week.somebody_scales,
    Week.somebody_scales_again_and_again,
    Week.a_sync_reverts_the_floor_in_a_loop,
    Week.marks_are_dropped,
    Week.the_autoscaler_is_made_anew,
    Week.the_operator_restarts,
    Week.the_operator_is_killed_in_mid_write,
    Week.the_watches_are_silent_for_a_while,
    Week.the_process_stands_still_and_wakes,
    Week.somebody_sets_the_clock_and_sets_it_back,
    Week.the_calendar_is_broken_for_a_while,
    Week.the_calendar_is_gone_for_a_while,
    Week.the_calendar_is_emptied_for_a_moment,
    Week.the_policy_cannot_be_read,
    Week.metrics_are_missing,
    Week.time_passes,
)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_week_of_faults_takes_no_bell_away_and_leaves_nothing_behind(seed):
    asyncio.run(Week(seed).play())
