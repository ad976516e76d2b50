"""Calls of the full-text search's queries; tests/test_corpus_search.py asks as users do."""

from __future__ import annotations

from collections.abc import Iterator

from parity.call import AT, UNTIL, Call, Sample
from plainbase.platform.search import language

ASKED = ("model", "the data", '"the model"', "train* OR data", "model -data", "naïve OR Straße", "nothing-of-the-kind")


def calls(sample: Sample) -> Iterator[Call]:
    """Searches in every form of the language, and what keeps the index in order."""
    texts = sample["corpus_texts"]
    source = next(row["source"] for row in texts if row["source"])
    for text in ASKED:
        query = language.forms(language.parse(text))
        where = {"query": query, "source": source, "since": AT, "until": UNTIL}
        yield Call("corpus_passages.search", {**where, "limit": 5, "offset": 1})
        yield Call("corpus_passages.search", {"query": query, "limit": 100})
        yield Call("corpus_passages.count", where)
    longest = max(texts, key=lambda row: len(row["content"]))
    for text_id in (longest["id"], texts[0]["id"], 0):
        yield Call("corpus_passages.list_for_text", {"corpus_text_id": text_id})
    for name in ("count_stale", "count_orphans", "check_index", "statistics", "optimize"):
        yield Call(f"corpus_passages.{name}")
