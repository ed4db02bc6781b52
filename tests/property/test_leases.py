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
from hypothesis import example, given, settings
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


def play(offsets: list[float], shards: list[int], events: list[tuple[str, int, float]]) -> World:
    world = World(offsets, shards)
    for what, number, seconds in events:
        process = world.processes[number % len(world.processes)]
        if what == "time":
            world.time += seconds
        elif what == "go":
            process.go_on(number // len(world.processes))
        elif what == "stop":
            process.go_on(number // len(world.processes), stops=True)
        elif what == "lose":
            process.lose()
        elif what == "late" and world.late:
            world.carry_out(world.late.pop(number % len(world.late)))
        elif what == "kill":
            process.begin_anew()
        elif what == "delete":
            world.delete(number)
        world.check()
    return world


NUMBERS = st.integers(0, 11)
SHORT, LONG = st.floats(0, 2), st.floats(2, 40)
EVENTS = st.one_of(
    st.tuples(st.just("go"), NUMBERS, st.just(0.0)),
    st.tuples(st.just("go"), NUMBERS, st.just(0.0)),
    st.tuples(st.just("go"), NUMBERS, st.just(0.0)),
    st.tuples(st.just("time"), NUMBERS, st.one_of(SHORT, LONG)),
    st.tuples(st.sampled_from(["lose", "late", "stop", "kill", "delete"]), NUMBERS, st.just(0.0)),
)


def bursts(most: int) -> st.SearchStrategy[list[tuple[str, int, float]]]:
    """A process goes on for some requests in a row: one at a time would seldom come to a Lease."""
    burst = st.tuples(EVENTS, st.integers(1, 20)).map(
        lambda drawn: [drawn[0]] * (drawn[1] if drawn[0][0] == "go" else 1)
    )
    return st.lists(burst, min_size=1, max_size=most).map(
        lambda found: [event for one in found for event in one]
    )


@settings(max_examples=60, deadline=None)
@given(
    offsets=st.lists(st.floats(0, 1e6), min_size=3, max_size=3),
    shards=st.sampled_from([[1, 1, 1], [1, 1, 2], [2, 2, 2], [1, 2, 2]]),
    events=bursts(25),
)
@example(offsets=[0.0, 5.0, 9.0], shards=[1, 1, 1], events=[("go", 0, 0.0)] * 60 + [("time", 0, 13.0)])
def test_nothing_ever_has_two_writers(offsets, shards, events):
    with structlog.testing.capture_logs():
        play(offsets, shards, events)


def turns(count: int, each: int, seconds: float, who: range) -> list[tuple[str, int, float]]:
    """All of them go on in turn, so many requests each, with so much time between."""
    once = [("go", number, 0.0) for number in who for _ in range(each)]
    return [*once, ("time", 0, seconds)] * count


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
        for _ in range(80):
            world.processes[number].go_on(0)
            world.check()
        while world.processes[number].running is not None:
            world.processes[number].go_on(0)
    world.time += seconds
    world.check()
