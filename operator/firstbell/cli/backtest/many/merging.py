"""Shards put together into the document that one run would have written, byte by byte."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from firstbell.cli.backtest.many.document import NotAShardError, read_head, read_line, read_lines
from firstbell.cli.backtest.many.trying import Tried

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from firstbell.cli.backtest.many.document import Head


def whole_head(paths: Sequence[Path]) -> Head:
    """Return the head of all shards together. Raises NotAShardError where they are not one whole; OSError."""
    first = paths[0]
    head = read_head(first)
    if head.shard is None:
        raise NotAShardError(f"{first}: is a whole run already, and no shard of one")
    places: dict[int, Path] = {}
    for path in paths:
        other = read_head(path)
        if other.whole != head.whole or other.shard is None or other.shard.count != head.shard.count:
            told = "other policies, options or shards; all have to be run on the same"
            raise NotAShardError(f"{path}: is of another run than {first}: {told}")
        if other.shard.index in places:
            twice = f"{places[other.shard.index]} is shard {other.shard.index}, too"
            raise NotAShardError(f"{path}: {twice}")
        places[other.shard.index] = path
    missing = sorted(set(range(head.shard.count)) - set(places))
    if missing:
        names = ", ".join(f"{index}/{head.shard.count}" for index in missing[:20])
        raise NotAShardError(f"{len(missing)} of {head.shard.count} shards are missing: {names}")
    return head.whole


def merged(head: Head, paths: Iterable[Path]) -> Iterator[Tried]:
    """Return what became of each policy of all shards, in the order of one run.

    All shares are gone through before the first is returned. Raises NotAShardError, OSError.
    """
    found = [one for path in paths for one in _of_share(path)]
    if len(found) != head.policies:
        raise NotAShardError(f"the shards hold {len(found)} of {head.policies} policies: one was changed")
    found.sort(key=lambda one: one.key)
    return (one.read() for one in found)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Kept:
    """What is kept of a policy until it is its turn: where its line begins, or why there is none.

    Neither the lines of ten thousand shares nor so many open files fit into a process.
    """

    key: str
    path: Path
    begin: int = 0
    why: str | None = None

    def read(self) -> Tried:
        if self.why is not None:
            return Tried(key=self.key, why=self.why)
        return Tried(key=self.key, line=read_line(self.path, self.begin))


def _of_share(path: Path) -> Iterator[_Kept]:
    for one in read_lines(path):
        if isinstance(one, dict):
            yield _Kept(key=one["autoscaler"], path=path, why=one["why"])
        else:
            begin, line = one
            yield _Kept(key=_key(path, line), path=path, begin=begin)


def _key(path: Path, line: str) -> str:
    try:
        return str(json.loads(line)["autoscaler"])
    except (ValueError, KeyError, TypeError) as error:
        raise NotAShardError(f"{path}: holds a line that is no backtest") from error
