"""What the text of a statement says of its SELECTs that SQLite's plans leave out: tables' other names, LIMIT, WHERE."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from plainbase.dialect import Dialect
from plainbase.sqlfile import lexer
from plainbase.sqlfile.lexer import Token

_TABLE_FOLLOWS = frozenset({"FROM", "JOIN", "UPDATE", "INTO"})
_AFTER_TABLE = frozenset(
    {
        *("AS", "ON", "USING", "WHERE", "GROUP", "HAVING", "WINDOW", "ORDER", "LIMIT", "OFFSET", "UNION"),
        *("INTERSECT", "EXCEPT", "RETURNING", "SET", "VALUES", "SELECT", "DEFAULT", "INNER", "LEFT"),
        *("RIGHT", "FULL", "CROSS", "NATURAL", "OUTER", "JOIN", "INDEXED", "NOT", "FROM", "DO"),
    }
)
_CONFLICTS = frozenset({"OR", "ABORT", "FAIL", "IGNORE", "REPLACE", "ROLLBACK"})
_ENDS_WHERE = frozenset({"GROUP", "HAVING", "WINDOW", "ORDER", "LIMIT", "RETURNING", "UNION", "INTERSECT", "EXCEPT"})
_AGGREGATES = frozenset(
    {
        *("COUNT", "SUM", "TOTAL", "AVG", "MIN", "MAX", "GROUP_CONCAT", "STRING_AGG", "JSON_GROUP_ARRAY"),
        *("JSON_GROUP_OBJECT"),
    }
)
_JOINTS = frozenset({"UNION", "INTERSECT", "EXCEPT"})
_BEGINS = frozenset({"SELECT", "WITH", "VALUES"})


@dataclass(slots=True, eq=False)
class Select:
    """A SELECT, or the statement that changes rows: `name` is what a CTE, a subquery of FROM or a view is called.

    `tables` are by the name they have in it, `conditions` what AND joins after WHERE; `inner` are the SELECTs inside,
    and the later ones of a compound.
    """

    name: str = ""
    tables: dict[str, str] = field(default_factory=dict)
    conditions: list[str] = field(default_factory=list)
    is_limited: bool = False
    is_grouped: bool = False
    is_windowed: bool = False
    inner: list[Select] = field(default_factory=list)

    def walk(self) -> Iterator[Select]:
        """It and all inside it, the outer ones first."""
        level = [self]
        while level:
            yield from level
            level = [each for select in level for each in select.inner]


def read(text: str, views: Mapping[str, str]) -> Select:
    """Read a statement of SQLite, and the views that it names."""
    root = _Reader(text).root
    seen: set[str] = set()
    while True:
        named = {table for select in root.walk() for table in select.tables.values()}
        new = sorted(name for name in views if name.lower() in named and name not in seen)
        if not new:
            return root
        for name in new:
            seen.add(name)
            view = _Reader(views[name]).root
            view.name = name.lower()
            root.inner.append(view)


def conditions(predicate: str) -> set[str]:
    """What AND joins after the WHERE of an index."""
    return {each for each in _Reader(predicate).root.conditions if each}


class _Reader:
    """The reading of one text, token by token; an arm of a compound stands beside the first inside its parent."""

    def __init__(self, text: str) -> None:
        found = lexer.tokens(text, Dialect.SQLITE)
        self._code: Sequence[Token] = [each for each in found if each.kind not in (lexer.COMMENT, lexer.BLOCK)]
        self._up = [each.text.upper() if each.kind == lexer.WORD else each.text for each in self._code]
        self.root = Select()
        self._read(self.root, self._start())

    def _start(self) -> int:
        """Where the statement begins that a view is made of, else 0."""
        if self._up[:1] == ["CREATE"] and "AS" in self._up:
            return self._up.index("AS") + 1
        return 0

    def _read(self, select: Select, index: int, *, bare: bool = True) -> int:
        """Read up to the bracket that closes what begins at `index`; return its place.

        In a bracket that is not `bare` of a SELECT's clauses, as of a function, words have another meaning.
        """
        first, in_where, in_from = select, False, False
        while index < len(self._up) and self._up[index] != ")":
            word = self._up[index]
            if word == "(":
                if in_where:
                    self._note_condition(select, index)
                index = self._bracket(select, index, in_from=in_from)
            elif not bare:
                self._note_groups(select, index)
            elif word in _JOINTS:
                first.is_grouped = first.is_grouped or self._word(index + 1) != "ALL"
                in_where = in_from = False
                arm = Select(first.name)
                first.inner.append(arm)
                select = arm
            elif word == "LIMIT":
                first.is_limited = True
                in_where = in_from = False
            elif word == "WHERE":
                in_where, in_from = True, False
                select.conditions.append("")
            elif word in _ENDS_WHERE:
                in_where = in_from = False
                select.is_grouped = select.is_grouped or word == "GROUP"
            elif in_where:
                self._note_condition(select, index)
            elif word in _TABLE_FOLLOWS or (in_from and word == ","):
                in_from = in_from or word == "FROM"
                index = self._table(select, index)
            else:
                self._note_groups(select, index)
            index += 1
        return index

    def _bracket(self, select: Select, index: int, *, in_from: bool) -> int:
        """Read a bracket, which may hold a SELECT of its own; return the place of its end."""
        if self._word(index + 1) not in _BEGINS:
            return self._read(select, index + 1, bare=in_from)
        inner = Select(self._name_before(index))
        select.inner.append(inner)
        end = self._read(inner, index + 1)
        if not inner.name and in_from:
            after = end + 1 + (self._word(end + 1) == "AS")
            inner.name = self._name(after) if self._word(after) not in _AFTER_TABLE else ""
            for arm in inner.inner:
                arm.name = arm.name or inner.name
        return end

    def _table(self, select: Select, index: int) -> int:
        """Note the table after FROM, JOIN, INTO, UPDATE or a comma, and what it is called; return the last place."""
        start = index + 1
        while self._word(start) in _CONFLICTS:  # UPDATE OR IGNORE …
            start += 1
        if self._word(start) == "(" or not self._name(start):
            return index
        if self._word(start + 1) == ".":
            start += 2
        table = self._name(start)
        end = start
        if self._word(start + 1) == "AS":
            end = start + 2
        elif self._name(start + 1) and self._word(start + 1) not in _AFTER_TABLE:
            end = start + 1
        select.tables[self._name(end)] = table
        return end

    def _note_condition(self, select: Select, index: int) -> None:
        """Add a word to the condition it stands in; the name of its table goes, and `true` is none."""
        word = self._up[index]
        if word == "AND":
            select.conditions.append("")
        elif word not in ("TRUE", ".") and self._word(index + 1) != ".":
            select.conditions[-1] = f"{select.conditions[-1]} {word}".strip()

    def _note_groups(self, select: Select, index: int) -> None:
        """Note what makes one row of several: DISTINCT, or an aggregate that is neither a window's nor of one row."""
        word = self._up[index]
        if word == "OVER":
            select.is_windowed = True
        elif word in _AGGREGATES and self._word(index + 1) == "(":
            end, several = self._closed(index + 1)
            if self._word(end + 1) == "FILTER":
                end, _ = self._closed(end + 2)
            is_of_one_row = several and word in ("MIN", "MAX")
            select.is_grouped = select.is_grouped or not (is_of_one_row or self._word(end + 1) == "OVER")
        elif word == "DISTINCT":
            select.is_grouped = True

    def _closed(self, index: int) -> tuple[int, bool]:
        """The place of the bracket that closes the one at `index`, and whether a comma stands between them."""
        depth, several = 0, False
        for place in range(index, len(self._up)):
            depth += {"(": 1, ")": -1}.get(self._up[place], 0)
            several = several or (depth == 1 and self._up[place] == ",")
            if not depth:
                return place, several
        return len(self._up), several

    def _name_before(self, index: int) -> str:
        """The CTE's name before `AS [[NOT] MATERIALIZED] (`."""
        before = index - 1
        if self._word(before) == "MATERIALIZED":
            before -= 1 + (self._word(before - 1) == "NOT")
        if self._word(before) != "AS":
            return ""
        before -= 1
        if self._word(before) == ")":
            while before > 0 and self._word(before) != "(":
                before -= 1
            before -= 1
        return self._name(before)

    def _word(self, index: int) -> str:
        return self._up[index] if 0 <= index < len(self._up) else ""

    def _name(self, index: int) -> str:
        return (lexer.identifier(self._code[index]) or "").lower() if 0 <= index < len(self._code) else ""
