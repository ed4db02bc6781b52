"""What it costs to remember workloads and HPAs that no policy names, of which a cluster has many.

    python -m tests.benchmarks.nobodys_objects --counts 1000 10000

Bytes of what the store keeps, by tracemalloc; the objects are those that the API server sends.
"""

from __future__ import annotations

import argparse
import gc
import json
import tracemalloc
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

from firstbell.engine.seen.store import Store
from firstbell.engine.seen.watched_kinds import FOREIGN_KINDS, workloads_of
from firstbell.engine.seen.workloads import WORKLOADS
from firstbell.kinds.foreign_autoscalers import HPA

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from firstbell.engine.seen.watched_kinds import ForeignKind

COUNTS = (1000, 10_000)
NAMESPACES = 50


def metadata(number: int) -> dict[str, Any]:
    return {
        "name": f"web-{number:05}",
        "namespace": f"school-{number % NAMESPACES}",
        "uid": f"6b1f0c1e-0000-4000-8000-{number:012}",
        "resourceVersion": str(100_000 + number),
        "generation": 3,
        "labels": {"app": f"web-{number:05}", "team": "lms"},
    }


def deployment(number: int) -> dict[str, Any]:
    container = {"name": "web", "image": "web:1", "resources": {"requests": {"cpu": "250m", "memory": "1Gi"}}}
    return {
        "metadata": metadata(number),
        "spec": {"replicas": 3, "template": {"spec": {"containers": [container]}}},
        "status": {"observedGeneration": 3, "replicas": 3, "updatedReplicas": 3, "readyReplicas": 3},
    }


def hpa(number: int) -> dict[str, Any]:
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": f"web-{number:05}"}
    return {
        "metadata": metadata(number),
        "spec": {"minReplicas": 2, "maxReplicas": 40, "scaleTargetRef": target},
        "status": {"currentReplicas": 3, "desiredReplicas": 3},
    }


def kept(store: Store, kind: ForeignKind, body: Callable[[int], dict[str, Any]], count: int) -> int:
    """Bytes that the store holds more, once so many of a kind were read."""
    before = tracemalloc.get_traced_memory()[0]
    for number in range(count):
        kind.put(store, kind.read(json.loads(json.dumps(body(number)))))
    gc.collect()
    return tracemalloc.get_traced_memory()[0] - before


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--counts", type=int, nargs="+", default=COUNTS)
    table = Table("named by nobody", "Deployments", "HPAs", "together")
    for count in parser.parse_args(arguments).counts:
        store = Store()
        tracemalloc.start()
        workloads = kept(store, workloads_of(WORKLOADS[0]), deployment, count)
        floors = kept(store, next(one for one in FOREIGN_KINDS if one.of is HPA), hpa, count)
        tracemalloc.stop()
        table.add_row(
            f"{count} of each",
            *(f"{size / count:.0f} B each" for size in (workloads, floors)),
            f"{(workloads + floors) / 2**20:.1f} MiB",
        )
    Console().print(table)


if __name__ == "__main__":
    main()
