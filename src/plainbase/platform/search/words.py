"""Cutting a text into the words that both engines index."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from plainbase.platform.search import porter
from plainbase.platform.search.characters import CAPITALS, SMALL, WORD

_WORD = re.compile(f"[{WORD}]+")
_FOLD = str.maketrans(CAPITALS, SMALL)
_SURROGATES = re.compile("[\ud800-\udfff]")

stem = lru_cache(maxsize=4096)(porter.stem)


@dataclass(frozen=True, slots=True)
class Word:
    """A word in lower case, and where it stands in its text."""

    text: str
    start: int
    end: int


def words(text: str) -> Iterator[Word]:
    """The words of a text, in order; half a surrogate pair stands between words."""
    for found in _WORD.finditer(_SURROGATES.sub(" ", text)):
        yield Word(found[0].translate(_FOLD), found.start(), found.end())


def is_word(character: str) -> bool:
    """Whether a character can be part of a word; the empty text is none."""
    return next(words(character), None) is not None
