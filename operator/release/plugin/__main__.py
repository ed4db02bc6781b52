"""What the kubectl plugin starts: firstbell, from the folders beside this file.

The first argument is the name under which it was started, that of the plugin or of its completion.
"""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
COMPLETION = "kubectl_complete-firstbell"


def main() -> None:
    """Start what is asked for; what is bound to one Python comes before what all have in common."""
    own = f"python{sys.version_info.major}.{sys.version_info.minor}"
    sys.path[:0] = [str(HERE / own), str(HERE / "python")]
    started = sys.argv.pop(1)
    sys.argv[0] = started
    if started == COMPLETION:
        from firstbell.cli.kubectl_completion import main as run
    else:
        from firstbell.__main__ import main as run
    run()


if __name__ == "__main__":
    main()
