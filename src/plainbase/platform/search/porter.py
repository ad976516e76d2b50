"""The Porter stemmer, as SQLite's FTS5 has it: by bytes, and only words of 3 to 64 of them.

PostgreSQL's corpus_stem gives the same; tests compare the three. (FTS5 cuts a character in two where it ends in
twice the same byte, stands after a vowel and before -ed or -ing, as in a丸ing; the others leave it whole.)
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

_SHORTEST, _LONGEST = 3, 64
_VOWELS = frozenset(b"aeiou")
_Rule = Callable[[bytes], bool]


def stem(word: str) -> str:
    """Cut a folded word to its stem (M. F. Porter, An algorithm for suffix stripping, 1980).

    A character outside ASCII is two consonants or more, which no suffix holds: none is ever cut.
    """
    data = word.encode("utf-8", "surrogatepass")
    if not _SHORTEST <= len(data) <= _LONGEST:
        return word
    for step in (_plural, _past, _y, _double_suffixes, _suffixes, _endings, _final_e, _final_l):
        data = step(data)
    return data.decode("utf-8", "surrogatepass")


def _consonants(word: bytes) -> list[bool]:
    found: list[bool] = []
    for letter in word:
        found.append(letter not in _VOWELS and not (letter == ord("y") and bool(found) and found[-1]))
    return found


def _measure(word: bytes) -> int:
    """How often a vowel is followed by a consonant."""
    kinds = _consonants(word)
    return sum(not before and after for before, after in pairwise(kinds))


def _has_vowel(word: bytes) -> bool:
    return any(letter in _VOWELS or (place > 0 and letter == ord("y")) for place, letter in enumerate(word))


def _is_short(word: bytes) -> bool:
    """Whether it ends in consonant, vowel, consonant, the last not w, x or y."""
    return _consonants(word)[-3:] == [True, False, True] and word[-1:] not in (b"w", b"x", b"y")


def _more_than_0(word: bytes) -> bool:
    return _measure(word) > 0


def _more_than_1(word: bytes) -> bool:
    return _measure(word) > 1


def _after_s_or_t(word: bytes) -> bool:
    return _measure(word) > 1 and word[-1:] in (b"s", b"t")


def _replace(word: bytes, rules: dict[bytes, bytes], holds: _Rule) -> bytes:
    """Replace the first suffix that fits, if the rule holds for what stands before it."""
    for suffix, instead in rules.items():
        if word.endswith(suffix):
            rest = word.removesuffix(suffix)
            return rest + instead if rest and holds(rest) else word
    return word


def _plural(word: bytes) -> bytes:
    if word.endswith((b"sses", b"ies")) and word not in (b"sses", b"ies"):
        return word[:-2]
    return word[:-1] if word.endswith(b"s") and not word.endswith(b"ss") else word


def _past(word: bytes) -> bytes:
    if word.endswith(b"eed") and word != b"eed":
        return word[:-1] if _more_than_0(word[:-3]) else word
    for suffix in (b"ed", b"ing"):
        rest = word.removesuffix(suffix)
        if rest != word and _has_vowel(rest):
            return _mended(rest)
    return word


def _mended(word: bytes) -> bytes:
    if word.endswith((b"at", b"bl", b"iz")):
        return word + b"e"
    last = word[-1:]
    if word[-2:-1] == last and last not in (b"a", b"e", b"i", b"o", b"u", b"l", b"s", b"z") and last.isascii():
        return word[:-1]
    return word + b"e" if _measure(word) == 1 and _is_short(word) else word


def _y(word: bytes) -> bytes:
    return word[:-1] + b"i" if word.endswith(b"y") and _has_vowel(word[:-1]) else word


_DOUBLE = {
    b"ational": b"ate",
    b"tional": b"tion",
    b"enci": b"ence",
    b"anci": b"ance",
    b"izer": b"ize",
    b"logi": b"log",
    b"bli": b"ble",
    b"alli": b"al",
    b"entli": b"ent",
    b"eli": b"e",
    b"ousli": b"ous",
    b"ization": b"ize",
    b"ation": b"ate",
    b"ator": b"ate",
    b"alism": b"al",
    b"iveness": b"ive",
    b"fulness": b"ful",
    b"ousness": b"ous",
    b"aliti": b"al",
    b"iviti": b"ive",
    b"biliti": b"ble",
}


def _double_suffixes(word: bytes) -> bytes:
    return _replace(word, _DOUBLE, _more_than_0)


_SINGLE = {
    b"icate": b"ic",
    b"ative": b"",
    b"alize": b"al",
    b"iciti": b"ic",
    b"ical": b"ic",
    b"ful": b"",
    b"ness": b"",
}


def _suffixes(word: bytes) -> bytes:
    return _replace(word, _SINGLE, _more_than_0)


_LAST = b"al ance ence er ic able ible ant ement ment ent ou ism ate iti ous ive ize".split()


def _endings(word: bytes) -> bytes:
    if word.endswith(b"ion"):
        return _replace(word, {b"ion": b""}, _after_s_or_t)
    return _replace(word, dict.fromkeys(_LAST, b""), _more_than_1)


def _final_e(word: bytes) -> bytes:
    rest = word[:-1]
    if not word.endswith(b"e"):
        return word
    return rest if _measure(rest) > 1 or (_measure(rest) == 1 and not _is_short(rest)) else word


def _final_l(word: bytes) -> bytes:
    return word[:-1] if word.endswith(b"ll") and _measure(word[:-1]) > 1 else word
