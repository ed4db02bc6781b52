"""What is to be seen of a morning before there is a cluster."""

from __future__ import annotations

import io
import subprocess
import sys

import pytest
from rich.console import Console

from firstbell_workshop.cli.demo.preview import planned, print_preview, rises_table
from firstbell_workshop.demo.morning import MORNINGS


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [("smartschool-monday", "07:40      4", "08:20    307"), ("us-district-ab", "07:20      ", "07:")],
)
def test_the_plan_the_simulated_day_and_its_picture_stand_there_without_a_cluster(name, first, last):
    told = io.StringIO()

    print_preview(Console(file=told, width=100), MORNINGS[name], *planned(MORNINGS[name]))

    text = told.getvalue()
    assert text.startswith(MORNINGS[name].title)
    plan, picture = text.index("The plan"), text.index("█ Ready   • plan")
    assert plan < text.index(first) < text.index("How that will go") < picture < text.index("HPA + cron")
    assert last in text


def test_where_letters_are_ascii_the_bars_are():
    told = io.TextIOWrapper(io.BytesIO(), encoding="ascii", errors="backslashreplace")
    console, morning = Console(file=told, width=100), MORNINGS["smartschool-monday"]

    console.print(rises_table(console, morning, planned(morning)[0]))

    told.seek(0)
    assert "07:55     58  ######" in told.read()


SLOW = ("kopf", "aiohttp", "kubernetes", "structlog", "matplotlib", "firstbell_workshop.local.provision")


def test_what_only_a_cluster_needs_is_not_loaded_before_the_picture():
    code = (
        "import sys, firstbell_workshop.cli.demo.command; "
        f"print([one for one in {SLOW} if one in sys.modules])"
    )

    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert loaded.stdout == "[]\n"
