"""The workshop's rows of the table of commands."""

from __future__ import annotations

from firstbell.cli.mounted import Mounted

COMMANDS = (
    Mounted(
        name="demo",
        help="Play the founding morning on a real Kubernetes: the plan, the floor, the pods, the bell.",
        where="firstbell_workshop.cli.demo.command:demo",
        example="demo --plot morning.svg",
    ),
    Mounted(
        name="cluster",
        help="A real Kubernetes on this machine: from kind where Docker answers, else without it.",
        where="firstbell_workshop.cli.cluster.command:app",
    ),
)
