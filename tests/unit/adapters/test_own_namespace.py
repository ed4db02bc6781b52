"""Which namespace is meant where none is given."""

from __future__ import annotations

import pytest
import yaml

from firstbell.adapters.access import own_namespace


@pytest.fixture
def kubeconfig(tmp_path):
    """Two contexts, the current one with a namespace."""
    body = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "c", "cluster": {"server": "https://127.0.0.1:1"}}],
        "users": [{"name": "u", "user": {}}],
        "contexts": [
            {"name": "here", "context": {"cluster": "c", "user": "u", "namespace": "lms"}},
            {"name": "there", "context": {"cluster": "c", "user": "u"}},
        ],
        "current-context": "here",
    }
    path = tmp_path / "config"
    path.write_text(yaml.safe_dump(body))
    return path


def test_it_is_that_of_the_context(kubeconfig):
    assert own_namespace(kubeconfig, None) == "lms"
    assert own_namespace(kubeconfig, "here") == "lms"


def test_a_context_without_one_means_default(kubeconfig):
    assert own_namespace(kubeconfig, "there") == "default"


def test_no_kubeconfig_at_all_means_default(tmp_path):
    assert own_namespace(tmp_path / "none", None) == "default"
