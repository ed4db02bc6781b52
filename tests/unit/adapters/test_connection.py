"""The one connection: what is rotated is used from the next request on, and 401 is told as what it is."""

from __future__ import annotations

import asyncio
import json

import pytest
from aiohttp import web
from structlog.testing import capture_logs

from firstbell.adapters.access import Access, find_access
from firstbell.adapters.kubernetes import KubernetesCluster
from firstbell.adapters.renewal import RenewedAccess, load_access
from firstbell.engine.ports import FailureKind, ObjectPath
from tests.unit.adapters.test_exec_plugin import VERSION, a_script

PATH = ObjectPath(group="apps", version="v1", plural="deployments", namespace="ns", name="web")


@pytest.fixture
def rotated(server):
    """The server takes one token at a time: the one in this list."""
    valid = ["one"]

    def answer(request):
        if request.headers.get("Authorization") != f"Bearer {valid[0]}":
            return web.json_response({"kind": "Status", "message": "Unauthorized"}, status=401)
        return web.json_response({"metadata": {}, "sent": request.method})

    server.answer = answer
    return valid


def a_kubeconfig(folder, url, user):
    path = folder / "config"
    told = {
        "current-context": "c",
        "clusters": [{"name": "c", "cluster": {"server": url}}],
        "contexts": [{"name": "c", "context": {"cluster": "c", "user": "me"}}],
        "users": [{"name": "me", "user": user}],
    }
    path.write_text(json.dumps(told))
    return path


async def test_a_token_in_a_file_that_was_rotated_is_shown_at_the_first_refusal(server, rotated, tmp_path):
    token = tmp_path / "token"
    token.write_text("one\n")
    access = await load_access(a_kubeconfig(tmp_path, server.url, {"tokenFile": str(token)}), None, {})
    async with KubernetesCluster(access) as cluster:
        assert "sent" in await cluster.get(PATH)
        rotated[0] = "two"
        token.write_text("two\n")
        assert (await cluster.merge_patch(PATH, {"spec": 1}))["sent"] == "PATCH"
    assert [body for *_, body in server.asked][-2:] == ['{"spec": 1}'] * 2, "sent whole once more"


async def test_a_program_is_asked_once_for_all_that_were_refused_together(server, rotated, tmp_path):
    script = a_script(
        tmp_path,
        f"open({str(tmp_path / 'calls')!r}, 'a').write('.')\n"
        f"token = open({str(tmp_path / 'valid')!r}).read()\n"
        f"print(json.dumps({{'apiVersion': '{VERSION}', 'status': {{'token': token}}}}))",
    )
    (tmp_path / "valid").write_text("one")
    user = {"exec": {"command": str(script), "apiVersion": VERSION}}
    access = await load_access(a_kubeconfig(tmp_path, server.url, user), None, {})
    async with KubernetesCluster(access) as cluster:
        rotated[0] = "two"
        (tmp_path / "valid").write_text("two")
        answers = await asyncio.gather(*(cluster.get(PATH) for _ in range(30)))
        assert all("sent" in answer for answer in answers)
    assert (tmp_path / "calls").read_text() == ".."


@pytest.mark.usefixtures("rotated")
async def test_a_kubeconfig_that_leads_elsewhere_is_followed(server, tmp_path):
    path = a_kubeconfig(tmp_path, server.url, {"token": "stale"})
    access = await load_access(path, None, {})
    async with KubernetesCluster(access) as cluster:
        assert (await cluster.get(PATH)).kind is FailureKind.UNAUTHENTICATED
        a_kubeconfig(tmp_path, server.url.replace("127.0.0.1", "localhost"), {"token": "one"})
        access._refusable_at = 0.0
        assert "sent" in await cluster.get(PATH)
        assert cluster.connection.host.startswith("http://localhost:")


@pytest.mark.usefixtures("rotated")
async def test_what_stays_refused_is_told_once_with_the_cure_and_so_is_its_end(server, tmp_path):
    token = tmp_path / "token"
    token.write_text("stale")
    path = a_kubeconfig(tmp_path, server.url, {"tokenFile": str(token)})
    access = await load_access(path, None, {})
    with capture_logs() as logs:
        async with KubernetesCluster(access) as cluster:
            failure = [await cluster.get(PATH) for _ in range(3)][-1]
            token.write_text("one")
            access._refusable_at = 0.0
            assert "sent" in await cluster.get(PATH)
    assert failure.kind is FailureKind.UNAUTHENTICATED
    cure = f"The tokenFile of the kubeconfig {path} is read anew each minute: renew the token in it."
    assert failure.message == f"the API server refuses our credentials (401): Unauthorized. {cure}"
    assert [line["event"] for line in logs] == [
        "the API server refuses our credentials (401)",
        "the API server takes our credentials again",
    ]
    assert "stale" not in json.dumps(logs)


async def test_without_credentials_nothing_is_asked_and_why_is_told(server, tmp_path):
    user = {"exec": {"command": str(tmp_path / "nowhere"), "apiVersion": VERSION}}
    access = await load_access(a_kubeconfig(tmp_path, server.url, user), None, {})
    async with KubernetesCluster(access) as cluster:
        failure = await cluster.get(PATH)
    assert failure.kind is FailureKind.UNAUTHENTICATED
    assert failure.message.startswith("the exec plugin nowhere cannot be run: ")
    assert server.asked == []


@pytest.mark.usefixtures("rotated")
async def test_new_credentials_that_take_long_are_told_as_such(server):
    class Slow:
        async def read(self, *, anew):
            assert anew
            await server.closing.wait()

    first = Access(host=server.url, authorization="Bearer stale")
    async with KubernetesCluster(RenewedAccess(Slow(), first), request_seconds=0.2) as cluster:
        failure = await cluster.get(PATH)
    assert failure.kind is FailureKind.UNAUTHENTICATED
    assert "new credentials are waited for" in failure.message


async def test_certificates_are_read_anew_and_kept_where_they_are_the_same(tmp_path, monkeypatch):
    contexts = []

    def made(configuration, given):
        contexts.append((configuration, given))
        return object()

    monkeypatch.setattr("firstbell.adapters.access._context", made)
    path = a_kubeconfig(tmp_path, "https://api.example", {"client-certificate": "c", "client-key": "k"})
    for name in "ck":
        (tmp_path / name).write_text("first")
    source = find_access(path, None, {})
    before, same = [(await source.read(anew=True)).tls for _ in range(2)]
    (tmp_path / "c").write_text("second")
    after = (await source.read(anew=False)).tls
    assert before is same
    assert after is not before
    assert len(contexts) == 2
