"""The document of many backtests, `firstbell.dev/backtests/v1`: JSON with a line for each policy.

So it is written, and shards of it are put together, line by line: what is held in memory does not grow with
the number of policies. A shard says of how many it is one; put together they are, byte by byte, what one run
would have written. Fields are only ever added.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TextIO

from firstbell.cli.backtest.many.shard import Shard

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from firstbell.cli.backtest.many.trying import Tried

API_VERSION = "firstbell.dev/backtests/v1"
OPEN, CLOSE = ', "autoscalers": [', '], "notTried": '
"""The ends of the first line, and the beginning of the last."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Head:
    """What stands before the policies.

    `inputs` is equal where the same objects were asked the same; `unreadable` are objects that could not be
    tried because they could not be read; `policies` how many there are in all shards together.
    """

    inputs: str
    policies: int
    unreadable: tuple[str, ...]
    shard: Shard | None = None

    def line(self) -> str:
        """Return it as the first line."""
        fields: dict[str, Any] = {
            "apiVersion": API_VERSION,
            "inputs": self.inputs,
            "policies": self.policies,
            "unreadable": list(self.unreadable),
        }
        if self.shard is not None:
            fields["shard"] = {"index": self.shard.index, "count": self.shard.count}
        return json.dumps(fields)[:-1] + OPEN

    @property
    def whole(self) -> Head:
        """The head of all shards together."""
        return replace(self, shard=None)


class NotAShardError(Exception):
    """A file does not hold what `backtest --all` writes; the text says what is wrong with it."""


def write_lines(stream: TextIO, head: Head, tried: Iterable[Tried]) -> None:
    """Write the document as policies are tried."""
    stream.write(f"{head.line()}\n")
    missing: list[Tried] = []
    between = ""
    for one in tried:
        if not one.line:
            missing.append(one)
            continue
        stream.write(f"{between}{one.line}")
        between = ",\n"
    rest = [{"autoscaler": one.key, "why": one.why} for one in missing]
    end = "\n" if between else ""
    stream.write(f"{end}{CLOSE}{json.dumps(rest)}}}\n")


def read_head(path: Path) -> Head:
    """Return the head of a document. Raises NotAShardError, OSError."""
    with path.open(encoding="utf-8") as stream:
        return _head(path, stream.readline())


def _head(path: Path, line: str) -> Head:
    text = line.removesuffix("\n")
    try:
        fields = json.loads(text.removesuffix(OPEN) + "}") if text.endswith(OPEN) else {}
        if fields.get("apiVersion") != API_VERSION:
            raise _not_one(path)
        shard = fields.get("shard")
        return Head(
            inputs=str(fields["inputs"]),
            policies=int(fields["policies"]),
            unreadable=tuple(map(str, fields["unreadable"])),
            shard=None if shard is None else Shard(index=int(shard["index"]), count=int(shard["count"])),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _not_one(path) from error


def read_lines(path: Path) -> Iterator[tuple[int, str] | dict[str, str]]:
    """Yield the line of each policy with where it begins, then an object for each that was not tried.

    Raises NotAShardError, OSError, UnicodeDecodeError.
    """
    with path.open("rb") as stream:
        begin = len(stream.readline())
        for line in stream:
            text = _text(line)
            if text.startswith(CLOSE):
                yield from _missing(path, text)
                return
            if not line.endswith(b"\n"):
                break
            yield begin, text.removesuffix(",")
            begin += len(line)
    raise NotAShardError(f"{path}: is cut off. Run this shard again")


def read_line(path: Path, begin: int) -> str:
    """Return the line of a policy by where it begins. Raises OSError, UnicodeDecodeError."""
    with path.open("rb") as stream:
        stream.seek(begin)
        return _text(stream.readline()).removesuffix(",")


def _text(line: bytes) -> str:
    return line.decode("utf-8").removesuffix("\n").removesuffix("\r")


def _missing(path: Path, text: str) -> list[dict[str, str]]:
    try:
        return [
            {"autoscaler": str(one["autoscaler"]), "why": str(one["why"])}
            for one in json.loads(text.removeprefix(CLOSE).removesuffix("}"))
        ]
    except (ValueError, KeyError, TypeError) as error:
        raise _not_one(path) from error


def _not_one(path: Path) -> NotAShardError:
    return NotAShardError(f"{path}: is not what firstbell backtest --all -o json writes")
