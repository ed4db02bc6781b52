"""The control plane that cluster tests share, and a namespace for each of them.

KUBECONFIG given: that cluster is used, and only our kinds, namespaces and an account for operators, with its
rights, are made in it. Else kind where Docker answers, else the local control plane. In CI a missing control
plane is a failure; elsewhere it is a skip that says what to install.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from firstbell.api.crds import RENDERED_KINDS, render
from firstbell.api.objects import GROUP
from firstbell.local.errors import ControlPlaneError
from firstbell.local.lookup import docker_answers
from firstbell.local.programs import Programs
from firstbell.local.progress import progress_here
from firstbell.local.provision import control_plane as provided
from firstbell.local.readiness import wait_for_service_account
from firstbell.local.spec import ControlPlaneSpec
from tests.cluster.chart_release import NAMESPACE, Release
from tests.cluster.cluster_api import ClusterApi
from tests.cluster.operator_account import audit_policy, charts_account, requests
from tests.cluster.prometheus import Exporter, Gate, Prometheus
from tests.cluster.real_morning import RealMorning
from tests.cluster.stage import Stage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstbell.local.control_plane import ControlPlane

HERE = Path(__file__).parent
NODES = 10
OPERATORS = f"firstbell-operators-{secrets.token_hex(3)}"
"""The namespace of the account that operators run under."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.cluster)


@pytest.fixture(scope="session")
def control_plane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    """A real API server with controllers, nodes and metrics, and firstbell's kinds installed."""
    given = os.environ.get("KUBECONFIG")
    # kind keeps no audit log, and is preferred to one.
    audited = os.environ.get("FIRSTBELL_PROVISION") == "local" or not docker_answers()
    policy = audit_policy(tmp_path_factory.mktemp("audit") / "policy.yaml", OPERATORS) if audited else None
    spec = ControlPlaneSpec(nodes=NODES, metrics_server=True, disable_qps_limits=True, audit_policy=policy)
    holder = provided(spec, kubeconfig=Path(given) if given else None)
    try:
        here = holder.__enter__()
    except ControlPlaneError as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(error))
    try:
        install_kinds(here)
        yield here
    finally:
        holder.__exit__(None, None, None)


@pytest.fixture(scope="session")
def helm_program(control_plane: ControlPlane) -> Path:
    """The real helm, built here on a new machine: within a test it would use up that test's time."""
    return control_plane.program("helm")


@pytest.fixture(scope="session")
def for_operator(
    control_plane: ControlPlane,
    helm_program: Path,  # noqa: ARG001 - it is built outside of a test's time
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[ControlPlane]:
    """The control plane as the chart's account reaches it; at the end, whether a request was denied."""
    with charts_account(control_plane, OPERATORS, tmp_path_factory.mktemp("operator")) as here:
        yield here
        if here.audit_log is not None:
            _, denied = requests(here.audit_log, OPERATORS)
            assert not denied, f"the chart's roles miss {sorted(denied)}"


def install_kinds(here: ControlPlane) -> None:
    """Applies the CRDs and waits until they are served."""
    here.kubectl("apply", "--server-side", "-f", "-", stdin="".join(render(kind) for kind in RENDERED_KINDS))
    names = [f"crd/{kind.plural}.{GROUP}" for kind in RENDERED_KINDS]
    here.kubectl("wait", "--for=condition=Established", *names)


@pytest.fixture
def namespace(control_plane: ControlPlane) -> Iterator[str]:
    """A namespace that takes pods, and is deleted after the test."""
    with _namespace(control_plane) as name:
        yield name


@contextlib.contextmanager
def _namespace(control_plane: ControlPlane) -> Iterator[str]:
    name = f"test-{secrets.token_hex(4)}"
    body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
    control_plane.kubectl("apply", "-f", "-", stdin=yaml.safe_dump(body))
    wait_for_service_account(control_plane, name, deadline=time.monotonic() + 30)
    yield name
    control_plane.kubectl("delete", "namespace", name, "--wait=false", "--ignore-not-found")


@pytest.fixture(scope="session", autouse=True)
def real_morning(request: pytest.FixtureRequest) -> Iterator[RealMorning | None]:
    """The morning in real time, beside all other tests of a run that looks at it."""
    if not any(item.path.name == "test_simulation.py" for item in request.session.items):
        yield None
        return
    here, for_operator = (request.getfixturevalue(name) for name in ("control_plane", "for_operator"))
    if not here.has_metrics:
        yield None
        return
    with (
        _namespace(here) as name,
        ClusterApi(here.kubeconfig, here.context, name) as api,
        RealMorning(Stage(here, api, name, for_operator)) as morning,
    ):
        yield morning


@pytest.fixture
def stage(control_plane: ControlPlane, namespace: str, for_operator: ControlPlane) -> Iterator[Stage]:
    """That namespace with questions about what is in it."""
    with ClusterApi(control_plane.kubeconfig, control_plane.context, namespace) as api:
        yield Stage(control_plane, api, namespace, for_operator)


@pytest.fixture(scope="session")
def prometheus_program() -> Path:
    """The real Prometheus, built here on a new machine: within a test it would use up that test's time."""
    try:
        return Programs(progress=progress_here()).get(["prometheus"])["prometheus"]
    except ControlPlaneError as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def exporter() -> Iterator[Exporter]:
    """What the test's Prometheus scrapes every second."""
    with Exporter() as serving:
        yield serving


@pytest.fixture(scope="module")
def prometheus(
    prometheus_program: Path, exporter: Exporter, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Prometheus]:
    """A real Prometheus that has scraped the exporter. It takes five seconds before its first scrape."""
    with Prometheus(prometheus_program, exporter, tmp_path_factory.mktemp("prometheus")) as running:
        yield running


@pytest.fixture
def gate(prometheus: Prometheus) -> Iterator[Gate]:
    """The way to it through a proxy that may ask for a token."""
    with Gate(prometheus) as serving:
        yield serving


@pytest.fixture(scope="module")
def plane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    """A control plane without our kinds, which audits the accounts of the release's namespace.

    Never kind, which keeps no audit log, and whose nodes would wait for an image that nobody publishes.
    """
    if os.environ.get("FIRSTBELL_PROVISION") == "kind":
        pytest.skip("the chart's pods start on made-up nodes alone: the local control plane runs this test")
    policy = audit_policy(tmp_path_factory.mktemp("audit") / "policy.yaml", NAMESPACE)
    holder = provided(ControlPlaneSpec(nodes=2, disable_qps_limits=True, audit_policy=policy))
    try:
        here = holder.__enter__()
    except ControlPlaneError as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(error))
    try:
        here.program("helm")
        yield here
    finally:
        holder.__exit__(None, None, None)


@pytest.fixture
def release(plane: ControlPlane) -> Iterator[Release]:
    found = Release(plane)
    yield found
    found.remove()


@pytest.fixture
def place(plane: ControlPlane) -> Iterator[str]:
    """A namespace with workloads in it."""
    name = f"test-{secrets.token_hex(4)}"
    plane.kubectl("create", "namespace", name)
    wait_for_service_account(plane, name, deadline=time.monotonic() + 30)
    yield name
    plane.kubectl("delete", "namespace", name, "--wait=false", "--ignore-not-found")


@pytest.fixture
def scene(plane: ControlPlane, place: str) -> Iterator[Stage]:
    with ClusterApi(plane.kubeconfig, plane.context, place) as api:
        yield Stage(plane, api, place, plane)
