"""Credentials from a program: what it is told, what is taken of it, and that failures keep its secrets."""

from __future__ import annotations

import asyncio
import json
import stat
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from firstbell.adapters.access import find_access
from firstbell.adapters.exec_plugin import ExecPlugin, PluginError
from tests.unit.adapters.test_access import KUBECONFIG

VERSION = "client.authentication.k8s.io/v1"
SERVER = {"server": "https://api.example", "certificate-authority-data": "Q0E="}
SECRET = "s3cr3t-of-the-plugin"  # noqa: S105 - to be looked for in what is told


def a_script(folder, body):
    path = folder / "show-me"
    path.write_text(f"#!{sys.executable}\nimport json, os, sys, time\n{body}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def saying(status, version=VERSION):
    answer = {"apiVersion": version, "kind": "ExecCredential", "status": status}
    return f"print(json.dumps({answer!r}))"


def a_plugin(folder, body, *, seconds=10.0, **told):
    plugin = ExecPlugin.of(
        {"command": str(a_script(folder, body)), "apiVersion": VERSION, **told}, folder, SERVER
    )
    return ExecPlugin(
        command=plugin.command,
        api_version=plugin.api_version,
        arguments=plugin.arguments,
        environment=plugin.environment,
        cluster=plugin.cluster,
        seconds=seconds,
    )


async def failed(plugin):
    with pytest.raises(PluginError) as caught:
        await plugin.run()
    told = str(caught.value)
    assert SECRET not in told + repr(caught.value.__cause__) + repr(plugin)
    assert "\n" not in told
    return told


async def test_a_token_and_its_end_are_taken(tmp_path):
    status = {"token": f"{SECRET}\n", "expirationTimestamp": "2026-11-29T08:00:00Z"}
    given = await a_plugin(tmp_path, saying(status)).run()
    assert (given.token, given.expires) == (SECRET, datetime(2026, 11, 29, 8, tzinfo=UTC))
    assert SECRET not in repr(given)


async def test_a_certificate_with_its_key_is_taken(tmp_path):
    status = {"clientCertificateData": "CERT", "clientKeyData": "KEY"}
    given = await a_plugin(tmp_path, saying(status)).run()
    assert (given.certificate, given.key, given.token, given.expires) == ("CERT", "KEY", "", None)


async def test_it_is_told_what_the_kubeconfig_says_and_that_nobody_is_there(tmp_path):
    body = (
        "told = [sys.argv[1:], os.environ['OF_THE_FILE'], os.environ['KUBERNETES_EXEC_INFO']]\n"
        f"open({str(tmp_path / 'told')!r}, 'w').write(json.dumps(told))\n" + saying({"token": "t"})
    )
    environment = [{"name": "OF_THE_FILE", "value": "yes"}]
    await a_plugin(tmp_path, body, args=["--one", "two"], env=environment, provideClusterInfo=True).run()
    arguments, of_the_file, information = json.loads((tmp_path / "told").read_text())
    assert (arguments, of_the_file) == (["--one", "two"], "yes")
    assert json.loads(information) == {
        "apiVersion": VERSION,
        "kind": "ExecCredential",
        "spec": {"interactive": False, "cluster": SERVER},
    }


@pytest.mark.parametrize(
    ("body", "want"),
    [
        (f"print({SECRET!r}, file=sys.stderr); sys.exit(3)", "failed with exit code 3"),
        (f"print({SECRET!r})", "did not answer with an ExecCredential"),
        (f"print(json.dumps([{SECRET!r}]))", "did not answer with an ExecCredential"),
        ("", "did not answer with an ExecCredential"),
        (saying({"token": SECRET, "expirationTimestamp": SECRET}), "did not answer with an ExecCredential"),
        (saying({"token": SECRET}, "client.authentication.k8s.io/v1beta1"), "answers in another version"),
        (saying({"clientCertificateData": SECRET}), "gave neither a token nor a certificate and key"),
    ],
)
async def test_what_goes_wrong_is_told_without_a_word_of_the_program(tmp_path, body, want):
    told = await failed(a_plugin(tmp_path, body, args=[SECRET]))
    assert told.startswith("the exec plugin show-me ")
    assert want in told


async def test_one_that_gives_no_answer_is_ended_with_all_that_it_has_started(tmp_path):
    body = (
        "import subprocess\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        f"open({str(tmp_path / 'child')!r}, 'w').write(str(child.pid))\ntime.sleep(60)"
    )
    plugin = a_plugin(tmp_path, body, seconds=2.0)
    assert "gave no answer in 2 s" in await failed(plugin)
    child = Path("/proc") / (tmp_path / "child").read_text() / "stat"
    async with asyncio.timeout(5):
        while child.exists() and child.read_text().split()[2] != "Z":  # noqa: ASYNC110 - a process of nobody's
            await asyncio.sleep(0.01)


async def test_one_that_is_not_there_is_told(tmp_path):
    told = {"command": "./nowhere", "apiVersion": VERSION}
    plugin = ExecPlugin.of(told, tmp_path, SERVER)
    assert plugin.command == str(tmp_path / "nowhere")
    assert "the exec plugin nowhere cannot be run: No such file or directory." in await failed(plugin)


@pytest.mark.parametrize(
    "told",
    [{}, {"command": "aws"}, {"apiVersion": VERSION}, {"command": 7, "apiVersion": VERSION}],
)
def test_one_that_the_kubeconfig_does_not_name_in_full_is_refused(tmp_path, told):
    with pytest.raises(PluginError, match="needs command and apiVersion"):
        ExecPlugin.of(told, tmp_path, SERVER)


def test_one_that_asks_a_person_is_refused(tmp_path):
    told = {"command": "aws", "apiVersion": VERSION, "interactiveMode": "Always"}
    with pytest.raises(PluginError, match="asks a person"):
        ExecPlugin.of(told, tmp_path, SERVER)


class TestInAKubeconfig:
    @pytest.fixture
    def kubeconfig(self, tmp_path):
        script = a_script(
            tmp_path,
            f"calls = open({str(tmp_path / 'calls')!r}, 'a'); calls.write('.'); calls.close()\n"
            f"number = len(open({str(tmp_path / 'calls')!r}).read())\n"
            "print(json.dumps({'apiVersion': '" + VERSION + "', 'kind': 'ExecCredential', 'status': "
            "{'token': f'token-{number}'}}))",
        )
        told = json.loads(json.dumps(KUBECONFIG))
        told["users"][0]["user"] = {"exec": {"command": f"./{script.name}", "apiVersion": VERSION}}
        path = tmp_path / "config"
        path.write_text(yaml.safe_dump(told))
        return path

    async def test_it_is_asked_again_only_where_what_it_gave_is_refused_or_ends(self, kubeconfig):
        source = find_access(kubeconfig, None, {})
        given = [(await source.read(anew=anew)).authorization for anew in (False, False, True, False)]
        assert given == ["Bearer token-1", "Bearer token-1", "Bearer token-2", "Bearer token-2"]

    async def test_it_is_asked_again_where_the_kubeconfig_names_it_otherwise(self, kubeconfig):
        source = find_access(kubeconfig, None, {})
        await source.read(anew=False)
        told = yaml.safe_load(kubeconfig.read_text())
        told["users"][0]["user"]["exec"]["args"] = ["--another"]
        kubeconfig.write_text(yaml.safe_dump(told))
        assert (await source.read(anew=False)).authorization == "Bearer token-2"

    async def test_its_failure_is_the_trouble_of_the_access(self, kubeconfig):
        (kubeconfig.parent / "show-me").unlink()
        found = await find_access(kubeconfig, None, {}).read(anew=True)
        assert found.trouble.startswith("the exec plugin show-me cannot be run: ")
        assert (found.host, found.authorization) == ("http://blue.example", "")
