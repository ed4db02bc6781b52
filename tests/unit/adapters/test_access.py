"""The way to the API: by kubeconfig or from a pod, and one clear sentence where there is none."""

from __future__ import annotations

import pytest
import yaml

from firstbell.adapters import access
from firstbell.adapters.access import AccessError, find_access, own_namespace

CURE = "Give --kubeconfig or --context, or set KUBECONFIG."
KUBECONFIG = {
    "apiVersion": "v1",
    "kind": "Config",
    "current-context": "blue",
    "clusters": [
        {"name": "blue", "cluster": {"server": "http://blue.example"}},
        {"name": "green", "cluster": {"server": "http://green.example"}},
    ],
    "contexts": [
        {"name": "blue", "context": {"cluster": "blue", "user": "me"}},
        {"name": "green", "context": {"cluster": "green", "user": "me"}},
    ],
    "users": [{"name": "me", "user": {"token": "secret"}}],
}


@pytest.fixture
def kubeconfig(tmp_path):
    path = tmp_path / "config"
    path.write_text(yaml.safe_dump(KUBECONFIG))
    return path


def with_user(kubeconfig, user, server="http://blue.example"):
    told = yaml.safe_load(kubeconfig.read_text())
    told["users"][0]["user"] = user
    told["clusters"][0]["cluster"]["server"] = server
    kubeconfig.write_text(yaml.safe_dump(told))


async def read(kubeconfig=None, context=None, environ=None, *, anew=True):
    return await find_access(kubeconfig, context, environ or {}).read(anew=anew)


async def refused(kubeconfig=None, context=None, environ=None):
    with pytest.raises(AccessError) as caught:
        await read(kubeconfig, context, environ)
    message = str(caught.value)
    assert "\n" not in message
    assert message.endswith(CURE)
    assert "secret" not in message
    return message.removesuffix(f" {CURE}")


@pytest.mark.parametrize(
    ("context", "want"),
    [(None, "http://blue.example"), ("blue", "http://blue.example"), ("green", "http://green.example")],
)
async def test_the_context_that_was_asked_for_or_the_current_one(kubeconfig, context, want):
    found = await read(kubeconfig, context)
    assert (found.host, found.authorization) == (want, "Bearer secret")


async def test_a_context_that_is_not_there_is_told_with_those_that_are(kubeconfig):
    assert (await refused(kubeconfig, "grene")).endswith(
        "with context 'grene': it has none of that name; it has blue, green."
    )


@pytest.mark.parametrize(
    ("environ", "want"),
    [
        ({}, None),
        ({"http_proxy": "http://proxy.example:3128"}, "http://proxy.example:3128"),
        ({"https_proxy": "http://proxy.example:3128"}, None),
        ({"http_proxy": "http://proxy.example:3128", "no_proxy": ".example"}, None),
    ],
)
async def test_the_proxy_of_the_environment_is_found_once(kubeconfig, monkeypatch, environ, want):
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    assert (await read(kubeconfig)).proxy == want


async def test_the_proxy_of_the_kubeconfig_comes_first(kubeconfig, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://proxy.example:3128")
    told = yaml.safe_load(kubeconfig.read_text())
    told["clusters"][0]["cluster"]["proxy-url"] = "http://of-the-file.example:3128"
    kubeconfig.write_text(yaml.safe_dump(told))
    assert (await read(kubeconfig)).proxy == "http://of-the-file.example:3128"


async def test_a_token_in_a_file_is_read_anew_without_its_lines_end(kubeconfig, tmp_path):
    token = tmp_path / "token"
    token.write_text("first\n")
    with_user(kubeconfig, {"tokenFile": str(token)})
    source = find_access(kubeconfig, None, {})
    assert (await source.read(anew=False)).authorization == "Bearer first"
    token.write_text("second\n")
    found = await source.read(anew=False)
    assert found.authorization == "Bearer second"
    assert "tokenFile" in found.cure


async def test_a_token_in_a_file_goes_before_one_beside_it_as_with_kubectl(kubeconfig, tmp_path):
    (tmp_path / "token").write_text("of the file")
    with_user(kubeconfig, {"tokenFile": "token", "token": "beside it"})
    assert (await read(kubeconfig)).authorization == "Bearer of the file"


async def test_a_kubeconfig_that_is_rewritten_is_read_anew(kubeconfig):
    source = find_access(kubeconfig, None, {})
    before = await source.read(anew=False)
    with_user(kubeconfig, {"token": "another"}, "http://elsewhere.example")
    found = await source.read(anew=False)
    assert (found.host, found.authorization) == ("http://elsewhere.example", "Bearer another")
    assert not found.same_as(before)
    assert found.same_as(await source.read(anew=False))


async def test_a_user_and_a_password_are_sent_as_they_are(kubeconfig):
    with_user(kubeconfig, {"username": "me", "password": "secret"})
    assert (await read(kubeconfig)).authorization == "Basic bWU6c2VjcmV0"


async def test_nothing_of_who_we_are_shows_in_words(kubeconfig):
    assert "secret" not in repr(await read(kubeconfig))


async def test_what_a_provider_was_given_since_is_kept_while_the_file_says_the_same(kubeconfig):
    provider = {"name": "oidc", "config": {"id-token": "a.b.c"}}
    source = find_access(kubeconfig, None, {})
    first = {"auth-provider": provider}
    source._keep_provider(first)
    first["auth-provider"]["config"]["id-token"] = "renewed"
    again = {"auth-provider": {"name": "oidc", "config": {"id-token": "a.b.c"}}}
    source._keep_provider(again)
    assert again["auth-provider"]["config"]["id-token"] == "renewed"
    edited = {"auth-provider": {"name": "oidc", "config": {"id-token": "x.y.z"}}}
    source._keep_provider(edited)
    assert edited["auth-provider"]["config"]["id-token"] == "x.y.z"


async def test_a_file_that_is_not_there(tmp_path):
    path = tmp_path / "none"
    assert await refused(path) == f"no access to a cluster by the kubeconfig {path}: there is no such file."


async def test_a_context_that_is_not_in_the_file(kubeconfig):
    got = await refused(kubeconfig, "red")
    assert got.startswith(f"no access to a cluster by the kubeconfig {kubeconfig} with context 'red': ")
    assert "red" in got


@pytest.mark.parametrize(
    ("text", "want"),
    [
        pytest.param("clusters: [\n", "while parsing", id="not YAML"),
        pytest.param("hello", "it does not hold what a kubeconfig holds", id="a text"),
        pytest.param("", "it does not hold what a kubeconfig holds", id="an empty file"),
        pytest.param("clusters: []\ncontexts: []\nusers: []\n", "current-context", id="no context"),
    ],
)
async def test_a_file_that_is_no_kubeconfig(tmp_path, text, want):
    path = tmp_path / "config"
    path.write_text(text)
    assert want in await refused(path)


async def test_in_a_pod_without_a_service_account():
    got = await refused(environ={"KUBERNETES_SERVICE_HOST": "10.0.0.1"})
    assert got.startswith("no access to a cluster by the pod's service account: ")


@pytest.mark.parametrize("context", [None, "blue"])
@pytest.mark.parametrize("environ", [{}, {"KUBECONFIG": ""}], ids=["unset", "empty"])
async def test_where_no_kubeconfig_is_named_and_none_lies_at_home(
    tmp_path, monkeypatch, capsys, environ, context
):
    monkeypatch.setenv("HOME", str(tmp_path))
    told = f" with context {context!r}" if context else ""
    assert await refused(None, context, environ) == (
        f"no access to a cluster by the kubeconfig {tmp_path}/.kube/config{told}: "
        "there is no such file, and KUBECONFIG names no other."
    )
    assert own_namespace(None, context, environ) == "default"
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("environ", [{}, {"KUBECONFIG": ""}], ids=["unset", "empty"])
async def test_the_kubeconfig_at_home_is_read_where_none_is_named(kubeconfig, monkeypatch, environ):
    (kubeconfig.parent / ".kube").mkdir()
    kubeconfig.rename(kubeconfig.parent / ".kube" / "config")
    monkeypatch.setenv("HOME", str(kubeconfig.parent))
    assert (await read(None, None, environ)).host == "http://blue.example"


async def test_of_several_files_that_are_named_those_that_are_there_are_read(kubeconfig, capsys):
    environ = {"KUBECONFIG": f"/nowhere/config:{kubeconfig}"}
    assert (await read(None, "green", environ)).host == "http://green.example"
    neither = await refused(environ={"KUBECONFIG": "/nowhere/config:/nowhere/else"})
    assert "by the kubeconfig /nowhere/config:/nowhere/else: there is no such file." in neither
    assert capsys.readouterr() == ("", "")


async def test_a_folder_is_no_kubeconfig(tmp_path):
    assert (await refused(tmp_path)).endswith(f"{tmp_path}: is a directory.")


async def test_an_explicit_kubeconfig_wins_over_the_pods_own_account(kubeconfig):
    found = await read(kubeconfig, None, {"KUBERNETES_SERVICE_HOST": "10.0.0.1"})
    assert found.host == "http://blue.example"


async def test_files_that_are_not_read_in_time_are_told(kubeconfig, monkeypatch):
    monkeypatch.setattr(access, "READ_SECONDS", 0.0)
    assert "it could not be read in 0 s" in await refused(kubeconfig)


async def test_a_file_that_the_environment_names_and_that_is_not_there_is_told_once(capsys):
    """The client has a line of its own for it, beside ours."""
    environ = {"KUBECONFIG": "/nowhere/config"}
    assert "by the kubeconfig /nowhere/config: there is no such file." in await refused(environ=environ)
    assert own_namespace(None, None, environ) == "default"
    assert capsys.readouterr() == ("", "")
