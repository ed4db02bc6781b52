"""A world to tick in: a fake cluster, the real store fed by the real handlers, and one ticker.

Time moves by hand. `restart` is a new process: nothing but the cluster is kept.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from firstbell.adapters.prometheus_trouble import Trouble
from firstbell.core.absence import Unavailable
from firstbell.engine.acting.act import Actor
from firstbell.engine.floor.floors import Floors
from firstbell.engine.floor.reading import seen_floor
from firstbell.engine.live.answers import SeenReading
from firstbell.engine.memory.memory import Memory
from firstbell.engine.objects.object_keys import key_of
from firstbell.engine.report.reporter import Reporter
from firstbell.engine.requests.refused_writes import RefusedWrites
from firstbell.engine.seen.store import Store
from firstbell.engine.seen.watched_kinds import OWN_KINDS
from firstbell.engine.seen.workloads import DEPLOYMENT, STATEFUL_SET, seen_workload
from firstbell.engine.tick import Ticker
from firstbell.kinds.foreign_autoscalers import HPA, SCALED_OBJECT
from tests.fakes import FakeCluster, FakeEvents, FakeTelemetry, ManualClock, instant
from tests.unit.engine.bodies import BEFORE, KEY, NS, a_calendar, a_deployment, an_autoscaler, an_hpa

if TYPE_CHECKING:
    from collections.abc import Callable

    from firstbell.engine.deciding.outcome import Outcome
    from firstbell.engine.ports import Json
    from firstbell.kinds.foreign_autoscalers import ForeignAutoscaler

OWN = {kind.plural: kind for kind in OWN_KINDS}
GROUPS = {
    **{kind.plural: kind.group for kind in OWN_KINDS},
    "horizontalpodautoscalers": "autoscaling",
    "scaledobjects": "keda.sh",
    "deployments": "apps",
    "statefulsets": "apps",
}
HPAS, DEPLOYMENTS, SCALED = "horizontalpodautoscalers", "deployments", "scaledobjects"
OVERRIDES = "scalingoverrides"


def place_of(plural: str) -> str:
    """The namespace of the objects of a kind: none where they are the cluster's."""
    return "" if plural in OWN and OWN[plural].clusterwide else NS


class World:
    """One autoscaler `ns/web`, its calendar, Deployment and HPA; keywords replace or (None) leave out."""

    def __init__(self, at: str = BEFORE, *, instance: str = "firstbell", **objects: Json | None) -> None:
        self.clock = ManualClock(instant(at))
        self.cluster = FakeCluster()
        self.instance = instance
        defaults: dict[str, Json | None] = {
            "calendar": a_calendar(),
            "autoscaler": an_autoscaler(),
            "hpa": an_hpa(),
            "deployment": a_deployment(),
        }
        for kind, body in (defaults | objects).items():
            if body is not None:
                plural = {"calendar": "schoolcalendars", "autoscaler": "schoolautoscalers", "hpa": HPAS}
                self.put(plural.get(kind, DEPLOYMENTS), body)
        self.restart()
        self.cluster.on_change = self.told

    def restart(self) -> None:
        """Forgets everything but the cluster, and looks at it anew, as a new process does."""
        self.store = Store(floors=Floors(followed={SCALED_OBJECT}))
        self.events, self.telemetry = FakeEvents(), FakeTelemetry()
        self.memories: dict[str, Memory] = {}
        self.woken: set[str] = set()
        for (_, plural, _, _), body in self.cluster.objects.items():
            self.told(plural, {"type": "ADDED", "object": body})
        actor = Actor(
            store=self.store,
            cluster=RefusedWrites(self.cluster, self.clock),
            telemetry=self.telemetry,
            instance=self.instance,
            wake=self.woken.update,
        )
        self.ticker = Ticker(store=self.store, clock=self.clock, instance=self.instance, actor=actor)
        self.reporter = Reporter(
            store=self.store,
            cluster=self.cluster,
            clock=self.clock,
            events=self.events,
            telemetry=self.telemetry,
        )

    def told(self, plural: str, event: Json) -> None:
        """What a watch tells, put into the store."""
        body, gone = event["object"], event["type"] == "DELETED"
        store = self.store
        if (kind := OWN.get(plural)) is not None:
            key = key_of(body)
            known = kind.known(store).get(key)
            kind.drop(store, key) if gone else kind.put(store, kind.read(body, known))
        elif plural == HPAS:
            self._told_of_a_floor(body, HPA, gone=gone)
        elif plural == SCALED:
            self._told_of_a_floor(body, SCALED_OBJECT, gone=gone)
        elif plural in {DEPLOYMENTS, "statefulsets"}:
            seen = seen_workload(body, DEPLOYMENT if plural == DEPLOYMENTS else STATEFUL_SET)
            store.drop_workload(seen.ref.key) if gone else store.put_workload(seen)

    def _told_of_a_floor(self, body: Json, of: ForeignAutoscaler, *, gone: bool) -> None:
        seen = seen_floor(body, of)
        self.store.drop_floor(seen.key) if gone else self.store.put_floor(seen)

    async def tick(
        self, at: str | None = None, *, ahead: str | None = None, key: str = KEY
    ) -> Outcome | Unavailable:
        """One tick and its report, at a time; `ahead` is a later instant that it may act for."""
        if at is not None:
            self.clock.set(instant(at))
        memory = self.memories.setdefault(key, Memory())
        outcome = await self.ticker.tick(key, memory, instant(ahead) if ahead else self.clock.now())
        if not (isinstance(outcome, Unavailable) and outcome.reason == "Gone"):
            self.reporter.ask(key, memory, outcome)
            await self.reporter.report(("schoolautoscalers", key))
        return outcome

    def read(self, answer: str | float | Fraction, name: str = "pupils-online") -> None:
        """Prometheus answers the query of a metric now: a number, or a word for why there is none."""
        reading: Fraction | Unavailable
        if isinstance(answer, str):
            message = f"http://prometheus:9090 failed: {answer}"
            reading = Unavailable(reason=Trouble(answer), message=message)
        else:
            reading = Fraction(answer)
        for query in list(self.store.answers.queries):
            if query.query == f"sum({name.replace('-', '_')})":
                self.store.answers.put(query, SeenReading(reading=reading, at=self.clock.now()))

    @property
    def memory(self) -> Memory:
        return self.memories[KEY]

    def put(self, plural: str, body: Json, **more: Any) -> Json:
        return self.cluster.put(GROUPS[plural], plural, body, **more)

    def edit(self, plural: str, change: Callable[[Json], object], name: str = "web", **more: Any) -> Json:
        """A user changes an object in place."""
        return self.cluster.edit(GROUPS[plural], plural, place_of(plural), name, change, **more)

    def respec(self, plural: str, name: str = "web", **spec: Any) -> Json:
        """A user changes fields of a spec."""
        return self.edit(plural, lambda body: body["spec"].update(spec), name)

    def remove(self, plural: str, name: str = "web") -> None:
        self.cluster.remove(GROUPS[plural], plural, place_of(plural), name)

    def get(self, plural: str, name: str = "web") -> Json:
        return self.cluster.objects[GROUPS[plural], plural, place_of(plural), name]

    @property
    def floor(self) -> int:
        """The minimum that stands in the HPA."""
        minimum: int = self.get(HPAS)["spec"]["minReplicas"]
        return minimum

    @property
    def replicas(self) -> int:
        """The replicas that stand in the Deployment."""
        replicas: int = self.get(DEPLOYMENTS)["spec"]["replicas"]
        return replicas

    @property
    def marks(self) -> dict[str, str]:
        """Our annotations on the HPA, without their prefix."""
        notes = self.get(HPAS)["metadata"].get("annotations") or {}
        return {
            name.removeprefix("firstbell.dev/"): value
            for name, value in notes.items()
            if name.startswith("firstbell.dev/")
        }

    @property
    def status(self) -> Json:
        return self.get("schoolautoscalers").get("status") or {}

    def condition(self, kind: str) -> tuple[str, str]:
        """Status and reason of a condition as they stand in the API."""
        found = self.told_condition(kind)
        return found["status"], found["reason"]

    def told_condition(self, kind: str) -> Json:
        conditions: list[Json] = self.status["conditions"]
        return next(item for item in conditions if item["type"] == kind)

    @property
    def writes(self) -> int:
        """Patches on anything but a status."""
        return sum(verb == "PATCH" and not path.endswith("/status") for verb, path in self.cluster.requests)
