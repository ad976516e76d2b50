"""Full-text search of corpus_texts, by passages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from plainbase.errors import StatementFailed
from plainbase.platform.runners import AnyRunner
from plainbase.platform.search import language, snippets
from plainbase.sqlfile.query import OMIT


@dataclass(frozen=True, slots=True)
class Hit:
    """A text, by its passage that matches best; `snippet` is HTML, everything else plain text.

    `position` counts the text's passages from 0; `score` is BM25, the more the better, comparable within one search.
    """

    corpus_text_id: int
    title: str | None
    source: str | None
    created_at: datetime
    score: float
    position: int
    snippet: str


@dataclass(frozen=True, slots=True)
class Page:
    """Hits, best first; `total` counts all texts found, where it was asked for."""

    hits: tuple[Hit, ...]
    total: int | None = None


async def search(
    db: AnyRunner,
    text: str,
    *,
    source: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int = 10,
    offset: int = 0,
    count: bool = False,
    any_word: bool = False,
) -> Page:
    """Find the texts with a passage of about 1,000 characters that matches, best first, then by id.

    `text` is what a user typed: words, "phrases", -excluded, OR, prefix*; no text raises. All its words must stand in
    one passage or its text's title, with `any_word` one of them. `since` is included, `until` is not.
    """
    query = language.parse(text, any_word=any_word)
    if not query.groups:
        return Page((), 0 if count else None)
    forms = language.forms(query)
    of = OMIT if source is None else source
    after = OMIT if since is None else since
    before = OMIT if until is None else until
    rows = await db.corpus_passages.search(
        query=forms, source=of, since=after, until=before, limit=limit, offset=offset
    )
    hits = tuple(
        Hit(
            row.corpus_text_id,
            row.title,
            row.source,
            row.created_at,
            row.score,
            row.position,
            snippets.snippet(row.content, query.terms),
        )
        for row in rows
    )
    if not count:
        return Page(hits)
    return Page(hits, await db.corpus_passages.count(query=forms, source=of, since=after, until=before))


async def rebuild(db: AnyRunner) -> None:
    """Cut all texts into passages anew and make the index anew, all or nothing; whoever writes texts waits.

    Searches go on as before, but for the last moment on PostgreSQL, when its index is made.
    """
    async with db.transaction() as tx:
        await tx.corpus_passages.rebuild()


async def check(db: AnyRunner) -> tuple[str, ...]:
    """Say what is wrong with the passages and their index, nothing where all is well; it reads them all.

    What it finds `rebuild` mends. PostgreSQL has nothing that looks into a GIN index itself.
    """
    found = []
    if stale := await db.corpus_passages.count_stale():
        found.append(f"{stale} texts have other passages than their content gives")
    if orphans := await db.corpus_passages.count_orphans():
        found.append(f"{orphans} passages have no text any more")
    try:
        async with db.transaction() as tx:
            if wrong := await tx.corpus_passages.check_index():
                found.append(f"{wrong} passages are indexed under other words than theirs")
    except StatementFailed as error:
        found.append(f"the index does not fit the passages: {error}")
    return tuple(found)
