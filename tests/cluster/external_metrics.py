"""A metrics adapter of the tests: one external metric whose answer is held until a test lets it go.

The API server finds it through a Service that is a name of this machine, which works only where the API
server runs on it. Its certificate is the control plane's own; the API server is told not to look at it.
"""

from __future__ import annotations

import contextlib
import json
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstbell_workshop.local.control_plane import ControlPlane

GROUP, VERSION, METRIC = "external.metrics.k8s.io", "v1beta1", "pupils-online"
NAMESPACE, NAME = "default", "test-external-metrics"
LONGEST_HOLD_SECONDS = 20


class Adapter:
    """What the metric's answer is, and when it comes. `asked` is set while somebody waits for it."""

    def __init__(self) -> None:
        self.value = 0
        self.asked = threading.Event()
        self._may_go = threading.Event()
        self._may_go.set()

    def hold(self) -> None:
        """Answers nothing from now on."""
        self.asked.clear()
        self._may_go.clear()

    def let_go(self) -> None:
        """Answers, what waits and what comes."""
        self._may_go.set()

    def answer(self) -> int:
        self.asked.set()
        self._may_go.wait(LONGEST_HOLD_SECONDS)
        return self.value


@contextlib.contextmanager
def adapter(here: ControlPlane) -> Iterator[Adapter]:
    """The adapter behind the control plane's API, while the block lasts."""
    pki = next(here.folder.glob("**/pki"))  # type: ignore[union-attr]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pki / "admin.crt", pki / "admin.key")
    told = Adapter()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(told))
    server.daemon_threads = True
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True, name="external-metrics")
    thread.start()
    manifest = yaml.safe_dump_all(_objects(server.server_port))
    try:
        here.kubectl("apply", "-f", "-", stdin=manifest)
        here.kubectl("wait", "--for=condition=Available", f"apiservice/{VERSION}.{GROUP}", "--timeout=60s")
        yield told
    finally:
        told.let_go()
        here.kubectl("delete", "--ignore-not-found", "-f", "-", stdin=manifest)
        server.shutdown()
        thread.join(timeout=10)
        server.server_close()


def target_of(value: int) -> dict:
    """The HPA's metric: one replica for so much of it."""
    target = {"type": "AverageValue", "averageValue": str(value)}
    return {"type": "External", "external": {"metric": {"name": METRIC}, "target": target}}


def _handler(told: Adapter) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path = self.path.partition("?")[0].strip("/").split("/")
            if "namespaces" in path:
                item = {
                    "metricName": METRIC,
                    "metricLabels": {},
                    "timestamp": "2026-01-01T00:00:00Z",
                    "value": str(told.answer()),
                }
                body = {"kind": "ExternalMetricValueList", "items": [item]}
            else:
                resource = {
                    "name": METRIC,
                    "namespaced": True,
                    "kind": "ExternalMetricValueList",
                    "verbs": ["get"],
                }
                body = {
                    "kind": "APIResourceList",
                    "groupVersion": f"{GROUP}/{VERSION}",
                    "resources": [resource],
                }
            version = "v1" if body["kind"] == "APIResourceList" else f"{GROUP}/{VERSION}"
            text = json.dumps({"apiVersion": version, **body}).encode()
            with contextlib.suppress(OSError):  # who asked may have gone
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    return Handler


def _objects(port: int) -> list[dict]:
    service = {"type": "ExternalName", "externalName": "localhost"}
    api = {
        "group": GROUP,
        "version": VERSION,
        "groupPriorityMinimum": 100,
        "versionPriority": 100,
        "insecureSkipTLSVerify": True,
        "service": {"namespace": NAMESPACE, "name": NAME, "port": port},
    }
    return [
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"namespace": NAMESPACE, "name": NAME},
            "spec": service,
        },
        {
            "apiVersion": "apiregistration.k8s.io/v1",
            "kind": "APIService",
            "metadata": {"name": f"{VERSION}.{GROUP}"},
            "spec": api,
        },
    ]
