"""Pictures in files: whether one can be drawn, and the writing of it. Needs the extra `plot`.

matplotlib is loaded when something is drawn: it is an extra, and slow. A file holds what is drawn and no date
of drawing.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

from firstbell.cli.written_files import not_written

SUFFIXES = (".svg", ".png")


def undrawable(file: Path) -> str | None:
    """Tell why no picture can be drawn into a file, as far as that is known before, or None."""
    return wrong_suffix(file) or without_matplotlib()


def wrong_suffix(file: Path) -> str | None:
    """Tell why a file of that name holds no picture, or None."""
    if file.suffix.lower() not in SUFFIXES:
        return f"{file}: a plot ends in {' or '.join(SUFFIXES)}. Choose one of them."
    return None


def without_matplotlib() -> str | None:
    """Tell why nothing can be drawn here, or None."""
    if find_spec("matplotlib") is None:
        return "drawing needs the extra `plot`. Install it: pip install 'firstbell[plot]'."
    return None


def empty_picture(rows: int, columns: int, size: tuple[float, float], **more: Any) -> tuple[Any, Any]:
    """Return a figure and its axes, by row and column. `size` is in inches; `written` ends it."""
    import matplotlib as mpl  # noqa: PLC0415 - an extra, and slow to load
    from matplotlib import pyplot as plt  # noqa: PLC0415

    mpl.use("Agg")
    return plt.subplots(rows, columns, figsize=size, squeeze=False, layout="constrained", **more)


def written(figure: Any, file: Path) -> str | None:
    """Write a figure and close it; return what stood in the way, or None."""
    from matplotlib import pyplot as plt  # noqa: PLC0415 - see above

    try:
        figure.savefig(file, metadata={"Date": None} if file.suffix == ".svg" else None)
    except OSError as error:
        return not_written(file, error)
    finally:
        plt.close(figure)
    return None
