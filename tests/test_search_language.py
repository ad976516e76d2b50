"""What is typed into a search box: how it is read, and that no text can break it."""

from __future__ import annotations

import random
import re
import sqlite3
from collections.abc import Iterator
from html import unescape

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from conftest import examples
from plainbase.platform.search import language, porter, snippets
from plainbase.platform.search import words as search_words
from plainbase.platform.search.language import MOST_WORDS, Query, Term, parse

TOKENIZE = "unicode61 remove_diacritics 0 categories ''L* N* M*''"


def word(*words: str, prefix: bool = False) -> Term:
    return Term(words, prefix)


CAT, DOG, FOOD = word("cat"), word("dog"), word("food")


@pytest.mark.parametrize(
    ("text", "groups", "excluded"),
    [
        ("cat", [[CAT]], []),
        ("  Cat\tDOG\n", [[CAT], [DOG]], []),
        ("cat cat", [[CAT]], []),
        ("cat OR dog food", [[CAT, DOG], [FOOD]], []),
        ("cat or dog", [[CAT], [word("or")], [DOG]], []),
        ("OR cat OR", [[CAT]], []),
        ("cat OR OR dog", [[CAT, DOG]], []),
        ('"OR" cat', [[word("or")], [CAT]], []),
        ("cat -dog", [[CAT]], [DOG]),
        ("cat OR -dog food", [[CAT], [FOOD]], [DOG]),
        ('-"cat dog" food', [[FOOD]], [word("cat", "dog")]),
        ("cat - dog", [[CAT], [DOG]], []),
        ("cat --dog", [[CAT], [DOG]], []),
        ("multi-agent", [[word("multi", "agent")]], []),
        ("title:cat", [[word("title", "cat")]], []),
        ("a'b", [[word("a", "b")]], []),
        ('"cat dog"', [[word("cat", "dog")]], []),
        ('"cat dog', [[CAT], [DOG]], []),
        ('cat"', [[CAT]], []),
        ('""cat""', [[CAT]], []),
        ("cat*", [[word("cat", prefix=True)]], []),
        ("cat-do*", [[word("cat", "do", prefix=True)]], []),
        ('"cat do"*', [[word("cat", "do", prefix=True)]], []),
        ("*cat", [[CAT]], []),
        ("cat .*", [[CAT]], []),
        ("(cat OR dog) AND", [[CAT, DOG], [word("and")]], []),
        ("cat\0dog", [[word("cat", "dog")]], []),
        ("\ud83dcat\udc00", [[CAT]], []),
        ("Éé É", [[word("éé")], [word("é")]], []),
        ("", [], []),
        ('" * - OR', [], []),
        ("-cat", [], [CAT]),
        ("x" * 256, [], []),
        (f"cat {'x' * 256}", [], []),
        (f"cat OR {'x' * 256}", [[CAT]], []),
        (f"cat -{'x' * 256}", [[CAT]], []),
    ],
)
def test_it_is_read_as_people_mean_it(text: str, groups: list[list[Term]], excluded: list[Term]) -> None:
    assert parse(text) == Query(tuple(map(tuple, groups)), tuple(excluded))


def test_any_word_puts_all_terms_side_by_side() -> None:
    assert parse('cat "dog food" -mouse', any_word=True) == Query(((CAT, word("dog", "food")),), (word("mouse"),))
    assert parse(f"cat {'x' * 256}", any_word=True).groups == ((CAT,),)
    assert parse("x" * 256, any_word=True).groups == ()
    assert parse("", any_word=True).groups == ()


def test_both_engines_get_their_own_language() -> None:
    forms = language.forms(parse('running OR "cats do"* -"a b" food'))
    assert forms["fts5"] == '(("running" OR "cats do" *) AND ("food")) NOT ("a b")'
    assert forms["tsquery"] == "('run' | 'cat' <-> 'do':*) & ('food') & !('a' <-> 'b')"
    assert forms["terms"] == ["'run'", "'cat' <-> 'do':*", "'food'"]


def test_both_engines_are_told_where_to_look() -> None:
    forms = language.forms(parse('running OR "cats do"* -"a b" food'), columns=("input", "output"), weights="AB")
    assert forms["fts5"] == '{input output} : ((("running" OR "cats do" *) AND ("food")) NOT ("a b"))'
    assert forms["tsquery"] == "('run':AB | 'cat':AB <-> 'do':*AB) & ('food':AB) & !('a':AB <-> 'b':AB)"
    assert forms["terms"] == ["'run':AB", "'cat':AB <-> 'do':*AB", "'food':AB"]


def test_what_is_read_of_a_long_query_is_bounded() -> None:
    assert len(parse(" ".join(f"w{number}" for number in range(10_000))).groups) == MOST_WORDS
    assert len(parse(f'"{" w" * 10_000}"').terms) <= 1
    assert len(parse("x " * 1_000_000).terms) == 1


@given(st.text())
@settings(max_examples=examples(500))
def test_no_text_raises_and_what_is_sent_holds_only_words_and_marks_of_ours(text: str) -> None:
    for any_word in (False, True):
        query = parse(text, any_word=any_word)
        assert sum(len(term.words) for term in query.terms) <= MOST_WORDS
        if query.groups:
            forms = language.forms(query)
            for form in (forms["fts5"], forms["tsquery"], *forms["terms"]):
                form.encode()
                assert "\0" not in form
            words = {found for term in query.terms + query.excluded for found in term.words}
            assert set(re.findall(r'"([^"]*)"', forms["fts5"])) <= {
                " ".join(term.words) for term in query.terms + query.excluded
            }
            assert all(next(search_words.words(found)).text == found for found in words)


@pytest.fixture
def fts5() -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:")
    connection.executescript(f"""
        CREATE VIRTUAL TABLE plain USING fts5 (x, tokenize = '{TOKENIZE}');
        CREATE VIRTUAL TABLE plain_words USING fts5vocab (plain, instance);
        CREATE VIRTUAL TABLE stems USING fts5 (x, tokenize = 'porter {TOKENIZE}');
        CREATE VIRTUAL TABLE stem_words USING fts5vocab (stems, instance);
    """)
    yield connection
    connection.close()


def test_fts5_cuts_and_folds_every_character_as_we_do(fts5: sqlite3.Connection) -> None:
    step = 7 if examples(1) == 1 else 1
    late = range(0x20000, 0x110000, step)
    codes = [code for code in (*range(1, 0x20000), *late) if not 0xD800 <= code < 0xE000]
    fts5.executemany("INSERT INTO plain (rowid, x) VALUES (?, ?)", ((code, f"a{chr(code)}b") for code in codes))
    found: dict[int, list[str]] = {}
    for term, code in fts5.execute("SELECT term, doc FROM plain_words ORDER BY doc, offset"):
        found.setdefault(code, []).append(term)
    different = [hex(c) for c in codes if found[c] != [w.text for w in search_words.words(f"a{chr(c)}b")]]
    assert different == []


ENDINGS = """
    sses ies ss s eed ed ing at bl iz y ational tional enci anci izer logi bli abli alli entli eli ousli ization
    ation ator alism iveness fulness ousness aliti iviti biliti icate ative alize iciti ical ful ness al ance ence
    er ic able ible ant ement ment ent ion sion tion ou ism ate iti ous ive ize e ll ably logy bly
"""


def invented(number: int) -> list[str]:
    """Words of all endings that the stemmer knows, and of some letters outside ASCII."""
    chance = random.Random(number)
    endings = ENDINGS.split()
    letters = "aeiouybcdfghjklmnpqrstvwxyz0éßж中"
    words = {"ies", "eed", "trekked", "technology", "sensibly", "straße", "idées", "a", "as", "x" * 64 + "ing"}
    while len(words) < number:
        made = "".join(chance.choice(letters) for _ in range(chance.randrange(6)))
        made += chance.choice(letters) * chance.choice((0, 0, 2))
        made += "".join(chance.choice(endings) for _ in range(chance.choice((0, 1, 1, 2))))
        words.add(made or "x")
    return sorted(words)


def test_stems_are_those_of_fts5(fts5: sqlite3.Connection) -> None:
    words = invented(examples(20_000))
    fts5.executemany("INSERT INTO stems (rowid, x) VALUES (?, ?)", enumerate(words))
    found = {words[place]: term for term, place in fts5.execute("SELECT term, doc FROM stem_words")}
    assert [(each, stem) for each, stem in found.items() if porter.stem(each) != stem] == []


def test_a_snippet_marks_what_matched_and_is_safe_html() -> None:
    content = "<b>Running</b> & jumping: he ran, she runs. " + "Nothing else here. " * 40 + "Run away!"
    shown = snippets.snippet(content, parse("run").terms)
    assert shown.startswith("&lt;b&gt;<mark>Running</mark>&lt;/b&gt; &amp; jumping: he ran, she <mark>runs</mark>. ")
    assert shown.endswith(" …")
    away = snippets.snippet(content, parse('"run away"').terms)
    assert away.startswith("… ")
    assert away.endswith("<mark>Run</mark> <mark>away</mark>!")
    assert snippets.snippet(content, parse("jum*").terms).count("<mark>") == 1
    assert "<mark>" not in snippets.snippet(content, parse("absent").terms)
    assert snippets.snippet("", parse("absent").terms) == ""


@given(st.text(st.sampled_from("ab <>&\"'é.\n"), max_size=600), st.sampled_from(["a", "b*", '"a b"', "é OR aa"]))
@settings(max_examples=examples(100))
def test_a_snippet_is_a_part_of_its_passage(content: str, asked: str) -> None:
    shown = snippets.snippet(content, parse(asked).terms)
    plain = unescape(re.sub("</?mark>", "", shown)).removeprefix("… ").removesuffix(" …")
    assert plain in content
    assert len(plain) <= snippets.LENGTH
    assert re.fullmatch(r"(?:[^<>]|<mark>[^<>]+</mark>)*", shown)
