"""Each request to the API server is told once, in closed words, by our client and by Kopf's session."""

from __future__ import annotations

import aiohttp
import pytest
from aiohttp import web

from firstbell.adapters.api_requests import resource_of
from firstbell.adapters.connection import Connection
from firstbell.adapters.kopf_session import KopfSession
from firstbell.adapters.kubernetes import KubernetesCluster
from firstbell.engine.ports import ObjectPath
from tests.unit.adapters.conftest import configured

HPA = ObjectPath(
    group="autoscaling", version="v2", plural="horizontalpodautoscalers", namespace="ns", name="web"
)
DEPLOYMENTS = ("apps", "v1", "deployments")
UNCHANGED = "the server rejected our request due to an error in our request"
LIST = "/apis/firstbell.dev/v1alpha1/schoolcalendars?limit=500"
WATCH = "/apis/firstbell.dev/v1alpha1/schoolcalendars?watch=true&resourceVersion=7"


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/api/v1/pods", ("pods", False)),
        ("/api/v1/namespaces/ns/pods", ("pods", False)),
        ("/api/v1/namespaces/ns/secrets/token", ("secrets", True)),
        ("/api/v1/namespaces", ("namespaces", False)),
        ("/api/v1/namespaces/ns", ("namespaces", True)),
        ("/apis/apps/v1/namespaces/ns/deployments/web/scale", ("deployments/scale", True)),
        (
            "/apis/firstbell.dev/v1alpha1/clusterscalingprofiles/a/status",
            ("clusterscalingprofiles/status", True),
        ),
        ("/apis/keda.sh/v1alpha1", ("discovery", True)),
        ("/apis/apps/v1", ("discovery", True)),
        ("/api/v1", ("discovery", True)),
        ("/apis/pupils.example/v1/namespaces/ns/portals/web/scale", ("other", True)),
        ("/apis/pupils.example/v1/portals", ("other", False)),
        ("/version", ("other", True)),
        ("/", ("other", True)),
    ],
)
def test_a_path_is_told_as_a_resource_of_a_closed_list(path, told):
    assert resource_of(path) == told


@pytest.fixture
def told():
    return []


@pytest.fixture
async def cluster(server, told):
    def keep(*words):
        told.append(words[:3])
        assert words[3] >= 0

    async with KubernetesCluster(configured(server.url), request_seconds=0.5, told=keep) as adapter:
        yield adapter


def refusing(code, message="no"):
    return lambda _: web.json_response({"kind": "Status", "message": message, "code": code}, status=code)


@pytest.mark.parametrize(
    ("refusal", "outcome"),
    [
        (refusing(409), "Conflict"),
        (refusing(422, UNCHANGED), "Conflict"),
        (refusing(422, "spec.maxReplicas is too small"), "Invalid"),
        (refusing(404), "NotFound"),
        (refusing(403), "Forbidden"),
        (refusing(500), "ServerError"),
    ],
)
async def test_how_a_write_ended_is_told_and_a_race_that_was_lost_is_a_conflict(
    server, cluster, told, refusal, outcome
):
    server.answer = refusal
    await cluster.json_patch(HPA, [])
    assert told == [("patch", "horizontalpodautoscalers", outcome)]


async def test_reads_watches_and_deletions_have_their_verbs(server, cluster, told):
    server.answer = lambda _: web.json_response({"items": [], "metadata": {"resourceVersion": "1"}})
    await cluster.get(HPA)
    await cluster.list_all(*DEPLOYMENTS, "ns")
    await cluster.resources("apps", "v1")
    await cluster.create(*DEPLOYMENTS, "ns", {})
    await cluster.delete(HPA, "uid", "1")
    await cluster.watch(DEPLOYMENTS, None, "1", lambda _: None)
    assert [each[:2] for each in told] == [
        ("get", "horizontalpodautoscalers"),
        ("list", "deployments"),
        ("get", "discovery"),
        ("create", "deployments"),
        ("delete", "horizontalpodautoscalers"),
        ("watch", "deployments"),
    ]
    assert {each[2] for each in told} == {"ok"}


async def test_a_watch_that_is_refused_and_a_server_that_is_not_there_are_told_once(server, cluster, told):
    server.answer = refusing(410)
    await cluster.watch(DEPLOYMENTS, None, "1", lambda _: None)
    async with KubernetesCluster(
        configured("http://127.0.0.1:9"), told=lambda *words: told.append(words[:3])
    ) as away:
        await away.get(HPA)
        await away.watch(DEPLOYMENTS, None, "1", lambda _: None)
    assert told == [
        ("watch", "deployments", "Expired"),
        ("get", "horizontalpodautoscalers", "Unreachable"),
        ("watch", "deployments", "Unreachable"),
    ]


async def test_what_kopf_asks_is_told_as_well(server, told):
    async with Connection(configured(server.url)) as connection:
        session = KopfSession(connection, lambda: None, lambda *words: told.append(words[:3]))
        for url in (LIST, WATCH):
            (await session.request(method="get", url=url, timeout=aiohttp.ClientTimeout())).close()
        server.answer = refusing(500)
        with pytest.raises(aiohttp.ClientConnectionError):
            await session.request(method="get", url=WATCH, timeout=aiohttp.ClientTimeout())
    async with Connection(configured("http://127.0.0.1:9")) as connection:
        session = KopfSession(connection, lambda: None, lambda *words: told.append(words[:3]))
        with pytest.raises(aiohttp.ClientConnectionError):
            await session.request(method="get", url=LIST, timeout=aiohttp.ClientTimeout())
    assert told == [
        ("list", "schoolcalendars", "ok"),
        ("watch", "schoolcalendars", "ok"),
        ("watch", "schoolcalendars", "ServerError"),
        ("list", "schoolcalendars", "Unreachable"),
    ]
