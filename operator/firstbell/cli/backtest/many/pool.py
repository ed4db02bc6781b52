"""Policies tried on several processes, in the order asked for; little of what is done waits to be taken.

A process that is killed, or whose parent is, takes the others with it, and so does Ctrl-C: none stays behind.
"""

from __future__ import annotations

import os
import signal
import threading
from collections import deque
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import active_children, connection, get_context, parent_process
from typing import TYPE_CHECKING

from firstbell.cli.backtest.many.trying import Bench, Tried
from firstbell.cli.output import refuse

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from firstbell.cli.backtest.many.policies import Objects
    from firstbell.cli.backtest.many.trying import Question

AHEAD = 2
"""How many policies a process may be ahead of the one whose turn it is: so many answers are kept, no more."""

_benches: list[Bench] = []
"""The one of this process, where it is one of several."""


def tried_in_order(objects: Objects, question: Question, keys: Sequence[str], jobs: int) -> Iterator[Tried]:
    """Yield what became of each policy, in the order of the keys, from `jobs` processes (1: this one)."""
    jobs = min(jobs, len(keys))
    if jobs <= 1:
        if keys:
            bench = Bench(objects, question)
            yield from map(bench.tried, keys)
        return
    try:
        yield from _from_processes(objects, question, keys, jobs)
    except BrokenProcessPool:
        refuse(
            ["a process ended before its policy was tried, perhaps for want of memory. Give fewer --jobs."]
        )


def _from_processes(objects: Objects, question: Question, keys: Sequence[str], jobs: int) -> Iterator[Tried]:
    pool = ProcessPoolExecutor(
        jobs, mp_context=get_context("spawn"), initializer=_prepare, initargs=(objects, question)
    )
    waiting: deque[Future[Tried]] = deque()
    try:
        for key in keys:
            if len(waiting) == AHEAD * jobs:
                yield waiting.popleft().result()
            waiting.append(pool.submit(_tried, key))
        while waiting:
            yield waiting.popleft().result()
    except BaseException:
        for process in active_children():  # nobody wants any more what they are at
            process.terminate()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def _prepare(objects: Objects, question: Question) -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _benches.append(Bench(objects, question))


def _end_with_parent() -> None:
    """End this process when the one that started it is gone: it would wait for work for ever."""
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)


def _tried(key: str) -> Tried:
    return _benches[0].tried(key)
