"""A process that holds a control plane until it is told to end, for tests that end it."""

from __future__ import annotations

import signal
import sys
import time

from firstbell_workshop.local.provision import control_plane
from firstbell_workshop.local.spec import ControlPlaneSpec


def main() -> None:
    # A run in the background, or under nohup, hands these on as ignored; this is about a terminal.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    with control_plane(ControlPlaneSpec(nodes=1), name=sys.argv[1]) as here:
        sys.stdout.write(f"{here.folder}\n")
        sys.stdout.flush()
        time.sleep(300)


if __name__ == "__main__":
    main()
