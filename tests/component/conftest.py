"""Kopf itself, in process, with our handlers on it, against a mock of the Kubernetes API.

The engine is the real one, on a fake cluster of its own: whatever the mock is asked for, Kopf asks for it.
Kopf runs in a thread with a loop of its own, because at its end it waits for every younger task of its loop,
those of the test included.
"""

from __future__ import annotations

import asyncio
import threading

import aiohttp
import pytest
import yaml

from firstbell import app
from firstbell.adapters.kopf_session import KopfSession
from firstbell.adapters.kubernetes import KubernetesCluster
from firstbell.adapters.renewal import load_access
from firstbell.engine.engine import Engine
from firstbell.engine.watch.following import follow_objects
from firstbell.settings import Settings
from tests.fakes import FakeCluster, FakeEvents, FakeTelemetry, ManualClock, instant

RESOURCES = {
    "firstbell.dev/v1alpha1/schoolcalendars": ("SchoolCalendar", True, {"status"}),
    "firstbell.dev/v1alpha1/schoolautoscalers": ("SchoolAutoscaler", True, {"status"}),
    "firstbell.dev/v1alpha1/clusterschoolcalendars": ("ClusterSchoolCalendar", False, {"status"}),
    "firstbell.dev/v1alpha1/clusterscalingprofiles": ("ClusterScalingProfile", False, {"status"}),
    "firstbell.dev/v1alpha1/calendarexceptions": ("CalendarException", True, {"status"}),
    "firstbell.dev/v1alpha1/scalingoverrides": ("ScalingOverride", True, {"status"}),
    "autoscaling/v2/horizontalpodautoscalers": ("HorizontalPodAutoscaler", True, {"status"}),
    "apps/v1/deployments": ("Deployment", True, {"status", "scale"}),
    "apps/v1/statefulsets": ("StatefulSet", True, {"status", "scale"}),
    "apiextensions.k8s.io/v1/customresourcedefinitions": ("CustomResourceDefinition", False, set()),
    "v1/namespaces": ("Namespace", False, set()),
    "v1/events": ("Event", True, set()),
}
VERBS = {"list", "watch", "get", "create", "patch", "delete"}
SECONDS = 5
BY_US = {"X-By": "the test"}


class Component:
    """A running Kopf, and a person with an HTTP client."""

    def __init__(self, kmock, kubeconfig) -> None:
        self.kmock = kmock
        self.engine = Engine(
            cluster=FakeCluster(),
            clock=ManualClock(instant("2024-09-09T08:00")),
            events=FakeEvents(),
            telemetry=FakeTelemetry(),
            instance="firstbell",
        )
        self.kubeconfig = kubeconfig
        self._thread = None
        self._loop = None
        self._stop = None
        self._session = None

    async def start(self, *namespaces) -> None:
        settings = Settings(
            kubeconfig=self.kubeconfig,
            namespaces=namespaces,
        )
        running = threading.Event()

        async def kopf() -> None:
            self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
            running.set()
            access = await load_access(self.kubeconfig, None)
            async with KubernetesCluster(access) as cluster:
                following = asyncio.create_task(follow_objects(self.engine, cluster, namespaces))
                # As the app does: Kopf waits for younger tasks of its loop.
                session = KopfSession(cluster.connection, lambda: None)
                work = app._watch(self.engine, settings, session, self._stop, self._stop)
                watching = asyncio.create_task(work)
                await self._stop.wait()
                following.cancel()
                await asyncio.wait({watching})

        self._thread = threading.Thread(target=lambda: asyncio.run(kopf()))
        self._thread.start()
        await asyncio.to_thread(running.wait)
        await self.open()

    async def open(self) -> None:
        """Has the person's client ready; Kopf need not run."""
        self._session = aiohttp.ClientSession(base_url=str(self.kmock.url))

    async def end(self) -> None:
        """Stops Kopf, and waits until it has ended."""
        if self._thread is not None:
            self._loop.call_soon_threadsafe(self._stop.set)
            await asyncio.to_thread(self._thread.join, SECONDS)
        if self._session is not None:
            await self._session.close()
        assert self._thread is None or not self._thread.is_alive()

    async def seen(self, condition) -> None:
        """Returns when the condition holds; fails when it does not in time."""
        async with asyncio.timeout(SECONDS):
            while not condition():  # noqa: ASYNC110 - the store tells nobody
                await asyncio.sleep(0.005)

    async def create(self, resource, body) -> None:
        namespace = body["metadata"]["namespace"]
        group, plural = resource.rsplit("/", 1)
        body["metadata"] = {"uid": f"uid-{plural}", "generation": 1, "resourceVersion": "1"} | body[
            "metadata"
        ]
        await self._ask("POST", f"/apis/{group}/namespaces/{namespace}/{plural}", body)

    async def edit(self, resource, name, patch, namespace="ns") -> None:
        group, plural = resource.rsplit("/", 1)
        await self._ask("PATCH", f"/apis/{group}/namespaces/{namespace}/{plural}/{name}", patch)

    async def delete(self, resource, name, namespace="ns") -> None:
        group, plural = resource.rsplit("/", 1)
        await self._ask("DELETE", f"/apis/{group}/namespaces/{namespace}/{plural}/{name}", None)

    async def _ask(self, method, path, body) -> None:
        async with self._session.request(method, path, json=body, headers=BY_US) as response:
            assert response.status < 300, await response.text()

    @property
    def kopfs_requests(self):
        return [request for request in self.kmock if "X-By" not in request.headers]


@pytest.fixture
async def component(kmock, tmp_path):
    for key, (kind, namespaced, subresources) in RESOURCES.items():
        info = kmock.resources[key]
        info.kind, info.namespaced = kind, namespaced
        info.verbs, info.subresources = VERBS, subresources
    kubeconfig = tmp_path / "kubeconfig"
    kubeconfig.write_text(
        yaml.safe_dump(
            {
                "current-context": "mock",
                "clusters": [{"name": "mock", "cluster": {"server": str(kmock.url).rstrip("/")}}],
                "contexts": [{"name": "mock", "context": {"cluster": "mock", "user": "me"}}],
                "users": [{"name": "me", "user": {"token": "secret"}}],
            }
        )
    )
    running = Component(kmock, kubeconfig)
    yield running
    await running.end()
