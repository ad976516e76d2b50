"""Letters that look alike (Unicode TR39): which scripts a name may mix, and what it is compared by."""

from __future__ import annotations

import unicodedata

RECOMMENDED = frozenset(
    {
        "ARABIC",
        "ARMENIAN",
        "BENGALI",
        "BOPOMOFO",
        "CJK",
        "CYRILLIC",
        "DEVANAGARI",
        "ETHIOPIC",
        "GEORGIAN",
        "GREEK",
        "GUJARATI",
        "GURMUKHI",
        "HANGUL",
        "HEBREW",
        "HIRAGANA",
        "KANNADA",
        "KATAKANA",
        "KHMER",
        "LAO",
        "LATIN",
        "MALAYALAM",
        "MYANMAR",
        "ORIYA",
        "SINHALA",
        "TAMIL",
        "TELUGU",
        "THAANA",
        "THAI",
        "TIBETAN",
    }
)
"""The scripts that TR31 recommends for identifiers, by the first word of their letters' names."""

TOGETHER = (
    frozenset({"LATIN", "CJK", "HIRAGANA", "KATAKANA"}),
    frozenset({"LATIN", "CJK", "BOPOMOFO"}),
    frozenset({"LATIN", "CJK", "HANGUL"}),
)
"""What TR39's level "highly restrictive" lets stand in one name; of the others one alone."""

OF_ANY = ("COMBINING", "IDEOGRAPHIC", "KATAKANA-HIRAGANA")
"""What letters that belong to no one script are called."""

LATIN_FOR = {
    chr(int(code, 16)): latin
    for latin, codes in {
        "3": "0437",
        "a": "0251 03b1 0430 1d00",
        "b": "0299 03b2 0432",
        "c": "03f2 0441 1d04",
        "d": "0501 1d05",
        "e": "03b5 0435 1d07",
        "f": "0493",
        "g": "0261 0262 0581",
        "h": "029c 043d 04bb 0570",
        "i": "0131 0269 026a 03b9 0456",
        "j": "0237 03f3 0458 0575 1d0a",
        "k": "03ba 043a 1d0b",
        "l": "029f 04cf 056c",
        "m": "043c 1d0d",
        "n": "0274 03b7 043f 0578",
        "o": "03bf 03c3 043e 0585 1d0f",
        "p": "03c1 0440 0584 1d18",
        "q": "051b 0563 0566",
        "r": "0280 0433",
        "s": "0455 a731",
        "t": "03c4 0442 1d1b",
        "u": "03bc 03c5 057d 1d1c",
        "v": "028b 03bd 0475 1d20",
        "w": "03c9 051d 0561 1d21",
        "x": "03c7 0445",
        "y": "03b3 0443 04af",
        "z": "03b6 1d22",
        "\u00e1": "03ac",
        "\u00e4": "04d3",
        "\u00e7": "04ab",
        "\u00e8": "0450",
        "\u00e9": "03ad",
        "\u00eb": "0451",
        "\u00ed": "03af",
        "\u00ef": "03ca 0457",
        "\u00f3": "03cc",
        "\u00f6": "04e7",
        "\u00fa": "03cd",
        "\u00fc": "03cb",
        "\u00ff": "04f1",
    }.items()
    for code in codes.split()
}
"""What looks like a Latin letter, in lower case: Cyrillic, Greek, Armenian and phonetic Latin, from TR39's list."""


def is_of_one_script(text: str) -> bool:
    """Whether the letters are of one recommended script, or of such as are written together."""
    scripts = {script for char in text if (script := _script(char)) is not None}
    return scripts <= RECOMMENDED and (len(scripts) < 2 or any(scripts <= group for group in TOGETHER))


def folded(text: str) -> str:
    """What a name is compared by: NFKC, no case, digits and look-alike letters as Latin has them, NFKC again."""
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    latin = "".join(LATIN_FOR.get(char) or _digit(char) for char in plain)
    return unicodedata.normalize("NFKC", latin)


def _script(char: str) -> str | None:
    """A letter's script, by the first word of its name; None for what belongs to no one script."""
    if char.isascii():
        return "LATIN" if char.isalpha() else None
    if unicodedata.category(char)[0] not in "LM":
        return None
    script = unicodedata.name(char, "UNNAMED").split()[0]
    return None if script in OF_ANY else script


def _digit(char: str) -> str:
    value = unicodedata.decimal(char, None)
    return char if value is None else str(value)
