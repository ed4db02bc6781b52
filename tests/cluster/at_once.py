"""Scenes that mostly wait, played at the same time; the test of each asks for its own.

Each has a namespace of its own and a thread. What fails in it, fails its test. One that never ends fails its
test by that test's deadline, and then the end of the file by its name: nobody waits for it for ever.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Mapping
from concurrent.futures import Future, wait
from functools import partial
from typing import TYPE_CHECKING

from tests.cluster.conftest import staged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from firstbell_workshop.local.control_plane import ControlPlane
    from tests.cluster.operator_account import ChartsAccounts
    from tests.cluster.stage import Stage

Ends = Mapping[str, Future[None]]
"""What has become of each scene, by its name."""
GOODBYE_SECONDS = 300.0
"""As long as a test may take: so long those are waited for at the end whose tests have not."""


@contextlib.contextmanager
def played_at_once(
    control_plane: ControlPlane, accounts: ChartsAccounts, scenes: Mapping[str, Callable[[Stage], None]]
) -> Iterator[Ends]:
    """Their ends; leaving the block waits for all of them."""

    def played(scene: Callable[[Stage], None]) -> None:
        with staged(control_plane, accounts) as stage:
            scene(stage)

    with at_once({name: partial(played, scene) for name, scene in scenes.items()}) as ends:
        yield ends


@contextlib.contextmanager
def at_once(
    works: Mapping[str, Callable[[], None]], *, goodbye_seconds: float = GOODBYE_SECONDS
) -> Iterator[Ends]:
    """The end of each work; leaving the block waits for them, and fails with the names of those without one.

    Their threads are none that the interpreter waits for.
    """
    ends = {name: Future[None]() for name in works}
    for name, work in works.items():
        threading.Thread(target=_run, args=(work, ends[name]), daemon=True, name=name).start()
    try:
        yield ends
    finally:
        wait(ends.values(), timeout=goodbye_seconds)
        stuck = [name for name, end in ends.items() if not end.done()]
        assert not stuck, f"not over within {goodbye_seconds:g} s after the tests: {stuck}"


def _run(work: Callable[[], None], end: Future[None]) -> None:
    try:
        work()
    except BaseException as error:  # noqa: BLE001 - handed to the test's thread
        end.set_exception(error)
    else:
        end.set_result(None)
