"""Stand-ins for the kinds of the Prometheus Operator that the chart writes, with the fields that it may use.

The fields and their types are those of its own definitions; what is not here is refused when asked strictly.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.cluster import stand_in_kinds

if TYPE_CHECKING:
    from firstbell_workshop.local.control_plane import ControlPlane
    from tests.cluster.cluster_api import Json

GROUP = "monitoring.coreos.com"
TEXT = {"type": "string"}
LABELS = {"type": "object", "additionalProperties": TEXT}
DURATION = {"type": "string", "pattern": r"^(([0-9]+)(ms|s|m|h|d|w|y))+$"}
COUNT = {"type": "integer"}


def _list(of: Json) -> Json:
    return {"type": "array", "items": of}


def _object(*required: str, **fields: Json) -> Json:
    return {"type": "object", "required": list(required), "properties": fields}


RELABELING = _object(
    sourceLabels=_list(TEXT), separator=TEXT, targetLabel=TEXT, regex=TEXT, modulus=COUNT, replacement=TEXT,
    action=TEXT,
)  # fmt: skip
SERVICE_MONITOR = _object(
    "endpoints",
    "selector",
    selector=_object(matchLabels=LABELS),
    namespaceSelector=_object(any={"type": "boolean"}, matchNames=_list(TEXT)),
    jobLabel=TEXT,
    endpoints=_list(
        _object(
            port=TEXT,
            path=TEXT,
            scheme=TEXT,
            honorLabels={"type": "boolean"},
            interval=DURATION,
            scrapeTimeout=DURATION,
            relabelings=_list(RELABELING),
            metricRelabelings=_list(RELABELING),
        )
    ),
)
RULE = _object("expr", alert=TEXT, record=TEXT, expr=TEXT, labels=LABELS, annotations=LABELS)
RULE["properties"]["for"] = DURATION
PROMETHEUS_RULE = _object(
    groups=_list(_object("name", name=TEXT, interval=DURATION, labels=LABELS, rules=_list(RULE)))
)
KINDS = {"ServiceMonitor": SERVICE_MONITOR, "PrometheusRule": PROMETHEUS_RULE}


def install(here: ControlPlane) -> None:
    """Makes both kinds, or skips the test where the cluster has them itself."""
    for kind, spec in KINDS.items():
        stand_in_kinds.install(here, _definition(kind, spec))


def uninstall(here: ControlPlane) -> None:
    for kind in KINDS:
        stand_in_kinds.uninstall(here, f"{kind.lower()}s.{GROUP}")


def _definition(kind: str, spec: Json) -> Json:
    schema = {"type": "object", "properties": {"spec": spec}}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{kind.lower()}s.{GROUP}"},
        "spec": {
            "group": GROUP,
            "scope": "Namespaced",
            "names": {"kind": kind, "plural": f"{kind.lower()}s", "singular": kind.lower()},
            "versions": [
                {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}
            ],
        },
    }
