"""What was asked for in one namespace, by the API server's audit log.

The log is that of all tests of a process: most of its lines are somebody else's, and a test looks again and
again. So each line is looked at once, and only those of the namespace are parsed.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.cluster.growing_log import GrowingLog

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cluster.cluster_api import Json
    from tests.cluster.stage import Stage


class Audited:
    """The events of one namespace, in the order of the log."""

    def __init__(self, log: Path, namespace: str) -> None:
        self._log, self._namespace = GrowingLog(log), namespace
        self._events: list[Json] = []

    @classmethod
    def of(cls, stage: Stage) -> Audited | None:
        """Those of the test's namespace; None where nobody audits."""
        log = stage.control_plane.audit_log
        return None if log is None else cls(log, stage.namespace)

    def events(self) -> list[Json]:
        """All that are there by now."""
        name = self._namespace.encode()
        found = (json.loads(line) for line in self._log.new_lines() if name in line)
        self._events += [
            event for event in found if (event.get("objectRef") or {}).get("namespace") == self._namespace
        ]
        return self._events
