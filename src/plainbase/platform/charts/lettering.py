"""Text in charts: how wide it is, as near as can be said without a font, and how it is cut to fit."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

# Widths in em, a little above those of the usual sans-serif fonts, so that what fits here fits there.
_WIDTHS: dict[str, float] = {
    **dict.fromkeys("ijl.,:;'|!I", 0.33),
    **dict.fromkeys(' ft()[]{}/\\r-"`*^', 0.44),
    **dict.fromkeys("mwMW@%", 0.95),
    **dict.fromkeys("ABCDEFGHJKLNOPQRSTUVXYZ&#", 0.72),
    **dict.fromkeys("0123456789+<>=~", 0.64),
}
_JOINERS = {"\u200d", "\ufe0e", "\ufe0f"}


def clean(text: str) -> str:
    """Make any string one line of text that XML and PDF can hold: controls and lone surrogates become U+FFFD."""
    if text.isprintable() and text.isascii():
        return text
    return "".join(map(_drawable, text))


def _drawable(character: str) -> str:
    if character.isspace():
        return " "
    category = unicodedata.category(character)
    return "\ufffd" if category in {"Cc", "Cs"} or ord(character) & 0xFFFE == 0xFFFE else character


@lru_cache(maxsize=4096)
def _em(character: str) -> float:
    known = _WIDTHS.get(character)
    if known is not None:
        return known
    if _clings(character):
        return 0.0
    if unicodedata.east_asian_width(character) in "WF":
        return 1.05 if ord(character) < 0x1F000 else 1.4
    return 0.6 if character.isascii() else 0.72


def _clings(character: str) -> bool:
    return character in _JOINERS or unicodedata.category(character) in {"Mn", "Me", "Cf"}


def width(text: str, size: float) -> float:
    """Estimate how wide a text of this size is, from above."""
    return size * sum(map(_em, text))


def cut(text: str, room: float, size: float) -> str:
    """Cut a clean text to the room, with an ellipsis at its end; never between a letter and its marks."""
    if width(text, size) <= room:
        return text
    left = room - width("…", size)
    if left < 0:
        return ""
    end = 0
    for end, character in enumerate(text):  # noqa: B007 - where it stops is the result
        left -= size * _em(character)
        if left < 0:
            break
    while end and (_clings(text[end]) or text[end - 1] == "\u200d"):
        end -= 1
    return text[:end].rstrip() + "…"
