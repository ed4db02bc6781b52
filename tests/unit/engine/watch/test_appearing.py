"""KEDA that comes while the operator runs: looked for soon where an HPA tells of it, else seldom."""

from __future__ import annotations

import pytest

from firstbell.engine.floor.floors import Floors
from firstbell.engine.floor.reading import seen_hpa
from firstbell.engine.seen.store import Store
from firstbell.engine.watch.appearing import autoscalers_appear
from firstbell.engine.watch.vanished import SELDOM_SECONDS, SOON_SECONDS
from firstbell.kinds.foreign_autoscalers import SCALED_OBJECT
from tests.fakes import FakeCluster
from tests.unit.engine.bodies import kedas_hpa

LONG_ENOUGH = 2 * SELDOM_SECONDS


class WaitedLongEnoughError(Exception):
    pass


class Looking:
    """A cluster that is looked at by a clock of its own: `seconds` have passed when it ends."""

    def __init__(self, *, told=False, follows=False, failing=None, heals_at=LONG_ENOUGH) -> None:
        self.store, self.cluster, self.seconds = (
            Store(floors=Floors(followed={SCALED_OBJECT} if follows else set())),
            FakeCluster(),
            0.0,
        )
        self._heals_at = heals_at
        if failing:
            self.cluster.fail(failing)
        if told:
            body = kedas_hpa()
            body["metadata"]["uid"] = "u"
            self.store.put_floor(seen_hpa(body))

    async def sleep(self, seconds) -> None:
        self.seconds += seconds
        if self.seconds >= self._heals_at:
            self.cluster.heal()
        if self.seconds > LONG_ENOUGH:
            raise WaitedLongEnoughError

    async def ends(self):
        await autoscalers_appear(self.cluster, self.store, ("ns",), self.sleep)
        return self.seconds


async def test_an_hpa_of_keda_is_looked_into_soon():
    assert await Looking(told=True).ends() == SOON_SECONDS


async def test_without_one_it_is_looked_for_seldom():
    looking = Looking()
    assert (await looking.ends(), looking.cluster.counted("LIST")) == (SELDOM_SECONDS, 1)


@pytest.mark.parametrize("failing", ["Forbidden", "NotFound", "Unreachable"])
async def test_what_cannot_be_read_yet_is_tried_again(failing):
    looking = Looking(told=True, failing=failing, heals_at=5 * SOON_SECONDS)
    assert await looking.ends() == 5 * SOON_SECONDS


async def test_what_is_followed_is_not_looked_for():
    looking = Looking(told=True, follows=True)
    with pytest.raises(WaitedLongEnoughError):
        await looking.ends()
    assert looking.cluster.requests == []
