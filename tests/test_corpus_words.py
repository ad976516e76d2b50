"""PostgreSQL indexes a text by its own parser as far as it can: the words are those of FTS5, each in its place."""
# ruff: noqa: RUF001 (letters that look like others are what some of this is about)

from __future__ import annotations

import os
import random
import sqlite3
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from itertools import product
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

import plainbase
from conftest import SERVER, examples, named, on_server
from plainbase import Database
from plainbase.cli import texts
from plainbase.platform.sample import prose
from test_corpus_search import SPECIAL
from test_search_language import TOKENIZE, invented

# What corpus_words gave before it used the parser: each word by itself.
WORD_BY_WORD = """
CREATE FUNCTION word_by_word(title text, content text) RETURNS tsvector
LANGUAGE sql IMMUTABLE
RETURN (
    WITH found AS MATERIALIZED (
        SELECT corpus_fold(left(t.words[1], 400)) AS word, t.place
        FROM regexp_matches(title COLLATE "C", corpus_word_pattern(), 'g') WITH ORDINALITY AS t (words, place)
        UNION ALL
        SELECT corpus_fold(left(c.words[1], 400)) AS word, c.place + 1000 AS place
        FROM regexp_matches(content COLLATE "C", corpus_word_pattern(), 'g') WITH ORDINALITY AS c (words, place)
    )
    SELECT coalesce(CAST(string_agg(concat(corpus_stem(word), ':', place), ' ') AS tsvector), '') FROM found
)
"""

Text = tuple[str | None, str]

LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
PRINTED = "".join(map(chr, range(1, 128)))
WORDS = r"""
ies sses eed eeds 5s 0s 2nd technology technologies sensibly possibly bly logy trekked trekking hajjing 99ed yying
as is us s by ay oy 'tis it's U.S. James' IS As 1e5 12e5 1e5x 1e5e6 1e 1e+5 1E-5x 0x1f 12abc abc12 1.5 1.5.2 -1
+1.5e10 1,000.00 a@b.com foo.bar@example.org http://a.b/c?d=e&f#g ftp://s.as.is/s www.is.as /usr/is/as ~/as.is
C:\is <b>is</b> <a href='is'> </s> &amp; &x; &#65; &is; a0-is a-is is-a as-is-s well-known x1-is a_is __is__
don’t “is” –as— it’s… é naïve café's Straße ſs K Kelvin İs is№5 全文 Модель ᾳ
, ; ( ) [ ] { } ! ? % $ # * = | ` ^ ' "
"""
LONG = ["x" * 64, "x" * 65, "as" * 40, "9" * 401, "a-" * 10, "b" * 2100, "is." * 10, "ing" * 21 + "s"]
ODD = [*WORDS.split(), *LONG, "a\u00a0is", "", "\x1f", "\x7f", "\t", "\r\n"]


@pytest.fixture
async def db(templates: dict[str, str]) -> AsyncIterator[Database]:
    name = f"test_{uuid.uuid4().hex}"
    await on_server(f"CREATE DATABASE {name} TEMPLATE {templates['postgres']}")
    async with plainbase.open(named(os.environ[SERVER], name)) as db:
        await db.script(WORD_BY_WORD)
        yield db
    await on_server(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def fts5() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(f"""
            CREATE VIRTUAL TABLE texts USING fts5 (title, content, tokenize = 'porter {TOKENIZE}');
            CREATE VIRTUAL TABLE words USING fts5vocab (texts, instance);
        """)
        yield connection


def cells(rows: list[Text]) -> dict[str, list[str | None]]:
    return {"titles": [title for title, _ in rows], "contents": [content for _, content in rows]}


async def different(db: Database, rows: list[Text]) -> list[object]:
    """Return those that come out otherwise than word by word."""
    found = await db.fetch_all(
        """
        SELECT t.title, t.content, CAST(corpus_words(t.title, t.content) AS text) AS words
        FROM unnest(CAST(:titles AS text[]), CAST(:contents AS text[])) AS t (title, content)
        WHERE corpus_words(t.title, t.content) <> word_by_word(t.title, t.content)
        LIMIT 3
        """,
        cells(rows),
    )
    return [tuple(row) for row in found]


async def plain(db: Database, rows: list[Text]) -> float:
    """Return the share that the parser reads alone."""
    share = await db.fetch_value(
        """
        SELECT CAST(avg(CAST(corpus_is_plain(lower(content COLLATE "C")) AS integer)) AS double precision)
        FROM unnest(CAST(:contents AS text[])) AS t (content)
        """,
        {"contents": [content for _, content in rows]},
    )
    assert isinstance(share, float)
    return share


async def as_in_fts5(db: Database, fts5: sqlite3.Connection, rows: list[Text]) -> None:
    found = await db.fetch_all(
        """
        SELECT t.number, w.lexeme, CAST(p.place AS bigint) AS place
        FROM unnest(CAST(:titles AS text[]), CAST(:contents AS text[])) WITH ORDINALITY AS t (title, content, number)
        CROSS JOIN unnest(corpus_words(t.title, t.content)) AS w (lexeme, places, weights)
        CROSS JOIN unnest(w.places) AS p (place)
        """,
        cells(rows),
    )
    fts5.execute("DELETE FROM texts")
    fts5.executemany(
        "INSERT INTO texts (rowid, title, content) VALUES (?, ?, ?)", ((n, *row) for n, row in enumerate(rows, 1))
    )
    terms = {
        (number, term[:400], place + (1 if column == "title" else 1001))
        for term, number, column, place in fts5.execute("SELECT term, doc, col, offset FROM words")
    }
    apart = {(row.number, row.lexeme, row.place) for row in found} ^ terms
    assert [(rows[number - 1], word, place) for number, word, place in sorted(apart)[:3]] == []


def english() -> list[Text]:
    """Prose and programs: the language reference and modules of the standard library, in passages."""
    reference = "\n".join(text.content for text in texts.language_reference().texts)
    modules = sorted(Path(os.__file__).parent.glob("*.py"))[:: 1 if examples(1) > 1 else 12]
    programs = "\n".join(path.read_text(errors="replace") for path in modules)
    passages = [
        (whole[start : start + 1000]) for whole in (reference, programs) for start in range(0, len(whole), 1000)
    ]
    return [(None if number % 3 else " ".join(passage.split()[:5]), passage) for number, passage in enumerate(passages)]


async def test_english_and_programs(db: Database, fts5: sqlite3.Connection) -> None:
    rows = english()
    assert len(rows) > 500
    for start in range(0, len(rows), 500):
        assert await different(db, rows[start : start + 500]) == []
        await as_in_fts5(db, fts5, rows[start : start + 500])
    assert await plain(db, rows) > 0.9
    typeset = [(title, content.replace('"', "”").replace("'", "’").replace("--", "—")) for title, content in rows[:500]]
    assert await different(db, typeset) == []
    assert await plain(db, typeset) > 0.9


async def test_every_short_word_and_every_pair_of_characters_between_two(
    db: Database, fts5: sqlite3.Connection
) -> None:
    chance = random.Random(1)
    short = ["".join(each) for size in (1, 2, 3) for each in product(LETTERS, repeat=size)]
    words: list[Text] = [(None, word) for word in short[:1332] + chance.sample(short[1332:], examples(2000))]
    assert await different(db, words) == []
    assert await plain(db, words) > 0.5
    await as_in_fts5(db, fts5, words)
    pairs: list[Text] = [
        (None, f" {ends[1]}".join(f"{ends[0]}{first}{second}" for second in PRINTED) + ends[1])
        for first in PRINTED
        for ends in ("ab", "a1", "1a", "12", "ss", "/.", "..", "<>")
    ]
    assert await different(db, pairs) == []
    assert await plain(db, pairs) > 0.5
    await as_in_fts5(db, fts5, pairs)


async def test_words_of_all_endings(db: Database, fts5: sqlite3.Connection) -> None:
    words = [word for word in invented(examples(10_000)) if word.isascii()]
    rows: list[Text] = [(None, word) for word in words]
    assert await different(db, rows) == []
    await as_in_fts5(db, fts5, rows)
    assert await plain(db, rows) > 0.7


async def test_any_mixture(db: Database, fts5: sqlite3.Connection) -> None:
    rows: list[Text] = [
        (None, ""),
        ("", ""),
        ("&x;", " &x; a"),
        *((each, each) for each in SPECIAL + ODD if len(each) < 256),
    ]
    pieces = st.one_of(
        st.sampled_from([*ODD, *(word for each in prose.SENTENCES for word in each.split()), *SPECIAL[:-1]]),
        st.text(st.sampled_from(PRINTED), max_size=6),
        st.from_regex(r"[0-9]{1,3}[a-z]?[0-9e.+-]{0,3}[a-z]{0,2}", fullmatch=True),
        st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=4),
    )
    between = st.sampled_from([" ", " ", " ", "", ".", "-", "_", "/", "@", ":", "\n", "'", "’", "é"])
    several = st.lists(st.tuples(pieces, between), max_size=12).map(lambda each: "".join(map("".join, each)))

    @given(st.none() | several, several)
    @settings(max_examples=examples(500))
    def collect(title: str | None, content: str) -> None:
        rows.append((title, content))

    collect()
    chance = random.Random(2)
    words = [piece for sentence in prose.SENTENCES for piece in sentence.split()] * 3 + ODD
    rows += [(" ".join(chance.sample(words, 3)), " ".join(chance.sample(words, 60))) for _ in range(examples(500))]
    for start in range(0, len(rows), 500):
        assert await different(db, rows[start : start + 500]) == []
    await as_in_fts5(db, fts5, [row for row in rows if "丸" not in row[1]])


async def test_long_texts_up_to_the_255th_place_of_a_word(db: Database) -> None:
    rows: list[Text] = [
        ("is " * 999, "as the cats " * 100),
        (None, "is " * 20_000),
        (None, "cats and é " * 8_000),
        (None, "é " * 400 + "technology is " * 400),
        (None, " ".join(f"w{number}" for number in range(20_000))),
        (None, " ".join(f"ä{number}" for number in range(20_000))),
        ("x" * 5000, "y" * 5000 + " is"),
    ]
    assert await different(db, rows[4:]) == []
    apart = await db.fetch_all(
        """
        SELECT number, lexeme, places[:255] AS places
        FROM unnest(CAST(:titles AS text[]), CAST(:contents AS text[])) WITH ORDINALITY AS t (title, content, number)
        CROSS JOIN unnest(corpus_words(t.title, t.content)) AS w (lexeme, places, weights)
        EXCEPT
        SELECT number, lexeme, places[:255] AS places
        FROM unnest(CAST(:titles AS text[]), CAST(:contents AS text[])) WITH ORDINALITY AS t (title, content, number)
        CROSS JOIN unnest(word_by_word(t.title, t.content)) AS w (lexeme, places, weights)
        """,
        cells(rows),
    )
    assert [tuple(row) for row in apart] == []


@pytest.mark.parametrize("locale", ["C", "icu und", "icu tr"])
async def test_the_locale_of_the_database_changes_nothing(locale: str) -> None:
    name = f"test_{uuid.uuid4().hex}"
    _, _, icu = locale.partition(" ")
    kind = f"LOCALE_PROVIDER icu ICU_LOCALE '{icu}' LOCALE 'C'" if icu else f"LOCALE '{locale}'"
    try:
        await on_server(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' {kind}")
    except Exception as error:
        pytest.skip(f"this server has no {locale}: {error}")
    try:
        async with plainbase.open(named(os.environ[SERVER], name), migrate=True) as db:
            await db.script(WORD_BY_WORD)
            rows: list[Text] = [(each, f"{each} I IS II") for each in (*ODD, *SPECIAL, *prose.SENTENCES)]
            assert await different(db, rows) == []
    finally:
        await on_server(f"DROP DATABASE {name} WITH (FORCE)")


async def test_a_text_that_is_null_has_no_words(db: Database) -> None:
    assert await db.fetch_value("SELECT CAST(corpus_words(NULL, NULL) AS text) AS words") == ""
    assert await db.fetch_value("SELECT CAST(corpus_words('Is', NULL) AS text) AS words") == "'is':1"
