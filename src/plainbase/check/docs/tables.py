"""The part of the page about one table or view: columns, rules, keys, indexes, triggers, and queries that name it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from plainbase.check.catalog import Reference
from plainbase.check.docs.facts import Facts, Part
from plainbase.check.docs.items import clauses
from plainbase.check.docs.page import Page, code, link, prose
from plainbase.dialect import Dialect

_SHORT = {
    "timestamp with time zone": "timestamptz",
    "timestamp without time zone": "timestamp",
    "time with time zone": "timetz",
    "time without time zone": "time",
    "character varying": "varchar",
}
_NOW = frozenset({"now()", "current_timestamp", "clock_timestamp()"})
LONG = 80
"""Characters of an expression that a table shows twice where the engines differ."""
_INDEX = re.compile(
    r"CREATE (?P<unique>UNIQUE )?INDEX .*? ON (?:ONLY )?\S+ (?:USING btree )?(?P<rest>.*)", re.IGNORECASE
)
_TRIGGER = re.compile(r"CREATE .*?TRIGGER (?:IF NOT EXISTS )?\S+ (?P<event>.*?) ON ", re.IGNORECASE)
_CALLS = re.compile(r"EXECUTE (?:FUNCTION|PROCEDURE) (?P<name>\w+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Tables:
    """What the parts about tables share: the facts of each engine, the queries by table, and which names are links."""

    sides: Sequence[Facts]
    queries: Mapping[str, Sequence[str]]
    known: Callable[[str], str | None]

    def write(self, page: Page, name: str) -> None:
        """Write a table's part."""
        sides = [side for side in self.sides if name in side.tables]
        page.heading(3, name, name)
        page.paragraph(self._sentence(name, sides))
        page.paragraph(" ".join(self._remarks(name, sides)))
        self._columns(page, name, sides)
        page.bullets("Constraints", self._constraints(name, sides))
        page.bullets("Foreign keys", self._foreign_keys(name, sides))
        page.bullets("Referred to by", self._referring(name))
        page.bullets("Indexes", self._listed("index", name, sides, _index))
        page.bullets("Triggers", self._listed("trigger", name, sides, _trigger))
        queries = self.queries.get(name.lower(), ())
        page.paragraph(f"**Queries**: {', '.join(link(each, each) for each in queries)}" if queries else "")

    def _sentence(self, name: str, sides: Sequence[Facts]) -> str:
        columns = {side.comment(name, column) for side in sides for column in list(side.tables[name].columns)[:1]}
        said = _first(said for side in sides if (said := side.comment(name)) not in columns)
        live = f"{name}_live"
        if not said and live in sides[0].tables:
            return f"What {link(live, live)} gave at the last refresh."
        return self._prose(said)

    def _remarks(self, name: str, sides: Sequence[Facts]) -> Iterator[str]:
        """What it is, where that is no plain table on all engines; how it is stored; whether it grows."""
        kinds = [side.kind(name) for side in sides]
        if len(sides) < len(self.sides):
            yield f"Only on {sides[0].dialect.engine}: a {kinds[0]}."
        elif len(set(kinds)) > 1:
            listed = ", ".join(f"a {kind} on {side.dialect.engine}" for kind, side in zip(kinds, sides, strict=True))
            yield f"A{listed[1:]}."
        elif kinds[0] != "table":
            yield f"A {kinds[0]}."
        for side in sides:
            if stored := side.stored(name):
                yield f"On {side.dialect.engine} {code(stored)}."
        reasons = [side.grows[name] for side in sides if name in side.grows]
        if reasons:
            yield f"**Grows**: {self._prose(_first(reasons)).rstrip('.')}." if any(reasons) else "**Grows**."

    def _columns(self, page: Page, name: str, sides: Sequence[Facts]) -> None:
        names = dict.fromkeys(column for side in sides for column in side.tables[name].columns)
        rows = [self._column(name, column, sides) for column in names]
        types = [side.dialect.engine for side in sides] if len(self.sides) > 1 else ["Type"]
        page.table(["Column", "Key", *types, "Null", "Default", "Comment"], rows)

    def _column(self, table: str, column: str, sides: Sequence[Facts]) -> list[str]:
        having = [side for side in sides if column in side.tables[table].columns]
        said = [clauses(side.definition(table, column), side.dialect) for side in having]
        comments = dict.fromkeys(filter(None, (side.comment(table, column) for side in having)))
        first = having[0].tables[table].columns[column]
        is_table = all(side.kind(table) == "table" for side in having)
        return [
            code(column),
            self._key(table, column, having),
            *(_type(side, table, column) if side in having else "" for side in sides),
            ("" if first.required else "null") if is_table else "",
            self._default(list(zip(having, said, strict=True))) if is_table else "",
            " ".join([*(_ended(self._prose(each)) for each in comments), self._only(having, sides)]).strip(),
        ]

    def _default(self, said: Sequence[tuple[Facts, Mapping[str, str]]]) -> str:
        """What stands in a column that is not written; a long text is only told of the first engine."""
        texts = [(side, _default(each)) for side, each in said]
        if len({_folded(text) for _, text in texts}) > 1 and any(len(text) > LONG for _, text in texts):
            return f"{code(texts[0][1])} on {texts[0][0].dialect.engine}"
        return self._both(texts, code)

    def _key(self, table: str, column: str, sides: Sequence[Facts]) -> str:
        here = sides[0].tables[table]
        target = next((r.table for r in here.references if column in r.columns), "")
        marks = [
            "primary" if column in here.primary_key else "",
            "unique" if (column,) in here.unique and (column,) != here.primary_key else "",
            f"→ {link(target, target)}" if target else "",
        ]
        return ", ".join(filter(None, marks))

    def _constraints(self, table: str, sides: Sequence[Facts]) -> Iterator[str]:
        types = {f"{table}_{column}_type_check" for side in sides for column in side.tables[table].columns}
        shown = self._parts("constraint", table, sides)
        for name, found in shown.items():
            if name in types or any(part.text.upper().startswith("FOREIGN KEY") for _, part in found):
                continue
            text = self._both([(side, part.text) for side, part in found], code)
            yield self._entry(name, text, found, sides)
        count = len(types & shown.keys())
        if count:
            where = f", only on {Dialect.SQLITE.engine}" if len(sides) > 1 else ""
            yield f"{code(f'{table}_…_type_check')}: each value has its column's type ({_checks(count)}{where})."

    def _foreign_keys(self, table: str, sides: Sequence[Facts]) -> Iterator[str]:
        keys: dict[tuple[str, ...], list[tuple[Facts, Reference]]] = {}
        for side in sides:
            for key in side.tables[table].references:
                keys.setdefault((*key.columns, "→", key.table), []).append((side, key))
        order = {column: place for place, column in enumerate(sides[0].tables[table].columns)}
        for found in sorted(
            keys.values(), key=lambda found: [order.get(each, len(order)) for each in found[0][1].columns]
        ):
            side, key = found[0]
            name = key.name or _name_of(side, table, key)
            columns = ", ".join(map(code, key.columns))
            delete = self._both([(each, f"on delete {other.on_delete.lower()}") for each, other in found], str)
            said = side.said("constraint", table, name)
            only = self._only([each for each, _ in found], sides)
            comment = " ".join(filter(None, [only, self._prose(said.comment) if said else ""]))
            first = f"{columns} → {link(key.table, key.table)}, {delete}{f' ({code(name)})' if name else ''}"
            yield f"{first}. {_ended(comment)}" if comment else first

    def _referring(self, table: str) -> Iterator[str]:
        found: dict[str, None] = {}
        for side in self.sides:
            for other in side.tables.values():
                for key in (key for key in other.references if key.table == table):
                    columns = ", ".join(map(code, key.columns))
                    found[f"{link(other.name, other.name)} {columns}, on delete {key.on_delete.lower()}"] = None
        yield from sorted(found)

    def _listed(self, kind: str, table: str, sides: Sequence[Facts], shown: Callable[[Part], str]) -> Iterator[str]:
        for name, found in self._parts(kind, table, sides).items():
            text = self._both([(side, shown(part)) for side, part in found], str)
            for side, part in found:
                match = _CALLS.search(part.text)
                where = f" on {side.dialect.engine}" if len(found) > 1 else ""
                text += f"{where} calls {code(match['name'] + '()')}" if match else ""
            yield self._entry(name, text, found, sides)

    def _parts(self, kind: str, table: str, sides: Sequence[Facts]) -> dict[str, list[tuple[Facts, Part]]]:
        found: dict[str, list[tuple[Facts, Part]]] = {}
        for side in sides:
            for part in side.parts(kind, table):
                found.setdefault(part.name, []).append((side, part))
        return found

    def _entry(self, name: str, text: str, found: Sequence[tuple[Facts, Part]], sides: Sequence[Facts]) -> str:
        comment = self._prose(_first(part.comment for _, part in found))
        only = self._only([side for side, _ in found], sides)
        if only and comment.startswith("Only here"):
            comment, only = comment.replace("Only here", only.rstrip("."), 1), ""
        comment = " ".join(filter(None, [only, comment]))
        return f"{code(name)}: {text}. {_ended(comment)}" if comment else f"{code(name)}: {text}"

    def _only(self, having: Sequence[Facts], sides: Sequence[Facts]) -> str:
        return f"Only on {having[0].dialect.engine}." if len(having) < len(sides) else ""

    def _both(self, said: Sequence[tuple[Facts, str]], shown: Callable[[str], str]) -> str:
        """What the engines say, once where they say the same; the first speaks for one that says nothing."""
        different: dict[str, tuple[Facts, str]] = {}
        for side, text in said:
            different.setdefault(_folded(text), (side, text))
        texts = [(side, text) for side, text in different.values() if text]
        if len(texts) < 2:
            return shown(texts[0][1]) if texts else ""
        first, *others = texts
        return "; ".join([shown(first[1]), *(f"on {side.dialect.engine} {shown(text)}" for side, text in others)])

    def _prose(self, text: str) -> str:
        return prose(text, self.known)


def _first(texts: Iterable[str]) -> str:
    return next(filter(None, texts), "")


def _ended(text: str) -> str:
    """A comment with the full stop of its last sentence."""
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _checks(count: int) -> str:
    return "1 check" if count == 1 else f"{count} checks"


def _folded(text: str) -> str:
    return re.sub(r"\s+", "", text).lower()


def _type(side: Facts, table: str, column: str) -> str:
    declared = side.tables[table].columns[column].declared
    for long, short in _SHORT.items():
        declared = declared.replace(long, short)
    collation = clauses(side.definition(table, column), side.dialect).get("COLLATE", "")
    text = f"{declared} COLLATE {collation}" if collation and side.dialect is Dialect.POSTGRES else declared
    return code(text) if text else ""


def _default(said: Mapping[str, str]) -> str:
    """What stands in a column that is not written; the time of the write is now() on all engines."""
    if "GENERATED" in said:
        return said["GENERATED"]
    text = said.get("DEFAULT", "")
    is_time = "'now'" in text and "strftime" in text
    return "now()" if is_time or text.lower() in _NOW else text


def _index(part: Part) -> str:
    match = _INDEX.match(part.text)
    return code(f"{'UNIQUE ' if match['unique'] else ''}{match['rest']}" if match else part.text)


def _trigger(part: Part) -> str:
    match = _TRIGGER.match(part.text)
    return code(match["event"] if match else part.text)


def _name_of(side: Facts, table: str, key: Reference) -> str:
    """The name that the table's text gives a foreign key of an engine that keeps none."""
    begins = _folded(f"FOREIGN KEY ({', '.join(key.columns)})")
    found = (part.name for part in side.parts("constraint", table) if _folded(part.text).startswith(begins))
    return next((name for name in found if name.isidentifier()), "")
