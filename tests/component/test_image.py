"""The operator from exactly what its image holds: without the workshop, without what the image leaves out."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys

import pytest

from tests.image import ROOT, copied, firstbell, lay_out, leaving_out
from tests.unit.engine.bodies import a_calendar, a_deployment, an_autoscaler, an_hpa

SECONDS = 60
BODIES = {
    "firstbell.dev/v1alpha1/schoolcalendars": a_calendar,
    "autoscaling/v2/horizontalpodautoscalers": an_hpa,
    "apps/v1/deployments": a_deployment,
    "firstbell.dev/v1alpha1/schoolautoscalers": an_autoscaler,
}


@pytest.fixture(scope="module")
def held(tmp_path_factory):
    """What the image holds, as a folder of packages."""
    folder = tmp_path_factory.mktemp("image") / "site-packages"
    lay_out(folder)
    return folder


def run(held, *arguments):
    return subprocess.run(
        firstbell(held, *arguments),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
        env={"HOME": "/"},
    )


def test_the_image_is_built_of_the_shop_alone():
    assert [name for name in copied() if name.startswith("operator/")] == [
        "operator/firstbell",
        "operator/image",
    ]
    for name in (".dockerignore", "operator/Dockerfile.dockerignore"):
        sent = [line[1:] for line in (ROOT / name).read_text("utf-8").splitlines() if line.startswith("!")]
        assert sorted(sent) == sorted(copied())


def test_the_image_holds_no_workshop_and_no_generated_module(held):
    assert not list(held.glob("firstbell_workshop*"))
    for name in leaving_out().GENERATED:
        assert [file.name for file in (held / name).glob("*.py")] == ["__init__.py"]


def test_a_client_that_is_laid_out_otherwise_is_refused(tmp_path):
    script = ROOT / "operator/image/left_out.py"
    done = subprocess.run([sys.executable, script, tmp_path], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "holds no generated modules. Mend the list in" in done.stderr


def test_everything_that_the_operator_loads_is_in_the_image(held):
    code = (
        "import json, sys; sys.path.insert(0, sys.argv[1]); import firstbell.app, firstbell.cli.run.command; "
        "print(json.dumps([m.__file__ for m in list(sys.modules.values()) if getattr(m, '__file__', None)]))"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code, str(held)], capture_output=True, text=True, check=True
    )
    files = json.loads(done.stdout)
    assert [file for file in files if "site-packages" in file and not file.startswith(str(held))] == []
    assert any(file.startswith(str(held / "kopf")) for file in files)


def test_run_says_its_options_and_every_other_command_is_listed(held):
    done = run(held, "run", "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert "--metrics-port" in done.stdout
    listed = run(held, "--help").stdout
    assert "release" in listed
    assert "demo" not in listed


@pytest.mark.parametrize("words", [("demo",), ("demo", "--help"), ("cluster", "up")], ids=" ".join)
def test_a_command_of_the_workshop_says_where_it_is_to_be_had(held, words):
    done = run(held, *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"firstbell {words[0]}: is in the workshop (firstbell_workshop), which is not installed here, as in "
        "the operator's image. Install firstbell on a machine of yours, from a checkout: pip install .\n"
    )


async def test_the_operator_decides_and_ends_when_it_is_told_to(held, component):
    await component.open()
    for resource, body in BODIES.items():
        await component.create(resource, body())
    command = firstbell(
        held, "run", "--metrics-port", "0", "--probe-port", "0", "--kubeconfig", component.kubeconfig
    )
    operator = await asyncio.create_subprocess_exec(
        *command, env={"HOME": "/"}, stderr=asyncio.subprocess.PIPE
    )
    try:
        async with asyncio.timeout(SECONDS):
            while not any(told_status(request) for request in component.kopfs_requests):
                assert operator.returncode is None, (await operator.stderr.read()).decode()
                await asyncio.sleep(0.05)
        operator.send_signal(signal.SIGTERM)
        async with asyncio.timeout(SECONDS):
            await operator.communicate()
    finally:
        if operator.returncode is None:
            operator.kill()
    assert operator.returncode == 0


def told_status(request):
    return str(request.method).endswith("PATCH") and "schoolautoscalers/web/status" in str(request.url)
