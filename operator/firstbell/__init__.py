"""firstbell: workloads Ready before lessons restart.

The package holds the operator and the command line. `operator/README.md` shows the rooms and the way of
the data; nothing is done at import.
"""

__version__ = "0.1.0"
