"""Which share of the policies is tried: a shard of so many, by its index from 0 on."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from firstbell.cli.output import refuse

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

JOB_INDEX = "JOB_COMPLETION_INDEX"
"""Where Kubernetes tells a pod of an Indexed Job its index."""
MOST_SHARDS = 10_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Shard:
    """One of `count` shares; `index` is 0 to count - 1."""

    index: int
    count: int

    @property
    def file_name(self) -> str:
        """How its document is called in a folder of results."""
        return f"shard-{self.index}-of-{self.count}.json"

    def of(self, keys: Sequence[str]) -> tuple[str, ...]:
        """Return its share of all keys, every `count`-th: neighbours in a namespace are alike in cost."""
        return tuple(keys[self.index :: self.count])


def shard_meant(text: str | None, environ: Mapping[str, str] = os.environ) -> Shard | None:
    """Return the shard of `--shard I/N`, or of `/N`, whose index the environment tells; None is all."""
    if text is None:
        return None
    found = re.fullmatch(r"([0-9]{0,5})/([1-9][0-9]{0,4})", text)
    if found is None:
        refuse([f"--shard {text}: is no share. Write it like 0/2 and 1/2, or /2 in an Indexed Job."])
    told = found[1] or environ.get(JOB_INDEX, "")
    if not re.fullmatch(r"[0-9]{1,5}", told):
        refuse([f"--shard {text}: {JOB_INDEX} tells no index. Write it like 0/{found[2]}."])
    shard = Shard(index=int(told), count=int(found[2]))
    if shard.count > MOST_SHARDS:
        refuse([f"--shard {text}: are more than {MOST_SHARDS:,} shares. Give fewer."])
    if shard.index >= shard.count:
        refuse([f"--shard {shard.index}/{shard.count}: the last share is {shard.count - 1}/{shard.count}."])
    return shard
