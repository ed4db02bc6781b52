"""Writes the golden files and the README's table of values anew: `python -m tests.chart.rewrite_golden`.

Look at the difference then.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from firstbell_workshop.local.programs import Programs
from firstbell_workshop.local.progress import progress_here
from tests.chart.rendering import CHART, KEPT, golden, rendered, without_copies
from tests.chart.values_table import README, readme_with, table


def main() -> None:
    made = table((CHART / "values.yaml").read_text("utf-8"))
    readme = readme_with(README.read_text("utf-8"), made)
    README.write_text(readme, encoding="utf-8", newline="\n")
    program = Programs(progress=progress_here()).get(["helm"])["helm"]
    with tempfile.TemporaryDirectory() as home:
        for case, options in KEPT.items():
            text = rendered(program, Path(home), *options)
            golden(case).write_text(without_copies(text), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
