"""The one way in which this room fails.

Whoever asked for a control plane gets a sentence that a person can act on: what is wrong, where, and what to
do. A command prints it as it is; no traceback helps someone whose Docker is not running.
"""

from __future__ import annotations


class ControlPlaneError(Exception):
    """There is no control plane, and the message says why and what to do about it."""
