"""Shards put together into the document that one run would have written, byte by byte."""

from __future__ import annotations

import heapq
import json
from typing import TYPE_CHECKING

from firstbell.cli.backtest.many.document import NotAShardError, read_head, read_lines
from firstbell.cli.backtest.many.trying import Tried

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from firstbell.cli.backtest.many.document import Head


def whole_head(paths: Sequence[Path]) -> Head:
    """Return the head of all shards together. Raises NotAShardError where they are not one whole; OSError."""
    heads = {path: read_head(path) for path in paths}
    first, head = next(iter(heads.items()))
    if head.shard is None:
        raise NotAShardError(f"{first}: is a whole run already, and no shard of one")
    places: dict[int, Path] = {}
    for path, other in heads.items():
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


def merged(head: Head, paths: Sequence[Path]) -> Iterator[Tried]:
    """Yield what became of each policy of all shards, in the order of one run. Raises NotAShardError."""
    count = 0
    for one in heapq.merge(*map(_in_order, paths), key=lambda one: one.key):
        count += 1
        yield one
    if count != head.policies:
        raise NotAShardError(f"the shards hold {count} of {head.policies} policies: one was changed")


def _in_order(path: Path) -> Iterator[Tried]:
    """Yield those of one shard by their keys: first its lines, and those not tried put in between."""
    missing = [Tried(key=one["autoscaler"], why=one["why"]) for one in _not_tried(path)]
    tried = (Tried(key=_key(path, line), line=line) for line in read_lines(path) if isinstance(line, str))
    yield from heapq.merge(tried, sorted(missing, key=lambda one: one.key), key=lambda one: one.key)


def _not_tried(path: Path) -> Iterator[dict[str, str]]:
    return (one for one in read_lines(path) if isinstance(one, dict))


def _key(path: Path, line: str) -> str:
    try:
        return str(json.loads(line)["autoscaler"])
    except (ValueError, KeyError, TypeError) as error:
        raise NotAShardError(f"{path}: holds a line that is no backtest") from error
