"""The part of a passage that shows why it was found, with the words that matched marked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape

from plainbase.platform.search import words as search_words
from plainbase.platform.search.language import Term
from plainbase.platform.search.words import Word

LENGTH = 240
"""Characters of a snippet, at most, without its marks."""
_BEFORE = 40


def snippet(content: str, terms: Iterable[Term]) -> str:
    """Show about 240 characters around the most matches, in HTML: `<mark>` is its only tag."""
    words = list(search_words.words(content))
    marked = _marked(words, terms)
    start, end = _window(content, words, marked)
    parts = ["… " if start else ""]
    place = start
    for word in (words[index] for index in sorted(marked)):
        if start <= word.start and word.end <= end:
            parts += (escape(content[place : word.start]), "<mark>", escape(content[word.start : word.end]), "</mark>")
            place = word.end
    parts.append(escape(content[place:end]))
    parts.append(" …" if end < len(content) else "")
    return "".join(parts)


def _marked(words: Sequence[Word], terms: Iterable[Term]) -> dict[int, Term]:
    """The places of the words that match, each with its term."""
    stems = [search_words.stem(word.text) for word in words]
    found: dict[int, Term] = {}
    for term in terms:
        for place in _places(stems, term):
            found.update(dict.fromkeys(range(place, place + len(term.words)), term))
    return found


def _places(stems: Sequence[str], term: Term) -> Iterator[int]:
    wanted = [search_words.stem(word) for word in term.words]
    last = len(wanted) - 1
    for place in range(len(stems) - last):
        if all(stems[place + index] == wanted[index] for index in range(last)) and (
            stems[place + last].startswith(wanted[last]) if term.prefix else stems[place + last] == wanted[last]
        ):
            yield place


def _window(content: str, words: Sequence[Word], marked: dict[int, Term]) -> tuple[int, int]:
    """Where the snippet begins and ends: at the match after which the most terms, then the most matches, follow."""
    if len(content) <= LENGTH:
        return 0, len(content)
    places = sorted(marked)
    best, most = 0, (0, 0)
    for place in places:
        begin = words[place].start
        inside = [
            other for other in places if begin <= words[other].start and words[other].end <= begin + LENGTH - _BEFORE
        ]
        worth = (len({marked[other] for other in inside}), len(inside))
        if worth > most:
            best, most = begin, worth
    start = max(0, min(best - _BEFORE, len(content) - LENGTH))
    if start and best:
        start = next((word.start for word in words if word.start >= start), start)
    end = min(len(content), start + LENGTH)
    if end < len(content):
        end = max((word.end for word in words if start < word.end <= end), default=end)
    return start, end
