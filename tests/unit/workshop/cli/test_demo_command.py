"""`firstbell demo`: what is given is looked at before anything is shown."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from firstbell.cli.main import app


@pytest.mark.parametrize("options", [("--kubeconfig", "nope"), ("--context", "here")])
def test_a_kubeconfig_that_is_not_there_is_told_before_the_plan(options, monkeypatch):
    monkeypatch.setenv("KUBECONFIG", "nope")
    done = CliRunner().invoke(app, ["demo", *options])
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == "there is no kubeconfig nope: name the file of the cluster to use.\n"
