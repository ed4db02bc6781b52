"""One policy of many, tried on its own record: a line of the document, or why there is none."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from firstbell.cli.backtest.load import recording_of
from firstbell.cli.backtest.many.policies import policies_of
from firstbell.cli.backtest.trial import trial_in
from firstbell.cli.output import Refused, attempted
from firstbell.lab.record.document import backtest_document
from firstbell.lab.record.trial import run_trial

if TYPE_CHECKING:
    from firstbell.cli.backtest.load import Source
    from firstbell.cli.backtest.many.policies import Objects
    from firstbell.cli.backtest.trial import Asked


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """What is asked of every policy; a file as the source is the folder with the record of each."""

    asked: Asked
    source: Source

    def as_told(self) -> list[Any]:
        """Return what has to be equal for the answers to belong together."""
        asked, source = self.asked, self.source
        server = source.server
        where = None if server is None else [server.address, server.query, server.step]
        policy = [asked.metric, asked.per_replica, asked.fixed, asked.start_seconds]
        return [*policy, source.counts_seconds, source.first, source.last, where]


@dataclass(frozen=True, kw_only=True, slots=True)
class Tried:
    """What became of one policy: `line` is its document as JSON, empty where `why` says why there is none."""

    key: str
    line: str = ""
    why: str = ""


class Bench:
    """What one process tries policies on: read once, then one after the other."""

    def __init__(self, objects: Objects, question: Question) -> None:
        self._policies = policies_of(objects)
        self._question = question

    def tried(self, key: str) -> Tried:
        """Return what became of a policy."""
        document = attempted(lambda: self._document(key))
        if isinstance(document, Refused):
            return Tried(key=key, why="; ".join(document.lines))
        return Tried(key=key, line=json.dumps(document))

    def _document(self, key: str) -> dict[str, Any]:
        policies, asked = self._policies, replace(self._question.asked, autoscaler=key)
        tried = trial_in(policies.manifests, policies.linked, asked, "what was read")
        source = self._question.source
        if source.load is not None:
            source = replace(source, load=source.load / record_name(key))
        elif source.server is not None and source.server.query is not None:
            query = query_of(source.server.query, key)
            source = replace(source, server=replace(source.server, query=query))
        outcome = run_trial(tried.trial, recording_of(source, tried.trial, tried.query))
        return backtest_document(outcome, tried.untried)


def query_of(template: str, key: str) -> str:
    """Return a query with `$namespace` and `$name` of a policy put in."""
    namespace, _, name = key.partition("/")
    return template.replace("$namespace", namespace).replace("$name", name)


def record_name(key: str) -> str:
    """Return the file of a policy's recording in a folder; no namespace has a dot, so no two are one."""
    return f"{key.replace('/', '.')}.csv"
