"""The table of commands: it says what the commands say, and lists load none of them."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from firstbell.cli.commands import COMMANDS
from firstbell.cli.main import app
from firstbell_workshop.cli.commands import COMMANDS as WORKSHOP

if TYPE_CHECKING:
    from pathlib import Path


def completing(*words: str) -> dict[str, str]:
    """What a shell asks for by its environment where TAB is pressed after these words."""
    return {
        "_FIRSTBELL_COMPLETE": "complete_bash",
        "COMP_WORDS": " ".join(words),
        "COMP_CWORD": str(len(words) - 1),
    }


LISTS = {
    "version": (["--version"], {}, "firstbell 0"),
    "help": (["--help"], {}, "plan"),
    "completion of a command": ([], completing("firstbell", "pl"), "plan"),
}
HEAVY = {"yaml", "kubernetes", "aiohttp", "asyncio", "structlog", "kopf", "croniter", "matplotlib"}
"""Not pydantic, with which Typer itself reads options."""
FORKED = """
import json, os, sys, traceback
sys.argv[0] = "firstbell"
from firstbell.__main__ import main
for place, arguments, variables in json.load(sys.stdin):
    child = os.fork()
    if child:
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        if code:
            sys.exit(f"{place}: ended with {code}")
        continue
    os.environ.update(variables)
    sys.argv[1:] = arguments
    said = os.open(place + ".said", os.O_WRONLY | os.O_CREAT)
    os.dup2(said, 1)
    code = 1
    try:
        main()
        code = 0
    except SystemExit as ended:
        code = ended.code or 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        with open(place + ".loaded", "w") as told:
            json.dump(sorted(sys.modules), told)
        os._exit(code)
"""
"""`firstbell ARGUMENTS` for many, each in a process of its own: what all load first is loaded once."""
COMPLETED = [mounted.name for mounted in (*COMMANDS, *WORKSHOP) if mounted.name != "cluster"]


@pytest.fixture(scope="module")
def ended(tmp_path_factory) -> Path:
    """A folder of what each list and each completion of options prints, and the modules that it loads."""
    folder = tmp_path_factory.mktemp("ended")
    asked = [(str(folder / name), [], completing("firstbell", name, "--")) for name in COMPLETED]
    asked += [(str(folder / name), arguments, variables) for name, (arguments, variables, _) in LISTS.items()]
    subprocess.run(
        [sys.executable, "-c", FORKED], input=json.dumps(asked), text=True, timeout=240, check=True
    )
    return folder


def said_and_loaded(folder: Path, name: str) -> tuple[str, set[str]]:
    """What one of them has printed, and the modules that it has loaded by its end."""
    said = (folder / f"{name}.said").read_text(encoding="utf-8")
    return said, set(json.loads((folder / f"{name}.loaded").read_text(encoding="utf-8")))


@pytest.mark.parametrize("mounted", [*COMMANDS, *WORKSHOP], ids=lambda mounted: mounted.name)
def test_a_list_says_of_a_command_what_its_own_help_begins_with(mounted):
    own = " ".join(mounted.load().help.partition("\n\n")[0].split())
    assert mounted.help == own


@pytest.mark.parametrize("name", LISTS)
def test_what_only_lists_commands_loads_none_and_nothing_that_they_stand_on(ended, name):
    said, modules = said_and_loaded(ended, name)

    assert LISTS[name][-1] in said
    assert modules & HEAVY == set()
    ours = {name for name in modules if name.split(".")[0] in {"firstbell", "firstbell_workshop"}}
    assert {name for name in ours if ".cli" not in name} <= {
        "firstbell",
        "firstbell.__main__",
        "firstbell_workshop",
    }
    assert {name for name in ours if name.endswith(".command")} == set()


@pytest.mark.parametrize("name", COMPLETED)
def test_the_options_of_a_command_are_completed_without_what_it_works_with(ended, name):
    said, modules = said_and_loaded(ended, name)

    assert "--help" in said
    assert "firstbell.__main__" in modules
    assert modules & (HEAVY | {"firstbell.kinds.model", "rich.table"}) == set()


def test_the_workshops_commands_stand_after_ours_in_the_list():
    names = [mounted.name for mounted in (*COMMANDS, *WORKSHOP)]
    said = CliRunner().invoke(app, ["--help"], env={"COLUMNS": "80", "TERM": "dumb"}).stdout
    listed = [line.split()[1] for line in said.splitlines() if line.startswith("│ ")]
    assert [name for name in listed if name in names] == names
