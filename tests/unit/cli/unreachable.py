"""A kubeconfig whose API server is not there."""

from __future__ import annotations

import yaml


def nobody_there(folder):
    """Its path, as an option's value: nothing listens on port 1."""
    body = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "c", "cluster": {"server": "http://127.0.0.1:1"}}],
        "users": [{"name": "u", "user": {}}],
        "contexts": [{"name": "here", "context": {"cluster": "c", "user": "u"}}],
        "current-context": "here",
    }
    path = folder / "config"
    path.write_text(yaml.safe_dump(body))
    return str(path)
