"""What becomes of each character of a document: its own glyph, another's, or a word in its place."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping

from . import fonts
from .fonts import Face

BOX = "\u25a1"
_JOINERS = "\u200c\u200d"
# Scripts that are written right to left, or whose letters change or move beside one another.
_SHAPED: tuple[tuple[int, int], ...] = (
    (0x0300, 0x036F),
    (0x0590, 0x10FF),
    (0x1100, 0x11FF),
    (0x1780, 0x17FF),
    (0x1AB0, 0x1AFF),
    (0x200C, 0x200F),
)
_SHAPED += (
    (0x20D0, 0x20FF),
    (0xA8E0, 0xA8FF),
    (0xFB1D, 0xFDFF),
    (0xFE20, 0xFE2F),
    (0xFE70, 0xFEFE),
    (0x10800, 0x10FFF),
)


class Letters:
    """Collects the text of a document, then says which faces it takes and what cannot be shown."""

    def __init__(self) -> None:
        self.main = fonts.repertoire(fonts.REGULAR)
        self.needed: dict[Face, set[int]] = {}
        self.replaced: dict[int, str] = {}
        self.missing: Counter[str] = Counter()
        self._decided: set[tuple[str, str]] = set()
        self._plain: set[str] = set()
        self.add("…·")

    def add(self, text: str) -> None:
        """Look at a text that will be set."""
        if text.isascii() and text.isprintable():
            return
        country = _country(text)
        for character in set(text):
            if (character, country) not in self._decided:
                self._decided.add((character, country))
                self._decide(character, country)
        for character in set(text) & self.missing.keys():
            self.missing[character] += text.count(character)

    def _decide(self, character: str, country: str) -> None:
        code = ord(character)
        if code in self.main and not shaped(character):
            self._plain.add(character)
        category = unicodedata.category(character)
        if character.isspace():
            if character not in " \u00a0":
                self.replaced[code] = " "
        elif (category == "Cf" and character not in _JOINERS) or 0xFE00 <= code <= 0xFE0F or 0xE0100 <= code <= 0xE01EF:
            self.replaced[code] = ""
        elif category in {"Cc", "Cs"}:
            self._lose(character, BOX)
        elif code not in self.main:
            face = next((f for f in fonts.candidates(country) if code in fonts.repertoire(f)), None)
            if face:
                self.needed.setdefault(face, set()).add(code)
            elif character in _JOINERS:
                self.replaced[code] = ""
            else:
                self._lose(character, _name(character))

    def _lose(self, character: str, shown: str) -> None:
        self.missing.setdefault(character, 0)
        self.replaced[ord(character)] = shown
        self._need_box()

    def _need_box(self) -> None:
        if ord(BOX) in self.main:
            self._plain.add(BOX)
        else:
            face = next((f for f in fonts.OTHERS if ord(BOX) in fonts.repertoire(f)), None)
            if face:
                self.needed.setdefault(face, set()).add(ord(BOX))

    def prepared(self, text: str) -> str:
        """Return the text with everything in it that the faces can show."""
        return text if text.isascii() and text.isprintable() else text.translate(self.replaced)

    def plain(self, text: str) -> bool:
        """Say whether the main face has every letter, each of which stands by itself."""
        return text.isascii() or self._plain.issuperset(text)

    def order(self, text: str) -> tuple[Face, ...]:
        """Return the faces beside the main one, those first whose ideographs belong to the text."""
        return tuple(f for f in fonts.candidates(_country(text)) if f in self.needed)


def _name(character: str) -> str:
    # A symbol without a glyph is still a word; a letter of an unknown script is a box.
    if unicodedata.category(character) == "So" or 0x1F000 <= ord(character) < 0x20000:
        return f"[{unicodedata.name(character, 'symbol').lower()}]"
    return BOX


def _country(text: str) -> str:
    if text.isascii():
        return "SC"
    if any("\u3040" <= c <= "\u30ff" for c in text):
        return "JP"
    return "KR" if any("\uac00" <= c <= "\ud7af" or "\u1100" <= c <= "\u11ff" for c in text) else "SC"


def shaped(character: str) -> bool:
    """Say whether a letter changes with its neighbours."""
    code = ord(character)
    return any(low <= code <= high for low, high in _SHAPED)


def right_to_left(text: str) -> bool:
    """Say whether a text begins, by its first letter with a direction, from the right."""
    if text.isascii():
        return False
    return next((d != "L" for d in map(unicodedata.bidirectional, text) if d in {"L", "R", "AL"}), False)


def losses(missing: Mapping[str, int], limit: int = 12) -> Iterable[str]:
    """Yield the code points that could not be shown, the most frequent first."""
    ranked = sorted(missing.items(), key=lambda item: (-item[1], item[0]))
    for character, count in ranked[:limit]:
        name = unicodedata.name(character, "").lower()
        yield f"U+{ord(character):04X}{' ' + name if name else ''} ({count:,})"
    if len(ranked) > limit:
        yield f"{len(ranked) - limit} others"
