"""What people type into a search box: words, "phrases", -excluded, OR, prefix*; any text is a query.

All words must stand in a passage, a word joined to others by OR may stand for them; OR binds first, so that
`cat OR dog food` is (cat or dog) and food. What holds several words in one piece, as multi-agent or title:x,
is a phrase. Quotes without a partner, a star without a word and an OR without two sides mean nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypedDict

from plainbase.platform.search import words as search_words

MOST_CHARACTERS = 4000
"""What is read of a query; the rest is ignored."""
MOST_WORDS = 64
"""How many words of a query are looked for, the first ones."""
LONGEST_WORD = 255
"""A longer word is found nowhere: of those, PostgreSQL keeps the beginning only."""

_PIECE = re.compile(r'(?P<minus>(?<!\S)-)?(?:"(?P<phrase>[^"]*)"(?P<star>\*)?|(?P<word>[^\s"]+))')


@dataclass(frozen=True, slots=True)
class Term:
    """One word, or words that follow each other; with `prefix` the last one is only the beginning of a word."""

    words: tuple[str, ...]
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """A passage matches where it has one term of each group, and none of the excluded; without a group nothing does."""

    groups: tuple[tuple[Term, ...], ...]
    excluded: tuple[Term, ...] = ()

    @property
    def terms(self) -> tuple[Term, ...]:
        """The terms that a passage is ranked by."""
        return tuple(term for group in self.groups for term in group)


class Forms(TypedDict):
    """A query in the engines' own languages; `terms` is what PostgreSQL's BM25 adds up."""

    fts5: str
    tsquery: str
    terms: list[str]


@dataclass(slots=True)
class _Reading:
    groups: list[list[Term]] = field(default_factory=list)
    excluded: list[Term] = field(default_factory=list)
    words: int = 0
    joined: bool = False


def parse(text: str, *, any_word: bool = False) -> Query:
    """Read what was typed; with `any_word` one of the terms is enough, as suits a question."""
    reading = _Reading()
    for piece in _PIECE.finditer(text[:MOST_CHARACTERS]):
        if piece["word"] == "OR":
            reading.joined = bool(reading.groups)
        else:
            _take(reading, piece)
    groups = [tuple(dict.fromkeys(term for term in group if _can_match(term))) for group in reading.groups]
    if any_word:
        groups = [tuple(dict.fromkeys(term for group in groups for term in group))]
    excluded = dict.fromkeys(term for term in reading.excluded if _can_match(term))
    return Query(tuple(dict.fromkeys(groups)) if all(groups) else (), tuple(excluded))


def forms(query: Query, *, columns: Sequence[str] = (), weights: str = "") -> Forms:
    """Write a query, which must have a group, as FTS5 and PostgreSQL read it.

    With `columns` FTS5 looks only into these, with `weights` PostgreSQL only at the words that have one of them.
    """
    fts5 = f"{{{' '.join(columns)}}} : ({_fts5(query)})" if columns else _fts5(query)
    terms = [_phrase(term, weights) for term in query.terms]
    return Forms(fts5=fts5, tsquery=_tsquery(query, weights), terms=terms)


def _take(reading: _Reading, piece: re.Match[str]) -> None:
    text = piece["word"] if piece["phrase"] is None else piece["phrase"]
    words = [word.text for word in search_words.words(text)][: MOST_WORDS - reading.words]
    if not words:
        return
    reading.words += len(words)
    if piece["phrase"] is None:
        prefix = text.endswith("*") and search_words.is_word(text[-2:-1])
        excluded = piece["minus"] is not None and search_words.is_word(text[:1])
    else:
        prefix = piece["star"] is not None and search_words.is_word(text[-1:])
        excluded = piece["minus"] is not None
    term = Term(tuple(words), prefix)
    if excluded:
        reading.excluded.append(term)
    elif reading.joined:
        reading.groups[-1].append(term)
    else:
        reading.groups.append([term])
    reading.joined = False


def _can_match(term: Term) -> bool:
    return all(len(word) <= LONGEST_WORD for word in term.words)


def _fts5(query: Query) -> str:
    wanted = " AND ".join(f"({' OR '.join(map(_quoted, group))})" for group in query.groups)
    unwanted = " OR ".join(map(_quoted, query.excluded))
    return f"({wanted}) NOT ({unwanted})" if unwanted else wanted


def _quoted(term: Term) -> str:
    return f'"{" ".join(term.words)}"{" *" if term.prefix else ""}'


def _tsquery(query: Query, weights: str) -> str:
    return " & ".join([*_alternatives(query, weights), *(f"!({_phrase(term, weights)})" for term in query.excluded)])


def _alternatives(query: Query, weights: str) -> Iterator[str]:
    for group in query.groups:
        yield f"({' | '.join(_phrase(term, weights) for term in group)})"


def _phrase(term: Term, weights: str) -> str:
    marks = ["*" * (term.prefix and place == len(term.words)) + weights for place in range(1, len(term.words) + 1)]
    words = [f"'{search_words.stem(word)}'" for word in term.words]
    return " <-> ".join(f"{word}:{mark}" if mark else word for word, mark in zip(words, marks, strict=True))
