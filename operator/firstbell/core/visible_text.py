r"""Text from outside as it may be shown: what nobody sees, or what moves what others see, is spelled out.

An object's owner, a policy's message and a server's answer are free texts, and they come to stand in
conditions, events, logs and terminals beside our own words. A letter that turns the direction of writing, has
no width or ends the line makes a sentence say something else than it holds; so it is shown as `\u202e`.
Whatever has a shape stays, in every script.
"""

from __future__ import annotations

from unicodedata import category

_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs"})
"""Controls, format (directions, zero width, tags), halves of pairs, private and unassigned ones, blanks."""
_IGNORED = (
    (0x034F, 0x034F),  # combining grapheme joiner
    (0x115F, 0x1160),  # fillers of Hangul
    (0x17B4, 0x17B5),  # inherent vowels of Khmer
    (0x180B, 0x180F),  # selectors of Mongolian
    (0x2800, 0x2800),  # a letter of Braille without a dot
    (0x3164, 0x3164),  # filler of Hangul
    (0xFE00, 0xFE0F),  # variation selectors
    (0xFFA0, 0xFFA0),  # filler of Hangul, half as wide
    (0x1D159, 0x1D159),  # a note without a head
    (0xE0000, 0xE0FFF),  # tags and more variation selectors
)
"""What is drawn as nothing although its category says that it has a shape (Default_Ignorable_Code_Point)."""
_MARKS = frozenset({"Mn", "Me"})
MOST_MARKS = 4
"""Marks on one letter. More of them, which no script needs, grow over the lines around it."""


def is_visible(letter: str) -> bool:
    """Tell whether a letter is seen for what it is and changes nothing around it; of all blanks one is."""
    if letter.isascii():
        return letter.isprintable()
    code = ord(letter)
    return category(letter) not in _UNSEEN and not any(first <= code <= last for first, last in _IGNORED)


def visible(text: str, most: int | None = None, *, keep: str = "") -> str:
    """Return the text on one line, with what is not visible spelled out, in at most so many characters.

    Wider and narrower blanks become the ordinary one; the letters of `keep` stay. Shown twice it is the same.
    """
    if (most is None or len(text) <= most) and text.isascii() and text.isprintable():
        return text
    cut = text if most is None else text[: most + 1]
    shown = cut if cut.isascii() and cut.isprintable() else "".join(_shown(cut, keep))
    return shown if most is None or len(shown) <= most else f"{shown[: most - 1]}…"


def _shown(text: str, keep: str) -> list[str]:
    shown, marks = [], 0
    for letter in text:
        kind = category(letter)
        marks = marks + 1 if kind in _MARKS else 0
        if letter in keep:
            shown.append(letter)
        elif kind == "Zs":
            shown.append(" ")
        elif marks <= MOST_MARKS and is_visible(letter):
            shown.append(letter)
        else:
            shown.append(letter.encode("unicode_escape").decode())
    return shown
