"""The hooks that other repositories use name commands that there are."""

from __future__ import annotations

from pathlib import Path

import yaml

from firstbell.cli.commands import COMMANDS

HOOKS = yaml.safe_load((Path(__file__).parents[2] / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))


def test_each_hook_runs_a_command_of_firstbell_on_what_it_is_told_alone():
    assert [hook["id"] for hook in HOOKS] == ["firstbell-lint"]
    for hook in HOOKS:
        program, command = hook["entry"].split()
        assert program == "firstbell"
        assert command in {one.name for one in COMMANDS}
        assert hook["language"] == "python"
        assert hook["pass_filenames"] is False  # what changed refers to what did not
