"""A real Prometheus that scrapes a real operator and has the chart's alerts, whatever clock that has.

Prometheus has only the clock of the wall, and an operator in a test has one of a school day that runs fast.
So between the two stands a relay: it hands on what the operator tells and moves each instant in it, such as
that of the next bell, from the one clock to the other. A bell that rings in ten minutes for the operator does
so for Prometheus: rules that compare with `time()` mean what they mean in a cluster. How long an alert waits
(`for`) is not made shorter, and what it looks back on neither; rules are only evaluated each second.
"""

from __future__ import annotations

import re
import time
import urllib.error
import urllib.request
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple, Self

import yaml

from firstbell.clock import SystemClock
from tests.cluster.operator_account import CHART
from tests.cluster.prometheus import Exporter, Prometheus, Serving
from tests.cluster.stand_ins import free_port

if TYPE_CHECKING:
    from pathlib import Path

    from firstbell.clock import FastClock
    from firstbell.settings import Settings
    from tests.cluster.operator_account import Account

RULES = CHART / "monitoring" / "rules.yaml"
LOAD = "sum(pupils_online)"
INSTANT = re.compile(r"^(firstbell_\w*timestamp_seconds(?:\{.*\})?) (\S+)$", re.MULTILINE)


class Relay(Serving):
    """What the operator at a port tells, its instants moved from its clock to the wall's."""

    def __init__(self, port: int, clock: FastClock) -> None:
        self._url, self._clock = f"http://127.0.0.1:{port}/metrics", clock
        super().__init__(self._answer)

    def _answer(self, *_: object) -> tuple[int, str, bytes]:
        try:
            with urllib.request.urlopen(self._url, timeout=5) as answer:  # noqa: S310 - of this machine
                text = answer.read().decode()
                kind = answer.headers["Content-Type"]
        except (urllib.error.URLError, ConnectionError):
            return 503, "text/plain", b"the operator does not answer\n"
        ahead = (SystemClock().now() - self._clock.now()).total_seconds()
        moved = INSTANT.sub(lambda told: f"{told[1]} {float(told[2]) + ahead:.3f}", text)
        return 200, kind, moved.encode()


class Alert(NamedTuple):
    """One that fires, or is about to, by what it is of: an object's namespace and name, or nothing."""

    name: str
    of: str
    severity: str
    fires: bool = True


class Watched:
    """Use as a context manager, from before the operator starts, which runs `seen` by it.

    The load of one workload is recorded as the chart's recording rule does it.
    """

    def __init__(  # noqa: PLR0917 - what is put together
        self,
        program: Path,
        clock: FastClock,
        exporter: Exporter,
        namespace: str,
        name: str,
        folder: Path,
        *,
        rules: str | None = None,
    ) -> None:
        """`rules` are the alerts as something else holds them than the chart's file."""
        self._port = free_port()
        self._relay = Relay(self._port, clock)
        text = RULES.read_text("utf-8") if rules is None else rules
        path = _rules(text, {"namespace": namespace, "autoscaler": name}, folder / "rules.yaml")
        self.prometheus = Prometheus(program, exporter, folder, operator=self._relay.address, rules=path)
        self._began = time.monotonic()

    def __enter__(self) -> Self:
        self._relay.__enter__()
        try:
            self.prometheus.__enter__()
        except BaseException:
            self._relay.__exit__()
            raise
        self._began = time.monotonic()
        return self

    def __exit__(self, *_: object) -> None:
        self.prometheus.__exit__()
        self._relay.__exit__()

    def seen(self, settings: Settings, account: Account, *, lease: bool = False) -> Settings:
        """The settings of an operator that is scraped, and that may be stopped, as the chart's is.

        With a Lease that the account may hold.
        """
        return replace(
            settings,
            metrics_port=self._port,
            listen="127.0.0.1",
            stop_namespace=account.namespace,
            lease=lease,
            lease_namespace=account.namespace,
            lease_name=account.name,
        )

    def alerts(self, state: str = "firing|pending") -> set[Alert]:
        """All that there were at any moment since the entry of the block."""
        now = SystemClock().now().timestamp()
        seconds = time.monotonic() - self._began
        found = self.prometheus.ask_range(f'ALERTS{{alertstate=~"{state}"}}', now - seconds, now + 1, 1)
        return {_alert(series["metric"]) for series in found}

    def firing(self) -> set[Alert]:
        """Those that fire now."""
        return {_alert(one["metric"]) for one in self.prometheus.ask('ALERTS{alertstate="firing"}')}

    def told(self) -> dict[str, dict[str, str]]:
        """What those that fire now say, by their names."""
        found = self.prometheus.get("alerts")["alerts"]
        return {one["labels"]["alertname"]: one["annotations"] for one in found if one["state"] == "firing"}


def _alert(labels: dict[str, str]) -> Alert:
    of = f"{labels['namespace']}/{labels['name']}" if "name" in labels else ""
    fires = labels.get("alertstate", labels.get("state")) == "firing"
    return Alert(labels["alertname"], of, labels["severity"], fires)


def _rules(text: str, labels: dict[str, str], path: Path) -> Path:
    groups = yaml.safe_load(text)["groups"]
    load = {"record": "firstbell:load:max1m", "expr": f"max_over_time(({LOAD})[1m:1s])", "labels": labels}
    groups.append({"name": "firstbell-loads", "rules": [load]})
    path.write_text(yaml.safe_dump({"groups": [{**group, "interval": "1s"} for group in groups]}))
    return path
