"""The Kubernetes adapter over real HTTP: what it sends, and how each failure comes back as a value."""

from __future__ import annotations

import json

import pytest
from aiohttp import web

from firstbell.adapters.kubernetes import KubernetesCluster
from firstbell.engine.ports import Failure, FailureKind, ObjectPath
from firstbell.engine.requests.last_check import asked_once_more
from tests.unit.adapters.conftest import configured

HPA = ObjectPath(
    group="autoscaling", version="v2", plural="horizontalpodautoscalers", namespace="ns", name="web"
)
URL = "/apis/autoscaling/v2/namespaces/ns/horizontalpodautoscalers/web"


def status(code, message="the server's own words", reason="X"):
    return lambda _: web.json_response({"kind": "Status", "message": message, "reason": reason}, status=code)


async def test_an_object_is_read(server, cluster):
    server.answer = lambda _: web.json_response({"metadata": {"name": "web"}})
    assert await cluster.get(HPA) == {"metadata": {"name": "web"}}
    method, path, query, headers, _ = server.asked[0]
    assert (method, path, query, headers["Accept"]) == ("GET", URL, {}, "application/json")
    assert headers["User-Agent"] == "firstbell"


async def test_the_core_group_and_subresources_have_urls_of_their_own(server, cluster):
    await cluster.get(ObjectPath(group="", version="v1", plural="events", namespace="ns", name="e"))
    await cluster.get(
        ObjectPath(
            group="apps", version="v1", plural="deployments", namespace="ns", name="web", subresource="scale"
        )
    )
    assert [path for _, path, *_ in server.asked] == [
        "/api/v1/namespaces/ns/events/e",
        "/apis/apps/v1/namespaces/ns/deployments/web/scale",
    ]


@pytest.mark.parametrize(
    ("method", "body", "content_type"),
    [
        ("json_patch", [{"op": "test", "path": "/a", "value": None}], "application/json-patch+json"),
        ("merge_patch", {"status": {"a": None}}, "application/merge-patch+json"),
    ],
)
async def test_patches_travel_as_they_are_under_our_field_manager(
    server, cluster, method, body, content_type
):
    await getattr(cluster, method)(HPA, body)
    verb, path, query, headers, sent = server.asked[0]
    assert (verb, path, query) == ("PATCH", URL, {"fieldManager": "firstbell"})
    assert (headers["Content-Type"], json.loads(sent)) == (content_type, body)


async def test_an_object_is_created_under_our_field_manager(server, cluster):
    await cluster.create("", "v1", "events", "ns", {"metadata": {"name": "e"}})
    verb, path, query, _, sent = server.asked[0]
    assert (verb, path, query) == ("POST", "/api/v1/namespaces/ns/events", {"fieldManager": "firstbell"})
    assert json.loads(sent) == {"metadata": {"name": "e"}}


async def test_the_token_is_sent(server):
    async with KubernetesCluster(configured(server.url, "Bearer secret")) as cluster:
        await cluster.get(HPA)
    assert server.asked[0][3]["Authorization"] == "Bearer secret"


@pytest.mark.parametrize(
    ("code", "want"),
    [
        (400, FailureKind.INVALID),
        (403, FailureKind.FORBIDDEN),
        (404, FailureKind.NOT_FOUND),
        (409, FailureKind.CONFLICT),
        (410, FailureKind.EXPIRED),
        (422, FailureKind.INVALID),
        (429, FailureKind.THROTTLED),
        (500, FailureKind.SERVER_ERROR),
        (503, FailureKind.SERVER_ERROR),
        (504, FailureKind.SERVER_ERROR),
    ],
)
async def test_every_status_comes_back_as_a_value_with_the_servers_words(server, cluster, code, want):
    server.answer = status(code)
    got = await cluster.json_patch(HPA, [])
    assert got == Failure(kind=want, message=f"the server's own words ({code})")
    assert len(server.asked) == 1, "trying again is the engine's"


@pytest.mark.parametrize(
    ("body", "want"),
    [
        pytest.param("<html>busy</html>", "Service Unavailable (503)", id="a page of a proxy"),
        pytest.param("", "Service Unavailable (503)", id="nothing"),
        pytest.param("[]", "Service Unavailable (503)", id="a list"),
        pytest.param('{"message": 7}', "7 (503)", id="a message that is no text"),
    ],
)
async def test_a_failure_without_words_has_those_of_http(server, cluster, body, want):
    server.answer = lambda _: web.Response(status=503, text=body)
    assert (await cluster.get(HPA)).message == want


async def test_refused_credentials_are_told_as_such_with_the_cure(server, cluster):
    server.answer = status(401, "Unauthorized")
    got = await cluster.json_patch(HPA, [])
    assert got.kind is FailureKind.UNAUTHENTICATED
    assert got.message.startswith(
        "the API server refuses our credentials (401): Unauthorized. Give a kubeconfig"
    )
    assert len(server.asked) == 1, "there are no others to show"


@pytest.mark.parametrize("body", ["<html>sign in</html>", "", "[1]", '"text"', "{"])
async def test_an_answer_that_is_no_object_is_a_failure_of_the_server(server, cluster, body):
    server.answer = lambda _: web.Response(text=body)
    got = await cluster.get(HPA)
    assert got == Failure(
        kind=FailureKind.SERVER_ERROR, message="the API server's answer is not a JSON object"
    )


async def test_a_long_message_is_cut(server, cluster):
    server.answer = status(422, message="x" * 10_000)
    assert len((await cluster.get(HPA)).message) == 500 + len(" (422)")


async def test_no_answer_in_time_is_unreachable(server, hasty):
    async def never(_request=None):
        await server.closing.wait()
        return web.json_response({})

    server.answer = never
    got = await hasty.get(HPA)
    assert got == Failure(kind=FailureKind.UNREACHABLE, message="the API server gave no answer in 0.2 s")


async def test_a_body_that_does_not_end_is_unreachable(server, hasty):
    async def endless(request):
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"{")
        await server.closing.wait()
        return response

    server.answer = endless
    assert (await hasty.get(HPA)).kind is FailureKind.UNREACHABLE


async def test_a_connection_that_breaks_is_unreachable(server, cluster):
    async def broken(request):
        request.transport.close()
        return web.Response()

    server.answer = broken
    got = await cluster.get(HPA)
    assert got.kind is FailureKind.UNREACHABLE
    assert got.message.startswith("the API server cannot be reached: ")


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_nobody_at_the_address_is_unreachable(scheme):
    async with KubernetesCluster(configured(f"{scheme}://127.0.0.1:9")) as cluster:
        got = await cluster.get(HPA)
    assert got.kind is FailureKind.UNREACHABLE
    assert "127.0.0.1:9" in got.message
    assert "ssl" not in got.message
    assert " at 0x" not in got.message


def an_item(number):
    return {"metadata": {"name": str(number)}}


class TestLists:
    async def test_pages_are_put_together(self, server, cluster):
        pages = {
            None: {"items": [an_item(1), an_item(2)], "metadata": {"continue": "a b"}},
            "a b": {"items": [an_item(3)], "metadata": {"continue": "c"}},
            "c": {"items": None, "metadata": {}},
        }
        server.answer = lambda request: web.json_response(pages[request.query.get("continue")])
        assert await cluster.list_all("apps", "v1", "deployments", None) == [
            an_item(number) for number in (1, 2, 3)
        ]
        assert [query for _, _, query, *_ in server.asked] == [
            {"limit": "500"},
            {"limit": "500", "continue": "a b"},
            {"limit": "500", "continue": "c"},
        ]

    @pytest.mark.parametrize(
        ("namespace", "want"),
        [(None, "/apis/apps/v1/deployments"), ("ns", "/apis/apps/v1/namespaces/ns/deployments")],
    )
    async def test_in_all_namespaces_or_in_one(self, server, cluster, namespace, want):
        assert await cluster.list_all("apps", "v1", "deployments", namespace) == []
        assert server.asked[0][1] == want

    async def test_a_page_that_fails_fails_the_list(self, server, cluster):
        def answer(request):
            if "continue" in request.query:
                return web.json_response({"message": "busy"}, status=503)
            return web.json_response({"items": [an_item(1)], "metadata": {"continue": "x"}})

        server.answer = answer
        got = await cluster.list_all("apps", "v1", "deployments", None)
        assert got == Failure(kind=FailureKind.SERVER_ERROR, message="busy (503)")

    async def test_a_list_whose_next_page_the_server_has_forgotten_is_asked_for_in_one(self, server, cluster):
        def answer(request):
            if "continue" in request.query:
                return web.json_response({"message": "expired"}, status=410)
            pages = {"continue": "x"} if "limit" in request.query else {}
            items = [an_item(1)] if pages else [an_item(1), an_item(2)]
            return web.json_response({"items": items, "metadata": pages})

        server.answer = answer
        assert await cluster.list_all("apps", "v1", "deployments", None) == [an_item(1), an_item(2)]
        assert [query for _, _, query, *_ in server.asked] == [
            {"limit": "500"},
            {"limit": "500", "continue": "x"},
            {},
        ]

    async def test_each_is_handed_over_page_by_page_and_the_version_is_the_last_ones(self, server, cluster):
        pages = {
            None: {"items": [an_item(1), an_item(2)], "metadata": {"continue": "x", "resourceVersion": "7"}},
            "x": {"items": [an_item(3)], "metadata": {"resourceVersion": "7"}},
        }
        taken = []

        def answer(request):
            following = request.query.get("continue")
            assert taken == ([] if following is None else [an_item(1), an_item(2)])
            return web.json_response(pages[following])

        server.answer = answer
        assert await cluster.list_each(("apps", "v1", "deployments"), None, taken.append) == "7"
        assert taken == [an_item(number) for number in (1, 2, 3)]

    async def test_of_a_list_that_the_server_has_forgotten_all_are_handed_over_again(self, server, cluster):
        def answer(request):
            if "continue" in request.query:
                return web.json_response({"message": "expired"}, status=410)
            pages = {"continue": "x"} if "limit" in request.query else {"resourceVersion": "9"}
            items = [an_item(1)] if "continue" in pages else [an_item(1), an_item(2)]
            return web.json_response({"items": items, "metadata": pages})

        server.answer, taken = answer, []
        assert await cluster.list_each(("apps", "v1", "deployments"), None, taken.append) == "9"
        assert taken == [an_item(1), an_item(1), an_item(2)]

    @pytest.mark.parametrize(
        "page",
        [
            {"items": "text"},
            {"items": [7]},
            {"items": [{}]},
            {"items": [{"metadata": "text"}]},
            {"items": [], "metadata": "text"},
            {"items": [], "metadata": {"continue": "for ever"}},
        ],
        ids=str,
    )
    async def test_what_is_no_list_of_objects_is_a_failure(self, server, cluster, page):
        server.answer = lambda _: web.json_response(page)
        got = await cluster.list_all("apps", "v1", "deployments", None)
        assert got.kind is FailureKind.SERVER_ERROR
        assert len(server.asked) <= 2
        each = await cluster.list_each(("apps", "v1", "deployments"), None, lambda _: None)
        assert each.kind is FailureKind.SERVER_ERROR


@pytest.mark.parametrize(
    ("kind", "want"),
    [
        (FailureKind.CONFLICT, True),
        (FailureKind.THROTTLED, True),
        (FailureKind.UNREACHABLE, True),
        (FailureKind.SERVER_ERROR, True),
        (FailureKind.UNAUTHENTICATED, True),
        (FailureKind.FORBIDDEN, False),
        (FailureKind.NOT_FOUND, False),
        (FailureKind.INVALID, False),
    ],
)
def test_which_failures_may_pass_by_themselves(kind, want):
    assert want == Failure(kind=kind, message="").transient


@pytest.mark.parametrize(
    ("message", "want"),
    [
        ("the server rejected our request due to an error in our request", True),
        ('HorizontalPodAutoscaler.autoscaling "web" is invalid: spec.maxReplicas: Invalid value: 3', False),
        ("admission webhook denied the request", False),
    ],
    ids=["a failed test", "a value that is not taken", "a webhook"],
)
async def test_a_patch_whose_tests_do_not_hold_any_more_was_overtaken(server, cluster, message, want):
    server.answer = status(422, message=message)
    assert (await cluster.json_patch(HPA, [])).overtaken is want


async def test_what_is_not_to_leave_any_more_when_there_is_a_connection_is_never_carried_out(server, cluster):
    with asked_once_more(lambda: False):
        answer = await cluster.json_patch(HPA, [{"op": "add", "path": "/a", "value": 1}])
    assert isinstance(answer, Failure)
    assert answer.kind is FailureKind.UNREACHABLE
    assert [one for one in server.asked if one[4]] == []
    server.answer = lambda _: web.json_response({"metadata": {}})
    with asked_once_more(lambda: True):
        assert await cluster.json_patch(HPA, [{"op": "add", "path": "/a", "value": 1}]) == {"metadata": {}}
