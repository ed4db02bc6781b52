"""At the end of a run: the rights that the chart gives, compared with those that the run used.

The fixtures that hold a control plane note what its audit log tells of the chart's accounts. With
pytest-xdist each process has a control plane of its own, and hands its notes to the one that ends the run. A
denied request fails any run; an unused right fails one that had all tests of this directory and no other
failure. Where nobody audits, as on kind, nothing is compared.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.cluster.audit import Right

if TYPE_CHECKING:
    from collections.abc import Iterable

HERE = Path(__file__).parent
NOTES = "rights of the chart"


@dataclass
class Used:
    """What one of the chart's accounts may, and what it asked for."""

    granted: set[Right] = field(default_factory=set)
    used: set[Right] = field(default_factory=set)
    denied: set[Right] = field(default_factory=set)

    @property
    def unused(self) -> set[Right]:
        return self.granted - self.used


class RightsOfTheRun:
    """The plugin: notes by account, and the verdict."""

    def __init__(self) -> None:
        self._accounts: dict[str, Used] = {}
        self._deselected = False
        self._whole = False
        self._told: list[str] = []

    def note(
        self,
        account: str,
        *,
        granted: Iterable[Right] = (),
        used: Iterable[Right] = (),
        denied: Iterable[Right] = (),
    ) -> None:
        """Adds what one audit log told of an account."""
        known = self._accounts.setdefault(account, Used())
        known.granted.update(granted)
        known.used.update(used)
        known.denied.update(denied)

    def problems(self, *, passed: bool) -> list[str]:
        """What is wrong, a line each."""
        found = []
        for name, account in self._accounts.items():
            found += [f"the {name}'s account was denied: {right}" for right in sorted(account.denied)]
            if passed and self._whole:
                found += [f"nothing uses a right of the {name}: {right}" for right in sorted(account.unused)]
        return found

    def pytest_deselected(self, items: list[pytest.Item]) -> None:
        self._deselected |= any(HERE in item.path.parents for item in items)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        files = {item.path for item in session.items}
        some_of_a_file = any("::" in argument for argument in session.config.args)
        self._whole = set(HERE.glob("test_*.py")) <= files and not (self._deselected or some_of_a_file)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Takes the notes of a process of pytest-xdist; one that crashed left none, and failed the run."""
        notes = getattr(node, "workeroutput", {}).get(NOTES)
        if notes is None:
            return
        self._whole |= notes["whole"]
        for name, account in notes["accounts"].items():
            self.note(name, **{what: [Right(*right) for right in rights] for what, rights in account.items()})

    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        output = getattr(session.config, "workeroutput", None)
        if output is not None:
            accounts = {
                name: {what: [tuple(right) for right in rights] for what, rights in vars(account).items()}
                for name, account in self._accounts.items()
            }
            output[NOTES] = {"whole": self._whole, "accounts": accounts}
            return
        passed = exitstatus == pytest.ExitCode.OK
        self._told = self.problems(passed=passed)
        if self._told and passed:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        elif self._whole and passed and self._accounts:
            count = sum(len(account.granted) for account in self._accounts.values())
            self._told = [f"{count} granted, each of them used; no request denied"]

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self._told:
            terminalreporter.section(f"{NOTES}, by the audit logs of the run")
            for line in self._told:
                terminalreporter.write_line(line)
