"""Which of two states of an object is the later one."""

from __future__ import annotations


def is_older(version: str, known: str) -> bool:
    """Tell whether one resource version of an object is before another.

    A watch lags behind our own writes, and the answer to one of those may come after the watch has told what
    followed it.
    """
    return version.isdecimal() and known.isdecimal() and int(version) < int(known)
