"""Scenes that mostly wait, played at the same time; the test of each asks for its own.

Each has a namespace of its own and a thread. What fails in it, fails its test.
"""

from __future__ import annotations

import contextlib
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

from tests.cluster.cluster_api import ClusterApi
from tests.cluster.conftest import _namespace
from tests.cluster.stage import Stage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from firstbell_workshop.local.control_plane import ControlPlane
    from tests.cluster.operator_account import ChartsAccounts


@contextlib.contextmanager
def played_at_once(
    control_plane: ControlPlane, accounts: ChartsAccounts, scenes: Mapping[str, Callable[[Stage], None]]
) -> Iterator[Mapping[str, Future[None]]]:
    """The end of each scene, by its name; leaving the block waits for all of them."""

    def played(scene: Callable[[Stage], None]) -> None:
        with (
            _namespace(control_plane) as name,
            ClusterApi(control_plane.kubeconfig, control_plane.context, name) as api,
        ):
            scene(Stage(control_plane, api, name, accounts))

    with ThreadPoolExecutor(len(scenes)) as threads:
        yield {name: threads.submit(played, scene) for name, scene in scenes.items()}
