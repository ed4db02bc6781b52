"""The programs of a control plane, and the Go modules that they are built from.

One module file for each family, in `go/<family>/`: a shared one would make them fight over versions. The
versions are pinned there and nowhere else, but for the two constants below, which go into the binaries.

A program that is found on this machine is taken only from `minimum` on: what is older lacks what the demo and
the tests rely on.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

KUBERNETES_VERSION = "v1.37.2"
KUBERNETES_MINOR = (1, 37)

_STAMP = "k8s.io/component-base/version."


@dataclass(frozen=True, kw_only=True, slots=True)
class Program:
    """One program: what it is called, where its source is, and how it tells its version."""

    name: str
    package: str
    minimum: tuple[int, int]
    version_args: tuple[str, ...] = ("--version",)
    built_as: str = ""

    @property
    def output(self) -> str:
        """The name that `go build` gives the binary."""
        return self.built_as or self.name


@dataclass(frozen=True, kw_only=True, slots=True)
class Family:
    """Programs that are built from one go.mod."""

    name: str
    programs: tuple[Program, ...]
    stamps: tuple[str, ...] = ()
    tags: str = ""

    @property
    def folder(self) -> Path:
        """The folder with this family's go.mod and go.sum."""
        return Path(__file__).parent / "go" / self.name

    @property
    def build_flags(self) -> tuple[str, ...]:
        """The flags of `go build`; they decide about the binary, so they are part of its cache key."""
        ldflags = " ".join(["-s", "-w", *(f"-X {stamp}" for stamp in self.stamps)])
        return ("-mod=readonly", "-trimpath", "-buildvcs=false", "-ldflags", ldflags, *self.source_flags)

    @property
    def source_flags(self) -> tuple[str, ...]:
        """The flags that decide which packages the programs are made of."""
        return ("-tags", self.tags) if self.tags else ()


KUBERNETES = Family(
    name="kubernetes",
    # Unstamped, the server calls itself v0.0.0-master, which kubectl and helm take for a very old one.
    stamps=(
        f"{_STAMP}gitVersion={KUBERNETES_VERSION}",
        f"{_STAMP}gitMajor={KUBERNETES_MINOR[0]}",
        f"{_STAMP}gitMinor={KUBERNETES_MINOR[1]}",
    ),
    programs=(
        Program(name="kube-apiserver", package="k8s.io/kubernetes/cmd/kube-apiserver", minimum=(1, 33)),
        Program(
            name="kube-controller-manager",
            package="k8s.io/kubernetes/cmd/kube-controller-manager",
            minimum=(1, 33),
        ),
        Program(name="kube-scheduler", package="k8s.io/kubernetes/cmd/kube-scheduler", minimum=(1, 33)),
        Program(
            name="kubectl",
            package="k8s.io/kubernetes/cmd/kubectl",
            minimum=(1, 36),
            version_args=("version", "--client"),
        ),
    ),
)
ETCD = Family(
    name="etcd",
    programs=(Program(name="etcd", package="go.etcd.io/etcd/server/v3", minimum=(3, 5), built_as="server"),),
)
KWOK = Family(
    name="kwok",
    programs=(
        Program(name="kwok", package="sigs.k8s.io/kwok/cmd/kwok", minimum=(0, 7)),
        Program(name="kwokctl", package="sigs.k8s.io/kwok/cmd/kwokctl", minimum=(0, 7)),
    ),
)
METRICS_SERVER = Family(
    name="metrics-server",
    programs=(
        Program(
            name="metrics-server", package="sigs.k8s.io/metrics-server/cmd/metrics-server", minimum=(0, 7)
        ),
    ),
)
HELM = Family(
    name="helm",
    programs=(
        Program(
            name="helm",
            package="helm.sh/helm/v4/cmd/helm",
            minimum=(4, 0),
            version_args=("version", "--short"),
        ),
    ),
)
PROMETHEUS = Family(
    name="prometheus",
    tags="remove_all_sd",  # without the discoveries of clouds it is half as large
    programs=(
        Program(name="prometheus", package="github.com/prometheus/prometheus/cmd/prometheus", minimum=(3, 0)),
        Program(name="promtool", package="github.com/prometheus/prometheus/cmd/promtool", minimum=(3, 0)),
    ),
)
KIND = Family(
    name="kind",
    programs=(Program(name="kind", package="sigs.k8s.io/kind", minimum=(0, 29), version_args=("version",)),),
)

FAMILIES = (KUBERNETES, ETCD, KWOK, METRICS_SERVER, HELM, PROMETHEUS, KIND)

SERVERS = ("kube-apiserver", "kube-controller-manager", "kube-scheduler")
"""Parts of one Kubernetes: they are taken at one version or not at all."""


def family_of(name: str) -> Family:
    """Return the family that a program belongs to."""
    return next(family for family in FAMILIES if any(program.name == name for program in family.programs))


def program_named(name: str) -> Program:
    """Return a program by its name."""
    return next(program for program in family_of(name).programs if program.name == name)
