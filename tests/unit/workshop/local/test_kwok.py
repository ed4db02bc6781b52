"""What kwokctl is asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from firstbell_workshop.local import kwok
from firstbell_workshop.local.control_plane import ControlPlane, Provision
from firstbell_workshop.local.errors import ControlPlaneError
from firstbell_workshop.local.kwok import BASE, create_arguments, in_kwokctl_order, program_names, start
from firstbell_workshop.local.programs import Programs
from firstbell_workshop.local.progress import LogProgress
from firstbell_workshop.local.spec import ControlPlaneSpec

PROGRAMS = {name: Path("/cache") / name for name in (*BASE, "metrics-server")}


def arguments(**wanted) -> str:
    spec = ControlPlaneSpec(**wanted)
    programs = {name: PROGRAMS[name] for name in program_names(spec)}
    return " ".join(create_arguments("run-1", Path("/here/kubeconfig"), spec, programs))


def test_all_wishes_at_once():
    """Everything that kwokctl is told, word for word; files that travel with the package by their name."""
    said = arguments(
        metrics_server=True,
        disable_qps_limits=True,
        audit_policy=Path("/policy.yaml"),
        extra_args=("kube-apiserver=v=2",),
    )

    package = str(Path(kwok.__file__).parent)
    assert said.replace(package, "PACKAGE").split(" --") == [
        "--name run-1 create cluster",
        "runtime binary",
        "kubeconfig /here/kubeconfig",
        "config PACKAGE/loopback.yaml",
        "etcd-binary /cache/etcd",
        "kube-apiserver-binary /cache/kube-apiserver",
        "kube-controller-manager-binary /cache/kube-controller-manager",
        "kube-scheduler-binary /cache/kube-scheduler",
        "kwok-controller-binary /cache/kwok",
        "metrics-server-binary /cache/metrics-server",
        "enable metrics-server",
        "config PACKAGE/usage.yaml",
        "disable-qps-limits",
        "kube-audit-policy /policy.yaml",
        "extra-args etcd=heartbeat-interval=250",
        "extra-args kube-controller-manager=leader-elect=false",
        "extra-args kube-scheduler=leader-elect=false",
        "extra-args kube-apiserver=v=2",
        "extra-args etcd=election-timeout=1250",
    ]


def test_a_cluster_has_its_own_name_kubeconfig_and_programs():
    said = arguments()

    assert said.startswith("--name run-1 create cluster --runtime binary --kubeconfig /here/kubeconfig ")
    for flag in ("--etcd-binary /cache/etcd", "--kwok-controller-binary /cache/kwok"):
        assert flag in said
    assert "metrics-server" not in said
    assert "qps" not in said


@pytest.mark.parametrize(
    ("wanted", "flags"),
    [
        ({"disable_qps_limits": True}, "--disable-qps-limits"),
        ({"metrics_server": True}, "--enable metrics-server --config"),
        ({"metrics_server": True}, "--metrics-server-binary /cache/metrics-server"),
        ({"audit_policy": Path("/policy.yaml")}, "--kube-audit-policy /policy.yaml"),
        ({"extra_args": ("etcd=snapshot-count=1",)}, "--extra-args etcd=snapshot-count=1"),
    ],
)
def test_each_wish_is_a_flag(wanted, flags):
    assert flags in arguments(**wanted)


@pytest.mark.parametrize("flag", ["kube-scheduler=leader-elect", "kube-controller-manager=leader-elect"])
def test_what_is_set_for_all_gives_way_to_what_is_wished(flag):
    said = arguments(extra_args=(f"{flag}=wished",))

    assert said.count(flag) == 1
    assert f"--extra-args {flag}=wished" in said


@pytest.mark.parametrize("one", ["heartbeat-interval", "election-timeout"])
def test_of_etcds_two_times_none_is_ours_where_one_is_wished(one):
    said = arguments(extra_args=(f"etcd={one}=1000",))
    assert [word for word in said.split() if word.startswith("etcd=")] == [f"etcd={one}=1000"]


def test_the_first_argument_of_each_component_comes_first():
    given = ["etcd=a=1", "etcd=b=2", "kube-scheduler=c=3", "kube-scheduler=d=4"]

    want = ["etcd=a=1", "kube-scheduler=c=3", "etcd=b=2", "kube-scheduler=d=4"]
    assert want == in_kwokctl_order(given)


@pytest.mark.parametrize("wrong", ["horizontal-pod-autoscaler-sync-period=1s", "etcd", "etcd=--a=1"])
def test_an_extra_argument_names_component_flag_and_value(wrong):
    with pytest.raises(ValueError, match="component=flag=value"):
        ControlPlaneSpec(extra_args=(wrong,))


def test_a_folder_that_kwokctl_would_misread_is_refused(tmp_path):
    folder = tmp_path / "my cache" / "run-1"
    here = ControlPlane(
        name="run-1",
        provision=Provision.LOCAL,
        kubeconfig=folder / "kubeconfig",
        programs=Programs(progress=LogProgress()),
        folder=folder,
    )

    with pytest.raises(ControlPlaneError, match="FIRSTBELL_CACHE"):
        start(here, ControlPlaneSpec())

    assert not folder.exists()


@pytest.mark.parametrize("right", ["etcd=snapshot-count=1", "kube-apiserver=feature-gates=A=true,B=false"])
def test_an_extra_argument_may_hold_anything_in_its_value(right):
    assert ControlPlaneSpec(extra_args=(right,)).extra_args == (right,)


@pytest.mark.parametrize("nodes", [-1, 1001])
def test_nodes_are_bounded(nodes):
    with pytest.raises(ValueError, match=f"nodes must be 0 to 1000, not {nodes}"):
        ControlPlaneSpec(nodes=nodes)


@pytest.mark.parametrize(
    ("given", "want"),
    [
        ([], []),
        (["etcd=a=1"], ["etcd=a=1"]),
        (["etcd=a=1", "etcd=b=2"], ["etcd=a=1", "etcd=b=2"]),
        (
            ["etcd=a=1", "kubelet=x=1", "etcd=b=2", "etcd=c=3"],
            ["etcd=a=1", "kubelet=x=1", "etcd=b=2", "etcd=c=3"],
        ),
        (["etcd=a=1", "etcd=b=2", "kubelet=x=1"], ["etcd=a=1", "kubelet=x=1", "etcd=b=2"]),
    ],
)
def test_arguments_of_one_component_keep_their_order(given, want):
    assert want == in_kwokctl_order(given)
