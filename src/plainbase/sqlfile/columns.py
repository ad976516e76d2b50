"""Which column a parameter plainly belongs to, and which tables a statement names; read off the tokens alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from plainbase.sqlfile.lexer import NUMBER, OPERATOR, PARAM, QUOTED, STRING, WORD, Token, identifier


def words(text: str) -> frozenset[str]:
    """Return a set of keywords, written in one string."""
    return frozenset(text.split())


_COMPARISONS = frozenset({"=", "<>", "!=", "<", "<=", ">", ">="})
# What stands before a comparison that is not part of a larger expression.
_STARTERS = frozenset({"WHERE", "AND", "OR", "ON", "NOT", "SET", "HAVING", "WHEN", ",", "("})
# Words that go on with an expression after an operand.
_CONTINUERS = words("COLLATE AT IS IN NOT LIKE ILIKE GLOB MATCH REGEXP SIMILAR BETWEEN ESCAPE ISNULL NOTNULL OVERLAPS")
_NO_COLUMN = words("NULL TRUE FALSE NOT CASE END ANY ALL SOME EXISTS CAST SELECT ARRAY ROW DEFAULT")
_AFTER_FROM = words(
    "WHERE GROUP HAVING ORDER LIMIT OFFSET FETCH FOR WINDOW UNION INTERSECT EXCEPT RETURNING SET SELECT "
    "VALUES WHEN DO DEFAULT ; )"
)
_TABLE_FOLLOWS = frozenset({"FROM", "USING", "JOIN", "INTO", "UPDATE"})
_NO_TABLE = frozenset({"LATERAL", "SELECT", "VALUES", "WITH", "SET", "ROWS", "TABLE"})
_FROM_ARGUMENTS = frozenset({"EXTRACT", "SUBSTRING", "TRIM", "OVERLAY", "POSITION"})
_SELECT_ENDS = words("FROM WHERE GROUP HAVING ORDER LIMIT OFFSET UNION INTERSECT EXCEPT RETURNING ON ;")
_CASTS = {
    **dict.fromkeys(("REAL", "FLOAT8", "DOUBLE"), "real"),
    **dict.fromkeys(("INTEGER", "INT", "BIGINT"), "integer"),
    "TEXT": "text",
}
_CONDITIONS = frozenset({"WHERE", "AND", "OR", "NOT"})
_CONDITION_ENDS = frozenset({"THEN", "AND", "OR", ")"})
_NO_UPDATE_OF = frozenset({"FOR", "KEY", "DO", "THEN", "ON", "BEFORE", "AFTER", "OF"})

END = Token("end", "", -1, -1)


class InsertMismatch(Exception):
    """An INSERT has more or fewer values than columns; `token` is where."""

    def __init__(self, token: Token, columns: int, values: int) -> None:
        super().__init__(f"{values} values for {columns} columns")
        self.token = token


def keys(code: Sequence[Token]) -> list[str]:
    """Return the tokens' texts, bare words in upper case, so that keywords compare with `==`."""
    return [text.upper() if kind == WORD else text for kind, text, _, _ in code]


def continues(token: Token) -> bool:
    """Tell whether `token`, after an operand, makes it part of a larger expression."""
    if token.kind == WORD:
        return token.text.upper() in _CONTINUERS
    return token.kind in (OPERATOR, STRING, NUMBER, PARAM) or token.text in ("[", "(", ".")


def between_ands(up: Sequence[str]) -> set[int]:
    """Return the positions of the ANDs that belong to a BETWEEN."""
    found: set[int] = set()
    if "BETWEEN" not in up:
        return found
    pending = [0]
    for index, key in enumerate(up):
        if key == "(":
            pending.append(0)
        elif key == ")" and len(pending) > 1:
            pending.pop()
        elif key == "BETWEEN":
            pending[-1] += 1
        elif key == "AND" and pending[-1]:
            pending[-1] -= 1
            found.add(index)
    return found


class Columns:
    """The columns that the parameters of one statement are compared with or assigned to."""

    def __init__(self, code: Sequence[Token], up: Sequence[str]) -> None:
        self._code = code
        self._up = up
        self._ands = between_ands(up)
        self._noted: dict[int, str] = {}
        for index in [index for index, key in enumerate(up) if key == "INTO"]:
            self._read_insert(index + 1)
        for index in [index for index, key in enumerate(up) if key in _COMPARISONS]:
            if self._key(index - 1) == ")" and self._key(index + 1) == "(":
                self._read_rows(index)

    def of(self, index: int) -> str | None:
        """Return the column of the parameter at `index`, as written, or None where the text does not say plainly."""
        return self._noted.get(index) or self._right_of(index) or self._left_of(index)

    def _token(self, index: int) -> Token:
        return self._code[index] if 0 <= index < len(self._code) else END

    def _key(self, index: int) -> str:
        return self._up[index] if 0 <= index < len(self._up) else ""

    def _right_of(self, index: int) -> str | None:
        """`column = :p`, `column [NOT] IN (:p)`, `column [NOT] BETWEEN :p AND :q`."""
        before = self._key(index - 1)
        last = index
        if before in _COMPARISONS or before == "IS":
            column = index - 2
        elif before == "NOT" and self._key(index - 2) == "IS":
            column = index - 3
        elif before == "(" and self._key(index - 2) == "IN" and self._key(index + 1) == ")":
            column, last = index - 3, index + 1
        elif before == "BETWEEN" and index + 1 in self._ands:
            column = index - 2
        elif index - 1 in self._ands and self._key(index - 3) == "BETWEEN":
            column = index - 4
        else:
            return None
        if self._key(column) == "NOT" and before not in _COMPARISONS and before not in ("IS", "NOT"):
            column -= 1
        if continues(self._token(last + 1)):
            return None
        return self._column_ending_at(column)

    def _left_of(self, index: int) -> str | None:
        """`:p = column`."""
        if self._key(index + 1) not in _COMPARISONS or not self._starts(index):
            return None
        start = index + 2
        end = start + 2 if self._key(start + 1) == "." else start
        name = self._name(start, end)
        return None if name is None or continues(self._token(end + 1)) else name

    def _starts(self, index: int) -> bool:
        return self._key(index - 1) in _STARTERS and index - 1 not in self._ands

    def _column_ending_at(self, end: int) -> str | None:
        start = end - 2 if self._key(end - 1) == "." else end
        return self._name(start, end) if self._starts(start) else None

    def _name(self, start: int, end: int) -> str | None:
        if start == end and self._key(start) in _NO_COLUMN:
            return None
        parts = [identifier(self._token(index)) for index in range(start, end + 1, 2)]
        return ".".join(part for part in parts if part is not None) if None not in parts else None

    def _read_insert(self, index: int) -> None:
        """Read `[schema.]table [AS alias] (columns) VALUES (…), … | SELECT …` from the table's name on."""
        index += 2 if self._key(index + 1) == "." else 0
        index += 1
        if self._key(index) == "AS":
            index += 2
        if self._key(index) != "(":
            return
        items, index = self._items(index + 1)
        columns = [identifier(self._token(start)) if stop == start + 1 else None for start, stop in items]
        if self._key(index) == "OVERRIDING":
            index += 3
        if self._key(index) == "VALUES" and self._key(index + 1) == "(":
            index += 1
            while self._key(index) == "(":
                first = index
                items, index = self._items(index + 1)
                if len(items) != len(columns):
                    raise InsertMismatch(self._token(first), len(columns), len(items))
                self._note(columns, items)
                index += 1 if self._key(index) == "," else 0
        elif self._key(index) == "SELECT":
            self._note(columns, self._items(index + 1, _SELECT_ENDS)[0])

    def _read_rows(self, index: int) -> None:
        """Read `(a, b) < (:a, :b)`, on either side of the comparison, from its sign on."""
        start, depth = index - 1, 0
        while start >= 0:
            depth += {")": 1, "(": -1}.get(self._key(start), 0)
            if not depth:
                break
            start -= 1
        if start < 0 or not self._starts(start):
            return
        left, _ = self._items(start + 1)
        right, end = self._items(index + 2)
        if len(left) != len(right) or continues(self._token(end)):
            return
        for names, values in ((left, right), (right, left)):
            columns = [self._name(first, stop - 1) if stop - first in (1, 3) else None for first, stop in names]
            self._note(columns, values)

    def _note(self, columns: Sequence[str | None], items: Iterable[tuple[int, int]]) -> None:
        for column, (start, stop) in zip(columns, items, strict=False):
            if column is not None and stop == start + 1 and self._code[start].kind == PARAM:
                self._noted[start] = column

    def _items(self, index: int, ends: frozenset[str] = frozenset()) -> tuple[list[tuple[int, int]], int]:
        """Return the items from `index` to the closing bracket or one of `ends`, and where to go on."""
        items = []
        depth, start = 0, index
        while index < len(self._up):
            key = self._up[index]
            if depth == 0 and (key in (",", ")") or key in ends):
                items.append((start, index))
                start = index + 1
                if key != ",":
                    return items, index + 1
            elif key in ("(", "["):
                depth += 1
            elif key in (")", "]"):
                depth -= 1
            index += 1
        return [*items, (start, index)], index


def stated_type(up: Sequence[str], index: int) -> str | None:
    """Return the logical type of the parameter at `index`: by `CAST(:p AS type)`, `CASE WHEN :p THEN` or `AND :p`."""
    before, after = up[index - 1] if index else "", up[index + 1] if index + 1 < len(up) else ""
    if before == "(" and up[index - 2] == "CAST" and after == "AS":
        return _CASTS.get(up[index + 2])
    if before == "WHEN" and up[index - 2] == "CASE" and after in _CONDITION_ENDS:
        return "boolean"
    if before in _CONDITIONS and after in _CONDITION_ENDS and index - 1 not in between_ands(up):
        return "boolean"
    return None


def tables(code: Sequence[Token], up: Sequence[str]) -> tuple[str, ...]:
    """Return the distinct tables named after FROM, JOIN, INTO, UPDATE and USING, without schemas, in order."""
    found: dict[str, None] = {}
    for index in [index for index, key in enumerate(up) if key in _TABLE_FOLLOWS]:
        key = up[index]
        before = up[index - 1] if index else ""
        if key in ("FROM", "USING"):
            if before != "DISTINCT" and not (key == "FROM" and _is_argument(up, index)):
                found.update(dict.fromkeys(_from_list(code, up, index + 1)))
        elif key in ("JOIN", "INTO") or (key == "UPDATE" and before not in _NO_UPDATE_OF):
            name = _table(code, up, index + 1, function=key == "JOIN")
            if name:
                found[name] = None
    return tuple(found)


def _is_argument(up: Sequence[str], index: int) -> bool:
    """Tell whether this FROM stands in `extract(… FROM …)` and the like."""
    depth = 0
    for back in range(index - 1, 0, -1):
        if up[back] == ")":
            depth += 1
        elif up[back] == "(":
            if not depth:
                return up[back - 1] in _FROM_ARGUMENTS
            depth -= 1
    return False


def _from_list(code: Sequence[Token], up: Sequence[str], index: int) -> Iterator[str]:
    depth, expected = 0, True
    while index < len(up):
        key = up[index]
        if depth == 0:
            if expected:
                name = _table(code, up, index, function=True)
                if name:
                    yield name
            elif key in _AFTER_FROM or (key == "USING" and up[index + 1 : index + 2] != ["("]):
                return
            expected = key == ","
        if key == "(":
            depth += 1
        elif key == ")":
            depth -= 1
            if depth < 0:
                return
        index += 1


def _table(code: Sequence[Token], up: Sequence[str], index: int, *, function: bool) -> str | None:
    """Return the table whose name begins at `index`; with `function`, a name before a bracket is no table."""
    if index + 1 < len(up) and up[index] in ("OR", "ONLY"):
        index += 2 if up[index] == "OR" else 1
    while index + 2 < len(up) and up[index + 1] == ".":
        index += 2
    if index >= len(code) or up[index] in _NO_TABLE or code[index].kind not in (WORD, QUOTED):
        return None
    if function and index + 1 < len(up) and up[index + 1] == "(":
        return None
    return identifier(code[index])
