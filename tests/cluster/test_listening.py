"""The local control plane answers this machine alone."""

from __future__ import annotations

import pytest

from firstbell_workshop.local.components import state_folder
from firstbell_workshop.local.control_plane import Provision


def test_no_component_listens_on_all_addresses(control_plane):
    if control_plane.provision is not Provision.LOCAL:
        pytest.skip("this control plane is not the local one")
    told = (state_folder(control_plane.folder, control_plane.name) / "kwok.yaml").read_text()

    assert "--listen-client-urls=http://127.0.0.1:" in told
    assert "0.0.0.0" not in told  # noqa: S104 - the address that is not wanted
