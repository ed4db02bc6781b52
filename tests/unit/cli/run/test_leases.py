"""`firstbell run` says at once which of its options for Leases cannot be meant together."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from firstbell.cli.main import app


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--shards", "3"), "--shards 3: each is a Lease, and this process takes none."),
        (("--shards", "2", "--no-lease"), "--shards 2: each is a Lease, and this process takes none."),
        (("--no-lease", "--lease-namespace", "operators"), "--no-lease: takes none anywhere."),
    ],
)
def test_what_cannot_be_meant_is_refused_before_anything_is_asked(options, says, tmp_path):
    kubeconfig = tmp_path / "kubeconfig"
    kubeconfig.write_text("{}")
    done = CliRunner().invoke(app, ["run", "--kubeconfig", str(kubeconfig), *options])
    assert done.exit_code == 2
    assert done.stderr.startswith(says)
