"""What stays is kept out of searches for garbage, and looked through again where a run ends."""

from __future__ import annotations

import json
import subprocess
import sys

PLAYED = """
import asyncio, gc, json
from firstbell.adapters.garbage import set_aside

frozen, waits = [], []

async def calm():
    frozen.append(gc.get_freeze_count() > 0)

async def sleep(seconds):
    waits.append(seconds)
    if len(waits) == 3:
        raise asyncio.CancelledError

def play():
    try:
        asyncio.run(set_aside(calm, sleep))
    except asyncio.CancelledError:
        pass
    print(json.dumps([frozen, waits, gc.get_freeze_count()]))
"""


def played(last_line):
    said = subprocess.run([sys.executable, "-c", PLAYED + last_line], capture_output=True, check=True)
    return json.loads(said.stdout)


def test_it_is_set_aside_after_the_first_look_then_when_it_is_calm_and_no_longer_than_the_run():
    assert played("play()") == [[True, True], [5.0, 60.0, 60.0], 0]


def test_in_another_thread_the_process_is_somebody_elses():
    threaded = "import threading; one = threading.Thread(target=play); one.start(); one.join()"
    assert played(threaded) == [[False, False], [5.0, 60.0, 60.0], 0]
