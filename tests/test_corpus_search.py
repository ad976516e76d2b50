"""Full-text search of corpus_texts: the same hits in the same order on both engines, kept in step by the database."""
# ruff: noqa: RUF001 (letters that look like others are what some of this is about)

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import uuid
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

import plainbase
from conftest import SERVER, examples, named, on_server
from corpus_questions import QUESTIONS
from plainbase import Database, Dialect, shipped
from plainbase.cli import texts
from plainbase.platform import corpus
from plainbase.platform.search import porter
from plainbase.platform.search import words as search_words
from test_search_language import invented


async def add(db: Database, *contents: str, **values: object) -> list[int]:
    rows = await db.corpus_texts.add.batch([{"content": content, **values} for content in contents])
    return [row.id for row in rows]


async def found(db: Database, text: str, **options: object) -> list[int]:
    page = await corpus.search(db, text, limit=1000, count=True, **options)  # type: ignore[arg-type]
    assert page.total == len(page.hits)
    return sorted(hit.corpus_text_id for hit in page.hits)


async def sound(db: Database) -> bool:
    return await corpus.check(db) == ()


@dataclass(frozen=True)
class Pair:
    """Both engines with the same rows."""

    sqlite: Database
    postgres: Database

    async def fill(self, rows: list[tuple[int, str | None, str]]) -> None:
        for db in (self.sqlite, self.postgres):
            await db.insert_rows("corpus_texts", ("id", "title", "content"), rows)

    async def search(self, text: str, *, any_word: bool = False) -> corpus.Page:
        """Search on both; they must find the same."""
        pages = await asyncio.gather(
            *(corpus.search(db, text, limit=1000, count=True, any_word=any_word) for db in (self.sqlite, self.postgres))
        )
        plain = [[replace(hit, score=0.0, created_at=datetime.min) for hit in page.hits] for page in pages]
        assert plain[0] == plain[1], text
        assert pages[0].total == pages[1].total
        scores = [[hit.score for hit in page.hits] for page in pages]
        assert scores[0] == pytest.approx(scores[1], rel=1e-9, abs=0), text
        return pages[0]


@pytest.fixture
async def pair(templates: dict[str, str], tmp_path: Path) -> AsyncIterator[Pair]:
    shutil.copy(templates["sqlite"], tmp_path / "pair.db")
    name = f"test_{uuid.uuid4().hex}"
    await on_server(f"CREATE DATABASE {name} TEMPLATE {templates['postgres']}")
    async with (
        plainbase.open(f"sqlite:///{tmp_path / 'pair.db'}") as sqlite,
        plainbase.open(named(os.environ[SERVER], name), pool_size=4) as postgres,
    ):
        yield Pair(sqlite, postgres)
    await on_server(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def demo(pair: Pair) -> Pair:
    topics = texts.language_reference().texts
    await pair.fill([(number, text.title, text.content) for number, text in enumerate(topics, 1)])
    return pair


async def test_thirty_questions_find_the_same_on_both_and_their_answer(demo: Pair) -> None:
    assert len(QUESTIONS) == 30
    missed = []
    for question, answer in QUESTIONS.items():
        page = await demo.search(question, any_word=True)
        if answer not in [hit.title for hit in page.hits[:5]]:
            missed.append((question, answer, [hit.title for hit in page.hits[:5]]))
    assert missed == []


@pytest.mark.parametrize(
    "text",
    [
        "yield",
        "the",
        '"the with statement"',
        "gener*",
        '"target lis"*',
        "class -def",
        "lambda OR yield from",
        "__init__",
    ],
)
async def test_all_forms_find_the_same_on_both(demo: Pair, text: str) -> None:
    assert (await demo.search(text)).hits


async def test_any_text_finds_the_same_on_both(demo: Pair) -> None:
    asked = {
        "'",
        '"',
        "-",
        "*",
        "OR",
        "a" * 5000,
        "x " * 10_000,
        "the\0",
        "\udc80",
        "NEAR(a b)",
        "a:b",
        "{a}",
        "^a",
        "a + b",
    }
    pieces = st.sampled_from(
        ['"', "-", "*", " OR ", " ", "the", "class", "yield", "Ünï", "NOT", "AND", "title:", "(", ")"]
    )

    @given(st.one_of(st.text(), st.lists(pieces).map("".join)))
    @settings(max_examples=examples(500))
    def collect(text: str) -> None:
        asked.add(text)

    collect()
    waiting = sorted(asked)
    for start in range(0, len(waiting), 8):
        await asyncio.gather(*map(demo.search, waiting[start : start + 8]))


SPECIAL = [
    "Café au lait, CAFÉ, café; cafe",
    "Straße STRASSE straßen groß GRÖẞE Größe",
    "Съешь ещё этих мягких Французских булок, да выпей чаю",
    "全文搜索。中文分词，测试 全文",
    "日本語のテキスト、検索",
    "İstanbul ISPARTA ısparta istanbul Iğdır",
    "snake_case __init__ 3.14 1e10 0x1f a1b2 １２３ ① ² Ⅻ",
    "family 👨‍👩‍👧 smile 😀😀 hello🤖world",
    "ﬁnd ﬃ ªº µ Μ ς Σ σ K Å",
    "हिन्दी में खोज ภาษาไทย עברית العربية",
    "trekking trekked hikes technology technologies sensibly possibly idées",
    "a" * 3000 + " " + "é" * 3000,
]


async def test_words_of_all_scripts_are_cut_and_folded_alike(pair: Pair) -> None:
    await pair.fill([(number, None, content) for number, content in enumerate(SPECIAL, 1)])
    asked = {word.text for content in SPECIAL for word in search_words.words(content) if len(word.text) < 250}
    for text in sorted(asked | {word.upper() for word in asked} | {word[:2] + "*" for word in asked}):
        await pair.search(text)
    for text, number in {
        "CAFÉ": 1,
        "GRÖSSE": 0,
        "größe": 2,
        "французских": 3,
        "全文*": 4,
        "ISPARTA": 6,
        "Σ": 9,
    }.items():
        assert [hit.corpus_text_id for hit in (await pair.search(text)).hits] == ([number] if number else []), text
    assert (await pair.search("a" * 200 + "*")).hits


async def test_postgres_cuts_folds_and_stems_every_word_as_we_do(pair: Pair) -> None:
    codes = [code for code in (*range(1, 0x20000), 0xE0101, 0x10FFFF) if not 0xD800 <= code < 0xE000]
    chunks = [
        "\n".join(f"a{chr(code)}b" for code in codes[start : start + 2000]) for start in range(0, len(codes), 2000)
    ]
    for chunk in chunks:
        cut = await pair.postgres.fetch_all(
            """
            SELECT corpus_fold(m.words[1]) AS word
            FROM regexp_matches(CAST(:chunk AS text) COLLATE "C", corpus_word_pattern(), 'g')
                WITH ORDINALITY AS m (words, place)
            ORDER BY m.place
            """,
            {"chunk": chunk},
        )
        assert [row.word for row in cut] == [word.text for word in search_words.words(chunk)]
    words = invented(examples(20_000))
    stems = await pair.postgres.fetch_all(
        "SELECT word, corpus_stem(word) AS stem FROM jsonb_array_elements_text(CAST(:words AS jsonb)) AS w (word)",
        {"words": words},
    )
    assert [(row.word, row.stem) for row in stems if porter.stem(row.word) != row.stem] == []


@pytest.mark.parametrize("locale", ["C", "en_US.utf8", "icu und", "icu tr"])
async def test_the_locale_of_the_database_changes_no_word(locale: str) -> None:
    name = f"test_{uuid.uuid4().hex}"
    provider, _, icu = locale.partition(" ")
    kind = f"LOCALE_PROVIDER icu ICU_LOCALE '{icu}' LOCALE 'C'" if icu else f"LOCALE '{provider}'"
    try:
        await on_server(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' {kind}")
    except Exception as error:
        pytest.skip(f"this server has no {locale}: {error}")
    try:
        async with plainbase.open(named(os.environ[SERVER], name), migrate=True) as db:
            await add(db, *SPECIAL)
            for word in search_words.words(" ".join(SPECIAL)):
                stem = await db.fetch_value("SELECT corpus_stem(corpus_fold(CAST(:word AS text)))", {"word": word.text})
                assert stem == porter.stem(word.text)
            cut = await db.fetch_all("SELECT CAST(word_count AS bigint) AS words, content FROM corpus_passages")
            assert all(row.words == len(list(search_words.words(row.content))) for row in cut)
            assert await found(db, "CAFÉ") == [1]
    finally:
        await on_server(f"DROP DATABASE {name} WITH (FORCE)")


async def test_the_index_follows_every_change_and_no_undone_one(db: Database) -> None:
    first, second = await add(db, "red fox", "blue fox")
    assert await found(db, "fox") == [first, second]
    await db.execute("UPDATE corpus_texts SET content = 'green hare', title = 'Fur' WHERE id = :id", {"id": first})
    assert await found(db, "fox") == [second]
    assert await found(db, "green fur") == [first]
    await db.execute("UPDATE corpus_texts SET source = 'zoo', id = 77 WHERE id = :id", {"id": first})
    assert await found(db, "hare", source="zoo") == [77]
    with pytest.raises(ZeroDivisionError):
        async with db.transaction() as tx:
            await tx.corpus_texts.add(content="grey fox")
            await tx.corpus_texts.delete(id=second)
            assert len((await corpus.search(tx, "grey OR blue")).hits) == 1
            raise ZeroDivisionError
    assert await found(db, "fox") == [second]
    assert await sound(db)
    await db.corpus_texts.delete(id=second)
    assert await found(db, "fox") == []
    await db.insert_rows("corpus_texts", ("title", "content"), [("x", "many foxes"), (None, "a fox")])
    assert len(await found(db, "fox")) == 2
    await db.execute("UPDATE corpus_texts SET content = content || ' ran'")
    assert len(await found(db, "ran")) == 3
    await db.execute("DELETE FROM corpus_texts")
    assert (await db.corpus_passages.statistics()).passages == 0
    assert await sound(db)


async def test_deleting_a_dataset_takes_its_passages_along(db: Database) -> None:
    dataset = await db.datasets.register(name="zoo", version="1", digest="d")
    split = await db.datasets.add_split(dataset_id=dataset.id, name="train")
    await add(db, "a fox", split_id=split.id)
    (kept,) = await add(db, "another fox")
    await db.datasets.delete(id=dataset.id)
    assert await found(db, "fox") == [kept]
    assert await sound(db)


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_a_program_without_foreign_keys_keeps_the_index_in_step_too(db: Database, url: str) -> None:
    first, second = await add(db, "a fox", "a hare")
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as plain, plain:
        plain.execute("DELETE FROM corpus_texts WHERE id = ?", (second,))
        plain.execute("REPLACE INTO corpus_texts (id, content) VALUES (?, 'a wolf')", (first,))
    plain.close()
    assert (await found(db, "fox"), await found(db, "hare"), await found(db, "wolf")) == ([], [], [first])
    assert await sound(db)


async def test_hits_are_filtered_by_source_and_time_counted_and_paged(db: Database) -> None:
    days = [datetime(2026, 1, day, tzinfo=UTC) for day in range(1, 10)]
    rows = [(day, f"fox {'and hare ' * number}", "ab"[number % 2]) for number, day in enumerate(days)]
    await db.insert_rows("corpus_texts", ("created_at", "content", "source"), rows)
    assert await found(db, "fox") == list(range(1, 10))
    assert await found(db, "fox", source="b") == [2, 4, 6, 8]
    assert await found(db, "fox", source="c") == []
    assert await found(db, "fox", since=days[2], until=days[5]) == [3, 4, 5]
    assert await found(db, "fox", since=days[2], until=days[5], source="a") == [3, 5]
    whole = await corpus.search(db, "fox", count=True)
    assert (whole.total, [hit.corpus_text_id for hit in whole.hits]) == (9, list(range(1, 10)))
    assert [hit.score for hit in whole.hits] == sorted((hit.score for hit in whole.hits), reverse=True)
    pages = [await corpus.search(db, "fox", limit=2, offset=start) for start in range(0, 10, 2)]
    assert tuple(hit for page in pages for hit in page.hits) == whole.hits
    assert pages[0].total is None
    hit = (await corpus.search(db, "hare", source="b")).hits[0]
    assert (hit.title, hit.source, hit.created_at, hit.position) == (None, "b", days[hit.corpus_text_id - 1], 0)
    assert hit.snippet.startswith("fox and <mark>hare</mark>")


async def test_a_text_is_one_hit_by_its_best_passage(db: Database) -> None:
    filler = "nothing of note happens here today " * 60
    (long,) = await add(db, f"{filler} a fox {filler} fox fox fox <fox> & co {filler}", title="The Animal")
    (short,) = await add(db, "fox " + filler[:200])
    page = await corpus.search(db, "fox", count=True)
    assert page.total == 2
    hit = next(hit for hit in page.hits if hit.corpus_text_id == long)
    assert hit.position in (4, 5)
    assert "&lt;<mark>fox</mark>&gt; &amp; co" in hit.snippet
    assert await found(db, "animal fox") == [long]
    assert await found(db, '"animal nothing"') == []
    assert short in await found(db, "fox -animal")


@pytest.mark.parametrize("space", [" ", "\n", "。", "x"])
async def test_no_word_and_no_phrase_is_lost_where_texts_are_cut(db: Database, space: str) -> None:
    content = "".join(f"w{number:05}{space}" for number in range(3000))
    (identifier,) = await add(db, content)
    passages = await db.corpus_passages.list_for_text(corpus_text_id=identifier)
    assert [row.position for row in passages] == list(range(-(-len(content) // 1000)))
    assert max(len(row.content) for row in passages) <= 1300
    place = 0
    for row in passages:
        start = content.index(row.content, max(0, 1000 * row.position - 300))
        assert start <= place - (90 if row.position else 0)
        place = start + len(row.content)
    assert place == len(content)
    if space != "x":
        for number in range(0, 2990, 13):
            phrase = " ".join(f"w{each:05}" for each in range(number, number + 10))
            assert await found(db, f'"{phrase}"') == [identifier], number


async def test_both_engines_cut_any_text_alike(pair: Pair) -> None:
    contents = ["", " ", "x" * 64_000, "y" * 64_001, " " * 5000, "é。" * 33_000, ("word " * 13_000) + "z" * 70_000]

    @given(st.lists(st.sampled_from(["a" * 190, "b" * 900, " ", "\n", "\t", "é，", "字", "x" * 63_000])).map("".join))
    @settings(max_examples=examples(50))
    def collect(content: str) -> None:
        contents.append(content)

    collect()
    await pair.fill([(number, None, content) for number, content in enumerate(contents)])
    sql = "SELECT corpus_text_id, position, content FROM corpus_passages ORDER BY corpus_text_id, position"
    cuts = [[tuple(row) for row in await db.fetch_all(sql)] for db in (pair.sqlite, pair.postgres)]
    assert cuts[0] == cuts[1]
    assert {number for number, _, _ in cuts[0]} == set(range(len(contents)))


@pytest.mark.parametrize("letters", ["fox und Hase läuft. ", "x", "字", "\U0001f600", "a "])
async def test_a_text_of_five_megabytes_is_taken_and_found(db: Database, letters: str) -> None:
    size = 5_000_000 // len(letters.encode())
    content = (letters * (size // len(letters) + 1))[:size]
    (identifier,) = await add(db, content + " needle")
    assert await found(db, "needle") == [identifier]
    await db.corpus_texts.delete(id=identifier)
    assert await found(db, "needle") == []


async def test_a_damaged_index_is_noticed_and_made_anew(db: Database) -> None:
    first, second = await add(db, "a fox " * 500, "a hare")
    assert await sound(db)
    if db.dialect == "sqlite":
        await db.execute(
            "INSERT INTO corpus_passages_search (corpus_passages_search, rowid, title, content) "
            "VALUES ('delete', (SELECT max(id) FROM corpus_passages), NULL, 'a hare')"
        )
    else:
        await db.script("""
            ALTER TABLE corpus_texts DISABLE TRIGGER USER;
            UPDATE corpus_texts SET content = 'a wolf' WHERE content = 'a hare';
            ALTER TABLE corpus_texts ENABLE TRIGGER USER;
        """)
    assert len(await corpus.check(db)) == 1
    await corpus.rebuild(db)
    assert await sound(db)
    assert await found(db, "hare OR wolf") == [second]
    assert await found(db, "fox") == [first]
    async with db.transaction() as tx:
        await corpus.rebuild(tx)
        assert await corpus.check(tx) == ()


async def test_a_passage_that_lost_its_text_is_noticed_and_removed(db: Database) -> None:
    _, second = await add(db, "a fox", "a hare")
    if db.dialect == "postgres":
        await db.script(
            "SET LOCAL session_replication_role = replica; DELETE FROM corpus_texts WHERE content = 'a fox'"
        )
    else:
        await db.script(f"""
            PRAGMA foreign_keys = OFF;
            INSERT INTO corpus_passages (corpus_text_id, position, content) VALUES ({second + 1}, 0, 'nobody');
            PRAGMA foreign_keys = ON;
        """)
    assert (await corpus.check(db)) == ("1 passages have no text any more",)
    await corpus.rebuild(db)
    assert await sound(db)


@pytest.mark.parametrize("engine", ["postgres"])
async def test_texts_are_cut_in_any_schema_whatever_the_search_path(empty_url: str) -> None:
    migrations = sorted((shipped.folder("schema") / "postgres" / "migrations").glob("*.up.sql"))
    up = "".join(path.read_text() for path in migrations)
    records = shipped.internal_queries(Dialect.POSTGRES, "migrations")["create_table"].script
    async with plainbase.open(empty_url, pool_size=1) as db:
        await db.script(f"""
            CREATE SCHEMA "Own place";
            BEGIN; SET LOCAL search_path = "Own place"; {records} {up} COMMIT;
            CREATE TABLE public.corpus_passages (corpus_text_id bigint);
            INSERT INTO "Own place".corpus_texts (content) VALUES ('foxes'), ('hares');
            ALTER SCHEMA "Own place" RENAME TO moved;
            UPDATE moved.corpus_texts SET content = 'Wölfe' WHERE content = 'foxes';
        """)
        words = await db.fetch_all("SELECT CAST(search AS text) AS words FROM moved.corpus_passages ORDER BY id")
        assert [row.words for row in words] == ["'hare':1001", "'wölfe':1001"]


async def test_statistics_and_optimize(db: Database) -> None:
    await add(db, "x" * 2500, "y")
    figures = await db.corpus_passages.statistics()
    assert (figures.texts, figures.passages, figures.longest) == (2, 4, 1100)
    await db.corpus_passages.optimize()
    assert len(await found(db, "y")) == 1


async def test_the_index_is_made_anew_beside_those_who_write_and_search(db: Database) -> None:
    await db.corpus_texts.add.batch([{"content": f"alpha word{number}. " * 60} for number in range(30)])
    done = asyncio.Event()

    async def write() -> int:
        written = 0
        while not done.is_set():
            await db.corpus_texts.add(content="gamma delta " * 50)
            written += 1
        return written

    async def look() -> None:
        while not done.is_set():
            assert len((await corpus.search(db, "alpha", limit=50)).hits) == 30

    others = [asyncio.create_task(work) for work in (write(), write(), look())]
    for _ in range(3):
        await corpus.rebuild(db)
    done.set()
    written = sum(filter(None, await asyncio.gather(*others)))
    assert written
    assert await corpus.check(db) == ()
    assert (await corpus.search(db, "gamma", count=True, limit=1)).total == written
