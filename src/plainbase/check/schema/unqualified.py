"""pg_dump's text made to load into any schema: what sets the session is left out, names lose their qualifier."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from plainbase.dialect import Dialect
from plainbase.errors import ConfigurationError
from plainbase.sqlfile import lexer
from plainbase.sqlfile.lexer import Token
from plainbase.sqlfile.script import Part, split

_PREAMBLE = re.compile(r"\A(?:--[^\n]*\n|\s)*\\restrict (\w+)\n")
"""A line for psql, which a pg_dump since August 2025 writes before and after all else."""
_NAMES = {
    "regclass",
    "regcollation",
    "regconfig",
    "regdictionary",
    "regoper",
    "regoperator",
    "regproc",
    "regprocedure",
    "regtype",
}
"""The types whose text is a name of the schema, such as nextval's argument."""


def statements(dump: str, schema: str, populated: set[str], inserted: Sequence[str] = ()) -> list[str]:
    """The statements of a dump, for the schema that is current when they run.

    `populated` are the materialized views, by their qualified names, that are to be filled at the end, after what is
    `inserted`.
    Raises ConfigurationError.
    """
    kept = [part for part in split(_without_psql(dump), Dialect.POSTGRES) if not _is_left_out(part, schema)]
    refreshes = [f"REFRESH MATERIALIZED VIEW {name};" for name in _stored(kept, populated, schema)]
    return [*(_unqualified(part, schema) for part in kept), *inserted, *refreshes]


def _without_psql(dump: str) -> str:
    found = _PREAMBLE.match(dump)
    return dump[found.end() :].rpartition(f"\\unrestrict {found[1]}")[0] if found else dump


def _is_left_out(part: Part, schema: str) -> bool:
    """Whether a statement sets the session, or is about what the text's reader has or names already."""
    words = [token.text for token in part.tokens[:4]]
    if part.verb == "SET" or words[:4] == ["SELECT", "pg_catalog", ".", "set_config"]:
        return True
    if words[:3] in (["COMMENT", "ON", "EXTENSION"], ["CREATE", "USER", "MAPPING"]):
        return True
    about = part.tokens[2:4] if words[0] == "COMMENT" else part.tokens[1:3]
    return len(about) == 2 and about[0].text == "SCHEMA" and lexer.identifier(about[1]) == schema


def _unqualified(part: Part, schema: str) -> str:
    """The statement without the schema before names; in strings only where their type says that they are names."""
    start = part.tokens[0].start
    return _cut(part.text, start, _qualifiers(part.tokens, schema))


def _cut(text: str, start: int, edits: Iterable[tuple[int, int, str]]) -> str:
    pieces, position = [], 0
    for begin, end, instead in edits:
        pieces += [text[position : begin - start], instead]
        position = end - start
    return "".join([*pieces, text[position:]])


def _qualifiers(tokens: Sequence[Token], schema: str) -> Iterator[tuple[int, int, str]]:
    """What is to be cut out or replaced: from where, to where, by what. Raises ConfigurationError."""
    for index, token in enumerate(tokens):
        before = [each.text for each in tokens[max(index - 2, 0) : index]]
        after = [each.text for each in tokens[index + 1 : index + 3]]
        if token.kind == lexer.STRING and token.text[0] == "'" and after[:1] == ["::"] and after[-1] in _NAMES:
            text = token.text[1:-1].replace("''", "'")
            bare = _cut(text, 0, _qualifiers([*lexer.tokens(text, Dialect.POSTGRES)], schema)).replace("'", "''")
            yield token.start, token.end, f"'{bare}'"
        elif lexer.identifier(token) not in (schema, "pg_catalog") or before[-1:] == ["."]:
            continue
        elif after[:1] == ["."]:
            yield token.start, tokens[index + 1].end, ""
        elif before == ["WITH", "SCHEMA"]:  # of CREATE EXTENSION; with the space before it
            yield tokens[index - 2].start - 1, token.end, ""
        elif before and _ends_a_relation(tokens[index - 1]):
            named = " ".join(each.text for each in tokens[:5])
            raise ConfigurationError(f"{named} …: an alias is named {token.text}, like the schema; rename it")


def _ends_a_relation(token: Token) -> bool:
    """Whether a name that follows is an alias: pg_dump writes keywords in upper case and bare names in lower case."""
    return token.text == ")" or token.kind == lexer.QUOTED or (token.kind == lexer.WORD and token.text.islower())


def _stored(parts: Iterable[Part], populated: set[str], schema: str) -> Iterator[str]:
    """The names of populated materialized views, in the order in which they are made."""
    for part in parts:
        if [token.text for token in part.tokens[:3]] == ["CREATE", "MATERIALIZED", "VIEW"]:
            space, dot, name = part.tokens[3:6]
            if f"{space.text}{dot.text}{name.text}" in populated:
                yield name.text if lexer.identifier(space) == schema else f"{space.text}.{name.text}"
