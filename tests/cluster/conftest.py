"""The control plane that cluster tests share, and a namespace for each of them.

What has the scope of a package ends with the last test of this directory that a process runs
(`tests/directory_with_an_end.py`): no control plane is held through the tests of other directories.

KUBECONFIG given: that cluster is used, and only our kinds, namespaces and an account for operators, with its
rights, are made in it. Else kind where Docker answers, else the local control plane. In CI a missing control
plane is a failure; elsewhere it is a skip that says what to install.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from kubernetes.client.exceptions import ApiException

from firstbell.kinds.crds import RENDERED_KINDS, render
from firstbell.kinds.group import GROUP
from firstbell_workshop.local.errors import ControlPlaneError
from firstbell_workshop.local.lookup import engine_answers
from firstbell_workshop.local.programs import Programs
from firstbell_workshop.local.progress import progress_here
from firstbell_workshop.local.provision import control_plane as provided
from firstbell_workshop.local.spec import ControlPlaneSpec
from tests.cluster.audit import AdminsRequests, audit_policy, requests
from tests.cluster.chart_release import HOOK, NAME, NAMESPACE, Release
from tests.cluster.cluster_api import ClusterApi
from tests.cluster.operator_account import ChartsAccounts, charts_accounts
from tests.cluster.operator_process import Sun
from tests.cluster.prometheus import Exporter, Gate, Prometheus
from tests.cluster.real_morning import RealMorning
from tests.cluster.stage import Stage, at, hpa
from tests.cluster.waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstbell_workshop.local.control_plane import ControlPlane
    from tests.cluster.run_rights import RightsOfTheRun

HERE = Path(__file__).parent
NODES = 5
FRUGAL_GO = {"GOGC": "400", "GOMAXPROCS": "1"}
"""Garbage is collected seldom: a tenth less of the processors, and more memory, of which there is enough. One
processor for each program, since thirty of them share two: none wakes threads that find nothing to do."""
UNSYNCED = ("etcd=unsafe-no-fsync=true",)
"""etcd does not wait for the disk: its files go with the tests. A fifth less of what it uses under load."""
OPERATORS = f"firstbell-operators-{secrets.token_hex(3)}"
"""The namespace of the account that operators run under."""
LEFT_TO_CONTROLLERS = (
    "SchoolAutoscaler",
    "SchoolCalendar",
    "HorizontalPodAutoscaler",
    "Deployment",
    "StatefulSet",
)
"""What would go on being worked on after a test."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.cluster)


@pytest.fixture(scope="package")
def control_plane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    """A real API server with controllers, nodes and metrics, and firstbell's kinds installed."""
    given = os.environ.get("KUBECONFIG")
    # kind keeps no audit log, and is preferred to one.
    audited = os.environ.get("FIRSTBELL_PROVISION") == "local" or not engine_answers()
    policy = audit_policy(tmp_path_factory.mktemp("audit") / "policy.yaml", OPERATORS) if audited else None
    spec = ControlPlaneSpec(
        nodes=NODES,
        metrics_server=True,
        disable_qps_limits=True,
        extra_args=UNSYNCED if audited else (),
        audit_policy=policy,
    )
    holder = provided(spec, kubeconfig=Path(given) if given else None)
    try:
        here = _started(holder)
    except ControlPlaneError as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(error))
    try:
        install_kinds(here)
        yield here
    finally:
        holder.__exit__(None, None, None)


def _started(holder: contextlib.AbstractContextManager[ControlPlane]) -> ControlPlane:
    """Enter it. Its programs are written in Go, and inherit how they use the processors."""
    with pytest.MonkeyPatch.context() as environment:
        be_frugal(environment)
        return holder.__enter__()


def be_frugal(environment: pytest.MonkeyPatch) -> None:
    """Set how programs in Go that are started from now on use the processors."""
    for name, value in FRUGAL_GO.items():
        environment.setenv(name, os.environ.get(name, value))


@pytest.fixture(scope="package")
def helm_program(control_plane: ControlPlane) -> Path:
    """The real helm, built here on a new machine: within a test it would use up that test's time."""
    return control_plane.program("helm")


@pytest.fixture(scope="package")
def accounts(
    control_plane: ControlPlane,
    helm_program: Path,  # noqa: ARG001 - it is built outside of a test's time
    rights: RightsOfTheRun,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[ChartsAccounts]:
    """The control plane as the chart's accounts reach it; at the end it is noted what they asked for."""
    with charts_accounts(control_plane, OPERATORS, tmp_path_factory.mktemp("operator")) as found:
        yield found
        if control_plane.audit_log is not None:
            for role, account in (("operator", found.operator), ("release", found.release)):
                used, denied = account.requests()
                rights.note(role, granted=account.granted, used=used, denied=denied)


@pytest.fixture(scope="session")
def rights(pytestconfig: pytest.Config) -> RightsOfTheRun:
    """Where it is noted which rights were used; at the end of the run they are compared."""
    return pytestconfig.pluginmanager.getplugin("rights-of-the-run")


@pytest.fixture(scope="session")
def admins_requests() -> dict[Path, AdminsRequests]:
    """By audit log, how far it was looked through for requests of ours under an administrator's rights."""
    return {}


@pytest.fixture(autouse=True)
def _nothing_of_ours_runs_as_administrator(
    request: pytest.FixtureRequest, admins_requests: dict[Path, AdminsRequests]
) -> Iterator[None]:
    """Fails a test whose operator or release has more rights than the chart gives, however it was started.

    Where nobody audits, as on kind, this cannot be seen.
    """
    yield
    for name in {"control_plane", "plane"} & set(request.fixturenames):
        log = request.getfixturevalue(name).audit_log
        if log is not None:
            found = admins_requests.setdefault(log, AdminsRequests(log)).new()
            assert not found, f"under an administrator's rights, not stage.accounts: {sorted(found)}"


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
    """Yield it. Where the control plane goes with the tests, it is only emptied of what would be worked on.

    To delete it costs the API server a request for each kind that it knows, 0.16 s of a processor in all.
    """
    name = f"test-{secrets.token_hex(4)}"
    with ClusterApi(control_plane.kubeconfig, control_plane.context, name) as api:
        api.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
        until(lambda: api.get("ServiceAccount", "default"), "the namespace takes pods")
        yield name
        if control_plane.audit_log is not None:
            with contextlib.suppress(ApiException):  # a test may have deleted it
                for kind in LEFT_TO_CONTROLLERS:
                    api.delete_all(kind)
        elif api.get("Namespace", name) is not None:
            with contextlib.suppress(ApiException):  # or have begun to
                api.delete("Namespace", name)


@contextlib.contextmanager
def staged(control_plane: ControlPlane, accounts: ChartsAccounts) -> Iterator[Stage]:
    """A stage in a namespace of its own, for what is longer there than a test."""
    with (
        _namespace(control_plane) as name,
        ClusterApi(control_plane.kubeconfig, control_plane.context, name) as api,
    ):
        yield Stage(control_plane, api, name, accounts)


@pytest.fixture(scope="package")
def real_morning(control_plane: ControlPlane, accounts: ChartsAccounts) -> Iterator[RealMorning | None]:
    """The morning in real time, from the first test on that asks for it, beside those that follow."""
    if not control_plane.has_metrics:
        yield None
        return
    with staged(control_plane, accounts) as stage, RealMorning(stage) as morning:
        yield morning


@pytest.fixture
def stage(control_plane: ControlPlane, namespace: str, accounts: ChartsAccounts) -> Iterator[Stage]:
    """That namespace with questions about what is in it."""
    with ClusterApi(control_plane.kubeconfig, control_plane.context, namespace) as api:
        yield Stage(control_plane, api, namespace, accounts)


def set_minimum_of_zero(stage: Stage, **more: Any) -> None:
    """An HPA whose minimum is 0, which servers take since Kubernetes 1.37 (HPAScaleToZero)."""
    try:
        stage.set(hpa(minimum=0, **more))
    except ApiException as error:
        if "spec.minReplicas: Invalid value: 0" not in str(error.reason):
            raise
        pytest.skip("this API server takes no HPA with a minimum of 0: HPAScaleToZero is off")


@pytest.fixture
def scaling_to_zero(stage: Stage) -> Stage:
    """The stage with an HPA whose minimum is 0."""
    set_minimum_of_zero(stage)
    return stage


@pytest.fixture
def rush() -> Sun:
    """In the middle of the peak, and slow enough to stay there for the whole test."""
    return Sun.rising(at("08:21"), 2)


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
def plane(rights: RightsOfTheRun, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    """A control plane without our kinds, which audits the accounts of the release's namespace.

    Never kind, which keeps no audit log, and whose nodes would wait for an image that nobody publishes.
    """
    if os.environ.get("FIRSTBELL_PROVISION") == "kind":
        pytest.skip("the chart's pods start on made-up nodes alone: the local control plane runs this test")
    policy = audit_policy(tmp_path_factory.mktemp("audit") / "policy.yaml", NAMESPACE)
    spec = ControlPlaneSpec(nodes=2, disable_qps_limits=True, extra_args=UNSYNCED, audit_policy=policy)
    holder = provided(spec)
    try:
        here = _started(holder)
    except ControlPlaneError as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(error))
    try:
        here.program("helm")
        yield here
        assert here.audit_log is not None
        for role, account in (("operator", NAME), ("release", HOOK)):
            # What is denied is each test's own matter: some run where less is granted.
            rights.note(role, used=requests(here.audit_log, NAMESPACE, account)[0])
    finally:
        holder.__exit__(None, None, None)


@pytest.fixture
def release(plane: ControlPlane) -> Iterator[Release]:
    with Release(plane) as found:
        yield found


@pytest.fixture
def scene(plane: ControlPlane) -> Iterator[Stage]:
    """A namespace with workloads in it."""
    with (
        _namespace(plane) as name,
        ClusterApi(plane.kubeconfig, plane.context, name) as api,
    ):
        yield Stage(plane, api, name)
