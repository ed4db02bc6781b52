"""A real Prometheus for a test, what it scrapes, and a gate in front of it that asks for a token.

Prometheus has no bearer tokens of its own: who wants them puts a proxy before it. The gate is one, which can
be slow, too.
"""

from __future__ import annotations

import json
import subprocess
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self

import yaml

from firstbell.clock import SystemClock
from tests.cluster.stand_ins import free_port
from tests.cluster.waiting import until

if TYPE_CHECKING:
    from pathlib import Path

START_SECONDS = 30
STOP_SECONDS = 10
SCRAPE_SECONDS = 1


class Serving:
    """An HTTP server in threads while the block lasts."""

    def __init__(self, answer) -> None:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                status, kind, body = answer(self.path, self.headers)
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self.address = f"127.0.0.1:{self._server.server_port}"
        self.url = f"http://{self.address}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join(timeout=5)
        self._server.server_close()


class Exporter(Serving):
    """Gauges that a test sets; Prometheus sees a new value a second later."""

    def __init__(self) -> None:
        self._gauges: dict[str, float] = {}
        super().__init__(self._answer)

    def set(self, gauge: str, value: float) -> None:
        """`gauge` is a name, with labels where it has some: `pupils_online{pod="a"}`."""
        self._gauges[gauge] = value

    def drop(self, gauge: str) -> None:
        """It is gone, as that of a pod that went."""
        self._gauges.pop(gauge, None)

    def _answer(self, *_: object) -> tuple[int, str, bytes]:
        lines = [f"{gauge} {value}\n" for gauge, value in list(self._gauges.items())]
        return 200, "text/plain; version=0.0.4", "".join(lines).encode()


class Prometheus:
    """One server on a port of its own, which scrapes an exporter every second while it runs.

    And an operator, if there is one to be scraped, whose labels it keeps; with rules, if they are given.
    """

    def __init__(
        self,
        program: Path,
        exporter: Exporter,
        folder: Path,
        *,
        operator: str | None = None,
        rules: Path | None = None,
    ) -> None:
        self._folder = folder
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        jobs = {"lms": exporter.address} | ({"firstbell": operator} if operator else {})
        config = {
            "global": {"scrape_interval": f"{SCRAPE_SECONDS}s"},
            "scrape_configs": [
                {"job_name": job, "honor_labels": True, "static_configs": [{"targets": [address]}]}
                for job, address in jobs.items()
            ],
            "rule_files": [str(rules)] if rules else [],
        }
        (folder / "prometheus.yaml").write_text(yaml.safe_dump(config))
        self._argv = [
            str(program), f"--config.file={folder / 'prometheus.yaml'}",
            f"--storage.tsdb.path={folder / 'data'}", f"--web.listen-address=127.0.0.1:{self._port}",
        ]  # fmt: skip
        self.address = f"127.0.0.1:{self._port}"
        self.url = f"http://{self.address}"

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def up(self) -> None:
        """Started, if a test before has stopped it and failed."""
        if self._process is None:
            self.start()

    def start(self) -> None:
        """Returns when it has scraped the exporter since its start, which takes it five seconds and more."""
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(self._argv, stdout=log, stderr=subprocess.STDOUT)
        began = SystemClock().now().timestamp()
        until(
            lambda: self.value('timestamp(up{job="lms"})') > began and self.value('up{job="lms"}') == 1,
            lambda: f"it scrapes: {(self._folder / 'log').read_text()[-2000:]}",
            seconds=START_SECONDS,
        )

    def stop(self) -> None:
        """As a pod is stopped. Its data stay."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=STOP_SECONDS)
            self._process = None

    def value(self, query: str) -> float:
        """The value of a query that gives one sample, as `curl` reads it; -1 while it gives none."""
        try:
            result = self.ask(query)
        except (urllib.error.URLError, ConnectionError):
            return -1
        return float(result[0]["value"][1]) if len(result) == 1 else -1

    def ask(self, query: str) -> list[Any]:
        """All series of a query, with their values now."""
        found: list[Any] = self.get("query", query=query)["result"]
        return found

    def ask_range(self, query: str, start: float, end: float, step: float) -> list[Any]:
        """All series of a query, with their values from one instant to another."""
        found: list[Any] = self.get("query_range", query=query, start=start, end=end, step=step)["result"]
        return found

    def get(self, path: str, **what: object) -> Any:
        """The data of an answer; raises what Prometheus says where it has none."""
        url = f"{self.url}/api/v1/{path}?{urllib.parse.urlencode(what)}"
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 - of this machine
            return json.load(answer)["data"]


class Gate(Serving):
    """A proxy before Prometheus, as clusters have it. It asks for a token if it is given one."""

    def __init__(self, prometheus: Prometheus) -> None:
        self._behind = prometheus
        self.token = ""
        self.slow_seconds = 0.0
        """How long it keeps whoever asks waiting."""
        self.asked = 0
        """How often it was asked, with a token or without."""
        super().__init__(self._answer)

    def _answer(self, path: str, headers) -> tuple[int, str, bytes]:
        self.asked += 1
        if self.token and headers.get("Authorization") != f"Bearer {self.token}":
            return 401, "text/plain", b"Unauthorized\n"
        time.sleep(self.slow_seconds)
        url = self._behind.url + path
        with urllib.request.urlopen(url, timeout=30) as answer:  # noqa: S310 - of this machine
            return 200, "application/json", answer.read()
