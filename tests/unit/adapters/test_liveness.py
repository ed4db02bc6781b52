"""Liveness: answered whatever the API server says, for as long as the loop turns."""

from __future__ import annotations

import asyncio
import json
import threading
import time
import urllib.error
import urllib.request

import pytest

from firstbell.adapters import liveness
from firstbell.adapters.liveness import Liveness, serving_probes
from tests.cluster.stand_ins import free_port


def asked(port, path="/healthz"):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=20) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, json.load(refused)


@pytest.fixture
async def alive():
    return Liveness(asyncio.get_running_loop())


@pytest.fixture
async def port(alive):
    found = free_port()
    with serving_probes(alive, "127.0.0.1", found):
        yield found


async def test_without_an_engine_we_live_while_the_loop_turns(port):
    assert await asyncio.to_thread(asked, port) == (200, {"engine": "begins"})


async def test_an_engine_is_judged_by_its_last_beat(alive, port):
    with alive.watch_over(lambda: 59.94):
        assert await asyncio.to_thread(asked, port) == (200, {"seconds-since-beat": 59.9})
    with alive.watch_over(lambda: 61.0):
        status, told = await asyncio.to_thread(asked, port)
        assert (status, told) == (500, {"error": "the engine's loop has not turned for 61 s"})
    assert (await asyncio.to_thread(asked, port))[0] == 200, "it has ended"


async def test_a_loop_that_hangs_is_told(port, monkeypatch):
    monkeypatch.setattr(liveness, "LOOP_SECONDS", 0.1)
    answers = []
    asking = threading.Thread(target=lambda: answers.append(asked(port)))
    asking.start()
    time.sleep(1)  # noqa: ASYNC251 - what hangs
    asking.join(10)
    assert answers == [(500, {"error": "the loop has not turned for 0.1 s"})]


async def test_nothing_else_is_there(port):
    assert (await asyncio.to_thread(asked, port, "/metrics"))[0] == 404
    assert (await asyncio.to_thread(asked, port, "/healthz?verbose"))[0] == 200


async def test_a_client_that_says_nothing_holds_up_no_other(port):
    _, silent = await asyncio.open_connection("127.0.0.1", port)
    assert (await asyncio.to_thread(asked, port))[0] == 200
    silent.close()
    await silent.wait_closed()


async def test_a_port_in_use_is_told(alive, port):
    with pytest.raises(OSError, match="in use"), serving_probes(alive, "127.0.0.1", port):
        pass


async def test_ready_is_who_knows_everything_and_its_role_is_told(alive, port):
    assert await asyncio.to_thread(asked, port, "/readyz") == (503, {"role": "begins"})
    knows = [False]
    with alive.watch_over(lambda: 1.0, lambda: knows[0], lambda: "stands by"):
        assert await asyncio.to_thread(asked, port, "/readyz") == (503, {"role": "stands by"})
        knows[0] = True
        assert await asyncio.to_thread(asked, port, "/readyz") == (200, {"role": "stands by"})
        assert (await asyncio.to_thread(asked, port))[0] == 200
    assert (await asyncio.to_thread(asked, port, "/readyz"))[0] == 503, "it has ended"
