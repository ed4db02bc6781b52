"""Two processes never both may write, whatever happens to them, to their clocks and to their requests.

Several processes work on the Leases of one namespace. In any order requests are sent, carried out, answered,
lost, carried out long after their sender has given them up; processes stand still, begin anew and stop;
Leases are deleted; time passes. Each has a steady clock of its own, which has begun somewhere else.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import structlog
from hypothesis import given, settings
from hypothesis import strategies as st

from firstbell.engine.objects.lease import LEASES
from firstbell.engine.pace.fence import Fence
from firstbell.engine.pace.tenure import LeaseTimes, Tenure
from firstbell.engine.ports import Failure, FailureKind
from firstbell.engine.watch.holding import Holding
from tests.fakes import FakeCluster

if TYPE_CHECKING:
    from collections.abc import Coroutine, Generator

NOBODY_ANSWERS = Failure(kind=FailureKind.UNREACHABLE, message="no answer")
DURATION = 12


@dataclass(eq=False)
class Request:
    """One request of a process: carried out, and answered, when a test says so."""

    name: str
    arguments: tuple[Any, ...]
    answer: Any = None
    done: bool = False

    def __await__(self) -> Generator[Request, Any, Any]:
        return (yield self)


class Wire:
    """The way of one process to the API server."""

    def __getattr__(self, name: str) -> Any:
        async def asked(*arguments: Any) -> Any:
            return await Request(name, arguments)

        return asked


@dataclass
class Process:
    """One process; `running` is what it is doing, up to its next request."""

    world: World
    number: int
    offset: float
    shards: int
    born: int = 0
    running: Coroutine[Any, Any, Any] | None = None
    asked: Request | None = None
    stopping: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.begin_anew()

    def clock(self) -> float:
        return self.world.time + self.offset

    def begin_anew(self) -> None:
        """Killed without a word; its next life knows nothing."""
        self.born += 1
        self.running = self.asked = None
        self.tenure = Tenure(self.clock, LeaseTimes(duration=DURATION), self.shards)
        self.holding = Holding(
            Wire(),  # type: ignore[arg-type]
            self.tenure,
            Fence(self.clock),
            namespace="operators",
            name="firstbell",
            identity=f"process-{self.number}-{self.born}",
            now=lambda: datetime(2026, 3, 4, 8, tzinfo=UTC),  # a wall's clock that stands still
            monotonic=self.clock,
        )
        self.holding.has_looked()

    def go_on(self, shard: int, *, stops: bool = False) -> None:
        """One step of its work: to the next request, or what comes of the one under way."""
        if self.running is None:
            shard %= self.shards
            self.running = (
                self.holding._let_go(shard, "it stops")
                if stops and self.tenure.holds(shard)
                else self.holding.step(shard)
            )
            self._resume(None)
        elif self.asked is not None and not self.asked.done:
            self.world.carry_out(self.asked)
        elif self.asked is not None:
            self._resume(self.asked.answer)

    def whole_step(self, shard: int) -> None:
        """All of what it does at a time, answered at once."""
        self.go_on(shard)
        while self.running is not None:
            self.go_on(shard)

    def lose(self) -> None:
        """It is told that there is no answer. What it has asked for may still be on its way."""
        if self.asked is not None:
            if not self.asked.done:
                self.world.late.append(self.asked)
            self._resume(NOBODY_ANSWERS)

    def _resume(self, answer: Any) -> None:
        assert self.running is not None
        try:
            self.asked = self.running.send(answer)
        except StopIteration:
            self.running = self.asked = None


class World:
    """An API server and several processes."""

    def __init__(self, offsets: list[float], shards: list[int]) -> None:
        self.time = 0.0
        self.server = FakeCluster()
        group, _, plural = LEASES
        for shard in range(2):
            metadata = {"namespace": "operators", "name": f"firstbell-{shard}"}
            self.server.put(group, plural, {"metadata": metadata, "spec": {"holderIdentity": ""}})
        self.late: list[Request] = []
        self.processes = [
            Process(self, number, offset, count)
            for number, (offset, count) in enumerate(zip(offsets, shards, strict=True))
        ]

    def carry_out(self, request: Request) -> None:
        work = getattr(self.server, request.name)(*request.arguments)
        try:
            work.send(None)
        except StopIteration as done:
            request.answer, request.done = done.value, True
        else:
            msg = "the fake waits"
            raise AssertionError(msg)

    def carry_out_late(self, number: int) -> None:
        """What somebody has asked for and given up comes to the API server after all."""
        if self.late:
            self.carry_out(self.late.pop(number % len(self.late)))

    def pass_time(self, seconds: float) -> None:
        self.time += seconds

    def delete(self, number: int) -> None:
        group, _, plural = LEASES
        named = (group, plural, "operators", f"firstbell-{number % 2}")
        if named in self.server.objects:
            self.server.remove(*named)

    def check(self) -> None:
        """Of nothing that is written, or may still be, there are two writers."""
        held = [
            (
                process.number,
                process.shards,
                {s for s in range(process.shards) if process.tenure.seconds_left(s) > 0},
            )
            for process in self.processes
        ]
        for one, divides, its in held:
            for other, divides_too, theirs in held:
                if one < other and its and theirs:
                    assert divides == divides_too, (self.time, held)
                    assert not its & theirs, (self.time, held)


def play(offsets: list[float], shards: list[int], events: list[tuple[str, int, float]]) -> None:
    world = World(offsets, shards)
    for what, number, seconds in events:
        process = world.processes[number % len(world.processes)]
        shard = number // len(world.processes)
        happens = {
            "time": lambda length=seconds: world.pass_time(length),
            "go": lambda one=process, of=shard: one.go_on(of),
            "some": lambda one=process, of=shard, times=int(seconds): [one.go_on(of) for _ in range(times)],
            "step": lambda one=process, of=shard: one.whole_step(of),
            "stop": lambda one=process, of=shard: one.go_on(of, stops=True),
            "lose": process.lose,
            "late": lambda which=number: world.carry_out_late(which),
            "kill": process.begin_anew,
            "fails": process.holding.stand_back,
            "looked": process.holding.has_looked,
            "delete": lambda which=number: world.delete(which),
        }
        happens[what]()
        world.check()


NUMBERS = st.integers(0, 11)
NO_TIME = st.just(0.0)
TIMES = st.one_of(st.floats(0, 3), st.floats(3, 9), st.floats(9, 16), st.floats(16, 60))
EVENTS = st.one_of(
    st.tuples(st.just("step"), NUMBERS, NO_TIME),
    st.tuples(st.just("step"), NUMBERS, NO_TIME),
    st.tuples(st.just("go"), NUMBERS, NO_TIME),
    st.tuples(st.just("some"), NUMBERS, st.integers(2, 40).map(float)),
    st.tuples(st.just("time"), NUMBERS, TIMES),
    st.tuples(st.just("time"), NUMBERS, TIMES),
    st.tuples(st.sampled_from(["lose", "late", "stop", "kill", "fails", "looked"]), NUMBERS, NO_TIME),
)
WITH_DELETIONS = st.one_of(EVENTS, st.tuples(st.just("delete"), NUMBERS, NO_TIME))


@settings(max_examples=150, deadline=None)
@given(
    offsets=st.lists(st.floats(0, 1e6), min_size=3, max_size=3),
    shards=st.sampled_from([[1, 1, 1], [1, 1, 2], [2, 2, 2], [1, 2, 2]]),
    events=st.lists(EVENTS, min_size=5, max_size=60),
)
def test_nothing_ever_has_two_writers(offsets, shards, events):
    with structlog.testing.capture_logs():
        play(offsets, shards, events)


@settings(max_examples=150, deadline=None)
@given(
    offsets=st.lists(st.floats(0, 1e6), min_size=3, max_size=3),
    shards=st.sampled_from([[1, 1, 1], [2, 2, 2]]),
    events=st.lists(WITH_DELETIONS, min_size=5, max_size=60),
)
def test_leases_that_somebody_deletes_never_make_two_writers(offsets, shards, events):
    """Not while the number of shards changes: decision 0050 tells what is not held then."""
    with structlog.testing.capture_logs():
        play(offsets, shards, events)


@settings(max_examples=60, deadline=None)
@given(turns=st.lists(st.sampled_from([0, 1]), min_size=40, max_size=120))
def test_two_numbers_of_shards_are_never_in_use_at_a_time_however_their_requests_meet(turns):
    with structlog.testing.capture_logs():
        world = World([0.0, 7.0], [1, 2])
        for turn in turns:
            world.processes[turn].go_on(1)
            world.check()
        for process in world.processes:
            while process.running is not None:
                process.go_on(1)
                world.check()


@settings(max_examples=60, deadline=None)
@given(requests=st.integers(0, 45), late=st.floats(0, 11), observes=st.integers(0, 45))
def test_a_lease_whose_answer_comes_late_counts_from_when_it_was_asked_for(requests, late, observes):
    """Wherever its holder stands still, and wherever in that the other one looks."""
    with structlog.testing.capture_logs():
        world = World([3.0, 0.0], [1, 1])
        holder, other = world.processes
        for _ in range(requests):
            holder.go_on(0)
        other.whole_step(0)
        world.time += late
        for _ in range(observes):
            holder.go_on(0)
            world.check()
        for _ in range(30):
            world.time += 0.5
            other.whole_step(0)
            world.check()


@settings(max_examples=10, deadline=None)
@given(offsets=st.lists(st.floats(0, 1e6), min_size=3, max_size=3), first=st.integers(0, 2))
def test_somebody_writes_soon_after_the_one_that_did_is_gone(offsets, first):
    with structlog.testing.capture_logs():
        world = World(offsets, [1, 1, 1])
        everybody = [(first + number) % 3 for number in range(3)]
        for _ in range(20):
            advance(world, everybody, 1.0)
        (holder,) = [process for process in world.processes if process.tenure.holds(0)]
        others = [number for number in everybody if number != holder.number]
        waited = 0.0
        while not any(world.processes[number].tenure.holds(0) for number in others):
            advance(world, others, 0.5)
            waited += 0.5
            assert waited <= DURATION + 3


def advance(world: World, who: list[int], seconds: float) -> None:
    for number in who:
        world.processes[number].whole_step(0)
        world.check()
    world.time += seconds
    world.check()
