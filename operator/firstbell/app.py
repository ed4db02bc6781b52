"""The composition root: builds the parts, starts them in order, stops them in order.

Order: access to the API, the first look at everything, then the engine and the watches together: Kopf's of
our own kinds, the engine's of what belongs to others. A stop
lets what is being written finish, for a few seconds at most, and releases nothing: an upgrade of the
operator in a window must not lower a floor. Where a watched kind appears or goes meanwhile (KEDA is
installed, a right is taken away), all of it begins anew, without an end of the process.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import threading
import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

import kopf
import structlog

from firstbell.adapters import liveness
from firstbell.adapters.access import namespace_of_pod
from firstbell.adapters.events import KubernetesEvents
from firstbell.adapters.garbage import set_aside
from firstbell.adapters.kopf_session import KopfSession
from firstbell.adapters.kubernetes import LONGEST_WATCH_SECONDS, PAGE, WATCH_SECONDS, KubernetesCluster
from firstbell.adapters.liveness import Liveness
from firstbell.adapters.metrics_server import serving_metrics
from firstbell.adapters.prometheus import PrometheusMetrics, check_ca_bundle
from firstbell.adapters.prometheus_addresses import allowed_addresses
from firstbell.adapters.renewal import load_access
from firstbell.adapters.server_dates import ServerDates
from firstbell.adapters.telemetry import PrometheusTelemetry
from firstbell.clock import SystemClock, steady_seconds
from firstbell.core import Unavailable
from firstbell.core.reasons import AbsenceReason
from firstbell.engine.engine import Engine
from firstbell.engine.pace.fence import Fence
from firstbell.engine.pace.slices import Slices
from firstbell.engine.pace.stop import Stop
from firstbell.engine.pace.tenure import LeaseTimes, Tenure
from firstbell.engine.requests.fenced_cluster import FencedCluster
from firstbell.engine.requests.held_cluster import HeldCluster
from firstbell.engine.seen.store import Store
from firstbell.engine.watch.appearing import autoscalers_appear
from firstbell.engine.watch.asked_targets import AskedTargets, follow_asked
from firstbell.engine.watch.followed_stop import FollowedStop
from firstbell.engine.watch.following import follow_objects
from firstbell.engine.watch.holding import Holding
from firstbell.engine.watch.loading import load
from firstbell.engine.watch.looking_anew import follow_gaps, keep_beating
from firstbell.engine.watch.red_workloads import RedWorkloads, follow_red
from firstbell.engine.watch.vanished import follow_vanished
from firstbell.handlers import watching
from firstbell.handlers.comparing import NoComparison

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable, Iterator, Sequence

    from firstbell.adapters.renewal import RenewedAccess
    from firstbell.engine.ports import Clock
    from firstbell.settings import Settings

STOP_SECONDS = 4.0
FINISHING_SECONDS = 0.5
"""How long a process that is told to end goes on with what is due, where another one waits for its Lease."""
GOODBYE_SECONDS = 0.25
"""How long TLS connections get to close before the event loop does."""
SIGNALS = (signal.SIGTERM, signal.SIGINT)
ANEW_SECONDS, ANEW_SECONDS_MOST = 1.0, 32.0
"""How long to wait before everything begins anew: twice as long each time, where it ended soon again.

The liveness probe is answered meanwhile: what stands in the way is in the cluster, and another pod would
meet it as well.
"""
KOPF_BACKOFFS = (1, 2, 3, 5, 5, 5, 5, 5)
"""Seconds between Kopf's attempts: an API server that is back is to be noticed within seconds."""
SOON = timedelta(minutes=1)


class PortTakenError(Exception):
    """A port of ours is in use; the text says which and what to do."""


log = structlog.get_logger("firstbell")


async def run_operator(
    settings: Settings,
    *,
    clock: Clock | None = None,
    stop: asyncio.Event | None = None,
    started: asyncio.Event | None = None,
    compare_clocks: bool | None = None,
) -> None:
    """Run the operator until `stop` is set or the process is told to end.

    `started` is set when the first look is done and the engine runs. `compare_clocks`: whether the clock is
    compared with the API server's; by default only the machine's own is. Raises AccessError where no cluster
    is configured at all, CaBundleError where a file of certificates holds none, and AddressError where an
    entry of the allow-list is no address; everything else is waited for.
    """
    compare_clocks = clock is None if compare_clocks is None else compare_clocks
    dates = ServerDates() if compare_clocks else None
    clock = clock or SystemClock()
    stop = stop or asyncio.Event()
    telemetry = PrometheusTelemetry()
    if settings.prometheus_ca is not None:
        check_ca_bundle(settings.prometheus_ca)
    allowed = allowed_addresses(settings.prometheus_allow)
    if allowed.endpoints is None:
        log.info("policies may have any Prometheus asked, except at link-local addresses: --prometheus-allow")
    access = await load_access(settings.kubeconfig, settings.context)
    alive = Liveness(asyncio.get_running_loop())
    wait = 0.0
    async with _serving(settings, telemetry, alive):
        while not stop.is_set():
            begun = clock.now()
            with _stopping_on_signals(stop):
                await _run(
                    settings, access, telemetry, alive, clock=clock, dates=dates, stop=stop, started=started
                )
                wait = wait_before_anew(wait, clock.now() - begun)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), wait)
                await asyncio.sleep(GOODBYE_SECONDS)
    log.info("stopped")


def confinement(namespaces: Sequence[str]) -> Unavailable | None:
    """Tell why objects that belong to no namespace are not watched; None where they are."""
    if not namespaces:
        return None
    return Unavailable(
        reason=AbsenceReason.NOT_WATCHED,
        message="this operator watches some namespaces and nothing of the whole cluster. Name a"
        " SchoolCalendar of this namespace, or let the operator watch all namespaces.",
    )


def stop_namespace(settings: Settings) -> str:
    """Tell where an order to stop is looked for: as told, else in the pod's own namespace; empty: nowhere."""
    if settings.stop_namespace is not None:
        return settings.stop_namespace
    return namespace_of_pod(settings.kubeconfig, settings.context)


def lease_namespace(settings: Settings) -> str:
    """Tell where the Leases are: as told, else in the pod's own namespace; empty: there are none."""
    if not settings.lease:
        return ""
    if settings.lease_namespace is not None:
        return settings.lease_namespace
    return namespace_of_pod(settings.kubeconfig, settings.context)


def tenure_of(settings: Settings) -> Tenure:
    """Return what this process holds: nothing yet, or everything where it runs without Leases."""
    if lease_namespace(settings):
        times = LeaseTimes(duration=settings.lease_seconds)
        return Tenure(steady_seconds, times, settings.shards)
    why = "--lease-namespace gives it one" if settings.lease else "--no-lease"
    log.warning("runs without a Lease: no other process may run for this installation", cause=why)
    return Tenure(steady_seconds)


def wait_before_anew(last: float, ran: timedelta) -> float:
    """Return the seconds before all begins anew, after a run of that length and such a last wait."""
    return min(2 * last, ANEW_SECONDS_MOST) if last and ran < SOON else ANEW_SECONDS


async def _run(  # noqa: PLR0913 - what run_operator has put together
    settings: Settings,
    access: RenewedAccess,
    telemetry: PrometheusTelemetry,
    alive: Liveness,
    *,
    clock: Clock,
    dates: ServerDates | None,
    stop: asyncio.Event,
    started: asyncio.Event | None,
) -> None:
    """Do one run, from the first look to a stop, or to what another one is to follow."""
    tenure = tenure_of(settings)
    async with (
        _told_of(tenure, telemetry),
        KubernetesCluster(access, dates=dates, told=telemetry.requested) as cluster,
        PrometheusMetrics(
            cluster,
            SystemClock(),
            ca_bundle=settings.prometheus_ca,
            allowed=allowed_addresses(settings.prometheus_allow),
        ) as metrics,
        _beating(Fence(steady_seconds)) as fence,
        _holding(settings, access, tenure, fence, telemetry) as holding,
    ):
        held = HeldCluster(cluster, tenure, lambda _: None)
        events = KubernetesEvents(FencedCluster(held, fence), clock)
        store, slices = Store(cluster_unseen=confinement(settings.namespaces)), Slices()
        log.info("starting", api=access.host, namespaces=list(settings.namespaces) or "all")
        pause = pausing(holding)
        looking = load(cluster, store, settings.namespaces, pause, slices=slices)
        if not await _unless_stopped(looking, stop):
            return
        asked = AskedTargets(store=store, cluster=cluster)
        red = RedWorkloads(store=store, cluster=cluster, enabled=settings.pod_reasons)
        if not await _unless_stopped(asked.first_look(), stop):
            return
        order = Stop(clock)
        followed_stop = FollowedStop(cluster, order, stop_namespace(settings))
        if not await _unless_stopped(followed_stop.first_look(store, pause), stop):
            return
        engine = Engine(
            cluster=cluster,
            clock=clock,
            events=events,
            telemetry=telemetry,
            instance=settings.instance,
            store=store,
            metrics=metrics,
            fence=fence,
            slices=slices,
            server=dates,
            stop=order,
            tenure=tenure,
        )
        if holding is not None:
            holding.changed = engine.look_at_shards
            holding.has_looked()
        log.info(
            "started",
            calendars=len(store.calendars),
            autoscalers=len(store.autoscalers),
            floors=len(store.floors),
            role=engine.role(),
        )
        if started is not None:
            started.set()
        listed_anew = asyncio.Event()
        work = (
            engine.run(),
            keep_beating(engine.look_at_clock),
            follow_gaps(engine, cluster, settings.namespaces, asked, followed_stop),
            followed_stop.follow(engine.look_at_stop),
            events.run(),
            follow_vanished(engine, cluster, settings.namespaces, listed_anew),
            follow_asked(engine, asked),
            follow_red(engine, red),
            follow_objects(engine, cluster, settings.namespaces, listed_anew=listed_anew.set),
            set_aside(engine.drained),
        )
        anew = autoscalers_appear(cluster, store, settings.namespaces)
        session = KopfSession(cluster.connection, listed_anew.set, telemetry.requested)

        def knows() -> bool:
            return fence.is_open and (holding is None or holding.has_read)

        with alive.watch_over(engine.seconds_since_beat, knows, engine.role):
            await _run_until(stop, engine, work, anew, settings, session, holding)


async def _run_until(  # noqa: PLR0913, PLR0917 - what _run has put together
    stop: asyncio.Event,
    engine: Engine,
    work: Iterable[Coroutine[Any, Any, None]],
    anew: Coroutine[Any, Any, None],
    settings: Settings,
    session: KopfSession,
    holding: Holding | None,
) -> None:
    """Run the engine and Kopf's watches until one of them ends or a stop is asked for."""
    ending = asyncio.Event()
    watches = asyncio.create_task(_watch(engine, settings, session, stop, ending), name="watches")
    ours: set[asyncio.Task[Any]] = {asyncio.create_task(each) for each in work}
    appeared: asyncio.Task[Any] = asyncio.create_task(anew)
    ours |= {appeared, asyncio.create_task(stop.wait()), asyncio.create_task(ending.wait())}
    done, _ = await asyncio.wait({watches, *ours}, return_when=asyncio.FIRST_COMPLETED)
    ending.set()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(STOP_SECONDS):
            if holding is not None:
                await _handed_over(engine, holding)
            await engine.drained()
            # Kopf takes every younger task of the loop for one of its own and waits for it: ours end first.
            await _cancelled(ours)
            await asyncio.wait({watches})
    await _cancelled({watches, *ours})
    for task in done - {watches}:
        if not task.cancelled() and (error := task.exception()) is not None:
            raise error
    if not stop.is_set() and appeared not in done:
        log.error("the watches ended, looking at everything anew", why=_why_ended(watches))


async def _handed_over(engine: Engine, holding: Holding) -> None:
    """Leave the work to another process: what is left after a moment, it does as well.

    Nothing is cancelled before: what is being written has its answer, and no doubt whether it is made.
    """
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(FINISHING_SECONDS):
            await engine.drained()
    await holding.give_up()


def _why_ended(watches: asyncio.Task[None]) -> str:
    """Return what Kopf ended with, in words; of a watch of ours that was refused its own line tells."""
    error = watches.exception() if watches.done() and not watches.cancelled() else None
    return "a watch was refused for good" if error is None else f"{type(error).__name__}: {error}"


async def _cancelled(tasks: set[asyncio.Task[Any]]) -> None:
    """Cancel the tasks and wait for their ends."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _watch(
    engine: Engine, settings: Settings, session: KopfSession, stop: asyncio.Event, ending: asyncio.Event
) -> None:
    """Have Kopf's watches feed the engine; nothing of Kopf's is written to any object.

    It ends when `ending` is set, and sets it when it ends by itself.
    """
    registry = kopf.OperatorRegistry()
    watching.register(registry, engine)
    kopf.on.login(registry=registry, id="login")(_login(session))
    kopf.on.startup(registry=registry, id="settings")(_configure)
    kopf.on.cleanup(registry=registry, id="ending")(_setting(ending))
    others = asyncio.all_tasks()
    tasks = await kopf.spawn_tasks(
        registry=registry,
        memo=engine,
        standalone=True,
        # Only peers tell each other by it. Kopf's own guess asks for the name of the user, and in a container
        # the user is a number without one.
        identity=cast("Any", settings.instance),
        clusterwide=not settings.namespaces,
        namespaces=list(settings.namespaces),
        stop_flag=ending,
    )
    _take_signals(stop)
    await kopf.run_tasks(tasks, ignored=others)


async def _configure(settings: kopf.OperatorSettings, **_: Any) -> None:
    settings.scanning.disabled = True  # no right on namespaces and CRDs is needed
    settings.posting.enabled = False  # our own adapter posts events
    settings.persistence.diffbase_storage = NoComparison()
    settings.networking.request_timeout = 30
    settings.networking.connect_timeout = 10
    settings.networking.error_backoffs = KOPF_BACKOFFS
    settings.watching.server_timeout = WATCH_SECONDS
    settings.watching.inactivity_timeout = LONGEST_WATCH_SECONDS
    settings.watching.chunk_size = PAGE
    settings.queueing.exit_timeout = 0.5
    settings.process.ultimate_exiting_timeout = None  # the process goes on where only the watches end


@contextlib.asynccontextmanager
async def _told_of(tenure: Tenure, telemetry: PrometheusTelemetry) -> AsyncIterator[None]:
    """Tell of a run alone: before its first look, which may never end, and after it nothing is held."""
    shards = range(tenure.shards if tenure.times is not None else 0)
    telemetry.begin_anew(shards)
    try:
        yield
    finally:
        telemetry.begin_anew(shards)


@contextlib.asynccontextmanager
async def _holding(
    settings: Settings,
    access: RenewedAccess,
    tenure: Tenure,
    fence: Fence,
    telemetry: PrometheusTelemetry,
) -> AsyncIterator[Holding | None]:
    """Hold Leases while the block lasts, over connections of their own: nothing else is in their way."""
    if tenure.times is None:
        yield None
        return
    seconds, told = tenure.times.retry, telemetry.requested
    async with KubernetesCluster(access, request_seconds=seconds, told=told) as cluster:
        holding = Holding(
            cluster,
            tenure,
            fence,
            namespace=lease_namespace(settings),
            name=settings.lease_name,
            identity=f"{os.environ.get('HOSTNAME') or socket.gethostname()}_{uuid.uuid4().hex[:8]}",
            now=SystemClock().now,
            monotonic=steady_seconds,
        )
        try:
            await holding.first_try()
            holding.begin()
            yield holding
        finally:
            await holding.give_up()


def pausing(holding: Holding | None) -> Callable[[float], Awaitable[None]]:
    """Return how to wait for what a first look misses: without the Leases, which another one can use."""

    async def pause(seconds: float) -> None:
        if holding is not None:
            holding.stand_back()
        await asyncio.sleep(seconds)

    return pause


@contextlib.asynccontextmanager
async def _beating(fence: Fence) -> AsyncIterator[Fence]:
    """Start the fence, which beats from the first look on."""
    beats = asyncio.create_task(keep_beating(fence.beat))
    try:
        yield fence
    finally:
        await _cancelled({beats})


def _setting(ending: asyncio.Event) -> Any:
    """Return what tells that Kopf is about to end, for whatever reason."""

    async def cleanup(**_: Any) -> None:
        ending.set()

    return cleanup


def _login(session: KopfSession) -> Any:
    """Give Kopf its way to the API: the engine's connection, which renews credentials by itself."""

    async def login(**_: Any) -> kopf.AiohttpSession:
        # No server: the session knows where it is now, and is asked for paths.
        return kopf.AiohttpSession(server="", aiohttp_session=cast("Any", session))

    return login


@contextlib.contextmanager
def _stopping_on_signals(stop: asyncio.Event) -> Iterator[None]:
    """Have SIGTERM and SIGINT set `stop`, whatever is waited for; afterwards all is as before."""
    before = {number: signal.getsignal(number) for number in SIGNALS}
    ours = _take_signals(stop)
    try:
        yield
    finally:
        for number in SIGNALS if ours else ():
            asyncio.get_running_loop().remove_signal_handler(number)
            signal.signal(number, before[number])


def _take_signals(stop: asyncio.Event) -> bool:
    """Have signals set `stop`, again where Kopf has taken them: else nobody would know of a stop but Kopf.

    False where they are not for us: in another thread than the main one.
    """
    if threading.current_thread() is not threading.main_thread():
        return False
    for number in SIGNALS:
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return True


async def _unless_stopped(work: Any, stop: asyncio.Event) -> bool:
    """Await the work, or the stop; tell whether the work was done."""
    working, stopping = asyncio.ensure_future(work), asyncio.ensure_future(stop.wait())
    done, pending = await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
    for task in pending:
        task.cancel()
    await asyncio.gather(*pending, return_exceptions=True)
    if working in done:
        working.result()
    return working in done


@contextlib.asynccontextmanager
async def _serving(
    settings: Settings, telemetry: PrometheusTelemetry, alive: Liveness
) -> AsyncIterator[None]:
    """Return the endpoints of figures and of liveness, for as long as the process runs."""
    with contextlib.ExitStack() as served:
        if settings.probe_port:
            with _told_if_taken("probe", settings.listen, settings.probe_port):
                served.enter_context(liveness.serving_probes(alive, settings.listen, settings.probe_port))
        if settings.metrics_port:
            with _told_if_taken("metrics", settings.listen, settings.metrics_port):
                app, listen = telemetry.app, settings.listen
                served.enter_context(serving_metrics(app, listen, settings.metrics_port))
        yield


@contextlib.contextmanager
def _told_if_taken(what: str, listen: str, port: int) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        where = f"{listen}:{port}"
        msg = f"the {what} endpoint cannot listen on {where}: {error.strerror}. Choose another --{what}-port."
        raise PortTakenError(msg) from error
