"""The way to the API: by kubeconfig or from a pod, and one clear sentence where there is none."""

from __future__ import annotations

import pytest
import yaml

from firstbell.adapters.access import AccessError, load_access, own_namespace
from firstbell.app import connection_info

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


async def refused(kubeconfig=None, context=None, environ=None):
    with pytest.raises(AccessError) as caught:
        await load_access(kubeconfig, context, environ or {})
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
    configuration = await load_access(kubeconfig, context, {})
    assert configuration.host == want
    assert configuration.api_key["BearerToken"] == "Bearer secret"


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
    configuration = await load_access(kubeconfig, None, {})
    assert configuration.proxy == want
    assert configuration.client_session_kwargs == {"trust_env": False}


async def test_the_proxy_of_the_kubeconfig_comes_first(kubeconfig, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://proxy.example:3128")
    told = yaml.safe_load(kubeconfig.read_text())
    told["clusters"][0]["cluster"]["proxy-url"] = "http://of-the-file.example:3128"
    kubeconfig.write_text(yaml.safe_dump(told))
    configuration = await load_access(kubeconfig, None, {})
    assert configuration.proxy == "http://of-the-file.example:3128"
    assert connection_info(configuration).proxy_url == "http://of-the-file.example:3128"


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
    assert got.startswith("no access to a cluster by the kubeconfig: ")


async def test_an_explicit_kubeconfig_wins_over_the_pods_own_account(kubeconfig):
    configuration = await load_access(kubeconfig, None, {"KUBERNETES_SERVICE_HOST": "10.0.0.1"})
    assert configuration.host == "http://blue.example"


async def test_a_file_that_the_environment_names_and_that_is_not_there_is_told_once(capsys):
    """The client has a line of its own for it, beside ours."""
    environ = {"KUBECONFIG": "/nowhere/config"}
    assert "by the kubeconfig /nowhere/config: there is no such file." in await refused(environ=environ)
    assert own_namespace(None, None, environ) == "default"
    assert capsys.readouterr() == ("", "")
